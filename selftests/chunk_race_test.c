// SPDX-License-Identifier: GPL-2.0-only
/*
 * Chunks are received, released and lent at the moment when what they are had through
 * ends. Whoever wins, afterwards nobody has what it may not have.
 */
#include <kselftest_harness.h>
#include <signal.h>

#include "chunk.h"

#define CHUNKS		16U
/* How long each race is repeated */
#define LONG_ENOUGH	(debug_kernel() ? 4 * SECOND : SECOND)

FIXTURE(race) {
	struct live live;
	int fd;
	int queue;
	int stop;
};

FIXTURE_SETUP(race) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(NULL, CHUNKS, 8);
	self->queue = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 4);
	self->stop = 0;
}

FIXTURE_TEARDOWN(race) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void publish(struct _test_data_race *self)
{
	__u32 lease = chunk_take(self->fd);

	must(chunk_mail(self->queue, self->fd, lease));
	must(chunk_release(self->fd, lease));
}

/* Leases that are had through views with ids up to that */
static __u32 leases_up_to(int fd, __u64 view)
{
	struct kipc_chunk_entry entries[64];
	struct kipc_chunk_list list = {
		.count = ARRAY_SIZE(entries),
		.entries = PTR(entries),
	};
	__u32 i, sum = 0;

	do {
		must(kipc(fd, KIPC_CHUNK_LIST, &list));
		for (i = 0; i < list.listed; i++)
			sum += entries[i].state == KIPC_CHUNK_LEASED &&
			       entries[i].view <= view;
	} while (list.cursor);
	return sum;
}

/* Until it is killed: what it receives it releases, mostly, if it still can. */
static void receive_always(int sock, void *arg)
{
	struct _test_data_race *self = arg;
	struct kipc_attachment got;
	int view = -1, ret;
	__u32 round = 0;

	(void)sock;
	for (;;) {
		if (view < 0) {
			view = region_derive(self->fd, R_READ);
			ret = region_hold(view, 8, 0);
			check(!ret || ret == -EKEYREVOKED);
		}
		ret = chunk_recv(self->queue, &got);
		if (ret == -EDQUOT || region_info(view).revoked) {
			close(view);
			view = -1;
		} else if (!ret && got.lease && ++round % 4) {
			ret = chunk_release(view, got.lease);
			check(!ret || ret == -EKEYREVOKED);
		}
	}
}

/* When a view is revoked, no lease is had through it: none comes later. */
TEST_F(race, revoked_while_receiving) {
	struct child child[2];
	__u64 end = after(LONG_ENOUGH), id;
	__u32 rounds = 0;
	int view, i;

	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	for (i = 0; i < 2; i++)
		child_start(&child[i], CHILD_SHARES, receive_always, self);
	while (now() < end) {
		publish(self);
		publish(self);
		view = region_view(self->fd, R_READ, 0, 0, &id);
		ASSERT_EQ(0, region_revoke(self->fd, 0));
		ASSERT_EQ(0, leases_up_to(self->fd, id) -
			     leases_up_to(self->fd, 0));
		close(view);
		rounds++;
	}
	TH_LOG("%u rounds", rounds);
	for (i = 0; i < 2; i++) {
		must_errno(kill(child[i].pid, SIGKILL));
		EXPECT_EQ(-SIGKILL, child_end(&child[i]));
	}
	mail_purge(self->queue);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

static bool stopped(struct _test_data_race *self)
{
	return __atomic_load_n(&self->stop, __ATOMIC_RELAXED);
}

static void stop(struct _test_data_race *self)
{
	__atomic_store_n(&self->stop, 1, __ATOMIC_RELAXED);
}

/* Receives, and releases nothing. */
static void receive_in_thread(void *arg)
{
	struct _test_data_race *self = arg;
	struct kipc_attachment got;
	int ret;

	while (!stopped(self)) {
		ret = chunk_recv(self->queue, &got);
		check(!ret || ret == -EAGAIN || ret == -EDQUOT);
	}
}

/* Whoever closes the last descriptor while another thread receives: nothing stays. */
static void close_always(int sock, void *arg)
{
	struct _test_data_race *self = arg;
	__u64 end = after(LONG_ENOUGH), id;
	struct thread thread;
	int view;

	(void)sock;
	thread_start(&thread, receive_in_thread, self);
	while (now() < end) {
		view = region_view(self->fd, R_READ, 0, 0, &id);
		must(region_hold(view, 8, 0));
		sched_yield();
		close(view);
		check(!leases_up_to(self->fd, id));
	}
	stop(self);
	thread_join(&thread);
}

static void publish_always(void *arg)
{
	struct _test_data_race *self = arg;

	while (!stopped(self)) {
		publish(self);
		sched_yield();
	}
}

TEST_F(race, closed_while_receiving) {
	struct thread thread;
	struct child child;

	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	child_start(&child, CHILD_SHARES, close_always, self);
	thread_start(&thread, publish_always, self);
	EXPECT_EQ(0, child_end(&child));
	stop(self);
	thread_join(&thread);
	mail_purge(self->queue);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/**
 * struct duel - what two threads do at the same moment, again and again
 * @thread: the second
 * @run: what it does
 * @fd: on which view
 * @lease: with what
 * @turn: the round that has begun
 * @done: the one that it has done
 * @ret: what came of it
 */
struct duel {
	struct thread thread;
	int (*run)(struct duel *duel);
	int fd;
	__u32 lease;
	__u64 turn;
	__u64 done;
	int ret;
};

static void be_second(void *arg)
{
	struct duel *duel = arg;
	__u64 turn;

	for (;;) {
		while ((turn = __atomic_load_n(&duel->turn,
					       __ATOMIC_ACQUIRE)) == duel->done)
			;
		if (turn == ~0ULL)
			return;
		duel->ret = duel->run(duel);
		__atomic_store_n(&duel->done, turn, __ATOMIC_RELEASE);
	}
}

static void duel_open(struct duel *duel, int (*run)(struct duel *duel))
{
	memset(duel, 0, sizeof(*duel));
	duel->run = run;
	thread_start(&duel->thread, be_second, duel);
}

/* Lets the second thread begin. */
static void duel_begin(struct duel *duel)
{
	__atomic_store_n(&duel->turn, duel->turn + 1, __ATOMIC_RELEASE);
}

/* Returns what it did. */
static int duel_end(struct duel *duel)
{
	while (__atomic_load_n(&duel->done, __ATOMIC_ACQUIRE) != duel->turn)
		;
	return duel->ret;
}

static void duel_close(struct duel *duel)
{
	__atomic_store_n(&duel->turn, ~0ULL, __ATOMIC_RELEASE);
	thread_join(&duel->thread);
}

static int close_view(struct duel *duel)
{
	return close(duel->fd) ? -errno : 0;
}

/* The process holds nothing that it has closed. */
TEST_F(race, held_while_closing) {
	__u64 end = after(LONG_ENOUGH);
	struct duel duel;
	int ret, view;

	duel_open(&duel, close_view);
	while (now() < end) {
		duel.fd = region_derive(self->fd, R_READ);
		duel_begin(&duel);
		ret = region_hold(duel.fd, 1, 0);
		ASSERT_EQ(0, duel_end(&duel));
		ASSERT_TRUE(!ret || ret == -EBADF);
		view = region_derive(self->fd, R_READ);
		ASSERT_EQ(0, region_hold(view, 1, 0));
		close(view);
	}
	duel_close(&duel);
}

static int release_it(struct duel *duel)
{
	return chunk_release(duel->fd, duel->lease);
}

/* A loan is released while it is attached: it is, or it is not, and it is free then. */
TEST_F(race, attached_while_releasing) {
	__u64 end = after(LONG_ENOUGH);
	__u32 sent = 0, refused = 0;
	struct duel duel;
	int ret;

	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	duel_open(&duel, release_it);
	duel.fd = self->fd;
	while (now() < end) {
		duel.lease = chunk_take(self->fd);
		duel_begin(&duel);
		ret = chunk_mail(self->queue, self->fd, duel.lease);
		ASSERT_EQ(0, duel_end(&duel));
		ASSERT_TRUE(!ret || ret == -ENXIO);
		*(ret ? &refused : &sent) += 1;
		ASSERT_EQ(ret ? 0 : 1, mail_purge(self->queue));
		ASSERT_EQ(CHUNKS, chunks_free(self->fd));
	}
	duel_close(&duel);
	TH_LOG("%u sent, %u refused", sent, refused);
}

/* Two release the same: one of them has. */
TEST_F(race, released_twice) {
	__u64 end = after(LONG_ENOUGH);
	struct duel duel;
	int first, second;

	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	duel_open(&duel, release_it);
	duel.fd = self->fd;
	while (now() < end) {
		struct kipc_chunk_loan loan = { 0 };

		duel.lease = chunk_take(self->fd);
		loan.release = duel.lease;
		duel_begin(&duel);
		first = kipc(self->fd, KIPC_CHUNK_LOAN, &loan);
		second = duel_end(&duel);
		ASSERT_TRUE((!first && second == -ENXIO) ||
			    (first == -ENXIO && !second));
		if (!first)
			ASSERT_EQ(0, chunk_release(self->fd, loan.lease));
		ASSERT_EQ(CHUNKS, chunks_free(self->fd));
	}
	duel_close(&duel);
}

#define KEPT	4U

/* The server's mappings of what was lent, the last ones first */
static __u32 *kept[KEPT];

/* What the test writes when nothing is lent. Nobody else may ever see it. */
#define SECRET	0x5ec2e75eU

static void look_everywhere(void)
{
	__u32 i, word;

	for (i = 0; i < KEPT; i++)
		if (kept[i] && region_reads(kept[i], &word))
			check(word != SECRET);
}

static void keep(int view)
{
	void *words = mmap(NULL, CHUNKS * CHUNK, PROT_READ, MAP_SHARED, view, 0);

	check(words != MAP_FAILED || errno == EKEYREVOKED);
	if (kept[KEPT - 1])
		munmap(kept[KEPT - 1], CHUNKS * CHUNK);
	memmove(kept + 1, kept, (KEPT - 1) * sizeof(*kept));
	kept[0] = words == MAP_FAILED ? NULL : words;
	close(view);
}

/* Serves calls with a view and a chunk that are lent, and answers some. */
static void borrow_always(int sock, void *arg)
{
	struct _test_data_race *self = arg;
	struct kipc_message message;
	struct endpoint endpoint;
	__u32 round = 0, lease;
	int view, ret;

	endpoint_open(&endpoint, POOL);
	must(name_publish(&endpoint, "race.borrower", node_create(&endpoint, 1),
			  0777));
	view = region_derive(self->fd, R_READ);
	must(region_hold(view, 8, 0));
	tell(sock, 1);
	for (;;) {
		look_everywhere();
		if (recv_now(&endpoint, &message))
			continue;
		check(message.attachment_count == 2);
		lease = came(&endpoint, &message, 1)->lease;
		keep((int)came(&endpoint, &message, 0)->id);
		look_everywhere();
		message_free(&endpoint, &message);
		ret = lease && ++round % 3 == 0 ? chunk_release(view, lease) :
						  0;
		check(!ret || ret == -ENXIO);
		if (round % 2)
			reply_empty(&endpoint, message.token);
	}
}

/* The call ends when the server receives it, maps it, reads it, answers it. */
TEST_F(race, lent_while_receiving) {
	struct kipc_attachment out[2] = { view_lent(self->fd) };
	struct kipc_call call = {
		.attachments = PTR(out),
		.attachment_count = 2,
	}, made;
	__u64 end = after(2 * LONG_ENOUGH);
	__u32 stages[KIPC_STAGE_NESTED + 1] = { 0 }, seed = 1, lease, chunk;
	struct endpoint client;
	struct child child;
	__u32 *words = region_map(self->fd, CHUNKS * CHUNK,
				  PROT_READ | PROT_WRITE);
	int ret;

	child_start(&child, CHILD_SHARES, borrow_always, self);
	hear(child.sock);
	ASSERT_EQ(0, region_hold(self->fd, 4, 0));
	chunk = (__u32)must(chunk_loan(self->fd, &lease));
	out[1] = chunk_lent(self->fd, lease);
	endpoint_open(&client, POOL);
	must(name_lookup(&client, "race.borrower", KIPC_RIGHTS_ALL,
			 &call.handle));
	while (now() < end) {
		made = call;
		made.deadline = after(next_random(&seed) % MILLISECOND);
		ret = kipc(client.fd, KIPC_CALL, &made);
		words[0] = SECRET;
		ASSERT_TRUE(!ret || ret == -ETIMEDOUT);
		ASSERT_EQ(0, chunk_listed(self->fd, chunk, KIPC_CHUNK_LEASED));
		/* The server's own view, and this one */
		ASSERT_EQ(2, region_info(self->fd).views);
		stages[made.stage]++;
		words[0] = 0;
	}
	TH_LOG("%u withdrawn, %u received, %u done", stages[KIPC_STAGE_WITHDRAWN],
	       stages[KIPC_STAGE_RECEIVED], stages[KIPC_STAGE_DONE]);
	must_errno(kill(child.pid, SIGKILL));
	EXPECT_EQ(-SIGKILL, child_end(&child));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	munmap(words, CHUNKS * CHUNK);
}

TEST_HARNESS_MAIN
