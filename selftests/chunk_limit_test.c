// SPDX-License-Identifier: GPL-2.0-only
/*
 * A subscriber has as many leases as it said, and no more than the region allows,
 * whatever views it makes; and who publishes does not run out of chunks by that.
 */
#include <kselftest_harness.h>

#include "chunk.h"

#define CHUNKS		16U
#define LEASES_MAX	4U
#define OTHER		(USER + 1)

static const char name[] = "chunk.limit";

FIXTURE(limit) {
	struct live live;
	int fd;
	int queue;
};

FIXTURE_SETUP(limit) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(name, CHUNKS, LEASES_MAX);
	self->queue = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 64);
	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
}

FIXTURE_TEARDOWN(limit) {
	region_unlink(name);
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int publish(struct _test_data_limit *self)
{
	__u32 lease;
	int ret = chunk_loan(self->fd, &lease);

	if (ret < 0)
		return ret;
	must(chunk_mail(self->queue, self->fd, lease));
	return chunk_release(self->fd, lease);
}

/* What comes when it has all that it may stays, and is the next that it gets. */
TEST_F(limit, as_it_said) {
	struct subscriber subscriber;
	__u32 i, first, leases[LEASES_MAX];

	subscriber_open(&subscriber, self->fd, self->queue, LEASES_MAX);
	for (i = 0; i <= LEASES_MAX; i++)
		ASSERT_EQ(0, publish(self));
	for (i = 0; i < LEASES_MAX; i++) {
		ASSERT_EQ(0, subscriber_recv(&subscriber));
		leases[i] = subscriber.lease.got.lease;
	}
	for (i = 0; i < 3; i++)
		EXPECT_EQ(-EDQUOT, subscriber_recv(&subscriber));
	EXPECT_EQ(-EDQUOT, subscriber_do(&subscriber, lease_wait_act));
	EXPECT_EQ(1, mailbox_info(self->queue).messages);
	EXPECT_EQ(CHUNKS - LEASES_MAX - 1, chunks_free(self->fd));
	EXPECT_EQ(0, subscriber_release(&subscriber, leases[2]));
	first = subscriber.lease.got.lease;
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	EXPECT_NE(0, subscriber.lease.got.lease);
	EXPECT_NE(first, subscriber.lease.got.lease);
	EXPECT_EQ(0, mailbox_info(self->queue).messages);
	subscriber_close(&subscriber);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* It can read no further, and who publishes does. */
TEST_F(limit, publisher_goes_on) {
	int queue = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 2);
	struct subscriber subscriber;
	__u32 i;

	close(self->queue);
	self->queue = queue;
	subscriber_open(&subscriber, self->fd, queue, LEASES_MAX);
	for (i = 0; i < 10 * CHUNKS; i++) {
		ASSERT_EQ(0, publish(self));
		subscriber_recv(&subscriber);
		EXPECT_LE(CHUNKS - LEASES_MAX - 2, chunks_free(self->fd));
	}
	subscriber_kill(&subscriber);
}

static long hold_act(void *arg)
{
	struct lease *lease = arg;

	return region_hold(lease->fd, lease->count, 0);
}

/* Another process that tries to hold the region so often, through @fd */
static long hold_by(struct actor *actor, int fd, __u32 count)
{
	struct lease lease = { .fd = fd, .count = count };

	return actor_do(actor, hold_act, &lease, sizeof(lease));
}

/* Views made from one's own have no more together. */
TEST_F(limit, by_making_views) {
	int top = region_derive(self->fd, R_BOTH);
	int left = region_derive(top, R_READ), right = region_derive(top, R_READ);
	int deep = region_derive(left, R_READ);
	struct actor actor[3];
	__u32 i;

	for (i = 0; i < 3; i++)
		actor_open(&actor[i]);
	EXPECT_EQ(-EDQUOT, hold_by(&actor[0], deep, LEASES_MAX + 1));
	EXPECT_EQ(0, hold_by(&actor[0], deep, LEASES_MAX - 1));
	EXPECT_EQ(-EDQUOT, hold_by(&actor[1], left, 2));
	EXPECT_EQ(-EDQUOT, hold_by(&actor[1], right, 2));
	EXPECT_EQ(-EDQUOT, hold_by(&actor[1], top, 2));
	EXPECT_EQ(0, hold_by(&actor[1], right, 1));
	EXPECT_EQ(-EDQUOT, hold_by(&actor[2], top, 1));
	/* Nor if those in between are closed: only the last is left of that branch. */
	for (i = 0; i < 3; i++)
		EXPECT_EQ(0, actor_close_fd(&actor[i], left));
	close(left);
	EXPECT_EQ(-EDQUOT, hold_by(&actor[2], top, 1));
	/* What one lets go of others can have. */
	actor_kill(&actor[0]);
	EXPECT_EQ(-EDQUOT, hold_by(&actor[2], deep, LEASES_MAX));
	EXPECT_EQ(0, hold_by(&actor[2], deep, LEASES_MAX - 1));
	actor_close(&actor[2]);
	actor_close(&actor[1]);
}

/* Those to whom the owner gave a view each have so many each. */
TEST_F(limit, given_by_the_owner) {
	struct subscriber subscriber[3];
	__u32 i;

	for (i = 0; i < 3; i++)
		subscriber_open(&subscriber[i], self->fd, self->queue,
				LEASES_MAX);
	for (i = 0; i < 3; i++)
		subscriber_close(&subscriber[i]);
}

struct joining {
	__u32 uid;
	__u32 leases;
};

static long join_act(void *arg)
{
	struct joining *joining = arg;

	return chunks_join(name, joining->uid, joining->leases);
}

static long join_by(struct actor *actor, __u32 uid, __u32 leases)
{
	struct joining joining = { uid, leases };

	return actor_do(actor, join_act, &joining, sizeof(joining));
}

/* By its name it can be opened as often as one likes, and that gives no more. */
TEST_F(limit, by_opening_again) {
	struct actor actor[4];
	__u32 i;

	for (i = 0; i < 4; i++)
		actor_open(&actor[i]);
	EXPECT_EQ(-EDQUOT, join_by(&actor[0], USER, LEASES_MAX + 1));
	EXPECT_EQ(0, join_by(&actor[0], USER, LEASES_MAX - 1));
	EXPECT_EQ(-EEXIST, join_by(&actor[0], USER, 1));
	EXPECT_EQ(-EDQUOT, join_by(&actor[1], USER, 2));
	EXPECT_EQ(0, join_by(&actor[1], USER, 1));
	EXPECT_EQ(-EDQUOT, join_by(&actor[2], USER, 1));
	/* Another user has its own. */
	EXPECT_EQ(0, join_by(&actor[2], OTHER, LEASES_MAX));
	EXPECT_EQ(-EDQUOT, join_by(&actor[3], OTHER, 1));
	EXPECT_EQ(-EDQUOT, join_by(&actor[3], USER, 1));
	actor_kill(&actor[1]);
	EXPECT_EQ(0, join_by(&actor[3], USER, 1));
	actor_close(&actor[3]);
	actor_close(&actor[2]);
	actor_close(&actor[0]);
}

/* Views that the owner made, and that outlive its own, count as before. */
TEST_F(limit, owner_closed) {
	struct subscriber subscriber[2];
	int again;
	__u32 i;

	for (i = 0; i < 2; i++)
		subscriber_open(&subscriber[i], self->fd, self->queue,
				LEASES_MAX - 1);
	for (i = 0; i < 2; i++) {
		struct lease lease = { .fd = self->fd };

		EXPECT_EQ(0, actor_do(&subscriber[i].actor, lease_close_act,
				      &lease, sizeof(lease)));
	}
	again = region_join(name, R_OWN);
	close(self->fd);
	self->fd = again;
	ASSERT_EQ(0, region_hold(again, 4, 0));
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, publish(self));
		ASSERT_EQ(0, subscriber_recv(&subscriber[i]));
		EXPECT_NE(0, subscriber[i].lease.got.lease);
	}
	subscriber_kill(&subscriber[0]);
	subscriber_close(&subscriber[1]);
	EXPECT_EQ(CHUNKS, chunks_free(again));
}

static void fork_and_receive(int sock, void *arg)
{
	struct lease *lease = arg;
	int ret = (int)lease_recv_act(lease);

	tell(sock, !ret && !lease->got.lease);
	tell(sock, chunk_release(lease->fd, lease->word) == -ENXIO);
	tell(sock, region_hold(lease->fd, 1, 0) == -EBUSY);
}

static long fork_act(void *arg)
{
	struct lease *lease = arg;
	struct child child;
	int good;

	/* The number of a lease that is its parent's */
	lease->word = lease->got.lease;
	child_start(&child, CHILD_SHARES, fork_and_receive, lease);
	good = hear(child.sock) && hear(child.sock) && hear(child.sock);
	must(child_end(&child));
	return good;
}

/* A child has nothing of its parent's, and gets nothing through its view. */
TEST_F(limit, by_fork) {
	struct subscriber subscriber;
	__u32 mine;

	subscriber_open(&subscriber, self->fd, self->queue, 1);
	ASSERT_EQ(0, publish(self));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	mine = subscriber.lease.got.lease;
	ASSERT_EQ(0, publish(self));
	EXPECT_EQ(1, subscriber_do(&subscriber, fork_act));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(0, subscriber_release(&subscriber, mine));
	subscriber_close(&subscriber);
}

/* Numbers that others have are of no use. */
TEST_F(limit, foreign) {
	struct subscriber subscriber[2];
	__u32 i, j, leases[2];

	for (i = 0; i < 2; i++) {
		subscriber_open(&subscriber[i], self->fd, self->queue, 2);
		ASSERT_EQ(0, publish(self));
		ASSERT_EQ(0, subscriber_recv(&subscriber[i]));
		leases[i] = subscriber[i].lease.got.lease;
	}
	/* Both have the same number, each of its own lease. */
	EXPECT_EQ(leases[0], leases[1]);
	EXPECT_EQ(0, subscriber_release(&subscriber[0], leases[1]));
	EXPECT_EQ(-ENXIO, subscriber_release(&subscriber[0], leases[1]));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	for (j = 0; j < 4096; j++)
		EXPECT_EQ(-ENXIO, chunk_release(self->fd, j));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	for (i = 0; i < 2; i++)
		subscriber_close(&subscriber[i]);
}

/* Receives as long as it can; the last errno. */
static long fill_act(void *arg)
{
	struct lease *lease = arg;
	long ret;

	for (lease->word = 0;; lease->word++) {
		ret = lease_recv_act(lease);
		if (ret)
			return ret;
		check(lease->got.lease);
	}
}

/* As many as there can be, and one more */
TEST_F(limit, most) {
	int fd = chunks_make(NULL, 1, KIPC_LEASES_MAX);
	int queue = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, KIPC_LEASES_MAX + 1);
	struct subscriber subscriber;
	__u32 lease, i;

	ASSERT_EQ(0, region_hold(fd, 1, 0));
	lease = chunk_take(fd);
	subscriber_open(&subscriber, fd, queue, KIPC_LEASES_MAX);
	for (i = 0; i <= KIPC_LEASES_MAX; i++)
		ASSERT_EQ(0, chunk_mail(queue, fd, lease));
	EXPECT_EQ(-EDQUOT, subscriber_do(&subscriber, fill_act));
	EXPECT_EQ(KIPC_LEASES_MAX, subscriber.lease.word);
	EXPECT_EQ(KIPC_LEASES_MAX, chunk_listed(fd, 0, KIPC_CHUNK_LEASED));
	EXPECT_EQ(1, mailbox_info(queue).messages);
	EXPECT_EQ(1, mail_purge(queue));
	EXPECT_EQ(0, chunk_release(fd, lease));
	EXPECT_EQ(0, chunks_free(fd));
	subscriber_kill(&subscriber);
	EXPECT_EQ(1, chunks_free(fd));
}

TEST_HARNESS_MAIN
