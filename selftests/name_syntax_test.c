// SPDX-License-Identifier: GPL-2.0-only
/* What is a name: UTF-8, segments joined by dots, 1 to 255 bytes. */
#include <kselftest_harness.h>

#include "message.h"

#define TOO_LONG	(KIPC_NAME_MAX + 1)

FIXTURE(syntax) {
	struct live live;
	struct endpoint endpoint;
	__u32 node;
};

FIXTURE_SETUP(syntax) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	self->node = node_create(&self->endpoint, COOKIE);
}

FIXTURE_TEARDOWN(syntax) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* A name that may hold bytes of 0 */
struct bytes {
	const char *bytes;
	__u32 size;
};

#define BYTES(literal)	{ literal, sizeof(literal) - 1 }

static const struct bytes good[] = {
	BYTES("a"),
	BYTES("a.b.c"),
	BYTES("A-b_c d:e@f"),
	BYTES("\xc3\xa4.\xe2\x82\xac"),
	/* The first and last of each length */
	BYTES("\xc2\xa0"),
	BYTES("\xdf\xbf"),
	BYTES("\xe0\xa0\x80"),
	BYTES("\xed\x9f\xbf"),
	BYTES("\xee\x80\x80"),
	BYTES("\xef\xbf\xbd"),
	BYTES("\xf0\x90\x80\x80"),
	BYTES("\xf4\x8f\xbf\xbd"),
};

static const struct bytes bad[] = {
	BYTES("."),
	BYTES(".a"),
	BYTES("a."),
	BYTES("a..b"),
	BYTES(".."),
	BYTES("/"),
	BYTES("a/b"),
	BYTES("a\0b"),
	BYTES("\0"),
	BYTES("a\n"),
	BYTES("\x1f"),
	BYTES("a\x7f"),
	BYTES("\xc2\x80"),
	BYTES("a\xc2\x9f"),
	/* Not the beginning of a character, and an end without one */
	BYTES("\x80"),
	BYTES("a\xbf"),
	BYTES("\xff"),
	BYTES("\xfe"),
	/* A character that is cut off, by the end and by another one */
	BYTES("\xc3"),
	BYTES("\xe2\x82"),
	BYTES("\xf0\x90\x80"),
	BYTES("\xc3.a"),
	BYTES("\xe2\x82.a"),
	/* Overlong */
	BYTES("\xc0\xae"),
	BYTES("\xc1\xbf"),
	BYTES("\xe0\x80\xaf"),
	BYTES("\xe0\x9f\xbf"),
	BYTES("\xf0\x80\x80\xaf"),
	BYTES("\xf0\x8f\xbf\xbf"),
	/* Surrogates, and above U+10FFFF */
	BYTES("\xed\xa0\x80"),
	BYTES("\xed\xbf\xbf"),
	BYTES("\xf4\x90\x80\x80"),
	BYTES("\xf5\x80\x80\x80"),
	BYTES("\xf8\x88\x80\x80\x80"),
};

static int publish(struct endpoint *endpoint, __u32 node,
		   const struct bytes *name)
{
	struct kipc_name_publish arg = {
		.flags = KIPC_NAME_OWN,
		.id = node,
		.name = PTR(name->bytes),
		.name_size = name->size,
		.mode = 0777,
	};

	return kipc(endpoint->fd, KIPC_NAME_PUBLISH, &arg);
}

static int unpublish(struct endpoint *endpoint, const struct bytes *name)
{
	struct kipc_name_unpublish arg = {
		.name = PTR(name->bytes),
		.name_size = name->size,
	};

	return kipc(endpoint->fd, KIPC_NAME_UNPUBLISH, &arg);
}

static int lookup(struct endpoint *endpoint, const struct bytes *name,
		  __u32 flags)
{
	struct kipc_name_lookup arg = {
		.flags = flags,
		.name = PTR(name->bytes),
		.name_size = name->size,
		.deadline = flags & KIPC_NAME_WAIT ? 1 : 0,
	};

	return kipc(endpoint->fd, KIPC_NAME_LOOKUP, &arg);
}

static int watch(struct endpoint *endpoint, const struct bytes *name)
{
	struct kipc_name_watch arg = {
		.prefix = PTR(name->bytes),
		.prefix_size = name->size,
		.cookie = 1,
	};
	int ret = kipc(endpoint->fd, KIPC_NAME_WATCH, &arg);

	if (!ret)
		must(name_unwatch(endpoint, 1));
	return ret;
}

static int list(struct endpoint *endpoint, const struct bytes *name)
{
	__u64 buffer[64];
	struct kipc_name_list arg = {
		.prefix = PTR(name->bytes),
		.prefix_size = name->size,
		.buffer = PTR(buffer),
		.buffer_size = sizeof(buffer),
	};

	return kipc(endpoint->fd, KIPC_NAME_LIST, &arg);
}

TEST_F(syntax, good_names) {
	size_t i;

	for (i = 0; i < ARRAY_SIZE(good); i++) {
		EXPECT_EQ(0, publish(&self->endpoint, self->node, &good[i])) {
			TH_LOG("name %zu", i);
		}
		EXPECT_EQ(0, lookup(&self->endpoint, &good[i], 0));
		EXPECT_EQ(0, watch(&self->endpoint, &good[i]));
		EXPECT_EQ(0, list(&self->endpoint, &good[i]));
		EXPECT_EQ(0, unpublish(&self->endpoint, &good[i]));
	}
}

TEST_F(syntax, bad_names) {
	struct kipc_stat before;
	size_t i;

	stat_get(&self->endpoint, &before);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(-EINVAL, publish(&self->endpoint, self->node,
					   &bad[i])) {
			TH_LOG("name %zu", i);
		}
		EXPECT_EQ(-EINVAL, lookup(&self->endpoint, &bad[i], 0));
		EXPECT_EQ(-EINVAL, lookup(&self->endpoint, &bad[i],
					  KIPC_NAME_WAIT));
		EXPECT_EQ(-EINVAL, unpublish(&self->endpoint, &bad[i]));
	}
	EXPECT_TRUE(stat_same(&self->endpoint, &before));
}

/* A prefix is the beginning of a name; it may end with a dot. */
TEST_F(syntax, bad_prefixes) {
	const struct bytes *name;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		name = &bad[i];
		if (name->size == 2 && !memcmp(name->bytes, "a.", 2))
			continue;
		EXPECT_EQ(-EINVAL, watch(&self->endpoint, name)) {
			TH_LOG("name %zu", i);
		}
		EXPECT_EQ(-EINVAL, list(&self->endpoint, name));
	}
}

/* All sizes that there are, and those around them */
TEST_F(syntax, sizes) {
	char text[TOO_LONG];
	struct bytes name = { .bytes = text };

	memset(text, 'x', sizeof(text));
	for (name.size = 1; name.size <= KIPC_NAME_MAX; name.size++) {
		EXPECT_EQ(0, publish(&self->endpoint, self->node, &name));
		EXPECT_EQ(0, lookup(&self->endpoint, &name, 0));
		EXPECT_EQ(0, unpublish(&self->endpoint, &name));
	}
	name.size = 0;
	EXPECT_EQ(-EINVAL, publish(&self->endpoint, self->node, &name));
	EXPECT_EQ(-EINVAL, lookup(&self->endpoint, &name, 0));
	EXPECT_EQ(-EINVAL, unpublish(&self->endpoint, &name));
	EXPECT_EQ(0, watch(&self->endpoint, &name));
	EXPECT_EQ(0, list(&self->endpoint, &name));
	name.size = TOO_LONG;
	EXPECT_EQ(-ENAMETOOLONG, publish(&self->endpoint, self->node, &name));
	EXPECT_EQ(-ENAMETOOLONG, lookup(&self->endpoint, &name, 0));
	EXPECT_EQ(-ENAMETOOLONG, unpublish(&self->endpoint, &name));
	EXPECT_EQ(-ENAMETOOLONG, watch(&self->endpoint, &name));
	EXPECT_EQ(-ENAMETOOLONG, list(&self->endpoint, &name));
}

TEST_HARNESS_MAIN
