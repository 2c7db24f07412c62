// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Producers and consumers that are killed at each instruction of what they do. */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sharing.h"

#define SIZE		1024U
#define RECORD_MAX	200U
/* What one call takes at most, in instructions, with the sanitizers */
#define STEPS_MAX	400000U

static struct sharing sharing;

/* Runs in the child: stops before and after what is to be killed in between */
static void trap(void)
{
	raise(SIGSTOP);
}

static int write_one(struct sharing *shared, unsigned int writer)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);
	unsigned char record[RECORD_MAX];
	size_t size = content_make(record, writer, 0, RECORD_MAX);

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	trap();
	kipc_ring_write(ring, record, size, 0, KIPC_NO_WAIT);
	trap();
	return 0;
}

static int write_in_place(struct sharing *shared, unsigned int writer)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);
	unsigned char record[RECORD_MAX];
	size_t size = content_make(record, writer, 0, RECORD_MAX);
	void *room;

	ptrace(PTRACE_TRACEME, 0, 0, 0);
	trap();
	kipc_ring_reserve(ring, RECORD_MAX, KIPC_NO_WAIT, &room);
	for (size_t i = 0; i < size; i++)
		((volatile unsigned char *)room)[i] = record[i];
	kipc_ring_commit(ring, size, 0);
	trap();
	return 0;
}

static int read_one(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_CONSUMER);
	unsigned char record[RECORD_MAX];

	(void)number;
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	trap();
	kipc_ring_read(ring, record, sizeof(record), KIPC_NO_WAIT);
	trap();
	return 0;
}

static int attach_one(struct sharing *shared, unsigned int role)
{
	ptrace(PTRACE_TRACEME, 0, 0, 0);
	trap();
	sharing_attach(shared, (enum kipc_ring_role)role);
	trap();
	return 0;
}

/* Waits until it stops; false if it did so by itself */
static bool stepped(pid_t child)
{
	int status;

	waitpid(child, &status, 0);
	if (WIFSTOPPED(status))
		return WSTOPSIG(status) != SIGSTOP;
	EXPECT(!"it ended");
	return false;
}

/*
 * Starts @function, and kills it after so many steps. Returns whether it had not come to
 * its end before.
 */
static bool kill_after(int (*function)(struct sharing *shared,
				       unsigned int number),
		       unsigned int number, unsigned int steps)
{
	pid_t child = child_start(function, &sharing, number);
	bool within = true;

	stepped(child);
	for (unsigned int i = 0; i < steps && within; i++) {
		if (ptrace(PTRACE_SINGLESTEP, child, 0, 0))
			break;
		within = stepped(child);
	}
	child_kill(child);
	return within;
}

/*
 * Rarely where there is a lot of the sanitizers' own. ThreadSanitizer, which has most, sees
 * nothing of other processes.
 */
#ifdef __SANITIZE_THREAD__
#define DENSITY		2
#else
#define DENSITY		25
#endif

static unsigned int next_step(unsigned int step)
{
	return step < 100 ? step + 1 : step + 1 + step / DENSITY;
}

/* Takes the next record, of which the writer may be one of two */
static bool take(struct kipc_ring *ring, unsigned int writer)
{
	unsigned char record[RECORD_MAX];
	unsigned int from, number;
	ssize_t size = kipc_ring_read(ring, record, sizeof(record),
				      KIPC_NO_WAIT);

	return size > 0 && content_check(record, (size_t)size, &from,
					 &number) && from == writer;
}

/* All that there is, or nothing; and then the next producer's, in the same lane */
static void kill_producer(int (*function)(struct sharing *shared,
					  unsigned int number))
{
	struct kipc_ring *consumer, *producer;
	unsigned char record[RECORD_MAX];
	unsigned int arrived = 0, step = 0;
	bool within = true;

	sharing_ring(&sharing, 1, 1, SIZE);
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	for (; within && step < STEPS_MAX; step = next_step(step)) {
		within = kill_after(function, step, step);
		arrived += take(consumer, step);
		EXPECT_EQ(0, kipc_ring_peers(consumer));
		EXPECT_EQ(-EPIPE, kipc_ring_read(consumer, record,
						 sizeof(record), KIPC_FOREVER));
		producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
		EXPECT_EQ(0, kipc_ring_write(producer, record,
					     content_make(record, 7, step,
							  RECORD_MAX),
					     0, KIPC_NO_WAIT));
		EXPECT(take(consumer, 7));
		kipc_ring_detach(producer);
	}
	EXPECT(!within);
	EXPECT(arrived > 0);
	kipc_ring_detach(consumer);
	sharing_free(&sharing);
}

static void producer_is_killed_anywhere(void)
{
	kill_producer(write_one);
}

static void producer_is_killed_in_place(void)
{
	kill_producer(write_in_place);
}

/* Of two records, the next consumer gets both, or the second */
static void kill_consumer(unsigned int consumers)
{
	struct kipc_ring *consumer, *producer;
	unsigned char record[RECORD_MAX];
	unsigned int step = 0;
	bool within = true;

	sharing_ring(&sharing, 1, consumers, SIZE);
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	for (; within && step < STEPS_MAX; step = next_step(step)) {
		for (unsigned int i = 0; i < 2; i++)
			EXPECT_EQ(0, kipc_ring_write(producer, record,
						     content_make(record, i, 0,
								  RECORD_MAX),
						     0, KIPC_NO_WAIT));
		within = kill_after(read_one, 0, step);
		consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
		if (take(consumer, 0))
			EXPECT(within && take(consumer, 1));
		else
			EXPECT_EQ(-EAGAIN, kipc_ring_read(consumer, record,
							  RECORD_MAX,
							  KIPC_NO_WAIT));
		kipc_ring_detach(consumer);
	}
	EXPECT(!within);
	kipc_ring_detach(producer);
	sharing_free(&sharing);
}

static void consumer_is_killed_anywhere(void)
{
	kill_consumer(1);
	kill_consumer(2);
}

/* Nobody is locked out, and who waits sees that it has gone, if it has come so far */
static void attaching_is_killed_anywhere(void)
{
	struct kipc_ring *consumer, *producer;
	unsigned int step = 0;
	bool within = true;
	int ret;

	sharing_ring(&sharing, 1, 1, SIZE);
	for (; within && step < STEPS_MAX; step += 1 + step / 2) {
		EXPECT_EQ(0, kipc_ring_init(sharing.memory, sharing.size,
					    &(struct kipc_ring_options){
					    .producers = 1, .consumers = 1,
					    .size = SIZE }));
		within = kill_after(attach_one, KIPC_RING_PRODUCER, step);
		consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
		ret = (int)kipc_ring_read(consumer, NULL, 0,
					  kipc_deadline_ms(40));
		EXPECT(ret == -EPIPE || (within && ret == -ETIMEDOUT));
		producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
		kipc_ring_detach(producer);
		kipc_ring_detach(consumer);
	}
	EXPECT(!within);
	sharing_free(&sharing);
}

static const struct test tests[] = {
	TEST(producer_is_killed_anywhere),
	TEST(producer_is_killed_in_place),
	TEST(consumer_is_killed_anywhere),
	TEST(attaching_is_killed_anywhere),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
