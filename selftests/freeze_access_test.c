// SPDX-License-Identifier: GPL-2.0-only
/* Who may freeze whom, and what happens to those who are frozen and die. */
#include <kselftest_harness.h>
#include <sched.h>
#include <sys/wait.h>

#include "freeze.h"

FIXTURE(freeze) {
	struct live live;
	struct pair pair;
	struct endpoint controller;
	struct kipc_freeze answer;
};

FIXTURE_SETUP(freeze) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->controller, 0);
}

FIXTURE_TEARDOWN(freeze) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void freeze_server(struct _test_data_freeze *self)
{
	freeze(&self->controller, &self->pair.server);
}

static const struct kipc_freeze *ask(struct _test_data_freeze *self,
				     struct endpoint *endpoint)
{
	freeze_query(&self->controller, endpoint, &self->answer);
	return &self->answer;
}

/* Who waits is told when it closes, frozen or not; it cannot be thawed then. */
TEST_F(freeze, closes) {
	__u64 number = number_of(&self->pair.server);
	struct caller before, waiting;
	__u32 action;

	caller_start(&before, &self->pair.client, self->pair.handle);
	freeze_wait_queued(&self->controller, &self->pair.server,
			   1);
	freeze_server(self);
	caller_start_waiting(&waiting, &self->pair.client, self->pair.handle);
	freeze_wait_queued(&self->controller, &self->pair.server,
			   2);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&before));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, before.call.stage);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&waiting));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, waiting.call.stage);
	for (action = KIPC_FREEZE_QUERY; action <= KIPC_FREEZE_OFF; action++)
		EXPECT_EQ(-ENXIO, freeze_act(&self->controller, number, action,
					     &self->answer));
}

/* Its node can die while it lives. */
TEST_F(freeze, node_dies) {
	struct caller waiting;

	freeze_server(self);
	caller_start_waiting(&waiting, &self->pair.client, self->pair.handle);
	freeze_wait_queued(&self->controller, &self->pair.server,
			   1);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&waiting));
	EXPECT_EQ(-EOWNERDEAD, call_empty(&self->pair.client,
					  self->pair.handle));
	EXPECT_EQ(0, ask(self, &self->pair.server)->queued);
}

/* Waits for a message, and is killed. */
static void receive_until_killed(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_message message;

	endpoint_close(&pair->client);
	tell(sock, (__u64)thread_id());
	must(recv_flags(&pair->server, 0, 0, &message));
	check(false);
}

TEST_F(freeze, server_is_killed) {
	struct caller waiting;
	struct child child;

	child_start(&child, CHILD_SHARES, receive_until_killed, &self->pair);
	wait_blocked((pid_t)hear(child.sock), KIPC_RECV);
	freeze_server(self);
	caller_start_waiting(&waiting, &self->pair.client, self->pair.handle);
	freeze_wait_queued(&self->controller, &self->pair.server,
			   1);
	/* The child has the last descriptor of it. */
	endpoint_close(&self->pair.server);
	EXPECT_EQ(0, waitpid(child.pid, NULL, WNOHANG));
	child_kill(&child);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&waiting));
}

static void act_as_user(int sock, void *arg)
{
	struct _test_data_freeze *self = arg;
	struct kipc_freeze answer;
	__u32 action;
	int round;

	become(USER, USER);
	for (round = 0; round < 2; round++) {
		for (action = KIPC_FREEZE_QUERY; action <= KIPC_FREEZE_OFF;
		     action++) {
			/* Nor does it learn which endpoints there are. */
			check(freeze_act(&self->pair.client,
					 number_of(&self->pair.client), action,
					 &answer) == -EPERM);
			check(freeze_act(&self->pair.client, 0, action,
					 &answer) == -EPERM);
		}
		check(freeze_act(&self->pair.client, 0, 3, &answer) ==
		      -EINVAL);
		/* Being root in a namespace of one's own is not enough. */
		if (!round)
			must_errno(unshare(CLONE_NEWUSER));
	}
	tell(sock, 1);
}

TEST_F(freeze, privilege) {
	struct child child;

	child_start(&child, CHILD_SHARES, act_as_user, self);
	hear(child.sock);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(0, ask(self, &self->pair.client)->frozen);
}

/* In a user namespace that owns the domain it is enough. */
static void act_in_own_domain(int sock, void *arg)
{
	struct kipc_message message;
	struct pair pair;

	(void)arg;
	become(USER, USER);
	must_errno(unshare(CLONE_NEWUSER | CLONE_NEWIPC));
	pair_open(&pair, POOL);
	freeze(&pair.client, &pair.server);
	must(notify(&pair.client, pair.handle, 1));
	check(recv_now(&pair.server, &message) == -EAGAIN);
	thaw(&pair.client, &pair.server);
	must(recv_now(&pair.server, &message));
	tell(sock, 1);
}

TEST_F(freeze, own_domain) {
	struct child child;

	child_start(&child, CHILD_CLOSES, act_in_own_domain, NULL);
	hear(child.sock);
	EXPECT_EQ(0, child_end(&child));
}

/* The numbers of other domains, and those that nobody has, are nobody's. */
static void act_on_other_domain(int sock, void *arg)
{
	struct kipc_freeze answer;
	struct endpoint endpoint;
	__u64 number = hear(sock);
	__u32 action;

	(void)arg;
	must_errno(unshare(CLONE_NEWIPC));
	endpoint_open(&endpoint, 0);
	for (action = KIPC_FREEZE_QUERY; action <= KIPC_FREEZE_OFF; action++) {
		check(freeze_act(&endpoint, number, action, &answer) ==
		      -ENXIO);
		check(!answer.frozen && !answer.serving && !answer.calling &&
		      !answer.queued);
	}
	tell(sock, number_of(&endpoint));
	hear(sock);
}

TEST_F(freeze, other_domain) {
	__u64 number = number_of(&self->pair.server);
	struct child child;
	__u32 action;

	child_start(&child, CHILD_CLOSES, act_on_other_domain, NULL);
	tell(child.sock, number);
	number = hear(child.sock);
	for (action = KIPC_FREEZE_QUERY; action <= KIPC_FREEZE_OFF; action++) {
		EXPECT_EQ(-ENXIO, freeze_act(&self->controller, number, action,
					     &self->answer));
		EXPECT_EQ(-ENXIO, freeze_act(&self->controller, 0, action,
					     &self->answer));
		EXPECT_EQ(-ENXIO, freeze_act(&self->controller, ~0ULL, action,
					     &self->answer));
	}
	EXPECT_EQ(0, ask(self, &self->pair.server)->frozen);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
