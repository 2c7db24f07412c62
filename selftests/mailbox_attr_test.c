// SPDX-License-Identifier: GPL-2.0-only
/* How a mailbox may be made, and how not. What is refused leaves nothing. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "mailbox.h"

static const char name[] = "mailbox.attr";

/**
 * struct attempt - a way to make a mailbox
 * @what: for messages
 * @arg: how; @flags of 0 stands for BOTH and KIPC_MAILBOX_CREATE
 */
struct attempt {
	const char *what;
	struct kipc_mailbox_open arg;
};

#define WAY(text, ...)	{ text, { .dead_letter = -1, __VA_ARGS__ } }
#define WORK		.kind = KIPC_MAILBOX_WORK
#define BROADCAST	.kind = KIPC_MAILBOX_BROADCAST, \
			.policy = KIPC_MAILBOX_DROP

static const struct attempt bad[] = {
	WAY("kind", .kind = KIPC_MAILBOX_BROADCAST + 1),
	WAY("kind", .kind = ~0U),
	WAY("policy", .policy = KIPC_MAILBOX_DROP + 1),
	WAY("policy", .policy = ~0U),
	WAY("mode", .mode = 01000),
	WAY("mode", .mode = 0100),
	WAY("mode", .mode = 0001),
	WAY("messages", .messages_max = KIPC_MAILBOX_MESSAGES_MAX + 1),
	WAY("messages", .messages_max = ~0U),
	WAY("size", .size_max = KIPC_MAILBOX_SIZE_MAX + 1),
	WAY("size", .size_max = ~0U),
	WAY("history of a queue", .messages_max = 8, .history = 1),
	WAY("history of work", WORK, .messages_max = 8, .history = 1),
	WAY("long history", BROADCAST, .messages_max = 8, .history = 9),
	WAY("history longer than the default", BROADCAST,
	    .history = KIPC_MAILBOX_MESSAGES_DEFAULT + 1),
	WAY("deliveries of a queue", .deliveries_max = 1),
	WAY("deliveries of a broadcast", BROADCAST, .deliveries_max = 1),
	WAY("lease of a queue", .lease = SECOND),
	WAY("lease of a broadcast", BROADCAST, .lease = SECOND),
	WAY("broadcast that blocks", .kind = KIPC_MAILBOX_BROADCAST,
	    .policy = KIPC_MAILBOX_BLOCK),
	WAY("broadcast that fails", .kind = KIPC_MAILBOX_BROADCAST,
	    .policy = KIPC_MAILBOX_FAIL),
	{ "dead letter of a queue", { .dead_letter = 1 } },
	WAY("exclusive", .flags = BOTH | KIPC_MAILBOX_EXCLUSIVE),
	WAY("wait and create",
	    .flags = BOTH | KIPC_MAILBOX_CREATE | KIPC_WAIT),
	WAY("deadline", .deadline = SECOND),
};

static const struct attempt good[] = {
	WAY("queue", .messages_max = 1, .size_max = 1),
	WAY("queue that fails", .policy = KIPC_MAILBOX_FAIL),
	WAY("queue that drops", .policy = KIPC_MAILBOX_DROP),
	WAY("work that drops", WORK, .policy = KIPC_MAILBOX_DROP),
	WAY("work with a lease", WORK, .lease = 1),
	WAY("endless lease", WORK, .lease = ~0ULL),
	WAY("whole history", BROADCAST, .messages_max = 8, .history = 8),
	WAY("whole default history", BROADCAST,
	    .history = KIPC_MAILBOX_MESSAGES_DEFAULT),
	WAY("mode", .mode = 0666),
	WAY("large", .messages_max = 1, .size_max = KIPC_MAILBOX_SIZE_MAX),
	WAY("deep", .messages_max = KIPC_MAILBOX_MESSAGES_MAX, .size_max = 1),
	{ "dead letter of nobody", { .mode = 0600 } },
	WAY("flags", .flags = BOTH | KIPC_MAILBOX_CREATE |
	    KIPC_MAILBOX_LAST_CLOSE | KIPC_MAILBOX_FIRST_COME |
	    KIPC_MAILBOX_LABEL),
};

static long bytes_max;

static void __attribute__((constructor)) read_default(void)
{
	bytes_max = param_get("max_mailbox_bytes");
}

FIXTURE(attr) {
	struct live live;
	struct endpoint endpoint;
	struct kipc_stat before;
};

FIXTURE_SETUP(attr) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, param_set("max_mailbox_bytes", 1L << 40));
	endpoint_open(&self->endpoint, 0);
	/* An endpoint that the helpers open is another one. */
	mailbox_join(name, BOTH);
	stat_get(&self->endpoint, &self->before);
}

FIXTURE_TEARDOWN(attr) {
	param_set("max_mailbox_bytes", bytes_max);
	mailbox_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static int attempt_open(const struct attempt *attempt, const char *its_name)
{
	struct kipc_mailbox_open arg = attempt->arg;

	if (!arg.flags)
		arg.flags = BOTH | KIPC_MAILBOX_CREATE;
	return mailbox_open(its_name, &arg);
}

TEST_F(attr, refused) {
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, attempt_open(&bad[i], name)) {
			TH_LOG("%s (%zu)", bad[i].what, i);
		}
		EXPECT_EQ(-ENOENT, mailbox_join(name, BOTH));
		if (bad[i].arg.flags)
			continue;
		EXPECT_EQ(-EINVAL, attempt_open(&bad[i], NULL)) {
			TH_LOG("%s (%zu), no name", bad[i].what, i);
		}
	}
	EXPECT_TRUE(stat_same(&self->endpoint, &self->before));
}

/* It is checked, too, if there is such a mailbox already. */
TEST_F(attr, refused_though_it_exists) {
	size_t i;

	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, attempt_open(&bad[i], name)) {
			TH_LOG("%s (%zu)", bad[i].what, i);
		}
	}
}

TEST_F(attr, taken) {
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		fd = attempt_open(&good[i], NULL);
		EXPECT_LE(0, fd) {
			TH_LOG("%s (%zu)", good[i].what, i);
		}
		if (fd >= 0 && good[i].arg.messages_max) {
			EXPECT_EQ(good[i].arg.messages_max,
				  mailbox_info(fd).messages_max);
		}
		close(fd);
	}
}

/* Without KIPC_MAILBOX_CREATE nothing is said of a new one. */
TEST_F(attr, not_created) {
	static const struct attempt said[] = {
		WAY("kind", .kind = KIPC_MAILBOX_WORK),
		WAY("mode", .mode = 0600),
		WAY("policy", .policy = KIPC_MAILBOX_FAIL),
		WAY("messages", .messages_max = 1),
		WAY("size", .size_max = 1),
		WAY("history", .history = 1),
		WAY("deliveries", .deliveries_max = 1),
		WAY("lease", .lease = 1),
		{ "dead letter", { .dead_letter = 1 } },
		{ "dead letter", { .dead_letter = -2 } },
	};
	struct attempt attempt;
	size_t i;

	mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	for (i = 0; i < ARRAY_SIZE(said); i++) {
		attempt = said[i];
		attempt.arg.flags = BOTH;
		EXPECT_EQ(-EINVAL, attempt_open(&attempt, name)) {
			TH_LOG("%s (%zu)", said[i].what, i);
		}
	}
	attempt.arg = (struct kipc_mailbox_open) { .flags = BOTH };
	EXPECT_LE(0, attempt_open(&attempt, name));
	attempt.arg.dead_letter = -1;
	EXPECT_LE(0, attempt_open(&attempt, name));
}

static int with_dead_letter(int fd)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = KIPC_MAILBOX_WORK,
		.size_max = 100,
		.deliveries_max = 1,
		.dead_letter = fd,
	};

	return mailbox_open(NULL, &arg);
}

TEST_F(attr, dead_letters) {
	struct kipc_mailbox_open arg = { .flags = MAKE, .size_max = 99 };
	int fd;

	EXPECT_EQ(-EBADF, with_dead_letter(-1));
	EXPECT_EQ(-EBADF, with_dead_letter(999));
	fd = eventfd(0, EFD_CLOEXEC);
	EXPECT_EQ(-EPROTOTYPE, with_dead_letter(fd));
	EXPECT_EQ(-EPROTOTYPE, with_dead_letter(self->endpoint.fd));
	fd = mailbox_make(name, KIPC_MAILBOX_QUEUE, 1);
	EXPECT_EQ(-EBADF, with_dead_letter(mailbox_join(name, READER)));
	EXPECT_EQ(-EBADF, with_dead_letter(mailbox_join(name, 0)));
	EXPECT_LE(0, with_dead_letter(mailbox_join(name, WRITER)));
	EXPECT_LE(0, with_dead_letter(fd));
	fd = mailbox_make(NULL, KIPC_MAILBOX_BROADCAST, 1);
	EXPECT_EQ(-EINVAL, with_dead_letter(fd));
	arg.dead_letter = -1;
	fd = mailbox_open(NULL, &arg);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EINVAL, with_dead_letter(fd));
	EXPECT_LE(0, with_dead_letter(mailbox_make(NULL, KIPC_MAILBOX_WORK, 1)));
}

TEST_HARNESS_MAIN
