// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Mailboxes: what the library passes to the kernel for each function, and what it
 * makes of the answer.
 */
#include <sys/wait.h>
#include <unistd.h>

#include "test.h"

#define BOX		77
#define DEADLINE	123456789
#define RIGHTS		(KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE)

/* The last KIPC_MAILBOX_OPEN, of which the name is looked at first */
static void last_open(struct kipc_mailbox_open *open, const char *name)
{
	fake_last(KIPC_MAILBOX_OPEN, open);
	EXPECT_EQ(name ? strlen(name) : 0, open->name_size);
	EXPECT_EQ((uintptr_t)name, open->name);
}

static void answer_open(int fd)
{
	const struct kipc_mailbox_open open = { .fd = fd };

	fake_answer(KIPC_MAILBOX_OPEN, &open);
}

static void opens_by_name(void)
{
	static const char name[] = "test.box";
	const struct kipc_mailbox_options ignored = { .size_max = 5 };
	struct kipc_mailbox_open open;

	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_open(NULL, name, RIGHTS | KIPC_NONBLOCK,
					 0666, &ignored));
	last_open(&open, name);
	EXPECT_EQ(RIGHTS | KIPC_NONBLOCK, open.flags);
	/* What says how a new one is made stays out of it */
	EXPECT_EQ(0, open.mode);
	EXPECT_EQ(0, open.size_max);
	EXPECT_EQ(-1, open.dead_letter);
	EXPECT_EQ(0, open.deadline);
}

static void opens_on_an_endpoint(void)
{
	struct kipc *endpoint;

	EXPECT_EQ(0, kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &endpoint));
	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_open(endpoint, "a", KIPC_MAILBOX_READ, 0,
					 NULL));
	EXPECT_EQ(kipc_fd(endpoint), fake_last_fd(KIPC_MAILBOX_OPEN));
	EXPECT_EQ(1, fake_endpoints());
	EXPECT_EQ(0, kipc_close(endpoint));
}

static void makes_with_options(void)
{
	static const char name[] = "test.box";
	const struct kipc_mailbox_options options = {
		.kind = KIPC_MAILBOX_WORK,
		.policy = KIPC_MAILBOX_FAIL,
		.messages_max = 2,
		.size_max = 3,
		.deliveries_max = 4,
		.dead_letter = 5,
		.lease = 6,
	};
	const unsigned int flags = KIPC_MAILBOX_CREATE |
		KIPC_MAILBOX_EXCLUSIVE | KIPC_MAILBOX_LAST_CLOSE |
		KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL;
	struct kipc_mailbox_open open;

	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_open(NULL, name, flags, 0640, &options));
	last_open(&open, name);
	EXPECT_EQ(flags, open.flags);
	EXPECT_EQ(0640, open.mode);
	EXPECT_EQ(KIPC_MAILBOX_WORK, open.kind);
	EXPECT_EQ(KIPC_MAILBOX_FAIL, open.policy);
	EXPECT_EQ(2, open.messages_max);
	EXPECT_EQ(3, open.size_max);
	EXPECT_EQ(0, open.history);
	EXPECT_EQ(4, open.deliveries_max);
	EXPECT_EQ(5, open.dead_letter);
	EXPECT_EQ(6, open.lease);
}

static void makes_without_options(void)
{
	const struct kipc_mailbox_options zero = { .dead_letter = 0 };
	struct kipc_mailbox_open open;

	for (int i = 0; i < 2; i++) {
		answer_open(BOX);
		EXPECT_EQ(BOX, kipc_mailbox_open(NULL, NULL, RIGHTS, 0600,
						 i ? &zero : NULL));
		last_open(&open, NULL);
		EXPECT_EQ(RIGHTS | KIPC_MAILBOX_CREATE, open.flags);
		EXPECT_EQ(0600, open.mode);
		EXPECT_EQ(KIPC_MAILBOX_QUEUE, open.kind);
		EXPECT_EQ(KIPC_MAILBOX_BLOCK, open.policy);
		EXPECT_EQ(0, open.messages_max);
		EXPECT_EQ(0, open.lease);
		EXPECT_EQ(-1, open.dead_letter);
	}
}

static void broadcasts_drop(void)
{
	const struct kipc_mailbox_options options = {
		.kind = KIPC_MAILBOX_BROADCAST,
		.history = 7,
	};
	struct kipc_mailbox_open open;

	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_open(NULL, NULL, 0, 0, &options));
	last_open(&open, NULL);
	EXPECT_EQ(KIPC_MAILBOX_BROADCAST, open.kind);
	EXPECT_EQ(KIPC_MAILBOX_DROP, open.policy);
	EXPECT_EQ(7, open.history);
}

static void refuses_to_open(void)
{
	EXPECT_EQ(-EINVAL, kipc_mailbox_open(NULL, "", RIGHTS, 0, NULL));
	EXPECT_EQ(-EINVAL, kipc_mailbox_open(NULL, "a", KIPC_WAIT, 0, NULL));
	EXPECT_EQ(-EINVAL, kipc_mailbox_wait(NULL, "", RIGHTS, KIPC_FOREVER));
	EXPECT_EQ(-EINVAL, kipc_mailbox_wait(NULL, "a", KIPC_MAILBOX_CREATE,
					     KIPC_FOREVER));
	EXPECT_EQ(0, fake_count(KIPC_MAILBOX_OPEN));
	fake_fail(KIPC_MAILBOX_OPEN, EUSERS, 1);
	EXPECT_EQ(-EUSERS, kipc_mailbox_open(NULL, "a", RIGHTS, 0, NULL));
	fake_fail(KIPC_MAILBOX_OPEN, ETIMEDOUT, 1);
	EXPECT_EQ(-ETIMEDOUT, kipc_mailbox_wait(NULL, "a", RIGHTS, DEADLINE));
	fake_set_abi(KIPC_ABI_VERSION + 1);
	EXPECT_EQ(-EPROTONOSUPPORT, kipc_mailbox_open(NULL, "a", RIGHTS, 0,
						      NULL));
	EXPECT_EQ(-EPROTONOSUPPORT, kipc_mailbox_unlink(NULL, "a"));
}

static void waits_for_a_name(void)
{
	static const char name[] = "test.box";
	struct kipc_mailbox_open open;

	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_wait(NULL, name, KIPC_MAILBOX_READ,
					 DEADLINE));
	last_open(&open, name);
	EXPECT_EQ(KIPC_MAILBOX_READ | KIPC_WAIT, open.flags);
	EXPECT_EQ(DEADLINE, open.deadline);
	/* Also if it is not to wait at all: the error is ETIMEDOUT then */
	answer_open(BOX);
	EXPECT_EQ(BOX, kipc_mailbox_wait(NULL, name, 0, KIPC_NO_WAIT));
	last_open(&open, name);
	EXPECT_EQ(KIPC_WAIT, open.flags);
	EXPECT_EQ(KIPC_NO_WAIT, open.deadline);
}

static void unlinks(void)
{
	static const char name[] = "test.box";
	struct kipc_name_unpublish unpublish;

	EXPECT_EQ(-ENOENT, kipc_mailbox_unlink(NULL, name));
	fake_last(KIPC_NAME_UNPUBLISH, &unpublish);
	EXPECT_EQ((uintptr_t)name, unpublish.name);
	EXPECT_EQ(strlen(name), unpublish.name_size);
	EXPECT_EQ(0, unpublish.flags);
}

/* In the child of a fork: returns what is wrong, as a bit each */
static int child(struct kipc *endpoint)
{
	const struct kipc_mailbox_send_options send = { .endpoint = endpoint };
	const struct kipc_mailbox_recv_options recv = { .endpoint = endpoint };
	int bad = 0;

	bad |= kipc_mailbox_open(endpoint, "a", RIGHTS, 0, NULL) != -ECHILD;
	bad |= (kipc_mailbox_wait(endpoint, "a", RIGHTS, KIPC_NO_WAIT) !=
		-ECHILD) << 1;
	bad |= (kipc_mailbox_unlink(endpoint, "a") != -ECHILD) << 2;
	bad |= (kipc_mailbox_send_with(BOX, NULL, 0, &send, KIPC_FOREVER,
				       NULL) != -ECHILD) << 3;
	bad |= (kipc_mailbox_recv_with(BOX, NULL, 0, &recv, KIPC_FOREVER,
				       NULL) != -ECHILD) << 4;
	/* But mailboxes are files, and are inherited as such */
	bad |= (kipc_mailbox_send(BOX, "", 0, 0, KIPC_FOREVER) != 0) << 5;
	return bad;
}

static void needs_its_own_endpoint(void)
{
	struct kipc *endpoint;
	int status;
	pid_t pid;

	EXPECT_EQ(0, kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &endpoint));
	pid = fork();
	if (!pid)
		_exit(child(endpoint));
	EXPECT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	EXPECT_EQ(0, kipc_close(endpoint));
}

static void purges(void)
{
	const struct kipc_mailbox_purge answer = { .purged = 9 };
	struct kipc_mailbox_purge purge;
	uint64_t purged = 0;

	fake_answer(KIPC_MAILBOX_PURGE, &answer);
	EXPECT_EQ(0, kipc_mailbox_purge(BOX, &purged));
	EXPECT_EQ(9, purged);
	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_PURGE));
	fake_last(KIPC_MAILBOX_PURGE, &purge);
	EXPECT_EQ(0, purge.flags);
	EXPECT_EQ(0, purge.reserved);
	EXPECT_EQ(0, kipc_mailbox_purge(BOX, NULL));
	fake_fail(KIPC_MAILBOX_PURGE, EBADF, 1);
	EXPECT_EQ(-EBADF, kipc_mailbox_purge(BOX, NULL));
}

static void informs(void)
{
	const struct kipc_mailbox_info answer = { .id = 12, .messages = 3 };
	struct kipc_mailbox_info info, last;

	/* What the struct holds beforehand is nothing to the library */
	memset(&info, 0xff, sizeof(info));
	fake_answer(KIPC_MAILBOX_INFO, &answer);
	EXPECT_EQ(0, kipc_mailbox_info(BOX, &info));
	EXPECT_EQ(0, memcmp(&answer, &info, sizeof(info)));
	fake_last(KIPC_MAILBOX_INFO, &last);
	EXPECT_EQ(0, last.flags);
	fake_fail(KIPC_MAILBOX_INFO, ENOTTY, 1);
	EXPECT_EQ(-ENOTTY, kipc_mailbox_info(BOX, &info));
}

static void notifies(void)
{
	struct kipc_mailbox_notify notify;

	EXPECT_EQ(0, kipc_mailbox_notify(BOX, 8));
	EXPECT_EQ(BOX, fake_last_fd(KIPC_MAILBOX_NOTIFY));
	fake_last(KIPC_MAILBOX_NOTIFY, &notify);
	EXPECT_EQ(8, notify.eventfd);
	EXPECT_EQ(0, notify.flags);
	fake_fail(KIPC_MAILBOX_NOTIFY, EBUSY, 1);
	EXPECT_EQ(-EBUSY, kipc_mailbox_notify(BOX, 8));
}

static const struct test tests[] = {
	TEST(opens_by_name),
	TEST(opens_on_an_endpoint),
	TEST(makes_with_options),
	TEST(makes_without_options),
	TEST(broadcasts_drop),
	TEST(refuses_to_open),
	TEST(waits_for_a_name),
	TEST(unlinks),
	TEST(needs_its_own_endpoint),
	TEST(purges),
	TEST(informs),
	TEST(notifies),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
