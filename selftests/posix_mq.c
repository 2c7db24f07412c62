// SPDX-License-Identifier: GPL-2.0-only
/* POSIX message queues, in short words. */
#include <sys/syscall.h>

#include "posix_mq.h"

/* As the dynamic linker was told */
bool mq_is_mailbox(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "libkipc-mq.so");
}

/* Makes a queue, with the default attributes if @messages is 0. */
int queue_make(const char *name, int flags, long messages, long size)
{
	struct mq_attr attr = { .mq_maxmsg = messages, .mq_msgsize = size };

	return mq(mq_open(name, O_CREAT | flags, MODE, messages ? &attr : NULL));
}

int queue_open(const char *name, int flags)
{
	return mq(mq_open(name, flags));
}

int queue_send(mqd_t queue, char letter, unsigned int priority)
{
	return mq(mq_send(queue, &letter, 1, priority));
}

/* The letter that was received, or -errno. */
int queue_recv(mqd_t queue)
{
	char text[SIZE];
	long ret = mq(mq_receive(queue, text, sizeof(text), NULL));

	return ret < 0 ? ret : text[0];
}

/* How many messages there are. */
long queue_count(mqd_t queue)
{
	struct mq_attr attr;

	must_errno(mq_getattr(queue, &attr));
	return attr.mq_curmsgs;
}

/* Sends until no more messages fit. */
void queue_fill(mqd_t queue)
{
	struct mq_attr attr;

	must_errno(mq_getattr(queue, &attr));
	while (attr.mq_curmsgs++ < attr.mq_maxmsg)
		must(queue_send(queue, 'f', 0));
}

/* A time of CLOCK_REALTIME, so far from now. */
struct timespec time_in(long milliseconds)
{
	struct timespec time;
	long long ns;

	must_errno(clock_gettime(CLOCK_REALTIME, &time));
	ns = time.tv_nsec + milliseconds * (long long)MILLISECOND;
	time.tv_sec += ns / (long long)SECOND;
	ns %= (long long)SECOND;
	if (ns < 0) {
		time.tv_sec--;
		ns += SECOND;
	}
	time.tv_nsec = ns;
	return time;
}

static bool is_in_queue(pid_t tid)
{
	char path[64], text[256], *end;
	long number;

	snprintf(path, sizeof(path), "/proc/%d/syscall", (int)tid);
	must(file_read(path, text, sizeof(text)));
	number = strtol(text, &end, 10);
	if (end == text)
		return false;
	return number == SYS_mq_timedsend || number == SYS_mq_timedreceive ||
	       number == SYS_ioctl;
}

/* Waits until a thread sleeps there, seen twice in a row. */
void wait_in_queue(pid_t tid)
{
	__u64 end = after(20 * SECOND);
	int seen = 0;

	while (seen < 2) {
		seen = is_in_queue(tid) ? seen + 1 : 0;
		check(now() < end);
		pause_ms(1);
	}
}

static long send_letter(struct queue_waiter *waiter)
{
	if (waiter->time)
		return mq(mq_timedsend(waiter->queue, "w", 1, 0, waiter->time));
	return mq(mq_send(waiter->queue, "w", 1, 0));
}

static long recv_letter(struct queue_waiter *waiter)
{
	char text[SIZE];
	long ret;

	if (!waiter->time)
		return queue_recv(waiter->queue);
	ret = mq(mq_timedreceive(waiter->queue, text, sizeof(text), NULL,
				 waiter->time));
	return ret < 0 ? ret : text[0];
}

static void run_waiter(void *arg)
{
	struct queue_waiter *waiter = arg;

	waiter->ret = waiter->sends ? send_letter(waiter) : recv_letter(waiter);
	__atomic_store_n(&waiter->done, 1, __ATOMIC_RELEASE);
}

/* Starts the thread, and waits until it waits. */
void queue_waiter_start(struct queue_waiter *waiter, mqd_t queue, bool sends,
			const struct timespec *time)
{
	*waiter = (struct queue_waiter) {
		.queue = queue,
		.sends = sends,
		.time = time,
	};
	thread_start(&waiter->thread, run_waiter, waiter);
	wait_in_queue(waiter->thread.tid);
}

long queue_waiter_join(struct queue_waiter *waiter)
{
	thread_join(&waiter->thread);
	return waiter->ret;
}
