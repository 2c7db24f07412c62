// SPDX-License-Identifier: GPL-2.0-only
/* The rules of mapping a pool: its size, and that nobody can write to it. */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/uio.h>

#include "message.h"

FIXTURE(map) {
	struct live live;
	struct endpoint endpoint;
};

FIXTURE_SETUP(map) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, 0);
}

FIXTURE_TEARDOWN(map) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* 0, or the errno with which the mapping is refused */
static int map(struct endpoint *endpoint, size_t size, int prot, int flags,
	       off_t offset)
{
	void *pool = mmap(NULL, size, prot, flags, endpoint->fd, offset);

	if (pool == MAP_FAILED)
		return -errno;
	munmap(pool, size);
	return 0;
}

static __u64 pool_size(struct endpoint *endpoint)
{
	struct kipc_info info = { 0 };

	must(kipc(endpoint->fd, KIPC_INFO, &info));
	return info.pool_size;
}

TEST_F(map, writable_refused) {
	EXPECT_EQ(-EPERM, map(&self->endpoint, POOL, PROT_WRITE, MAP_SHARED,
			      0));
	EXPECT_EQ(-EPERM, map(&self->endpoint, POOL, PROT_READ | PROT_WRITE,
			      MAP_SHARED, 0));
	EXPECT_EQ(0, pool_size(&self->endpoint));
}

TEST_F(map, executable_refused) {
	EXPECT_EQ(-EPERM, map(&self->endpoint, POOL, PROT_READ | PROT_EXEC,
			      MAP_SHARED, 0));
	EXPECT_EQ(0, pool_size(&self->endpoint));
}

TEST_F(map, private_refused) {
	EXPECT_EQ(-EINVAL, map(&self->endpoint, POOL, PROT_READ, MAP_PRIVATE,
			       0));
	EXPECT_EQ(-EINVAL, map(&self->endpoint, POOL, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE, 0));
	EXPECT_EQ(0, pool_size(&self->endpoint));
}

TEST_F(map, offset_refused) {
	EXPECT_EQ(-EINVAL, map(&self->endpoint, POOL, PROT_READ, MAP_SHARED,
			       4096));
	EXPECT_EQ(0, pool_size(&self->endpoint));
}

TEST_F(map, size_limits) {
	struct endpoint other;

	EXPECT_EQ(-EINVAL, map(&self->endpoint, KIPC_POOL_MAX + 4096, PROT_READ,
			       MAP_SHARED, 0));
	EXPECT_EQ(0, pool_size(&self->endpoint));
	EXPECT_EQ(0, map(&self->endpoint, KIPC_POOL_MAX, PROT_READ, MAP_SHARED,
			 0));
	EXPECT_EQ(KIPC_POOL_MAX, pool_size(&self->endpoint));

	endpoint_open(&other, 0);
	EXPECT_EQ(0, map(&other, KIPC_POOL_MIN, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(KIPC_POOL_MIN, pool_size(&other));
}

/* The first mapping decides; others may map it again, and never more. */
TEST_F(map, second_mapping) {
	ASSERT_EQ(0, map(&self->endpoint, POOL, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(-EINVAL, map(&self->endpoint, POOL + 4096, PROT_READ,
			       MAP_SHARED, 0));
	EXPECT_EQ(-EINVAL, map(&self->endpoint, POOL, PROT_READ, MAP_SHARED,
			       4096));
	EXPECT_EQ(-EINVAL, map(&self->endpoint, 4096, PROT_READ, MAP_SHARED,
			       POOL));
	EXPECT_EQ(-EPERM, map(&self->endpoint, POOL, PROT_READ | PROT_WRITE,
			      MAP_SHARED, 0));
	EXPECT_EQ(0, map(&self->endpoint, POOL, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(0, map(&self->endpoint, 4096, PROT_READ, MAP_SHARED, 4096));
	EXPECT_EQ(POOL, pool_size(&self->endpoint));
}

static void make_protected(void *pool, int prot, int error,
			   struct __test_metadata *_metadata)
{
	EXPECT_EQ(-1, mprotect(pool, POOL, prot));
	EXPECT_EQ(error, errno);
}

TEST_F(map, mprotect_refused) {
	void *pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, self->endpoint.fd,
			  0);

	ASSERT_NE(MAP_FAILED, pool);
	make_protected(pool, PROT_READ | PROT_WRITE, EACCES, _metadata);
	make_protected(pool, PROT_WRITE, EACCES, _metadata);
	make_protected(pool, PROT_READ | PROT_EXEC, EACCES, _metadata);
	EXPECT_EQ(0, mprotect(pool, POOL, PROT_NONE));
	EXPECT_EQ(0, mprotect(pool, POOL, PROT_READ));
	munmap(pool, POOL);
}

/* Growing the mapping does not grow the pool. */
TEST_F(map, mremap_refused) {
	void *pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, self->endpoint.fd,
			  0);

	ASSERT_NE(MAP_FAILED, pool);
	EXPECT_EQ(MAP_FAILED, mremap(pool, POOL, 2 * POOL, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	munmap(pool, POOL);
	EXPECT_EQ(POOL, pool_size(&self->endpoint));
}

/* Nor do the ways around the protection of pages lead into it. */
TEST_F(map, not_written_by_force) {
	struct pair pair;
	struct kipc_message message;
	char byte = 'x';
	struct iovec from = { &byte, 1 }, to = { NULL, 1 };
	int fd;

	pair_open(&pair, POOL);
	ASSERT_EQ(0, send_bytes(&pair.client, pair.handle, "abc", 3));
	ASSERT_EQ(0, recv_soon(&pair.server, &message));
	to.iov_base = (void *)payload(&pair.server, message.offset);
	EXPECT_EQ(-1, process_vm_writev(getpid(), &from, 1, &to, 1, 0));
	/* A kernel without CROSS_MEMORY_ATTACH has no such way. */
	EXPECT_TRUE(errno == EFAULT || errno == ENOSYS);
	fd = open("/proc/self/mem", O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, &byte, 1, (off_t)(uintptr_t)to.iov_base));
	close(fd);
	EXPECT_EQ(0, memcmp("abc", to.iov_base, 3));
	message_free(&pair.server, &message);
}

static void touch(const void *address)
{
	(void)*(const volatile char *)address;
}

/* What holds no slice has no memory: not even zeros. */
TEST_F_SIGNAL(map, untouched_is_not_there, SIGBUS) {
	void *pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, self->endpoint.fd,
			  0);

	ASSERT_NE(MAP_FAILED, pool);
	touch(pool);
}

static void look_for_mapping(int sock, void *arg)
{
	unsigned char vec;

	/* mincore(2) knows mappings without touching them */
	tell(sock, mincore(arg, 4096, &vec) ? (__u64)errno : 0);
}

/* fork() does not copy the mapping: a pool is its process's own. */
TEST_F(map, not_inherited) {
	void *pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED, self->endpoint.fd,
			  0);
	struct child child;

	ASSERT_NE(MAP_FAILED, pool);
	child_start(&child, CHILD_SHARES, look_for_mapping, pool);
	EXPECT_EQ(ENOMEM, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	munmap(pool, POOL);
}

/* Parts can be unmapped; the pool keeps its size and works on. */
TEST_F(map, unmapped_in_part) {
	struct kipc_message message;
	struct pair pair;
	const __u8 *again;

	pair_open(&pair, POOL);
	ASSERT_EQ(0, munmap((void *)(pair.server.pool), 4096));
	ASSERT_EQ(0, send_bytes(&pair.client, pair.handle, "abc", 3));
	ASSERT_EQ(0, recv_soon(&pair.server, &message));
	again = mmap(NULL, POOL, PROT_READ, MAP_SHARED, pair.server.fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)again);
	EXPECT_EQ(0, memcmp("abc", again + message.offset, 3));
	message_free(&pair.server, &message);
	munmap((void *)again, POOL);
}

TEST_HARNESS_MAIN
