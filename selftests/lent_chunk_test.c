// SPDX-License-Identifier: GPL-2.0-only
/* Chunks that are lent with a call: a lease that ends with it. */
#include <kselftest_harness.h>

#include "borrower.h"
#include "interrupt.h"
#include "nested.h"

#define CHUNKS	4U
#define LEASES	2U

static const char name[] = "lent.chunk";

FIXTURE(lent) {
	struct live live;
	struct endpoint client;
	struct borrower server;
	int fd;
	__u32 lease;
	__u32 chunk;
	struct kipc_attachment out[BORROWED_MAX];
	struct caller caller;
};

/* The server holds the region by a view of its own. */
FIXTURE_SETUP(lent) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->fd = chunks_make(NULL, CHUNKS, LEASES);
	borrower_open(&self->server, name);
	self->server.now.fd = self->fd;
	must(borrower_do(&self->server, borrower_derive_act));
	self->server.now.word = LEASES;
	must(borrower_do(&self->server, borrower_hold_act));
	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
	self->chunk = (__u32)must(chunk_loan(self->fd, &self->lease));
	self->out[0] = chunk_lent(self->fd, self->lease);
	borrower_client(&self->client, &self->caller, name, self->out);
}

FIXTURE_TEARDOWN(lent) {
	if (self->server.actor.room)
		borrower_kill(&self->server);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Receives, and leaves the view as it is. */
static void receive(struct _test_data_lent *self)
{
	int view = self->server.now.fd;

	must(borrower_do(&self->server, borrower_recv_act));
	self->server.now.fd = view;
}

static void lend(struct _test_data_lent *self)
{
	caller_run(&self->caller);
	receive(self);
	check(self->server.now.got[0].type == KIPC_ATTACH_CHUNK);
	check(self->server.now.got[0].rights == KIPC_RIGHT_BORROW);
	check(self->server.now.got[0].id == self->chunk);
	check(self->server.now.got[0].lease);
	check(self->server.now.got[0].cookie == COOKIE);
	check(chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
}

/* The server has no lease any more, and the test only its loan. */
static bool is_over(struct _test_data_lent *self)
{
	return !chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED) &&
	       !chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT) &&
	       borrower_do(&self->server, borrower_release_act) == -ENXIO &&
	       chunks_held(self->fd) == 1 &&
	       chunks_free(self->fd) == CHUNKS - 1;
}

TEST_F(lent, until_the_reply) {
	__u32 i;

	/* More often than it may have leases */
	for (i = 0; i < 3 * LEASES; i++) {
		lend(self);
		EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
		EXPECT_EQ(0, caller_join(&self->caller));
		EXPECT_TRUE(is_over(self));
	}
}

TEST_F(lent, until_the_deadline) {
	self->caller.call.deadline = after((debug_kernel() ? 3000 : 1000) *
					   MILLISECOND);
	lend(self);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->caller));
	EXPECT_TRUE(is_over(self));
}

TEST_F(lent, until_a_signal) {
	lend(self);
	caller_leave(&self->caller);
	EXPECT_TRUE(is_over(self));
}

TEST_F(lent, until_the_server_dies) {
	lend(self);
	borrower_kill(&self->server);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

TEST_F(lent, until_the_server_leaves) {
	lend(self);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_leave_act));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_TRUE(is_over(self));
}

/* The server is quicker: it has let go of it already. */
TEST_F(lent, released_before) {
	lend(self);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_release_act));
	EXPECT_EQ(-ENXIO, borrower_do(&self->server, borrower_release_act));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_over(self));
}

/* Whose loan it is lets go of it: the call has it until it ends. */
TEST_F(lent, loan_released_before) {
	lend(self);
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(1, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* The server's view, through which it has it, is revoked; and the lender's is closed. */
TEST_F(lent, views_end_before) {
	int other = dup(self->fd);

	lend(self);
	EXPECT_EQ(0, region_revoke(self->fd, 0));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(-EKEYREVOKED,
		  borrower_do(&self->server, borrower_release_act));
	close(self->fd);
	self->fd = other;
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(CHUNKS - 1, chunks_free(other));
	EXPECT_EQ(0, chunk_release(other, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(other));
}

/* A server without the region gets no lease, and can answer all the same. */
TEST_F(lent, not_held) {
	EXPECT_EQ(0, region_revoke(self->fd, 0));
	caller_run(&self->caller);
	receive(self);
	EXPECT_EQ(self->chunk, self->server.now.got[0].id);
	EXPECT_EQ(0, self->server.now.got[0].lease);
	EXPECT_EQ(0, self->server.now.got[0].cookie);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
}

/* Several are lent, and one is given. */
TEST_F(lent, several) {
	__u32 given;

	self->out[1] = chunk_of(self->fd, self->lease);
	self->caller.call.attachment_count = 2;
	lend(self);
	EXPECT_EQ(0, self->server.now.got[1].rights);
	given = self->server.now.got[1].lease;
	EXPECT_EQ(2, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(1, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(-ENXIO, borrower_do(&self->server, borrower_release_act));
	self->server.now.got[0].lease = given;
	EXPECT_EQ(0, borrower_do(&self->server, borrower_release_act));
	EXPECT_TRUE(is_over(self));
}

/* A server that has all that it may: the call fails, and nothing is lent. */
TEST_F(lent, at_its_limit) {
	self->out[1] = self->out[0];
	self->out[2] = self->out[0];
	self->caller.call.attachment_count = LEASES + 1;
	caller_run(&self->caller);
	/* The server receives the next call, which it can. */
	actor_begin(&self->server.actor, borrower_recv_act, &self->server.now,
		    sizeof(self->server.now));
	EXPECT_EQ(-EAGAIN, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	self->caller.call.attachment_count = LEASES;
	caller_run(&self->caller);
	EXPECT_EQ(0, actor_end(&self->server.actor));
	EXPECT_EQ(LEASES, self->server.now.count);
	EXPECT_EQ(LEASES,
		  chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
}

TEST_F(lent, never_received) {
	struct kipc_call call = self->caller.call;

	call.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_leave_act));
	call = self->caller.call;
	EXPECT_EQ(-EOWNERDEAD, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(0, chunk_release(self->fd, self->lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* If the last of them is bad, none is lent. */
TEST_F(lent, refused) {
	struct kipc_call call = self->caller.call;
	struct kipc_stat before;

	call.attachment_count = 2;
	stat_get(&self->client, &before);
	self->out[1] = chunk_lent(self->fd, self->lease + 1);
	EXPECT_EQ(-ENXIO, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[1] = chunk_lent(self->client.fd, self->lease);
	EXPECT_EQ(-EPROTOTYPE, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[1] = chunk_lent(-1, self->lease);
	EXPECT_EQ(-EBADF, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[1] = chunk_lent(self->fd, 0);
	EXPECT_EQ(-EINVAL, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_TRUE(stat_same(&self->client, &before));
	EXPECT_EQ(0, chunk_listed(self->fd, self->chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(1, chunks_held(self->fd));
}

/* Its lender serves a nested call and never comes back. */
TEST_F(lent, suspended) {
	struct party party[2];
	struct waiter outer;
	struct caller inner;
	struct kipc_message message;
	__u32 lease;

	parties_open(party, 2);
	memset(&outer, 0, sizeof(outer));
	outer.caller.endpoint = &party[0].endpoint;
	outer.caller.call.handle = party[0].to[1];
	outer.caller.call.attachments = PTR(self->out);
	outer.caller.call.attachment_count = 1;
	waiter_run(&outer);
	must(recv_soon(&party[1].endpoint, &message));
	lease = came(&party[1].endpoint, &message, 0)->lease;
	EXPECT_NE(0, lease);
	caller_start_for(&inner, &party[1].endpoint, party[1].to[0],
			 message.token);
	EXPECT_NE(0, waiter_nested(&outer));
	EXPECT_EQ(2, chunks_held(self->fd));
	endpoint_close(&party[0].endpoint);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_EQ(1, chunks_held(self->fd));
	EXPECT_EQ(-ENXIO, chunk_release(self->fd, lease));
}

TEST_HARNESS_MAIN
