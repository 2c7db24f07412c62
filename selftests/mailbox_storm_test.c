// SPDX-License-Identifier: GPL-2.0-only
/*
 * Writers and readers of one mailbox that are killed at random moments, and others in
 * their place. However that goes, a queue gives each message that it accepted to one
 * reader, a broadcast to each reader that is there, and a work queue until it is
 * acknowledged and not after that. The ledger knows; see ledger.h.
 *
 * KIPC_STORM_SEED repeats a storm, KIPC_STORM_SECONDS makes it longer.
 */
#include <kselftest_harness.h>
#include <signal.h>

#include "ledger.h"

#define MEMBERS		(WRITERS + READERS)
/* Seconds for each kind of mailbox, and more if nothing came of them on a slow machine */
#define LENGTH		20
#define MORE		60
/* Messages received that are something */
#define ENOUGH		100
/* A member is killed after at most so many microseconds. */
#define LIFE_US		30000
#define LEASE		(200 * MILLISECOND)

static const char name[] = "mailbox.storm";

/**
 * struct member - a writer or a reader
 * @number: a writer, and from WRITERS on a reader
 * @seed: of its random numbers
 * @ledger: of all
 * @fd: the mailbox, as it opened it
 * @data: its messages
 */
struct member {
	__u32 number;
	__u32 seed;
	struct ledger *ledger;
	int fd;
	__u8 data[LETTER_BATCH][LETTER_MAX + sizeof(struct letter)];
};

static __u32 pick(struct member *member, __u32 count)
{
	return next_random(&member->seed) % count;
}

static __u32 letter_size(struct member *member)
{
	return pick(member, 8) ? pick(member, 100) : pick(member, LETTER_MAX);
}

/* One message, until it is sent */
static bool write_one(struct member *member, bool has_priorities)
{
	struct kipc_mailbox_send send = {
		.flags = pick(member, 2) ? KIPC_NONBLOCK : 0,
		.priority = has_priorities ? pick(member, 4) : 0,
		.data = PTR(member->data[0]),
		.endpoint = -1,
	};
	int ret;

	send.data_size = letter_write(member->ledger, member->number,
				      letter_size(member), member->data[0]);
	if (!send.data_size)
		return false;
	if (!pick(member, 4) && !send.priority)
		ret = write(member->fd, member->data[0], send.data_size) < 0 ?
		      -errno : 0;
	else
		ret = kipc(member->fd, KIPC_MAILBOX_SEND, &send);
	check(!ret || ret == -EAGAIN);
	letter_result(member->ledger, member->data[0], !ret);
	return true;
}

static bool write_batch(struct member *member)
{
	struct kipc_mailbox_send sends[LETTER_BATCH] = { { 0 } };
	struct kipc_mailbox_send_batch batch = {
		.flags = pick(member, 2) ? KIPC_NONBLOCK : 0,
		.messages = PTR(sends),
	};
	__u32 i;
	int ret;

	for (i = 0; i < LETTER_BATCH; i++) {
		sends[i].data = PTR(member->data[i]);
		sends[i].endpoint = -1;
		sends[i].data_size = letter_write(member->ledger,
						  member->number,
						  letter_size(member),
						  member->data[i]);
		if (!sends[i].data_size)
			break;
	}
	batch.count = i;
	if (!i)
		return false;
	ret = kipc(member->fd, KIPC_MAILBOX_SEND_BATCH, &batch);
	check(!ret || ret == -EAGAIN);
	for (i = 0; i < batch.count; i++)
		letter_result(member->ledger, member->data[i],
			      !ret && i < batch.sent);
	return true;
}

static void be_writer(struct member *member)
{
	bool more = true, broadcast;

	member->fd = (int)must(mailbox_join(name, WRITER));
	broadcast = mailbox_info(member->fd).kind == KIPC_MAILBOX_BROADCAST;
	while (more) {
		if (pick(member, 4))
			more = write_one(member, !broadcast);
		else
			more = write_batch(member);
		/* Nothing else slows it down to what readers can bear. */
		if (broadcast && !pick(member, 4))
			usleep(pick(member, 4000));
	}
	for (;;)
		pause();
}

/* Receives up to @count messages; returns how many, and 0 if there was none for long. */
static __u32 receive(struct member *member, struct kipc_mailbox_recv *recvs,
		     __u32 count)
{
	struct kipc_mailbox_recv_batch batch = {
		.messages = PTR(recvs),
		.count = count,
		.deadline = after(50 * MILLISECOND),
	};
	__u32 i;
	int ret;

	memset(recvs, 0, count * sizeof(*recvs));
	for (i = 0; i < count; i++) {
		recvs[i].data = PTR(member->data[i]);
		recvs[i].data_size = sizeof(member->data[i]);
		recvs[i].endpoint = -1;
	}
	if (count == 1) {
		recvs->deadline = batch.deadline;
		ret = kipc(member->fd, KIPC_MAILBOX_RECV, recvs);
		batch.received = 1;
	} else {
		ret = kipc(member->fd, KIPC_MAILBOX_RECV_BATCH, &batch);
	}
	check(!ret || ret == -ETIMEDOUT);
	return ret ? 0 : batch.received;
}

static bool stopped(const struct member *member)
{
	return __atomic_load_n(&member->ledger->stop, __ATOMIC_SEQ_CST);
}

/* A queue's: what it received it notes at once. */
static void read_queue(struct member *member)
{
	__u32 reader = member->number - WRITERS, count, i;
	struct kipc_mailbox_recv recvs[LETTER_BATCH];

	for (;;) {
		count = pick(member, 4) ? 1 : LETTER_BATCH;
		ledger_expect(member->ledger, reader, count);
		count = receive(member, recvs, count);
		for (i = 0; i < count; i++)
			letter_receive(member->ledger, member->data[i],
				       recvs[i].mail.size);
		ledger_expect(member->ledger, reader, 0);
	}
}

/* A broadcast's: all that comes after the first, once and in order, or it is missed. */
static void read_broadcast(struct member *member)
{
	struct kipc_mailbox_recv recvs[LETTER_BATCH];
	__u64 last = 0, seen[WRITERS] = { 0 };
	__u32 count, i;
	bool stop;

	do {
		stop = stopped(member);
		count = receive(member, recvs,
				pick(member, 4) ? 1 : LETTER_BATCH);
		for (i = 0; i < count; i++) {
			struct kipc_mail *mail = &recvs[i].mail;
			const struct letter *letter;

			letter = letter_check(member->data[i], mail->size);
			check(!last || mail->sequence ==
				       last + 1 + mail->missed);
			check(seen[letter->writer] <= letter->counter);
			last = mail->sequence;
			seen[letter->writer] = letter->counter + 1ULL;
			__atomic_fetch_add(&member->ledger->got, 1,
					   __ATOMIC_RELAXED);
			__atomic_fetch_add(&member->ledger->missed,
					   mail->missed, __ATOMIC_RELAXED);
		}
	} while (count || !stop);
	/* It was there before the last message, unless there was none since. */
	check(!last || last == mailbox_info(member->fd).accepted);
}

/* Acknowledges it, and notes before and after that it does. */
static void acknowledge(struct member *member, struct account *account,
			const struct kipc_mail *mail)
{
	int ret;

	__atomic_fetch_add(&account->trying, 1, __ATOMIC_SEQ_CST);
	ret = lease_ack(member->fd, mail->token);
	check(!ret || ret == -ENXIO);
	if (!ret)
		__atomic_fetch_add(&account->done, 1, __ATOMIC_SEQ_CST);
	__atomic_fetch_sub(&account->trying, 1, __ATOMIC_SEQ_CST);
}

/* Does something with work: most often what should be done. */
static void work(struct member *member, const void *data,
		 const struct kipc_mail *mail)
{
	struct account *account;
	int ret;

	letter_receive(member->ledger, data, mail->size);
	account = letter_account(member->ledger, data);
	/* While the lease lasts nobody else can have acknowledged it. */
	if (__atomic_load_n(&account->done, __ATOMIC_SEQ_CST))
		check(now() >= mail->lease_end);
	switch (pick(member, 64)) {
	case 0:
		pause_ms((long)(LEASE / MILLISECOND) / 4 * pick(member, 8));
		break;
	case 1:
	case 2:
		ret = lease_return(member->fd, mail->token);
		check(!ret || ret == -ENXIO);
		return;
	case 3:
		ret = lease_do(member->fd, KIPC_LEASE_EXTEND, mail->token, 0);
		check(!ret || ret == -ENXIO);
		break;
	case 4:
		return;
	}
	acknowledge(member, account, mail);
}

static void read_work(struct member *member)
{
	struct kipc_mailbox_recv recvs[LETTER_BATCH];
	__u32 count, i;

	for (;;) {
		count = receive(member, recvs,
				pick(member, 4) ? 1 : LETTER_BATCH);
		for (i = 0; i < count; i++)
			work(member, member->data[i], &recvs[i].mail);
	}
}

static void be_member(int sock, void *arg)
{
	struct member *member = arg;

	(void)sock;
	if (member->number < WRITERS) {
		be_writer(member);
		return;
	}
	member->fd = (int)must(mailbox_join(name, READER));
	switch (mailbox_info(member->fd).kind) {
	case KIPC_MAILBOX_QUEUE:
		read_queue(member);
		break;
	case KIPC_MAILBOX_WORK:
		read_work(member);
		break;
	default:
		read_broadcast(member);
	}
}

FIXTURE(storm) {
	struct live live;
	struct ledger *ledger;
	struct child child[MEMBERS];
	__u32 seed;
	__u32 kills;
	int fd;
};

FIXTURE_VARIANT(storm) {
	__u32 kind;
	__u32 messages;
};

FIXTURE_VARIANT_ADD(storm, queue) {
	.kind = KIPC_MAILBOX_QUEUE,
	.messages = 16,
};

FIXTURE_VARIANT_ADD(storm, broadcast) {
	.kind = KIPC_MAILBOX_BROADCAST,
	.messages = 256,
};

FIXTURE_VARIANT_ADD(storm, work) {
	.kind = KIPC_MAILBOX_WORK,
	.messages = 64,
};

FIXTURE_SETUP(storm) {
	struct kipc_mailbox_open arg = {
		.flags = BOTH | KIPC_MAILBOX_CREATE,
		.kind = variant->kind,
		.mode = 0600,
		.policy = variant->kind == KIPC_MAILBOX_BROADCAST ?
			  KIPC_MAILBOX_DROP : KIPC_MAILBOX_BLOCK,
		.messages_max = variant->messages,
		.lease = variant->kind == KIPC_MAILBOX_WORK ? LEASE : 0,
		.dead_letter = -1,
	};

	ASSERT_EQ(0, live_begin(&self->live));
	self->ledger = ledger_new();
	/* The test's own file must be no reader of a broadcast. */
	if (variant->kind == KIPC_MAILBOX_BROADCAST)
		arg.flags &= ~READER;
	self->fd = mailbox_open(name, &arg);
	ASSERT_LE(0, self->fd);
}

FIXTURE_TEARDOWN(storm) {
	EXPECT_EQ(0, mailbox_unlink(name));
	close(self->fd);
	ledger_free(self->ledger);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void bear(struct _test_data_storm *self, __u32 number)
{
	struct member member = {
		.number = number,
		.seed = next_random(&self->seed),
		.ledger = self->ledger,
	};

	child_start(&self->child[number], CHILD_CLOSES, be_member, &member);
}

/* A child that a failed check() ended did not die by SIGKILL. */
static void bury(struct _test_data_storm *self, __u32 number)
{
	kill(self->child[number].pid, SIGKILL);
	check(child_end(&self->child[number]) == -SIGKILL);
	if (number >= WRITERS)
		ledger_reader_died(self->ledger, number - WRITERS);
	self->kills++;
}

static bool has_enough(struct _test_data_storm *self)
{
	return __atomic_load_n(&self->ledger->got, __ATOMIC_RELAXED) > ENOUGH;
}

/* Members come and go. In the end those who write are dead, and the others alive. */
static void rage(struct _test_data_storm *self, __u32 seconds)
{
	__u64 end = after(seconds * SECOND), last = end + MORE * SECOND;
	__u32 i, victim;

	for (i = 0; i < MEMBERS; i++)
		bear(self, i);
	while (now() < end || (!has_enough(self) && now() < last)) {
		usleep(next_random(&self->seed) % LIFE_US);
		victim = next_random(&self->seed) % MEMBERS;
		bury(self, victim);
		bear(self, victim);
	}
	for (i = 0; i < WRITERS; i++)
		bury(self, i);
}

/* Takes what is left when all are dead. */
static void drain(struct _test_data_storm *self)
{
	struct member member = { .ledger = self->ledger, .fd = self->fd };
	struct kipc_mailbox_recv recvs[LETTER_BATCH];
	struct account *account;
	__u32 count, i;

	while ((count = receive(&member, recvs, LETTER_BATCH))) {
		for (i = 0; i < count; i++) {
			letter_receive(self->ledger, member.data[i],
				       recvs[i].mail.size);
			account = letter_account(self->ledger,
						 (void *)member.data[i]);
			check(!account->done);
			if (recvs[i].mail.token)
				acknowledge(&member, account, &recvs[i].mail);
		}
	}
}

TEST_F_TIMEOUT(storm, killed_at_random, 600) {
	__u32 seconds = number_from("KIPC_STORM_SECONDS", LENGTH), i;
	struct kipc_mailbox_info info;

	self->seed = number_from("KIPC_STORM_SEED", (__u32)now());
	TH_LOG("KIPC_STORM_SEED=%u, %u seconds", self->seed, seconds);
	rage(self, seconds);
	__atomic_store_n(&self->ledger->stop, 1, __ATOMIC_SEQ_CST);
	if (variant->kind == KIPC_MAILBOX_BROADCAST) {
		for (i = WRITERS; i < MEMBERS; i++)
			EXPECT_EQ(0, child_end(&self->child[i]));
	} else {
		for (i = WRITERS; i < MEMBERS; i++)
			bury(self, i);
		drain(self);
		info = mailbox_info(self->fd);
		EXPECT_TRUE(ledger_balanced(self->ledger, variant->kind,
					    &info));
		EXPECT_EQ(0, info.messages);
		EXPECT_EQ(0, info.leased);
	}
	info = mailbox_info(self->fd);
	EXPECT_EQ(0, info.receivers);
	EXPECT_EQ(0, info.senders);
	TH_LOG("%u kills, %llu received, %llu missed", self->kills,
	       (unsigned long long)self->ledger->got,
	       (unsigned long long)self->ledger->missed);
	EXPECT_TRUE(has_enough(self));
}

TEST_HARNESS_MAIN
