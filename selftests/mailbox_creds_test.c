// SPDX-License-Identifier: GPL-2.0-only
/* Who sent a message, as its receiver sees it. */
#include <kselftest_harness.h>
#include <grp.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "mailbox.h"
#include "stranger.h"

static const char name[] = "mailbox.creds";

FIXTURE(creds) {
	struct live live;
	int fd;
};

FIXTURE_SETUP(creds) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 10);
}

FIXTURE_TEARDOWN(creds) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static void post_in_thread(void *arg)
{
	must(mail_post(*(int *)arg, 2));
}

TEST_F(creds, of_this_process) {
	struct thread thread;
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ((__u32)getpid(), mail.pid);
	EXPECT_EQ((__u32)thread_id(), mail.tid);
	EXPECT_EQ(0, mail.euid);
	EXPECT_EQ(0, mail.egid);
	thread_start(&thread, post_in_thread, &self->fd);
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ((__u32)getpid(), mail.pid);
	EXPECT_TRUE(mail.tid == (__u32)thread.tid || mail.tid == 0);
	thread_join(&thread);
}

static void post_as_user(int sock, void *arg)
{
	int *fd = arg;

	must_errno(setgroups(0, NULL));
	must_errno(setresgid(-1, BOB, 0));
	must_errno(setresuid(-1, ALICE, 0));
	must(mail_post(*fd, 3));
	tell(sock, (__u64)getpid());
	hear(sock);
}

/* The effective ids when it was sent, also when the process is gone */
TEST_F(creds, of_a_user) {
	struct child child;
	struct kipc_mail mail;
	__u32 number, pid;
	int i;

	for (i = 0; i < 2; i++) {
		child_start(&child, CHILD_SHARES, post_as_user, &self->fd);
		pid = (__u32)hear(child.sock);
		if (i)
			child_kill(&child);
		mail = mail_next_told(self->fd, &number);
		EXPECT_EQ(i ? 0 : pid, mail.pid);
		EXPECT_EQ(i ? 0 : pid, mail.tid);
		EXPECT_EQ(ALICE, mail.euid);
		EXPECT_EQ(BOB, mail.egid);
		if (!i)
			child_kill(&child);
	}
}

/* The user at the time of sending, not of opening */
TEST_F(creds, at_sending) {
	struct kipc_mail mail;
	__u32 number;

	must_errno(setegid(CAROL));
	must_errno(seteuid(BOB));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	must_errno(seteuid(0));
	must_errno(setegid(0));
	ASSERT_EQ(1, write(self->fd, "x", 1));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(BOB, mail.euid);
	EXPECT_EQ(CAROL, mail.egid);
	ASSERT_EQ(0, mail_peek(self->fd, 0, &number, &mail));
	EXPECT_EQ(0, mail.euid);
	EXPECT_EQ(0, mail.egid);
	EXPECT_EQ((__u32)getpid(), mail.pid);
}

/* A waiting sender is who it was, too. */
TEST_F(creds, of_one_that_waited) {
	struct mailer mailer;
	struct kipc_mail mail;
	__u32 number;
	int i;

	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, mail_post(self->fd, 1));
	mailer_send_as(&mailer, self->fd, 7, CAROL);
	mailer_blocks(&mailer);
	for (i = 0; i < 10; i++)
		EXPECT_EQ(1, mail_next(self->fd));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(7, number);
	EXPECT_EQ(CAROL, mail.euid);
	EXPECT_EQ((__u32)getpid(), mail.pid);
	EXPECT_EQ(0, mailer_join(&mailer));
}

/* In another user namespace: the ids of here have other numbers there. */
static void receive_elsewhere(int sock, void *arg)
{
	int *fd = arg;
	struct kipc_mail mail;
	__u32 number;

	if (unshare(CLONE_NEWUSER)) {
		tell(sock, 0);
		return;
	}
	mail = mail_next_told(*fd, &number);
	check(mail.euid == NOBODY);
	check(mail.egid == NOBODY);
	tell(sock, 1);
}

TEST_F(creds, in_another_user_namespace) {
	struct child child;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	child_start(&child, CHILD_SHARES, receive_elsewhere, &self->fd);
	if (!hear(child.sock))
		TH_LOG("no user namespaces");
	EXPECT_EQ(0, child_end(&child));
}

/* In another PID namespace: senders outside have no number there. */
static void receive_in_new_pid_ns(int sock, void *arg)
{
	int *fd = arg;
	struct kipc_mail mail;
	__u32 number;
	pid_t pid;

	must_errno(unshare(CLONE_NEWPID));
	pid = fork();
	must_errno(pid);
	if (!pid) {
		mail = mail_next_told(*fd, &number);
		check(mail.pid == 0 && mail.tid == 0);
		must(mail_post(*fd, 2));
		mail = mail_next_told(*fd, &number);
		check(mail.pid == 1 && mail.tid == 1);
		must(mail_post(*fd, 3));
		tell(sock, 1);
		hear(sock);
		_exit(0);
	}
	must_errno(waitpid(pid, NULL, 0));
}

TEST_F(creds, in_another_pid_namespace) {
	struct child child;
	struct kipc_mail mail;
	__u32 number;

	ASSERT_EQ(0, mail_post(self->fd, 1));
	child_start(&child, CHILD_SHARES, receive_in_new_pid_ns, &self->fd);
	EXPECT_EQ(1, hear(child.sock));
	mail = mail_next_told(self->fd, &number);
	EXPECT_EQ(3, number);
	EXPECT_LT(1, mail.pid);
	EXPECT_NE((__u32)child.pid, mail.pid);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

/* The label comes if the mailbox is made so; most guests have none. */
TEST_F(creds, label) {
	struct kipc_mailbox_open arg = { .flags = MAKE | KIPC_MAILBOX_LABEL };
	int fd = mailbox_open(NULL, &arg), i;
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	char own[4096], label[4096] = "";
	long size;

	ASSERT_LE(0, fd);
	size = file_read("/proc/self/attr/current", own, sizeof(own));
	own[size < 0 ? 0 : strcspn(own, "\n ")] = 0;
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, mail_send(fd, NULL, 0, 0));
	if (own[0]) {
		recv.label_max = (__u32)strlen(own) - 1;
		recv.label = PTR(label);
		EXPECT_EQ(-EMSGSIZE, kipc(fd, KIPC_MAILBOX_RECV, &recv));
		EXPECT_EQ(strlen(own), recv.mail.label_size);
	}
	recv.label_max = sizeof(label);
	recv.label = PTR(label);
	ASSERT_EQ(0, kipc(fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(strlen(own), recv.mail.label_size);
	EXPECT_EQ(0, strcmp(own, label));
	ASSERT_EQ(0, mail_send(self->fd, NULL, 0, 0));
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(0, recv.mail.label_size);
}

TEST_HARNESS_MAIN
