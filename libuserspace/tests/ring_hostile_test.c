// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Peers that write garbage into the memory of a ring: nothing happens but that messages are
 * spoiled. What lies outside is not accessible, and the sanitizers look on.
 */
#define _GNU_SOURCE

#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sharing.h"

#define SIZE		512U
#define RECORD_MAX	(SIZE / 2 - 8)
#define BATCH		8U
#define ROUNDS		150000U
#define RACE_MS		1500U
/* No call takes longer beyond its deadline, however busy the machine is */
#define LATE_MS		5000U

static struct sharing sharing;

/* What could be taken for a position, a size, a flag, or nothing */
static uint64_t garbage(uint64_t *state)
{
	uint64_t number = random_next(state);

	switch (random_next(state) % 8) {
	case 0:
		return number;
	case 1:
		return number % (4 * SIZE);
	case 2:
		return number % (4 * SIZE) & ~7ULL;
	case 3:
		return UINT32_MAX;
	case 4:
		return (uint64_t)-8 - (number % SIZE & ~7ULL);
	case 5:
		return number & 1;
	case 6:
		return number & ~7ULL;
	default:
		return 0;
	}
}

static void spoil(struct sharing *shared, uint64_t *state)
{
	size_t words = shared->size / sizeof(uint64_t);
	uint64_t *word = (uint64_t *)shared->memory + random_next(state) % words;

	__atomic_store_n(word, garbage(state), __ATOMIC_RELAXED);
}

/* More often where positions and words are than where records are */
static void spoil_head(struct sharing *shared, uint64_t *state)
{
	struct sharing head = {
		.memory = shared->memory,
		.size = shared->size / 4,
	};

	spoil(random_next(state) % 4 ? &head : shared, state);
}

/* Now and then it also wakes who sleeps, for nothing */
static int scribble(struct sharing *shared, unsigned int seed)
{
	uint64_t state = seed;
	unsigned char *word;

	for (;;) {
		for (unsigned int i = 0; i < 1000; i++)
			spoil_head(shared, &state);
		for (unsigned int i = 0; i < 20; i++) {
			word = shared->memory + i * 128;
			syscall(SYS_futex, word, FUTEX_WAKE, 100, NULL, NULL, 0);
		}
	}
	return 0;
}

static bool is_expected(int ret)
{
	return ret >= 0 || ret == -EAGAIN || ret == -EBADMSG ||
	       ret == -ETIMEDOUT || ret == -EPIPE || ret == -EINTR;
}

static void write_some(struct kipc_ring *ring, uint64_t *state,
		       uint64_t deadline)
{
	unsigned char record[RECORD_MAX] = { 0 };
	struct iovec vec[BATCH];
	void *room;
	int ret;

	for (unsigned int i = 0; i < BATCH; i++)
		vec[i] = (struct iovec){ record,
					 random_next(state) % RECORD_MAX };
	switch (random_next(state) % 3) {
	case 0:
		ret = kipc_ring_write(ring, record, vec[0].iov_len,
				      random_next(state) & KIPC_RING_MORE,
				      deadline);
		break;
	case 1:
		ret = kipc_ring_write_batch(ring, vec, BATCH, deadline);
		break;
	default:
		ret = kipc_ring_reserve(ring, RECORD_MAX, deadline, &room);
		if (ret)
			break;
		memset(room, 1, RECORD_MAX);
		ret = kipc_ring_commit(ring, vec[0].iov_len, 0);
	}
	EXPECT(is_expected(ret));
}

/* Sums up what it got, so that all of it is touched */
static unsigned int sum(const void *record, size_t size)
{
	const volatile unsigned char *byte = record;
	unsigned int total = 0;

	EXPECT(size <= RECORD_MAX);
	while (size--)
		total += byte[size];
	return total;
}

static void read_some(struct kipc_ring *ring, uint64_t *state,
		      uint64_t deadline)
{
	unsigned char space[BATCH][RECORD_MAX];
	struct kipc_ring_record records[BATCH];
	const void *look;
	ssize_t ret;

	switch (random_next(state) % 3) {
	case 0:
		ret = kipc_ring_read(ring, space[0], RECORD_MAX, deadline);
		if (ret > 0)
			sum(space[0], (size_t)ret);
		break;
	case 1:
		for (unsigned int i = 0; i < BATCH; i++)
			records[i] = (struct kipc_ring_record){
				.data = space[i], .room = RECORD_MAX };
		ret = kipc_ring_read_batch(ring, records, BATCH, deadline);
		for (ssize_t i = 0; i < ret; i++)
			sum(space[i], records[i].size);
		break;
	default:
		ret = kipc_ring_peek(ring, deadline, &look);
		if (ret == -EOPNOTSUPP)
			return;
		if (ret >= 0) {
			sum(look, (size_t)ret);
			EXPECT_EQ(0, kipc_ring_release(ring));
		}
	}
	EXPECT(is_expected((int)ret));
}

/*
 * After all that has happened: records pass again, if not the first ones. What is in the lane
 * of the other producer, which nobody has, comes first.
 */
static void still_works(struct kipc_ring *producer, struct kipc_ring *consumer)
{
	unsigned char record[RECORD_MAX], copy[RECORD_MAX];
	ssize_t size;
	int ret;

	memset(record, 'w', sizeof(record));
	for (unsigned int i = 0; i < 1000; i++) {
		ret = kipc_ring_write(producer, record, RECORD_MAX, 0,
				      KIPC_NO_WAIT);
		size = kipc_ring_read(consumer, copy, RECORD_MAX, KIPC_NO_WAIT);
		if (!ret && size == RECORD_MAX &&
		    !memcmp(copy, record, RECORD_MAX))
			return;
	}
	EXPECT(!"records pass again");
}

/* One process does it all: each call meets some garbage */
static void spoiled_between_calls(unsigned int sides)
{
	struct kipc_ring *producer, *consumer;
	uint64_t state = sides;

	sharing_ring(&sharing, sides, sides, SIZE);
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		/* Mostly a little, so that it comes far */
		for (uint64_t j = random_next(&state) % 3; j; j--)
			spoil_head(&sharing, &state);
		write_some(producer, &state, KIPC_NO_WAIT);
		read_some(consumer, &state, KIPC_NO_WAIT);
		if (i % 100 == 0)
			still_works(producer, consumer);
	}
	kipc_ring_detach(producer);
	kipc_ring_detach(consumer);
	sharing_free(&sharing);
}

static void garbage_does_no_harm(void)
{
	spoiled_between_calls(1);
	spoiled_between_calls(2);
}

/* Meanwhile, and the calls wait; each ends in time */
static void race(unsigned int sides)
{
	uint64_t end = kipc_deadline_ms(RACE_MS), state = 1, deadline;
	struct kipc_ring *producer, *consumer;
	pid_t child;

	sharing_ring(&sharing, sides, sides, SIZE);
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	child = child_start(scribble, &sharing, sides);
	while (kipc_deadline_remaining(end)) {
		deadline = kipc_deadline_ms(5);
		if (random_next(&state) % 4)
			write_some(producer, &state, deadline);
		else
			read_some(consumer, &state, deadline);
		EXPECT(kipc_deadline_remaining(deadline +
					       LATE_MS * 1000000ULL));
	}
	child_kill(child);
	still_works(producer, consumer);
	kipc_ring_detach(producer);
	kipc_ring_detach(consumer);
	sharing_free(&sharing);
}

static void scribbling_does_no_harm(void)
{
	race(1);
	race(3);
}

/* Who attaches to garbage is refused, or gets something with which he can do no harm */
static void attaching_does_no_harm(void)
{
	uint64_t state = 3;

	for (unsigned int i = 0; i < 3000; i++) {
		enum kipc_ring_role role = (enum kipc_ring_role)(i % 2);
		struct kipc_ring *ring = NULL;
		int ret;

		sharing_ring(&sharing, 1 + i % 3, 1 + i % 5, SIZE);
		for (uint64_t j = random_next(&state) % 8; j; j--)
			spoil_head(&sharing, &state);
		ret = kipc_ring_attach(sharing.memory, sharing.size, role,
				       &ring);
		EXPECT(!ret || ret == -EINVAL || ret == -ENODATA ||
		       ret == -EBUSY);
		for (unsigned int j = 0; !ret && j < 8; j++) {
			if (role == KIPC_RING_PRODUCER)
				write_some(ring, &state, KIPC_NO_WAIT);
			else
				read_some(ring, &state, KIPC_NO_WAIT);
		}
		if (!ret)
			kipc_ring_detach(ring);
		sharing_free(&sharing);
	}
}

static int wait_for_ever(struct sharing *shared, unsigned int number)
{
	struct kipc_ring *ring = sharing_attach(shared, KIPC_RING_CONSUMER);
	ssize_t ret;

	(void)number;
	do {
		ret = kipc_ring_read(ring, NULL, 0, KIPC_FOREVER);
	} while (ret == -EBADMSG || ret == -EMSGSIZE);
	return 1;
}

/* Who waits can be killed, whatever is written there */
static void waiting_can_be_ended(void)
{
	pid_t hostile, child;

	sharing_ring(&sharing, 1, 1, SIZE);
	child = child_start(wait_for_ever, &sharing, 0);
	child_await_sleep(child);
	hostile = child_start(scribble, &sharing, 5);
	usleep(300000);
	child_kill(child);
	child_kill(hostile);
	sharing_free(&sharing);
}

static const struct test tests[] = {
	TEST(garbage_does_no_harm),
	TEST(scribbling_does_no_harm),
	TEST(attaching_does_no_harm),
	TEST(waiting_can_be_ended),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
