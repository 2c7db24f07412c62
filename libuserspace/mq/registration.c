// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The registrations of the process. */

#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "mq.h"
#include "registration.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct kipc_mq_registration *registrations;
/* Signals of the thread that forks */
static sigset_t fork_signals;

/* A signal handler that closes a queue would wait for its own thread */
static void lock_list(sigset_t *signals)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, signals);
	pthread_mutex_lock(&lock);
}

static void unlock_list(const sigset_t *signals)
{
	pthread_mutex_unlock(&lock);
	pthread_sigmask(SIG_SETMASK, signals, NULL);
}

static void free_registration(struct kipc_mq_registration *registration)
{
	close(registration->eventfd);
	free(registration);
}

static void before_fork(void)
{
	sigset_t signals;

	lock_list(&signals);
	fork_signals = signals;
}

static void after_fork_in_parent(void)
{
	const sigset_t signals = fork_signals;

	unlock_list(&signals);
}

static void after_fork_in_child(void)
{
	struct kipc_mq_registration *registration;

	while ((registration = registrations)) {
		registrations = registration->next;
		free_registration(registration);
	}
	after_fork_in_parent();
}

static void handle_forks(void)
{
	pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* Out of the list; returns whether it was in it */
static bool take_out(const struct kipc_mq_registration *registration)
{
	struct kipc_mq_registration **link = &registrations;

	while (*link && *link != registration)
		link = &(*link)->next;
	if (!*link)
		return false;
	*link = registration->next;
	return true;
}

static bool has_thread(const struct kipc_mq_registration *registration)
{
	return registration->event.sigev_notify != SIGEV_NONE;
}

static void take_back(struct kipc_mq_registration *registration)
{
	take_out(registration);
	if (has_thread(registration))
		eventfd_write(registration->eventfd, KIPC_MQ_TAKEN_BACK);
	else
		free_registration(registration);
}

static struct kipc_mq_registration *find(uint64_t id)
{
	struct kipc_mq_registration *registration = registrations;

	while (registration && registration->id != id)
		registration = registration->next;
	return registration;
}

static int new_registration(mqd_t queue, uint64_t id,
			    const struct sigevent *event,
			    struct kipc_mq_registration **result)
{
	struct kipc_mq_registration *registration;

	registration = calloc(1, sizeof(*registration));
	if (!registration)
		return -ENOMEM;
	registration->id = id;
	registration->queue = queue;
	registration->event = *event;
	registration->eventfd = eventfd(0, EFD_CLOEXEC);
	if (registration->eventfd < 0) {
		free(registration);
		return -ENOMEM;
	}
	*result = registration;
	return 0;
}

static int add(struct kipc_mq_registration *registration)
{
	struct kipc_mq_registration *old;
	int ret;

	ret = kipc_mailbox_notify(registration->queue, registration->eventfd);
	if (ret)
		return ret;
	if (has_thread(registration)) {
		ret = kipc_mq_notifier_start(registration);
		if (ret) {
			kipc_mailbox_notify(registration->queue, -1);
			return -ENOMEM;
		}
	}
	/* The kernel has one at a time: an older one is over */
	old = find(registration->id);
	if (old)
		take_back(old);
	registration->next = registrations;
	registrations = registration;
	return 0;
}

/**
 * kipc_mq_registration_add() - be told
 * @queue: of a message in which queue
 * @id: the number of its mailbox
 * @event: in which way
 *
 * Return: 0, -EBADF, -EBUSY or -ENOMEM.
 */
int kipc_mq_registration_add(mqd_t queue, uint64_t id,
			     const struct sigevent *event)
{
	struct kipc_mq_registration *registration;
	sigset_t signals;
	int ret;

	pthread_once(&once, handle_forks);
	ret = new_registration(queue, id, event, &registration);
	if (ret)
		return ret;
	lock_list(&signals);
	ret = add(registration);
	unlock_list(&signals);
	if (ret)
		free_registration(registration);
	return ret;
}

/* The descriptor can be another queue's by now */
static void tell_kernel(const struct kipc_mq_registration *registration)
{
	struct kipc_mailbox_info info;

	if (!kipc_mq_info(registration->queue, &info) &&
	    info.id == registration->id)
		kipc_mailbox_notify(registration->queue, -1);
}

/**
 * kipc_mq_registration_remove() - do not be told any more, if this process is
 * @id: of which mailbox
 */
void kipc_mq_registration_remove(uint64_t id)
{
	struct kipc_mq_registration *registration;
	sigset_t signals;

	lock_list(&signals);
	registration = find(id);
	if (registration) {
		tell_kernel(registration);
		take_back(registration);
	}
	unlock_list(&signals);
}

static struct kipc_mq_registration *find_queue(mqd_t queue)
{
	struct kipc_mq_registration *registration = registrations;

	while (registration && registration->queue != queue)
		registration = registration->next;
	return registration;
}

/**
 * kipc_mq_registration_close() - a descriptor is about to be closed
 * @queue: the descriptor
 */
void kipc_mq_registration_close(mqd_t queue)
{
	struct kipc_mq_registration *registration;
	sigset_t signals;

	if (!__atomic_load_n(&registrations, __ATOMIC_RELAXED))
		return;
	lock_list(&signals);
	while ((registration = find_queue(queue))) {
		tell_kernel(registration);
		take_back(registration);
	}
	unlock_list(&signals);
}

/**
 * kipc_mq_registration_end() - a registration came true, or was taken back
 * @registration: it is taken out of the list, and its eventfd is closed
 *
 * Context: The registration's thread, which is to free it.
 */
void kipc_mq_registration_end(struct kipc_mq_registration *registration)
{
	sigset_t signals;

	lock_list(&signals);
	take_out(registration);
	unlock_list(&signals);
	close(registration->eventfd);
}
