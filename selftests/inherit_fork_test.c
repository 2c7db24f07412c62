// SPDX-License-Identifier: GPL-2.0-only
/*
 * What becomes of a lent priority when the thread that has it starts others, becomes
 * another program, or ends: it goes to nobody else, and ends with the call.
 */
#include <kselftest_harness.h>
#include <sys/socket.h>

#include "policy.h"
#include "puppet.h"

#define OWN		NICE(4)

FIXTURE(inherit_fork) {
	struct live live;
	struct pair pair;
	struct policy callers;
	struct puppet caller;
	struct kipc_call call;
};

FIXTURE_VARIANT(inherit_fork) {
	struct policy callers;
};

FIXTURE_VARIANT_ADD(inherit_fork, fifo) {
	.callers = { CLASS_FIFO, 20 },
};

FIXTURE_VARIANT_ADD(inherit_fork, rr) {
	.callers = { CLASS_RR, 7 },
};

FIXTURE_VARIANT_ADD(inherit_fork, nice) {
	.callers = { CLASS_OTHER, -5 },
};

/* What is no more than everybody may have is kept. */
FIXTURE_VARIANT_ADD(inherit_fork, low_nice) {
	.callers = { CLASS_OTHER, 2 },
};

/* Of what is started at the lent priority, here and in children */
static struct policy started;

FIXTURE_SETUP(inherit_fork) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	puppet_open(&self->caller);
	self->callers = variant->callers;
	started = NICE(0);
	if (variant->callers.class == CLASS_OTHER &&
	    variant->callers.value > 0)
		started = variant->callers;
	policy_set(self->caller.thread.tid, self->callers);
	memset(&self->call, 0, sizeof(self->call));
	self->call.handle = self->pair.handle;
}

FIXTURE_TEARDOWN(inherit_fork) {
	puppet_close(&self->caller);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void begin_call(struct _test_data_inherit_fork *self)
{
	puppet_begin(&self->caller, &self->pair.client, KIPC_CALL, &self->call);
}

/* The running thread receives the call: from here on it has the caller's priority. */
static __u64 receive(struct _test_data_inherit_fork *self)
{
	__u64 token;

	policy_set(0, OWN);
	token = recv_call(&self->pair.server);
	check(policy_is(0, self->callers));
	return token;
}

/* The running thread was started by one that had a lent priority. */
static void check_started(void)
{
	check(policy_is(0, started));
	check(!policy_flags(0));
}

/* One child, and a child of that, before and after the call has ended */
static void live_on(int sock, void *arg)
{
	struct child child;

	check_started();
	if (arg) {
		child_start(&child, CHILD_SHARES, live_on, NULL);
		hear(child.sock);
	}
	tell(sock, 1);
	hear(sock);
	check_started();
	if (arg) {
		tell(child.sock, 1);
		check(!child_end(&child));
	}
}

static void fork_and_reply(int sock, void *arg)
{
	struct _test_data_inherit_fork *self = arg;
	__u64 token = receive(self);
	struct child child;

	(void)sock;
	child_start(&child, CHILD_SHARES, live_on, self);
	hear(child.sock);
	check(policy_is(0, self->callers));
	must(reply_empty(&self->pair.server, token));
	check(policy_is(0, OWN));
	check(!policy_flags(0));
	tell(child.sock, 1);
	check(!child_end(&child));
	check(policy_is(0, OWN));
}

/* The child begins with no priority, and so it stays when its parent's ends. */
TEST_F(inherit_fork, forks) {
	struct child child;

	child_start(&child, CHILD_SHARES, fork_and_reply, self);
	begin_call(self);
	/* Without the child, nobody may ever answer. */
	check(!child_end(&child));
	EXPECT_EQ(0, puppet_end(&self->caller));
}

struct answer {
	struct endpoint *server;
	__u64 token;
};

static void reply_as_child(int sock, void *arg)
{
	struct answer *answer = arg;

	(void)sock;
	check_started();
	must(reply_empty(answer->server, answer->token));
	check_started();
}

static void fork_who_replies(int sock, void *arg)
{
	struct _test_data_inherit_fork *self = arg;
	struct answer answer = { .server = &self->pair.server };
	struct child child;

	(void)sock;
	answer.token = receive(self);
	child_start(&child, CHILD_SHARES, reply_as_child, &answer);
	check(!child_end(&child));
	check(policy_is(0, OWN));
	check(!policy_flags(0));
}

/* The child answers: it is the parent whose priority ends. */
TEST_F(inherit_fork, child_replies) {
	struct child child;

	child_start(&child, CHILD_SHARES, fork_who_replies, self);
	begin_call(self);
	/* Without the child, nobody may ever answer. */
	check(!child_end(&child));
	EXPECT_EQ(0, puppet_end(&self->caller));
}

static void thread_lives_on(void *arg)
{
	live_on(*(int *)arg, NULL);
}

static void start_thread_and_reply(int sock, void *arg)
{
	struct _test_data_inherit_fork *self = arg;
	__u64 token = receive(self);
	struct thread thread;
	int socks[2];

	(void)sock;
	must_errno(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, socks));
	thread_start(&thread, thread_lives_on, &socks[1]);
	hear(socks[0]);
	check(policy_is(0, self->callers));
	must(reply_empty(&self->pair.server, token));
	check(policy_is(0, OWN));
	check(policy_is(thread.tid, started));
	tell(socks[0], 1);
	thread_join(&thread);
}

TEST_F(inherit_fork, starts_thread) {
	struct child child;

	child_start(&child, CHILD_SHARES, start_thread_and_reply, self);
	begin_call(self);
	/* Without the child, nobody may ever answer. */
	check(!child_end(&child));
	EXPECT_EQ(0, puppet_end(&self->caller));
}

/* Receives the call, says which, and becomes another program. */
static void receive_and_execute(int sock, void *arg)
{
	tell(sock, receive(arg));
	child_execute(sock);
}

/* Another process answers what the other program does not know of. */
static void check_executed(struct _test_data_inherit_fork *self,
			   struct child *child, __u64 token)
{
	child_wait_executed(child);
	check(policy_is(child->pid, self->callers));
	must(reply_empty(&self->pair.server, token));
	must(puppet_end(&self->caller));
	check(policy_soon(child->pid, OWN));
	check(!policy_flags(child->pid));
	child_kill(child);
}

/* It keeps the priority as another program, as long as the call is there. */
TEST_F(inherit_fork, executes) {
	struct child child;

	child_start(&child, CHILD_SHARES, receive_and_execute, self);
	begin_call(self);
	check_executed(self, &child, hear(child.sock));
}

struct executer {
	struct _test_data_inherit_fork *self;
	int sock;
};

static void execute_as_thread(void *arg)
{
	struct executer *executer = arg;

	receive_and_execute(executer->sock, executer->self);
}

static void execute_in_thread(int sock, void *arg)
{
	struct executer executer = { .self = arg, .sock = sock };
	struct thread thread;

	thread_start(&thread, execute_as_thread, &executer);
	for (;;)
		pause();
}

/* So does a thread that takes the place of its process's first one thereby. */
TEST_F(inherit_fork, executes_in_thread) {
	struct child child;

	child_start(&child, CHILD_SHARES, execute_in_thread, self);
	begin_call(self);
	check_executed(self, &child, hear(child.sock));
}

/* The endpoint is this process's only: the other program does not have it. */
static void serve_and_execute(int sock, void *arg)
{
	struct _test_data_inherit_fork *self = arg;
	struct endpoint endpoint;

	endpoint_open(&endpoint, 0);
	must(name_publish(&endpoint, "inherit.exec", node_create(&endpoint, 1),
			  0777));
	policy_set(0, OWN);
	tell(sock, 1);
	recv_call(&endpoint);
	check(policy_is(0, self->callers));
	child_execute(sock);
}

/* The call ends as the endpoint is closed by execution, and the priority with it. */
TEST_F(inherit_fork, executes_and_closes) {
	struct child child;

	child_start(&child, CHILD_CLOSES, serve_and_execute, self);
	hear(child.sock);
	ASSERT_EQ(0, name_lookup(&self->pair.client, "inherit.exec", 0,
				 &self->call.handle));
	begin_call(self);
	EXPECT_EQ(-EOWNERDEAD, puppet_end(&self->caller));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, self->call.stage);
	child_wait_executed(&child);
	EXPECT_TRUE(policy_soon(child.pid, OWN));
	EXPECT_EQ(0, policy_flags(child.pid));
	child_kill(&child);
}

static void receive_and_exit(int sock, void *arg)
{
	tell(sock, receive(arg));
}

/* The process ends with the priority; who answers then has never had it. */
static void check_exited(struct _test_data_inherit_fork *self, bool reaped)
{
	struct child child;
	__u64 token, word;

	child_start(&child, CHILD_SHARES, receive_and_exit, self);
	begin_call(self);
	token = hear(child.sock);
	/* Its files are closed: nothing is left of it but its end. */
	check(!recv(child.sock, &word, sizeof(word), 0));
	if (reaped)
		check(!child_end(&child));
	must(reply_empty(&self->pair.server, token));
	must(puppet_end(&self->caller));
	check(policy_is(0, NICE(0)));
	if (!reaped)
		check(!child_end(&child));
}

TEST_F(inherit_fork, exits) {
	check_exited(self, true);
}

TEST_F(inherit_fork, exits_and_is_a_zombie) {
	check_exited(self, false);
}

static void receive_and_wait(int sock, void *arg)
{
	tell(sock, receive(arg));
	hear(sock);
}

TEST_F(inherit_fork, is_killed) {
	struct child child;
	__u64 token;

	child_start(&child, CHILD_SHARES, receive_and_wait, self);
	begin_call(self);
	token = hear(child.sock);
	EXPECT_TRUE(policy_is(child.pid, self->callers));
	child_kill(&child);
	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, puppet_end(&self->caller));
	EXPECT_TRUE(policy_is(0, NICE(0)));
}

TEST_HARNESS_MAIN
