// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Rings with many producers and consumers at once, as threads (so that ThreadSanitizer sees
 * them) and as processes: all arrives once, as it was written, in order.
 */
#include <pthread.h>
#include <stdlib.h>

#include "sharing.h"

#define SIZE		4096U
#define RECORD_MAX	200U
#define SIDE_MAX	4U
#define EACH		6000U
#define BATCH		16U

static struct sharing sharing;
static unsigned int producers, consumers;
/* How often each record came; and of each producer, if all came from it in order */
static unsigned char seen[SIDE_MAX][EACH];
static unsigned int disorder;

/* One by one, in place, and in batches by turns */
static int produce_some(struct kipc_ring *ring, unsigned int writer,
			unsigned int number)
{
	unsigned char records[BATCH][RECORD_MAX];
	struct iovec vec[BATCH];
	unsigned int count = number % 3 == 2 ? BATCH : 1;
	void *room;

	if (count > EACH - number)
		count = EACH - number;
	for (unsigned int i = 0; i < count; i++) {
		vec[i].iov_base = records[i];
		vec[i].iov_len = content_make(records[i], writer, number + i,
					      RECORD_MAX);
	}
	if (number % 3 == 2)
		return kipc_ring_write_batch(ring, vec, count, KIPC_FOREVER);
	if (number % 3 == 1)
		return kipc_ring_write(ring, vec->iov_base, vec->iov_len,
				       number % 2 ? KIPC_RING_MORE : 0,
				       KIPC_FOREVER) ?: 1;
	if (kipc_ring_reserve(ring, RECORD_MAX, KIPC_FOREVER, &room))
		return -1;
	memcpy(room, vec->iov_base, vec->iov_len);
	return kipc_ring_commit(ring, vec->iov_len, 0) ?: 1;
}

static int produce(struct sharing *shared, unsigned int writer)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_PRODUCER);
	unsigned int number = 0;
	int ret;

	while (number < EACH) {
		ret = produce_some(ring, writer, number);
		if (ret <= 0)
			return 1;
		number += (unsigned int)ret;
	}
	kipc_ring_detach(ring);
	return 0;
}

static void *produce_thread(void *writer)
{
	EXPECT_EQ(0, produce(&sharing, (unsigned int)(uintptr_t)writer));
	return NULL;
}

static void count(const unsigned char *record, size_t size, unsigned int *next)
{
	unsigned int writer, number;

	if (!content_check(record, size, &writer, &number) ||
	    writer >= producers || number >= EACH) {
		EXPECT(!"content");
		return;
	}
	__atomic_add_fetch(&seen[writer][number], 1, __ATOMIC_RELAXED);
	if (number < next[writer])
		__atomic_add_fetch(&disorder, 1, __ATOMIC_RELAXED);
	next[writer] = number + 1;
}

/* One by one and in batches by turns, and in place if there is one consumer */
static int consume_some(struct kipc_ring *ring, unsigned int turn,
			unsigned int *next)
{
	unsigned char space[BATCH][RECORD_MAX];
	struct kipc_ring_record records[BATCH];
	const void *look;
	ssize_t ret;

	if (turn % 3 == 0) {
		ret = kipc_ring_read(ring, space[0], RECORD_MAX, KIPC_FOREVER);
		if (ret >= 0)
			count(space[0], (size_t)ret, next);
		return ret < 0 ? (int)ret : 1;
	}
	if (turn % 3 == 1 && consumers == 1) {
		ret = kipc_ring_peek(ring, KIPC_FOREVER, &look);
		if (ret < 0)
			return (int)ret;
		count(look, (size_t)ret, next);
		return kipc_ring_release(ring);
	}
	for (unsigned int i = 0; i < BATCH; i++)
		records[i] = (struct kipc_ring_record){ .data = space[i],
							.room = RECORD_MAX };
	ret = kipc_ring_read_batch(ring, records, BATCH, KIPC_FOREVER);
	for (ssize_t i = 0; i < ret; i++)
		count(space[i], records[i].size, next);
	return (int)ret;
}

static void *consume_thread(void *unused)
{
	struct kipc_ring *ring = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	unsigned int next[SIDE_MAX] = { 0 };
	unsigned int turn = 0;
	int ret;

	do {
		ret = consume_some(ring, turn++, next);
	} while (ret >= 0);
	EXPECT_EQ(-EPIPE, ret);
	kipc_ring_detach(ring);
	return unused;
}

static void begin(unsigned int producer_count, unsigned int consumer_count)
{
	producers = producer_count;
	consumers = consumer_count;
	memset(seen, 0, sizeof(seen));
	disorder = 0;
	sharing_ring(&sharing, producers, consumers, SIZE);
}

static void end(void)
{
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < producers; i++) {
		for (unsigned int j = 0; j < EACH; j++)
			wrong += seen[i][j] != 1;
	}
	EXPECT_EQ(0, wrong);
	EXPECT_EQ(0, disorder);
	sharing_free(&sharing);
}

/* All producers attach before one can leave: else the consumers would end too early */
static void by_threads(unsigned int producer_count, unsigned int consumer_count)
{
	pthread_t threads[2 * SIDE_MAX];
	struct kipc_ring *stay;
	unsigned int i;

	begin(producer_count, consumer_count);
	sharing_free(&sharing);
	sharing_ring(&sharing, producers + 1, consumers, SIZE);
	stay = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	for (i = 0; i < consumers; i++)
		pthread_create(&threads[producers + i], NULL, consume_thread,
			       NULL);
	for (i = 0; i < producers; i++)
		pthread_create(&threads[i], NULL, produce_thread,
			       (void *)(uintptr_t)i);
	for (i = 0; i < producers; i++)
		pthread_join(threads[i], NULL);
	kipc_ring_detach(stay);
	for (i = 0; i < consumers; i++)
		pthread_join(threads[producers + i], NULL);
	end();
}

static void one_to_one(void)
{
	by_threads(1, 1);
}

static void many_to_one(void)
{
	by_threads(SIDE_MAX, 1);
}

static void one_to_many(void)
{
	by_threads(1, SIDE_MAX);
}

static void many_to_many(void)
{
	by_threads(SIDE_MAX, SIDE_MAX);
}

static void between_processes(void)
{
	struct kipc_ring *ring;
	unsigned int next[SIDE_MAX] = { 0 };
	pid_t children[SIDE_MAX];
	unsigned int turn = 0, i;
	int ret;

	begin(SIDE_MAX, 1);
	for (i = 0; i < SIDE_MAX; i++)
		children[i] = child_start(produce, &sharing, i);
	ring = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	for (unsigned int left = SIDE_MAX; left;) {
		ret = consume_some(ring, turn++, next);
		if (ret < 0 && ret != -EPIPE)
			break;
		for (i = left = 0; i < SIDE_MAX; i++)
			left += next[i] < EACH;
	}
	for (i = 0; i < SIDE_MAX; i++)
		EXPECT_EQ(0, child_wait(children[i]));
	kipc_ring_detach(ring);
	end();
}

static const struct test tests[] = {
	TEST(one_to_one),
	TEST(many_to_one),
	TEST(one_to_many),
	TEST(many_to_many),
	TEST(between_processes),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
