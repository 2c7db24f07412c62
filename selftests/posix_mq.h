/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * POSIX message queues: those of the kernel, or mailboxes, if libkipc-mq.so is
 * preloaded. The same tests run on both. What cannot be the same on mailboxes is
 * skipped there, by name, and stands in libkipc-mq(7).
 */
#ifndef POSIX_MQ_H
#define POSIX_MQ_H

#include <mqueue.h>
#include <time.h>

#include "interrupt.h"

#define QUEUE		"/kipc.test"
#define MODE		0600
/* What a queue is made for if nothing is said */
#define MESSAGES	10
#define SIZE		8192

/* The value of what returns -1 and sets errno, or -errno */
#define mq(expr) ({						\
	long mq_ret = (expr);					\
								\
	mq_ret < 0 ? -(long)errno : mq_ret;			\
})

bool mq_is_mailbox(void);

int queue_make(const char *name, int flags, long messages, long size);
int queue_open(const char *name, int flags);
int queue_send(mqd_t queue, char letter, unsigned int priority);
int queue_recv(mqd_t queue);
long queue_count(mqd_t queue);
void queue_fill(mqd_t queue);

struct timespec time_in(long milliseconds);
void wait_in_queue(pid_t tid);

/**
 * struct queue_waiter - a thread that sends or receives one letter, and waits for it
 * @thread: the thread
 * @queue: where
 * @sends: whether it sends
 * @time: until when; NULL: for good
 * @ret: 0, or the letter that was received, or -errno
 * @done: set when @ret is valid
 */
struct queue_waiter {
	struct thread thread;
	mqd_t queue;
	bool sends;
	const struct timespec *time;
	long ret;
	int done;
};

void queue_waiter_start(struct queue_waiter *waiter, mqd_t queue, bool sends,
			const struct timespec *time);
long queue_waiter_join(struct queue_waiter *waiter);

#endif /* POSIX_MQ_H */
