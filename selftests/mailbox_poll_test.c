// SPDX-License-Identifier: GPL-2.0-only
/* poll() and epoll on mailboxes: when there is something to receive, and room. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>

#include "mailbox.h"
#include "stranger.h"

static const char name[] = "mailbox.poll";

FIXTURE(poll) {
	struct live live;
	int fd;
	int epoll;
};

FIXTURE_SETUP(poll) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 2);
	self->epoll = epoll_create1(EPOLL_CLOEXEC);
	ASSERT_LE(0, self->epoll);
}

FIXTURE_TEARDOWN(poll) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(poll, queue) {
	int reader = mailbox_join(name, READER);
	int writer = mailbox_join(name, WRITER);
	int neither = mailbox_join(name, 0);

	EXPECT_EQ(POLLOUT, mailbox_polled(self->fd));
	EXPECT_EQ(0, mailbox_polled(reader));
	EXPECT_EQ(POLLOUT, mailbox_polled(writer));
	EXPECT_EQ(0, mailbox_polled(neither));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(POLLIN | POLLOUT, mailbox_polled(self->fd));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(POLLIN, mailbox_polled(self->fd));
	EXPECT_EQ(POLLIN, mailbox_polled(reader));
	EXPECT_EQ(0, mailbox_polled(writer));
	EXPECT_EQ(0, mailbox_polled(neither));
	EXPECT_EQ(1, mail_next(reader));
	EXPECT_EQ(POLLOUT, mailbox_polled(writer));
	EXPECT_EQ(2, mail_next(reader));
	EXPECT_EQ(0, mailbox_polled(reader));
}

TEST_F(poll, policies) {
	int drop = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 1);
	int fail = mailbox_make_policy(NULL, KIPC_MAILBOX_FAIL, 1);
	int broadcast = mailbox_make(NULL, KIPC_MAILBOX_BROADCAST, 1);

	ASSERT_EQ(0, mail_post(drop, 1));
	EXPECT_EQ(POLLIN | POLLOUT, mailbox_polled(drop));
	ASSERT_EQ(0, mail_post(fail, 1));
	EXPECT_EQ(POLLIN, mailbox_polled(fail));
	EXPECT_EQ(POLLOUT, mailbox_polled(broadcast));
	ASSERT_EQ(0, mail_post(broadcast, 1));
	EXPECT_EQ(POLLIN | POLLOUT, mailbox_polled(broadcast));
}

/* A broadcast: what this file did not receive yet */
TEST_F(poll, broadcast) {
	int fd, reader[2], i;

	ASSERT_EQ(0, mailbox_unlink(name));
	fd = mailbox_make(name, KIPC_MAILBOX_BROADCAST, 4);
	for (i = 0; i < 2; i++)
		reader[i] = mailbox_join(name, READER);
	EXPECT_EQ(0, mailbox_polled(reader[0]));
	ASSERT_EQ(0, mail_post(fd, 1));
	EXPECT_EQ(POLLIN, mailbox_polled(reader[0]));
	EXPECT_EQ(1, mail_next(reader[0]));
	EXPECT_EQ(0, mailbox_polled(reader[0]));
	EXPECT_EQ(POLLIN, mailbox_polled(reader[1]));
	EXPECT_EQ(POLLIN | POLLOUT, mailbox_polled(fd));
	EXPECT_EQ(1, mail_purge(reader[1]));
	EXPECT_EQ(0, mailbox_polled(reader[1]));
}

/* Leased work is not there, and is there again. */
TEST_F(poll, work) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_WORK, 1);
	__u32 number;
	__u64 token;

	ASSERT_EQ(0, mail_post(fd, 1));
	EXPECT_EQ(POLLIN, mailbox_polled(fd));
	token = lease_next(fd, &number);
	EXPECT_EQ(0, mailbox_polled(fd));
	ASSERT_EQ(0, lease_return(fd, token));
	EXPECT_EQ(POLLIN, mailbox_polled(fd));
	token = lease_next(fd, &number);
	ASSERT_EQ(0, lease_ack(fd, token));
	EXPECT_EQ(POLLOUT, mailbox_polled(fd));
}

/* Room for the user who asks */
TEST_F(poll, room_of_the_user) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);

	must_errno(seteuid(ALICE));
	EXPECT_EQ(POLLOUT, mailbox_polled(fd));
	ASSERT_EQ(0, mail_post(fd, 1));
	ASSERT_EQ(0, mail_post(fd, 2));
	EXPECT_EQ(-EAGAIN, mail_post(fd, 3));
	EXPECT_EQ(POLLIN, mailbox_polled(fd));
	must_errno(seteuid(0));
	EXPECT_EQ(POLLIN | POLLOUT, mailbox_polled(fd));
}

/* A thread that polls, and what it saw */
struct poller {
	struct thread thread;
	int fd;
	short events;
	short revents;
};

static void run_poll(void *arg)
{
	struct poller *poller = arg;
	struct pollfd poll_fd = {
		.fd = poller->fd,
		.events = poller->events,
	};

	must_errno(poll(&poll_fd, 1, 20000));
	poller->revents = poll_fd.revents;
}

static void start_poll(struct poller *poller, int fd, short events)
{
	poller->fd = fd;
	poller->events = events;
	poller->revents = 0;
	thread_start(&poller->thread, run_poll, poller);
	wait_blocked_in(poller->thread.tid, SYS_poll);
}

TEST_F(poll, is_woken) {
	struct poller poller;

	start_poll(&poller, self->fd, POLLIN);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	thread_join(&poller.thread);
	EXPECT_EQ(POLLIN, poller.revents);
	ASSERT_EQ(0, mail_post(self->fd, 2));
	start_poll(&poller, self->fd, POLLOUT);
	EXPECT_EQ(1, mail_next(self->fd));
	thread_join(&poller.thread);
	EXPECT_EQ(POLLOUT, poller.revents);
}

static void add(struct _test_data_poll *self, __u32 events)
{
	struct epoll_event event = { .events = events };

	must_errno(epoll_ctl(self->epoll, EPOLL_CTL_ADD, self->fd, &event));
}

/* The events that there are now, or 0 */
static __u32 events_now(int epoll)
{
	struct epoll_event event = { 0 };
	int count = epoll_wait(epoll, &event, 1, 0);

	must_errno(count);
	return count ? event.events : 0;
}

TEST_F(poll, level) {
	add(self, EPOLLIN);
	EXPECT_EQ(0, events_now(self->epoll));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(0, events_now(self->epoll));
}

TEST_F(poll, edge) {
	add(self, EPOLLIN | EPOLLET);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
	EXPECT_EQ(0, events_now(self->epoll));
	/* Each message is an edge. */
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
	EXPECT_EQ(0, events_now(self->epoll));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(2, mail_next(self->fd));
	EXPECT_EQ(0, events_now(self->epoll));
	ASSERT_EQ(0, mail_post(self->fd, 3));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
}

TEST_F(poll, edge_of_room) {
	ASSERT_EQ(0, mail_post(self->fd, 1));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	add(self, EPOLLOUT | EPOLLET);
	EXPECT_EQ(0, events_now(self->epoll));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(EPOLLOUT, events_now(self->epoll));
	EXPECT_EQ(0, events_now(self->epoll));
}

TEST_F(poll, one_shot) {
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT };

	add(self, EPOLLIN | EPOLLONESHOT);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(0, events_now(self->epoll));
	ASSERT_EQ(0, epoll_ctl(self->epoll, EPOLL_CTL_MOD, self->fd, &event));
	EXPECT_EQ(EPOLLIN, events_now(self->epoll));
}

#define WAITERS	4

/**
 * struct watcher - a thread in epoll_wait()
 * @thread: the thread
 * @epoll: of its own, with the mailbox, and with an eventfd that ends its wait
 * @woken: counts those that saw an event of the mailbox
 */
struct watcher {
	struct thread thread;
	int epoll;
	int *woken;
};

static void run_watch(void *arg)
{
	struct watcher *watcher = arg;
	struct epoll_event event;

	must_errno(epoll_wait(watcher->epoll, &event, 1, -1));
	if (event.data.u32)
		__atomic_fetch_add(watcher->woken, 1, __ATOMIC_SEQ_CST);
}

/* One message wakes one of those who wait exclusively. */
TEST_F(poll, exclusive) {
	struct epoll_event event = {
		.events = EPOLLIN | EPOLLEXCLUSIVE,
		.data.u32 = 1,
	};
	struct epoll_event stop = { .events = EPOLLIN };
	int stop_fd = eventfd(0, EFD_CLOEXEC), i, woken = 0;
	struct watcher watcher[WAITERS];

	for (i = 0; i < WAITERS; i++) {
		watcher[i].epoll = epoll_create1(EPOLL_CLOEXEC);
		watcher[i].woken = &woken;
		ASSERT_EQ(0, epoll_ctl(watcher[i].epoll, EPOLL_CTL_ADD,
				       self->fd, &event));
		ASSERT_EQ(0, epoll_ctl(watcher[i].epoll, EPOLL_CTL_ADD, stop_fd,
				       &stop));
	}
	for (i = 0; i < WAITERS; i++)
		thread_start(&watcher[i].thread, run_watch, &watcher[i]);
	for (i = 0; i < WAITERS; i++)
		wait_blocked_in(watcher[i].thread.tid, SYS_epoll_wait);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	while (!__atomic_load_n(&woken, __ATOMIC_SEQ_CST))
		pause_ms(1);
	pause_ms(100);
	/* So that those that were not woken find nothing at their end */
	EXPECT_EQ(1, mail_next(self->fd));
	ASSERT_EQ(0, eventfd_write(stop_fd, 1));
	for (i = 0; i < WAITERS; i++)
		thread_join(&watcher[i].thread);
	EXPECT_EQ(1, woken);
}

TEST_HARNESS_MAIN
