// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Producers and consumers that are killed while they are busy, and while others sleep. */
#define _GNU_SOURCE

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "sharing.h"

#define SIZE		1024U
#define RECORD_MAX	200U
#define KILLS		200U

static struct sharing sharing;

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
	struct kipc_ring *ring, *stay;
	uint64_t state = 1;
	pid_t children[3];
	ssize_t size;

	sharing_ring(&sharing, 4, 1, SIZE);
	/* Somebody is always there, and does nothing. */
	stay = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	ring = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	for (unsigned int i = 0; i < 3; i++)
		children[i] = child_start(write_for_ever, &sharing, i);
	for (unsigned int i = 3; i < KILLS + 3; i++) {
		for (uint64_t j = random_next(&state) % 300; j; j--) {
			size = kipc_ring_read(ring, record, RECORD_MAX,
					      KIPC_FOREVER);
			EXPECT(size > 0);
			if (size > 0)
				EXPECT(content_check(record, (size_t)size,
						     &writer, &number) &&
				       writer < i && number == next[writer]++);
		}
		child_kill(children[i % 3]);
		children[i % 3] = child_start(write_for_ever, &sharing, i);
	}
	for (unsigned int i = 0; i < 3; i++)
		child_kill(children[i]);
	kipc_ring_detach(stay);
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
