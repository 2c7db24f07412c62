// SPDX-License-Identifier: GPL-2.0-only
/* What mailboxes cost the user who made them. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "mailbox.h"
#include "stranger.h"

static const char *const params[] = {
	"max_mailboxes", "max_mailbox_bytes", "max_names", "max_files",
	"max_attached_handles",
};

static long defaults[ARRAY_SIZE(params)];

static void __attribute__((constructor)) read_defaults(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		defaults[i] = param_get(params[i]);
}

FIXTURE(quota) {
	struct live live;
	struct endpoint endpoint;
	struct endpoint stranger;
	struct kipc_stat before;
};

FIXTURE_SETUP(quota) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	stranger_open(&self->stranger, POOL, ALICE);
	stat_get(&self->endpoint, &self->before);
}

FIXTURE_TEARDOWN(quota) {
	size_t i;

	for (i = 0; i < ARRAY_SIZE(params); i++)
		param_set(params[i], defaults[i]);
	mailbox_unlink("quota.0");
	mailbox_unlink("quota.1");
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* By an endpoint that stays, so that only the mailbox costs something */
static int make(struct endpoint *endpoint, const char *name, __u32 messages,
		__u32 size)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.name = PTR(name),
		.name_size = name ? (__u32)strlen(name) : 0,
		.messages_max = messages,
		.size_max = size,
		.dead_letter = -1,
	};
	int ret = kipc(endpoint->fd, KIPC_MAILBOX_OPEN, &arg);

	return ret ? ret : arg.fd;
}

static struct kipc_stat stat_of(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat;
}

TEST_F(quota, defaults) {
	struct kipc_stat stat = stat_of(&self->endpoint);

	EXPECT_LT(0, defaults[0]);
	EXPECT_LT(0, defaults[1]);
	EXPECT_EQ((__u64)defaults[0], stat.mailboxes.limit);
	EXPECT_EQ((__u64)defaults[1], stat.mailbox_bytes.limit);
	EXPECT_EQ(0, stat.mailboxes.used);
	EXPECT_EQ(0, stat.mailbox_bytes.used);
}

TEST_F(quota, mailboxes) {
	struct kipc_stat before;
	int fd[3], i;

	ASSERT_EQ(0, param_set("max_mailboxes", 3));
	for (i = 0; i < 3; i++) {
		fd[i] = make(&self->endpoint, NULL, 4, 100);
		ASSERT_LE(0, fd[i]);
		EXPECT_EQ((__u64)i + 1,
			  stat_of(&self->endpoint).mailboxes.used);
	}
	stat_get(&self->endpoint, &before);
	EXPECT_EQ(-EDQUOT, make(&self->endpoint, NULL, 1, 1));
	EXPECT_EQ(-EDQUOT, make(&self->endpoint, "quota.0", 1, 1));
	EXPECT_TRUE(stat_same(&self->endpoint, &before));
	EXPECT_EQ(-ENOENT, mailbox_join("quota.0", BOTH));
	/* Another user has a quota of its own. */
	EXPECT_EQ(0, stat_of(&self->stranger).mailboxes.used);
	close(fd[0]);
	EXPECT_LE(0, make(&self->endpoint, "quota.0", 1, 1));
	EXPECT_EQ(3, stat_of(&self->endpoint).mailboxes.used);
}

/* It is charged to its maker, and nobody else. */
TEST_F(quota, of_the_user) {
	struct kipc_stat before = stat_of(&self->endpoint);
	int fd;

	must_errno(seteuid(ALICE));
	fd = make(&self->stranger, NULL, 10, 1000);
	must_errno(seteuid(0));
	ASSERT_LE(0, fd);
	EXPECT_EQ(ALICE, mailbox_info(fd).uid);
	EXPECT_EQ(1, stat_of(&self->stranger).mailboxes.used);
	EXPECT_LE(10 * 1000, stat_of(&self->stranger).mailbox_bytes.used);
	EXPECT_TRUE(stat_same(&self->endpoint, &before));
	close(fd);
	EXPECT_EQ(0, stat_of(&self->stranger).mailboxes.used);
	EXPECT_EQ(0, stat_of(&self->stranger).mailbox_bytes.used);
}

/* Room is charged when it is made; what comes needs none. */
TEST_F(quota, bytes) {
	static const __u8 data[1000];
	__u64 used;
	__u32 i;
	int fd;

	fd = make(&self->endpoint, NULL, 10, sizeof(data));
	ASSERT_LE(0, fd);
	used = stat_of(&self->endpoint).mailbox_bytes.used;
	EXPECT_LE(10 * sizeof(data), used);
	ASSERT_EQ(0, param_set("max_mailbox_bytes", (long)used));
	EXPECT_EQ(-EDQUOT, make(&self->endpoint, NULL, 1, 1));
	for (i = 0; i < 10; i++)
		ASSERT_EQ(0, mail_send(fd, data, sizeof(data), i));
	EXPECT_EQ(used, stat_of(&self->endpoint).mailbox_bytes.used);
	EXPECT_EQ(0, stat_of(&self->endpoint).message_bytes.used);
	EXPECT_EQ(0, stat_of(&self->endpoint).message_count.used);
	close(fd);
	EXPECT_EQ(0, stat_of(&self->endpoint).mailbox_bytes.used);
	fd = make(&self->endpoint, NULL, 10, sizeof(data));
	EXPECT_LE(0, fd);
	EXPECT_EQ(used, stat_of(&self->endpoint).mailbox_bytes.used);
}

TEST_F(quota, names) {
	int fd;

	ASSERT_EQ(0, param_set("max_names", 1));
	fd = make(&self->endpoint, "quota.0", 1, 1);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-EDQUOT, make(&self->endpoint, "quota.1", 1, 1));
	EXPECT_LE(0, make(&self->endpoint, NULL, 1, 1));
	EXPECT_EQ(2, stat_of(&self->endpoint).mailboxes.used);
	/* A name that is there is opened, and costs nothing. */
	EXPECT_LE(0, mailbox_join("quota.0", BOTH));
	ASSERT_EQ(0, mailbox_unlink("quota.0"));
	EXPECT_LE(0, make(&self->endpoint, "quota.1", 1, 1));
	EXPECT_EQ(3, stat_of(&self->endpoint).mailboxes.used);
}

static int send_attached_to(int fd, struct endpoint *endpoint, __u32 type,
			    __u32 id)
{
	struct kipc_attachment attachment = {
		.type = type,
		.id = id,
		.rights = type == KIPC_ATTACH_FD ? 0 : KIPC_RIGHT_CALL,
	};
	struct kipc_mailbox_send send = {
		.attachments = PTR(&attachment),
		.attachment_count = 1,
		.endpoint = endpoint ? endpoint->fd : -1,
	};

	return kipc(fd, KIPC_MAILBOX_SEND, &send);
}

/* What is attached is charged to its sender until it was received. */
TEST_F(quota, files) {
	struct kipc_mailbox_recv recv = { .endpoint = -1 };
	int fd = make(&self->endpoint, NULL, 10, 100);
	int file = eventfd(0, EFD_CLOEXEC);
	struct kipc_attachment got;

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, param_set("max_files", 2));
	EXPECT_EQ(0, send_attached_to(fd, NULL, KIPC_ATTACH_FD, (__u32)file));
	EXPECT_EQ(0, send_attached_to(fd, NULL, KIPC_ATTACH_FD, (__u32)file));
	EXPECT_EQ(-EDQUOT, send_attached_to(fd, NULL, KIPC_ATTACH_FD,
					    (__u32)file));
	EXPECT_EQ(2, stat_of(&self->endpoint).files.used);
	EXPECT_EQ(2, mailbox_info(fd).messages);
	recv.attachments = PTR(&got);
	recv.attachments_max = 1;
	EXPECT_EQ(0, kipc(fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(1, stat_of(&self->endpoint).files.used);
	EXPECT_EQ(1, mail_purge(fd));
	EXPECT_EQ(0, stat_of(&self->endpoint).files.used);
}

TEST_F(quota, attached_handles) {
	__u32 node = node_create(&self->endpoint, COOKIE);
	int fd = make(&self->endpoint, NULL, 10, 100);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, param_set("max_attached_handles", 1));
	EXPECT_EQ(0, send_attached_to(fd, &self->endpoint, KIPC_ATTACH_NODE,
				      node));
	EXPECT_EQ(-EDQUOT, send_attached_to(fd, &self->endpoint,
					    KIPC_ATTACH_NODE, node));
	EXPECT_EQ(1, stat_of(&self->endpoint).attached_handles.used);
	close(fd);
	EXPECT_EQ(0, stat_of(&self->endpoint).attached_handles.used);
	EXPECT_EQ(0, stat_of(&self->endpoint).mailboxes.used);
}

TEST_HARNESS_MAIN
