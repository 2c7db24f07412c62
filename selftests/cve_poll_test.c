// SPDX-License-Identifier: GPL-2.0-only
/*
 * A class of errors of Binder: what a thread polls is freed with the thread, or with
 * the file, while it is polled. CVE-2019-2215: BINDER_THREAD_EXIT freed the wait
 * queue that epoll still had.
 *
 * An endpoint's wait queue belongs to its file, and epoll lets go of it before the
 * file does. So here threads and files end, in any order and at once, while they
 * are polled and while messages come.
 */
#include <kselftest_harness.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

#include "message.h"

#define POLLERS	3

FIXTURE(cve_poll) {
	struct live live;
	struct endpoint client;
	__u32 seed;
};

FIXTURE_SETUP(cve_poll) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->client, POOL);
	self->seed = (__u32)now();
	TH_LOG("seed %u", self->seed);
}

FIXTURE_TEARDOWN(cve_poll) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int rounds(int count)
{
	return debug_kernel() ? count / 5 : count;
}

static void epoll_add(int epoll, int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };

	must_errno(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event));
}

/* How many are ready now */
static int ready(int epoll)
{
	struct epoll_event event[4];
	int count = epoll_wait(epoll, event, 4, 0);

	must_errno(count);
	return count;
}

struct poller {
	struct thread thread;
	int epoll;
	int fd;
	int stop;
};

static void add_and_end(void *arg)
{
	struct poller *poller = arg;

	epoll_add(poller->epoll, poller->fd);
}

/* The thread that began to poll ends, the polling goes on. */
TEST_F(cve_poll, thread_ends) {
	struct kipc_message message;
	struct poller poller;
	struct endpoint server;
	__u32 handle;

	endpoint_open(&server, POOL);
	handle = connect_to(&self->client, &server, node_create(&server, 1), 0);
	poller.epoll = epoll_create1(EPOLL_CLOEXEC);
	poller.fd = server.fd;
	thread_start(&poller.thread, add_and_end, &poller);
	thread_join(&poller.thread);
	/* Always writable */
	EXPECT_EQ(1, ready(poller.epoll));
	ASSERT_EQ(0, notify(&self->client, handle, 1));
	EXPECT_EQ(1, ready(poller.epoll));
	ASSERT_EQ(0, recv_now(&server, &message));
	endpoint_close(&server);
	EXPECT_EQ(0, ready(poller.epoll));
	EXPECT_EQ(-EOWNERDEAD, notify(&self->client, handle, 1));
	close(poller.epoll);
}

/* The epoll instance ends first, also one that is polled itself. */
TEST_F(cve_poll, epoll_ends) {
	int inner = epoll_create1(EPOLL_CLOEXEC);
	int outer = epoll_create1(EPOLL_CLOEXEC);
	struct endpoint server;
	__u32 handle;

	endpoint_open(&server, POOL);
	handle = connect_to(&self->client, &server, node_create(&server, 1), 0);
	epoll_add(inner, server.fd);
	epoll_add(outer, inner);
	EXPECT_EQ(1, ready(outer));
	close(inner);
	ASSERT_EQ(0, notify(&self->client, handle, 1));
	EXPECT_EQ(0, ready(outer));
	close(outer);
	ASSERT_EQ(0, notify(&self->client, handle, 2));
}

static void poll_often(void *arg)
{
	struct poller *poller = arg;
	struct pollfd poll_fd = { .fd = poller->fd, .events = POLLIN };
	struct epoll_event event[4];

	/* Either may be closed by now. */
	while (!__atomic_load_n(&poller->stop, __ATOMIC_RELAXED)) {
		epoll_wait(poller->epoll, event, 4, 1);
		poll(&poll_fd, 1, 0);
	}
}

/* The file is closed while threads poll it, and while messages wake them. */
TEST_F_TIMEOUT(cve_poll, file_ends, 120) {
	struct poller poller[POLLERS];
	int i, j, count = rounds(150);

	for (i = 0; i < count; i++) {
		struct endpoint server;
		__u32 handle;
		int epoll = epoll_create1(EPOLL_CLOEXEC);

		endpoint_open(&server, POOL);
		handle = connect_to(&self->client, &server,
				    node_create(&server, 1), 0);
		epoll_add(epoll, server.fd);
		for (j = 0; j < POLLERS; j++) {
			poller[j].epoll = epoll;
			poller[j].fd = server.fd;
			poller[j].stop = 0;
			thread_start(&poller[j].thread, poll_often,
				     &poller[j]);
		}
		for (j = 0; j < (int)(next_random(&self->seed) % 20); j++)
			must(notify(&self->client, handle, 1));
		/* Which of the two goes first */
		if (i % 2)
			close(epoll);
		endpoint_close(&server);
		notify(&self->client, handle, 1);
		for (j = 0; j < POLLERS; j++)
			__atomic_store_n(&poller[j].stop, 1, __ATOMIC_RELAXED);
		for (j = 0; j < POLLERS; j++)
			thread_join(&poller[j].thread);
		if (!(i % 2))
			close(epoll);
		handle_drop(&self->client, handle);
	}
}

/* In a child: polls, or waits to receive, in several threads, for good. */
struct waiting {
	struct endpoint *endpoint;
	int epoll;
};

static void wait_for_good(void *arg)
{
	struct waiting *waiting = arg;
	struct epoll_event event;
	struct kipc_message message;

	for (;;) {
		epoll_wait(waiting->epoll, &event, 1, -1);
		if (!recv_now(waiting->endpoint, &message))
			message_free(waiting->endpoint, &message);
	}
}

static void receive_for_good(void *arg)
{
	struct waiting *waiting = arg;
	struct kipc_message message;

	for (;;) {
		must(recv_flags(waiting->endpoint, 0, 0, &message));
		message_free(waiting->endpoint, &message);
	}
}

static void poll_and_receive(int sock, void *arg)
{
	struct waiting waiting = {
		.endpoint = arg,
		.epoll = epoll_create1(EPOLL_CLOEXEC),
	};
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	struct thread thread[4];
	int i;

	must_errno(epoll_ctl(waiting.epoll, EPOLL_CTL_ADD,
			     waiting.endpoint->fd, &event));
	for (i = 0; i < 4; i++)
		thread_start(&thread[i], i % 2 ? wait_for_good :
						 receive_for_good, &waiting);
	tell(sock, 1);
	hear(sock);
}

/* The process that polls is killed, while what it polls is another's, too. */
TEST_F_TIMEOUT(cve_poll, process_is_killed, 120) {
	struct kipc_message message;
	struct endpoint server;
	struct child child;
	__u32 handle;
	int i, j, count = rounds(150);

	endpoint_open(&server, POOL);
	handle = connect_to(&self->client, &server, node_create(&server, 1), 0);
	for (i = 0; i < count; i++) {
		child_start(&child, CHILD_SHARES, poll_and_receive, &server);
		hear(child.sock);
		for (j = 0; j < (int)(next_random(&self->seed) % 10); j++)
			must(notify(&self->client, handle, 1));
		kill(child.pid, SIGKILL);
		for (j = 0; j < 10; j++)
			must(notify(&self->client, handle, 1));
		EXPECT_EQ(-SIGKILL, child_end(&child));
		/* Nothing is left with the dead: all comes to who lives. */
		must(notify(&self->client, handle, 2));
		ASSERT_EQ(0, recv_soon(&server, &message));
		EXPECT_EQ(2, message.bits & 2);
	}
}

TEST_HARNESS_MAIN
