// SPDX-License-Identifier: GPL-2.0-only
/* Looking at messages without taking them, and throwing all of them away. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "mailbox.h"

#define MANY	100000U

FIXTURE(peek) {
	struct live live;
	int fd;
};

FIXTURE_SETUP(peek) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 100);
}

FIXTURE_TEARDOWN(peek) {
	close(self->fd);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Index 0 is the one that would be received next, and so on. */
TEST_F(peek, by_index) {
	static const __u32 order[] = { 3, 2, 1, 5, 4 };
	static const __u32 priority[] = { 0, 1, 7, 9, 0, 1 };
	struct kipc_mail mail;
	__u32 i, round, number;

	for (i = 1; i <= 5; i++)
		ASSERT_EQ(0, mail_post_at(self->fd, i, priority[i]));
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 5; i++) {
			ASSERT_EQ(0, mail_peek(self->fd, i, &number, &mail));
			EXPECT_EQ(order[i], number);
			EXPECT_EQ(priority[number], mail.priority);
			EXPECT_EQ(number, mail.sequence);
			EXPECT_EQ(sizeof(number), mail.size);
			EXPECT_EQ(0, mail.deliveries);
			EXPECT_EQ(0, mail.missed);
			EXPECT_EQ(0, mail.token);
			EXPECT_EQ((__u32)getpid(), mail.pid);
		}
	}
	EXPECT_EQ(5, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, mailbox_info(self->fd).delivered);
	EXPECT_EQ(3, mail_next(self->fd));
	ASSERT_EQ(0, mail_peek(self->fd, 0, &number, &mail));
	EXPECT_EQ(2, number);
}

/* No message at all is one thing, fewer than that is another. */
TEST_F(peek, errors) {
	__u32 number;

	EXPECT_EQ(-EAGAIN, mail_peek(self->fd, 0, &number, NULL));
	EXPECT_EQ(-EAGAIN, mail_peek(self->fd, 7, &number, NULL));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(0, mail_peek(self->fd, 0, &number, NULL));
	EXPECT_EQ(-ERANGE, mail_peek(self->fd, 1, &number, NULL));
	EXPECT_EQ(-ERANGE, mail_peek(self->fd, 1ULL << 32, &number, NULL));
	EXPECT_EQ(-ERANGE, mail_peek(self->fd, ~0ULL, &number, NULL));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(-EAGAIN, mail_peek(self->fd, 0, &number, NULL));
}

/* As much of the payload as fits */
TEST_F(peek, part_of_it) {
	char data[8] = "xxxxxxx";
	struct kipc_vec vec[2] = { { PTR(data), 1 }, { PTR(data + 2), 3 } };
	struct kipc_mailbox_peek peek = { .data = PTR(data) };

	ASSERT_EQ(0, mail_send(self->fd, "abcdef", 6, 0));
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	EXPECT_EQ(6, peek.mail.size);
	EXPECT_EQ(0, memcmp("xxxxxxx", data, 8));
	peek.data_size = 2;
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	EXPECT_EQ(6, peek.mail.size);
	EXPECT_EQ(0, memcmp("abxxxxx", data, 8));
	peek.flags = KIPC_VEC;
	peek.data = PTR(vec);
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	EXPECT_EQ(0, memcmp("abbcdxx", data, 8));
	peek.flags = 0;
	peek.data = 8;
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	peek.data = PTR(data);
	peek.data_size = 8;
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	EXPECT_EQ(0, memcmp("abcdefx", data, 8));
}

/* Attachments are counted, and stay. */
TEST_F(peek, attachments) {
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)eventfd(0, EFD_CLOEXEC),
	};
	struct kipc_mailbox_send send = {
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};
	struct kipc_mailbox_peek peek = { 0 };

	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_SEND, &send));
	EXPECT_EQ(0, kipc(self->fd, KIPC_MAILBOX_PEEK, &peek));
	EXPECT_EQ(1, peek.mail.attachment_count);
	EXPECT_EQ(1, mailbox_info(self->fd).messages);
	close((int)attachment.id);
}

/* Whether there are many, or more come before those looked at */
TEST_F_TIMEOUT(peek, many, 170) {
	__u32 many = debug_kernel() ? MANY / 5 : MANY;
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.messages_max = many + 2000,
		.size_max = sizeof(__u32),
	};
	int fd = mailbox_open(NULL, &arg);
	__u32 seed = 1, i, number, index;
	struct kipc_mail mail;
	__u64 begin;

	ASSERT_LE(0, fd);
	for (i = 0; i < many; i++)
		ASSERT_EQ(0, mail_post_at(fd, i, 5));
	begin = now();
	for (i = 0; i < 50; i++) {
		index = next_random(&seed) % many;
		ASSERT_EQ(0, mail_peek(fd, index, &number, NULL));
		ASSERT_EQ(index, number);
	}
	TH_LOG("%llu ns each", (unsigned long long)(now() - begin) / 50);
	EXPECT_EQ(-ERANGE, mail_peek(fd, many, &number, NULL));
	/* 1000 others go before all of them, and 1000 behind. */
	for (i = 0; i < 2000; i++)
		ASSERT_EQ(0, mail_post_at(fd, i, i % 2 ? 6 : 4));
	ASSERT_EQ(0, mail_peek(fd, 999, &number, &mail));
	EXPECT_EQ(6, mail.priority);
	EXPECT_EQ(1999, number);
	ASSERT_EQ(0, mail_peek(fd, 1000, &number, &mail));
	EXPECT_EQ(5, mail.priority);
	EXPECT_EQ(0, number);
	ASSERT_EQ(0, mail_peek(fd, many + 1000, &number, &mail));
	EXPECT_EQ(4, mail.priority);
	EXPECT_EQ(0, number);
	EXPECT_EQ(1, mail_next(fd));
	EXPECT_EQ(many + 1999, mail_purge(fd));
	close(fd);
}

TEST_F(peek, leased_ones) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_WORK, 10);
	struct kipc_mail mail;
	__u32 number, i;
	__u64 token;

	for (i = 1; i <= 3; i++)
		ASSERT_EQ(0, mail_post(fd, i));
	token = lease_next(fd, &number);
	ASSERT_EQ(0, mail_peek(fd, 0, &number, NULL));
	EXPECT_EQ(2, number);
	ASSERT_EQ(0, mail_peek(fd, 1, &number, NULL));
	EXPECT_EQ(3, number);
	EXPECT_EQ(-ERANGE, mail_peek(fd, 2, &number, NULL));
	ASSERT_EQ(0, lease_return(fd, token));
	ASSERT_EQ(0, mail_peek(fd, 0, &number, &mail));
	EXPECT_EQ(1, number);
	EXPECT_EQ(1, mail.deliveries);
	/* Leased messages stay when the others are thrown away. */
	token = lease_next(fd, &number);
	EXPECT_EQ(2, mail_purge(fd));
	EXPECT_EQ(1, mailbox_info(fd).leased);
	EXPECT_EQ(-EAGAIN, mail_peek(fd, 0, &number, NULL));
	ASSERT_EQ(0, lease_return(fd, token));
	EXPECT_EQ(0, mail_peek(fd, 0, &number, NULL));
	EXPECT_EQ(1, number);
	close(fd);
}

TEST_F(peek, purge) {
	__u32 number, i;

	EXPECT_EQ(0, mail_purge(self->fd));
	for (i = 0; i < 100; i++)
		ASSERT_EQ(0, mail_post_at(self->fd, i, i % 7));
	EXPECT_EQ(100, mail_purge(self->fd));
	EXPECT_EQ(0, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, mailbox_info(self->fd).delivered);
	EXPECT_EQ(0, mailbox_info(self->fd).dropped);
	EXPECT_EQ(-EAGAIN, mail_take(self->fd, &number));
	ASSERT_EQ(0, mail_post(self->fd, 7));
	EXPECT_EQ(7, mail_next(self->fd));
}

TEST_HARNESS_MAIN
