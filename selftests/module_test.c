// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading the module. Its file is where selftests/qemu puts it,
 * or where KIPC_KO says. It is loaded when the test begins, and when it ends.
 */
#include <kselftest_harness.h>
#include <dirent.h>
#include <sys/syscall.h>

#include "message.h"

FIXTURE(module) {
	int file;
};

static int load(int file, const char *params)
{
	return syscall(SYS_finit_module, file, params, 0) ? -errno : 0;
}

static int unload(void)
{
	return syscall(SYS_delete_module, "kipc", O_NONBLOCK) ? -errno : 0;
}

static bool is_loaded(void)
{
	return !access("/sys/module/kipc", F_OK);
}

FIXTURE_SETUP(module) {
	const char *path = getenv("KIPC_KO") ?: "/kipc/kipc.ko";

	self->file = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, self->file) {
		TH_LOG("%s: %s", path, strerror(errno));
	}
	ASSERT_TRUE(is_loaded());
}

FIXTURE_TEARDOWN(module) {
	endpoints_close();
	if (!is_loaded())
		EXPECT_EQ(0, load(self->file, ""));
	close(self->file);
}

/* All that the module shows is there with it, and gone without it. */
TEST_F(module, comes_and_goes) {
	static const char * const paths[] = {
		DEVICE, "/sys/class/misc/kipc", "/sys/kernel/debug/kipc/live",
		"/sys/module/kipc/parameters/max_endpoints",
	};
	int i, rounds = debug_kernel() ? 5 : 20;
	size_t k;

	for (i = 0; i < rounds; i++) {
		for (k = 0; k < ARRAY_SIZE(paths); k++)
			EXPECT_EQ(0, access(paths[k], F_OK));
		ASSERT_EQ(0, unload());
		for (k = 0; k < ARRAY_SIZE(paths); k++)
			EXPECT_EQ(-1, access(paths[k], F_OK));
		EXPECT_EQ(-ENOENT, unload());
		ASSERT_EQ(0, load(self->file, ""));
		EXPECT_EQ(-EEXIST, load(self->file, ""));
	}
}

/* Right after use, when RCU and workqueues have not done all yet */
TEST_F(module, unloads_right_after_use) {
	int i, rounds = debug_kernel() ? 5 : 20;

	for (i = 0; i < rounds; i++) {
		struct kipc_message message;
		struct pair pair;

		pair_open(&pair, POOL);
		must(handle_watch(&pair.client, pair.handle, 1));
		must(name_watch(&pair.client, "module", 1));
		must(name_publish(&pair.server, "module.name", pair.node,
				  0777));
		must(send_bytes(&pair.client, pair.handle, "abc", 3));
		must(send_bytes(&pair.client, pair.handle, "abc", 3));
		must(recv_now(&pair.server, &message));
		/* The freed slice leaves work behind: to trim the pool. */
		message_free(&pair.server, &message);
		pair_close(&pair);
		ASSERT_EQ(0, unload());
		ASSERT_EQ(0, load(self->file, ""));
	}
}

/* As long as anything of it is open it stays. */
TEST_F(module, busy) {
	struct endpoint endpoint;
	void *pool;
	int fd;

	endpoint_open(&endpoint, 0);
	EXPECT_EQ(-EAGAIN, unload());
	endpoint_close(&endpoint);

	fd = open(DEVICE, O_RDWR);
	ASSERT_LE(0, fd);
	pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, pool);
	close(fd);
	EXPECT_EQ(-EAGAIN, unload());
	munmap(pool, POOL);

	/* A refused unloading has harmed nothing. */
	endpoint_open(&endpoint, POOL);
	node_create(&endpoint, 1);
	endpoint_close(&endpoint);
	EXPECT_EQ(0, unload());
}

/* Its files in debugfs and sysfs, open while it goes, stay harmless. */
TEST_F(module, open_files_while_it_goes) {
	static const char * const paths[] = {
		"/sys/kernel/debug/kipc/live",
		"/sys/module/kipc/parameters/max_endpoints",
	};
	char text[64];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = open(paths[i], O_RDONLY | O_CLOEXEC);
		int ret;

		ASSERT_LE(0, fd);
		ret = unload();
		EXPECT_TRUE(!ret || ret == -EAGAIN);
		if (ret) {
			EXPECT_LT(0, read(fd, text, sizeof(text)));
		} else {
			EXPECT_GE(0, read(fd, text, sizeof(text)));
			ASSERT_EQ(0, load(self->file, ""));
		}
		close(fd);
	}
}

TEST_F(module, params) {
	struct endpoint first, second;
	struct kipc_stat stat;

	ASSERT_EQ(0, unload());
	ASSERT_EQ(0, load(self->file, "max_endpoints=2 max_nodes=7"));
	EXPECT_EQ(2, param_get("max_endpoints"));
	EXPECT_EQ(7, param_get("max_nodes"));
	endpoint_open(&first, 0);
	endpoint_open(&second, 0);
	EXPECT_EQ(-1, open(DEVICE, O_RDWR));
	EXPECT_EQ(EDQUOT, errno);
	stat_get(&first, &stat);
	EXPECT_EQ(2, stat.endpoints.limit);
	EXPECT_EQ(7, stat.nodes.limit);
	endpoints_close();
	ASSERT_EQ(0, unload());
	EXPECT_EQ(-EINVAL, load(self->file, "max_endpoints=many"));
	EXPECT_FALSE(is_loaded());
	/* What it does not know it ignores, as all modules do. */
	EXPECT_EQ(0, load(self->file, "no_such_parameter=1"));
	ASSERT_EQ(0, unload());
}

static void open_and_close(int sock, void *arg)
{
	int fd;

	(void)arg;
	tell(sock, 1);
	for (;;) {
		fd = open(DEVICE, O_RDWR);
		check(fd >= 0 || errno == ENOENT || errno == ENODEV ||
		      errno == ENXIO);
		if (fd >= 0)
			close(fd);
		usleep(200);
	}
}

/* Opening races with loading and unloading. */
TEST_F(module, opened_meanwhile) {
	int done = 0, rounds = debug_kernel() ? 5 : 50;
	__u64 end = after(20 * SECOND);
	struct child child;

	child_start(&child, CHILD_CLOSES, open_and_close, NULL);
	hear(child.sock);
	while (done < rounds && now() < end) {
		int ret = unload();

		EXPECT_TRUE(!ret || ret == -EAGAIN);
		if (ret)
			continue;
		done++;
		ASSERT_EQ(0, load(self->file, ""));
	}
	EXPECT_LT(0, done);
	child_kill(&child);
}

TEST_HARNESS_MAIN
