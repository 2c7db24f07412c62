// SPDX-License-Identifier: GPL-2.0-only
/* Chunks that travel with messages in mailboxes of each kind. */
#include <kselftest_harness.h>

#include "chunk.h"

#define CHUNKS		8U
#define SUBSCRIBERS	3U

FIXTURE(mail) {
	struct live live;
	int fd;
	__u32 *words;
	int queue;
	struct kipc_attachment got;
};

FIXTURE_SETUP(mail) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = chunks_make(NULL, CHUNKS, 0);
	self->words = region_map(self->fd, CHUNKS * CHUNK,
				 PROT_READ | PROT_WRITE);
	self->queue = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
	ASSERT_EQ(0, region_hold(self->fd, CHUNKS, 0));
}

FIXTURE_TEARDOWN(mail) {
	munmap(self->words, CHUNKS * CHUNK);
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Takes a chunk, writes a word to it, posts it, and lets go of it. */
static int publish(struct _test_data_mail *self, int mailbox, __u32 word)
{
	__u32 lease;
	int chunk = (int)must(chunk_loan(self->fd, &lease)), ret;

	self->words[(size_t)chunk * CHUNK / 4] = word;
	ret = chunk_mail(mailbox, self->fd, lease);
	must(chunk_release(self->fd, lease));
	return ret ? ret : chunk;
}

TEST_F(mail, queue) {
	struct subscriber subscriber;
	struct lease *lease = &subscriber.lease;
	int chunk;

	subscriber_open(&subscriber, self->fd, self->queue, 2);
	subscriber_do(&subscriber, lease_map_act);
	chunk = publish(self, self->queue, 4711);
	ASSERT_LE(0, chunk);
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	ASSERT_EQ(0, subscriber_recv(&subscriber));
	EXPECT_EQ(KIPC_ATTACH_CHUNK, lease->got.type);
	EXPECT_EQ((__u32)chunk, lease->got.id);
	EXPECT_NE(0, lease->got.lease);
	EXPECT_NE(0, lease->got.cookie);
	EXPECT_EQ(0, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_LEASED));
	/* It sees what was written, and cannot write. */
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_read_act));
	EXPECT_EQ(4711, lease->word);
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_write_act));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(0, subscriber_do(&subscriber, lease_release_act));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	EXPECT_EQ(-ENXIO, subscriber_do(&subscriber, lease_release_act));
	subscriber_close(&subscriber);
}

/* In whatever order those who have it let go of it, it is free after the last. */
TEST_F(mail, free_after_the_last) {
	static const __u8 orders[][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		{ 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};
	struct subscriber subscriber;
	__u32 lease, order, i;

	subscriber_open(&subscriber, self->fd, self->queue, 2);
	for (order = 0; order < ARRAY_SIZE(orders); order++) {
		lease = chunk_take(self->fd);
		ASSERT_EQ(0, chunk_mail(self->queue, self->fd, lease));
		ASSERT_EQ(0, subscriber_recv(&subscriber));
		ASSERT_EQ(0, chunk_mail(self->queue, self->fd, lease));
		for (i = 0; i < 3; i++) {
			EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
			switch (orders[order][i]) {
			case 0:
				EXPECT_EQ(0, chunk_release(self->fd, lease));
				break;
			case 1:
				EXPECT_EQ(0, subscriber_do(&subscriber,
							   lease_release_act));
				break;
			default:
				EXPECT_EQ(1, mail_purge(self->queue));
				break;
			}
		}
		EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	}
	subscriber_close(&subscriber);
}

/* What a work queue gives again is leased again, and stays until it is acknowledged. */
TEST_F(mail, work_queue) {
	int work = mailbox_make(NULL, KIPC_MAILBOX_WORK, 4);
	struct subscriber first, second;
	__u64 token;
	int chunk;

	subscriber_open(&first, self->fd, work, 2);
	subscriber_open(&second, self->fd, work, 2);
	chunk = publish(self, work, 1);
	ASSERT_LE(0, chunk);
	ASSERT_EQ(0, subscriber_recv(&first));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_LEASED));
	/* Released, and not acknowledged: it can come again. */
	EXPECT_EQ(0, subscriber_do(&first, lease_release_act));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	subscriber_kill(&first);
	ASSERT_EQ(0, subscriber_do(&second, lease_wait_act));
	EXPECT_EQ((__u32)chunk, second.lease.got.id);
	EXPECT_NE(0, second.lease.got.lease);
	/* Acknowledged, and not released */
	token = second.lease.token;
	EXPECT_EQ(0, lease_ack(work, token));
	EXPECT_EQ(0, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	EXPECT_EQ(0, subscriber_do(&second, lease_release_act));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	/* Who has it twice, because it gave the message back, has two leases. */
	ASSERT_LE(0, publish(self, work, 2));
	ASSERT_EQ(0, subscriber_recv(&second));
	EXPECT_EQ(0, lease_return(work, second.lease.token));
	ASSERT_EQ(0, subscriber_recv(&second));
	EXPECT_EQ(-EDQUOT, lease_return(work, second.lease.token) ?:
			   subscriber_recv(&second));
	EXPECT_EQ(1, mailbox_info(work).messages);
	EXPECT_EQ(1, mail_purge(work));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	subscriber_kill(&second);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

static int broadcast(const char *name, __u32 messages, __u32 history)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_BROADCAST,
		.mode = 0600,
		.policy = KIPC_MAILBOX_DROP,
		.messages_max = messages,
		.history = history,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

/* Each reader has a lease; and as long as there is history, it stays. */
TEST_F(mail, broadcast) {
	static const char name[] = "chunk.broadcast";
	int sender = broadcast(name, 4, 2), reader[SUBSCRIBERS], late;
	struct subscriber subscriber[SUBSCRIBERS];
	int chunk;
	__u32 i;

	for (i = 0; i < SUBSCRIBERS; i++) {
		reader[i] = mailbox_join(name, READER);
		subscriber_open(&subscriber[i], self->fd, reader[i], 1);
		subscriber_do(&subscriber[i], lease_map_act);
	}
	chunk = publish(self, sender, 99);
	ASSERT_LE(0, chunk);
	for (i = 0; i < SUBSCRIBERS; i++) {
		ASSERT_EQ(0, subscriber_recv(&subscriber[i]));
		EXPECT_EQ((__u32)chunk, subscriber[i].lease.got.id);
		EXPECT_EQ(0, subscriber_do(&subscriber[i], lease_read_act));
		EXPECT_EQ(99, subscriber[i].lease.word);
		EXPECT_EQ(i + 1, chunk_listed(self->fd, (__u32)chunk,
					      KIPC_CHUNK_LEASED));
	}
	/* Somebody who comes late */
	late = mailbox_join(name, READER);
	ASSERT_EQ(0, chunk_recv(late, &self->got));
	EXPECT_EQ((__u32)chunk, self->got.id);
	EXPECT_EQ(0, chunk_release(self->fd, self->got.lease));
	for (i = 0; i < SUBSCRIBERS; i++)
		EXPECT_EQ(0, subscriber_do(&subscriber[i], lease_release_act));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	/* Until it is history no more, and all have received what came later */
	for (i = 0; i < 6; i++)
		ASSERT_LE(0, publish(self, sender, i));
	EXPECT_LE(CHUNKS - 4, chunks_free(self->fd));
	must(mailbox_unlink(name));
	for (i = 0; i < SUBSCRIBERS; i++) {
		subscriber_close(&subscriber[i]);
		close(reader[i]);
	}
	close(late);
	close(sender);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* A publisher to whom nobody listens does not run out of chunks. */
TEST_F(mail, dropped_as_oldest) {
	int mailbox = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 3);
	__u32 i;

	for (i = 0; i < 3 * CHUNKS; i++) {
		ASSERT_LE(0, publish(self, mailbox, i));
		EXPECT_LE(CHUNKS - 3, chunks_free(self->fd));
	}
	EXPECT_EQ(3, mailbox_info(mailbox).messages);
	close(mailbox);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* What came to an end before it was received: purged, closed, read without asking */
TEST_F(mail, never_leased) {
	int mailbox = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
	char byte;

	ASSERT_LE(0, publish(self, self->queue, 0));
	ASSERT_LE(0, publish(self, mailbox, 0));
	EXPECT_EQ(CHUNKS - 2, chunks_free(self->fd));
	EXPECT_EQ(1, mail_purge(self->queue));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	close(mailbox);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	/* read(2) lets go of what is attached. */
	ASSERT_LE(0, publish(self, self->queue, 0));
	EXPECT_EQ(0, read(self->queue, &byte, 1));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	EXPECT_EQ(0, chunks_held(self->fd));
}

/* A sender that fails leaves everything as it was. */
TEST_F(mail, send_fails) {
	struct kipc_attachment attachments[3];
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.attachments = PTR(attachments),
		.attachment_count = 3,
		.endpoint = -1,
	};
	__u32 lease = chunk_take(self->fd), other = chunk_take(self->fd), i;

	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, chunk_mail(self->queue, self->fd, lease));
	EXPECT_EQ(-EAGAIN, chunk_mail(self->queue, self->fd, lease));
	EXPECT_EQ(-EAGAIN, chunk_mail(self->queue, self->fd, other));
	EXPECT_EQ(4, mail_purge(self->queue));
	/* The last of several is bad. */
	attachments[0] = chunk_of(self->fd, lease);
	attachments[1] = chunk_of(self->fd, other);
	attachments[2] = chunk_of(self->fd, other + 1);
	EXPECT_EQ(-ENXIO, kipc(self->queue, KIPC_MAILBOX_SEND, &send));
	attachments[2] = chunk_of(-1, other);
	EXPECT_EQ(-EBADF, kipc(self->queue, KIPC_MAILBOX_SEND, &send));
	/* The payload is. */
	send.attachment_count = 2;
	send.data_size = 4;
	send.data = 4;
	EXPECT_EQ(-EFAULT, kipc(self->queue, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(0, mailbox_info(self->queue).messages);
	EXPECT_EQ(2, chunks_held(self->fd));
	EXPECT_EQ(0, chunk_release(self->fd, lease));
	EXPECT_EQ(0, chunk_release(self->fd, other));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/* A receiver that cannot be told has no lease, and the message is the next one still. */
TEST_F(mail, receive_fails) {
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.attachments_max = 1,
		.endpoint = -1,
	};
	__u32 number;
	int chunk = publish(self, self->queue, 0);

	ASSERT_LE(0, chunk);
	recv.attachments = 4;
	EXPECT_EQ(-EFAULT, kipc(self->queue, KIPC_MAILBOX_RECV, &recv));
	recv.attachments = PTR(&self->got);
	recv.attachments_max = 0;
	EXPECT_EQ(-EMSGSIZE, kipc(self->queue, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(1, mailbox_info(self->queue).messages);
	EXPECT_EQ(0, chunks_held(self->fd));
	EXPECT_EQ(0, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_LEASED));
	EXPECT_EQ(1, chunk_listed(self->fd, (__u32)chunk, KIPC_CHUNK_SENT));
	/* To look is not to receive. */
	EXPECT_EQ(0, mail_peek(self->queue, 0, &number, NULL));
	EXPECT_EQ(0, chunks_held(self->fd));
	ASSERT_EQ(0, chunk_recv(self->queue, &self->got));
	EXPECT_EQ(1, chunks_held(self->fd));
	EXPECT_EQ(0, chunk_release(self->fd, self->got.lease));
}

/* Who does not hold the region, or holds too little of it, has nothing of the chunk. */
TEST_F(mail, not_held) {
	struct subscriber subscriber;
	struct lease *lease = &subscriber.lease;
	int narrow = region_view(self->fd, R_READ, 0, 2 * CHUNK, NULL);
	struct actor actor;
	struct lease other = { .mailbox = self->queue };
	__u32 i, leases[CHUNKS];
	int chunk[CHUNKS];

	actor_open(&actor);
	ASSERT_LE(0, publish(self, self->queue, 0));
	EXPECT_EQ(0, actor_do(&actor, lease_recv_act, &other, sizeof(other)));
	EXPECT_EQ(KIPC_ATTACH_CHUNK, other.got.type);
	EXPECT_EQ(0, other.got.lease);
	EXPECT_EQ(0, other.got.cookie);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
	actor_close(&actor);

	subscriber_open(&subscriber, narrow, self->queue, CHUNKS);
	for (i = 0; i < CHUNKS; i++)
		chunk[i] = (int)must(chunk_loan(self->fd, &leases[i]));
	for (i = 0; i < CHUNKS; i++) {
		ASSERT_EQ(0, chunk_mail(self->queue, self->fd, leases[i]));
		EXPECT_EQ(0, chunk_release(self->fd, leases[i]));
		ASSERT_EQ(0, subscriber_recv(&subscriber));
		EXPECT_EQ((__u32)chunk[i], lease->got.id);
		EXPECT_EQ(chunk[i] < 2, lease->got.lease != 0);
		EXPECT_EQ(chunk[i] < 2, lease->got.cookie != 0);
	}
	EXPECT_EQ(CHUNKS - 2, chunks_free(self->fd));
	subscriber_close(&subscriber);
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

/*
 * A region of as many chunks as there can be, of which one is in a message, and nobody
 * has a view any more
 */
static void post_and_close(int mailbox)
{
	struct kipc_region_open arg = {
		.flags = R_MAKE,
		.size = (__u64)KIPC_CHUNKS_MAX * KIPC_CHUNK_ALIGN,
		.chunk_size = KIPC_CHUNK_ALIGN,
	};
	int fd = (int)must(region_open(NULL, &arg));
	__u32 lease;

	must(region_hold(fd, 1, 0));
	lease = chunk_take(fd);
	must(chunk_mail(mailbox, fd, lease));
	close(fd);
}

static long regions(void)
{
	struct live live;

	must(live_read(&live));
	return live.regions;
}

/* A message keeps its chunk, and that the region, until it is gone in whatever way. */
TEST_F(mail, region_closed) {
	int mailbox = mailbox_make_policy(NULL, KIPC_MAILBOX_DROP, 1);
	__u64 token;
	int work;

	post_and_close(mailbox);
	EXPECT_EQ(2, regions());
	ASSERT_EQ(0, chunk_recv(mailbox, &self->got));
	EXPECT_EQ(0, self->got.id);
	EXPECT_EQ(0, self->got.lease);
	EXPECT_EQ(1, regions());
	post_and_close(mailbox);
	EXPECT_EQ(1, mail_purge(mailbox));
	EXPECT_EQ(1, regions());
	/* Dropped for another one */
	post_and_close(mailbox);
	post_and_close(mailbox);
	EXPECT_EQ(2, regions());
	close(mailbox);
	EXPECT_EQ(1, regions());
	work = mailbox_make(NULL, KIPC_MAILBOX_WORK, 1);
	post_and_close(work);
	ASSERT_EQ(0, chunk_recv_token(work, &self->got, &token));
	EXPECT_EQ(2, regions());
	EXPECT_EQ(0, lease_ack(work, token));
	EXPECT_EQ(1, regions());
}

/* Several at once: each that comes is leased, and what is too many stays. */
TEST_F(mail, batch) {
	struct kipc_attachment got[4] = { 0 };
	struct kipc_mailbox_recv recvs[4] = { 0 };
	struct kipc_mailbox_recv_batch batch = {
		.flags = KIPC_NONBLOCK,
		.count = 4,
		.messages = PTR(recvs),
	};
	int other = chunks_make(NULL, 4, 0);
	__u32 i, lease;

	ASSERT_EQ(0, region_hold(other, 4, 0));
	for (i = 0; i < 4; i++) {
		recvs[i].attachments = PTR(&got[i]);
		recvs[i].attachments_max = 1;
		recvs[i].endpoint = -1;
	}
	lease = chunk_take(other);
	for (i = 0; i < 4; i++)
		ASSERT_EQ(0, chunk_mail(self->queue, other, lease));
	ASSERT_EQ(0, kipc(self->queue, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(3, batch.received);
	EXPECT_EQ(1, mailbox_info(self->queue).messages);
	EXPECT_EQ(4, chunks_held(other));
	batch.received = 0;
	EXPECT_EQ(-EDQUOT, kipc(self->queue, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(0, chunk_release(other, got[0].lease));
	EXPECT_EQ(0, kipc(self->queue, KIPC_MAILBOX_RECV_BATCH, &batch));
	EXPECT_EQ(1, batch.received);
	EXPECT_EQ(0, mailbox_info(self->queue).messages);
}

/* A dead letter has what was attached to it. */
TEST_F(mail, dead_letter) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_WORK,
		.mode = 0600,
		.messages_max = 4,
		.deliveries_max = 1,
		.dead_letter = self->queue,
	};
	int work = mailbox_open(NULL, &arg);
	__u64 token;
	int chunk;

	ASSERT_LE(0, work);
	chunk = publish(self, work, 0);
	ASSERT_LE(0, chunk);
	ASSERT_EQ(0, chunk_recv_token(work, &self->got, &token));
	EXPECT_EQ(0, chunk_release(self->fd, self->got.lease));
	EXPECT_EQ(0, lease_return(work, token));
	EXPECT_EQ(0, mailbox_info(work).messages);
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->fd));
	ASSERT_EQ(0, chunk_recv(self->queue, &self->got));
	EXPECT_EQ((__u32)chunk, self->got.id);
	EXPECT_EQ(0, chunk_release(self->fd, self->got.lease));
	EXPECT_EQ(CHUNKS, chunks_free(self->fd));
}

TEST_HARNESS_MAIN
