// SPDX-License-Identifier: GPL-2.0-only
/* Who may open a mailbox, and who may take its name away. */
#include <kselftest_harness.h>
#include <grp.h>
#include <sched.h>

#include "mailbox.h"
#include "stranger.h"

static const char name[] = "mailbox.access";

/* What a child is told besides flags: take the name away */
#define UNLINK		(1ULL << 32)
#define STOP		(1ULL << 33)

FIXTURE(access) {
	struct live live;
	struct child owner;
	struct child group;
	struct child other;
};

/**
 * struct who - a user, with the groups of a process
 * @uid: the user
 * @gid: its group
 * @member: of this group, too
 */
struct who {
	uid_t uid;
	gid_t gid;
	gid_t member;
};

/* Does what it is told, and answers with the errno. */
static void serve(int sock)
{
	__u64 word;
	int ret;

	for (;;) {
		word = hear(sock);
		if (word == STOP)
			return;
		if (word == UNLINK)
			ret = mailbox_unlink(name);
		else
			ret = mailbox_join(name, (__u32)word);
		if (ret > 0)
			close(ret);
		tell(sock, ret < 0 ? (__u64)-ret : 0);
	}
}

static void be(int sock, void *arg)
{
	const struct who *who = arg;

	must_errno(setgroups(1, &who->member));
	must_errno(setresgid(who->gid, who->gid, who->gid));
	must_errno(setresuid(who->uid, who->uid, who->uid));
	serve(sock);
}

FIXTURE_SETUP(access) {
	struct who owner = { ALICE, NOBODY, NOBODY };
	struct who group = { NOBODY, NOBODY, ALICE };
	struct who other = { NOBODY, NOBODY, NOBODY };

	ASSERT_EQ(0, live_begin(&self->live));
	child_start(&self->owner, CHILD_CLOSES, be, &owner);
	child_start(&self->group, CHILD_CLOSES, be, &group);
	child_start(&self->other, CHILD_CLOSES, be, &other);
}

static void dismiss(struct child *child)
{
	tell(child->sock, STOP);
	must(child_end(child));
}

FIXTURE_TEARDOWN(access) {
	dismiss(&self->owner);
	dismiss(&self->group);
	dismiss(&self->other);
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Makes the mailbox as ALICE. Its maker may do what it asked for, as with files. */
static void make(__u32 mode)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.mode = mode,
		.dead_letter = -1,
	};
	int fd;

	must_errno(setegid(ALICE));
	must_errno(seteuid(ALICE));
	fd = mailbox_open(name, &arg);
	must_errno(seteuid(0));
	must_errno(setegid(0));
	must(fd);
	must(mail_post(fd, 1));
	check(mail_next(fd) == 1);
	check(mailbox_info(fd).uid == ALICE);
	check(mailbox_info(fd).gid == ALICE);
	close(fd);
}

static int ask(struct child *child, __u64 word)
{
	tell(child->sock, word);
	return (int)hear(child->sock);
}

/* Three bits say what is allowed: 4 receiving, 2 sending. */
static bool may(struct child *child, __u32 bits)
{
	bool read = bits & 4, write = bits & 2;

	return ask(child, READER) == (read ? 0 : EACCES) &&
	       ask(child, WRITER) == (write ? 0 : EACCES) &&
	       ask(child, BOTH) == (read && write ? 0 : EACCES) &&
	       ask(child, BOTH | KIPC_NONBLOCK) ==
			(read && write ? 0 : EACCES) &&
	       ask(child, 0) == (read || write ? 0 : EACCES);
}

TEST_F(access, modes) {
	static const __u32 modes[] = {
		0, 0600, 0400, 0200, 0060, 0040, 0020, 0006, 0004, 0002, 0666,
		0642, 0024, 0264, 0426,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		make(modes[i]);
		EXPECT_TRUE(may(&self->owner, modes[i] >> 6 & 7)) {
			TH_LOG("mode %o", modes[i]);
		}
		EXPECT_TRUE(may(&self->group, modes[i] >> 3 & 7)) {
			TH_LOG("mode %o", modes[i]);
		}
		EXPECT_TRUE(may(&self->other, modes[i] & 7)) {
			TH_LOG("mode %o", modes[i]);
		}
		ASSERT_EQ(0, mailbox_unlink(name));
	}
}

/* Root is not asked. */
TEST_F(access, capability) {
	struct child other;

	make(0);
	EXPECT_LE(0, mailbox_join(name, BOTH));
	/* A capability in another user namespace is none. */
	child_start(&other, CHILD_SHARES, be, &(struct who){ BOB, BOB, BOB });
	EXPECT_EQ(EACCES, ask(&other, READER));
	dismiss(&other);
}

static void be_root_elsewhere(int sock, void *arg)
{
	(void)arg;
	become(BOB, BOB);
	if (unshare(CLONE_NEWUSER)) {
		tell(sock, EACCES);
		return;
	}
	tell(sock, (__u64)-mailbox_join(name, READER));
}

TEST_F(access, capability_elsewhere) {
	struct child child;

	make(0600);
	child_start(&child, CHILD_CLOSES, be_root_elsewhere, NULL);
	EXPECT_EQ(EACCES, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* One that exists is not made again for who may not open it. */
TEST_F(access, create) {
	make(0600);
	EXPECT_EQ(EACCES, ask(&self->other, BOTH | KIPC_MAILBOX_CREATE));
	EXPECT_EQ(EEXIST, ask(&self->other, MAKE));
	EXPECT_EQ(0, ask(&self->owner, BOTH | KIPC_MAILBOX_CREATE));
}

/* A file that is open may go on, whatever becomes of its user. */
TEST_F(access, at_open_only) {
	int fd;

	make(0600);
	fd = mailbox_join(name, BOTH);
	ASSERT_LE(0, fd);
	must_errno(seteuid(BOB));
	EXPECT_EQ(0, mail_post(fd, 5));
	EXPECT_EQ(5, mail_next(fd));
	EXPECT_EQ(-EACCES, mailbox_join(name, BOTH));
	must_errno(seteuid(0));
}

TEST_F(access, unlink) {
	make(0666);
	EXPECT_EQ(EPERM, ask(&self->other, UNLINK));
	EXPECT_EQ(EPERM, ask(&self->group, UNLINK));
	EXPECT_EQ(0, ask(&self->other, BOTH));
	EXPECT_EQ(0, ask(&self->owner, UNLINK));
	EXPECT_EQ(ENOENT, ask(&self->other, BOTH));
	make(0666);
	EXPECT_EQ(0, mailbox_unlink(name));
}

static void make_sys(int sock, void *arg)
{
	struct kipc_mailbox_open make = { .flags = MAKE };
	int fd;

	(void)arg;
	become(BOB, BOB);
	fd = mailbox_open("sys.mailbox", &make);
	tell(sock, fd < 0 ? (__u64)-fd : 0);
	fd = mailbox_open("system.mailbox", &make);
	tell(sock, fd < 0 ? (__u64)-fd : 0);
	must(mailbox_unlink("system.mailbox"));
}

TEST_F(access, sys_names) {
	struct child child;

	child_start(&child, CHILD_CLOSES, make_sys, NULL);
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	mailbox_make("sys.mailbox", KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(0, mailbox_unlink("sys.mailbox"));
}

TEST_HARNESS_MAIN
