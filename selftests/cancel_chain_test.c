// SPDX-License-Identifier: GPL-2.0-only
/*
 * KIPC_MSG_CANCELED in chains of calls: each server is told when the one before it
 * leaves, and not sooner.
 */
#include <kselftest_harness.h>

#include "interrupt.h"
#include "nested.h"

FIXTURE(cancel_chain) {
	struct live live;
	struct endpoint endpoint[3];
	/* handle[i]: from endpoint i to the next one */
	__u32 handle[3];
};

static __u32 create(struct endpoint *endpoint, __u64 cookie)
{
	struct kipc_node_create create = {
		.flags = KIPC_NODE_CANCELED,
		.cookie = cookie,
	};

	must(kipc(endpoint->fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

FIXTURE_SETUP(cancel_chain) {
	__u32 node[3];
	int i;

	ASSERT_EQ(0, live_begin(&self->live));
	for (i = 0; i < 3; i++) {
		endpoint_open(&self->endpoint[i], POOL);
		node[i] = create(&self->endpoint[i], (__u64)i);
	}
	for (i = 0; i < 3; i++)
		self->handle[i] = connect_to(&self->endpoint[i],
					     &self->endpoint[(i + 1) % 3],
					     node[(i + 1) % 3], 0);
	interrupt_install(0);
}

FIXTURE_TEARDOWN(cancel_chain) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void check_nothing(struct endpoint *server)
{
	struct kipc_message message;

	check(recv_now(server, &message) == -EAGAIN);
}

TEST_F(cancel_chain, from_the_beginning) {
	struct endpoint *b = &self->endpoint[1], *c = &self->endpoint[2];
	struct caller outer, middle;
	__u64 token, onward;

	caller_start(&outer, &self->endpoint[0], self->handle[0]);
	token = recv_call(b);
	caller_start_for(&middle, b, self->handle[1], token);
	onward = recv_call(c);
	wait_blocked(middle.thread.tid, KIPC_CALL);
	caller_leave(&outer);
	check_canceled(b, token, 1);
	check_nothing(c);
	/* B does not care to go on. */
	caller_leave(&middle);
	check_canceled(c, onward, 2);
	answer_in_vain(c, onward);
	answer_in_vain(b, token);
}

/* B leaves while A serves it in its waiting thread: A's queue has the notice. */
TEST_F(cancel_chain, of_a_nested_call) {
	struct endpoint *a = &self->endpoint[0], *b = &self->endpoint[1];
	struct endpoint *c = &self->endpoint[2];
	struct caller middle, inner;
	struct waiter outer;
	__u64 token, onward, back;

	waiter_start(&outer, a, self->handle[0], 0);
	token = recv_call(b);
	caller_start_for(&middle, b, self->handle[1], token);
	onward = recv_call(c);
	caller_start_for(&inner, c, self->handle[2], onward);
	back = waiter_nested(&outer);
	caller_leave(&inner);
	check_canceled(a, back, 0);
	check_nothing(a);
	answer_in_vain(a, back);
	EXPECT_EQ(0, reply_empty(c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	EXPECT_EQ(0, reply_empty(b, token));
	waiter_resume(&outer);
	EXPECT_EQ(0, waiter_join(&outer));
	check_nothing(a);
	check_nothing(b);
	check_nothing(c);
}

/* A call that is suspended ends with its endpoint: then its server is told. */
TEST_F(cancel_chain, of_a_suspended_call) {
	struct endpoint *a = &self->endpoint[0], *b = &self->endpoint[1];
	struct endpoint *c = &self->endpoint[2];
	struct caller middle, inner;
	struct waiter outer;
	__u64 token, onward;

	waiter_start(&outer, a, self->handle[0], 0);
	token = recv_call(b);
	caller_start_for(&middle, b, self->handle[1], token);
	onward = recv_call(c);
	caller_start_for(&inner, c, self->handle[2], onward);
	waiter_nested(&outer);
	check_nothing(b);
	endpoint_close(a);
	check_canceled(b, token, 1);
	check_nothing(b);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&inner));
	EXPECT_EQ(0, reply_empty(c, onward));
	EXPECT_EQ(0, caller_join(&middle));
	answer_in_vain(b, token);
}

TEST_HARNESS_MAIN
