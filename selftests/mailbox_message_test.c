// SPDX-License-Identifier: GPL-2.0-only
/* Messages in a mailbox: their payload, their order, and what is told of them. */
#include <kselftest_harness.h>

#include "mailbox.h"

#define SIZE	4096U

FIXTURE(message) {
	struct live live;
	int fd;
	__u8 data[SIZE + 1];
	__u8 got[SIZE + 1];
};

FIXTURE_SETUP(message) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 1000);
	fill(self->data, sizeof(self->data), 5);
}

FIXTURE_TEARDOWN(message) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static int receive(struct _test_data_message *self, size_t size,
		   struct kipc_mail *mail)
{
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.data = PTR(self->got),
		.data_size = size,
		.endpoint = -1,
	};
	int ret;

	memset(self->got, 0xee, sizeof(self->got));
	memset(&recv.mail, 0xee, sizeof(recv.mail));
	ret = kipc(self->fd, KIPC_MAILBOX_RECV, &recv);
	*mail = recv.mail;
	return ret;
}

TEST_F(message, sizes) {
	static const size_t sizes[] = { 0, 1, 7, 8, 9, 63, 64, 65, 4000, SIZE };
	struct kipc_mail mail;
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		ASSERT_EQ(0, mail_send(self->fd, self->data, sizes[i], 0));
		ASSERT_EQ(0, receive(self, SIZE, &mail));
		EXPECT_EQ(sizes[i], mail.size);
		EXPECT_EQ(0, memcmp(self->data, self->got, sizes[i]));
		/* Nothing is written behind it. */
		for (j = sizes[i]; j < sizeof(self->got); j++)
			ASSERT_EQ(0xee, self->got[j]);
	}
}

TEST_F(message, too_large_for_the_mailbox) {
	struct kipc_vec vec[2] = {
		{ PTR(self->data), SIZE },
		{ PTR(self->data), 1 },
	};
	struct kipc_mailbox_send send = {
		.flags = KIPC_VEC,
		.data = PTR(vec),
		.data_size = 2,
		.endpoint = -1,
	};

	EXPECT_EQ(-EMSGSIZE, mail_send(self->fd, self->data, SIZE + 1, 0));
	EXPECT_EQ(-EMSGSIZE, mail_send(self->fd, self->data, ~0UL, 0));
	EXPECT_EQ(-EMSGSIZE, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(0, mailbox_info(self->fd).accepted);
}

/* It stays, and its size is told. */
TEST_F(message, too_large_for_the_receiver) {
	struct kipc_mail mail, want = { .size = 100 };

	ASSERT_EQ(0, mail_send(self->fd, self->data, 100, 3));
	EXPECT_EQ(-EMSGSIZE, receive(self, 99, &mail));
	EXPECT_EQ(0, memcmp(&want, &mail, sizeof(mail)));
	EXPECT_EQ(-EMSGSIZE, receive(self, 0, &mail));
	EXPECT_EQ(0, memcmp(&want, &mail, sizeof(mail)));
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, receive(self, 100, &mail));
	EXPECT_EQ(100, mail.size);
	EXPECT_EQ(3, mail.priority);
	EXPECT_EQ(1, mail.deliveries);
	EXPECT_EQ(0, memcmp(self->data, self->got, 100));
}

TEST_F(message, gathered_and_scattered) {
	struct kipc_vec out[4] = {
		{ PTR(self->data), 10 },
		{ 0, 0 },
		{ PTR(self->data + 10), 1 },
		{ PTR(self->data + 11), 489 },
	};
	struct kipc_vec in[3] = {
		{ PTR(self->got), 3 },
		{ PTR(self->got + 3), 400 },
		{ PTR(self->got + 403), 400 },
	};
	struct kipc_mailbox_send send = {
		.flags = KIPC_VEC,
		.data = PTR(out),
		.data_size = 4,
		.endpoint = -1,
	};
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_VEC,
		.data = PTR(in),
		.data_size = 3,
		.endpoint = -1,
	};

	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	memset(self->got, 0xee, sizeof(self->got));
	in[2].size = 96;
	EXPECT_EQ(-EMSGSIZE, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(500, recv.mail.size);
	in[2].size = 400;
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(500, recv.mail.size);
	EXPECT_EQ(0, memcmp(self->data, self->got, 500));
	EXPECT_EQ(0xee, self->got[500]);
}

/* The most urgent first, and of equally urgent ones the oldest */
TEST_F(message, priorities) {
	static const __u32 priorities[] = {
		0, KIPC_PRIORITY_MAX, 5, 5, 0, 1, KIPC_PRIORITY_MAX, 32766, 5, 31,
		32, 63, 64, 1023, 1024,
	};
	__u32 last = KIPC_PRIORITY_MAX, last_number = 0, number, i;
	struct kipc_mail mail;

	for (i = 0; i < ARRAY_SIZE(priorities); i++)
		ASSERT_EQ(0, mail_post_at(self->fd, i, priorities[i]));
	EXPECT_EQ(-EINVAL, mail_post_at(self->fd, i, KIPC_PRIORITY_MAX + 1));
	EXPECT_EQ(-EINVAL, mail_post_at(self->fd, i, ~0U));
	for (i = 0; i < ARRAY_SIZE(priorities); i++) {
		mail = mail_next_told(self->fd, &number);
		EXPECT_EQ(priorities[number], mail.priority);
		EXPECT_EQ(number + 1, mail.sequence);
		EXPECT_GE(last, mail.priority);
		if (last == mail.priority && i)
			EXPECT_LT(last_number, number);
		last = mail.priority;
		last_number = number;
	}
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
}

/* The same with many, which come and go at random */
TEST_F_TIMEOUT(message, random_priorities, 100) {
	static __u32 count[50], oldest[50], newest[50];
	__u32 seed = (__u32)now(), i, number, sum = 0;
	struct kipc_mail mail;
	int best;

	TH_LOG("seed %u", seed);
	for (i = 0; i < 3000; i++) {
		if (sum < 900 && next_random(&seed) % 2) {
			__u32 priority = next_random(&seed) % 50;

			must(mail_post_at(self->fd, newest[priority]++,
					  priority * 600));
			count[priority]++;
			sum++;
		} else if (sum) {
			for (best = 49; !count[best];)
				best--;
			mail = mail_next_told(self->fd, &number);
			ASSERT_EQ((__u32)best * 600, mail.priority);
			ASSERT_EQ(oldest[best]++, number);
			count[best]--;
			sum--;
		}
	}
	EXPECT_EQ(sum, mailbox_info(self->fd).messages);
	EXPECT_EQ(sum, mail_purge(self->fd));
}

TEST_F(message, at_least) {
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.priority_min = 5,
		.endpoint = -1,
	};
	__u32 number;

	ASSERT_EQ(0, mail_post_at(self->fd, 1, 4));
	EXPECT_EQ(-EAGAIN, mail_recv(self->fd, &recv, &number));
	recv.flags = 0;
	recv.deadline = after(20 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, mail_recv(self->fd, &recv, &number));
	ASSERT_EQ(0, mail_post_at(self->fd, 2, 5));
	ASSERT_EQ(0, mail_post_at(self->fd, 3, 6));
	recv.deadline = 0;
	ASSERT_EQ(0, mail_recv(self->fd, &recv, &number));
	EXPECT_EQ(3, number);
	recv.priority_min = KIPC_PRIORITY_MAX;
	recv.flags = KIPC_NONBLOCK;
	EXPECT_EQ(-EAGAIN, mail_recv(self->fd, &recv, &number));
	recv.priority_min = KIPC_PRIORITY_MAX + 1;
	EXPECT_EQ(-EINVAL, mail_recv(self->fd, &recv, &number));
	recv.priority_min = 5;
	ASSERT_EQ(0, mail_recv(self->fd, &recv, &number));
	EXPECT_EQ(2, number);
	EXPECT_EQ(1, mail_next(self->fd));
}

TEST_F(message, numbers_and_age) {
	struct kipc_mailbox_send send = { .endpoint = -1 };
	struct kipc_mailbox_info info;
	struct kipc_mail mail;
	__u64 i;

	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
		EXPECT_EQ(i, send.sequence);
	}
	pause_ms(200);
	for (i = 1; i <= 3; i++) {
		ASSERT_EQ(0, receive(self, 0, &mail));
		EXPECT_EQ(i, mail.sequence);
		EXPECT_LE(150 * MILLISECOND, mail.age);
		EXPECT_GE(20 * SECOND, mail.age);
		EXPECT_EQ(0, mail.missed);
		EXPECT_EQ(0, mail.token);
		EXPECT_EQ(0, mail.lease_end);
		EXPECT_EQ(1, mail.deliveries);
		EXPECT_EQ(0, mail.attachment_count);
		EXPECT_EQ(0, mail.label_size);
	}
	info = mailbox_info(self->fd);
	EXPECT_EQ(3, info.accepted);
	EXPECT_EQ(3, info.delivered);
	EXPECT_EQ(0, info.messages);
}

/* The largest that there is, in a mailbox that is made for it */
TEST_F_TIMEOUT(message, largest, 100) {
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.messages_max = 2,
		.size_max = KIPC_MAILBOX_SIZE_MAX,
		.dead_letter = -1,
	};
	__u8 *data = malloc(KIPC_MAILBOX_SIZE_MAX);
	int fd = mailbox_open(NULL, &arg);
	struct kipc_mailbox_recv recv = {
		.data = PTR(data),
		.data_size = KIPC_MAILBOX_SIZE_MAX,
		.endpoint = -1,
	};

	ASSERT_LE(0, fd);
	ASSERT_NE(NULL, data);
	fill(data, KIPC_MAILBOX_SIZE_MAX, 9);
	ASSERT_EQ(0, mail_send(fd, data, KIPC_MAILBOX_SIZE_MAX, 0));
	memset(data, 0, KIPC_MAILBOX_SIZE_MAX);
	ASSERT_EQ(0, kipc(fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(KIPC_MAILBOX_SIZE_MAX, recv.mail.size);
	EXPECT_TRUE(filled(data, KIPC_MAILBOX_SIZE_MAX, 9));
	close(fd);
	free(data);
}

TEST_HARNESS_MAIN
