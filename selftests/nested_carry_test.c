// SPDX-License-Identifier: GPL-2.0-only
/*
 * What nested calls carry: payloads and attachments in both directions, in the
 * pools of those who wait, and what becomes of them when there is no room.
 */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "nested.h"

FIXTURE(carry) {
	struct live live;
	struct party party[2];
	struct endpoint *a;
	struct endpoint *b;
	struct waiter outer;
	struct caller inner;
	struct kipc_attachment attachment[3];
	struct rlimit limit;
	__u64 token;
	int file;
};

#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])

/* A calls B, and B has received it. Its next call is one for A. */
FIXTURE_SETUP(carry) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	parties_open(self->party, 2);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->file = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, self->file);
	waiter_start(&self->outer, self->a, A_TO_B, 0);
	self->token = recv_call(self->b);
	memset(&self->inner, 0, sizeof(self->inner));
	self->inner.endpoint = self->b;
	self->inner.call.handle = B_TO_A;
	self->inner.call.parent = self->token;
}

FIXTURE_TEARDOWN(carry) {
	close(self->file);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A waits. Its call ends, and nothing of what was carried is charged any more. */
static void answer(struct _test_data_carry *self)
{
	struct kipc_stat stat;

	must(reply_empty(self->b, self->token));
	must(waiter_join(&self->outer));
	check(self->outer.caller.call.stage == KIPC_STAGE_DONE);
	stat_get(self->a, &stat);
	check(!stat.message_count.used && !stat.message_bytes.used);
	check(!stat.files.used && !stat.attached_handles.used);
}

static void finish(struct _test_data_carry *self)
{
	if (self->outer.caller.call.flags & KIPC_CALL_RESUME)
		waiter_resume(&self->outer);
	answer(self);
}

/* An own node, a handle to the other's node, and a file */
static void pack(struct _test_data_carry *self, __u32 node, __u32 handle)
{
	memset(self->attachment, 0, sizeof(self->attachment));
	self->attachment[0].type = KIPC_ATTACH_NODE;
	self->attachment[0].id = node;
	self->attachment[0].rights = KIPC_RIGHT_CALL;
	self->attachment[1].type = KIPC_ATTACH_HANDLE;
	self->attachment[1].id = handle;
	self->attachment[1].rights = KIPC_RIGHT_CALL;
	self->attachment[2].type = KIPC_ATTACH_FD;
	self->attachment[2].id = (__u32)self->file;
}

/* Looks at what came of pack(), and gives it back. */
static void unpack(struct _test_data_carry *self, struct endpoint *endpoint,
		   const struct kipc_attachment *got, __u64 cookie)
{
	__u64 value = 5;

	check(got[0].type == KIPC_ATTACH_HANDLE);
	check(got[0].rights == KIPC_RIGHT_CALL);
	must(notify(endpoint, got[0].id, 1));
	must(handle_drop(endpoint, got[0].id));
	check(got[1].type == KIPC_ATTACH_NODE);
	check(got[1].cookie == cookie);
	check(got[2].type == KIPC_ATTACH_FD);
	check(got[2].id != (__u32)self->file);
	check(write((int)got[2].id, &value, 8) == 8);
	check(read(self->file, &value, 8) == 8);
	check(value == 5);
	close((int)got[2].id);
}

TEST_F(carry, payloads) {
	static const size_t sizes[] = { 1, 8, 63, 64, 255, 256, 4097, 8000 };
	static __u8 there[8000], back[8000];
	struct kipc_message *message = &self->outer.message;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		fill(there, sizes[i], (__u32)i);
		fill(back, sizes[i], (__u32)i + 100);
		self->inner.call.data = PTR(there);
		self->inner.call.data_size = sizes[i];
		caller_run(&self->inner);
		waiter_nested(&self->outer);
		EXPECT_EQ(sizes[i], message->size);
		EXPECT_TRUE(filled(payload(self->a, message->offset), sizes[i],
				   (__u32)i));
		EXPECT_EQ(0, reply_bytes(self->a, message->token, back,
					 sizes[i]));
		EXPECT_EQ(0, caller_join(&self->inner));
		EXPECT_EQ(sizes[i], self->inner.call.reply_size);
		EXPECT_TRUE(filled(payload(self->b,
					   self->inner.call.reply_offset),
				   sizes[i], (__u32)i + 100));
		reply_free(self->b, &self->inner.call);
		/* The slice goes along with waiting on. */
		self->outer.caller.call.flags |= KIPC_FREE_SLICE;
		self->outer.caller.call.free = message->offset;
		waiter_resume(&self->outer);
	}
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->b, self->token));
	EXPECT_EQ(0, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_DONE, self->outer.caller.call.stage);
	EXPECT_EQ(0, self->outer.caller.call.flags & KIPC_FREE_SLICE);
}

/* A slice of what came stays until it is freed, also when all is over. */
TEST_F(carry, slice_stays) {
	__u64 offset;

	self->inner.call.data = PTR("there");
	self->inner.call.data_size = 5;
	caller_run(&self->inner);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&self->outer)));
	offset = self->outer.message.offset;
	EXPECT_EQ(0, caller_join(&self->inner));
	finish(self);
	EXPECT_EQ(0, memcmp("there", payload(self->a, offset), 5));
	EXPECT_EQ(0, slice_free(self->a, offset));
	EXPECT_EQ(-ENXIO, slice_free(self->a, offset));
}

TEST_F(carry, attachments) {
	struct kipc_message *message = &self->outer.message;
	struct kipc_reply reply = {
		.attachments = PTR(self->attachment),
		.attachment_count = 3,
	};
	struct kipc_stat before, stat;

	stat_get(self->a, &before);
	pack(self, self->party[1].node, B_TO_A);
	self->inner.call.attachments = PTR(self->attachment);
	self->inner.call.attachment_count = 3;
	caller_run(&self->inner);
	reply.token = waiter_nested(&self->outer);
	EXPECT_EQ(3, message->attachment_count);
	unpack(self, self->a, came(self->a, message, 0), COOKIE);
	message_free(self->a, message);

	pack(self, self->party[0].node, A_TO_B);
	EXPECT_EQ(0, kipc(self->a->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&self->inner));
	EXPECT_EQ(3, self->inner.call.reply_attachment_count);
	unpack(self, self->b,
	       attached(self->b, self->inner.call.reply_offset, 0, 0),
	       COOKIE + 1);
	reply_free(self->b, &self->inner.call);
	finish(self);
	stat_get(self->a, &stat);
	EXPECT_EQ(before.handles.used, stat.handles.used);
}

/* What is queued at a thread that never comes back is taken back. */
TEST_F(carry, never_received) {
	struct caller second = { .endpoint = self->b };
	struct kipc_stat stat;

	caller_run(&self->inner);
	waiter_nested(&self->outer);
	pack(self, self->party[1].node, B_TO_A);
	second.call = self->inner.call;
	second.call.data = PTR("x");
	second.call.data_size = 1;
	second.call.attachments = PTR(self->attachment);
	second.call.attachment_count = 3;
	caller_run(&second);
	wait_blocked(second.thread.tid, KIPC_CALL);
	stat_get(self->b, &stat);
	EXPECT_EQ(1, stat.files.used);
	endpoint_close(self->a);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&second));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, second.call.stage);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->inner));
	stat_get(self->b, &stat);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.attached_handles.used);
	EXPECT_EQ(0, stat.message_bytes.used);
}

/* Lets @count more descriptors be opened. */
static void allow_files(struct _test_data_carry *self, int count)
{
	struct rlimit limit = self->limit;
	int lowest = dup(0);

	must_errno(lowest);
	close(lowest);
	limit.rlim_cur = (rlim_t)(lowest + count);
	must_errno(setrlimit(RLIMIT_NOFILE, &limit));
}

/* Who waits has no descriptors left: the call fails, and it waits on. */
TEST_F(carry, no_descriptors) {
	pack(self, self->party[1].node, B_TO_A);
	self->inner.call.attachments = PTR(self->attachment);
	self->inner.call.attachment_count = 3;
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	allow_files(self, 0);
	caller_run(&self->inner);
	EXPECT_EQ(-EAGAIN, caller_join(&self->inner));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->inner.call.stage);
	must_errno(setrlimit(RLIMIT_NOFILE, &self->limit));
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	answer(self);
}

/* Its files are closed at once, too, though A goes on waiting. */
TEST_F(carry, closed_while_waiting) {
	struct caller second = { .endpoint = self->b };
	struct rlimit limit = self->limit;
	struct pollfd end = { .events = POLLIN };
	__u64 token;
	int fd[2];

	ASSERT_EQ(0, pipe2(fd, O_CLOEXEC));
	caller_run(&self->inner);
	token = waiter_nested(&self->outer);
	pack(self, self->party[1].node, B_TO_A);
	self->attachment[2].id = (__u32)fd[1];
	second.call = self->inner.call;
	second.call.attachments = PTR(self->attachment);
	second.call.attachment_count = 3;
	caller_run(&second);
	wait_blocked(second.thread.tid, KIPC_CALL);
	close(fd[1]);
	limit.rlim_cur = (rlim_t)fd[1];
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	waiter_resume(&self->outer);
	EXPECT_EQ(-EAGAIN, caller_join(&second));
	end.fd = fd[0];
	EXPECT_EQ(1, poll(&end, 1, 10000));
	EXPECT_EQ(POLLHUP, end.revents);
	must_errno(setrlimit(RLIMIT_NOFILE, &self->limit));
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(self->a, token));
	EXPECT_EQ(0, caller_join(&self->inner));
	answer(self);
	close(fd[0]);
}

static __u64 charged_files(struct _test_data_carry *self)
{
	struct kipc_stat stat;

	stat_get(self->a, &stat);
	return stat.files.used;
}

/* While nobody waits for them, A is charged for its call and the reply's files. */
TEST_F(carry, charged_while_suspended) {
	struct kipc_reply reply = {
		.token = self->token,
		.attachments = PTR(self->attachment),
		.attachment_count = 3,
	};
	struct kipc_stat stat;

	caller_run(&self->inner);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&self->outer)));
	EXPECT_EQ(0, caller_join(&self->inner));
	stat_get(self->a, &stat);
	EXPECT_EQ(1, stat.message_count.used);
	pack(self, self->party[1].node, B_TO_A);
	reply.data = 1;
	reply.data_size = 1;
	EXPECT_EQ(-EFAULT, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, charged_files(self));
	reply.data_size = 0;
	EXPECT_EQ(0, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(1, charged_files(self));
	waiter_resume(&self->outer);
	EXPECT_EQ(0, waiter_join(&self->outer));
	unpack(self, self->a,
	       attached(self->a, self->outer.caller.call.reply_offset, 0, 0),
	       COOKIE);
	reply_free(self->a, &self->outer.caller.call);
	stat_get(self->a, &stat);
	EXPECT_EQ(0, stat.message_count.used + stat.files.used);
}

/* Who may leave no call waiting serves nothing nested. */
TEST_F(carry, no_quota) {
	long limit = param_get("max_messages");

	ASSERT_EQ(0, param_set("max_messages", 0));
	caller_run(&self->inner);
	EXPECT_EQ(-EAGAIN, caller_join(&self->inner));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->inner.call.stage);
	EXPECT_EQ(-EDQUOT, waiter_join(&self->outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->outer.caller.call.stage);
	ASSERT_EQ(0, param_set("max_messages", limit));
	EXPECT_EQ(-ECANCELED, reply_empty(self->b, self->token));
}

/* So it is if it never comes back. */
TEST_F(carry, charged_until_closed) {
	struct kipc_reply reply = {
		.token = self->token,
		.attachments = PTR(self->attachment),
		.attachment_count = 3,
	};
	struct kipc_stat stat;

	caller_run(&self->inner);
	waiter_nested(&self->outer);
	pack(self, self->party[1].node, B_TO_A);
	EXPECT_EQ(0, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(1, charged_files(self));
	endpoint_close(self->a);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->inner));
	stat_get(self->b, &stat);
	EXPECT_EQ(0, stat.message_count.used + stat.files.used);
}

/* The reply to a call that was resumed: its descriptors are the last step. */
TEST_F(carry, no_descriptors_for_the_reply) {
	struct kipc_reply reply = {
		.token = self->token,
		.attachments = PTR(self->attachment),
		.attachment_count = 3,
	};
	struct kipc_stat before, stat;

	stat_get(self->a, &before);
	caller_run(&self->inner);
	EXPECT_EQ(0, reply_empty(self->a, waiter_nested(&self->outer)));
	EXPECT_EQ(0, caller_join(&self->inner));
	waiter_resume(&self->outer);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	pack(self, self->party[1].node, B_TO_A);
	allow_files(self, 0);
	EXPECT_EQ(0, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(-EMFILE, waiter_join(&self->outer));
	must_errno(setrlimit(RLIMIT_NOFILE, &self->limit));
	EXPECT_EQ(KIPC_STAGE_REPLY_LOST, self->outer.caller.call.stage);
	stat_get(self->a, &stat);
	EXPECT_EQ(before.handles.used, stat.handles.used);
}

/* What never fits is refused, and does not disturb who waits. */
TEST_F(carry, too_large) {
	static __u8 data[POOL + 1];

	self->inner.call.data = PTR(data);
	self->inner.call.data_size = sizeof(data);
	EXPECT_EQ(-EMSGSIZE, kipc(self->b->fd, KIPC_CALL, &self->inner.call));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, self->inner.call.stage);
	wait_blocked(self->outer.caller.thread.tid, KIPC_CALL);
	finish(self);
}

/* Who has no pool can be called back with what needs none. */
TEST_F(carry, no_pool) {
	struct kipc_call call = { .data = PTR("x"), .data_size = 1 };
	struct endpoint poor;
	struct waiter outer;
	struct caller inner;
	__u64 token;
	__u32 there, back;

	endpoint_open(&poor, 0);
	there = connect_to(&poor, self->b, node_create(self->b, 7), 0);
	back = connect_to(self->b, &poor, node_create(&poor, 8), 0);
	waiter_start(&outer, &poor, there, 0);
	token = recv_call(self->b);
	call.handle = back;
	call.parent = token;
	EXPECT_EQ(-EMSGSIZE, kipc(self->b->fd, KIPC_CALL, &call));
	caller_start_for(&inner, self->b, back, token);
	EXPECT_EQ(0, reply_empty(&poor, waiter_nested(&outer)));
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	EXPECT_EQ(-EMSGSIZE, reply_bytes(self->b, token, "x", 1));
	EXPECT_EQ(0, reply_empty(self->b, token));
	EXPECT_EQ(0, waiter_join(&outer));
	finish(self);
}

TEST_HARNESS_MAIN
