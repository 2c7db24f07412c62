// SPDX-License-Identifier: GPL-2.0-only
/* Regions by the library, on the kernel's. */
#include <kipc.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.region"
#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define PAGES		4

FIXTURE(region)
{
	struct live live;
	size_t page;
	size_t size;
	int view;
};

FIXTURE_SETUP(region)
{
	ASSERT_EQ(0, live_begin(&self->live));
	self->page = (size_t)sysconf(_SC_PAGESIZE);
	self->size = PAGES * self->page;
	self->view = kipc_region_open(NULL, NAME, BOTH | KIPC_REGION_CREATE |
				      KIPC_REGION_EXCLUSIVE, 0640, self->size);
	ASSERT_LE(0, self->view);
}

FIXTURE_TEARDOWN(region)
{
	EXPECT_EQ(0, close(self->view));
	EXPECT_EQ(0, kipc_region_unlink(NULL, NAME));
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(region, is_made)
{
	struct kipc_region_info info;
	int other;

	ASSERT_EQ(0, kipc_region_info(self->view, &info));
	EXPECT_EQ(BOTH | KIPC_REGION_OWN, info.rights);
	EXPECT_EQ(self->size, info.size);
	EXPECT_EQ(0640, info.mode);
	EXPECT_EQ(-EEXIST, kipc_region_open(NULL, NAME, BOTH |
					    KIPC_REGION_CREATE |
					    KIPC_REGION_EXCLUSIVE, 0,
					    self->size));
	EXPECT_EQ(-ENOENT, kipc_region_open(NULL, NAME ".x", BOTH, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_region_open(NULL, "", BOTH, 0, 0));
	EXPECT_EQ(-EINVAL, kipc_region_open(NULL, NAME, 1, 0, 0));
	EXPECT_EQ(-ETIMEDOUT, kipc_region_wait(NULL, NAME ".x", BOTH,
					       KIPC_NO_WAIT));
	/* What is for a new one is not looked at. */
	other = kipc_region_open(NULL, NAME, KIPC_REGION_READ, 0777, 1);
	ASSERT_LE(0, other);
	EXPECT_EQ(0, close(other));
	EXPECT_EQ(-ENOTTY, kipc_region_info(STDIN_FILENO, &info));
	EXPECT_EQ(-ENOTTY, kipc_region_revoke_all(STDIN_FILENO));
}

TEST_F(region, by_an_endpoint)
{
	struct kipc *endpoint;
	int view;

	ASSERT_EQ(0, kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &endpoint));
	view = kipc_region_wait(endpoint, NAME, KIPC_REGION_READ, KIPC_FOREVER);
	EXPECT_LE(0, view);
	EXPECT_EQ(0, close(view));
	view = kipc_region_open(endpoint, NULL, BOTH, 0, self->page);
	EXPECT_LE(0, view);
	EXPECT_EQ(0, close(view));
	kipc_close(endpoint);
}

TEST_F(region, is_mapped)
{
	size_t size, part_size;
	char *memory, *part;
	int view;

	ASSERT_EQ(0, kipc_region_map(self->view, (void **)&memory, &size));
	EXPECT_EQ(self->size, size);
	strcpy(memory + self->page, "hello");
	view = kipc_region_view(self->view, KIPC_REGION_READ, self->page,
				self->page, NULL);
	ASSERT_LE(0, view);
	ASSERT_EQ(0, kipc_region_map(view, (void **)&part, &part_size));
	EXPECT_EQ(self->page, part_size);
	EXPECT_STREQ("hello", part);
	EXPECT_EQ(-1, mprotect(part, part_size, PROT_READ | PROT_WRITE));
	munmap(part, part_size);
	munmap(memory, size);
	/* Nobody has it mapped. Then it can only be mapped to be read. */
	EXPECT_EQ(0, kipc_region_seal(self->view, KIPC_REGION_SEAL_WRITE));
	ASSERT_EQ(0, kipc_region_map(self->view, (void **)&memory, &size));
	EXPECT_STREQ("hello", memory + self->page);
	munmap(memory, size);
	EXPECT_EQ(-EINVAL, kipc_region_seal(self->view, 0));
	EXPECT_EQ(0, close(view));
}

TEST_F(region, is_taken_away)
{
	struct kipc_view_entry entries[2];
	uint64_t cursor = 0, id, other;
	size_t size;
	void *memory;
	int a, b;

	a = kipc_region_view(self->view, BOTH, 0, 0, &id);
	b = kipc_region_view(a, KIPC_REGION_READ, 0, 0, &other);
	EXPECT_EQ(-EACCES, kipc_region_view(b, BOTH, 0, 0, NULL));
	EXPECT_EQ(1, kipc_region_views(self->view, entries, 1, &cursor));
	EXPECT_EQ(id, entries[0].id);
	EXPECT_EQ(1, kipc_region_views(self->view, entries, 2, &cursor));
	EXPECT_EQ(other, entries[0].id);
	EXPECT_EQ(0, cursor);
	EXPECT_EQ(-ENXIO, kipc_region_revoke(self->view, 0));
	EXPECT_EQ(-ENXIO, kipc_region_revoke(b, id));
	EXPECT_EQ(0, kipc_region_revoke(self->view, id));
	EXPECT_EQ(-EKEYREVOKED, kipc_region_map(b, &memory, &size));
	EXPECT_EQ(-EKEYREVOKED, kipc_region_views(a, entries, 1, &cursor));
	EXPECT_EQ(0, close(a));
	EXPECT_EQ(0, close(b));
	a = kipc_region_view(self->view, BOTH, 0, 0, NULL);
	EXPECT_EQ(0, kipc_region_revoke_all(self->view));
	EXPECT_EQ(-EKEYREVOKED, kipc_region_map(a, &memory, &size));
	EXPECT_EQ(0, close(a));
}

TEST_HARNESS_MAIN
