// SPDX-License-Identifier: GPL-2.0-only
/* Listing names: cursor, prefix, buffers of any size, and changes meanwhile. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(list) {
	struct live live;
	struct endpoint server;
	struct endpoint reader;
	__u32 node;
	char buffer[65536];
};

FIXTURE_SETUP(list) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->reader, 0);
	self->node = node_create(&self->server, COOKIE);
}

FIXTURE_TEARDOWN(list) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/**
 * struct walk - all names under a prefix, as one list after the other says
 * @prefix: the prefix
 * @buffer: where to put entries
 * @buffer_size: its size
 * @visit: called for each name, with a terminating 0
 * @arg: passed to @visit
 * @commands: how many were needed
 */
struct walk {
	const char *prefix;
	void *buffer;
	size_t buffer_size;
	void (*visit)(const struct kipc_name_entry *entry, const char *name,
		      void *arg);
	void *arg;
	int commands;
};

/* Visits @count entries, which must fill @buffer well. */
static void visit_entries(struct walk *walk, __u32 count, __u64 *serial)
{
	const struct kipc_name_entry *entry = walk->buffer;
	char name[KIPC_NAME_MAX + 1];
	size_t used = 0;
	__u32 i;

	for (i = 0; i < count; i++) {
		check(entry->serial > *serial);
		*serial = entry->serial;
		check(entry->size == ((sizeof(*entry) + entry->name_size + 7) &
				      ~7U));
		used += entry->size;
		check(used <= walk->buffer_size);
		check(entry->kind == KIPC_OBJECT_NODE);
		check(!entry->reserved);
		memcpy(name, entry + 1, entry->name_size);
		name[entry->name_size] = 0;
		if (walk->visit)
			walk->visit(entry, name, walk->arg);
		entry = (const void *)((const char *)entry + entry->size);
	}
}

/* Lists all; returns how many there were, or a negative errno. */
static long walk_names(struct endpoint *endpoint, struct walk *walk)
{
	struct kipc_name_list list = {
		.prefix = PTR(walk->prefix),
		.prefix_size = (__u32)strlen(walk->prefix),
		.buffer = PTR(walk->buffer),
		.buffer_size = walk->buffer_size,
	};
	__u64 serial = 0;
	long count = 0;
	int ret;

	walk->commands = 0;
	do {
		list.more = 0;
		ret = kipc(endpoint->fd, KIPC_NAME_LIST, &list);
		if (ret)
			return ret;
		walk->commands++;
		visit_entries(walk, list.count, &serial);
		count += list.count;
		check(list.more <= 1);
	} while (list.more);
	list.more = 0;
	must(kipc(endpoint->fd, KIPC_NAME_LIST, &list));
	check(!list.count && !list.more);
	return count;
}

static long count_names(struct _test_data_list *self, const char *prefix)
{
	struct walk walk = {
		.prefix = prefix,
		.buffer = self->buffer,
		.buffer_size = sizeof(self->buffer),
	};

	return walk_names(&self->reader, &walk);
}

static void publish(struct _test_data_list *self, const char *name)
{
	must(name_publish(&self->server, name, self->node, 0777));
}

TEST_F(list, empty) {
	EXPECT_EQ(0, count_names(self, ""));
	EXPECT_EQ(0, count_names(self, "a"));
}

TEST_F(list, prefix) {
	publish(self, "a");
	publish(self, "a.b");
	publish(self, "a.bc");
	publish(self, "a.b.c");
	publish(self, "ab");
	publish(self, "b.a.b");
	EXPECT_EQ(6, count_names(self, ""));
	EXPECT_EQ(4, count_names(self, "a"));
	EXPECT_EQ(3, count_names(self, "a."));
	EXPECT_EQ(2, count_names(self, "a.b"));
	EXPECT_EQ(1, count_names(self, "a.b."));
	EXPECT_EQ(1, count_names(self, "a.b.c"));
	EXPECT_EQ(0, count_names(self, "a.b.c.d"));
	EXPECT_EQ(1, count_names(self, "b"));
	EXPECT_EQ(0, count_names(self, "c"));
	ASSERT_EQ(0, name_unpublish(&self->server, "a.b"));
	EXPECT_EQ(1, count_names(self, "a.b"));
	ASSERT_EQ(0, node_destroy(&self->server, self->node));
	EXPECT_EQ(0, count_names(self, ""));
}

/* A later name has a larger serial, even if it is an earlier one again. */
static void last_serial(const struct kipc_name_entry *entry, const char *name,
			void *arg)
{
	(void)name;
	*(__u64 *)arg = entry->serial;
}

TEST_F(list, serials_grow) {
	__u64 first = 0, second = 0;
	struct walk walk = {
		.prefix = "again",
		.buffer = self->buffer,
		.buffer_size = sizeof(self->buffer),
		.visit = last_serial,
		.arg = &first,
	};

	publish(self, "again");
	publish(self, "between");
	ASSERT_EQ(1, walk_names(&self->reader, &walk));
	ASSERT_EQ(0, name_unpublish(&self->server, "again"));
	publish(self, "again");
	walk.arg = &second;
	ASSERT_EQ(1, walk_names(&self->reader, &walk));
	EXPECT_LT(first, second);
}

/* Whatever the buffer holds, all names come, once each and in order. */
TEST_F(list, small_buffers) {
	struct walk walk = { .prefix = "", .buffer = self->buffer };
	char name[64];
	size_t size;
	int i;

	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "list.%d.x%.*s", i, i % 7,
			 "xxxxxxx");
		publish(self, name);
	}
	for (size = 0; size < 56; size++) {
		walk.buffer_size = size;
		EXPECT_EQ(-ENOBUFS, walk_names(&self->reader, &walk)) {
			TH_LOG("size %zu", size);
		}
	}
	for (size = 64; size < 4096; size += 24) {
		walk.buffer_size = size;
		EXPECT_EQ(40, walk_names(&self->reader, &walk)) {
			TH_LOG("size %zu", size);
		}
	}
	EXPECT_EQ(1, walk.commands);
}

/* ENOBUFS also in the middle, and the cursor stays where it is. */
TEST_F(list, no_entry_fits) {
	struct kipc_name_list list = {
		.buffer = PTR(self->buffer),
		.buffer_size = 64,
	};
	char longer[100];
	__u64 cursor;

	memset(longer, 'l', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	publish(self, "short");
	publish(self, longer);
	ASSERT_EQ(0, kipc(self->reader.fd, KIPC_NAME_LIST, &list));
	EXPECT_EQ(1, list.count);
	EXPECT_EQ(1, list.more);
	cursor = list.cursor;
	list.more = 0;
	EXPECT_EQ(-ENOBUFS, kipc(self->reader.fd, KIPC_NAME_LIST, &list));
	EXPECT_EQ(cursor, list.cursor);
	list.more = 0;
	list.buffer_size = sizeof(self->buffer);
	ASSERT_EQ(0, kipc(self->reader.fd, KIPC_NAME_LIST, &list));
	EXPECT_EQ(1, list.count);
	EXPECT_EQ(0, list.more);
}

/* The bytes behind the last entry are left alone. */
TEST_F(list, buffer_is_not_overrun) {
	struct kipc_name_list list = {
		.buffer = PTR(self->buffer),
		.buffer_size = 48 + 8,
	};

	publish(self, "1234567");
	publish(self, "12345678");
	memset(self->buffer, 0x55, sizeof(self->buffer));
	ASSERT_EQ(0, kipc(self->reader.fd, KIPC_NAME_LIST, &list));
	EXPECT_EQ(1, list.count);
	EXPECT_EQ(0x55, self->buffer[48]);
	EXPECT_EQ(0, self->buffer[47]);
}

static void count_stable(const struct kipc_name_entry *entry, const char *name,
			 void *arg)
{
	(void)entry;
	if (!strncmp(name, "stable.", 7))
		(*(long *)arg)++;
}

struct churn {
	struct _test_data_list *self;
	int stop;
};

static void churn_names(void *arg)
{
	struct churn *churn = arg;
	char name[32];
	int i = 0;

	while (!__atomic_load_n(&churn->stop, __ATOMIC_RELAXED)) {
		snprintf(name, sizeof(name), "churn.%d", i++ % 50);
		if (name_publish(&churn->self->server, name, churn->self->node,
				 0777))
			must(name_unpublish(&churn->self->server, name));
	}
}

/* Names that are there all the time come once each, whatever else changes. */
TEST_F(list, while_names_change) {
	struct churn churn = { .self = self };
	struct thread thread;
	char name[32];
	long stable;
	struct walk walk = {
		.prefix = "",
		.buffer = self->buffer,
		.buffer_size = 256,
		.visit = count_stable,
		.arg = &stable,
	};
	int i;

	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "stable.%d", i);
		publish(self, name);
	}
	thread_start(&thread, churn_names, &churn);
	for (i = 0; i < (debug_kernel() ? 20 : 200); i++) {
		struct kipc_name_list list;
		__u64 serial = 0;

		stable = 0;
		memset(&list, 0, sizeof(list));
		list.buffer = PTR(self->buffer);
		list.buffer_size = walk.buffer_size;
		do {
			list.more = 0;
			ASSERT_EQ(0, kipc(self->reader.fd, KIPC_NAME_LIST,
					  &list));
			visit_entries(&walk, list.count, &serial);
		} while (list.more && serial < 1000000);
		EXPECT_EQ(100, stable);
	}
	__atomic_store_n(&churn.stop, 1, __ATOMIC_RELAXED);
	thread_join(&thread);
}

/* One command looks at a bounded number of names, and says when to go on. */
TEST_F(list, bounded_work) {
	int many = debug_kernel() ? 1500 : 4000;
	struct walk walk = {
		.prefix = "last",
		.buffer = self->buffer,
		.buffer_size = sizeof(self->buffer),
	};
	char name[32];
	int i;

	for (i = 0; i < many; i++) {
		snprintf(name, sizeof(name), "many.%d", i);
		publish(self, name);
	}
	publish(self, "last");
	EXPECT_EQ(1, walk_names(&self->reader, &walk));
	EXPECT_LT(1, walk.commands);
	EXPECT_EQ(many, count_names(self, "many"));
}

TEST_HARNESS_MAIN
