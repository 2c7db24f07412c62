// SPDX-License-Identifier: GPL-2.0-only
/*
 * io_uring on views: operations that copy, and fixed buffers.
 *
 * Before 6.5 io_uring looked who serves a mapping, and took fixed buffers from anonymous
 * memory, shmem and hugetlbfs only: so a view gets EOPNOTSUPP there, and that is what is
 * expected. Since then it goes by what the mapping is, and a view can be registered.
 */
#include <kselftest_harness.h>
#include <sys/utsname.h>

#include "region.h"
#include "ring.h"

FIXTURE(region_uring) {
	struct live live;
	struct ring ring;
	int fd;
	int view;
	__u64 id;
	char *words;
	char *bytes;
	int pipes[2];
};

FIXTURE_SETUP(region_uring) {
	ASSERT_EQ(0, live_begin(&self->live));
	ring_open(&self->ring);
	self->fd = region_make(NULL, PAGE);
	self->words = region_map(self->fd, PAGE, PROT_READ | PROT_WRITE);
	self->view = region_view(self->fd, R_BOTH, 0, 0, &self->id);
	self->bytes = region_map(self->view, PAGE, PROT_READ | PROT_WRITE);
	ASSERT_EQ(0, pipe(self->pipes));
	memcpy(self->words, "abcd", 4);
}

FIXTURE_TEARDOWN(region_uring) {
	munmap(self->words, PAGE);
	munmap(self->bytes, PAGE);
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* Whether this kernel takes fixed buffers from any mapping that can be pinned */
static bool takes_any_mapping(void)
{
	unsigned int major, minor;
	struct utsname name;

	must_errno(uname(&name));
	check(sscanf(name.release, "%u.%u", &major, &minor) == 2);
	return major > 6 || (major == 6 && minor >= 5);
}

/* Reads from the pipe into the view, or writes to it from there, 4 bytes. */
static int transfer(struct _test_data_region_uring *self, __u8 opcode)
{
	bool reads = opcode == IORING_OP_READ || opcode == IORING_OP_READ_FIXED;
	const struct io_uring_sqe submission = {
		.opcode = opcode,
		.fd = self->pipes[!reads],
		.addr = PTR(self->bytes),
		.len = 4,
		.off = ~0ULL,
	};
	__u64 cookie;

	ring_submit(&self->ring, &submission);
	return ring_complete(&self->ring, &cookie);
}

/* What is copied works everywhere, and not any more when the view is revoked. */
TEST_F(region_uring, copies) {
	char got[4];

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	EXPECT_EQ(4, transfer(self, IORING_OP_WRITE));
	EXPECT_EQ(4, read(self->pipes[0], got, 4));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
	EXPECT_EQ(4, write(self->pipes[1], "efgh", 4));
	EXPECT_EQ(4, transfer(self, IORING_OP_READ));
	EXPECT_EQ(0, memcmp(self->words, "efgh", 4));
	EXPECT_EQ(0, region_revoke(self->fd, self->id));
	EXPECT_EQ(-EFAULT, transfer(self, IORING_OP_WRITE));
	EXPECT_EQ(4, write(self->pipes[1], "ijkl", 4));
	EXPECT_EQ(-EFAULT, transfer(self, IORING_OP_READ));
	EXPECT_EQ(0, memcmp(self->words, "efgh", 4));
}

TEST_F(region_uring, registered) {
	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	EXPECT_EQ(takes_any_mapping() ? 0 : -EOPNOTSUPP,
		  ring_register(&self->ring, self->bytes, PAGE));
}

/* Fixed buffers are to be written to, so a view that may not write is none. */
TEST_F(region_uring, read_only) {
	char *bytes = region_map(region_derive(self->fd, R_READ), PAGE,
				 PROT_READ);

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	EXPECT_EQ(-EFAULT, ring_register(&self->ring, bytes, PAGE));
	munmap(bytes, PAGE);
}

TEST_F(region_uring, revoked_before) {
	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	EXPECT_EQ(0, region_revoke(self->fd, self->id));
	EXPECT_EQ(-EFAULT, ring_register(&self->ring, self->bytes, PAGE));
}

/* Makes regions that would get the page, if it were free. */
static void make_others(char **others, __u32 count)
{
	__u32 i;
	int fd;

	for (i = 0; i < count; i++) {
		fd = region_make(NULL, PAGE);
		others[i] = region_map(fd, PAGE, PROT_READ | PROT_WRITE);
		memcpy(others[i], "wxyz", 4);
		close(fd);
	}
}

/*
 * What is registered stays that region's page when the view is revoked, and when the
 * region is gone: transfers reach nobody else's memory, neither to read nor to write.
 */
TEST_F(region_uring, revoked_after) {
	char *others[64], got[4];
	__u32 i;

	if (self->ring.fd < 0)
		SKIP(return, NO_RINGS);
	if (!takes_any_mapping()) {
		/* Nothing can be registered that could be revoked. */
		EXPECT_EQ(-EOPNOTSUPP,
			  ring_register(&self->ring, self->bytes, PAGE));
		return;
	}
	ASSERT_EQ(0, ring_register(&self->ring, self->bytes, PAGE));
	EXPECT_EQ(4, transfer(self, IORING_OP_WRITE_FIXED));
	EXPECT_EQ(4, read(self->pipes[0], got, 4));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
	EXPECT_EQ(0, region_revoke(self->fd, self->id));
	munmap(self->words, PAGE);
	close(self->view);
	close(self->fd);
	make_others(others, ARRAY_SIZE(others));
	EXPECT_EQ(4, transfer(self, IORING_OP_WRITE_FIXED));
	EXPECT_EQ(4, read(self->pipes[0], got, 4));
	EXPECT_EQ(0, memcmp(got, "abcd", 4));
	EXPECT_EQ(4, write(self->pipes[1], "evil", 4));
	EXPECT_EQ(4, transfer(self, IORING_OP_READ_FIXED));
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		EXPECT_EQ(0, memcmp(others[i], "wxyz", 4));
		munmap(others[i], PAGE);
	}
}

TEST_HARNESS_MAIN
