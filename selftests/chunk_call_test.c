// SPDX-License-Identifier: GPL-2.0-only
/* Chunks that travel with calls, replies and one-way messages. */
#include <kselftest_harness.h>

#include "chunk.h"
#include "nested.h"

#define CHUNKS	8U
/* As many loans and leases as the test has at once */
#define LEASES	3U

FIXTURE(chunk_call) {
	struct live live;
	struct pair pair;
	int fd;
	__u32 lease;
	__u32 chunk;
	struct kipc_attachment out;
	struct caller caller;
};

/* The test is publisher and subscriber, and has the loan that is attached. */
FIXTURE_SETUP(chunk_call) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->fd = chunks_make(NULL, CHUNKS, 0);
	ASSERT_EQ(0, region_hold(self->fd, LEASES, COOKIE));
	self->chunk = (__u32)must(chunk_loan(self->fd, &self->lease));
	self->out = chunk_of(self->fd, self->lease);
	self->caller.endpoint = &self->pair.client;
	self->caller.call.handle = self->pair.handle;
}

FIXTURE_TEARDOWN(chunk_call) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Calls with what is to be attached. */
static void call(struct _test_data_chunk_call *self)
{
	self->caller.call.attachments = PTR(&self->out);
	self->caller.call.attachment_count = 1;
	caller_run(&self->caller);
}

/* What came is a lease of the test's. */
static __u32 leased(struct _test_data_chunk_call *self,
		    const struct kipc_attachment *got)
{
	check(got->type == KIPC_ATTACH_CHUNK);
	check(got->id == self->chunk);
	check(got->lease && got->lease != self->lease);
	check(got->cookie == COOKIE);
	check(!got->rights);
	return got->lease;
}

/* Takes all that may be had, and returns what. */
static void exhaust(struct _test_data_chunk_call *self, __u32 *leases)
{
	__u32 i;

	for (i = 1; i < LEASES; i++)
		leases[i] = chunk_take(self->fd);
}

TEST_F(chunk_call, in_call) {
	struct kipc_message message;
	__u32 lease;

	call(self);
	must(recv_soon(&self->pair.server, &message));
	lease = leased(self, came(&self->pair.server, &message, 0));
	EXPECT_EQ(1, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, caller_join(&self->caller));
	/* It was given, not lent. */
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

TEST_F(chunk_call, in_reply) {
	struct kipc_reply reply = {
		.attachments = PTR(&self->out),
		.attachment_count = 1,
	};
	struct kipc_call *args = &self->caller.call;

	caller_run(&self->caller);
	reply.token = recv_call(&self->pair.server);
	self->out.rights = KIPC_RIGHT_BORROW;
	EXPECT_EQ(-EINVAL, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	self->out.rights = 0;
	self->out.lease++;
	EXPECT_EQ(-ENXIO, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	self->out.lease--;
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(0, chunk_release(self->fd,
				   leased(self, attached(&self->pair.client,
							 args->reply_offset,
							 0, 0))));
	reply_free(&self->pair.client, args);
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
}

TEST_F(chunk_call, one_way) {
	struct kipc_message message;
	__u32 lease;

	self->out.rights = KIPC_RIGHT_BORROW;
	EXPECT_EQ(-EINVAL, send_attached(&self->pair.client, self->pair.handle,
					 &self->out, 1));
	self->out.rights = 0;
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(1, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	lease = leased(self, came(&self->pair.server, &message, 0));
	message_free(&self->pair.server, &message);
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* Never received: node gone, endpoint gone, call withdrawn */
TEST_F(chunk_call, never_received) {
	EXPECT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	EXPECT_EQ(1, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	self->pair.node = node_create(&self->pair.server, 1);
	self->pair.handle = connect_to(&self->pair.client, &self->pair.server,
				       self->pair.node, 0);
	self->caller.call.handle = self->pair.handle;
	self->caller.call.deadline = after(20 * MILLISECOND);
	call(self);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	endpoint_close(&self->pair.server);
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* A server that has as many as it may cannot take the call; others it can. */
TEST_F(chunk_call, server_at_its_limit) {
	struct kipc_message message;
	__u32 leases[LEASES];

	exhaust(self, leases);
	call(self);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	EXPECT_EQ(-EAGAIN, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, chunk_release(self->fd, leases[1]));
	call(self);
	must(recv_soon(&self->pair.server, &message));
	leased(self, came(&self->pair.server, &message, 0));
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, caller_join(&self->caller));
}

/* Nobody waits for a one-way message: it is dropped, as for want of descriptors. */
TEST_F(chunk_call, dropped_at_its_limit) {
	struct kipc_message message;
	__u32 leases[LEASES];

	exhaust(self, leases);
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(1, message.size);
	message_free(&self->pair.server, &message);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
}

/* The second of two is too many: the first is taken back. */
TEST_F(chunk_call, half_of_it) {
	struct kipc_attachment two[2] = { self->out, self->out };
	struct kipc_message message;
	__u32 lease = chunk_take(self->fd);

	self->caller.call.attachments = PTR(two);
	self->caller.call.attachment_count = 2;
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	EXPECT_EQ(-EAGAIN, caller_join(&self->caller));
	EXPECT_EQ(LEASES - 1, chunks_held(self->fd));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* A caller that has as many as it may loses the reply, and is told why. */
TEST_F(chunk_call, caller_at_its_limit) {
	struct kipc_reply reply = {
		.attachments = PTR(&self->out),
		.attachment_count = 1,
	};
	__u32 leases[LEASES];

	exhaust(self, leases);
	caller_run(&self->caller);
	reply.token = recv_call(&self->pair.server);
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(-EDQUOT, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_REPLY_LOST, self->caller.call.stage);
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(LEASES, chunks_held(self->fd));
}

/* With a call that comes to who waits for a reply, and with that reply */
TEST_F(chunk_call, nested) {
	struct kipc_reply reply = {
		.attachments = PTR(&self->out),
		.attachment_count = 1,
	};
	struct party party[2];
	struct waiter outer;
	__u64 token, nested;
	__u32 lease;

	parties_open(party, 2);
	waiter_start(&outer, &party[0].endpoint, party[0].to[1], 0);
	token = recv_call(&party[1].endpoint);
	self->caller.endpoint = &party[1].endpoint;
	self->caller.call.handle = party[1].to[0];
	self->caller.call.parent = token;
	call(self);
	nested = waiter_nested(&outer);
	lease = leased(self, came(&party[0].endpoint, &outer.message, 0));
	message_free(&party[0].endpoint, &outer.message);
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	reply.token = nested;
	EXPECT_EQ(0, kipc(party[0].endpoint.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&self->caller));
	lease = leased(self, attached(&party[1].endpoint,
				      self->caller.call.reply_offset, 0, 0));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	waiter_resume(&outer);
	EXPECT_EQ(0, reply_empty(&party[1].endpoint, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* Who waits has as many as it may: the nested call fails, and it waits on. */
TEST_F(chunk_call, nested_at_its_limit) {
	struct party party[2];
	struct waiter outer;
	__u32 leases[LEASES];
	__u64 token;

	exhaust(self, leases);
	parties_open(party, 2);
	waiter_start(&outer, &party[0].endpoint, party[0].to[1], 0);
	token = recv_call(&party[1].endpoint);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	self->caller.endpoint = &party[1].endpoint;
	self->caller.call.handle = party[1].to[0];
	self->caller.call.parent = token;
	call(self);
	EXPECT_EQ(-EAGAIN, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(0, reply_empty(&party[1].endpoint, token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(LEASES, chunks_held(self->fd));
}

/* Chunks count as files do, for who sends them. */
TEST_F(chunk_call, charged) {
	struct kipc_message message;
	struct kipc_stat stat;
	long limit = param_get("max_files");

	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.files.used);
	ASSERT_EQ(0, param_set("max_files", 1));
	EXPECT_EQ(-EDQUOT, send_attached(&self->pair.client, self->pair.handle,
					 &self->out, 1));
	ASSERT_EQ(0, param_set("max_files", limit));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.files.used);
}

/* A page that goes away while a command that waits has its struct there */
static void *page_open(void)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must_errno(page == MAP_FAILED ? -1 : 0);
	return page;
}

/* Whether nobody has a lease, and the chunk is in that many messages */
static bool is_sent(struct _test_data_chunk_call *self, __u32 messages)
{
	return chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT) ==
	       messages && chunks_held(self->fd) == 1;
}

/* Who receives cannot be told: the lease is taken back, and given to the next one. */
TEST_F(chunk_call, received_in_vain) {
	struct kipc_recv *recv = page_open();
	struct kipc_message message;
	struct puppet receiver;

	puppet_open(&receiver);
	puppet_block(&receiver, &self->pair.server, KIPC_RECV, recv);
	must_errno(mprotect(recv, PAGE, PROT_NONE));
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->out, 1));
	EXPECT_EQ(-EFAULT, puppet_end(&receiver));
	EXPECT_TRUE(is_sent(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	leased(self, came(&self->pair.server, &message, 0));
	message_free(&self->pair.server, &message);
	puppet_close(&receiver);
	munmap(recv, PAGE);
}

TEST_F(chunk_call, mailed_in_vain) {
	int mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1);
	struct kipc_mailbox_recv *recv = page_open();
	struct kipc_attachment got;
	struct puppet receiver;

	recv->attachments = PTR(&got);
	recv->attachments_max = 1;
	recv->endpoint = -1;
	puppet_open(&receiver);
	puppet_begin_on(&receiver, mailbox, KIPC_MAILBOX_RECV, recv);
	mailbox_wait(mailbox, 1, 0);
	must_errno(mprotect(recv, PAGE, PROT_NONE));
	ASSERT_EQ(0, chunk_mail(mailbox, self->fd, self->lease));
	EXPECT_EQ(-EFAULT, puppet_end(&receiver));
	EXPECT_TRUE(is_sent(self, 1));
	ASSERT_EQ(0, chunk_recv(mailbox, &got));
	leased(self, &got);
	puppet_close(&receiver);
	munmap(recv, PAGE);
}

/* A caller cannot be told: the reply is lost, and the lease with it; so is what was lent. */
TEST_F(chunk_call, replied_in_vain) {
	struct kipc_call *args = page_open();
	struct kipc_attachment lent = chunk_lent(self->fd, self->lease);
	struct kipc_reply reply = {
		.attachments = PTR(&self->out),
		.attachment_count = 1,
	};
	struct puppet caller;

	args->handle = self->pair.handle;
	args->attachments = PTR(&lent);
	args->attachment_count = 1;
	puppet_open(&caller);
	puppet_block(&caller, &self->pair.client, KIPC_CALL, args);
	must_errno(mprotect(args, PAGE, PROT_NONE));
	reply.token = recv_call(&self->pair.server);
	EXPECT_EQ(2, chunks_held(self->fd));
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(-EFAULT, puppet_end(&caller));
	EXPECT_TRUE(is_sent(self, 0));
	puppet_close(&caller);
	munmap(args, PAGE);
}

/* Who waits cannot be told of a nested call: its own call ends, too. */
TEST_F(chunk_call, nested_in_vain) {
	struct kipc_message *nested = page_open();
	struct kipc_attachment lent = chunk_lent(self->fd, self->lease);
	struct party party[2];
	struct kipc_call args = {
		.attachments = PTR(&lent),
		.attachment_count = 1,
		.message = PTR(nested),
	};
	struct kipc_message message;
	struct puppet outer;

	parties_open(party, 2);
	args.handle = party[0].to[1];
	puppet_open(&outer);
	puppet_block(&outer, &party[0].endpoint, KIPC_CALL, &args);
	must(recv_soon(&party[1].endpoint, &message));
	must_errno(mprotect(nested, PAGE, PROT_NONE));
	self->caller.endpoint = &party[1].endpoint;
	self->caller.call.handle = party[1].to[0];
	self->caller.call.parent = message.token;
	call(self);
	EXPECT_EQ(-EFAULT, puppet_end(&outer));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, args.stage);
	/* The nested call can be received by another thread. */
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	endpoint_close(&party[0].endpoint);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_TRUE(is_sent(self, 0));
	puppet_close(&outer);
	munmap(nested, PAGE);
}

TEST_HARNESS_MAIN
