// SPDX-License-Identifier: GPL-2.0-only
/* What the owner of a region is told of who has which chunk. */
#include <kselftest_harness.h>

#include "chunk.h"

#define CHUNKS	6U

FIXTURE(list) {
	struct live live;
	int fd;
	int mailbox;
	__u32 lease[CHUNKS];
	__u32 chunk[CHUNKS];
	struct kipc_chunk_entry entry[16];
	__u32 told;
};

FIXTURE_SETUP(list) {
	__u32 i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(NULL, CHUNKS, 0);
	self->mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 64);
	ASSERT_EQ(0, region_hold(self->fd, 32, 0));
	for (i = 0; i < CHUNKS; i++)
		self->chunk[i] = (__u32)must(chunk_loan(self->fd,
							&self->lease[i]));
}

FIXTURE_TEARDOWN(list) {
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Reads all, so many at once; returns in how many calls, or a negative errno. */
static int read_list(struct _test_data_list *self, __u32 at_once)
{
	struct kipc_chunk_list list = { .count = at_once };
	int calls = 0, ret;

	self->told = 0;
	do {
		list.entries = PTR(&self->entry[self->told]);
		check(self->told + at_once <= ARRAY_SIZE(self->entry));
		ret = kipc(self->fd, KIPC_CHUNK_LIST, &list);
		if (ret)
			return ret;
		check(list.listed <= at_once);
		self->told += list.listed;
		calls++;
	} while (list.cursor);
	return calls;
}

static bool is(const struct kipc_chunk_entry *entry, __u32 chunk, __u32 state,
	       __u32 count)
{
	return entry->chunk == chunk && entry->state == state &&
	       entry->count == count && !entry->reserved;
}

TEST_F(list, loans) {
	__u32 i, at_once;

	for (at_once = 1; at_once <= CHUNKS + 1; at_once++) {
		ASSERT_LE(1, read_list(self, at_once));
		ASSERT_EQ(CHUNKS, self->told);
		for (i = 0; i < CHUNKS; i++) {
			const struct kipc_chunk_entry *entry = &self->entry[i];

			EXPECT_TRUE(is(entry, i, KIPC_CHUNK_LOANED, 1));
			EXPECT_EQ(region_info(self->fd).view, entry->view);
			EXPECT_EQ((__u32)getpid(), entry->pid);
			EXPECT_EQ(0, entry->uid);
		}
	}
}

/* However few fit, and wherever they end, nothing is left out or told twice. */
TEST_F(list, cut_anywhere) {
	struct kipc_attachment got;
	__u32 first = self->chunk[0], i, at_once, sum, sent;

	/* Of chunk 0 a loan, two leases and three messages, of 2 only a message */
	for (i = 0; i < 5; i++)
		ASSERT_EQ(0, chunk_mail(self->mailbox, self->fd,
					self->lease[0]));
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, chunk_recv(self->mailbox, &got));
	ASSERT_EQ(0, chunk_mail(self->mailbox, self->fd, self->lease[2]));
	ASSERT_EQ(0, chunk_release(self->fd, self->lease[2]));
	ASSERT_EQ(0, chunk_release(self->fd, self->lease[3]));
	for (at_once = 1; at_once <= 9; at_once++) {
		ASSERT_LE(1, read_list(self, at_once));
		ASSERT_EQ(8, self->told);
		for (i = 0, sum = 0, sent = 0; i < self->told; i++) {
			if (self->entry[i].chunk == first)
				sum += self->entry[i].count;
			if (self->entry[i].state == KIPC_CHUNK_SENT) {
				sent++;
				EXPECT_EQ(0, self->entry[i].view);
				EXPECT_EQ(0, self->entry[i].pid);
				EXPECT_EQ(0, self->entry[i].uid);
			}
			EXPECT_NE(self->chunk[3], self->entry[i].chunk);
			if (i)
				EXPECT_LE(self->entry[i - 1].chunk,
					  self->entry[i].chunk);
		}
		EXPECT_EQ(6, sum);
		EXPECT_EQ(2, sent);
	}
}

TEST_F(list, of_whom) {
	struct subscriber subscriber;
	__u32 i, found = 0;

	subscriber_open(&subscriber, self->fd, self->mailbox, 1);
	ASSERT_EQ(0, chunk_mail(self->mailbox, self->fd, self->lease[1]));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	ASSERT_EQ(1, read_list(self, 16));
	for (i = 0; i < self->told; i++) {
		if (self->entry[i].state != KIPC_CHUNK_LEASED)
			continue;
		found++;
		EXPECT_EQ(self->chunk[1], self->entry[i].chunk);
		EXPECT_EQ((__u32)subscriber.actor.child.pid,
			  self->entry[i].pid);
		EXPECT_NE(region_info(self->fd).view, self->entry[i].view);
	}
	EXPECT_EQ(1, found);
	subscriber_kill(&subscriber);
	ASSERT_EQ(1, read_list(self, 16));
	EXPECT_EQ(CHUNKS, self->told);
}

TEST_F(list, errors) {
	int view = region_derive(self->fd, R_BOTH);
	struct kipc_chunk_list list = { .entries = PTR(self->entry) };

	EXPECT_EQ(-EINVAL, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	list.count = ~0U;
	EXPECT_EQ(-EPERM, kipc(view, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(0, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(CHUNKS, list.listed);
	EXPECT_EQ(0, list.cursor);
	list.entries = 0;
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	list.entries = PTR(self->entry);
	/* Any cursor is fine, and finds nothing behind the end. */
	list.cursor = ~0ULL;
	EXPECT_EQ(0, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(0, list.listed);
	EXPECT_EQ(0, list.cursor);
	list.cursor = (__u64)CHUNKS << 32;
	EXPECT_EQ(0, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(0, list.listed);
	list.cursor = 1ULL << 32 | ~0U;
	EXPECT_EQ(0, kipc(self->fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(CHUNKS - 2, list.listed);
}

/* Most chunks that there can be: as long as somebody else waits, so does this. */
TEST_F(list, many) {
	int fd, calls = 0;
	__u32 leases[4], i, told = 0;
	struct kipc_region_open arg = {
		.flags = R_MAKE,
		.size = (__u64)KIPC_CHUNKS_MAX * KIPC_CHUNK_ALIGN,
		.chunk_size = KIPC_CHUNK_ALIGN,
	};
	struct kipc_chunk_list list = {
		.count = 1,
		.entries = PTR(self->entry),
	};

	fd = region_open(NULL, &arg);
	ASSERT_LE(0, fd);
	ASSERT_EQ(0, kipc(fd, KIPC_CHUNK_LIST, &list));
	EXPECT_EQ(0, list.listed);
	EXPECT_EQ(0, list.cursor);
	ASSERT_EQ(0, region_hold(fd, 4, 0));
	for (i = 0; i < 4; i++)
		leases[i] = chunk_take(fd);
	EXPECT_EQ(0, chunk_release(fd, leases[1]));
	do {
		ASSERT_EQ(0, kipc(fd, KIPC_CHUNK_LIST, &list));
		told += list.listed;
		calls++;
	} while (list.cursor);
	EXPECT_EQ(3, told);
	EXPECT_GE(4, calls);
}

TEST_HARNESS_MAIN
