// SPDX-License-Identifier: GPL-2.0-only
/* Opening and closing the device, and what an endpoint's file is. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "message.h"

FIXTURE(device) {
	struct live live;
};

FIXTURE_SETUP(device) {
	ASSERT_EQ(0, live_begin(&self->live));
}

FIXTURE_TEARDOWN(device) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* It is for everybody: what protects is in the endpoints. */
TEST_F(device, mode) {
	struct stat st;

	ASSERT_EQ(0, stat(DEVICE, &st));
	EXPECT_TRUE(S_ISCHR(st.st_mode));
	EXPECT_EQ(0666, st.st_mode & 07777);
	EXPECT_EQ(10, major(st.st_rdev));
}

static void open_as_nobody(int sock, void *arg)
{
	struct endpoint endpoint;
	struct kipc_stat stat;

	(void)arg;
	become(NOBODY, NOBODY);
	endpoint_open(&endpoint, POOL);
	stat_get(&endpoint, &stat);
	tell(sock, stat.uid);
	tell(sock, stat.endpoints.used);
	tell(sock, stat.domain_endpoints);
}

TEST_F(device, any_user) {
	struct endpoint endpoint;
	struct child child;

	endpoint_open(&endpoint, 0);
	child_start(&child, CHILD_CLOSES, open_as_nobody, NULL);
	EXPECT_EQ(NOBODY, hear(child.sock));
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(2, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

TEST_F(device, info) {
	struct kipc_info info = { 0 };
	struct endpoint endpoint;
	struct stat st;

	endpoint_open(&endpoint, 0);
	ASSERT_EQ(0, kipc(endpoint.fd, KIPC_INFO, &info));
	EXPECT_EQ(KIPC_ABI_VERSION, info.abi_version);
	EXPECT_EQ(0, info.features);
	EXPECT_EQ(KIPC_ATTACHMENTS_MAX, info.attachments_max);
	EXPECT_EQ(KIPC_VEC_MAX, info.vec_max);
	EXPECT_EQ(KIPC_NAME_MAX, info.name_max);
	EXPECT_EQ(KIPC_BATCH_MAX, info.batch_max);
	EXPECT_EQ(KIPC_POOL_MAX, info.pool_max);
	EXPECT_EQ(0, info.pool_size);
	ASSERT_EQ(0, stat("/proc/self/ns/ipc", &st));
	EXPECT_EQ(st.st_ino, info.domain);
}

TEST_F(device, info_knows_the_pool) {
	struct kipc_info info = { 0 };
	struct endpoint endpoint;

	endpoint_open(&endpoint, POOL);
	ASSERT_EQ(0, kipc(endpoint.fd, KIPC_INFO, &info));
	EXPECT_EQ(POOL, info.pool_size);
}

/* Two opens are two endpoints; a duplicate is the same one. */
TEST_F(device, endpoints_are_counted) {
	struct endpoint a, b;
	struct kipc_stat stat;
	int copy;

	endpoint_open(&a, 0);
	stat_get(&a, &stat);
	EXPECT_EQ(1, stat.endpoints.used);
	EXPECT_EQ(1, stat.domain_endpoints);
	endpoint_open(&b, 0);
	copy = dup(b.fd);
	ASSERT_LE(0, copy);
	stat_get(&a, &stat);
	EXPECT_EQ(2, stat.endpoints.used);
	EXPECT_EQ(2, stat.domain_endpoints);
	endpoint_close(&b);
	stat_get(&a, &stat);
	EXPECT_EQ(2, stat.endpoints.used);
	close(copy);
	stat_get(&a, &stat);
	EXPECT_EQ(1, stat.endpoints.used);
	EXPECT_EQ(1, stat.domain_endpoints);
}

/* An endpoint lives as long as a mapping of its pool does. */
TEST_F(device, mapping_keeps_it) {
	struct endpoint a;
	struct kipc_stat stat;
	void *pool;
	int fd;

	endpoint_open(&a, 0);
	fd = open(DEVICE, O_RDWR);
	ASSERT_LE(0, fd);
	pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, fd, 0);
	ASSERT_NE(MAP_FAILED, pool);
	close(fd);
	stat_get(&a, &stat);
	EXPECT_EQ(2, stat.endpoints.used);
	munmap(pool, POOL);
	stat_get(&a, &stat);
	EXPECT_EQ(1, stat.endpoints.used);
}

/* read(2) and write(2) are not how one talks to it. */
TEST_F(device, no_bytes) {
	struct endpoint endpoint;
	char byte = 0;

	endpoint_open(&endpoint, POOL);
	EXPECT_EQ(-1, read(endpoint.fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(endpoint.fd, &byte, 1));
	EXPECT_EQ(EINVAL, errno);
}

static void use_shared(int sock, void *arg)
{
	struct pair *pair = arg;
	struct kipc_message message;

	/* The file came along with fork(), the mapping of the pool did not. */
	check(recv_soon(&pair->server, &message) == 0);
	check(message.kind == KIPC_MSG_CALL);
	tell(sock, message.pid);
	must(reply_empty(&pair->server, message.token));
	must(send_bytes(&pair->client, pair->handle, NULL, 0));
	hear(sock);
}

/* After fork() both processes have the same endpoints. */
TEST_F(device, fork_shares) {
	struct kipc_message message;
	struct child child;
	struct pair pair;

	pair_open(&pair, POOL);
	child_start(&child, CHILD_SHARES, use_shared, &pair);
	EXPECT_EQ(0, call_empty(&pair.client, pair.handle));
	EXPECT_EQ((__u64)getpid(), hear(child.sock));
	EXPECT_EQ(0, recv_soon(&pair.server, &message));
	EXPECT_EQ(KIPC_MSG_SEND, message.kind);
	EXPECT_EQ((__u32)child.pid, message.pid);
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

static void wait_for_end(int sock, void *arg)
{
	(void)arg;
	tell(sock, 1);
	hear(sock);
}

/* The endpoint ends with the last process that has it. */
TEST_F(device, last_close_ends) {
	struct endpoint a, b;
	struct kipc_stat stat;
	struct child child;

	endpoint_open(&a, 0);
	endpoint_open(&b, POOL);
	child_start(&child, CHILD_SHARES, wait_for_end, NULL);
	hear(child.sock);
	endpoint_close(&b);
	stat_get(&a, &stat);
	EXPECT_EQ(2, stat.endpoints.used);
	child_kill(&child);
	stat_get(&a, &stat);
	EXPECT_EQ(1, stat.endpoints.used);
}

TEST_HARNESS_MAIN
