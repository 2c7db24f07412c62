// SPDX-License-Identifier: GPL-2.0-only
/* Many rounds in which each side waits for the other one by poll or epoll alone. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/epoll.h>

#include "mailbox.h"

FIXTURE(race) {
	struct live live;
	__u32 rounds;
};

FIXTURE_SETUP(race) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->rounds = debug_kernel() ? 500 : 4000;
}

FIXTURE_TEARDOWN(race) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* How long one wait may take before it is a wake-up that was lost */
#define LOST_MS	20000

/**
 * struct side - one of the two
 * @thread: its thread
 * @from: what it receives from
 * @to: what it sends to
 * @edge: by an edge-triggered epoll rather than poll
 * @rounds: how many
 */
struct side {
	struct thread thread;
	int from;
	int to;
	bool edge;
	__u32 rounds;
};

static void wait_for(int fd, int epoll, short events)
{
	struct pollfd poll_fd = { .fd = fd, .events = events };
	struct epoll_event event;

	if (epoll >= 0)
		check(epoll_wait(epoll, &event, 1, LOST_MS) == 1);
	else
		check(poll(&poll_fd, 1, LOST_MS) == 1);
}

static int edge_on(int fd, __u32 events)
{
	struct epoll_event event = { .events = events | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	must_errno(epoll);
	must_errno(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
	return epoll;
}

static void play(void *arg)
{
	struct side *side = arg;
	int epoll = side->edge ? edge_on(side->from, EPOLLIN) : -1;
	__u32 i, number;
	int ret;

	for (i = 0; i < side->rounds; i++) {
		while ((ret = mail_take(side->from, &number)) == -EAGAIN)
			wait_for(side->from, epoll, POLLIN);
		must(ret);
		check(number == i);
		must(mail_post(side->to, number));
	}
	if (epoll >= 0)
		close(epoll);
}

static void ping_pong(__u32 kind, bool edge, __u32 rounds)
{
	int there = mailbox_make(NULL, kind, 1);
	int back = mailbox_make(NULL, kind, 1);
	struct side side = {
		.from = there,
		.to = back,
		.edge = edge,
		.rounds = rounds,
	};
	int epoll = edge ? edge_on(back, EPOLLIN) : -1, ret;
	__u32 i, number;

	thread_start(&side.thread, play, &side);
	for (i = 0; i < rounds; i++) {
		must(mail_post(there, i));
		while ((ret = mail_take(back, &number)) == -EAGAIN)
			wait_for(back, epoll, POLLIN);
		must(ret);
		check(number == i);
	}
	thread_join(&side.thread);
	close(there);
	close(back);
}

TEST_F_TIMEOUT(race, poll, 100) {
	ping_pong(KIPC_MAILBOX_QUEUE, false, self->rounds);
}

TEST_F_TIMEOUT(race, edge, 100) {
	ping_pong(KIPC_MAILBOX_QUEUE, true, self->rounds);
}

TEST_F_TIMEOUT(race, broadcast, 100) {
	ping_pong(KIPC_MAILBOX_BROADCAST, true, self->rounds / 2);
}

/* A sender that waits for room by its edges, and a receiver that sleeps in turn */
static void drain(void *arg)
{
	struct side *side = arg;
	__u32 i;

	for (i = 0; i < side->rounds; i++)
		check(mail_next(side->from) == i);
}

TEST_F_TIMEOUT(race, room, 100) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2), ret;
	struct side side = { .from = fd, .rounds = self->rounds };
	int epoll = edge_on(fd, EPOLLOUT);
	__u32 i;

	thread_start(&side.thread, drain, &side);
	for (i = 0; i < self->rounds; i++) {
		while ((ret = mail_post(fd, i)) == -EAGAIN)
			wait_for(fd, epoll, POLLOUT);
		ASSERT_EQ(0, ret);
	}
	thread_join(&side.thread);
}

/* Some wait in poll, others in the command, for the same messages. */
static void take_all(void *arg)
{
	struct side *side = arg;
	__u32 number;
	int ret;

	do {
		while ((ret = mail_take(side->from, &number)) == -EAGAIN)
			wait_for(side->from, -1, POLLIN);
		must(ret);
		__atomic_fetch_add(&side->rounds, 1, __ATOMIC_RELAXED);
	} while (number);
}

static void receive_all(void *arg)
{
	struct side *side = arg;

	do
		__atomic_fetch_add(&side->rounds, 1, __ATOMIC_RELAXED);
	while (mail_next(side->from));
}

TEST_F_TIMEOUT(race, both_ways_of_waiting, 100) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4), i;
	struct side side[4];
	__u32 sum = 0, n;

	for (i = 0; i < 4; i++) {
		side[i] = (struct side) { .from = fd };
		thread_start(&side[i].thread, i % 2 ? take_all : receive_all,
			     &side[i]);
	}
	for (n = self->rounds; n; n--) {
		while (mail_post(fd, n))
			wait_for(fd, -1, POLLOUT);
	}
	for (i = 0; i < 4; i++)
		while (mail_post(fd, 0))
			wait_for(fd, -1, POLLOUT);
	for (i = 0; i < 4; i++) {
		thread_join(&side[i].thread);
		sum += side[i].rounds;
	}
	EXPECT_EQ(self->rounds + 4, sum);
}

TEST_HARNESS_MAIN
