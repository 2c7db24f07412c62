// SPDX-License-Identifier: GPL-2.0-only
/* Mailboxes by the library, on the kernel's. */
#include <kipc.h>
#include <poll.h>
#include <sys/eventfd.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.mailbox"
#define END_NAME	NAME ".end"
#define BOTH		(KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE)

static const struct kipc_mailbox_options work = {
	.kind = KIPC_MAILBOX_WORK,
};

FIXTURE(mailbox)
{
	struct live live;
	int box;
};

FIXTURE_SETUP(mailbox)
{
	ASSERT_EQ(0, live_begin(&self->live));
	self->box = kipc_mailbox_open(NULL, NAME, BOTH | KIPC_MAILBOX_CREATE |
				      KIPC_MAILBOX_EXCLUSIVE, 0600, NULL);
	ASSERT_LE(0, self->box);
}

FIXTURE_TEARDOWN(mailbox)
{
	EXPECT_EQ(0, close(self->box));
	EXPECT_EQ(0, kipc_mailbox_unlink(NULL, NAME));
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(mailbox, is_made)
{
	struct kipc_mailbox_info info;
	int other;

	ASSERT_EQ(0, kipc_mailbox_info(self->box, &info));
	EXPECT_EQ(KIPC_MAILBOX_QUEUE, info.kind);
	EXPECT_EQ(KIPC_MAILBOX_BLOCK, info.policy);
	EXPECT_EQ(KIPC_MAILBOX_MESSAGES_DEFAULT, info.messages_max);
	EXPECT_EQ(KIPC_MAILBOX_SIZE_DEFAULT, info.size_max);
	EXPECT_EQ(0600, info.mode);
	EXPECT_EQ(-EEXIST, kipc_mailbox_open(NULL, NAME, BOTH |
					     KIPC_MAILBOX_CREATE |
					     KIPC_MAILBOX_EXCLUSIVE, 0, NULL));
	EXPECT_EQ(-ENOENT, kipc_mailbox_open(NULL, NAME ".x", BOTH, 0, NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_wait(NULL, NAME ".x", BOTH,
						KIPC_NO_WAIT));
	other = kipc_mailbox_wait(NULL, NAME, KIPC_MAILBOX_READ, KIPC_FOREVER);
	ASSERT_LE(0, other);
	EXPECT_EQ(-EBADF, kipc_mailbox_send(other, "", 0, 0, KIPC_NO_WAIT));
	EXPECT_EQ(0, close(other));
}

/* Without options, with those of each kind, and without a name */
TEST_F(mailbox, can_be_of_each_kind)
{
	struct kipc_mailbox_options options = { .dead_letter = 0 };
	struct kipc_mailbox_info info;
	int box;

	for (int kind = KIPC_MAILBOX_QUEUE; kind <= KIPC_MAILBOX_BROADCAST;
	     kind++) {
		options.kind = kind;
		box = kipc_mailbox_open(NULL, NULL, BOTH, 0600, &options);
		ASSERT_LE(0, box);
		EXPECT_EQ(0, kipc_mailbox_info(box, &info));
		EXPECT_EQ(kind, info.kind);
		EXPECT_EQ(0, close(box));
	}
	options = work;
	options.deliveries_max = 3;
	options.dead_letter = self->box;
	options.lease = SECOND;
	box = kipc_mailbox_open(NULL, NULL, BOTH, 0600, &options);
	ASSERT_LE(0, box);
	EXPECT_EQ(0, close(box));
}

TEST_F(mailbox, carries_messages)
{
	struct kipc_mail mail;
	char text[16];

	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv(self->box, text, sizeof(text),
					     KIPC_NO_WAIT, NULL));
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_recv(self->box, text, sizeof(text),
						kipc_deadline_ms(1), NULL));
	EXPECT_EQ(0, kipc_mailbox_send(self->box, "low", 3, 0, KIPC_FOREVER));
	EXPECT_EQ(0, kipc_mailbox_send(self->box, "high", 4, 9, KIPC_NO_WAIT));
	EXPECT_EQ(0, kipc_mailbox_peek(self->box, 1, text, 1, &mail));
	EXPECT_EQ(3, mail.size);
	EXPECT_EQ('l', text[0]);
	EXPECT_EQ(-ERANGE, kipc_mailbox_peek(self->box, 2, NULL, 0, &mail));
	EXPECT_EQ(-EMSGSIZE, kipc_mailbox_recv(self->box, text, 1,
					       KIPC_FOREVER, &mail));
	EXPECT_EQ(4, mail.size);
	EXPECT_EQ(4, kipc_mailbox_recv(self->box, text, sizeof(text),
				       KIPC_FOREVER, &mail));
	EXPECT_EQ(0, memcmp("high", text, 4));
	EXPECT_EQ(9, mail.priority);
	EXPECT_EQ(2, mail.sequence);
	EXPECT_EQ(getpid(), mail.pid);
	EXPECT_EQ(3, kipc_mailbox_recv(self->box, text, sizeof(text),
				       KIPC_FOREVER, NULL));
}

TEST_F(mailbox, carries_vectors_and_files)
{
	char text[] = "abcde", first[2], second[8];
	const struct iovec out[] = { { text, 3 }, { text + 3, 2 } };
	const struct iovec in[] = { { first, 2 }, { second, 8 } };
	struct kipc_attachment files[2];
	struct kipc_mailbox_send_options sent = {
		.priority = 3,
		.flags = KIPC_CLEAR,
		.attachments = files,
		.attachment_count = 1,
	};
	struct kipc_mailbox_recv_options wanted = {
		.priority_min = 4,
		.attachments = files,
		.attachments_max = 2,
	};
	struct kipc_mail mail;
	uint64_t sequence;

	kipc_attachment_set_fd(&files[0], STDOUT_FILENO);
	EXPECT_EQ(0, kipc_mailbox_send_with(self->box, out, 2, &sent,
					    KIPC_FOREVER, &sequence));
	EXPECT_EQ(1, sequence);
	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv_with(self->box, in, 2, &wanted,
						  KIPC_NO_WAIT, &mail));
	wanted.priority_min = 3;
	EXPECT_EQ(5, kipc_mailbox_recv_with(self->box, in, 2, &wanted,
					    KIPC_NO_WAIT, &mail));
	EXPECT_EQ(0, memcmp("ab", first, 2));
	EXPECT_EQ(0, memcmp("cde", second, 3));
	EXPECT_EQ(1, mail.attachment_count);
	EXPECT_EQ(KIPC_ATTACH_FD, files[0].type);
	EXPECT_EQ(0, close((int)files[0].id));
}

static int ignore(struct kipc_request *request, void *userdata)
{
	(void)request;
	(void)userdata;
	return 0;
}

/* The nodes and handles of endpoints */
TEST_F(mailbox, carries_handles)
{
	struct kipc_attachment attachment;
	struct kipc_mailbox_send_options sent = {
		.attachments = &attachment,
		.attachment_count = 1,
	};
	struct kipc_mailbox_recv_options wanted = {
		.attachments = &attachment,
		.attachments_max = 1,
	};
	struct kipc_node *node;
	struct kipc_mail mail;

	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &sent.endpoint));
	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &wanted.endpoint));
	ASSERT_EQ(0, kipc_node_new(sent.endpoint, ignore, NULL, 0, &node));
	kipc_attachment_set_node(&attachment, node, KIPC_RIGHT_CALL);
	EXPECT_EQ(0, kipc_mailbox_send_with(self->box, NULL, 0, &sent,
					    KIPC_FOREVER, NULL));
	EXPECT_EQ(0, kipc_mailbox_recv_with(self->box, NULL, 0, &wanted,
					    KIPC_FOREVER, &mail));
	EXPECT_EQ(KIPC_ATTACH_HANDLE, attachment.type);
	EXPECT_EQ(0, kipc_send(wanted.endpoint, attachment.id, 0, NULL, 0));
	EXPECT_EQ(0, kipc_close(sent.endpoint));
	EXPECT_EQ(0, kipc_close(wanted.endpoint));
}

TEST_F(mailbox, carries_batches)
{
	struct kipc_mailbox_send out[3];
	struct kipc_mailbox_recv in[4];
	char letters[4] = "abc";
	char text[4];

	memset(out, 0, sizeof(out));
	memset(in, 0, sizeof(in));
	for (int i = 0; i < 3; i++) {
		out[i].data = PTR(&letters[i]);
		out[i].data_size = 1;
		out[i].endpoint = -1;
	}
	for (int i = 0; i < 4; i++) {
		in[i].data = PTR(&text[i]);
		in[i].data_size = 1;
		in[i].endpoint = -1;
	}
	EXPECT_EQ(3, kipc_mailbox_send_batch(self->box, out, 3, KIPC_NO_WAIT));
	EXPECT_EQ(3, out[2].sequence);
	EXPECT_EQ(3, kipc_mailbox_recv_batch(self->box, in, 4, KIPC_FOREVER));
	EXPECT_EQ(0, memcmp("abc", text, 3));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv_batch(self->box, in, 4,
						   KIPC_NO_WAIT));
}

TEST_F(mailbox, leases)
{
	uint64_t tokens[2];
	struct kipc_mail mail;
	char letter;
	int box;

	box = kipc_mailbox_open(NULL, NULL, BOTH, 0600, &work);
	ASSERT_LE(0, box);
	EXPECT_EQ(0, kipc_mailbox_send(box, "a", 1, 0, KIPC_NO_WAIT));
	/* Nobody could acknowledge it */
	EXPECT_EQ(-EINVAL, kipc_mailbox_recv(box, &letter, 1, KIPC_NO_WAIT,
					     NULL));
	EXPECT_EQ(1, kipc_mailbox_recv(box, &letter, 1, KIPC_NO_WAIT, &mail));
	EXPECT_EQ(2, mail.deliveries);
	EXPECT_EQ(0, kipc_mailbox_extend(box, mail.token,
					 kipc_deadline_ms(1000000)));
	EXPECT_EQ(0, kipc_mailbox_give_back(box, mail.token));
	EXPECT_EQ(-ENXIO, kipc_mailbox_ack(box, mail.token));
	EXPECT_EQ(1, kipc_mailbox_recv(box, &letter, 1, KIPC_NO_WAIT, &mail));
	tokens[0] = mail.token;
	tokens[1] = mail.token + 1000;
	EXPECT_EQ(1, kipc_mailbox_lease(box, KIPC_LEASE_ACK, tokens, 2, 0));
	EXPECT_EQ(-ENXIO, kipc_mailbox_lease(box, KIPC_LEASE_ACK, tokens, 2,
					     0));
	EXPECT_EQ(-EAGAIN, kipc_mailbox_recv(box, &letter, 1, KIPC_NO_WAIT,
					     &mail));
	EXPECT_EQ(0, close(box));
}

TEST_F(mailbox, notifies_and_purges)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct pollfd file = { .fd = self->box, .events = POLLIN | POLLOUT };
	eventfd_t value = 0;
	uint64_t purged = 0;

	EXPECT_EQ(0, kipc_mailbox_notify(self->box, event));
	EXPECT_EQ(-EBUSY, kipc_mailbox_notify(self->box, event));
	EXPECT_EQ(1, poll(&file, 1, 0));
	EXPECT_EQ(POLLOUT, file.revents);
	EXPECT_EQ(0, kipc_mailbox_send(self->box, "a", 1, 0, KIPC_NO_WAIT));
	EXPECT_EQ(0, eventfd_read(event, &value));
	EXPECT_EQ(1, value);
	EXPECT_EQ(-ENXIO, kipc_mailbox_notify(self->box, -1));
	EXPECT_EQ(1, poll(&file, 1, 0));
	EXPECT_EQ(POLLIN | POLLOUT, file.revents);
	EXPECT_EQ(0, kipc_mailbox_purge(self->box, &purged));
	EXPECT_EQ(1, purged);
	EXPECT_EQ(0, close(event));
}

static int events_of(int box)
{
	struct pollfd file = { .fd = box, .events = POLLIN | POLLOUT };

	must_errno(poll(&file, 1, 0));
	return file.revents;
}

/* A mailbox with a message, open once for reading and once for writing */
static void open_ends(int *reader, int *writer)
{
	*reader = must(kipc_mailbox_open(NULL, END_NAME, KIPC_MAILBOX_READ |
					 KIPC_MAILBOX_CREATE, 0600, NULL));
	*writer = must(kipc_mailbox_wait(NULL, END_NAME, KIPC_MAILBOX_WRITE,
					 KIPC_NO_WAIT));
	check(events_of(*reader) == 0);
	check(events_of(*writer) == POLLOUT);
	check(write(*writer, "a", 1) == 1);
}

/* It has no name, nobody can send, and what was in it was received */
TEST_F(mailbox, is_over_for_readers)
{
	int reader, writer;
	char letter;

	open_ends(&reader, &writer);
	EXPECT_EQ(0, close(writer));
	EXPECT_EQ(POLLIN, events_of(reader));
	EXPECT_EQ(0, kipc_mailbox_unlink(NULL, END_NAME));
	EXPECT_EQ(POLLIN, events_of(reader));
	EXPECT_EQ(1, read(reader, &letter, 1));
	EXPECT_EQ(POLLHUP, events_of(reader) & ~POLLIN);
	EXPECT_EQ(0, read(reader, &letter, 1));
	EXPECT_EQ(-EPIPE, kipc_mailbox_recv(reader, &letter, 1, KIPC_FOREVER,
					    NULL));
	EXPECT_EQ(0, close(reader));
}

TEST_F(mailbox, is_over_for_writers)
{
	int reader, writer;

	open_ends(&reader, &writer);
	EXPECT_EQ(0, close(reader));
	EXPECT_EQ(POLLOUT, events_of(writer));
	EXPECT_EQ(0, kipc_mailbox_unlink(NULL, END_NAME));
	EXPECT_EQ(POLLERR, events_of(writer) & ~POLLOUT);
	EXPECT_EQ(-EPIPE, kipc_mailbox_send(writer, "a", 1, 0, KIPC_FOREVER));
	EXPECT_EQ(0, close(writer));
}

static void use_inherited(int sock, void *arg)
{
	int box = *(int *)arg;
	char letter;

	(void)sock;
	check(kipc_mailbox_recv(box, &letter, 1, KIPC_FOREVER, NULL) == 1);
	must(kipc_mailbox_send(box, &letter, 1, 0, KIPC_FOREVER));
}

TEST_F(mailbox, is_inherited)
{
	struct child child;
	char letter = 0;

	EXPECT_EQ(0, kipc_mailbox_send(self->box, "a", 1, 0, KIPC_NO_WAIT));
	child_start(&child, CHILD_SHARES, use_inherited, &self->box);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(1, kipc_mailbox_recv(self->box, &letter, 1, KIPC_NO_WAIT,
				       NULL));
	EXPECT_EQ('a', letter);
	EXPECT_EQ(-ENOTTY, kipc_mailbox_send(STDOUT_FILENO, "a", 1, 0,
					     KIPC_NO_WAIT));
}

TEST_HARNESS_MAIN
