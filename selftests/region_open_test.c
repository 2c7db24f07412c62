// SPDX-License-Identifier: GPL-2.0-only
/* Opening and making regions: by name, without one, by whom; what they cost. */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "interrupt.h"
#include "region.h"
#include "stranger.h"

#define PAGES	4

static const char name[] = "region.open";

static const char *const params[] = {
	"max_regions", "max_region_bytes", "max_views",
};

FIXTURE(open) {
	struct live live;
	struct endpoint endpoint;
	struct endpoint stranger;
	struct rlimit limit;
	long params[ARRAY_SIZE(params)];
};

FIXTURE_SETUP(open) {
	size_t i;

	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	stranger_open(&self->stranger, POOL, ALICE);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	for (i = 0; i < ARRAY_SIZE(params); i++)
		self->params[i] = param_get(params[i]);
	interrupt_install(0);
}

FIXTURE_TEARDOWN(open) {
	size_t i;

	setrlimit(RLIMIT_NOFILE, &self->limit);
	for (i = 0; i < ARRAY_SIZE(params); i++)
		param_set(params[i], self->params[i]);
	region_unlink(name);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

static struct kipc_stat stat_of(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat;
}

TEST_F(open, by_name) {
	struct kipc_region_open arg = { .flags = R_BOTH };
	__u32 *first, *second;
	int maker, other;

	EXPECT_EQ(-ENOENT, region_open(name, &arg));
	arg.flags |= KIPC_REGION_CREATE;
	arg.size = PAGES * PAGE;
	arg.mode = 0600;
	maker = region_open(name, &arg);
	ASSERT_LE(0, maker);
	EXPECT_EQ(1, arg.created);
	EXPECT_EQ(FD_CLOEXEC, fcntl(maker, F_GETFD));
	other = region_open(name, &arg);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, arg.created);
	arg.flags |= KIPC_REGION_EXCLUSIVE;
	EXPECT_EQ(-EEXIST, region_open(name, &arg));
	EXPECT_EQ(region_info(maker).id, region_info(other).id);
	EXPECT_NE(region_info(maker).view, region_info(other).view);
	EXPECT_EQ(2, region_info(maker).views);
	EXPECT_EQ(R_OWN, region_info(maker).rights);
	EXPECT_EQ(R_BOTH, region_info(other).rights);
	EXPECT_EQ(PAGES * PAGE, region_info(other).region_size);
	EXPECT_EQ(0600, region_info(other).mode);
	first = region_map(maker, PAGES * PAGE, PROT_READ | PROT_WRITE);
	second = region_map(other, PAGES * PAGE, PROT_READ);
	first[1000] = 7;
	EXPECT_EQ(7, second[1000]);
	munmap(first, PAGES * PAGE);
	munmap(second, PAGES * PAGE);
}

TEST_F(open, without_a_name) {
	int first = region_make(NULL, PAGE), second = region_make(NULL, PAGE);

	EXPECT_NE(region_info(first).id, region_info(second).id);
	EXPECT_EQ(1, region_info(first).views);
}

/* With its name it stays, and what is in it. */
TEST_F(open, lasts) {
	int fd = region_make(name, PAGE);
	__u32 *words = region_map(fd, PAGE, PROT_READ | PROT_WRITE);

	words[0] = 42;
	munmap(words, PAGE);
	close(fd);
	fd = region_join(name, R_OWN);
	ASSERT_LE(0, fd);
	words = region_map(fd, PAGE, PROT_READ);
	EXPECT_EQ(42, words[0]);
	EXPECT_EQ(0, region_unlink(name));
	EXPECT_EQ(-ENOENT, region_join(name, R_READ));
	/* Who has it keeps it. */
	EXPECT_EQ(42, words[0]);
	munmap(words, PAGE);
}

TEST_F(open, refused) {
	const struct kipc_region_open good = {
		.flags = R_BOTH | KIPC_REGION_CREATE,
		.size = PAGE,
		.mode = 0600,
	};
	struct kipc_region_open arg;

	arg = good;
	arg.flags = KIPC_REGION_WRITE | KIPC_REGION_CREATE;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	arg = good;
	arg.size = PAGE + 1;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	arg = good;
	arg.size = 0;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	arg = good;
	arg.size = KIPC_REGION_SIZE_MAX + PAGE;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	arg = good;
	arg.mode = 0700;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	arg = good;
	arg.flags |= KIPC_WAIT;
	EXPECT_EQ(-EINVAL, region_open(name, &arg));
	arg = good;
	arg.deadline = after(SECOND);
	EXPECT_EQ(-EINVAL, region_open(name, &arg));
	/* Without KIPC_REGION_CREATE nothing is said of how it is made. */
	arg = good;
	arg.flags = R_BOTH;
	EXPECT_EQ(-EINVAL, region_open(name, &arg));
	arg.mode = 0;
	EXPECT_EQ(-EINVAL, region_open(name, &arg));
	arg.size = 0;
	EXPECT_EQ(-EINVAL, region_open(NULL, &arg));
	EXPECT_EQ(-ENOENT, region_open(name, &arg));
	EXPECT_EQ(-EINVAL, region_join("a..b", R_BOTH));
}

/* A name is of one kind of object. */
TEST_F(open, other_kind) {
	struct kipc_mailbox_open mailbox = {
		.flags = KIPC_MAILBOX_READ,
		.name = PTR(name),
		.name_size = sizeof(name) - 1,
	};

	region_make(name, PAGE);
	EXPECT_EQ(-EPROTOTYPE,
		  kipc(self->endpoint.fd, KIPC_MAILBOX_OPEN, &mailbox));
	EXPECT_EQ(0, region_unlink(name));
	must(name_publish(&self->endpoint, name,
			  node_create(&self->endpoint, 1), 0700));
	EXPECT_EQ(-EPROTOTYPE, region_join(name, R_READ));
	must(name_unpublish(&self->endpoint, name));
}

static int join_as(uid_t uid, __u32 flags)
{
	int ret;

	must_errno(seteuid(uid));
	ret = region_join(name, flags);
	must_errno(seteuid(0));
	if (ret < 0)
		return ret;
	close(ret);
	return 0;
}

TEST_F(open, modes) {
	static const struct {
		__u32 mode;
		int read;
		int write;
	} rows[] = {
		{ 0600, -EACCES, -EACCES },
		{ 0644, 0, -EACCES },
		{ 0622, -EACCES, -EACCES },
		{ 0666, 0, 0 },
	};
	struct kipc_region_open arg;
	size_t i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		arg = (struct kipc_region_open) {
			.flags = R_MAKE,
			.size = PAGE,
			.mode = rows[i].mode,
		};
		fd = region_open(name, &arg);
		ASSERT_LE(0, fd);
		EXPECT_EQ(rows[i].read, join_as(ALICE, R_READ));
		EXPECT_EQ(rows[i].write, join_as(ALICE, R_BOTH));
		/* Whoever may write is not its owner. */
		if (!rows[i].write)
			EXPECT_EQ(-EPERM, join_as(ALICE, R_OWN));
		EXPECT_EQ(0, join_as(0, R_OWN));
		close(fd);
		EXPECT_EQ(0, region_unlink(name));
	}
}

/* Opens by name, and may wait for that. */
static void begin_join(struct _test_data_open *self, struct puppet *puppet,
		       struct kipc_region_open *arg)
{
	arg->flags = R_READ | KIPC_WAIT;
	arg->name = PTR(name);
	arg->name_size = sizeof(name) - 1;
	puppet_begin_on(puppet, self->endpoint.fd, KIPC_REGION_OPEN, arg);
	wait_blocked(puppet->thread.tid, KIPC_REGION_OPEN);
}

TEST_F(open, waits) {
	struct kipc_region_open arg = { .deadline = after(20 * MILLISECOND) };
	struct puppet puppet;
	int fd;

	arg.flags = R_READ | KIPC_WAIT;
	EXPECT_EQ(-ETIMEDOUT, region_open(name, &arg));
	puppet_open(&puppet);
	arg.deadline = 0;
	begin_join(self, &puppet, &arg);
	fd = region_make(name, PAGE);
	EXPECT_EQ(0, puppet_end(&puppet));
	EXPECT_EQ(region_info(fd).id, region_info(arg.fd).id);
	EXPECT_EQ(0, region_unlink(name));
	begin_join(self, &puppet, &arg);
	interrupt(&puppet.thread);
	EXPECT_EQ(-EINTR, puppet_end(&puppet));
	puppet_close(&puppet);
}

/* Without descriptors nothing comes to be, not even the name. */
TEST_F(open, no_descriptor) {
	struct kipc_region_open arg = {
		.flags = R_MAKE,
		.name = PTR(name),
		.name_size = sizeof(name) - 1,
		.size = PAGE,
		.mode = 0600,
	};
	struct kipc_region_view view = { .flags = R_READ };
	struct rlimit none = self->limit;
	int fd = region_make(NULL, PAGE);

	none.rlim_cur = 0;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(-EMFILE, kipc(self->endpoint.fd, KIPC_REGION_OPEN, &arg));
	EXPECT_EQ(-EMFILE, kipc(fd, KIPC_REGION_VIEW, &view));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
	EXPECT_EQ(-ENOENT, region_join(name, R_READ));
	EXPECT_EQ(1, region_info(fd).views);
	EXPECT_EQ(1, stat_of(&self->endpoint).regions.used);
}

TEST_F(open, quotas) {
	struct kipc_region_open arg = {
		.flags = R_BOTH | KIPC_REGION_CREATE,
		.size = PAGE,
	};
	struct kipc_stat stat;
	int fd;

	ASSERT_EQ(0, param_set("max_regions", 1));
	fd = region_make(NULL, PAGE);
	EXPECT_EQ(-EDQUOT, region_open(NULL, &arg));
	ASSERT_EQ(0, param_set("max_regions", 10));
	ASSERT_EQ(0, param_set("max_region_bytes", 3 * (long)PAGE));
	arg.size = 3 * PAGE;
	EXPECT_EQ(-EDQUOT, region_open(NULL, &arg));
	arg.size = 2 * PAGE;
	EXPECT_LE(0, region_open(NULL, &arg));
	stat = stat_of(&self->endpoint);
	EXPECT_EQ(2, stat.regions.used);
	EXPECT_EQ(3 * PAGE, stat.region_bytes.used);
	EXPECT_EQ(2, stat.views.used);
	EXPECT_EQ(0, stat_of(&self->stranger).regions.used);
	ASSERT_EQ(0, param_set("max_views", 3));
	EXPECT_LE(0, region_view(fd, R_READ, 0, 0, NULL));
	EXPECT_EQ(-EDQUOT, region_view(fd, R_READ, 0, 0, NULL));
	/* Who makes a view pays for it. */
	must_errno(seteuid(ALICE));
	EXPECT_LE(0, region_view(fd, R_READ, 0, 0, NULL));
	must_errno(seteuid(0));
	EXPECT_EQ(1, stat_of(&self->stranger).views.used);
	EXPECT_EQ(3, stat_of(&self->endpoint).views.used);
}

TEST_HARNESS_MAIN
