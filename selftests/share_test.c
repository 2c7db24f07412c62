// SPDX-License-Identifier: GPL-2.0-only
/* Shares: nobody but a receiver's own user takes more than half of what is left. */
#include <kselftest_harness.h>
#include <sys/syscall.h>

#include "interrupt.h"
#include "nested.h"
#include "stranger.h"

#define HALF		(POOL / 2)
/* Slices are a multiple of this. */
#define UNIT		256U
#define QUEUED_MAX	1024

FIXTURE(share) {
	struct live live;
	struct pair pair;
	struct endpoint alice;
	struct endpoint bob;
	struct endpoint carol;
	__u32 by_alice;
	__u32 by_bob;
	__u32 by_carol;
};

FIXTURE_SETUP(share) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->by_alice = stranger_connect(&self->alice, &self->pair, ALICE);
	self->by_bob = stranger_connect(&self->bob, &self->pair, BOB);
	self->by_carol = stranger_connect(&self->carol, &self->pair, CAROL);
}

FIXTURE_TEARDOWN(share) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int probe_own(struct _test_data_share *self, size_t size)
{
	return call_probe(&self->pair.client, self->pair.handle, size);
}

static int probe_alice(struct _test_data_share *self, size_t size)
{
	return call_probe(&self->alice, self->by_alice, size);
}

static int probe_bob(struct _test_data_share *self, size_t size)
{
	return call_probe(&self->bob, self->by_bob, size);
}

static __u64 hold_alice(struct _test_data_share *self, size_t size)
{
	return call_hold(&self->alice, self->by_alice, &self->pair.server,
			 size);
}

/* An empty pool: all of it for its own user, half for another one */
TEST_F(share, empty_pool) {
	struct kipc_stat before;

	stat_get(&self->alice, &before);
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, POOL));
	EXPECT_EQ(-EMSGSIZE, probe_own(self, POOL + 1));
	EXPECT_EQ(-EMSGSIZE, probe_alice(self, HALF + 1));
	EXPECT_EQ(-EMSGSIZE, probe_alice(self, POOL));
	stat_get(&self->pair.server, &before);
	EXPECT_EQ(-EMSGSIZE, probe_alice(self, POOL + 1));
	EXPECT_TRUE(stat_same(&self->pair.server, &before));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, HALF));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 1));
}

/* Who comes later gets half of what those before have left. */
TEST_F(share, half_of_what_is_left) {
	__u64 held = hold_alice(self, HALF), other;

	EXPECT_EQ(-EAGAIN, probe_alice(self, 1));
	EXPECT_EQ(-ETIMEDOUT, probe_bob(self, POOL / 4));
	EXPECT_EQ(-EAGAIN, probe_bob(self, POOL / 4 + 1));
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, HALF));
	EXPECT_EQ(-EAGAIN, probe_own(self, HALF + 1));

	other = call_hold(&self->bob, self->by_bob, &self->pair.server,
			  POOL / 4);
	EXPECT_EQ(-EAGAIN, probe_alice(self, 1));
	EXPECT_EQ(-EAGAIN, probe_bob(self, 1));
	EXPECT_EQ(-ETIMEDOUT, call_probe(&self->carol, self->by_carol,
					 POOL / 8));
	EXPECT_EQ(-EAGAIN, call_probe(&self->carol, self->by_carol,
				      POOL / 8 + 1));
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, POOL / 4));

	/* Three quarters are free again, so a half of them. */
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, POOL / 8 * 3));
	EXPECT_EQ(-EAGAIN, probe_alice(self, POOL / 8 * 3 + 1));
	/* Bob has a quarter, and may have another one. */
	EXPECT_EQ(-ETIMEDOUT, probe_bob(self, POOL / 4));
	EXPECT_EQ(-EAGAIN, probe_bob(self, POOL / 4 + 1));
	ASSERT_EQ(0, slice_free(&self->pair.server, other));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, HALF));
}

/* What the receiver's own user has is not free for others either. */
TEST_F(share, own_user_counts) {
	__u64 held = call_hold(&self->pair.client, self->pair.handle,
			       &self->pair.server, HALF);

	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, POOL / 4));
	EXPECT_EQ(-EAGAIN, probe_alice(self, POOL / 4 + 1));
	EXPECT_EQ(-EMSGSIZE, probe_alice(self, HALF + 1));
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, HALF));
}

/* Two endpoints of one user have one share. */
TEST_F(share, of_a_user_not_of_an_endpoint) {
	__u64 held = hold_alice(self, POOL / 4);
	struct endpoint second;
	__u32 handle;

	handle = stranger_connect(&second, &self->pair, ALICE);
	EXPECT_EQ(-ETIMEDOUT, call_probe(&second, handle, POOL / 4));
	EXPECT_EQ(-EAGAIN, call_probe(&second, handle, POOL / 4 + 1));
	/* It is held though the sender is gone. */
	endpoint_close(&self->alice);
	EXPECT_EQ(-EAGAIN, call_probe(&second, handle, POOL / 4 + 1));
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	EXPECT_EQ(-ETIMEDOUT, call_probe(&second, handle, HALF));
}

/* Replies come to the pool of the caller, whose user may be another, too. */
TEST_F(share, replies) {
	static const __u8 data[POOL];
	struct pair *pair = &self->pair;
	__u32 node = node_create(&self->alice, 1);
	struct caller first, second;
	__u32 handle;
	__u64 token;

	handle = connect_to(&pair->client, &self->alice, node, 0);
	caller_start(&first, &pair->client, handle);
	token = recv_call(&self->alice);
	EXPECT_EQ(-EMSGSIZE, reply_bytes(&self->alice, token, data, HALF + 1));
	EXPECT_EQ(0, reply_bytes(&self->alice, token, data, HALF));
	ASSERT_EQ(0, caller_join(&first));
	EXPECT_EQ(HALF, first.call.reply_size);
	EXPECT_EQ(HALF, usage_bytes(&pair->client, ALICE));

	caller_start(&second, &pair->client, handle);
	token = recv_call(&self->alice);
	EXPECT_EQ(-EAGAIN, reply_bytes(&self->alice, token, data, 1));
	reply_free(&pair->client, &first.call);
	EXPECT_EQ(0, usage_bytes(&pair->client, ALICE));
	EXPECT_EQ(0, reply_bytes(&self->alice, token, data, 1));
	ASSERT_EQ(0, caller_join(&second));
	EXPECT_EQ(UNIT, usage_bytes(&pair->client, ALICE));
	reply_free(&pair->client, &second.call);
	EXPECT_EQ(0, usage_bytes(&pair->client, ALICE));
}

/* How many calls of that endpoint are queued before there is no room for more */
static int queue_calls(struct endpoint *endpoint, __u32 handle,
		       struct caller *caller, int most)
{
	int count = 0;

	while (count < most) {
		int ret = call_probe(endpoint, handle, 0);

		if (ret == -EAGAIN)
			break;
		check(ret == -ETIMEDOUT);
		caller_start(&caller[count], endpoint, handle);
		wait_blocked(caller[count].thread.tid, KIPC_CALL);
		count++;
	}
	return count;
}

/* Calls without payload take no room in the pool, but in the queue. */
TEST_F(share, calls_in_the_queue) {
	static struct caller caller[10];
	int i, queued;

	queued = queue_calls(&self->alice, self->by_alice, caller, 10);
	EXPECT_EQ(10, queued);
	EXPECT_EQ(10, usage_messages(&self->pair.server, ALICE));
	EXPECT_EQ(0, usage_bytes(&self->pair.server, ALICE));
	for (i = 0; i < queued; i++)
		EXPECT_EQ(0, reply_empty(&self->pair.server,
					 recv_call(&self->pair.server)));
	for (i = 0; i < queued; i++)
		EXPECT_EQ(0, caller_join(&caller[i]));
	EXPECT_EQ(0, usage_messages(&self->pair.server, ALICE));
}

/*
 * Calls that are received and then left go on counting until they are answered,
 * for the one who left them: half of the queue at most.
 */
TEST_F(share, abandoned_calls) {
	static __u64 token[QUEUED_MAX / 2];
	struct kipc_message message;
	struct caller caller = {
		.endpoint = &self->alice,
		.call.handle = self->by_alice,
	};
	int i = 0;

	while (i < QUEUED_MAX / 2) {
		caller.call.deadline = after(5 * MILLISECOND);
		caller_run(&caller);
		if (!recv_flags(&self->pair.server, 0, after(SECOND / 50),
				&message))
			token[i++] = message.token;
		ASSERT_EQ(-ETIMEDOUT, caller_join(&caller));
	}
	EXPECT_EQ(QUEUED_MAX / 2, usage_messages(&self->pair.server, ALICE));
	EXPECT_EQ(-EAGAIN, probe_alice(self, 0));
	EXPECT_EQ(-ETIMEDOUT, probe_bob(self, 0));
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, 0));
	EXPECT_EQ(-ECANCELED, reply_empty(&self->pair.server, token[0]));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 0));
	for (i = 1; i < QUEUED_MAX / 2; i++)
		ASSERT_EQ(-ECANCELED, reply_empty(&self->pair.server,
						  token[i]));
	EXPECT_EQ(0, usage_messages(&self->pair.server, ALICE));
}

/* They are received at once, need no place for that, and are left at once. */
TEST_F_TIMEOUT(share, many_abandoned_calls, 150) {
	enum { CALLS = QUEUED_MAX + 1 };
	static __u64 token[CALLS];
	static struct caller caller[CALLS];
	int i;

	interrupt_install(0);
	for (i = 0; i < CALLS; i++) {
		memset(&caller[i], 0, sizeof(caller[i]));
		caller_start(&caller[i], &self->alice, self->by_alice);
		token[i] = recv_call(&self->pair.server);
	}
	for (i = 0; i < CALLS; i++)
		caller_leave(&caller[i]);
	EXPECT_EQ(CALLS, usage_messages(&self->pair.server, ALICE));
	EXPECT_EQ(-EAGAIN, probe_alice(self, 0));
	EXPECT_EQ(-ETIMEDOUT, probe_bob(self, 0));
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, 0));
	for (i = 0; i < CALLS; i++)
		ASSERT_EQ(-ECANCELED, reply_empty(&self->pair.server,
						  token[i]));
	EXPECT_EQ(0, usage_messages(&self->pair.server, ALICE));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 0));
}

static int probe_files(struct endpoint *endpoint, __u32 handle, __u32 count)
{
	static struct kipc_attachment file[KIPC_ATTACHMENTS_MAX];
	struct kipc_call call = {
		.handle = handle,
		.attachments = PTR(file),
		.attachment_count = count,
		.deadline = 1,
	};
	__u32 i;

	for (i = 0; i < count; i++)
		file[i].type = KIPC_ATTACH_FD;
	return kipc(endpoint->fd, KIPC_CALL, &call);
}

/* Starts a call with that many files, and waits until it is queued. */
static void queue_files(struct caller *caller, struct endpoint *endpoint,
			__u32 handle, const struct kipc_attachment *file,
			__u32 count)
{
	caller->endpoint = endpoint;
	caller->call.handle = handle;
	caller->call.attachments = PTR(file);
	caller->call.attachment_count = count;
	caller_run(caller);
	wait_blocked(caller->thread.tid, KIPC_CALL);
}

/* Attachments in the queue: the same rule */
TEST_F(share, attachments) {
	static struct kipc_attachment file[KIPC_ATTACHMENTS_MAX];
	struct caller first = { 0 }, second = { 0 };
	struct usage usage;
	__u32 i;

	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++)
		file[i].type = KIPC_ATTACH_FD;
	queue_files(&first, &self->alice, self->by_alice, file,
		    KIPC_ATTACHMENTS_MAX);
	EXPECT_TRUE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_EQ(KIPC_ATTACHMENTS_MAX, usage.attachments);
	EXPECT_EQ(1, usage.messages);
	EXPECT_EQ(-ETIMEDOUT, probe_files(&self->alice, self->by_alice, 3));
	EXPECT_EQ(-EAGAIN, probe_files(&self->alice, self->by_alice, 4));
	EXPECT_EQ(-ETIMEDOUT, probe_files(&self->bob, self->by_bob, 129));
	EXPECT_EQ(-EAGAIN, probe_files(&self->bob, self->by_bob, 130));

	queue_files(&second, &self->pair.client, self->pair.handle, file,
		    KIPC_ATTACHMENTS_MAX);
	EXPECT_EQ(-ETIMEDOUT, probe_files(&self->pair.client,
					  self->pair.handle, 6));
	EXPECT_EQ(-EAGAIN, probe_files(&self->pair.client, self->pair.handle,
				       7));
	EXPECT_EQ(-EAGAIN, probe_files(&self->alice, self->by_alice, 1));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 0));

	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&first));
	EXPECT_EQ(-EOWNERDEAD, caller_join(&second));
	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
}

/* Usage is exact, and goes back to nothing on every way. */
TEST_F(share, accounting) {
	static const __u8 data[1000];
	struct caller caller = {
		.endpoint = &self->alice,
		.call = {
			.handle = self->by_alice,
			.data = PTR(data),
			.data_size = sizeof(data),
		},
	};
	struct kipc_message message;
	struct usage usage;

	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	caller_run(&caller);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	EXPECT_TRUE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_EQ(4 * UNIT, usage.bytes);
	EXPECT_EQ(1, usage.messages);
	EXPECT_EQ(0, usage.attachments);
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));

	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_TRUE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_EQ(4 * UNIT, usage.bytes);
	EXPECT_EQ(0, usage.messages);
	message_free(&self->pair.server, &message);
	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	EXPECT_EQ(0, reply_empty(&self->pair.server, message.token));
	EXPECT_EQ(0, caller_join(&caller));

	/* Withdrawn */
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 5000));
	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	/* Could not be copied */
	caller.call.data = 1;
	EXPECT_EQ(-EFAULT, kipc(self->alice.fd, KIPC_CALL, &caller.call));
	EXPECT_FALSE(usage_read(&self->pair.server, ALICE, &usage));
	/* Of the receiver's own user */
	call_hold(&self->pair.client, self->pair.handle, &self->pair.server,
		  300);
	EXPECT_TRUE(usage_read(&self->pair.server, 0, &usage));
	EXPECT_EQ(2 * UNIT, usage.bytes);
	EXPECT_EQ(0, usage.messages);
}

static long shares(void)
{
	struct live live;

	must(live_read(&live));
	return live.shares;
}

/* Shares that nobody uses any more are kept, but not all of them. */
TEST_F(share, kept_in_number) {
	struct endpoint endpoint;
	long before = shares();
	__u32 handle, uid;
	__u64 end;

	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 0));
	EXPECT_EQ(before + 1, shares());
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, 1));
	EXPECT_EQ(before + 1, shares());
	EXPECT_EQ(-ETIMEDOUT, probe_own(self, 1));
	EXPECT_EQ(before + 1, shares());
	for (uid = 5000; uid < 5300; uid++) {
		handle = stranger_connect(&endpoint, &self->pair, uid);
		EXPECT_EQ(-ETIMEDOUT, call_probe(&endpoint, handle, 0));
		endpoint_close(&endpoint);
	}
	EXPECT_GE(before + 64, shares());
	EXPECT_LE(before + 32, shares());
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, HALF));

	endpoint_close(&self->pair.server);
	end = after(20 * SECOND);
	while (shares() > before && now() < end)
		pause_ms(5);
	EXPECT_EQ(before, shares());
}

/* A share that is in use is not forgotten, however many come. */
TEST_F(share, in_use_is_kept) {
	__u64 held = hold_alice(self, POOL / 4);
	struct endpoint endpoint;
	__u32 handle, uid;

	for (uid = 5000; uid < 5200; uid++) {
		handle = stranger_connect(&endpoint, &self->pair, uid);
		EXPECT_EQ(-ETIMEDOUT, call_probe(&endpoint, handle, 0));
		endpoint_close(&endpoint);
	}
	EXPECT_EQ(POOL / 4, usage_bytes(&self->pair.server, ALICE));
	EXPECT_EQ(-EAGAIN, probe_alice(self, POOL / 4 + 1));
	ASSERT_EQ(0, slice_free(&self->pair.server, held));
	EXPECT_EQ(-ETIMEDOUT, probe_alice(self, HALF));
}

#define THREADS	4

struct racer {
	struct thread thread;
	__u32 seed;
};

/* Endpoints of few users come, send and go at the same time. */
static void send_and_go(void *arg)
{
	int i, rounds = debug_kernel() ? 100 : 500;
	struct racer *racer = arg;

	for (i = 0; i < rounds; i++) {
		__u32 uid = 7000 + next_random(&racer->seed) % 100;
		struct kipc_name_lookup lookup = {
			.name = PTR("share.race"),
			.name_size = 10,
		};
		struct endpoint endpoint;

		/* Not in the list of the process, which has no lock */
		must_errno(syscall(SYS_setresuid, -1, uid, -1));
		endpoint.fd = open(DEVICE, O_RDWR | O_CLOEXEC);
		must_errno(syscall(SYS_setresuid, -1, 0, -1));
		must_errno(endpoint.fd);
		must(kipc(endpoint.fd, KIPC_NAME_LOOKUP, &lookup));
		call_probe(&endpoint, lookup.handle,
			   next_random(&racer->seed) % 2 * 100);
		close(endpoint.fd);
	}
}

TEST_F(share, made_and_forgotten_by_many) {
	struct racer racer[THREADS];
	struct usage usage;
	__u32 uid;
	int i;

	ASSERT_EQ(0, name_publish(&self->pair.server, "share.race",
				  self->pair.node, 0777));
	for (i = 0; i < THREADS; i++) {
		racer[i].seed = (__u32)now() + (__u32)i;
		thread_start(&racer[i].thread, send_and_go, &racer[i]);
	}
	for (i = 0; i < THREADS; i++)
		thread_join(&racer[i].thread);
	for (uid = 7000; uid < 7100; uid++)
		EXPECT_FALSE(usage_read(&self->pair.server, uid, &usage));
	EXPECT_EQ(0, usage_bytes(&self->pair.server, 0));
}

TEST_HARNESS_MAIN
