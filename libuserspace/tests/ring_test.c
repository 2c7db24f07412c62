// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Rings, with both sides in one thread: what they do, refuse, and never ask the kernel for. */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sharing.h"

#define SIZE		1024U
#define RECORD_MAX	(SIZE / 2 - 8)

static struct sharing sharing;
static struct kipc_ring *producer;
static struct kipc_ring *consumer;

static void begin(unsigned int producers, unsigned int consumers)
{
	sharing_ring(&sharing, producers, consumers, SIZE);
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
}

static void end(void)
{
	kipc_ring_detach(producer);
	kipc_ring_detach(consumer);
	sharing_free(&sharing);
}

static int put(const char *text, unsigned int flags)
{
	return kipc_ring_write(producer, text, strlen(text), flags,
			       KIPC_NO_WAIT);
}

/* Whether the next record is this */
static bool got(const char *text)
{
	char record[RECORD_MAX];
	ssize_t size = kipc_ring_read(consumer, record, sizeof(record),
				      KIPC_NO_WAIT);

	return size == (ssize_t)strlen(text) && !memcmp(record, text, size);
}

static bool is_empty(void)
{
	return kipc_ring_read(consumer, NULL, 0, KIPC_NO_WAIT) == -EAGAIN;
}

static void is_made(void)
{
	struct kipc_ring_options options = {
		.producers = 1, .consumers = 1, .size = SIZE,
	};
	size_t size = kipc_ring_memory(&options);
	struct kipc_ring *ring;

	sharing_new(&sharing, size);
	EXPECT_EQ(-ENODATA, kipc_ring_attach(sharing.memory, size,
					     KIPC_RING_PRODUCER, &ring));
	EXPECT_EQ(-ENOSPC, kipc_ring_init(sharing.memory, SIZE, &options));
	EXPECT_EQ(-EINVAL, kipc_ring_init(sharing.memory + 8, size - 8,
					  &options));
	EXPECT_EQ(0, kipc_ring_init(sharing.memory, size, &options));
	EXPECT_EQ(-EINVAL, kipc_ring_attach(sharing.memory, size,
					    (enum kipc_ring_role)2, &ring));
	EXPECT_EQ(-EINVAL, kipc_ring_attach(sharing.memory + 8, size - 8,
					    KIPC_RING_CONSUMER, &ring));
	EXPECT_EQ(-EINVAL, kipc_ring_attach(sharing.memory, SIZE,
					    KIPC_RING_CONSUMER, &ring));
	EXPECT_EQ(-EINVAL, kipc_ring_attach(sharing.memory, 1,
					    KIPC_RING_CONSUMER, &ring));
	memset(sharing.memory, 0x55, size);
	EXPECT_EQ(-EINVAL, kipc_ring_attach(sharing.memory, size,
					    KIPC_RING_CONSUMER, &ring));
	kipc_ring_detach(NULL);
	sharing_free(&sharing);
}

static void options_are_checked(void)
{
	static const struct kipc_ring_options bad[] = {
		{ .producers = 0, .consumers = 1, .size = SIZE },
		{ .producers = 1, .consumers = 0, .size = SIZE },
		{ .producers = KIPC_RING_SIDE_MAX + 1, .consumers = 1,
		  .size = SIZE },
		{ .producers = 1, .consumers = KIPC_RING_SIDE_MAX + 1,
		  .size = SIZE },
		{ .producers = 1, .consumers = 1, .size = 0 },
		{ .producers = 1, .consumers = 1, .size = 128 },
		{ .producers = 1, .consumers = 1, .size = SIZE + 8 },
		{ .producers = 1, .consumers = 1,
		  .size = (size_t)KIPC_RING_SIZE_MAX * 2 },
	};

	sharing_new(&sharing, 4 * SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(0, kipc_ring_memory(&bad[i]));
		EXPECT_EQ(-EINVAL, kipc_ring_init(sharing.memory, sharing.size,
						  &bad[i]));
	}
	sharing_free(&sharing);
}

static void places_are_limited(void)
{
	struct kipc_ring *ring, *second;

	begin(2, 1);
	EXPECT_EQ(1, kipc_ring_peers(consumer));
	second = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	EXPECT_EQ(2, kipc_ring_peers(consumer));
	EXPECT_EQ(1, kipc_ring_peers(producer));
	EXPECT_EQ(-EBUSY, kipc_ring_attach(sharing.memory, sharing.size,
					   KIPC_RING_PRODUCER, &ring));
	EXPECT_EQ(-EBUSY, kipc_ring_attach(sharing.memory, sharing.size,
					   KIPC_RING_CONSUMER, &ring));
	kipc_ring_detach(second);
	second = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	kipc_ring_detach(second);
	end();
}

static void roles_are_kept(void)
{
	struct kipc_ring_record record = { 0 };
	struct iovec vec = { 0 };
	const void *look;
	void *room;

	begin(1, 1);
	EXPECT_EQ(RECORD_MAX, kipc_ring_record_max(producer));
	EXPECT_EQ(-EPERM, kipc_ring_write(consumer, "", 0, 0, KIPC_NO_WAIT));
	EXPECT_EQ(-EPERM, kipc_ring_write_batch(consumer, &vec, 1, KIPC_NO_WAIT));
	EXPECT_EQ(-EPERM, kipc_ring_reserve(consumer, 0, KIPC_NO_WAIT, &room));
	EXPECT_EQ(-EPERM, kipc_ring_commit(consumer, 0, 0));
	EXPECT_EQ(-EPERM, kipc_ring_flush(consumer));
	EXPECT_EQ(-EPERM, kipc_ring_read(producer, NULL, 0, KIPC_NO_WAIT));
	EXPECT_EQ(-EPERM, kipc_ring_read_batch(producer, &record, 1, KIPC_NO_WAIT));
	EXPECT_EQ(-EPERM, kipc_ring_peek(producer, KIPC_NO_WAIT, &look));
	EXPECT_EQ(-EPERM, kipc_ring_release(producer));
	end();
}

static void records_pass(void)
{
	char small[2];

	begin(1, 1);
	EXPECT(is_empty());
	EXPECT_EQ(0, put("one", 0));
	EXPECT_EQ(0, put("", 0));
	EXPECT_EQ(0, put("three", 0));
	EXPECT_EQ(-EINVAL, put("four", 2));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_read(consumer, small, sizeof(small),
					    KIPC_NO_WAIT));
	EXPECT(got("one"));
	EXPECT(got(""));
	EXPECT(got("three"));
	EXPECT(is_empty());
	EXPECT_EQ(-ETIMEDOUT, kipc_ring_read(consumer, small, sizeof(small),
					     kipc_deadline_ms(30)));
	end();
}

static void size_has_a_limit(void)
{
	unsigned char record[SIZE] = { 0 }, copy[SIZE];
	unsigned int count = 0;

	begin(1, 1);
	EXPECT_EQ(-EMSGSIZE, kipc_ring_write(producer, record, RECORD_MAX + 1,
					     0, KIPC_NO_WAIT));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_write(producer, record, SIZE_MAX, 0,
					     KIPC_NO_WAIT));
	/* Wherever the lane's end is, the largest one fits into an empty lane. */
	for (unsigned int i = 0; i < 200; i++) {
		EXPECT_EQ(0, put("shift", 0));
		EXPECT(got("shift"));
		memset(record, (int)i, RECORD_MAX);
		EXPECT_EQ(0, kipc_ring_write(producer, record, RECORD_MAX, 0,
					     KIPC_NO_WAIT));
		EXPECT_EQ(RECORD_MAX, kipc_ring_read(consumer, copy,
						     sizeof(copy),
						     KIPC_NO_WAIT));
		EXPECT(!memcmp(record, copy, RECORD_MAX));
	}
	while (!put("", 0))
		count++;
	EXPECT_EQ(SIZE / 8, count);
	EXPECT_EQ(-EAGAIN, put("", 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_ring_write(producer, "", 0, 0,
					      kipc_deadline_ms(30)));
	EXPECT(got(""));
	EXPECT_EQ(0, put("", 0));
	end();
}

static void more_is_held_back(void)
{
	begin(1, 1);
	EXPECT_EQ(0, put("one", KIPC_RING_MORE));
	EXPECT_EQ(0, put("two", KIPC_RING_MORE));
	EXPECT(is_empty());
	EXPECT_EQ(0, kipc_ring_flush(producer));
	EXPECT(got("one"));
	EXPECT_EQ(0, put("three", KIPC_RING_MORE));
	EXPECT(got("two"));
	EXPECT(is_empty());
	EXPECT_EQ(0, put("four", 0));
	EXPECT(got("three"));
	EXPECT(got("four"));
	/* There is no room for more: then it is published. */
	while (!put("0123456789", KIPC_RING_MORE))
		;
	EXPECT(got("0123456789"));
	end();
}

static void records_are_made_in_place(void)
{
	void *room;

	begin(1, 1);
	EXPECT_EQ(-EINVAL, kipc_ring_commit(producer, 0, 0));
	for (unsigned int i = 0; i < 300; i++) {
		EXPECT_EQ(0, kipc_ring_reserve(producer, 100 + i % 7,
					       KIPC_NO_WAIT, &room));
		EXPECT_EQ(0, (uintptr_t)room % 8);
		memset(room, 'x', 100);
		memcpy(room, "in place", 8);
		EXPECT_EQ(-EINVAL, kipc_ring_commit(producer, 107, 0));
		EXPECT_EQ(-EINVAL, kipc_ring_commit(producer, 8, 4));
		EXPECT(is_empty());
		EXPECT_EQ(0, kipc_ring_commit(producer, 8, 0));
		EXPECT_EQ(-EINVAL, kipc_ring_commit(producer, 8, 0));
		EXPECT(got("in place"));
	}
	EXPECT_EQ(-EMSGSIZE, kipc_ring_reserve(producer, RECORD_MAX + 1,
					       KIPC_NO_WAIT, &room));
	/* The next call on the ring makes it void. */
	EXPECT_EQ(0, kipc_ring_reserve(producer, 8, KIPC_NO_WAIT, &room));
	EXPECT_EQ(0, put("other", 0));
	EXPECT_EQ(-EINVAL, kipc_ring_commit(producer, 8, 0));
	EXPECT(got("other"));
	end();
}

static void records_are_read_in_place(void)
{
	const void *look, *again;

	begin(1, 1);
	EXPECT_EQ(-EINVAL, kipc_ring_release(consumer));
	EXPECT_EQ(-EAGAIN, kipc_ring_peek(consumer, KIPC_NO_WAIT, &look));
	put("one", 0);
	put("two", 0);
	EXPECT_EQ(3, kipc_ring_peek(consumer, KIPC_NO_WAIT, &look));
	EXPECT_EQ(0, (uintptr_t)look % 8);
	EXPECT(!memcmp(look, "one", 3));
	EXPECT_EQ(3, kipc_ring_peek(consumer, KIPC_NO_WAIT, &again));
	EXPECT(look == again);
	EXPECT_EQ(0, kipc_ring_release(consumer));
	EXPECT_EQ(-EINVAL, kipc_ring_release(consumer));
	EXPECT_EQ(3, kipc_ring_peek(consumer, KIPC_NO_WAIT, &look));
	EXPECT(!memcmp(look, "two", 3));
	EXPECT(got("two"));
	EXPECT_EQ(-EINVAL, kipc_ring_release(consumer));
	end();
	begin(1, 2);
	EXPECT_EQ(-EOPNOTSUPP, kipc_ring_peek(consumer, KIPC_NO_WAIT, &look));
	end();
}

static void batches_pass(void)
{
	struct iovec vec[20];
	struct kipc_ring_record records[20];
	char space[20][8], text[20][8];

	begin(2, 1);
	for (unsigned int i = 0; i < 20; i++) {
		vec[i].iov_base = memcpy(text[i], "0123456", 8);
		vec[i].iov_len = 1 + i % 7;
		records[i] = (struct kipc_ring_record){ .data = space[i],
							.room = 8 };
	}
	EXPECT_EQ(0, kipc_ring_read_batch(consumer, records, 0, KIPC_NO_WAIT));
	EXPECT_EQ(-EAGAIN, kipc_ring_read_batch(consumer, records, 20,
						KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_ring_write_batch(producer, vec, 0, KIPC_NO_WAIT));
	for (unsigned int round = 0; round < 50; round++) {
		EXPECT_EQ(20, kipc_ring_write_batch(producer, vec, 20,
						    KIPC_NO_WAIT));
		EXPECT_EQ(12, kipc_ring_read_batch(consumer, records, 12,
						   KIPC_NO_WAIT));
		EXPECT_EQ(8, kipc_ring_read_batch(consumer, records + 12, 20,
						  KIPC_NO_WAIT));
		for (unsigned int i = 0; i < 20; i++) {
			EXPECT_EQ(1 + i % 7, records[i].size);
			EXPECT(!memcmp(space[i], "0123456", records[i].size));
		}
	}
	/* As many as there is room for */
	vec[3].iov_len = RECORD_MAX + 1;
	EXPECT_EQ(3, kipc_ring_write_batch(producer, vec, 20, KIPC_NO_WAIT));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_write_batch(producer, vec + 3, 17,
						   KIPC_NO_WAIT));
	records[2].room = 2;
	EXPECT_EQ(2, kipc_ring_read_batch(consumer, records, 3, KIPC_NO_WAIT));
	EXPECT_EQ(-EMSGSIZE, kipc_ring_read_batch(consumer, records + 2, 1,
						  KIPC_NO_WAIT));
	EXPECT(got("012"));
	end();
}

/* What was in a lane when it was visited comes first, but no more */
static void producers_take_turns(void)
{
	struct kipc_ring *other;

	begin(2, 1);
	other = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	for (unsigned int i = 0; i < 4; i++) {
		EXPECT_EQ(0, kipc_ring_write(other, "c", 1, 0, KIPC_NO_WAIT));
		EXPECT_EQ(0, put("a", 0));
		EXPECT_EQ(0, put("b", 0));
		EXPECT(got("c"));
		EXPECT_EQ(0, kipc_ring_write(other, "d", 1, 0, KIPC_NO_WAIT));
		EXPECT(got("a"));
		EXPECT_EQ(0, put("e", 0));
		EXPECT(got("b"));
		EXPECT(got("d"));
		EXPECT(got("e"));
	}
	kipc_ring_detach(other);
	end();
}

static void leaving_is_noticed(void)
{
	begin(1, 1);
	put("last", KIPC_RING_MORE);
	kipc_ring_detach(producer);
	EXPECT(got("last"));
	EXPECT_EQ(-EPIPE, kipc_ring_read(consumer, NULL, 0, KIPC_NO_WAIT));
	EXPECT_EQ(-EPIPE, kipc_ring_read(consumer, NULL, 0, KIPC_FOREVER));
	/* The lane goes on. */
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	EXPECT(is_empty());
	put("first", 0);
	put("second", 0);
	EXPECT(got("first"));
	kipc_ring_detach(consumer);
	while (!put("", 0))
		;
	EXPECT_EQ(-EPIPE, put("", 0));
	EXPECT_EQ(-EPIPE, kipc_ring_write(producer, "", 0, 0, KIPC_FOREVER));
	consumer = sharing_attach(&sharing, KIPC_RING_CONSUMER);
	EXPECT(got("second"));
	end();
}

/* A consumer that is a producer, too, waits for others that come and go */
static void ring_is_kept_open(void)
{
	struct kipc_ring *stay;

	begin(2, 1);
	stay = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	put("last", 0);
	kipc_ring_detach(producer);
	EXPECT(got("last"));
	EXPECT(is_empty());
	producer = sharing_attach(&sharing, KIPC_RING_PRODUCER);
	kipc_ring_detach(stay);
	end();
}

/*
 * A process that enters the kernel from now on is killed, but for its end, before which
 * AddressSanitizer asks for the stack of signals.
 */
static void forbid_system_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_sigaltstack, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = {
		.len = ARRAY_SIZE(filter),
		.filter = filter,
	};

	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(1);
}

/*
 * One thread is both sides, which so run by turns and have never to wait. If it slept
 * before, nothing of that is left.
 */
static int pass_many(struct sharing *shared, unsigned int slept)
{
	unsigned char record[RECORD_MAX], copy[RECORD_MAX];
	unsigned int count = 20000, writer, index;

	producer = sharing_attach(shared, KIPC_RING_PRODUCER);
	consumer = sharing_attach(shared, KIPC_RING_CONSUMER);
	if (slept && kipc_ring_read(consumer, copy, sizeof(copy),
				    kipc_deadline_ms(20)) != -ETIMEDOUT)
		return 1;
	for (unsigned int i = 0; i < count; i++) {
		size_t size = content_make(record, 1, i, RECORD_MAX);
		ssize_t got;

		/* What is needed once, to load functions and the like, was needed by now. */
		if (i == 2)
			forbid_system_calls();
		if (kipc_ring_write(producer, record, size, 0, KIPC_FOREVER))
			return 2;
		got = kipc_ring_read(consumer, copy, sizeof(copy),
				     KIPC_FOREVER);
		if (got != (ssize_t)size ||
		    !content_check(copy, size, &writer, &index) || index != i)
			return 3;
	}
	return 0;
}

static void kernel_is_not_needed(void)
{
	sharing_ring(&sharing, 1, 1, SIZE);
	EXPECT_EQ(0, child_wait(child_start(pass_many, &sharing, false)));
	EXPECT_EQ(0, child_wait(child_start(pass_many, &sharing, true)));
	sharing_free(&sharing);
	sharing_ring(&sharing, 3, 3, SIZE);
	EXPECT_EQ(0, child_wait(child_start(pass_many, &sharing, false)));
	sharing_free(&sharing);
}

static const struct test tests[] = {
	TEST(is_made),
	TEST(options_are_checked),
	TEST(places_are_limited),
	TEST(roles_are_kept),
	TEST(records_pass),
	TEST(size_has_a_limit),
	TEST(more_is_held_back),
	TEST(records_are_made_in_place),
	TEST(records_are_read_in_place),
	TEST(batches_pass),
	TEST(producers_take_turns),
	TEST(leaving_is_noticed),
	TEST(ring_is_kept_open),
	TEST(kernel_is_not_needed),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
