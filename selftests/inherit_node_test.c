// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a node, or a caller, says about the priority with which calls are served: a
 * least one, or none at all. And which least ones one may have.
 */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "policy.h"
#include "puppet.h"

FIXTURE(inherit_node) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
	struct puppet caller;
	struct puppet thread;
	struct kipc_call call;
};

FIXTURE_SETUP(inherit_node) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
	puppet_open(&self->caller);
	puppet_open(&self->thread);
	memset(&self->call, 0, sizeof(self->call));
}

FIXTURE_TEARDOWN(inherit_node) {
	puppet_close(&self->thread);
	puppet_close(&self->caller);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int create(struct endpoint *endpoint, __u32 flags, struct policy least,
		  __u32 *node)
{
	struct kipc_node_create create = {
		.flags = flags,
		.policy = least.class,
		.priority = least.value,
	};
	int ret = kipc(endpoint->fd, KIPC_NODE_CREATE, &create);

	*node = create.node;
	return ret;
}

/* The node that is called from now on */
static void call_node(struct _test_data_inherit_node *self, __u32 flags,
		      struct policy least)
{
	__u32 node;

	must(create(&self->server, flags, least, &node));
	self->call.handle = connect_to(&self->client, &self->server, node, 0);
}

/* One call: whether the thread has @during while it serves, and its own after. */
static bool served_at(struct _test_data_inherit_node *self, struct policy own,
		      struct policy callers, struct policy during)
{
	pid_t tid = self->thread.thread.tid;
	bool right;
	__u64 token;

	policy_set(self->caller.thread.tid, callers);
	policy_set(tid, own);
	puppet_begin(&self->caller, &self->client, KIPC_CALL, &self->call);
	token = puppet_recv_call(&self->thread, &self->server);
	right = policy_is(tid, during);
	must(puppet_reply(&self->thread, &self->server, token));
	right &= policy_is(tid, own);
	must(puppet_end(&self->caller));
	return right;
}

TEST_F(inherit_node, opt_out) {
	call_node(self, KIPC_NODE_NO_INHERIT, NICE(0));
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(10), NICE(0)));
	EXPECT_TRUE(served_at(self, NICE(5), NICE(-5), NICE(5)));
	EXPECT_TRUE(served_at(self, FIFO(3), DEADLINE, FIFO(3)));
	/* Another node of the same endpoint's is another matter. */
	call_node(self, 0, NICE(0));
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(10), FIFO(10)));
}

TEST_F(inherit_node, caller_opts_out) {
	call_node(self, 0, NICE(0));
	self->call.flags = KIPC_CALL_NO_INHERIT;
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(10), NICE(0)));
	EXPECT_TRUE(served_at(self, NICE(5), NICE(-5), NICE(5)));
	self->call.flags = 0;
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(10), FIFO(10)));
}

/* The least one raises threads, also for callers that are less urgent. */
TEST_F(inherit_node, least_raises) {
	call_node(self, KIPC_NODE_MIN_PRIORITY, NICE(-10));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(0), NICE(-10)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(19), NICE(-10)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(-11), NICE(-11)));
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(1), FIFO(1)));
	call_node(self, KIPC_NODE_MIN_PRIORITY, FIFO(20));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(-20), FIFO(20)));
	EXPECT_TRUE(served_at(self, NICE(0), RR(19), FIFO(20)));
	EXPECT_TRUE(served_at(self, NICE(0), RR(21), RR(21)));
	EXPECT_TRUE(served_at(self, NICE(0), DEADLINE, FIFO(99)));
	call_node(self, KIPC_NODE_MIN_PRIORITY, RR(20));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(0), RR(20)));
	EXPECT_TRUE(served_at(self, NICE(0), FIFO(30), FIFO(30)));
}

/*
 * A least one that is below the thread's own: the thread has exactly the more
 * urgent one of that and its caller's.
 */
TEST_F(inherit_node, least_lowers) {
	call_node(self, KIPC_NODE_MIN_PRIORITY, NICE(19));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(10), NICE(10)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(19), NICE(19)));
	EXPECT_TRUE(served_at(self, NICE(0), NICE(-5), NICE(-5)));
	EXPECT_TRUE(served_at(self, NICE(-10), NICE(0), NICE(0)));
	EXPECT_TRUE(served_at(self, FIFO(50), NICE(3), NICE(3)));
	EXPECT_TRUE(served_at(self, FIFO(50), RR(4), RR(4)));
	call_node(self, KIPC_NODE_MIN_PRIORITY, FIFO(10));
	EXPECT_TRUE(served_at(self, FIFO(50), NICE(0), FIFO(10)));
	EXPECT_TRUE(served_at(self, FIFO(50), FIFO(20), FIFO(20)));
	EXPECT_TRUE(served_at(self, FIFO(50), FIFO(60), FIFO(60)));
}

static int nice_of(pid_t tid)
{
	errno = 0;
	return getpriority(PRIO_PROCESS, (id_t)tid);
}

/*
 * A real-time thread has a nice value, too, for later: it comes back if the thread
 * was an ordinary one meanwhile.
 */
TEST_F(inherit_node, nice_of_a_real_time_thread) {
	static const struct policy own[] = {
		{ CLASS_FIFO, 50 }, { CLASS_RR, 50 }, { CLASS_IDLE, -7 },
	};
	pid_t tid = self->thread.thread.tid;
	__u64 token;
	size_t i;

	call_node(self, KIPC_NODE_MIN_PRIORITY, NICE(19));
	policy_set(self->caller.thread.tid, NICE(3));
	for (i = 0; i < ARRAY_SIZE(own); i++) {
		policy_set(tid, NICE(-7));
		policy_set(tid, own[i]);
		puppet_begin(&self->caller, &self->client, KIPC_CALL,
			     &self->call);
		token = puppet_recv_call(&self->thread, &self->server);
		EXPECT_TRUE(policy_is(tid, NICE(3)));
		EXPECT_EQ(0, puppet_reply(&self->thread, &self->server,
					  token));
		EXPECT_EQ(own[i].class, policy_get(tid).class);
		EXPECT_EQ(-7, nice_of(tid));
		EXPECT_EQ(0, puppet_end(&self->caller));
	}
}

/**
 * struct answerer - a thread that answers a call
 * @thread: the thread
 * @self: the test
 * @nice: its nice value when it has answered
 */
struct answerer {
	struct thread thread;
	struct _test_data_inherit_node *self;
	int nice;
};

static void answer_below_caller(void *arg)
{
	struct answerer *answerer = arg;
	struct _test_data_inherit_node *self = answerer->self;
	pid_t caller = self->caller.thread.tid;
	__u64 token;

	pin(0, 0);
	policy_set(thread_id(), NICE(-7));
	policy_set(thread_id(), FIFO(50));
	token = recv_call(&self->server);
	wait_blocked(caller, KIPC_CALL);
	policy_set(caller, FIFO(40));
	must(reply_empty(&self->server, token));
	answerer->nice = nice_of(thread_id());
}

/*
 * The caller takes the CPU from the thread that answers it, and gives that its own
 * priority back; with which it takes the CPU back, in the middle of that. It has all of
 * it when it has answered.
 */
TEST_F(inherit_node, caller_gives_it_back) {
	struct answerer answerer = { .self = self };

	call_node(self, KIPC_NODE_MIN_PRIORITY, NICE(19));
	pin(self->caller.thread.tid, 0);
	policy_set(self->caller.thread.tid, NICE(3));
	thread_start(&answerer.thread, answer_below_caller, &answerer);
	EXPECT_EQ(0, puppet_do(&self->caller, &self->client, KIPC_CALL,
			       &self->call));
	thread_join(&answerer.thread);
	EXPECT_EQ(-7, answerer.nice);
}

/* A thread that is lowered comes back when its caller leaves, too. */
TEST_F(inherit_node, lowered_and_abandoned) {
	pid_t tid = self->thread.thread.tid;
	__u64 token;

	call_node(self, KIPC_NODE_MIN_PRIORITY, NICE(19));
	policy_set(self->caller.thread.tid, NICE(15));
	policy_set(tid, FIFO(5));
	/* Far enough away for it to be received, also if the machine stands still */
	self->call.deadline = after(8 * SECOND);
	puppet_begin(&self->caller, &self->client, KIPC_CALL, &self->call);
	token = puppet_recv_call(&self->thread, &self->server);
	EXPECT_TRUE(policy_is(tid, NICE(15)));
	EXPECT_EQ(-ETIMEDOUT, puppet_end(&self->caller));
	EXPECT_TRUE(policy_soon(tid, FIFO(5)));
	EXPECT_EQ(-ECANCELED, puppet_reply(&self->thread, &self->server,
					   token));
	EXPECT_TRUE(policy_is(tid, FIFO(5)));
}

/* What is received besides calls is received at the thread's own. */
TEST_F(inherit_node, only_calls) {
	pid_t tid = self->thread.thread.tid;
	struct kipc_message message;

	call_node(self, KIPC_NODE_MIN_PRIORITY, FIFO(10));
	policy_set(tid, NICE(2));
	ASSERT_EQ(0, send_bytes(&self->client, self->call.handle, "x", 1));
	ASSERT_EQ(0, notify(&self->client, self->call.handle, 1));
	EXPECT_EQ(0, puppet_recv_now(&self->thread, &self->server, &message));
	message_free(&self->server, &message);
	EXPECT_TRUE(policy_is(tid, NICE(2)));
	EXPECT_EQ(0, puppet_recv_now(&self->thread, &self->server, &message));
	message_free(&self->server, &message);
	EXPECT_TRUE(policy_is(tid, NICE(2)));
}

/* Priorities that there are not, and priorities that are not asked for */
TEST_F(inherit_node, no_such_priority) {
	static const struct policy bad[] = {
		{ CLASS_OTHER, -21 }, { CLASS_OTHER, 20 },
		{ CLASS_FIFO, 0 }, { CLASS_FIFO, 100 }, { CLASS_FIFO, -1 },
		{ CLASS_RR, 0 }, { CLASS_RR, 100 },
		{ CLASS_BATCH, 0 }, { CLASS_IDLE, 0 }, { CLASS_DEADLINE, 0 },
		{ 4, 0 }, { 7, 0 }, { -1, 0 }, { 0x40000000, 0 },
	};
	struct kipc_stat before;
	size_t i;
	__u32 node;

	stat_get(&self->server, &before);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, create(&self->server, KIPC_NODE_MIN_PRIORITY,
					  bad[i], &node)) {
			TH_LOG("case %zu", i);
		}
	}
	EXPECT_EQ(-EINVAL, create(&self->server, 0, NICE(1), &node));
	EXPECT_EQ(-EINVAL, create(&self->server, 0, NICE(-1), &node));
	EXPECT_EQ(-EINVAL, create(&self->server, 0, FIFO(0), &node));
	EXPECT_EQ(-EINVAL, create(&self->server, KIPC_NODE_NO_INHERIT, RR(1),
				  &node));
	EXPECT_TRUE(stat_same(&self->server, &before));
}

/* Root may have each of them. */
TEST_F(inherit_node, each_priority) {
	int i;
	__u32 node;

	for (i = -20; i < 20; i++)
		EXPECT_EQ(0, create(&self->server, KIPC_NODE_MIN_PRIORITY,
				    NICE(i), &node));
	for (i = 1; i < 100; i++) {
		EXPECT_EQ(0, create(&self->server, KIPC_NODE_MIN_PRIORITY,
				    FIFO(i), &node));
		EXPECT_EQ(0, create(&self->server, KIPC_NODE_MIN_PRIORITY,
				    RR(i), &node));
	}
}

static int try(struct endpoint *endpoint, struct policy least)
{
	__u32 node;

	return create(endpoint, KIPC_NODE_MIN_PRIORITY, least, &node);
}

static void limit(int resource, rlim_t value)
{
	const struct rlimit limit = { value, value };

	must_errno(setrlimit(resource, &limit));
}

/* In a child, without privileges, within the limits of a user */
static void try_as_user(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	/* Nice values down to 20 - 25, real-time priorities up to 10 */
	limit(RLIMIT_NICE, 25);
	limit(RLIMIT_RTPRIO, 10);
	become(USER, USER);
	endpoint_open(&endpoint, 0);
	must(try(&endpoint, NICE(0)));
	must(try(&endpoint, NICE(19)));
	must(try(&endpoint, NICE(-5)));
	check(try(&endpoint, NICE(-6)) == -EPERM);
	check(try(&endpoint, NICE(-20)) == -EPERM);
	must(try(&endpoint, FIFO(10)));
	check(try(&endpoint, FIFO(11)) == -EPERM);
	must(try(&endpoint, RR(10)));
	check(try(&endpoint, RR(99)) == -EPERM);
	/* None at all */
	limit(RLIMIT_NICE, 0);
	limit(RLIMIT_RTPRIO, 0);
	must(try(&endpoint, NICE(0)));
	must(try(&endpoint, NICE(5)));
	check(try(&endpoint, NICE(-1)) == -EPERM);
	check(try(&endpoint, FIFO(1)) == -EPERM);
	check(try(&endpoint, RR(1)) == -EPERM);
	/* What makes no sense is that for everybody. */
	check(try(&endpoint, NICE(-21)) == -EINVAL);
	check(try(&endpoint, FIFO(100)) == -EINVAL);
	tell(sock, 1);
}

TEST_F(inherit_node, privileges) {
	struct child child;

	child_start(&child, CHILD_CLOSES, try_as_user, NULL);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* A node that gives its least one to whoever serves it, privileged or not */
static void serve_as_user(int sock, void *arg)
{
	struct _test_data_inherit_node *self = arg;
	struct kipc_message message;

	become(USER, USER);
	must(recv_soon(&self->server, &message));
	check(policy_is(0, FIFO(15)));
	must(reply_empty(&self->server, message.token));
	check(policy_is(0, NICE(0)));
	tell(sock, 1);
}

TEST_F(inherit_node, least_for_the_unprivileged) {
	struct child child;

	call_node(self, KIPC_NODE_MIN_PRIORITY, FIFO(15));
	child_start(&child, CHILD_SHARES, serve_as_user, self);
	EXPECT_EQ(0, puppet_do(&self->caller, &self->client, KIPC_CALL,
			       &self->call));
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
