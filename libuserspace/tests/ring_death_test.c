// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Producers and consumers that are killed: at each instruction of what they do, at random
 * while they are busy, and while others sleep.
 */
#define _GNU_SOURCE

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sharing.h"

#define SIZE		1024U
#define RECORD_MAX	200U
/* What one call takes at most, in instructions, with the sanitizers */
#define STEPS_MAX	400000U
#define KILLS		200U

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

/* Rarely where there is a lot of the sanitizers' own, and never twice at the same place */
static unsigned int next_step(unsigned int step)
{
	return step < 100 ? step + 1 : step + 1 + step / 40;
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
	for (; within && step < STEPS_MAX; step += 1 + step / 4) {
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

static int write_for_ever(struct sharing *shared, unsigned int writer)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);
	unsigned char record[RECORD_MAX];
	unsigned int i = 0;

	while (!kipc_ring_write(ring, record,
				content_make(record, writer, i, RECORD_MAX),
				i % 5 ? KIPC_RING_MORE : 0, KIPC_FOREVER))
		i++;
	return 1;
}

static int read_for_ever(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_CONSUMER);
	unsigned char record[RECORD_MAX];
	unsigned int writer, index;
	ssize_t size;

	(void)number;
	do {
		size = kipc_ring_read(ring, record, RECORD_MAX, KIPC_FOREVER);
	} while (size > 0 && content_check(record, (size_t)size, &writer,
					   &index));
	return 1;
}

static void sleep_us(unsigned int us)
{
	const struct timespec time = { .tv_nsec = us * 1000L };

	nanosleep(&time, NULL);
}

/*
 * Three write, and each is killed at a random time and replaced, while what they write is
 * read: each one's from its first on, without a gap.
 */
static void producers_are_killed(void)
{
	unsigned int next[KILLS + 3] = { 0 }, writer, number;
	unsigned char record[RECORD_MAX];
	struct kipc_ring *ring;
	uint64_t state = 1;
	pid_t children[3];
	ssize_t size;

	sharing_ring(&sharing, 3, 1, SIZE);
	ring = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	for (unsigned int i = 0; i < 3; i++)
		children[i] = child_start(write_for_ever, &sharing, i);
	for (unsigned int i = 3; i < KILLS + 3; i++) {
		for (uint64_t j = random_next(&state) % 300; j; j--) {
			size = kipc_ring_read(ring, record, RECORD_MAX,
					      KIPC_FOREVER);
			if (size < 0 || !content_check(record, (size_t)size,
						       &writer, &number) ||
			    writer >= i || number != next[writer]++)
				EXPECT(!"content");
		}
		child_kill(children[i % 3]);
		children[i % 3] = child_start(write_for_ever, &sharing, i);
	}
	for (unsigned int i = 0; i < 3; i++)
		child_kill(children[i]);
	do {
		size = kipc_ring_read(ring, record, RECORD_MAX, KIPC_FOREVER);
	} while (size > 0);
	EXPECT_EQ(-EPIPE, size);
	kipc_ring_detach(ring);
	sharing_free(&sharing);
}

/* Three read, and each is killed and replaced; one writes, and never has to give up */
static void consumers_are_killed(void)
{
	unsigned char record[RECORD_MAX];
	struct kipc_ring *ring, *stay;
	uint64_t state = 1;
	pid_t children[3];
	unsigned int n = 0;

	sharing_ring(&sharing, 1, 4, SIZE);
	/* Somebody is always there, and does nothing. */
	stay = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	ring = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	for (unsigned int i = 0; i < 3; i++)
		children[i] = child_start(read_for_ever, &sharing, i);
	for (unsigned int i = 0; i < KILLS; i++) {
		for (uint64_t j = random_next(&state) % 300; j; j--)
			EXPECT_EQ(0, kipc_ring_write(ring, record,
						     content_make(record, 0, n++,
								  RECORD_MAX),
						     0,
						     kipc_deadline_ms(10000)));
		child_kill(children[i % 3]);
		children[i % 3] = child_start(read_for_ever, &sharing, i);
	}
	for (unsigned int i = 0; i < 3; i++)
		child_kill(children[i]);
	kipc_ring_detach(stay);
	while (!kipc_ring_write(ring, record, 8, 0, KIPC_NO_WAIT))
		;
	EXPECT_EQ(-EPIPE, kipc_ring_write(ring, record, 8, 0, KIPC_FOREVER));
	kipc_ring_detach(ring);
	sharing_free(&sharing);
}

static int stay_attached(struct sharing *shared, unsigned int role)
{
	sharing_attach(shared, (enum kipc_ring_role)role);
	pause();
	return 1;
}

static int wait_to_read(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_CONSUMER);

	(void)number;
	return (int)-kipc_ring_read(ring, NULL, 0, KIPC_FOREVER);
}

static int wait_to_write(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);
	int ret;

	(void)number;
	do {
		ret = kipc_ring_write(ring, "12345678", 8, 0, KIPC_FOREVER);
	} while (!ret);
	return -ret;
}

/* Who is attached dies while another one sleeps; not reaped at first, as a zombie */
static void death_wakes(enum kipc_ring_role role,
			int (*sleeper)(struct sharing *shared,
				       unsigned int number))
{
	uint64_t deadline;
	pid_t first, second;

	sharing_ring(&sharing, 2, 2, SIZE);
	first = child_start(stay_attached, &sharing, role);
	child_await_sleep(first);
	second = child_start(sleeper, &sharing, 0);
	child_await_sleep(second);
	sleep_us(50000);
	deadline = kipc_deadline_ms(5000);
	kill(first, SIGKILL);
	EXPECT_EQ(EPIPE, child_wait(second));
	EXPECT(kipc_deadline_remaining(deadline));
	EXPECT_EQ(-SIGKILL, child_wait(first));
	sharing_free(&sharing);
}

static void sleepers_notice_death(void)
{
	death_wakes(KIPC_RING_PRODUCER, wait_to_read);
	death_wakes(KIPC_RING_CONSUMER, wait_to_write);
}

static int write_and_sleep(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);

	(void)number;
	kipc_ring_write(ring, "x", 1, 0, KIPC_FOREVER);
	pause();
	return 1;
}

/* A consumer that is woken and dies, and a waker that dies: the others wake by themselves */
static void lost_wakes_are_made_up_for(void)
{
	pid_t sleepers[3], writer;

	for (unsigned int i = 0; i < 20; i++) {
		sharing_ring(&sharing, 1, 3, SIZE);
		for (unsigned int j = 0; j < 3; j++)
			sleepers[j] = child_start(wait_to_read, &sharing, 0);
		for (unsigned int j = 0; j < 3; j++)
			child_await_sleep(sleepers[j]);
		writer = child_start(write_and_sleep, &sharing, 0);
		child_kill(sleepers[0]);
		/* One of them finds it too large. */
		EXPECT_EQ(EMSGSIZE, child_wait(sleepers[1]));
		child_kill(writer);
		EXPECT_EQ(EMSGSIZE, child_wait(sleepers[2]));
		sharing_free(&sharing);
	}
}

/* A child may give up what it inherited, without giving up the place */
static int detach_inherited(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = (void *)shared;

	(void)number;
	kipc_ring_detach(ring);
	return 0;
}

static void children_leave_quietly(void)
{
	struct kipc_ring *producer, *consumer;

	sharing_ring(&sharing, 1, 1, SIZE);
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	EXPECT_EQ(0, child_wait(child_start(detach_inherited,
					    (void *)producer, 0)));
	EXPECT_EQ(1, kipc_ring_peers(consumer));
	EXPECT_EQ(0, kipc_ring_write(producer, "x", 1, 0, KIPC_NO_WAIT));
	kipc_ring_detach(producer);
	kipc_ring_detach(consumer);
	sharing_free(&sharing);
}

static const struct test tests[] = {
	TEST(producer_is_killed_anywhere),
	TEST(producer_is_killed_in_place),
	TEST(consumer_is_killed_anywhere),
	TEST(attaching_is_killed_anywhere),
	TEST(producers_are_killed),
	TEST(consumers_are_killed),
	TEST(sleepers_notice_death),
	TEST(lost_wakes_are_made_up_for),
	TEST(children_leave_quietly),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
