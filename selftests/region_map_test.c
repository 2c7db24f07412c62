// SPDX-License-Identifier: GPL-2.0-only
/* Mapping views: what may be mapped, what the kernel does with it, and sealing. */
#include <kselftest_harness.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/syscall.h>
#include <sys/uio.h>

#include "region.h"

#define PAGES	8

FIXTURE(map) {
	struct live live;
	int fd;
	int reader;
	size_t size;
};

FIXTURE_SETUP(map) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->size = PAGES * PAGE;
	self->fd = region_make(NULL, self->size);
	self->reader = region_derive(self->fd, R_READ);
}

FIXTURE_TEARDOWN(map) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* All see the same; what nobody has touched costs nothing, and is zero. */
TEST_F(map, shared) {
	__u32 *to = region_map(self->fd, self->size, PROT_READ | PROT_WRITE);
	__u32 *from = region_map(self->reader, self->size, PROT_READ);
	size_t i;

	EXPECT_EQ(0, region_info(self->fd).resident);
	for (i = 0; i < PAGES; i++) {
		EXPECT_EQ(0, from[i * PAGE / 4]);
		to[i * PAGE / 4] = (__u32)i + 1;
		EXPECT_EQ(i + 1, from[i * PAGE / 4]);
		EXPECT_EQ((i + 1) * PAGE, region_info(self->fd).resident);
	}
	munmap(to, self->size);
	munmap(from, self->size);
}

TEST_F(map, rights) {
	void *address;

	EXPECT_EQ(-EACCES, region_map_error(self->reader, PAGE,
					    PROT_READ | PROT_WRITE, MAP_SHARED,
					    0));
	EXPECT_EQ(0, region_map_error(self->reader, PAGE, PROT_READ, MAP_SHARED,
				      0));
	address = region_map(self->reader, PAGE, PROT_READ);
	EXPECT_EQ(-1, mprotect(address, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	munmap(address, PAGE);
	address = region_map(self->fd, PAGE, PROT_READ);
	EXPECT_EQ(0, mprotect(address, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(-1, mprotect(address, PAGE, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	munmap(address, PAGE);
	EXPECT_EQ(-EPERM, region_map_error(self->fd, PAGE,
					   PROT_READ | PROT_EXEC, MAP_SHARED,
					   0));
}

/* No more rights by opening it anew: it has no path. */
TEST_F(map, not_reopened) {
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", self->reader);
	EXPECT_EQ(-1, open(path, O_RDWR | O_CLOEXEC));
}

TEST_F(map, ranges) {
	static const struct {
		size_t pages;
		size_t offset;
		int error;
	} rows[] = {
		{ PAGES, 0, 0 },
		{ PAGES + 1, 0, -EINVAL },
		{ 1, PAGES - 1, 0 },
		{ 2, PAGES - 1, -EINVAL },
		{ 1, PAGES, -EINVAL },
		{ 1, 1UL << 30, -EINVAL },
	};
	void *address, *more;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		EXPECT_EQ(rows[i].error,
			  region_map_error(self->fd, rows[i].pages * PAGE,
					   PROT_READ, MAP_SHARED,
					   rows[i].offset * PAGE));
	/* It cannot grow. */
	address = region_map(self->fd, PAGE, PROT_READ);
	more = mremap(address, PAGE, 2 * PAGE, MREMAP_MAYMOVE);
	EXPECT_EQ(MAP_FAILED, more);
	munmap(address, PAGE);
}

/* A private mapping is a copy as soon as it is written to, also of what is only read. */
TEST_F(map, private) {
	__u32 *to = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE), *copy;

	to[0] = 1;
	copy = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE,
		    self->reader, 0);
	ASSERT_NE(MAP_FAILED, (void *)copy);
	EXPECT_EQ(1, copy[0]);
	copy[1] = 2;
	EXPECT_EQ(0, to[1]);
	to[0] = 3;
	EXPECT_EQ(1, copy[0]);
	munmap(to, PAGE);
	munmap(copy, PAGE);
}

static void write_in_child(int sock, void *arg)
{
	__u32 **words = arg;

	words[0][0] = 5;
	/* A mapping that only reads does not do more in a child. */
	tell(sock, mprotect(words[1], PAGE, PROT_READ | PROT_WRITE) ? 1 : 0);
}

TEST_F(map, fork) {
	__u32 *words[2] = {
		region_map(self->fd, PAGE, PROT_READ | PROT_WRITE),
		region_map(self->reader, PAGE, PROT_READ),
	};
	struct child child;

	words[0][0] = 4;
	child_start(&child, CHILD_SHARES, write_in_child, words);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(5, words[1][0]);
	munmap(words[0], PAGE);
	munmap(words[1], PAGE);
}

static long futex(__u32 *word, int op, __u32 value)
{
	return syscall(SYS_futex, word, op, value, NULL, NULL, 0);
}

static void wait_in_child(int sock, void *arg)
{
	__u32 *word = region_map(*(int *)arg, PAGE, PROT_READ);

	tell(sock, 1);
	while (!__atomic_load_n(word, __ATOMIC_ACQUIRE))
		futex(word, FUTEX_WAIT, 0);
	tell(sock, 2);
}

/* A futex is the same in all views. */
TEST_F(map, futex) {
	__u32 *word = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE);
	struct child child;

	child_start(&child, CHILD_SHARES, wait_in_child, &self->reader);
	EXPECT_EQ(1, hear(child.sock));
	wait_blocked_in(child.pid, SYS_futex);
	__atomic_store_n(word, 1, __ATOMIC_RELEASE);
	EXPECT_EQ(1, futex(word, FUTEX_WAKE, 1));
	EXPECT_EQ(2, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	munmap(word, PAGE);
}

/* Pages are the kernel's to read from and write to, and can be lent to a pipe. */
TEST_F(map, kernel) {
	__u8 *to = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE);
	struct iovec vec = { .iov_base = to, .iov_len = 4 };
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC), pipes[2];
	char got[4];

	memcpy(to, "abcd", 4);
	ASSERT_EQ(0, pipe(pipes));
	EXPECT_EQ(4, vmsplice(pipes[1], &vec, 1, 0));
	EXPECT_EQ(4, read(pipes[0], got, sizeof(got)));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
	EXPECT_EQ(2, read(zero, to, 2));
	EXPECT_EQ(0, memcmp(to, "\0\0cd", 4));
	EXPECT_EQ(4, write(pipes[1], to, 4));
	EXPECT_EQ(4, read(pipes[0], to, 4));
	munmap(to, PAGE);
}

/* What only reads is not written to by the kernel either. */
TEST_F(map, kernel_writes_not) {
	void *from = region_map(self->reader, PAGE, PROT_READ);
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);
	char path[] = "/proc/self/mem";
	int mem = open(path, O_RDWR | O_CLOEXEC);

	EXPECT_EQ(-1, read(zero, from, 2));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_LE(0, mem);
	EXPECT_EQ(-1, pwrite(mem, "x", 1, (off_t)(uintptr_t)from));
	munmap(from, PAGE);
}

TEST_F(map, sealed_future) {
	__u32 *to = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE);
	void *from;

	EXPECT_EQ(0, region_seal(self->fd, KIPC_REGION_SEAL_FUTURE_WRITE));
	to[0] = 1;
	EXPECT_EQ(-EPERM, region_map_error(self->fd, PAGE,
					   PROT_READ | PROT_WRITE, MAP_SHARED,
					   0));
	EXPECT_EQ(0, region_map_error(self->fd, PAGE, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE, 0));
	from = region_map(self->fd, PAGE, PROT_READ);
	EXPECT_EQ(-1, mprotect(from, PAGE, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	munmap(from, PAGE);
	munmap(to, PAGE);
}

TEST_F(map, sealed) {
	int writer = region_derive(self->fd, R_BOTH);
	__u32 *to = region_map(writer, PAGE, PROT_READ | PROT_WRITE);

	to[0] = 1;
	EXPECT_EQ(-EBUSY, region_seal(self->fd, KIPC_REGION_SEAL_WRITE));
	EXPECT_EQ(0, region_info(self->fd).seals);
	/* It failed without a trace. */
	EXPECT_EQ(0, region_map_error(self->fd, PAGE, PROT_READ | PROT_WRITE,
				      MAP_SHARED, 0));
	munmap(to, PAGE);
	EXPECT_EQ(0, region_seal(self->fd, KIPC_REGION_SEAL_WRITE));
	/* Once more changes nothing, whoever has it mapped. */
	to = region_map(self->reader, PAGE, PROT_READ);
	EXPECT_EQ(0, region_seal(self->fd, KIPC_REGION_SEAL_WRITE));
	munmap(to, PAGE);
	EXPECT_EQ(KIPC_REGION_SEAL_WRITE, region_info(self->reader).seals);
	EXPECT_EQ(-EPERM, region_map_error(writer, PAGE, PROT_READ | PROT_WRITE,
					   MAP_SHARED, 0));
	EXPECT_EQ(0, region_map_error(writer, PAGE, PROT_READ, MAP_SHARED, 0));
	to = region_map(self->reader, PAGE, PROT_READ);
	EXPECT_EQ(1, to[0]);
	munmap(to, PAGE);
}

TEST_F(map, seals_by_whom) {
	int writer = region_derive(self->fd, R_BOTH);

	EXPECT_EQ(-EPERM, region_seal(writer, KIPC_REGION_SEAL_WRITE));
	EXPECT_EQ(-EPERM, region_seal(self->reader, KIPC_REGION_SEAL_WRITE));
	EXPECT_EQ(-EINVAL, region_seal(self->fd, 0));
	EXPECT_EQ(-EINVAL, region_seal(self->fd, 2));
	EXPECT_EQ(0, region_seal(self->fd, KIPC_REGION_SEAL_SEAL));
	EXPECT_EQ(-EPERM, region_seal(self->fd, KIPC_REGION_SEAL_WRITE));
	EXPECT_EQ(KIPC_REGION_SEAL_SEAL, region_info(self->fd).seals);
}

/* A mapping keeps the view when its descriptor is closed. */
TEST_F(map, outlives_its_descriptor) {
	__u32 *to = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE);

	close(self->fd);
	EXPECT_EQ(2, region_info(self->reader).views);
	EXPECT_EQ(0, region_polled(self->reader));
	to[0] = 1;
	munmap(to, PAGE);
	EXPECT_EQ(1, region_info(self->reader).views);
	EXPECT_EQ(POLLHUP, region_polled(self->reader));
}

TEST_HARNESS_MAIN
