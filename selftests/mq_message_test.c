// SPDX-License-Identifier: GPL-2.0-only
/* POSIX message queues, also as mailboxes: sending, receiving, waiting. */
#include <kselftest_harness.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>

#include "posix_mq.h"

#define MESSAGES_MAX	3
#define SIZE_MAX_HERE	100

FIXTURE(mq_message) {
	mqd_t queue;
	mqd_t reader;
	mqd_t writer;
	mqd_t impatient;
};

FIXTURE_SETUP(mq_message) {
	mq_unlink(QUEUE);
	self->queue = queue_make(QUEUE, O_RDWR, MESSAGES_MAX, SIZE_MAX_HERE);
	ASSERT_LE(0, self->queue);
	self->reader = queue_open(QUEUE, O_RDONLY);
	ASSERT_LE(0, self->reader);
	self->writer = queue_open(QUEUE, O_WRONLY);
	ASSERT_LE(0, self->writer);
	self->impatient = queue_open(QUEUE, O_RDWR | O_NONBLOCK);
	ASSERT_LE(0, self->impatient);
}

FIXTURE_TEARDOWN(mq_message) {
	mq_unlink(QUEUE);
}

TEST_F(mq_message, goes_by_priority) {
	char text[SIZE_MAX_HERE];
	unsigned int priority;

	EXPECT_EQ(0, mq_send(self->writer, "low", 3, 0));
	EXPECT_EQ(0, mq_send(self->writer, "high", 4, MQ_PRIO_MAX - 1));
	EXPECT_EQ(0, mq_send(self->writer, "low too", 7, 0));
	EXPECT_EQ(3, queue_count(self->writer));
	EXPECT_EQ(4, mq_receive(self->reader, text, sizeof(text), &priority));
	EXPECT_EQ(MQ_PRIO_MAX - 1, priority);
	EXPECT_EQ(0, memcmp("high", text, 4));
	EXPECT_EQ(3, mq_receive(self->reader, text, sizeof(text), &priority));
	EXPECT_EQ(0, priority);
	EXPECT_EQ(0, memcmp("low", text, 3));
	EXPECT_EQ(7, mq_receive(self->reader, text, sizeof(text), NULL));
	EXPECT_EQ(0, queue_count(self->reader));
	EXPECT_EQ(-EINVAL, queue_send(self->writer, 'a', MQ_PRIO_MAX));
	EXPECT_EQ(-EINVAL, queue_send(self->writer, 'a', UINT_MAX));
	EXPECT_EQ(0, queue_count(self->reader));
}

TEST_F(mq_message, has_its_size) {
	char text[SIZE_MAX_HERE + 1] = "";

	EXPECT_EQ(-EMSGSIZE, mq(mq_send(self->writer, text, sizeof(text), 0)));
	EXPECT_EQ(0, mq_send(self->writer, text, sizeof(text) - 1, 0));
	EXPECT_EQ(0, mq_send(self->writer, text, 0, 0));
	EXPECT_EQ(SIZE_MAX_HERE, mq_receive(self->reader, text, sizeof(text),
					    NULL));
	/* The buffer must do for any message, not only for this one */
	EXPECT_EQ(-EMSGSIZE, mq(mq_receive(self->reader, text,
					   SIZE_MAX_HERE - 1, NULL)));
	EXPECT_EQ(-EMSGSIZE, mq(mq_receive(self->reader, text, 0, NULL)));
	EXPECT_EQ(1, queue_count(self->reader));
	EXPECT_EQ(0, mq_receive(self->reader, text, SIZE_MAX_HERE, NULL));
	EXPECT_EQ(-EMSGSIZE, mq(mq_receive(self->impatient, text, 1, NULL)));
	EXPECT_EQ(0, queue_send(self->writer, 'x', 0));
	EXPECT_EQ(1, mq_receive(self->reader, text, SIZE_MAX, NULL));
	EXPECT_EQ(-EFAULT, mq(mq_send(self->writer, (char *)8, 1, 0)));
	EXPECT_EQ(0, queue_count(self->reader));
}

/* A descriptor that was another queue's is not taken for it */
TEST_F(mq_message, has_the_size_of_its_queue) {
	static const char name[] = "/kipc.test.small";
	char text[SIZE_MAX_HERE];
	mqd_t small;

	small = queue_make(name, O_RDWR, 1, 1);
	ASSERT_LE(0, small);
	EXPECT_EQ(0, mq_unlink(name));
	EXPECT_EQ(0, queue_send(small, 'a', 0));
	EXPECT_EQ(1, mq_receive(small, text, 1, NULL));
	EXPECT_EQ(0, queue_send(small, 'b', 0));
	EXPECT_EQ(0, mq_close(small));
	EXPECT_EQ(small, queue_open(QUEUE, O_RDWR));
	EXPECT_EQ(-EMSGSIZE, mq(mq_receive(small, text, 1, NULL)));
}

TEST_F(mq_message, needs_the_right_descriptor) {
	char text[SIZE_MAX_HERE];

	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(-EBADF, queue_recv(self->writer));
	EXPECT_EQ(-EBADF, mq(mq_receive(self->writer, text, 1, NULL)));
	EXPECT_EQ(-EBADF, queue_send(self->reader, 'a', 0));
	EXPECT_EQ(-EBADF, mq(mq_send(self->reader, text, sizeof(text), 0)));
	EXPECT_EQ(1, queue_count(self->queue));
}

TEST_F(mq_message, does_not_wait) {
	const struct timespec past = time_in(-1000);
	char text[SIZE_MAX_HERE];

	EXPECT_EQ(-EAGAIN, queue_recv(self->impatient));
	EXPECT_EQ(-EAGAIN, mq(mq_timedreceive(self->impatient, text,
					      sizeof(text), NULL, &past)));
	queue_fill(self->queue);
	EXPECT_EQ(-EAGAIN, queue_send(self->impatient, 'a', MQ_PRIO_MAX - 1));
	EXPECT_EQ(-EAGAIN, mq(mq_timedsend(self->impatient, "a", 1, 0, &past)));
	EXPECT_EQ(MESSAGES_MAX, queue_count(self->queue));
}

TEST_F(mq_message, waits_until_a_time) {
	char text[SIZE_MAX_HERE];
	struct timespec time;

	for (long ms = -1000; ms <= 100; ms += 1100) {
		__u64 end = after(ms < 0 ? 0 : ms * MILLISECOND);

		time = time_in(ms);
		EXPECT_EQ(-ETIMEDOUT, mq(mq_timedreceive(self->reader, text,
							 sizeof(text), NULL,
							 &time)));
		EXPECT_LE(end, now());
	}
	queue_fill(self->queue);
	for (long ms = -1000; ms <= 100; ms += 1100) {
		__u64 end = after(ms < 0 ? 0 : ms * MILLISECOND);

		time = time_in(ms);
		EXPECT_EQ(-ETIMEDOUT, mq(mq_timedsend(self->writer, "a", 1, 0,
						      &time)));
		EXPECT_LE(end, now());
	}
	/* 1970, and a time that cannot be */
	time = (struct timespec){ .tv_sec = 0 };
	EXPECT_EQ(-ETIMEDOUT, mq(mq_timedsend(self->writer, "a", 1, 0, &time)));
}

/* A time that passed does not matter where there is nothing to wait for */
TEST_F(mq_message, looks_at_the_time_last) {
	const struct timespec past = time_in(-1000);
	char text[SIZE_MAX_HERE];

	EXPECT_EQ(0, mq_timedsend(self->writer, "a", 1, 0, &past));
	EXPECT_EQ(1, mq_timedreceive(self->reader, text, sizeof(text), NULL,
				     &past));
}

TEST_F(mq_message, refuses_bad_times) {
	static const struct timespec times[] = {
		{ .tv_sec = -1 },
		{ .tv_nsec = -1 },
		{ .tv_sec = INT_MAX, .tv_nsec = 1000000000 },
	};
	char text[SIZE_MAX_HERE];

	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		EXPECT_EQ(-EINVAL, mq(mq_timedreceive(self->reader, text,
						      sizeof(text), NULL,
						      &times[i])));
	queue_fill(self->queue);
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		EXPECT_EQ(-EINVAL, mq(mq_timedsend(self->writer, "a", 1, 0,
						   &times[i])));
}

/* Linux does, POSIX lets it be */
TEST_F(mq_message, refuses_bad_times_in_any_case) {
	const struct timespec time = { .tv_sec = -1 };

	if (mq_is_mailbox())
		SKIP(return, "only if there is a need to wait");
	EXPECT_EQ(-EINVAL, mq(mq_timedsend(self->writer, "a", 1, 0, &time)));
}

TEST_F(mq_message, waits_for_messages_and_room) {
	const struct timespec late = time_in(3600 * 1000L);
	const struct timespec never = { .tv_sec = LONG_MAX };
	const struct timespec *times[] = { NULL, &late, &never };
	struct queue_waiter waiter;

	for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
		queue_waiter_start(&waiter, self->reader, false, times[i]);
		EXPECT_EQ(0, queue_send(self->writer, 'x', 0));
		EXPECT_EQ('x', queue_waiter_join(&waiter));
		queue_fill(self->queue);
		queue_waiter_start(&waiter, self->writer, true, times[i]);
		EXPECT_EQ('f', queue_recv(self->reader));
		EXPECT_EQ(0, queue_waiter_join(&waiter));
		EXPECT_EQ(MESSAGES_MAX, queue_count(self->queue));
		while (queue_recv(self->impatient) > 0)
			;
	}
}

/* Lets a thread wait, interrupts it, and if it goes on lets it have its way */
static long interrupt_waiter(mqd_t queue, const struct timespec *time,
			     bool sends, bool restarts)
{
	struct queue_waiter waiter;

	interrupt_install(restarts ? SA_RESTART : 0);
	queue_waiter_start(&waiter, queue, sends, time);
	interrupt(&waiter.thread);
	if (restarts) {
		wait_in_queue(waiter.thread.tid);
		check(!waiter.done);
		if (sends)
			check(queue_recv(queue) == 'f');
		else
			must(queue_send(queue, 'x', 0));
	}
	return queue_waiter_join(&waiter);
}

TEST_F(mq_message, is_interrupted) {
	const struct timespec late = time_in(3600 * 1000L);
	const struct timespec *times[] = { NULL, &late };

	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(-EINTR, interrupt_waiter(self->queue, times[i],
						   false, false));
		EXPECT_EQ('x', interrupt_waiter(self->queue, times[i], false,
						true));
	}
	queue_fill(self->queue);
	for (int i = 0; i < 2; i++) {
		EXPECT_EQ(-EINTR, interrupt_waiter(self->queue, times[i],
						   true, false));
		EXPECT_EQ(0, interrupt_waiter(self->queue, times[i], true,
					      true));
	}
}

static void send_from_child(int sock, void *arg)
{
	mqd_t queue = *(mqd_t *)arg;

	must(queue_send(queue, 'c', 0));
	hear(sock);
	check(queue_recv(queue) == 'p');
	must_errno(mq_close(queue));
}

TEST_F(mq_message, is_inherited) {
	struct child child;

	child_start(&child, CHILD_SHARES, send_from_child, &self->queue);
	EXPECT_EQ('c', queue_recv(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'p', 0));
	tell(child.sock, 0);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(0, queue_count(self->queue));
}

static int events_of(mqd_t queue)
{
	struct pollfd file = { .fd = queue, .events = POLLIN | POLLOUT };

	must_errno(poll(&file, 1, 0));
	return file.revents;
}

TEST_F(mq_message, is_polled) {
	EXPECT_EQ(POLLOUT, events_of(self->queue));
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ(POLLIN | POLLOUT, events_of(self->queue));
	queue_fill(self->queue);
	EXPECT_EQ(POLLIN, events_of(self->queue));
}

static void *receive_for_ever(void *arg)
{
	struct queue_waiter *waiter = arg;

	__atomic_store_n(&waiter->thread.tid, thread_id(), __ATOMIC_RELEASE);
	queue_recv(waiter->queue);
	return NULL;
}

TEST_F(mq_message, is_a_cancellation_point) {
	struct queue_waiter waiter = { .queue = self->queue };
	void *result = NULL;
	pthread_t thread;

	ASSERT_EQ(0, pthread_create(&thread, NULL, receive_for_ever, &waiter));
	while (!__atomic_load_n(&waiter.thread.tid, __ATOMIC_ACQUIRE))
		pause_ms(1);
	wait_in_queue(waiter.thread.tid);
	EXPECT_EQ(0, pthread_cancel(thread));
	EXPECT_EQ(0, pthread_join(thread, &result));
	EXPECT_TRUE(result == PTHREAD_CANCELED);
	/* And takes no message with it */
	EXPECT_EQ(0, queue_send(self->queue, 'a', 0));
	EXPECT_EQ('a', queue_recv(self->impatient));
}

/* Nobody else can come after the unlink: they wait all the same */
TEST_F(mq_message, waits_in_vain) {
	char text[SIZE_MAX_HERE];
	struct queue_waiter waiter;
	struct timespec time;

	queue_fill(self->queue);
	EXPECT_EQ(0, mq_unlink(QUEUE));
	EXPECT_EQ(0, mq_close(self->queue));
	EXPECT_EQ(0, mq_close(self->impatient));
	self->queue = dup(self->reader);
	EXPECT_EQ(0, mq_close(self->writer));
	for (int i = 0; i < MESSAGES_MAX; i++)
		EXPECT_EQ('f', queue_recv(self->reader));
	time = time_in(100);
	EXPECT_EQ(-ETIMEDOUT, mq(mq_timedreceive(self->reader, text,
						 sizeof(text), NULL, &time)));
	time.tv_nsec = -1;
	EXPECT_EQ(-EINVAL, mq(mq_timedreceive(self->reader, text, sizeof(text),
					      NULL, &time)));
	interrupt_install(0);
	queue_waiter_start(&waiter, self->reader, false, NULL);
	interrupt(&waiter.thread);
	EXPECT_EQ(-EINTR, queue_waiter_join(&waiter));
	EXPECT_EQ(0, fcntl(self->reader, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, queue_recv(self->reader));
}

TEST_F(mq_message, waits_in_vain_for_room) {
	struct timespec time;

	queue_fill(self->queue);
	EXPECT_EQ(0, mq_unlink(QUEUE));
	EXPECT_EQ(0, mq_close(self->queue));
	EXPECT_EQ(0, mq_close(self->impatient));
	EXPECT_EQ(0, mq_close(self->reader));
	time = time_in(100);
	EXPECT_EQ(-ETIMEDOUT, mq(mq_timedsend(self->writer, "a", 1, 0, &time)));
	EXPECT_EQ(0, fcntl(self->writer, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, queue_send(self->writer, 'a', 0));
}

TEST_F(mq_message, is_lost_where_nobody_can_receive) {
	EXPECT_EQ(0, mq_unlink(QUEUE));
	EXPECT_EQ(0, mq_close(self->queue));
	EXPECT_EQ(0, mq_close(self->impatient));
	EXPECT_EQ(0, mq_close(self->reader));
	EXPECT_EQ(0, fcntl(self->writer, F_SETFL, O_NONBLOCK));
	if (mq_is_mailbox())
		SKIP(return, "it is as if the queue was full");
	EXPECT_EQ(0, queue_send(self->writer, 'a', 0));
}

TEST_HARNESS_MAIN
