// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* mq_notify(), and the thread that tells. */

#include <limits.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "mq.h"
#include "registration.h"

/* What a thread needs that only sends a signal, unless the program has much TLS */
#define STACK_SIZE	65536

/* Whose message it was: of the one that is the next, if there still is one */
static void set_sender(const struct kipc_mq_registration *registration,
		       siginfo_t *info)
{
	struct kipc_mailbox_info box;
	struct kipc_mail mail;

	if (kipc_mq_info(registration->queue, &box) ||
	    box.id != registration->id ||
	    kipc_mailbox_peek(registration->queue, 0, NULL, 0, &mail))
		return;
	info->si_pid = mail.pid;
	info->si_uid = mail.euid;
}

static void send_signal(const struct kipc_mq_registration *registration)
{
	const struct sigevent *event = &registration->event;
	siginfo_t info;

	if (!event->sigev_signo)
		return;
	memset(&info, 0, sizeof(info));
	info.si_signo = event->sigev_signo;
	info.si_code = SI_MESGQ;
	info.si_value = event->sigev_value;
	set_sender(registration, &info);
	syscall(SYS_rt_sigqueueinfo, getpid(), event->sigev_signo, &info);
}

/* The user's function begins with all signals, as glibc has it */
static void call_function(const struct sigevent *event)
{
	sigset_t none;

	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
	event->sigev_notify_function(event->sigev_value);
}

/* All signals are blocked, so that others get them */
static void *run(void *argument)
{
	struct kipc_mq_registration *registration = argument;
	struct sigevent event = registration->event;
	eventfd_t value = 0;

	while (eventfd_read(registration->eventfd, &value) && errno == EINTR)
		;
	kipc_mq_registration_end(registration);
	if (value % KIPC_MQ_TAKEN_BACK && event.sigev_notify == SIGEV_SIGNAL)
		send_signal(registration);
	free(registration);
	if (value % KIPC_MQ_TAKEN_BACK && event.sigev_notify == SIGEV_THREAD)
		call_function(&event);
	return NULL;
}

/* In a thread with these attributes, or with our own; nobody joins it */
static int start(struct kipc_mq_registration *registration,
		 const pthread_attr_t *attributes)
{
	int state = PTHREAD_CREATE_JOINABLE;
	pthread_t thread;
	int ret;

	ret = pthread_create(&thread, attributes, run, registration);
	if (ret)
		return -ret;
	if (attributes)
		pthread_attr_getdetachstate(attributes, &state);
	if (state == PTHREAD_CREATE_JOINABLE)
		pthread_detach(thread);
	return 0;
}

/**
 * kipc_mq_notifier_start() - start a registration's thread
 * @registration: the thread owns it
 *
 * A function is called in the thread that waits: so the user's attributes for it are
 * looked at while they are there.
 *
 * Context: All signals are blocked, and are so in the thread.
 * Return: 0 or -errno.
 */
int kipc_mq_notifier_start(struct kipc_mq_registration *registration)
{
	pthread_attr_t attributes;
	int ret;

	if (registration->event.sigev_notify == SIGEV_THREAD)
		return start(registration,
			     registration->event.sigev_notify_attributes);
	ret = pthread_attr_init(&attributes);
	if (ret)
		return -ret;
	pthread_attr_setstacksize(&attributes, sysconf(_SC_THREAD_STACK_MIN) +
				  STACK_SIZE);
	ret = start(registration, &attributes);
	if (ret == -EINVAL)
		ret = start(registration, NULL);
	pthread_attr_destroy(&attributes);
	return ret;
}

static bool is_valid(const struct sigevent *event)
{
	switch (event->sigev_notify) {
	case SIGEV_NONE:
	case SIGEV_THREAD:
		return true;
	case SIGEV_SIGNAL:
		return event->sigev_signo >= 0 && event->sigev_signo < NSIG;
	default:
		return false;
	}
}

static int notify(mqd_t queue, const struct sigevent *event)
{
	struct kipc_mailbox_info info;

	if (event && !is_valid(event))
		return -EINVAL;
	if (kipc_mq_info(queue, &info))
		return -EBADF;
	if (event)
		return kipc_mq_registration_add(queue, info.id, event);
	kipc_mq_registration_remove(info.id);
	return 0;
}

int mq_notify(mqd_t queue, const struct sigevent *event)
{
	return kipc_mq_result(notify(queue, event));
}
