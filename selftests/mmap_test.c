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

TEST_F(map, read_only_file_refused) {
	struct endpoint other;

	other.fd = open(DEVICE, O_RDONLY | O_CLOEXEC);
	ASSERT_LE(0, other.fd);
	EXPECT_EQ(-EINVAL, map(&other, POOL, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(0, pool_size(&other));
	close(other.fd);
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
	EXPECT_EQ(0, map(&other, 4096, PROT_READ, MAP_SHARED, 0));
	EXPECT_EQ(4096, pool_size(&other));
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
	EXPECT_EQ(EFAULT, errno);
	fd = open("/proc/self/mem", O_RDWR);
	ASSERT_LE(0, fd);
	EXPECT_EQ(-1, pwrite(fd, &byte, 1, (off_t)(uintptr_t)to.iov_base));
	close(fd);
	EXPECT_EQ(0, memcmp("abc", to.iov_base, 3));
	message_free(&pair.server, &message);
}

static void touch(const void *address)
{
	char byte = *(const char *)address;

	__asm__ __volatile__("" : : "r" (byte));
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

/* It is unmapped as a whole; what would split it is refused. */
TEST_F(map, not_split) {
	char *pool = mmap(NULL, 4 * 4096, PROT_READ, MAP_SHARED,
			  self->endpoint.fd, 0);
	int i;

	ASSERT_NE(MAP_FAILED, (void *)pool);
	for (i = 0; i < 4; i++) {
		EXPECT_EQ(-1, munmap(pool + i * 4096, 4096));
		EXPECT_EQ(EINVAL, errno);
		EXPECT_EQ(-1, mprotect(pool + i * 4096, 4096, PROT_NONE));
		EXPECT_EQ(EINVAL, errno);
	}
	EXPECT_EQ(0, munmap(pool, 4 * 4096));
}

/* A pool can be mapped again after it was unmapped, and goes on as it is. */
TEST_F(map, mapped_again) {
	struct kipc_message message;
	struct pair pair;

	pair_open(&pair, POOL);
	ASSERT_EQ(0, munmap((void *)pair.server.pool, POOL));
	ASSERT_EQ(0, send_bytes(&pair.client, pair.handle, "abc", 3));
	ASSERT_EQ(0, recv_soon(&pair.server, &message));
	pair.server.pool = mmap(NULL, POOL, PROT_READ, MAP_SHARED,
				pair.server.fd, 0);
	ASSERT_NE(MAP_FAILED, (void *)pair.server.pool);
	EXPECT_EQ(0, memcmp("abc", payload(&pair.server, message.offset), 3));
	message_free(&pair.server, &message);
}

/* So many mappings of one pool, and no more */
#define MAPPINGS	16

TEST_F(map, mappings) {
	void *pool[MAPPINGS];
	int i, round;

	for (round = 0; round < 2; round++) {
		for (i = 0; i < MAPPINGS; i++) {
			pool[i] = mmap(NULL, POOL, PROT_READ, MAP_SHARED,
				       self->endpoint.fd, 0);
			ASSERT_NE(MAP_FAILED, pool[i]);
		}
		EXPECT_EQ(-EBUSY, map(&self->endpoint, POOL, PROT_READ,
				      MAP_SHARED, 0));
		munmap(pool[5], POOL);
		EXPECT_EQ(0, map(&self->endpoint, POOL, PROT_READ, MAP_SHARED,
				 0));
		for (i = 0; i < MAPPINGS; i++)
			munmap(pool[i], POOL);
	}
}

TEST_HARNESS_MAIN
