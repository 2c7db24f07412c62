// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a call may name as its parent, and where a nested call may be put: wrong
 * tokens and addresses are refused before anything is done.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"

FIXTURE(parent) {
	struct live live;
	struct party party[3];
	struct endpoint *a;
	struct endpoint *b;
	struct endpoint *c;
	struct waiter outer;
	__u64 token;
	__u8 *page;
	size_t page_size;
};

/* Handles: who calls whom */
#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])
#define B_TO_C	(self->party[1].to[2])
#define C_TO_A	(self->party[2].to[0])
#define C_TO_B	(self->party[2].to[1])

/* Of three pages the second can only be read, and the third is not there. */
static void map_pages(struct _test_data_parent *self)
{
	self->page_size = (size_t)sysconf(_SC_PAGESIZE);
	self->page = mmap(NULL, 3 * self->page_size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must_errno(self->page == MAP_FAILED ? -1 : 0);
	must_errno(mprotect(self->page + self->page_size, self->page_size,
			    PROT_READ));
	must_errno(munmap(self->page + 2 * self->page_size, self->page_size));
}

/* A calls B, and B has received it. */
FIXTURE_SETUP(parent) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 3);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->c = &self->party[2].endpoint;
	map_pages(self);
	waiter_start(&self->outer, self->a, A_TO_B, 0);
	self->token = recv_call(self->b);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
}

FIXTURE_TEARDOWN(parent) {
	munmap(self->page, 2 * self->page_size);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void finish(struct _test_data_parent *self)
{
	must(reply_empty(self->b, self->token));
	must(waiter_join(&self->outer));
	check(self->outer.caller.call.stage == KIPC_STAGE_DONE);
}

/* Whether that parent is refused to B, and nothing has changed */
static bool refused(struct _test_data_parent *self, __u64 parent)
{
	struct kipc_call call = {
		.handle = B_TO_C,
		.parent = parent,
		.stage = 99,
	};
	struct kipc_stat before;
	int ret;

	stat_get(self->b, &before);
	ret = kipc(self->b->fd, KIPC_CALL, &call);
	return ret == -ENXIO && call.stage == KIPC_STAGE_NOT_QUEUED &&
	       stat_same(self->b, &before);
}

TEST_F(parent, never_given_out) {
	EXPECT_TRUE(refused(self, self->token + 1000));
	EXPECT_TRUE(refused(self, ~0ULL));
	EXPECT_TRUE(refused(self, ~0ULL - 1));
	EXPECT_TRUE(refused(self, 1ULL << 63));
	EXPECT_TRUE(refused(self, self->token | 1ULL << 32));
	finish(self);
}

TEST_F(parent, answered) {
	finish(self);
	EXPECT_TRUE(refused(self, self->token));
}

/* Who called last time is not who calls now. */
TEST_F(parent, stale) {
	__u64 stale = self->token;

	finish(self);
	waiter_start(&self->outer, self->a, A_TO_B, 0);
	self->token = recv_call(self->b);
	EXPECT_TRUE(refused(self, stale));
	finish(self);
}

/* A token is its endpoint's own: C has none, nor has A. */
TEST_F(parent, foreign) {
	struct kipc_call call = { .handle = C_TO_B, .parent = self->token };

	EXPECT_EQ(-ENXIO, kipc(self->c->fd, KIPC_CALL, &call));
	call.handle = A_TO_B;
	EXPECT_EQ(-ENXIO, kipc(self->a->fd, KIPC_CALL, &call));
	finish(self);
}

/* A call that nobody has received yet is nobody's parent. */
TEST_F(parent, not_received_yet) {
	struct caller second;

	caller_start(&second, self->c, C_TO_B);
	wait_blocked(second.thread.tid, KIPC_CALL);
	EXPECT_TRUE(refused(self, self->token + 1));
	EXPECT_EQ(0, reply_empty(self->b, recv_call(self->b)));
	EXPECT_EQ(0, caller_join(&second));
	finish(self);
}

/* None at all is no error, but a call of its own. */
TEST_F(parent, none) {
	struct kipc_message message;
	struct caller inner;

	caller_start_for(&inner, self->b, B_TO_C, 0);
	ASSERT_EQ(0, recv_soon(self->c, &message));
	EXPECT_EQ(1, message.depth);
	EXPECT_EQ(0, reply_empty(self->c, message.token));
	EXPECT_EQ(0, caller_join(&inner));
	finish(self);
}

/* One parent may have many children, by many threads. */
TEST_F(parent, of_many) {
	struct kipc_message message;
	struct caller inner[5];
	int i;

	for (i = 0; i < 5; i++)
		caller_start_for(&inner[i], self->b, B_TO_C, self->token);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, recv_soon(self->c, &message));
		EXPECT_EQ(2, message.depth);
		EXPECT_EQ(0, reply_empty(self->c, message.token));
	}
	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, caller_join(&inner[i]));
	finish(self);
}

/* The call must still be answered, though its caller has left: it is a parent. */
TEST_F(parent, abandoned) {
	struct kipc_message message;
	struct caller inner;

	interrupt_install(0);
	interrupt(&self->outer.caller.thread);
	EXPECT_EQ(-EINTR, waiter_join(&self->outer));
	caller_start_for(&inner, self->b, B_TO_C, self->token);
	ASSERT_EQ(0, recv_soon(self->c, &message));
	EXPECT_EQ(2, message.depth);
	EXPECT_EQ(0, reply_empty(self->c, message.token));
	EXPECT_EQ(0, caller_join(&inner));
	/* Nobody waits at A any more. */
	caller_start_for(&inner, self->b, B_TO_A, self->token);
	EXPECT_EQ(0, reply_empty(self->a, recv_call(self->a)));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
	EXPECT_TRUE(refused(self, self->token));
}

/* A good parent does not make up for a bad handle, nor the other way round. */
TEST_F(parent, and_handle) {
	struct kipc_call call = { .handle = 12345, .parent = self->token };
	__u32 weak;

	EXPECT_EQ(-ENXIO, kipc(self->b->fd, KIPC_CALL, &call));
	ASSERT_EQ(0, handle_dup(self->b, B_TO_A, KIPC_RIGHT_WATCH, &weak));
	call.handle = weak;
	EXPECT_EQ(-EACCES, kipc(self->b->fd, KIPC_CALL, &call));
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	finish(self);
}

/* Where a nested call cannot be put is found before the call is made. */
TEST_F(parent, message_addresses) {
	const __u64 bad[] = {
		8,
		1ULL << 63,
		~0ULL - 4095,
		PTR(self->page + self->page_size),
		PTR(self->page + self->page_size - 8),
		PTR(self->page + 2 * self->page_size - 8),
		PTR(self->page + 2 * self->page_size),
	};
	struct kipc_call call = { .handle = B_TO_C };
	struct kipc_message message;
	struct kipc_stat before;
	size_t i;

	stat_get(self->b, &before);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		call.message = bad[i];
		call.parent = i % 2 ? self->token : 0;
		call.stage = 99;
		EXPECT_EQ(-EFAULT, kipc(self->b->fd, KIPC_CALL, &call)) {
			TH_LOG("address %llx", (unsigned long long)bad[i]);
		}
		EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, call.stage);
	}
	EXPECT_TRUE(stat_same(self->b, &before));
	EXPECT_EQ(-EAGAIN, recv_now(self->c, &message));
	finish(self);
}

/* A slice is not freed if the message is bad, nor if the parent is. */
TEST_F(parent, slice_is_kept) {
	struct kipc_call call = {
		.handle = B_TO_C,
		.flags = KIPC_FREE_SLICE,
	};
	struct kipc_message message;

	ASSERT_EQ(0, send_bytes(self->c, C_TO_B, "x", 1));
	ASSERT_EQ(0, recv_now(self->b, &message));
	call.free = message.offset;
	call.message = 8;
	EXPECT_EQ(-EFAULT, kipc(self->b->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_FREE_SLICE, call.flags);
	call.message = 0;
	call.parent = self->token + 1000;
	EXPECT_EQ(-ENXIO, kipc(self->b->fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_FREE_SLICE, call.flags);
	EXPECT_EQ(0, slice_free(self->b, message.offset));
	finish(self);
}

/*
 * The memory goes away while the thread waits: its call gets EFAULT. What came for
 * it is not lost: it is queued, or comes when the call is resumed.
 */
TEST_F(parent, message_vanishes) {
	struct waiter outer = { .caller.endpoint = self->c };
	struct caller inner;
	__u64 token, back;

	outer.caller.call.handle = C_TO_B;
	outer.caller.call.message = PTR(self->page);
	caller_run(&outer.caller);
	token = recv_call(self->b);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	must_errno(munmap(self->page, self->page_size));
	caller_start_for(&inner, self->b, B_TO_C, token);
	EXPECT_EQ(-EFAULT, waiter_join(&outer));
	if (outer.caller.call.flags & KIPC_CALL_RESUME) {
		outer.caller.call.message = PTR(&outer.message);
		waiter_resume(&outer);
		back = waiter_nested(&outer);
	} else {
		back = recv_call(self->c);
	}
	EXPECT_EQ(0, reply_empty(self->c, back));
	EXPECT_EQ(0, caller_join(&inner));
	finish(self);
}

/* Nothing comes to the message of a call to which nobody calls back. */
TEST_F(parent, message_is_left_alone) {
	struct waiter outer;
	__u64 token;

	memset(&outer, 0, sizeof(outer));
	outer.caller.endpoint = self->c;
	outer.caller.call.handle = C_TO_B;
	waiter_run(&outer);
	token = recv_call(self->b);
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(KIPC_STAGE_DONE, outer.caller.call.stage);
	EXPECT_EQ(0, outer.caller.call.flags);
	EXPECT_EQ(0, outer.message.kind);
	EXPECT_EQ(0, outer.message.token);
	finish(self);
}

TEST_HARNESS_MAIN
