// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_MAILBOX_NOTIFY: an eventfd that is told once of a message. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "mailbox.h"

static const char name[] = "mailbox.notify";

FIXTURE(notify) {
	struct live live;
	int fd;
	int other;
	int event;
};

FIXTURE_SETUP(notify) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 8);
	self->other = mailbox_join(name, BOTH);
	self->event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ASSERT_LE(0, self->event);
}

FIXTURE_TEARDOWN(notify) {
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int ask(int fd, int event)
{
	struct kipc_mailbox_notify arg = { .eventfd = event };

	return kipc(fd, KIPC_MAILBOX_NOTIFY, &arg);
}

/* How often the eventfd was told since it was looked at */
static __u64 told(struct _test_data_notify *self)
{
	__u64 value = 0;

	if (read(self->event, &value, sizeof(value)) < 0)
		check(errno == EAGAIN);
	return value;
}

TEST_F(notify, once) {
	ASSERT_EQ(0, ask(self->fd, self->event));
	EXPECT_EQ(0, told(self));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(1, told(self));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(2, mail_next(self->fd));
	ASSERT_EQ(0, mail_post(self->fd, 3));
	EXPECT_EQ(0, told(self));
	EXPECT_EQ(-ENXIO, ask(self->fd, -1));
}

/* It was not empty: what comes next is no news. */
TEST_F(notify, of_the_empty_mailbox) {
	ASSERT_EQ(0, mail_post(self->fd, 1));
	ASSERT_EQ(0, ask(self->fd, self->event));
	EXPECT_EQ(0, told(self));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(0, told(self));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(2, mail_next(self->fd));
	ASSERT_EQ(0, mail_post(self->fd, 3));
	EXPECT_EQ(1, told(self));
}

/* Who waits gets it, and nobody is told. */
TEST_F(notify, not_if_somebody_waits) {
	struct mailer mailer;

	ASSERT_EQ(0, ask(self->fd, self->event));
	mailer_recv(&mailer, self->other, 0);
	mailer_blocks(&mailer);
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(0, mailer_join(&mailer));
	EXPECT_EQ(0, told(self));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(1, told(self));
}

TEST_F(notify, one_at_a_time) {
	ASSERT_EQ(0, ask(self->fd, self->event));
	EXPECT_EQ(-EBUSY, ask(self->fd, self->event));
	EXPECT_EQ(-EBUSY, ask(self->other, self->event));
	EXPECT_EQ(-ENXIO, ask(self->other, -1));
	EXPECT_EQ(0, ask(self->fd, -1));
	EXPECT_EQ(-ENXIO, ask(self->fd, -1));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(0, told(self));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(0, ask(self->other, self->event));
	ASSERT_EQ(0, mail_post(self->fd, 2));
	EXPECT_EQ(1, told(self));
	/* It was told: others may ask. */
	EXPECT_EQ(0, ask(self->fd, self->event));
	EXPECT_EQ(0, ask(self->fd, -1));
}

TEST_F(notify, over_after_close) {
	int copy;

	ASSERT_EQ(0, ask(self->other, self->event));
	copy = dup(self->other);
	close(self->other);
	EXPECT_EQ(-EBUSY, ask(self->fd, self->event));
	close(copy);
	EXPECT_EQ(0, ask(self->fd, self->event));
}

static void ask_and_wait(int sock, void *arg)
{
	struct _test_data_notify *self = arg;

	must(ask(self->fd, self->event));
	tell(sock, 1);
	hear(sock);
}

/* As a lease: over with the process that asked, though others have its file */
TEST_F(notify, over_after_death) {
	struct child child;

	child_start(&child, CHILD_SHARES, ask_and_wait, self);
	hear(child.sock);
	EXPECT_EQ(-EBUSY, ask(self->other, self->event));
	child_kill(&child);
	EXPECT_EQ(0, ask(self->other, self->event));
	ASSERT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(1, told(self));
}

/* The eventfd may be closed meanwhile. */
TEST_F(notify, closed_eventfd) {
	ASSERT_EQ(0, ask(self->fd, self->event));
	close(self->event);
	EXPECT_EQ(0, mail_post(self->fd, 1));
	EXPECT_EQ(1, mail_next(self->fd));
	EXPECT_EQ(-ENXIO, ask(self->fd, -1));
}

TEST_F(notify, returned_work) {
	int fd = mailbox_make(NULL, KIPC_MAILBOX_WORK, 8);
	__u32 number;
	__u64 token;

	ASSERT_EQ(0, mail_post(fd, 1));
	token = lease_next(fd, &number);
	ASSERT_EQ(0, ask(fd, self->event));
	ASSERT_EQ(0, lease_return(fd, token));
	EXPECT_EQ(1, told(self));
}

TEST_F(notify, errors) {
	struct endpoint endpoint;
	int pipes[2];

	endpoint_open(&endpoint, 0);
	ASSERT_EQ(0, pipe2(pipes, O_CLOEXEC));
	EXPECT_EQ(-EBADF, ask(self->fd, 999));
	EXPECT_EQ(-EINVAL, ask(self->fd, pipes[0]));
	EXPECT_EQ(-EINVAL, ask(self->fd, endpoint.fd));
	EXPECT_EQ(-EINVAL, ask(self->fd, self->fd));
	EXPECT_EQ(-EINVAL, ask(mailbox_make(NULL, KIPC_MAILBOX_BROADCAST, 8),
			       self->event));
	EXPECT_EQ(-EBADF, ask(mailbox_join(name, WRITER), self->event));
	EXPECT_EQ(0, ask(self->fd, self->event));
}

TEST_HARNESS_MAIN
