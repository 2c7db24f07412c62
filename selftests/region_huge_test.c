// SPDX-License-Identifier: GPL-2.0-only
/* Regions with huge pages: how they are mapped, and that revoking takes them away. */
#include <kselftest_harness.h>

#include "region.h"

#define HUGE_PAGE	((size_t)2 << 20)
#define COUNT		4
#define SIZE		(COUNT * HUGE_PAGE)
#define ROUNDS		200

FIXTURE(huge) {
	struct live live;
	int fd;
	__u32 *words;
};

FIXTURE_SETUP(huge) {
	struct kipc_region_open arg = {
		.flags = R_MAKE | KIPC_REGION_HUGE,
		.size = SIZE,
	};
	size_t i;

	ASSERT_EQ(0, live_begin(&self->live));
	self->fd = (int)must(region_open(NULL, &arg));
	self->words = region_map(self->fd, SIZE, PROT_READ | PROT_WRITE);
	for (i = 0; i < SIZE / PAGE; i++)
		self->words[i * PAGE / 4] = (__u32)i;
}

FIXTURE_TEARDOWN(huge) {
	munmap(self->words, SIZE);
	endpoints_close();
	close_range(3, ~0U, 0);
	EXPECT_EQ(0, live_end(&self->live));
}

/* KiB of a mapping that are mapped as huge pages */
static long mapped_huge(const void *address)
{
	FILE *file = fopen("/proc/self/smaps", "re");
	unsigned long begin, end;
	bool is_it = false;
	char line[256];
	long size = 0;

	check(file);
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx-%lx ", &begin, &end) == 2)
			is_it = begin == (unsigned long)address;
		else if (is_it)
			sscanf(line, "ShmemPmdMapped: %ld", &size);
	}
	fclose(file);
	return size;
}

/* Memory in one piece can be hard to find, but not always. */
TEST_F(huge, are_mapped) {
	EXPECT_EQ(0, (unsigned long)self->words % HUGE_PAGE);
	EXPECT_LT(0, mapped_huge(self->words));
	EXPECT_EQ(SIZE, region_info(self->fd).resident);
}

TEST_F(huge, only_new_ones) {
	struct kipc_region_open arg = { .flags = R_READ | KIPC_REGION_HUGE };

	EXPECT_EQ(-EINVAL, region_open("region.huge", &arg));
}

/* One that begins elsewhere shows the same, in small pages. */
TEST_F(huge, elsewhere) {
	int aligned = region_view(self->fd, R_READ, HUGE_PAGE, 0, NULL);
	int other = region_view(self->fd, R_READ, PAGE, 0, NULL);
	__u32 *words[2], i;

	words[0] = region_map(aligned, SIZE - HUGE_PAGE, PROT_READ);
	words[1] = region_map(other, SIZE - PAGE, PROT_READ);
	for (i = 0; i < 3 * HUGE_PAGE / PAGE; i++) {
		ASSERT_EQ(i + HUGE_PAGE / PAGE, words[0][i * PAGE / 4]);
		ASSERT_EQ(i + 1, words[1][i * PAGE / 4]);
	}
	EXPECT_LT(0, mapped_huge(words[0]));
	EXPECT_EQ(0, mapped_huge(words[1]));
	munmap(words[0], SIZE - HUGE_PAGE);
	munmap(words[1], SIZE - PAGE);
}

/* Not even parts of it are left, nor copies. */
TEST_F(huge, are_taken_away) {
	__u64 id;
	int fd = region_view(self->fd, R_BOTH, 0, 0, &id);
	__u32 *words = region_map(fd, SIZE, PROT_READ | PROT_WRITE);
	__u32 *copy = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd,
			   0);
	__u32 word;

	EXPECT_TRUE(region_writes(words, 1));
	EXPECT_TRUE(region_writes(copy, 2));
	EXPECT_TRUE(region_reads(words + HUGE_PAGE / 4, &word));
	/* In the middle of one */
	EXPECT_EQ(0, munmap((char *)words + HUGE_PAGE + PAGE, PAGE));
	EXPECT_EQ(0, mprotect((char *)words + HUGE_PAGE, PAGE, PROT_READ));
	EXPECT_TRUE(region_reads(words + HUGE_PAGE / 4, &word));
	EXPECT_EQ(HUGE_PAGE / PAGE, word);
	EXPECT_EQ(0, region_revoke(self->fd, id));
	EXPECT_FALSE(region_reads(words, &word));
	EXPECT_FALSE(region_reads(copy, &word));
	EXPECT_FALSE(region_reads(words + HUGE_PAGE / 4, &word));
	EXPECT_FALSE(region_reads(words + 2 * HUGE_PAGE / 4, &word));
	EXPECT_EQ(1, self->words[0]);
	munmap(words, SIZE);
	munmap(copy, SIZE);
	self->words[0] = 0;
}

/**
 * struct toucher - a thread that reads a mapping until that is gone
 * @thread: the thread
 * @words: the mapping
 * @began: it has read something
 * @revoked: it was taken away, and is not to be read any more
 * @late: it was, all the same
 */
struct toucher {
	struct thread thread;
	const __u32 *words;
	int began;
	int revoked;
	bool late;
};

static void touch(void *arg)
{
	struct toucher *toucher = arg;
	__u32 i = 0, word;
	int revoked;

	do {
		revoked = __atomic_load_n(&toucher->revoked, __ATOMIC_ACQUIRE);
		if (!region_reads(toucher->words + i * PAGE / 4, &word))
			return;
		check(word == i);
		i = (i + 97) % (SIZE / PAGE);
		__atomic_store_n(&toucher->began, 1, __ATOMIC_RELEASE);
	} while (!revoked);
	toucher->late = true;
}

/* A page that is just being mapped is found, or not mapped. */
TEST_F(huge, taken_while_touched) {
	__u64 id;
	int fd, i;

	for (i = 0; i < ROUNDS; i++) {
		struct toucher toucher = { .began = 0 };

		fd = region_view(self->fd, R_READ, 0, 0, &id);
		toucher.words = region_map(fd, SIZE, PROT_READ);
		thread_start(&toucher.thread, touch, &toucher);
		while (!__atomic_load_n(&toucher.began, __ATOMIC_ACQUIRE))
			sched_yield();
		ASSERT_EQ(0, region_revoke(self->fd, id));
		__atomic_store_n(&toucher.revoked, 1, __ATOMIC_RELEASE);
		thread_join(&toucher.thread);
		ASSERT_FALSE(toucher.late);
		munmap((void *)toucher.words, SIZE);
		close(fd);
	}
}

TEST_HARNESS_MAIN
