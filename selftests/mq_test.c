// SPDX-License-Identifier: GPL-2.0-only
/* POSIX message queues, also as mailboxes: opening, names, modes, attributes. */
#include <kselftest_harness.h>
#include <limits.h>
#include <sys/stat.h>

#include "posix_mq.h"

/* What programs call that are built with _FORTIFY_SOURCE */
mqd_t __mq_open_2(const char *name, int flags);

FIXTURE(mq) {
	mode_t umask;
};

FIXTURE_SETUP(mq) {
	mq_unlink(QUEUE);
	self->umask = umask(0);
}

FIXTURE_TEARDOWN(mq) {
	umask(self->umask);
	mq_unlink(QUEUE);
}

/* The preloaded library is what it says, and its absence, too */
TEST_F(mq, is_where_it_belongs) {
	ASSERT_LE(0, queue_make(QUEUE, O_RDWR, 0, 0));
	if (access("/dev/mqueue/.", F_OK))
		SKIP(return, "/dev/mqueue is not there");
	EXPECT_EQ(mq_is_mailbox() ? -1 : 0, access("/dev/mqueue" QUEUE, F_OK));
}

TEST_F(mq, makes_by_default) {
	struct mq_attr attr;
	mqd_t queue;

	queue = queue_make(QUEUE, O_RDWR, 0, 0);
	ASSERT_LE(0, queue);
	memset(&attr, 0xff, sizeof(attr));
	ASSERT_EQ(0, mq_getattr(queue, &attr));
	EXPECT_EQ(0, attr.mq_flags);
	EXPECT_EQ(MESSAGES, attr.mq_maxmsg);
	EXPECT_EQ(SIZE, attr.mq_msgsize);
	EXPECT_EQ(0, attr.mq_curmsgs);
	EXPECT_EQ(FD_CLOEXEC, fcntl(queue, F_GETFD));
	EXPECT_EQ(0, mq_close(queue));
	EXPECT_EQ(-EBADF, mq(mq_close(queue)));
	EXPECT_EQ(-EBADF, mq(mq_getattr(queue, &attr)));
}

TEST_F(mq, makes_as_asked) {
	struct mq_attr attr;
	mqd_t queue, again;

	queue = queue_make(QUEUE, O_RDWR | O_NONBLOCK, 3, 100);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, mq_getattr(queue, &attr));
	EXPECT_EQ(O_NONBLOCK, attr.mq_flags);
	EXPECT_EQ(3, attr.mq_maxmsg);
	EXPECT_EQ(100, attr.mq_msgsize);
	/* What is there stays as it is */
	again = queue_make(QUEUE, O_RDONLY, 4, 200);
	ASSERT_LE(0, again);
	ASSERT_EQ(0, mq_getattr(again, &attr));
	EXPECT_EQ(0, attr.mq_flags);
	EXPECT_EQ(3, attr.mq_maxmsg);
	EXPECT_EQ(100, attr.mq_msgsize);
}

TEST_F(mq, opens_what_is_there) {
	mqd_t queue, other;

	EXPECT_EQ(-ENOENT, queue_open(QUEUE, O_RDWR));
	queue = queue_make(QUEUE, O_WRONLY | O_EXCL, 0, 0);
	ASSERT_LE(0, queue);
	EXPECT_EQ(-EEXIST, queue_make(QUEUE, O_RDWR | O_EXCL, 0, 0));
	other = queue_open(QUEUE, O_RDONLY);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, queue_send(queue, 'a', 0));
	EXPECT_EQ(1, queue_count(other));
	EXPECT_EQ('a', queue_recv(other));
	/* It outlives its users */
	EXPECT_EQ(0, queue_send(queue, 'b', 0));
	EXPECT_EQ(0, mq_close(queue));
	EXPECT_EQ(0, mq_close(other));
	other = queue_open(QUEUE, O_RDWR);
	ASSERT_LE(0, other);
	EXPECT_EQ('b', queue_recv(other));
}

TEST_F(mq, refuses_attributes) {
	EXPECT_EQ(-EINVAL, queue_make(QUEUE, O_RDWR, -1, 1));
	EXPECT_EQ(-EINVAL, queue_make(QUEUE, O_RDWR, 1, 0));
	EXPECT_EQ(-EINVAL, queue_make(QUEUE, O_RDWR, 1, -1));
	EXPECT_EQ(-EINVAL, queue_make(QUEUE, O_RDWR, LONG_MAX, 1));
	EXPECT_EQ(-EINVAL, queue_make(QUEUE, O_RDWR, 1, LONG_MAX));
	EXPECT_EQ(-ENOENT, queue_open(QUEUE, O_RDWR));
	/* Unless nothing is to be made */
	ASSERT_LE(0, queue_make(QUEUE, O_RDWR, 0, 0));
	EXPECT_LE(0, queue_make(QUEUE, O_RDWR, -1, 1));
	EXPECT_EQ(-EEXIST, queue_make(QUEUE, O_RDWR | O_EXCL, -1, 1));
	EXPECT_EQ(-EINVAL, queue_open(QUEUE, O_ACCMODE));
}

TEST_F(mq, refuses_names) {
	static const struct {
		const char *name;
		int error;
	} names[] = {
		{ "kipc.test", -EINVAL },
		{ "", -EINVAL },
		{ "/", -ENOENT },
		{ "//kipc.test", -EACCES },
		{ "/kipc/test", -EACCES },
		{ "/.", -EACCES },
		{ "/..", -EACCES },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ(names[i].error, queue_open(names[i].name, O_RDWR)) {
			TH_LOG("%s", names[i].name);
		}
		EXPECT_EQ(names[i].error, queue_make(names[i].name, O_RDWR, 0,
						     0));
		EXPECT_EQ(names[i].error, mq(mq_unlink(names[i].name)));
	}
	EXPECT_EQ(-ENOENT, mq(mq_unlink(QUEUE)));
}

/* Each is a queue of its own, of which nobody else has the message */
TEST_F(mq, takes_odd_names) {
	static const char * const names[] = {
		"/.x", "/%2Ex", "/x.", "/x", "/x..y", "/x.y", "/x.%2Ey", "/...",
		"/ ", "/x y", "/\x01", "/\x7f", "/\xff", "/%FF", "/\xc3\xa4",
		"/%", "/%%", "/X", "/mq.x", "/x:*?\\\n",
	};
	mqd_t queues[ARRAY_SIZE(names)];

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		queues[i] = queue_make(names[i], O_RDWR | O_EXCL, 1, 1);
		ASSERT_LE(0, queues[i]) {
			TH_LOG("%s", names[i]);
		}
		EXPECT_EQ(0, queue_send(queues[i], 'a' + i, 0));
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		EXPECT_EQ('a' + (int)i, queue_recv(queues[i]));
		EXPECT_EQ(0, mq_unlink(names[i]));
	}
}

static int try_length(size_t length)
{
	char name[NAME_MAX + 8] = "/";
	mqd_t queue;

	memset(name + 1, 'x', length);
	queue = queue_make(name, O_RDWR, 0, 0);
	if (queue < 0)
		return queue;
	must_errno(mq_close(queue));
	return mq(mq_unlink(name));
}

TEST_F(mq, takes_long_names) {
	EXPECT_EQ(0, try_length(252));
	EXPECT_EQ(-ENAMETOOLONG, try_length(NAME_MAX + 1));
}

TEST_F(mq, takes_the_longest_names) {
	if (mq_is_mailbox())
		SKIP(return, "mailboxes' names begin with \"mq.\"");
	EXPECT_EQ(0, try_length(NAME_MAX));
}

/* Of a user without privileges: who may do what, as letters */
static void try_access(int sock, void *arg)
{
	static const int flags[] = { O_RDONLY, O_WRONLY, O_RDWR };
	int seen = 0;

	become(*(uid_t *)arg, NOBODY);
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		int ret = queue_open(QUEUE, flags[i]);

		check(ret >= 0 || ret == -EACCES);
		seen |= (ret >= 0) << i;
	}
	check(mq(mq_unlink(QUEUE)) == -EACCES);
	tell(sock, seen);
}

static int access_of(uid_t uid)
{
	struct child child;
	int seen;

	child_start(&child, CHILD_CLOSES, try_access, &uid);
	seen = (int)hear(child.sock);
	must(child_end(&child));
	return seen;
}

TEST_F(mq, obeys_mode) {
	static const struct {
		mode_t umask, mode;
		int seen;
	} modes[] = {
		{ 0, 0666, 7 },
		{ 0, 0777, 7 },
		{ 0, 0660, 0 },
		{ 0, 0604, 1 },
		{ 0, 0602, 2 },
		{ 022, 0666, 1 },
		{ 077, 0666, 0 },
		{ 0444, 0666, 2 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++) {
		umask(modes[i].umask);
		ASSERT_LE(0, mq_open(QUEUE, O_CREAT | O_EXCL | O_RDWR,
				     modes[i].mode, NULL));
		EXPECT_EQ(modes[i].seen, access_of(USER)) {
			TH_LOG("%o & ~%o", modes[i].mode, modes[i].umask);
		}
		ASSERT_EQ(0, mq_unlink(QUEUE));
	}
}

static void make_as_user(int sock, void *arg)
{
	mqd_t queue;

	become(USER, USER);
	queue = mq_open(QUEUE, O_CREAT | O_RDWR, 0, NULL);
	must(queue);
	must(queue_send(queue, 'a', 0));
	check(queue_recv(queue) == 'a');
	check(queue_open(QUEUE, O_RDONLY) == -EACCES);
	check(queue_open(QUEUE, O_WRONLY) == -EACCES);
	must_errno(mq_unlink(QUEUE));
	tell(sock, 0);
}

/* The mode is not for who makes it, until it opens it again */
TEST_F(mq, opens_what_it_makes) {
	struct child child;

	child_start(&child, CHILD_CLOSES, make_as_user, NULL);
	EXPECT_EQ(0, child_end(&child));
}

static void fill_as_user(int sock, void *arg)
{
	mqd_t queue;

	become(USER, USER);
	queue = must(queue_open(QUEUE, O_WRONLY | O_NONBLOCK));
	queue_fill(queue);
	check(queue_send(queue, 'a', 0) == -EAGAIN);
	tell(sock, 0);
}

/* Nobody has a share of it */
TEST_F(mq, can_be_filled_by_others) {
	struct child child;
	mqd_t queue;

	queue = mq_open(QUEUE, O_CREAT | O_RDWR | O_NONBLOCK, 0622, NULL);
	ASSERT_LE(0, queue);
	child_start(&child, CHILD_CLOSES, fill_as_user, NULL);
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(MESSAGES, queue_count(queue));
	EXPECT_EQ(-EAGAIN, queue_send(queue, 'a', 0));
}

TEST_F(mq, unlinks) {
	mqd_t queue, other;

	queue = queue_make(QUEUE, O_RDWR, 0, 0);
	ASSERT_LE(0, queue);
	ASSERT_EQ(0, mq_unlink(QUEUE));
	EXPECT_EQ(-ENOENT, mq(mq_unlink(QUEUE)));
	EXPECT_EQ(-ENOENT, queue_open(QUEUE, O_RDWR));
	/* It goes on without a name, beside another one that has it */
	other = queue_make(QUEUE, O_RDWR | O_EXCL, 0, 0);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, queue_send(queue, 'a', 0));
	EXPECT_EQ(0, queue_count(other));
	EXPECT_EQ('a', queue_recv(queue));
}

TEST_F(mq, sets_attributes) {
	struct mq_attr attr = { .mq_flags = O_NONBLOCK, .mq_maxmsg = 1 };
	struct mq_attr old;
	mqd_t queue, same, other;

	queue = queue_make(QUEUE, O_RDWR, 3, 100);
	ASSERT_LE(0, queue);
	same = dup(queue);
	other = queue_open(QUEUE, O_RDWR);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, queue_send(queue, 'a', 0));
	EXPECT_EQ(0, mq_setattr(queue, &attr, &old));
	EXPECT_EQ(0, old.mq_flags);
	EXPECT_EQ(3, old.mq_maxmsg);
	EXPECT_EQ(100, old.mq_msgsize);
	EXPECT_EQ(1, old.mq_curmsgs);
	/* Only the flag is set, and only of this open file */
	EXPECT_EQ(0, mq_getattr(same, &attr));
	EXPECT_EQ(O_NONBLOCK, attr.mq_flags);
	EXPECT_EQ(3, attr.mq_maxmsg);
	EXPECT_EQ(0, mq_getattr(other, &attr));
	EXPECT_EQ(0, attr.mq_flags);
	EXPECT_EQ('a', queue_recv(queue));
	EXPECT_EQ(-EAGAIN, queue_recv(same));
	attr.mq_flags = O_NONBLOCK | O_APPEND;
	EXPECT_EQ(-EINVAL, mq(mq_setattr(queue, &attr, NULL)));
	attr.mq_flags = 0;
	EXPECT_EQ(0, mq_setattr(queue, &attr, NULL));
	EXPECT_EQ(0, mq_getattr(queue, &attr));
	EXPECT_EQ(0, attr.mq_flags);
}

static void open_without_mode(int sock, void *arg)
{
	(void)sock;
	(void)arg;
	close(STDERR_FILENO);
	__mq_open_2(QUEUE, O_CREAT | O_RDWR);
}

TEST_F(mq, opens_for_fortified_programs) {
	struct child child;
	mqd_t queue;

	EXPECT_EQ(-ENOENT, mq(__mq_open_2(QUEUE, O_RDWR)));
	ASSERT_LE(0, queue_make(QUEUE, O_RDWR, 0, 0));
	queue = mq(__mq_open_2(QUEUE, O_RDWR));
	ASSERT_LE(0, queue);
	EXPECT_EQ(0, queue_send(queue, 'a', 0));
	EXPECT_EQ('a', queue_recv(queue));
	child_start(&child, CHILD_CLOSES, open_without_mode, NULL);
	EXPECT_EQ(-SIGABRT, child_end(&child));
}

TEST_F(mq, refuses_other_files) {
	const struct sigevent event = { .sigev_notify = SIGEV_NONE };
	struct mq_attr attr = { .mq_flags = 0 };
	char text[1];
	int files[4];

	ASSERT_EQ(0, pipe(files));
	files[2] = open("/dev/null", O_RDWR);
	files[3] = -1;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		EXPECT_EQ(-EBADF, queue_send(files[i], 'a', 0));
		EXPECT_EQ(-EBADF, mq(mq_receive(files[i], text, 1, NULL)));
		EXPECT_EQ(-EBADF, mq(mq_getattr(files[i], &attr)));
		EXPECT_EQ(-EBADF, mq(mq_setattr(files[i], &attr, NULL)));
		EXPECT_EQ(-EBADF, mq(mq_notify(files[i], &event)));
		EXPECT_EQ(-EBADF, mq(mq_notify(files[i], NULL)));
	}
}

TEST_HARNESS_MAIN
