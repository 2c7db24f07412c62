// SPDX-License-Identifier: GPL-2.0-only
/* How long mailboxes live: longer than their makers, and not than their namespace. */
#include <kselftest_harness.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/wait.h>

#include "mailbox.h"

static const char name[] = "mailbox.life";

FIXTURE(life) {
	struct live live;
};

FIXTURE_SETUP(life) {
	ASSERT_EQ(0, live_begin(&self->live));
}

FIXTURE_TEARDOWN(life) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Whether the counters are back within some seconds */
static bool gone(const struct live *before)
{
	return !live_end(before);
}

static int send_file(int fd, int file)
{
	struct kipc_attachment attachment = {
		.type = KIPC_ATTACH_FD,
		.id = (__u32)file,
	};
	struct kipc_mailbox_send send = {
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = -1,
	};

	return kipc(fd, KIPC_MAILBOX_SEND, &send);
}

static void make_and_fill(int sock, void *arg)
{
	int fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);

	(void)arg;
	must(mail_post(fd, 1));
	must(mail_post(fd, 2));
	must(send_file(fd, eventfd(0, 0)));
	tell(sock, 1);
	hear(sock);
}

/* With what is in it, after its maker was killed */
TEST_F(life, of_its_maker) {
	struct kipc_mailbox_recv recv = {
		.attachments_max = 1,
		.endpoint = -1,
	};
	struct kipc_attachment got;
	struct child child;
	__u64 value = 1;
	int fd;

	child_start(&child, CHILD_CLOSES, make_and_fill, NULL);
	hear(child.sock);
	child_kill(&child);
	fd = mailbox_join(name, BOTH);
	ASSERT_LE(0, fd);
	EXPECT_EQ(3, mailbox_info(fd).messages);
	EXPECT_EQ(1, mail_next(fd));
	EXPECT_EQ(2, mail_next(fd));
	recv.attachments = PTR(&got);
	EXPECT_EQ(0, kipc(fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(0, recv.mail.pid);
	EXPECT_EQ(8, write((int)got.id, &value, 8));
}

/* Purged of all that is in it when the name goes and nobody has it open */
TEST_F(life, nobody_left) {
	struct child child;

	child_start(&child, CHILD_CLOSES, make_and_fill, NULL);
	hear(child.sock);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(0, mailbox_unlink(name));
	EXPECT_TRUE(gone(&self->live));
}

TEST_F(life, without_a_name) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4), copy;

	ASSERT_EQ(0, mail_post(fd, 1));
	ASSERT_EQ(0, send_file(fd, 0));
	copy = dup(fd);
	close(fd);
	EXPECT_EQ(1, mail_next(copy));
	close(copy);
	EXPECT_TRUE(gone(&self->live));
}

/* A wait that nobody else knows of ends with the process. */
static void wait_in_vain(int sock, void *arg)
{
	int *fd = arg;
	struct kipc_mailbox_recv recv = { .endpoint = -1 };

	(void)sock;
	kipc(*fd, KIPC_MAILBOX_RECV, &recv);
}

TEST_F(life, closed_while_it_is_waited_for) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_QUEUE, 4);
	struct child child;

	child_start(&child, CHILD_SHARES, wait_in_vain, &fd);
	wait_blocked(child.pid, KIPC_MAILBOX_RECV);
	close(fd);
	wait_blocked(child.pid, KIPC_MAILBOX_RECV);
	child_kill(&child);
	EXPECT_TRUE(gone(&self->live));
}

static void live_elsewhere(int sock, void *arg)
{
	int outer = *(int *)arg, fd;

	must_errno(unshare(CLONE_NEWIPC));
	check(mailbox_join(name, BOTH) == -ENOENT);
	fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);
	check(mailbox_info(fd).id != mailbox_info(outer).id);
	must(mail_post(fd, 7));
	/* A file that is open leads into the namespace where it was opened. */
	must(mail_post(outer, 8));
	tell(sock, 1);
	hear(sock);
}

TEST_F(life, another_namespace) {
	int fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4), other;
	struct child child;

	child_start(&child, CHILD_SHARES, live_elsewhere, &fd);
	hear(child.sock);
	EXPECT_EQ(8, mail_next(fd));
	EXPECT_EQ(0, mailbox_info(fd).messages);
	other = mailbox_join(name, BOTH);
	ASSERT_LE(0, other);
	EXPECT_EQ(mailbox_info(fd).id, mailbox_info(other).id);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(0, mailbox_info(fd).messages);
}

static void leave_mailboxes(int sock, void *arg)
{
	char its_name[32];
	int i, fd;

	(void)sock;
	(void)arg;
	must_errno(unshare(CLONE_NEWIPC));
	for (i = 0; i < 10; i++) {
		sprintf(its_name, "mailbox.left.%d", i);
		fd = mailbox_make(its_name, (__u32)i % 3, 10);
		must(mail_post(fd, 1));
		must(send_file(fd, eventfd(0, 0)));
		close(fd);
	}
}

/* A namespace without processes takes along what is in it. */
TEST_F(life, of_a_namespace) {
	struct child child;

	child_start(&child, CHILD_CLOSES, leave_mailboxes, NULL);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_TRUE(gone(&self->live));
}

static void make_again_and_again(int sock, void *arg)
{
	int i, fd;

	(void)sock;
	(void)arg;
	for (i = 0; i < 50; i++) {
		must_errno(unshare(CLONE_NEWIPC));
		fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 4);
		must(mail_post(fd, 1));
		if (i % 2)
			close(fd);
	}
}

TEST_F(life, of_many_namespaces) {
	struct child child;

	child_start(&child, CHILD_CLOSES, make_again_and_again, NULL);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_TRUE(gone(&self->live));
}

/* A process of the namespace is enough, though none has a mailbox open. */
TEST_F(life, while_a_process_is_there) {
	struct child child;
	int fd;

	child_start(&child, CHILD_CLOSES, make_and_fill, NULL);
	hear(child.sock);
	child_kill(&child);
	pause_ms(debug_kernel() ? 6000 : 4000);
	fd = mailbox_join(name, READER);
	ASSERT_LE(0, fd);
	EXPECT_EQ(1, mail_next(fd));
}

TEST_HARNESS_MAIN
