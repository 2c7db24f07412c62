// SPDX-License-Identifier: GPL-2.0-only
/*
 * Views that are lent with a call: the server has one as long as the call lasts, and
 * nothing of it afterwards, however the call ends and whatever was made of it meanwhile.
 */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/socket.h>

#include "borrower.h"
#include "interrupt.h"
#include "nested.h"
#include "passing.h"

#define PAGES	4
#define WORD	0xabc0ffeeU

static const char name[] = "lent.view";

FIXTURE(lent) {
	struct live live;
	struct endpoint client;
	struct borrower server;
	int fd;
	__u32 *words;
	struct kipc_attachment out[BORROWED_MAX];
	struct caller caller;
};

FIXTURE_SETUP(lent) {
	ASSERT_EQ(0, live_begin(&self->live));
	interrupt_install(0);
	self->fd = region_make(NULL, PAGES * PAGE);
	self->words = region_map(self->fd, PAGES * PAGE,
				 PROT_READ | PROT_WRITE);
	self->words[0] = WORD;
	borrower_open(&self->server, name);
	self->out[0] = view_lent(self->fd);
	borrower_client(&self->client, &self->caller, name, self->out);
}

FIXTURE_TEARDOWN(lent) {
	if (self->server.actor.room)
		borrower_kill(&self->server);
	munmap(self->words, PAGES * PAGE);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* The server has received the call, and mapped and read what was lent. */
static void lend(struct _test_data_lent *self)
{
	caller_run(&self->caller);
	must(borrower_do(&self->server, borrower_recv_act));
	check(self->server.now.count == self->caller.call.attachment_count);
	check(self->server.now.got[0].type == KIPC_ATTACH_FD);
	check(self->server.now.got[0].rights == KIPC_RIGHT_BORROW);
	must(borrower_do(&self->server, borrower_map_act));
	check(borrower_reads(&self->server, WORD));
}

/* It can do nothing with it, nor does the region count it. */
static bool is_gone(struct _test_data_lent *self)
{
	return !borrower_reads(&self->server, WORD) &&
	       borrower_do(&self->server, borrower_write_act) == -EFAULT &&
	       borrower_do(&self->server, borrower_map_act) == -EKEYREVOKED &&
	       borrower_do(&self->server, borrower_derive_act) ==
	       -EKEYREVOKED && region_info(self->fd).views == 1 &&
	       self->words[0] == WORD;
}

TEST_F(lent, until_the_reply) {
	lend(self);
	EXPECT_EQ(2, region_info(self->fd).views);
	self->server.now.word = 7;
	EXPECT_EQ(0, borrower_do(&self->server, borrower_write_act));
	EXPECT_EQ(7, self->words[0]);
	self->words[0] = WORD;
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_DONE, self->caller.call.stage);
	EXPECT_TRUE(is_gone(self));
	/* And so it is the next time. */
	lend(self);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
	/* Nobody else had the region, so nobody has hung up. */
	EXPECT_EQ(0, region_polled(self->fd) & POLLHUP);
}

/* It is no more than what it was made from: narrower, and only to be read. */
TEST_F(lent, same_rights) {
	int view = region_view(self->fd, R_READ, 0, 2 * PAGE, NULL);

	self->out[0] = view_lent(view);
	lend(self);
	EXPECT_EQ(-EACCES, borrower_do(&self->server, borrower_map_more_act));
	EXPECT_EQ(3, region_info(self->fd).views);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_FALSE(borrower_reads(&self->server, WORD));
	EXPECT_EQ(2, region_info(self->fd).views);
	EXPECT_EQ(0, region_info(view).revoked);
}

TEST_F(lent, until_the_deadline) {
	self->caller.call.deadline = after((debug_kernel() ? 3000 : 1000) *
					   MILLISECOND);
	lend(self);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->caller.call.stage);
	EXPECT_TRUE(is_gone(self));
	EXPECT_EQ(-ECANCELED, borrower_do(&self->server, borrower_reply_act));
}

TEST_F(lent, until_a_signal) {
	lend(self);
	caller_leave(&self->caller);
	EXPECT_TRUE(is_gone(self));
}

TEST_F(lent, until_the_server_dies) {
	lend(self);
	borrower_kill(&self->server);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_EQ(1, region_info(self->fd).views);
	EXPECT_EQ(WORD, self->words[0]);
}

/* Its process lives on, with a descriptor and a mapping. */
TEST_F(lent, until_the_server_leaves) {
	lend(self);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_leave_act));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
}

static long call_act(void *arg)
{
	struct borrowing *now = arg;
	struct kipc_attachment out = view_lent(now->fd);
	struct kipc_call call = {
		.attachments = PTR(&out),
		.attachment_count = 1,
	};
	struct endpoint client;
	int ret;

	endpoint_open(&client, POOL);
	must(name_lookup(&client, name, KIPC_RIGHTS_ALL, &call.handle));
	ret = kipc(client.fd, KIPC_CALL, &call);
	endpoint_close(&client);
	return ret;
}

/* Who lends it is killed while it waits. */
TEST_F(lent, until_the_caller_dies) {
	struct borrowing lending = { .fd = self->fd };
	struct actor caller;

	actor_open(&caller);
	actor_begin(&caller, call_act, &lending, sizeof(lending));
	must(borrower_do(&self->server, borrower_recv_act));
	must(borrower_do(&self->server, borrower_map_act));
	EXPECT_TRUE(borrower_reads(&self->server, WORD));
	actor_kill(&caller);
	EXPECT_TRUE(is_gone(self));
}

/* Children of the server have a mapping and a descriptor of it. */
TEST_F(lent, forked) {
	lend(self);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_fork_act));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_fork_act));
}

/* What the server made of it, and passed on, wherever that is */
TEST_F(lent, passed_on) {
	int socks[2], view, inner;
	__u32 *words, word;

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, socks));
	/* Once more, so that it has the socket */
	borrower_kill(&self->server);
	borrower_open(&self->server, name);
	must(name_lookup(&self->client, name, KIPC_RIGHTS_ALL,
			 &self->caller.call.handle));
	lend(self);
	self->server.now.sock = socks[1];
	EXPECT_EQ(0, borrower_do(&self->server, borrower_pass_act));
	EXPECT_LE(0, borrower_do(&self->server, borrower_derive_act));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_pass_act));
	view = fd_recv(socks[0]);
	inner = fd_recv(socks[0]);
	words = region_map(inner, PAGE, PROT_READ);
	EXPECT_TRUE(region_reads(words, &word));
	EXPECT_EQ(3, region_info(self->fd).views);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_FALSE(region_reads(words, &word));
	EXPECT_EQ(1, region_info(view).revoked);
	EXPECT_EQ(1, region_info(inner).revoked);
	EXPECT_EQ(1, region_info(self->fd).views);
	munmap(words, PAGE);
}

/* Lent on with another call, that goes on when the first is over */
TEST_F(lent, lent_on) {
	struct borrowing lending;
	struct borrower third;

	borrower_kill(&self->server);
	borrower_open(&self->server, "lent.first");
	must(name_lookup(&self->client, "lent.first", KIPC_RIGHTS_ALL,
			 &self->caller.call.handle));
	borrower_open(&third, name);
	lend(self);
	lending = self->server.now;
	actor_begin(&self->server.actor, call_act, &lending, sizeof(lending));
	must(borrower_do(&third, borrower_recv_act));
	must(borrower_do(&third, borrower_map_act));
	EXPECT_TRUE(borrower_reads(&third, WORD));
	EXPECT_EQ(3, region_info(self->fd).views);
	caller_leave(&self->caller);
	EXPECT_FALSE(borrower_reads(&third, WORD));
	EXPECT_EQ(1, region_info(self->fd).views);
	EXPECT_EQ(0, borrower_do(&third, borrower_reply_act));
	EXPECT_EQ(0, actor_end(&self->server.actor));
	borrower_close(&third);
}

/* It is withdrawn, or refused, before anybody had it. */
TEST_F(lent, never_received) {
	struct kipc_call call = self->caller.call;

	call.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, call.stage);
	EXPECT_EQ(1, region_info(self->fd).views);
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(2, region_info(self->fd).views);
	interrupt(&self->caller.thread);
	EXPECT_EQ(-EINTR, caller_join(&self->caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, self->caller.call.stage);
	EXPECT_EQ(1, region_info(self->fd).views);
	/* The payload is more than the server ever takes. */
	call = self->caller.call;
	call.data = PTR(self->words);
	call.data_size = 2 * POOL;
	EXPECT_EQ(-EMSGSIZE, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(1, region_info(self->fd).views);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_leave_act));
	call = self->caller.call;
	EXPECT_EQ(-EOWNERDEAD, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(1, region_info(self->fd).views);
}

/* Several, one of which is of another region; all are gone at once. */
TEST_F(lent, several) {
	int other = region_make(NULL, PAGE);
	struct kipc_region_info info;

	self->out[1] = view_lent(other);
	self->out[2] = view_lent(self->fd);
	self->caller.call.attachment_count = 3;
	lend(self);
	EXPECT_EQ(3, region_info(self->fd).views);
	info = region_info(other);
	EXPECT_EQ(2, info.views);
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
	EXPECT_EQ(1, region_info(other).views);
	self->server.now.fd = (int)self->server.now.got[1].id;
	EXPECT_EQ(-EKEYREVOKED, borrower_do(&self->server, borrower_map_act));
}

/* The third of three is bad: the others are not lent. */
TEST_F(lent, half_of_it) {
	struct kipc_call call = self->caller.call;
	struct kipc_stat before;

	stat_get(&self->client, &before);
	call.attachment_count = 3;
	self->out[1] = view_lent(self->fd);
	self->out[2] = view_lent(-1);
	EXPECT_EQ(-EBADF, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[2] = view_lent(self->client.fd);
	EXPECT_EQ(-EPROTOTYPE, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[2] = view_lent(self->fd);
	self->out[2].rights |= KIPC_RIGHT_CALL;
	EXPECT_EQ(-EINVAL, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[2] = view_lent(self->fd);
	self->out[2].lease = 1;
	EXPECT_EQ(-EINVAL, kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(1, region_info(self->fd).views);
	EXPECT_TRUE(stat_same(&self->client, &before));
}

TEST_F(lent, refused) {
	int mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1), pipes[2], view;
	struct kipc_mailbox_send mail = {
		.attachments = PTR(self->out),
		.attachment_count = 1,
		.endpoint = -1,
	};
	struct kipc_call call = self->caller.call;
	long limit = param_get("max_views");
	__u64 id;
	int i;

	EXPECT_EQ(-EINVAL, kipc(mailbox, KIPC_MAILBOX_SEND, &mail));
	EXPECT_EQ(-EINVAL, send_attached(&self->client, call.handle,
					 self->out, 1));
	ASSERT_EQ(0, pipe(pipes));
	self->out[0] = view_lent(pipes[0]);
	EXPECT_EQ(-EPROTOTYPE, kipc(self->client.fd, KIPC_CALL, &call));
	self->out[0] = view_lent(mailbox);
	EXPECT_EQ(-EPROTOTYPE, kipc(self->client.fd, KIPC_CALL, &call));
	view = region_view(self->fd, R_READ, 0, 0, &id);
	must(region_revoke(self->fd, id));
	self->out[0] = view_lent(view);
	EXPECT_EQ(-EKEYREVOKED, kipc(self->client.fd, KIPC_CALL, &call));
	/* It is a view like others: it is charged for, and has a depth. */
	self->out[0] = view_lent(self->fd);
	ASSERT_EQ(0, param_set("max_views", 1));
	EXPECT_EQ(-EDQUOT, kipc(self->client.fd, KIPC_CALL, &call));
	ASSERT_EQ(0, param_set("max_views", limit));
	view = self->fd;
	for (i = 0; i < KIPC_DEPTH_MAX; i++)
		view = region_derive(view, R_READ);
	self->out[0] = view_lent(view);
	EXPECT_EQ(-ELOOP, kipc(self->client.fd, KIPC_CALL, &call));
}

/* Who lends it closes its own meanwhile: the loan lasts until the call is over. */
TEST_F(lent, lender_closes) {
	int view = region_view(self->fd, R_BOTH, 0, 0, NULL);

	self->out[0] = view_lent(view);
	lend(self);
	close(view);
	EXPECT_EQ(2, region_info(self->fd).views);
	EXPECT_TRUE(borrower_reads(&self->server, WORD));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
}

/* The owner takes it away before. */
TEST_F(lent, revoked_before) {
	lend(self);
	EXPECT_EQ(0, region_revoke(self->fd, 0));
	EXPECT_TRUE(is_gone(self));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
}

/*
 * Who lends it serves a nested call and never comes back: it ends when the endpoint
 * is closed.
 */
TEST_F(lent, suspended) {
	struct party party[2];
	struct waiter outer;
	struct caller inner;
	struct kipc_message message;
	int view;
	__u32 *words, word;

	parties_open(party, 2);
	memset(&outer, 0, sizeof(outer));
	outer.caller.endpoint = &party[0].endpoint;
	outer.caller.call.handle = party[0].to[1];
	outer.caller.call.attachments = PTR(self->out);
	outer.caller.call.attachment_count = 1;
	waiter_run(&outer);
	must(recv_soon(&party[1].endpoint, &message));
	view = (int)came(&party[1].endpoint, &message, 0)->id;
	words = region_map(view, PAGE, PROT_READ);
	caller_start_for(&inner, &party[1].endpoint, party[1].to[0],
			 message.token);
	EXPECT_NE(0, waiter_nested(&outer));
	/* It is lent still. */
	EXPECT_TRUE(region_reads(words, &word));
	EXPECT_EQ(2, region_info(self->fd).views);
	endpoint_close(&party[0].endpoint);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_FALSE(region_reads(words, &word));
	EXPECT_EQ(1, region_info(view).revoked);
	EXPECT_EQ(1, region_info(self->fd).views);
	munmap(words, PAGE);
}

/* It goes on when the nested call was served, and ends with the reply. */
TEST_F(lent, resumed) {
	struct party party[2];
	struct waiter outer;
	struct caller inner;
	struct kipc_message message;
	__u32 *words, word;

	parties_open(party, 2);
	memset(&outer, 0, sizeof(outer));
	outer.caller.endpoint = &party[0].endpoint;
	outer.caller.call.handle = party[0].to[1];
	outer.caller.call.attachments = PTR(self->out);
	outer.caller.call.attachment_count = 1;
	waiter_run(&outer);
	must(recv_soon(&party[1].endpoint, &message));
	words = region_map((int)came(&party[1].endpoint, &message, 0)->id, PAGE,
			   PROT_READ);
	caller_start_for(&inner, &party[1].endpoint, party[1].to[0],
			 message.token);
	EXPECT_EQ(0, reply_empty(&party[0].endpoint, waiter_nested(&outer)));
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	EXPECT_TRUE(region_reads(words, &word));
	EXPECT_EQ(0, reply_empty(&party[1].endpoint, message.token));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_FALSE(region_reads(words, &word));
	EXPECT_EQ(1, region_info(self->fd).views);
	munmap(words, PAGE);
}

/* A signal before it was received: it is withdrawn, made again, and lent again. */
TEST_F(lent, restarted) {
	interrupt_install(SA_RESTART);
	caller_run(&self->caller);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	interrupt(&self->caller.thread);
	wait_blocked(self->caller.thread.tid, KIPC_CALL);
	EXPECT_EQ(2, region_info(self->fd).views);
	must(borrower_do(&self->server, borrower_recv_act));
	must(borrower_do(&self->server, borrower_map_act));
	EXPECT_TRUE(borrower_reads(&self->server, WORD));
	EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
	EXPECT_EQ(0, caller_join(&self->caller));
	EXPECT_TRUE(is_gone(self));
}

/* The server holds the region through it: its leases end with it. */
TEST_F(lent, held_through) {
	int fd = chunks_make(NULL, 2, 1), mailbox, i;
	struct lease lease = { 0 };
	__u32 loan;

	mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 2);
	/* Once more, so that it has the mailbox */
	borrower_kill(&self->server);
	borrower_open(&self->server, name);
	must(name_lookup(&self->client, name, KIPC_RIGHTS_ALL,
			 &self->caller.call.handle));
	ASSERT_EQ(0, region_hold(fd, 1, 0));
	loan = chunk_take(fd);
	self->out[0] = view_lent(fd);
	for (i = 0; i < 2; i++) {
		caller_run(&self->caller);
		must(borrower_do(&self->server, borrower_recv_act));
		self->server.now.word = 1;
		EXPECT_EQ(0, borrower_do(&self->server, borrower_hold_act));
		ASSERT_EQ(0, chunk_mail(mailbox, fd, loan));
		lease.mailbox = mailbox;
		EXPECT_EQ(0, actor_do(&self->server.actor, lease_recv_act,
				      &lease, sizeof(lease)));
		EXPECT_NE(0, lease.got.lease);
		EXPECT_EQ(1, chunk_listed(fd, 0, KIPC_CHUNK_LEASED));
		EXPECT_EQ(0, borrower_do(&self->server, borrower_reply_act));
		EXPECT_EQ(0, caller_join(&self->caller));
		EXPECT_EQ(0, chunk_listed(fd, 0, KIPC_CHUNK_LEASED));
	}
}

TEST_HARNESS_MAIN
