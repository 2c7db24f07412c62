// SPDX-License-Identifier: GPL-2.0-only
/* Rings in regions, by the library: what the kernel tells of the others, and takes away. */
#include <kipc.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.ring"
#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define KILLS		50

static const struct kipc_ring_options options = {
	.producers = 2,
	.consumers = 1,
	.size = 4096,
};

FIXTURE(ring)
{
	struct live live;
	int view;
};

FIXTURE_SETUP(ring)
{
	ASSERT_EQ(0, live_begin(&self->live));
	self->view = kipc_ring_create(NULL, NAME, 0600, &options);
	ASSERT_LE(0, self->view);
}

FIXTURE_TEARDOWN(ring)
{
	EXPECT_EQ(0, close(self->view));
	EXPECT_EQ(0, kipc_region_unlink(NULL, NAME));
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(ring, is_opened)
{
	struct kipc_ring_options bad = options;
	struct kipc_ring *producer, *consumer;
	char text[8];
	int other;

	bad.size = 100;
	EXPECT_EQ(-EINVAL, kipc_ring_create(NULL, NULL, 0, &bad));
	EXPECT_EQ(-EEXIST, kipc_ring_create(NULL, NAME, 0600, &options));
	EXPECT_EQ(-ENOTTY, kipc_ring_open(STDIN_FILENO, KIPC_RING_CONSUMER,
					  KIPC_NO_WAIT, &consumer));
	other = kipc_region_open(NULL, NAME, KIPC_REGION_READ, 0, 0);
	EXPECT_EQ(-EACCES, kipc_ring_open(other, KIPC_RING_CONSUMER,
					  KIPC_NO_WAIT, &consumer));
	close(other);
	other = kipc_region_open(NULL, NAME, BOTH, 0, 0);
	ASSERT_EQ(0, kipc_ring_open(other, KIPC_RING_CONSUMER, KIPC_NO_WAIT,
				    &consumer));
	EXPECT_EQ(-EBUSY, kipc_ring_open(other, KIPC_RING_CONSUMER,
					 KIPC_NO_WAIT, &producer));
	/* It is not needed any more. */
	close(other);
	ASSERT_EQ(0, kipc_ring_open(self->view, KIPC_RING_PRODUCER,
				    KIPC_NO_WAIT, &producer));
	EXPECT_EQ(0, kipc_ring_write(producer, "hello", 5, 0, KIPC_NO_WAIT));
	EXPECT_EQ(5, kipc_ring_read(consumer, text, sizeof(text), KIPC_NO_WAIT));
	EXPECT_EQ(0, memcmp(text, "hello", 5));
	kipc_ring_detach(producer);
	kipc_ring_detach(consumer);
}

static void *make_later(void *memory)
{
	usleep(100000);
	kipc_ring_init(memory, kipc_ring_memory(&options), &options);
	return NULL;
}

TEST_F(ring, is_waited_for)
{
	int view = kipc_region_open(NULL, NULL, BOTH, 0,
				    kipc_ring_memory(&options));
	struct kipc_ring *ring;
	pthread_t thread;
	size_t size;
	void *memory;

	EXPECT_EQ(-ENODATA, kipc_ring_open(view, KIPC_RING_CONSUMER,
					   KIPC_NO_WAIT, &ring));
	EXPECT_EQ(-ETIMEDOUT, kipc_ring_open(view, KIPC_RING_CONSUMER,
					     kipc_deadline_ms(50), &ring));
	ASSERT_EQ(0, kipc_region_map(view, &memory, &size));
	pthread_create(&thread, NULL, make_later, memory);
	EXPECT_EQ(0, kipc_ring_open(view, KIPC_RING_CONSUMER, KIPC_FOREVER,
				    &ring));
	pthread_join(thread, NULL);
	kipc_ring_detach(ring);
	munmap(memory, size);
	close(view);
}

/* A child with a view of its own: numbers, for ever */
static void write_numbers(void)
{
	int view = kipc_region_open(NULL, NAME, BOTH, 0, 0);
	struct kipc_ring *ring;
	__u64 number = 0;

	if (kipc_ring_open(view, KIPC_RING_PRODUCER, KIPC_NO_WAIT, &ring))
		_exit(1);
	close(view);
	while (!kipc_ring_write(ring, &number, sizeof(number), 0, KIPC_FOREVER))
		number++;
	_exit(2);
}

static pid_t start(void (*run)(void))
{
	pid_t child = fork();

	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	run();
	_exit(3);
}

static void stop(pid_t child)
{
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

TEST_F(ring, loses_no_more_than_its_producer)
{
	struct kipc_ring *ring;
	__u64 number, next;
	ssize_t size;
	pid_t child;

	ASSERT_EQ(0, kipc_ring_open(self->view, KIPC_RING_CONSUMER,
				    KIPC_NO_WAIT, &ring));
	for (int i = 0; i < KILLS; i++) {
		child = start(write_numbers);
		/* Until it has come, the one before has gone. */
		do {
			size = kipc_ring_read(ring, &number, 8, KIPC_FOREVER);
		} while (size == -EPIPE);
		ASSERT_EQ(8, size);
		ASSERT_EQ(0, number);
		for (next = 1; next < (__u64)(1 + i * 20); next++) {
			ASSERT_EQ(8, kipc_ring_read(ring, &number, 8,
						    KIPC_FOREVER));
			ASSERT_EQ(next, number);
		}
		stop(child);
		while ((size = kipc_ring_read(ring, &number, 8,
					      KIPC_FOREVER)) == 8)
			ASSERT_EQ(next++, number);
		ASSERT_EQ(-EPIPE, size);
	}
	kipc_ring_detach(ring);
}

/*
 * In another PID namespace: its death cannot be seen, but that of its view can. Nor may this
 * one be taken for somebody there.
 */
static void enter_and_write(void)
{
	pid_t child;

	if (unshare(CLONE_NEWPID))
		_exit(4);
	child = start(write_numbers);
	waitpid(child, NULL, 0);
	_exit(5);
}

TEST_F(ring, sees_through_namespaces)
{
	struct kipc_ring *ring;
	__u64 number;
	ssize_t size;
	pid_t child;

	ASSERT_EQ(0, kipc_ring_open(self->view, KIPC_RING_CONSUMER,
				    KIPC_NO_WAIT, &ring));
	child = start(enter_and_write);
	ASSERT_EQ(8, kipc_ring_read(ring, &number, 8, KIPC_FOREVER));
	EXPECT_EQ(1, kipc_ring_peers(ring));
	/* Its own child dies with it. */
	stop(child);
	do {
		size = kipc_ring_read(ring, &number, 8, KIPC_FOREVER);
	} while (size == 8);
	EXPECT_EQ(-EPIPE, size);
	kipc_ring_detach(ring);
}

static void wait_with_derived_view(int view)
{
	struct kipc_ring *ring;
	__u64 number;
	ssize_t ret;

	if (kipc_ring_open(view, KIPC_RING_CONSUMER, KIPC_NO_WAIT, &ring))
		_exit(1);
	ret = kipc_ring_read(ring, &number, 8, KIPC_FOREVER);
	kipc_ring_detach(ring);
	_exit((int)-ret);
}

/* Whoever sleeps is told, and does not touch what was taken away. */
TEST_F(ring, is_revoked)
{
	int view = kipc_region_view(self->view, BOTH, 0, 0, NULL), status;
	pid_t child;

	ASSERT_LE(0, view);
	child = fork();
	if (!child)
		wait_with_derived_view(view);
	usleep(300000);
	EXPECT_EQ(0, kipc_region_revoke_all(self->view));
	waitpid(child, &status, 0);
	EXPECT_TRUE(WIFEXITED(status));
	EXPECT_EQ(EKEYREVOKED, WEXITSTATUS(status));
	close(view);
}

TEST_HARNESS_MAIN
