// SPDX-License-Identifier: GPL-2.0-only
/*
 * How far a call got, for every errno with which it can fail: each stage that the
 * errno can have is brought about.
 */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "interrupt.h"
#include "nested.h"

FIXTURE(stage) {
	struct live live;
	struct pair pair;
	struct caller caller;
	struct kipc_attachment attachment;
	struct rlimit limit;
};

FIXTURE_SETUP(stage) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	pair_open(&self->pair, POOL);
	interrupt_install(0);
	memset(&self->attachment, 0, sizeof(self->attachment));
	memset(&self->caller, 0, sizeof(self->caller));
	self->caller.endpoint = &self->pair.client;
	self->caller.call.handle = self->pair.handle;
	self->caller.call.stage = 99;
}

FIXTURE_TEARDOWN(stage) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int freeze(struct endpoint *endpoint, __u32 action)
{
	struct kipc_freeze freeze = { .action = action };
	struct kipc_info info = { 0 };

	must(kipc(endpoint->fd, KIPC_INFO, &info));
	freeze.endpoint = info.endpoint;
	return kipc(endpoint->fd, KIPC_FREEZE, &freeze);
}

/* One attachment of that type and id */
static void attach(struct _test_data_stage *self, __u32 type, __u32 id,
		   __u32 rights)
{
	self->attachment.type = type;
	self->attachment.id = id;
	self->attachment.rights = rights;
	self->caller.call.attachments = PTR(&self->attachment);
	self->caller.call.attachment_count = 1;
}

static void too_many_attachments(struct _test_data_stage *self)
{
	attach(self, KIPC_ATTACH_FD, 0, 0);
	self->caller.call.attachment_count = KIPC_ATTACHMENTS_MAX + 1;
}

static void too_many_segments(struct _test_data_stage *self)
{
	self->caller.call.flags = KIPC_VEC;
	self->caller.call.data = PTR(&self->attachment);
	self->caller.call.data_size = KIPC_VEC_MAX + 1;
}

static void without_call(struct _test_data_stage *self)
{
	must(handle_dup(&self->pair.client, self->pair.handle,
			KIPC_RIGHT_WATCH, &self->caller.call.handle));
}

static void without_grant(struct _test_data_stage *self)
{
	__u32 weak;

	must(handle_dup(&self->pair.client, self->pair.handle,
			KIPC_RIGHT_CALL, &weak));
	attach(self, KIPC_ATTACH_HANDLE, weak, KIPC_RIGHT_CALL);
}

static void pool_is_full(struct _test_data_stage *self)
{
	static __u8 data[POOL];

	while (!send_bytes(&self->pair.client, self->pair.handle, data, 4096))
		;
	self->caller.call.data = PTR(data);
	self->caller.call.data_size = sizeof(data);
}

static void is_frozen(struct _test_data_stage *self)
{
	must(freeze(&self->pair.server, KIPC_FREEZE_ON));
}

static void no_file(struct _test_data_stage *self)
{
	attach(self, KIPC_ATTACH_FD, 9999, 0);
}

static void over_quota(struct _test_data_stage *self)
{
	attach(self, KIPC_ATTACH_FD, 0, 0);
	must(param_set("max_files", 0));
}

static void payload_is_bad(struct _test_data_stage *self)
{
	self->caller.call.data = 1;
	self->caller.call.data_size = 8;
}

static void attachments_are_bad(struct _test_data_stage *self)
{
	self->caller.call.attachments = 1;
	self->caller.call.attachment_count = 1;
}

static void message_is_bad(struct _test_data_stage *self)
{
	self->caller.call.message = 8;
}

static void endpoint_attached(struct _test_data_stage *self)
{
	attach(self, KIPC_ATTACH_FD, (__u32)self->pair.server.fd, 0);
}

static void too_large(struct _test_data_stage *self)
{
	static __u8 data[POOL + 1];

	self->caller.call.data = PTR(data);
	self->caller.call.data_size = sizeof(data);
}

static void no_handle(struct _test_data_stage *self)
{
	self->caller.call.handle = 12345;
}

static void no_slice(struct _test_data_stage *self)
{
	self->caller.call.flags = KIPC_FREE_SLICE;
	self->caller.call.free = 8;
}

static void no_parent(struct _test_data_stage *self)
{
	self->caller.call.parent = 12345;
}

static void no_attached_handle(struct _test_data_stage *self)
{
	attach(self, KIPC_ATTACH_HANDLE, 12345, KIPC_RIGHT_CALL);
}

static void node_is_dead(struct _test_data_stage *self)
{
	must(node_destroy(&self->pair.server, self->pair.node));
}

static void owner_is_dead(struct _test_data_stage *self)
{
	endpoint_close(&self->pair.server);
}

static void unknown_flag(struct _test_data_stage *self)
{
	self->caller.call.flags = 1U << 31;
}

static void id_of_nothing(struct _test_data_stage *self)
{
	self->caller.call.id = 1;
}

static const struct {
	const char *name;
	void (*prepare)(struct _test_data_stage *self);
	int error;
} not_queued[] = {
	{ "too many attachments", too_many_attachments, E2BIG },
	{ "too many segments", too_many_segments, E2BIG },
	{ "without the right CALL", without_call, EACCES },
	{ "without the right GRANT", without_grant, EACCES },
	{ "the pool is full", pool_is_full, EAGAIN },
	{ "frozen", is_frozen, EAGAIN },
	{ "no such file", no_file, EBADF },
	{ "over the quota", over_quota, EDQUOT },
	{ "the payload is bad", payload_is_bad, EFAULT },
	{ "the attachments are bad", attachments_are_bad, EFAULT },
	{ "the message is bad", message_is_bad, EFAULT },
	{ "an unknown flag", unknown_flag, EINVAL },
	{ "an id, but nothing to resume", id_of_nothing, EINVAL },
	{ "an endpoint is attached", endpoint_attached, ELOOP },
	{ "too large", too_large, EMSGSIZE },
	{ "no such handle", no_handle, ENXIO },
	{ "no such slice", no_slice, ENXIO },
	{ "no such parent", no_parent, ENXIO },
	{ "no such attached handle", no_attached_handle, ENXIO },
	{ "the node is dead", node_is_dead, EOWNERDEAD },
	{ "the owner is dead", owner_is_dead, EOWNERDEAD },
};

/* What is found wrong beforehand: nobody saw it, and nothing is left of it. */
TEST_F(stage, not_queued) {
	const struct kipc_call call = self->caller.call;
	long quota = param_get("max_files");
	struct kipc_stat before;
	size_t i;
	int ret;

	ASSERT_LT(0, quota);
	for (i = 0; i < ARRAY_SIZE(not_queued); i++) {
		pair_close(&self->pair);
		pair_open(&self->pair, POOL);
		self->caller.call = call;
		self->caller.call.handle = self->pair.handle;
		not_queued[i].prepare(self);
		stat_get(&self->pair.client, &before);
		ret = kipc(self->pair.client.fd, KIPC_CALL, &self->caller.call);
		EXPECT_TRUE(stat_same(&self->pair.client, &before));
		ASSERT_EQ(0, param_set("max_files", quota));
		EXPECT_EQ(-not_queued[i].error, ret);
		EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, self->caller.call.stage) {
			TH_LOG("%s", not_queued[i].name);
		}
	}
}

/* Waiting for a frozen server: nobody received the call. */
TEST_F(stage, waiting_for_the_thaw) {
	self->caller.call.flags = KIPC_WAIT;
	self->caller.call.deadline = after(100 * MILLISECOND);
	ASSERT_EQ(0, freeze(&self->pair.server, KIPC_FREEZE_ON));
	caller_run(&self->caller);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->caller));
	EXPECT_GE(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);

	self->caller.call.deadline = 0;
	self->caller.call.stage = 99;
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	interrupt(&self->caller.thread);
	EXPECT_EQ(-EINTR, caller_join(&self->caller));
	EXPECT_GE(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);

	self->caller.call.stage = 99;
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_GE(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
}

/* A call that lies in the queue */
static void queue(struct _test_data_stage *self)
{
	caller_run(&self->caller);
	wait_queued(1);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
}

/* It ended like that, and the server never gets to see it. */
static void check_withdrawn(struct _test_data_stage *self, int error)
{
	struct kipc_stat stat;

	check(caller_join(&self->caller) == error);
	check(self->caller.call.stage == KIPC_STAGE_WITHDRAWN);
	stat_get(&self->pair.client, &stat);
	check(!stat.message_count.used);
}

TEST_F(stage, withdrawn_by_signal) {
	struct kipc_message message;

	queue(self);
	interrupt(&self->caller.thread);
	check_withdrawn(self, -EINTR);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_F(stage, withdrawn_by_deadline) {
	struct kipc_message message;

	self->caller.call.deadline = after(100 * MILLISECOND);
	caller_run(&self->caller);
	check_withdrawn(self, -ETIMEDOUT);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

TEST_F(stage, withdrawn_with_the_node) {
	queue(self);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	check_withdrawn(self, -EOWNERDEAD);
}

TEST_F(stage, withdrawn_with_the_server) {
	queue(self);
	endpoint_close(&self->pair.server);
	check_withdrawn(self, -EOWNERDEAD);
}

/* No descriptor may be opened any more in this process. */
static void forbid_files(struct _test_data_stage *self)
{
	struct rlimit limit = self->limit;

	limit.rlim_cur = 0;
	must_errno(setrlimit(RLIMIT_NOFILE, &limit));
}

TEST_F(stage, withdrawn_for_want_of_descriptors) {
	struct kipc_message message;

	attach(self, KIPC_ATTACH_FD, 0, 0);
	queue(self);
	forbid_files(self);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	must_errno(setrlimit(RLIMIT_NOFILE, &self->limit));
	check_withdrawn(self, -EAGAIN);
}

/* A call that the server has received; its token */
static __u64 receive(struct _test_data_stage *self)
{
	__u64 token;

	caller_run(&self->caller);
	token = recv_call(&self->pair.server);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	return token;
}

/* It ended like that, and the answer comes too late. */
static void check_received(struct _test_data_stage *self, int error,
			   __u64 token)
{
	check(caller_join(&self->caller) == error);
	check(self->caller.call.stage == KIPC_STAGE_RECEIVED);
	if (self->pair.server.fd >= 0)
		answer_in_vain(&self->pair.server, token);
}

TEST_F(stage, received_and_signal) {
	__u64 token = receive(self);

	interrupt(&self->caller.thread);
	check_received(self, -EINTR, token);
}

TEST_F(stage, received_and_deadline) {
	__u64 token;

	self->caller.call.deadline = after(5 * SECOND);
	token = receive(self);
	check_received(self, -ETIMEDOUT, token);
}

TEST_F(stage, received_and_death) {
	__u64 token = receive(self);

	endpoint_close(&self->pair.server);
	check_received(self, -EOWNERDEAD, token);
}

/* What was received is answered, though the node has ended. */
TEST_F(stage, received_and_end_of_node) {
	__u64 token = receive(self);

	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
}

TEST_F(stage, reply_lost) {
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	struct kipc_reply reply = {
		.attachments = PTR(&file),
		.attachment_count = 1,
	};

	reply.token = receive(self);
	forbid_files(self);
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(-EMFILE, caller_join(&self->caller));
	must_errno(setrlimit(RLIMIT_NOFILE, &self->limit));
	EXPECT_EQ(KIPC_STAGE_REPLY_LOST, self->caller.call.stage);
}

TEST_F(stage, done) {
	EXPECT_EQ(0, reply_empty(&self->pair.server, receive(self)));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
}

/* The server is called, and calls its caller back. */
TEST_F(stage, nested) {
	__u32 back = connect_to(&self->pair.server, &self->pair.client,
				node_create(&self->pair.client, 2), 0);
	struct kipc_message message;
	struct kipc_call again;
	struct caller inner;
	__u64 token;

	self->caller.call.message = PTR(&message);
	token = receive(self);
	caller_start_for(&inner, &self->pair.server, back, token);
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_NESTED, self->caller.call.stage);
	/* It goes on even if it is resumed in a wrong way. */
	again = self->caller.call;
	again.flags |= 1U << 31;
	again.stage = 99;
	EXPECT_EQ(-EINVAL, kipc(self->pair.client.fd, KIPC_CALL, &again));
	EXPECT_EQ(KIPC_STAGE_NESTED, again.stage);
	EXPECT_EQ(0, reply_empty(&self->pair.client, message.token));
	EXPECT_EQ(0, caller_join(&inner));
	caller_run(&self->caller);
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
}

TEST_HARNESS_MAIN
