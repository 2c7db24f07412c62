// SPDX-License-Identifier: GPL-2.0-only
/*
 * What happens while a result is being copied out: the receiver of a message,
 * or the caller who gets a reply, stands still at memory that does not come, or
 * that is not there any more.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "stall.h"
#include "stranger.h"

#define NO_STALLS	"this kernel has no userfaultfd"

/* A thread that issues a command whose struct is on the page */
struct issuer {
	struct thread thread;
	int fd;
	unsigned long command;
	void *arg;
	int ret;
};

FIXTURE(out) {
	struct live live;
	struct pair pair;
	struct stall stall;
	bool can_stall;
	struct issuer issuer;
	struct kipc_attachment file;
};

FIXTURE_SETUP(out) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->can_stall = stall_open(&self->stall);
	self->file.type = KIPC_ATTACH_FD;
}

FIXTURE_TEARDOWN(out) {
	stall_close(&self->stall);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void issue(void *arg)
{
	struct issuer *issuer = arg;

	issuer->ret = kipc(issuer->fd, issuer->command, issuer->arg);
}

/* Issues it in a thread, and takes the page away once it waits. */
static void start(struct _test_data_out *self, struct endpoint *endpoint,
		  unsigned long command, const void *arg)
{
	struct issuer *issuer = &self->issuer;

	stall_fill(&self->stall, arg, _IOC_SIZE(command));
	issuer->fd = endpoint->fd;
	issuer->command = command;
	issuer->arg = self->stall.page;
	thread_start(&issuer->thread, issue, issuer);
	wait_blocked(issuer->thread.tid, command);
	stall_again(&self->stall);
}

static void start_recv(struct _test_data_out *self)
{
	const struct kipc_recv recv = { 0 };

	start(self, &self->pair.server, KIPC_RECV, &recv);
}

static int join(struct _test_data_out *self)
{
	thread_join(&self->issuer.thread);
	return self->issuer.ret;
}

/* The lowest descriptor that is free: none was left behind if it stays. */
static int lowest_free(void)
{
	int fd = dup(0);

	must_errno(fd);
	close(fd);
	return fd;
}

/* While one receiver stands still, others receive what comes after. */
TEST_F(out, receiver_stalls) {
	struct kipc_message message;
	struct kipc_recv *recv = self->stall.page;
	__u32 other;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	other = connect_to(&self->pair.client, &self->pair.server,
			   node_create(&self->pair.server, 2), 0);
	start_recv(self);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "1", 1));
	stall_wait(&self->stall);
	/* It has to wait for the first one: they are for the same node. */
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "333",
				3));
	ASSERT_EQ(0, send_bytes(&self->pair.client, other, "22", 2));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(2, message.size);
	message_free(&self->pair.server, &message);
	stall_end(&self->stall);
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(1, recv->message.size);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &recv->message);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(3, message.size);
	message_free(&self->pair.server, &message);
}

/* A receiver that cannot be told: the message stays, at the head. */
TEST_F(out, receiver_faults) {
	struct kipc_message message;
	struct kipc_stat before;
	int free_fd, late;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_recv(self);
	free_fd = lowest_free();
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &self->file, 1));
	stall_wait(&self->stall);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "22",
				2));
	stat_get(&self->pair.client, &before);
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	EXPECT_EQ(free_fd, lowest_free());
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(1, message.attachment_count);
	late = (int)came(&self->pair.server, &message, 0)->id;
	EXPECT_EQ(0, close(late));
	message_free(&self->pair.server, &message);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(2, message.size);
	message_free(&self->pair.server, &message);
}

/* The client will stand still with the notice of the death that it watches. */
static void start_death(struct _test_data_out *self)
{
	const struct kipc_recv recv = { 0 };

	must(handle_watch(&self->pair.client, self->pair.handle, 1));
	start(self, &self->pair.client, KIPC_RECV, &recv);
	must(node_destroy(&self->pair.server, self->pair.node));
	stall_wait(&self->stall);
}

static void expect_watches(struct _test_data_out *self, __u64 count)
{
	struct kipc_stat stat;

	stat_get(&self->pair.client, &stat);
	check(stat.watches.used == count);
}

static void expect_death(struct _test_data_out *self, __u64 cookie)
{
	struct kipc_message message;

	must(recv_now(&self->pair.client, &message));
	check(message.kind == KIPC_MSG_DEATH);
	check(message.cookie == cookie);
	check(recv_now(&self->pair.client, &message) == -EAGAIN);
}

/* A death that could not be told is still watched, and comes again. */
TEST_F(out, death_comes_again) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_death(self);
	EXPECT_EQ(-EEXIST, handle_watch(&self->pair.client, self->pair.handle,
					2));
	expect_watches(self, 1);
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	EXPECT_EQ(-EEXIST, handle_watch(&self->pair.client, self->pair.handle,
					2));
	expect_watches(self, 1);
	expect_death(self, 1);
	expect_watches(self, 0);
	EXPECT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 2));
	expect_death(self, 2);
}

/* Another watch takes the place of one whose notice is just being told. */
TEST_F(out, death_watched_anew) {
	struct kipc_recv *recv = self->stall.page;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_death(self);
	EXPECT_EQ(0, handle_unwatch(&self->pair.client, self->pair.handle));
	expect_watches(self, 0);
	EXPECT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 2));
	stall_end(&self->stall);
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(1, recv->message.cookie);
	expect_watches(self, 1);
	expect_death(self, 2);
	expect_watches(self, 0);
}

/* The same, and it is dropped with its handle, or cannot be told */
TEST_F(out, death_dropped_in_hand) {
	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_death(self);
	EXPECT_EQ(0, handle_drop(&self->pair.client, self->pair.handle));
	expect_watches(self, 0);
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	expect_watches(self, 0);
}

/*
 * The node ends while its call is in a receiver's hand. The call may count as
 * received or not, but both sides must say the same.
 */
TEST_F(out, node_ends_then_received) {
	struct kipc_recv *recv = self->stall.page;
	struct caller caller;
	int reply;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_recv(self);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	stall_wait(&self->stall);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stall_end(&self->stall);
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(KIPC_MSG_CALL, recv->message.kind);
	reply = reply_empty(&self->pair.server, recv->message.token);
	EXPECT_EQ(reply ? -EOWNERDEAD : 0, caller_join(&caller));
}

/* The same, and the receiver cannot be told either: nobody received it. */
TEST_F(out, node_ends_then_faults) {
	struct kipc_message message;
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_recv(self);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	stall_wait(&self->stall);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
}

static void start_call_with_deadline(struct _test_data_out *self,
				     struct caller *caller)
{
	memset(caller, 0, sizeof(*caller));
	caller->endpoint = &self->pair.client;
	caller->call.handle = self->pair.handle;
	caller->call.data = PTR("abc");
	caller->call.data_size = 3;
	caller->call.deadline = after(SECOND);
	caller_run(caller);
}

/* The caller gives up while its call is in a receiver's hand. */
TEST_F(out, caller_gives_up_then_received) {
	struct kipc_recv *recv = self->stall.page;
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_recv(self);
	start_call_with_deadline(self, &caller);
	stall_wait(&self->stall);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, caller.call.stage);
	stall_end(&self->stall);
	EXPECT_EQ(0, join(self));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server,
					  recv->message.token));
	message_free(&self->pair.server, &recv->message);
}

/* An abandoned call whose receiver was not told is received by no other. */
TEST_F(out, caller_gives_up_then_faults) {
	struct kipc_message message;
	struct kipc_stat stat;
	struct caller caller;
	int ret;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	start_recv(self);
	start_call_with_deadline(self, &caller);
	stall_wait(&self->stall);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	ret = recv_now(&self->pair.server, &message);
	if (!ret) {
		/* Or it is, and then its reply is canceled. */
		EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server,
						  message.token));
		message_free(&self->pair.server, &message);
	}
	EXPECT_TRUE(!ret || ret == -EAGAIN);
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
}

/* A receiver that is killed before it was told: another one receives it. */
static void receive_and_stall(int sock, void *arg)
{
	struct _test_data_out *self = arg;
	const struct kipc_recv recv = { 0 };

	check(stall_open(&self->stall));
	start(self, &self->pair.server, KIPC_RECV, &recv);
	tell(sock, 1);
	stall_wait(&self->stall);
	tell(sock, 2);
	hear(sock);
}

TEST_F(out, receiver_is_killed) {
	struct kipc_message message;
	struct child child;
	struct caller caller;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	child_start(&child, CHILD_SHARES, receive_and_stall, self);
	EXPECT_EQ(1, hear(child.sock));
	caller_start(&caller, &self->pair.client, self->pair.handle);
	EXPECT_EQ(2, hear(child.sock));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	child_kill(&child);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

/* A caller that cannot be told of its reply: the reply leaves nothing. */
TEST_F(out, caller_faults) {
	const struct kipc_call call = { .handle = self->pair.handle };
	struct kipc_reply reply = {
		.data = PTR("abc"),
		.data_size = 3,
		.attachments = PTR(&self->file),
		.attachment_count = 1,
	};
	struct live before, live;
	__u32 back;
	int free_fd;

	if (!self->can_stall)
		SKIP(return, NO_STALLS);
	back = connect_to(&self->pair.server, &self->pair.client,
			  node_create(&self->pair.client, 1), 0);
	ASSERT_EQ(0, live_read(&before));
	start(self, &self->pair.client, KIPC_CALL, &call);
	free_fd = lowest_free();
	reply.token = recv_call(&self->pair.server);
	ASSERT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	stall_wait(&self->stall);
	stall_unmap(&self->stall);
	EXPECT_EQ(-EFAULT, join(self));
	EXPECT_EQ(free_fd, lowest_free());
	ASSERT_EQ(0, live_read(&live));
	EXPECT_EQ(before.messages, live.messages);
	EXPECT_EQ(before.files, live.files);
	/* All of its pool is free. */
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->pair.server, back, POOL));
}

TEST_HARNESS_MAIN
