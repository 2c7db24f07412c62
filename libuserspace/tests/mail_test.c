// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Messages of mailboxes: what the library passes to the kernel for each function,
 * and what it makes of the answer.
 */
#include "test.h"

#define BOX		77
#define DEADLINE	123456789

static char text[] = "hello";

static void sends(void)
{
	struct kipc_mailbox_send send;

	EXPECT_EQ(0, kipc_mailbox_send(BOX, text, 5, 9, KIPC_FOREVER));
	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_SEND));
	fake_last(KIPC_MAILBOX_SEND, &send);
	EXPECT_EQ(0, send.flags);
	EXPECT_EQ(9, send.priority);
	EXPECT_EQ((uintptr_t)text, send.data);
	EXPECT_EQ(5, send.data_size);
	EXPECT_EQ(0, send.attachment_count);
	EXPECT_EQ(-1, send.endpoint);
	EXPECT_EQ(0, send.deadline);
	EXPECT_EQ(0, kipc_mailbox_send(BOX, text, 5, 9, KIPC_NO_WAIT));
	fake_last(KIPC_MAILBOX_SEND, &send);
	EXPECT_EQ(KIPC_NONBLOCK, send.flags);
	EXPECT_EQ(0, send.deadline);
	EXPECT_EQ(0, kipc_mailbox_send(BOX, text, 5, 9, DEADLINE));
	fake_last(KIPC_MAILBOX_SEND, &send);
	EXPECT_EQ(0, send.flags);
	EXPECT_EQ(DEADLINE, send.deadline);
	fake_fail(KIPC_MAILBOX_SEND, EPIPE, 1);
	EXPECT_EQ(-EPIPE, kipc_mailbox_send(BOX, text, 5, 9, DEADLINE));
}

static void sends_with_options(void)
{
	const struct iovec vec[] = { { text, 2 }, { text + 2, 3 } };
	const struct kipc_mailbox_send answer = { .sequence = 17 };
	struct kipc_attachment attachment;
	struct kipc_mailbox_send_options options = {
		.priority = 9,
		.flags = KIPC_CLEAR,
		.attachments = &attachment,
		.attachment_count = 1,
	};
	struct kipc_mailbox_send send;
	uint64_t sequence = 0;

	kipc_attachment_set_fd(&attachment, 1);
	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &options.endpoint));
	fake_answer(KIPC_MAILBOX_SEND, &answer);
	EXPECT_EQ(0, kipc_mailbox_send_with(BOX, vec, 2, &options, DEADLINE,
					    &sequence));
	EXPECT_EQ(17, sequence);
	fake_last(KIPC_MAILBOX_SEND, &send);
	EXPECT_EQ(KIPC_CLEAR | KIPC_VEC, send.flags);
	EXPECT_EQ(9, send.priority);
	EXPECT_EQ((uintptr_t)vec, send.data);
	EXPECT_EQ(2, send.data_size);
	EXPECT_EQ((uintptr_t)&attachment, send.attachments);
	EXPECT_EQ(1, send.attachment_count);
	EXPECT_EQ(kipc_fd(options.endpoint), send.endpoint);
	EXPECT_EQ(DEADLINE, send.deadline);
	EXPECT_EQ(0, kipc_close(options.endpoint));
}

static void sends_without_options(void)
{
	const struct iovec vec = { text, 5 };
	struct kipc_mailbox_send send;

	EXPECT_EQ(0, kipc_mailbox_send_with(BOX, &vec, 1, NULL, KIPC_NO_WAIT,
					    NULL));
	fake_last(KIPC_MAILBOX_SEND, &send);
	EXPECT_EQ(KIPC_NONBLOCK, send.flags);
	EXPECT_EQ(0, send.priority);
	EXPECT_EQ((uintptr_t)text, send.data);
	EXPECT_EQ(5, send.data_size);
	EXPECT_EQ(-1, send.endpoint);
}

static void refuses_to_send(void)
{
	struct kipc_mailbox_send_options options = { .flags = KIPC_NONBLOCK };
	uint64_t sequence = 5;

	EXPECT_EQ(-EINVAL, kipc_mailbox_send_with(BOX, NULL, 0, &options,
						  KIPC_FOREVER, NULL));
	EXPECT_EQ(-E2BIG, kipc_mailbox_send_with(BOX, NULL, KIPC_VEC_MAX + 1,
						 NULL, KIPC_FOREVER, NULL));
	options.flags = 0;
	options.attachment_count = KIPC_ATTACHMENTS_MAX + 1;
	EXPECT_EQ(-E2BIG, kipc_mailbox_send_with(BOX, NULL, 0, &options,
						 KIPC_FOREVER, NULL));
	EXPECT_EQ(0, fake_count(KIPC_MAILBOX_SEND));
	fake_fail(KIPC_MAILBOX_SEND, EXDEV, 1);
	EXPECT_EQ(-EXDEV, kipc_mailbox_send_with(BOX, NULL, 0, NULL,
						 KIPC_FOREVER, &sequence));
	EXPECT_EQ(5, sequence);
}

static void sends_batches(void)
{
	const struct kipc_mailbox_send_batch answer = { .sent = 2 };
	struct kipc_mailbox_send messages[3] = { { .flags = 0 } };
	struct kipc_mailbox_send_batch batch;

	fake_answer(KIPC_MAILBOX_SEND_BATCH, &answer);
	EXPECT_EQ(2, kipc_mailbox_send_batch(BOX, messages, 3, DEADLINE));
	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_SEND_BATCH));
	fake_last(KIPC_MAILBOX_SEND_BATCH, &batch);
	EXPECT_EQ(0, batch.flags);
	EXPECT_EQ(3, batch.count);
	EXPECT_EQ((uintptr_t)messages, batch.messages);
	EXPECT_EQ(DEADLINE, batch.deadline);
	EXPECT_EQ(0, batch.reserved);
	kipc_mailbox_send_batch(BOX, messages, 3, KIPC_NO_WAIT);
	fake_last(KIPC_MAILBOX_SEND_BATCH, &batch);
	EXPECT_EQ(KIPC_NONBLOCK, batch.flags);
	EXPECT_EQ(0, batch.deadline);
	fake_fail(KIPC_MAILBOX_SEND_BATCH, EAGAIN, 1);
	EXPECT_EQ(-EAGAIN, kipc_mailbox_send_batch(BOX, messages, 3,
						   KIPC_NO_WAIT));
}

static void receives(void)
{
	const struct kipc_mailbox_recv answer = {
		.mail = { .size = 4, .sequence = 5, .pid = 6 },
	};
	struct kipc_mailbox_recv recv;
	struct kipc_mail mail;
	char data[8];

	fake_answer(KIPC_MAILBOX_RECV, &answer);
	EXPECT_EQ(4, kipc_mailbox_recv(BOX, data, sizeof(data), KIPC_FOREVER,
				       &mail));
	EXPECT_EQ(0, memcmp(&answer.mail, &mail, sizeof(mail)));
	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_RECV));
	fake_last(KIPC_MAILBOX_RECV, &recv);
	EXPECT_EQ(0, recv.flags);
	EXPECT_EQ(0, recv.priority_min);
	EXPECT_EQ((uintptr_t)data, recv.data);
	EXPECT_EQ(sizeof(data), recv.data_size);
	EXPECT_EQ(0, recv.attachments_max);
	EXPECT_EQ(0, recv.label_max);
	EXPECT_EQ(-1, recv.endpoint);
	EXPECT_EQ(0, recv.reserved);
	EXPECT_EQ(0, recv.lease);
	EXPECT_EQ(0, recv.deadline);
	fake_answer(KIPC_MAILBOX_RECV, &answer);
	EXPECT_EQ(4, kipc_mailbox_recv(BOX, data, sizeof(data), KIPC_NO_WAIT,
				       NULL));
	fake_last(KIPC_MAILBOX_RECV, &recv);
	EXPECT_EQ(KIPC_NONBLOCK, recv.flags);
	EXPECT_EQ(0, fake_count(KIPC_MAILBOX_LEASE));
}

static void tells_what_does_not_fit(void)
{
	const struct kipc_mailbox_recv answer = { .mail = { .size = 99 } };
	struct kipc_mail mail = { .size = 0 };

	fake_answer(KIPC_MAILBOX_RECV, &answer);
	fake_fail(KIPC_MAILBOX_RECV, EMSGSIZE, 1);
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_recv(BOX, NULL, 0, DEADLINE, &mail));
	EXPECT_EQ(99, mail.size);
	fake_fail(KIPC_MAILBOX_RECV, EAGAIN, 1);
	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv(BOX, NULL, 0, KIPC_NO_WAIT,
					     &mail));
	EXPECT_EQ(99, mail.size);
}

static void receives_with_options(void)
{
	struct iovec vec[] = { { text, 2 }, { text + 2, 3 } };
	const struct kipc_mailbox_recv answer = { .mail = { .size = 5 } };
	struct kipc_attachment attachments[2];
	char label[3];
	struct kipc_mailbox_recv_options options = {
		.priority_min = 9,
		.attachments = attachments,
		.attachments_max = 2,
		.label = label,
		.label_max = sizeof(label),
		.lease = 88,
	};
	struct kipc_mailbox_recv recv;
	struct kipc_mail mail;

	EXPECT_EQ(0, kipc_open(NULL, 0, 0, &options.endpoint));
	fake_answer(KIPC_MAILBOX_RECV, &answer);
	EXPECT_EQ(5, kipc_mailbox_recv_with(BOX, vec, 2, &options, DEADLINE,
					    &mail));
	EXPECT_EQ(5, mail.size);
	fake_last(KIPC_MAILBOX_RECV, &recv);
	EXPECT_EQ(KIPC_VEC, recv.flags);
	EXPECT_EQ(9, recv.priority_min);
	EXPECT_EQ((uintptr_t)vec, recv.data);
	EXPECT_EQ(2, recv.data_size);
	EXPECT_EQ((uintptr_t)attachments, recv.attachments);
	EXPECT_EQ(2, recv.attachments_max);
	EXPECT_EQ((uintptr_t)label, recv.label);
	EXPECT_EQ(3, recv.label_max);
	EXPECT_EQ(kipc_fd(options.endpoint), recv.endpoint);
	EXPECT_EQ(88, recv.lease);
	EXPECT_EQ(DEADLINE, recv.deadline);
	EXPECT_EQ(0, kipc_close(options.endpoint));
	EXPECT_EQ(-E2BIG, kipc_mailbox_recv_with(BOX, vec, KIPC_VEC_MAX + 1,
						 NULL, DEADLINE, &mail));
}

/* Whose token nobody gets, somebody else is to have */
static void gives_back_what_cannot_be_acknowledged(void)
{
	const struct kipc_mailbox_recv answer = { .mail = { .token = 42 } };
	struct kipc_mailbox_lease lease;
	struct kipc_mail mail;

	fake_answer(KIPC_MAILBOX_RECV, &answer);
	EXPECT_EQ(-EINVAL, kipc_mailbox_recv(BOX, NULL, 0, DEADLINE, NULL));
	EXPECT_EQ(1, fake_count(KIPC_MAILBOX_LEASE));
	fake_last(KIPC_MAILBOX_LEASE, &lease);
	EXPECT_EQ(KIPC_LEASE_RETURN, lease.action);
	fake_answer(KIPC_MAILBOX_RECV, &answer);
	EXPECT_EQ(0, kipc_mailbox_recv(BOX, NULL, 0, DEADLINE, &mail));
	EXPECT_EQ(42, mail.token);
	EXPECT_EQ(1, fake_count(KIPC_MAILBOX_LEASE));
}

static void receives_batches(void)
{
	const struct kipc_mailbox_recv_batch answer = { .received = 2 };
	struct kipc_mailbox_recv messages[3] = { { .flags = 0 } };
	struct kipc_mailbox_recv_batch batch;

	fake_answer(KIPC_MAILBOX_RECV_BATCH, &answer);
	EXPECT_EQ(2, kipc_mailbox_recv_batch(BOX, messages, 3, DEADLINE));
	fake_last(KIPC_MAILBOX_RECV_BATCH, &batch);
	EXPECT_EQ(0, batch.flags);
	EXPECT_EQ(3, batch.count);
	EXPECT_EQ((uintptr_t)messages, batch.messages);
	EXPECT_EQ(DEADLINE, batch.deadline);
	EXPECT_EQ(0, batch.reserved);
	fake_fail(KIPC_MAILBOX_RECV_BATCH, EAGAIN, 1);
	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv_batch(BOX, messages, 3,
						   KIPC_NO_WAIT));
	fake_last(KIPC_MAILBOX_RECV_BATCH, &batch);
	EXPECT_EQ(KIPC_NONBLOCK, batch.flags);
}

static void exchanges(void)
{
	struct kipc_mailbox_send_recv answer = {
		.to = 8, .recv.mail = { .size = 3, .priority = 2 },
	};
	struct kipc_mailbox_send_recv both;
	struct kipc_mail mail;
	char into[4];
	int to = 8;

	fake_answer(KIPC_MAILBOX_SEND_RECV, &answer);
	EXPECT_EQ(3, kipc_mailbox_send_recv(BOX, &to, text, 5, 6, into,
					    sizeof(into), DEADLINE, &mail));
	EXPECT_EQ(-1, to);
	EXPECT_EQ(2, mail.priority);
	fake_last(KIPC_MAILBOX_SEND_RECV, &both);
	EXPECT_EQ(8, both.to);
	EXPECT_EQ(0, both.flags);
	EXPECT_EQ(0, both.send.flags);
	EXPECT_EQ(6, both.send.priority);
	EXPECT_EQ((uintptr_t)text, both.send.data);
	EXPECT_EQ(5, both.send.data_size);
	EXPECT_EQ(-1, both.send.endpoint);
	EXPECT_EQ(DEADLINE, both.send.deadline);
	EXPECT_EQ((uintptr_t)into, both.recv.data);
	EXPECT_EQ(sizeof(into), both.recv.data_size);
	EXPECT_EQ(-1, both.recv.endpoint);
	EXPECT_EQ(DEADLINE, both.recv.deadline);
	fake_fail(KIPC_MAILBOX_SEND_RECV, EAGAIN, 1);
	to = 8;
	EXPECT_EQ(-EAGAIN, kipc_mailbox_send_recv(BOX, &to, text, 5, 0, into,
						  sizeof(into), KIPC_NO_WAIT,
						  NULL));
	EXPECT_EQ(8, to);
	fake_last(KIPC_MAILBOX_SEND_RECV, &both);
	EXPECT_EQ(KIPC_NONBLOCK, both.send.flags);
	EXPECT_EQ(KIPC_NONBLOCK, both.recv.flags);
}

static void peeks(void)
{
	const struct kipc_mailbox_peek answer = { .mail = { .size = 99 } };
	struct kipc_mailbox_peek peek;
	struct kipc_mail mail;

	fake_answer(KIPC_MAILBOX_PEEK, &answer);
	EXPECT_EQ(0, kipc_mailbox_peek(BOX, 7, text, 5, &mail));
	EXPECT_EQ(99, mail.size);
	fake_last(KIPC_MAILBOX_PEEK, &peek);
	EXPECT_EQ(0, peek.flags);
	EXPECT_EQ(0, peek.reserved);
	EXPECT_EQ(7, peek.index);
	EXPECT_EQ((uintptr_t)text, peek.data);
	EXPECT_EQ(5, peek.data_size);
	fake_fail(KIPC_MAILBOX_PEEK, ERANGE, 1);
	EXPECT_EQ(-ERANGE, kipc_mailbox_peek(BOX, 7, NULL, 0, &mail));
}

static void expect_lease(enum kipc_lease_action action, uint64_t deadline)
{
	struct kipc_mailbox_lease lease;

	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_LEASE));
	fake_last(KIPC_MAILBOX_LEASE, &lease);
	EXPECT_EQ(0, lease.flags);
	EXPECT_EQ(action, lease.action);
	EXPECT_EQ(1, lease.count);
	EXPECT_EQ(deadline, lease.deadline);
}

static void ends_leases(void)
{
	const struct kipc_mailbox_lease answer = { .done = 1 };

	fake_answer(KIPC_MAILBOX_LEASE, &answer);
	EXPECT_EQ(0, kipc_mailbox_ack(BOX, 42));
	expect_lease(KIPC_LEASE_ACK, 0);
	fake_answer(KIPC_MAILBOX_LEASE, &answer);
	EXPECT_EQ(0, kipc_mailbox_give_back(BOX, 42));
	expect_lease(KIPC_LEASE_RETURN, 0);
	fake_answer(KIPC_MAILBOX_LEASE, &answer);
	EXPECT_EQ(0, kipc_mailbox_extend(BOX, 42, DEADLINE));
	expect_lease(KIPC_LEASE_EXTEND, DEADLINE);
	fake_fail(KIPC_MAILBOX_LEASE, ENXIO, 2);
	EXPECT_EQ(-ENXIO, kipc_mailbox_ack(BOX, 42));
	EXPECT_EQ(-ENXIO, kipc_mailbox_extend(BOX, 42, 0));
}

static void ends_several_leases(void)
{
	const struct kipc_mailbox_lease all = { .done = 3 };
	const struct kipc_mailbox_lease some = { .done = 2 };
	const uint64_t tokens[] = { 1, 2, 3 };
	struct kipc_mailbox_lease lease;

	fake_answer(KIPC_MAILBOX_LEASE, &all);
	EXPECT_EQ(3, kipc_mailbox_lease(BOX, KIPC_LEASE_ACK, tokens, 3, 0));
	fake_last(KIPC_MAILBOX_LEASE, &lease);
	EXPECT_EQ((uintptr_t)tokens, lease.tokens);
	EXPECT_EQ(3, lease.count);
	fake_answer(KIPC_MAILBOX_LEASE, &some);
	fake_fail(KIPC_MAILBOX_LEASE, ENXIO, 1);
	EXPECT_EQ(2, kipc_mailbox_lease(BOX, KIPC_LEASE_ACK, tokens, 3, 0));
	fake_fail(KIPC_MAILBOX_LEASE, ENXIO, 1);
	EXPECT_EQ(-ENXIO, kipc_mailbox_lease(BOX, KIPC_LEASE_ACK, tokens, 3,
					     0));
}

static const struct test tests[] = {
	TEST(sends),
	TEST(sends_with_options),
	TEST(sends_without_options),
	TEST(refuses_to_send),
	TEST(sends_batches),
	TEST(receives),
	TEST(tells_what_does_not_fit),
	TEST(receives_with_options),
	TEST(gives_back_what_cannot_be_acknowledged),
	TEST(receives_batches),
	TEST(exchanges),
	TEST(peeks),
	TEST(ends_leases),
	TEST(ends_several_leases),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
