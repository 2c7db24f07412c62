// SPDX-License-Identifier: GPL-2.0-only
/* To which memory cgroup the pages of regions are charged, and what if it has no more. */
#include <kselftest_harness.h>
#include <sys/stat.h>

#include "region.h"

#define GROUP		"/sys/fs/cgroup/kipc.region"
#define PAGES		4096

FIXTURE(memory) {
	struct live live;
};

FIXTURE_SETUP(memory) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, mkdir(GROUP, 0700));
}

FIXTURE_TEARDOWN(memory) {
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, rmdir(GROUP));
	EXPECT_EQ(0, live_end(&self->live));
}

static long charged(void)
{
	char text[64];

	must(file_read(GROUP "/memory.current", text, sizeof(text)));
	return strtol(text, NULL, 10);
}

/* In a child: makes the region as one of the group, and passes it on. */
static void make_in_group(int sock, void *arg)
{
	int fd;

	must(file_write(GROUP "/cgroup.procs", "0"));
	fd = region_make("region.memory", PAGES * PAGE);
	tell(sock, (__u64)fd);
	hear(sock);
	(void)arg;
}

/* Who touches a page does not pay for it; who made the region does, also when it is gone. */
TEST_F(memory, of_the_maker) {
	struct child child;
	__u32 *words, word;
	long before;
	int fd;
	size_t i;

	child_start(&child, CHILD_SHARES, make_in_group, NULL);
	hear(child.sock);
	fd = region_join("region.memory", R_BOTH);
	must(region_unlink("region.memory"));
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
	words = region_map(fd, PAGES * PAGE, PROT_READ | PROT_WRITE);
	before = charged();
	for (i = 0; i < 1024; i++)
		ASSERT_TRUE(region_writes(words + i * PAGE / 4, 1));
	EXPECT_LE(before + 1000 * (long)PAGE, charged());
	/* When that has no more, whoever touches is told, and nobody is killed. */
	must(file_write(GROUP "/memory.max", "6000000"));
	while (i < PAGES && region_writes(words + i * PAGE / 4, 1))
		i++;
	EXPECT_GT(PAGES, i);
	EXPECT_TRUE(region_reads(words, &word));
	EXPECT_EQ(1, word);
	munmap(words, PAGES * PAGE);
}

TEST_HARNESS_MAIN
