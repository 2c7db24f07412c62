/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A registration: that this process is to be told, once, of a message that comes to
 * an empty queue, by a signal or by a function that is called in a thread.
 *
 * The kernel adds 1 to an eventfd then. A thread of the registration's own waits for
 * that, does what was asked for, and ends. (Nobody is told with SIGEV_NONE, so there
 * is no thread and the registration is only there to be taken back.)
 *
 * Lifetime: in the list from when the kernel knows of it until it comes true or is
 * taken back. The thread owns it, and frees it when it ends; to take it back is to
 * write KIPC_MQ_TAKEN_BACK to the eventfd. The thread takes care of both: what came true
 * before it was taken back is told.
 *
 * The kernel drops a registration by itself when the last descriptor of its file is
 * closed. mq_close() sees that; after close() the registration, and its thread, stay
 * until the process registers for that queue again.
 *
 * Fork: a child has no registrations, and its list is emptied.
 *
 * Locking: one lock for the list, held with all signals blocked, never while
 * something is told.
 */
#ifndef KIPC_MQ_REGISTRATION_H
#define KIPC_MQ_REGISTRATION_H

#include <mqueue.h>
#include <signal.h>
#include <stdint.h>

/**
 * struct kipc_mq_registration - a wish to be told
 * @next: in the list
 * @id: the number of the mailbox
 * @queue: the descriptor on which it was made
 * @eventfd: what the kernel and others write to
 * @event: what was asked for
 */
struct kipc_mq_registration {
	struct kipc_mq_registration *next;
	uint64_t id;
	mqd_t queue;
	int eventfd;
	struct sigevent event;
};

/* registration.c */
int kipc_mq_registration_add(mqd_t queue, uint64_t id,
			     const struct sigevent *event);
void kipc_mq_registration_remove(uint64_t id);
void kipc_mq_registration_close(mqd_t queue);
void kipc_mq_registration_end(struct kipc_mq_registration *registration);

/* notify.c */
int kipc_mq_notifier_start(struct kipc_mq_registration *registration);

#define KIPC_MQ_TAKEN_BACK	(1ULL << 32)

#endif /* KIPC_MQ_REGISTRATION_H */
