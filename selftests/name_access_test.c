// SPDX-License-Identifier: GPL-2.0-only
/* Who may look up a name and with which rights, and who may take it away. */
#include <kselftest_harness.h>
#include <grp.h>
#include <sched.h>

#include "message.h"

#define OTHER_GROUP	4711U
#define R	KIPC_RIGHT_WATCH
#define W	KIPC_RIGHT_CALL
#define X	KIPC_RIGHT_GRANT

FIXTURE(access) {
	struct live live;
	struct endpoint server;
	__u32 node;
};

FIXTURE_SETUP(access) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	self->node = node_create(&self->server, COOKIE);
}

FIXTURE_TEARDOWN(access) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Publishes as USER and USER's group, which own the name. */
static int publish_as_user(struct endpoint *server, __u32 node,
			   const char *name, __u32 mode)
{
	int ret;

	must_errno(setegid(USER));
	must_errno(seteuid(USER));
	ret = name_publish(server, name, node, mode);
	must_errno(seteuid(0));
	must_errno(setegid(0));
	return ret;
}

/* What a child finds: rights, or an errno with the highest bit set */
#define REFUSED(error)	(1U << 31 | (error))

static __u32 rights_of(struct endpoint *endpoint, __u32 wanted)
{
	static const char name[] = "access.name";
	struct kipc_name_lookup arg = {
		.rights = wanted,
		.name = PTR(name),
		.name_size = sizeof(name) - 1,
	};
	int ret = kipc(endpoint->fd, KIPC_NAME_LOOKUP, &arg);

	if (ret)
		return REFUSED(-ret);
	must(handle_drop(endpoint, arg.handle));
	return arg.rights;
}

/* Answers, for each word of rights wanted that it hears, what it got. */
static void look_up(struct endpoint *endpoint, int sock)
{
	__u64 wanted;

	for (;;) {
		wanted = hear(sock);
		if (wanted == ~0ULL)
			return;
		tell(sock, rights_of(endpoint, (__u32)wanted));
	}
}

static void as_owner(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	become(USER, NOBODY);
	endpoint_open(&endpoint, POOL);
	look_up(&endpoint, sock);
}

static void as_group(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	become(NOBODY, USER);
	endpoint_open(&endpoint, POOL);
	look_up(&endpoint, sock);
}

static void as_group_member(int sock, void *arg)
{
	const gid_t groups[] = { OTHER_GROUP, USER };
	struct endpoint endpoint;

	(void)arg;
	must_errno(setgroups(2, groups));
	must_errno(setresgid(NOBODY, NOBODY, NOBODY));
	must_errno(setresuid(NOBODY, NOBODY, NOBODY));
	endpoint_open(&endpoint, POOL);
	look_up(&endpoint, sock);
}

static void as_other(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	become(NOBODY, NOBODY);
	endpoint_open(&endpoint, POOL);
	look_up(&endpoint, sock);
}

static __u32 ask(struct child *child, __u32 wanted)
{
	tell(child->sock, wanted);
	return (__u32)hear(child->sock);
}

/* For each of the 8 modes of one class: what is wanted is had, or EACCES */
static int check_class(struct endpoint *server, __u32 node, int shift,
		       void (*run)(int sock, void *arg))
{
	struct child child;
	__u32 mode, want, have;

	child_start(&child, CHILD_CLOSES, run, NULL);
	for (mode = 0; mode < 8; mode++) {
		/* All classes but this one have what this one has not. */
		must(publish_as_user(server, node, "access.name",
				     (0777 & ~(7 << shift)) |
				     mode << shift));
		have = (mode & 4 ? R : 0) | (mode & 2 ? W : 0) |
		       (mode & 1 ? X : 0);
		check(ask(&child, 0) == (have ? have : REFUSED(EACCES)));
		for (want = 1; want <= KIPC_RIGHTS_ALL; want++)
			check(ask(&child, want) ==
			      (want & ~have ? REFUSED(EACCES) : want));
		must(name_unpublish(server, "access.name"));
		check(ask(&child, 0) == REFUSED(ENOENT));
	}
	tell(child.sock, ~0ULL);
	return child_end(&child);
}

TEST_F(access, owner) {
	EXPECT_EQ(0, check_class(&self->server, self->node, 6, as_owner));
}

TEST_F(access, group) {
	EXPECT_EQ(0, check_class(&self->server, self->node, 3, as_group));
}

TEST_F(access, group_member) {
	EXPECT_EQ(0, check_class(&self->server, self->node, 3,
				 as_group_member));
}

TEST_F(access, other) {
	EXPECT_EQ(0, check_class(&self->server, self->node, 0, as_other));
}

/* The rights are what the handle can do, no more and no less. */
static void use_rights(int sock, void *arg)
{
	struct endpoint endpoint;
	__u32 handle, less;

	(void)arg;
	become(NOBODY, NOBODY);
	endpoint_open(&endpoint, POOL);
	must(name_lookup(&endpoint, "access.name", 0, &handle));
	check(notify(&endpoint, handle, 1) == -EACCES);
	check(send_bytes(&endpoint, handle, NULL, 0) == -EACCES);
	check(call_empty(&endpoint, handle) == -EACCES);
	check(name_publish_handle(&endpoint, "access.mine", handle, 0777) ==
	      -EACCES);
	check(handle_dup(&endpoint, handle, W, &less) == -EACCES);
	must(handle_watch(&endpoint, handle, 1));
	tell(sock, 1);
}

TEST_F(access, rights_are_kept) {
	struct child child;

	ASSERT_EQ(0, name_publish(&self->server, "access.name", self->node,
				  0774));
	child_start(&child, CHILD_CLOSES, use_rights, NULL);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/*
 * Root goes past the mode if it asks for more than that gives, or if that gives
 * nothing, but not past the rights that were published.
 */
TEST_F(access, root) {
	struct endpoint root;
	__u32 handle, less;

	endpoint_open(&root, POOL);
	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0));
	EXPECT_EQ(KIPC_RIGHTS_ALL, rights_of(&root, 0));
	EXPECT_EQ(X, rights_of(&root, X));
	ASSERT_EQ(0, name_unpublish(&self->server, "access.name"));
	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0774));
	EXPECT_EQ(R, rights_of(&root, 0));
	EXPECT_EQ(W, rights_of(&root, W));
	EXPECT_EQ(KIPC_RIGHTS_ALL, rights_of(&root, KIPC_RIGHTS_ALL));
	ASSERT_EQ(0, name_lookup(&root, "access.name", KIPC_RIGHTS_ALL,
				 &handle));
	ASSERT_EQ(0, handle_dup(&root, handle, X | R, &less));
	ASSERT_EQ(0, name_unpublish(&self->server, "access.name"));
	ASSERT_EQ(0, name_publish_handle(&root, "access.name", less, 0));
	EXPECT_EQ(REFUSED(EACCES), rights_of(&root, W));
	EXPECT_EQ(X | R, rights_of(&root, 0));
}

static void unpublish_as(int sock, void *arg)
{
	struct endpoint endpoint;

	become(*(uid_t *)arg, NOBODY);
	endpoint_open(&endpoint, POOL);
	tell(sock, (__u64)-name_unpublish(&endpoint, "access.name"));
}

/* The owner may take a name away, others may not, mode or no mode. */
TEST_F(access, unpublish) {
	uid_t nobody = NOBODY, user = USER;
	struct child child;
	__u32 handle;

	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0777));
	child_start(&child, CHILD_CLOSES, unpublish_as, &nobody);
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	child_start(&child, CHILD_CLOSES, unpublish_as, &user);
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	EXPECT_EQ(-ENOENT, name_lookup(&self->server, "access.name", 0,
				       &handle));
}

/* So may the endpoint that published it, whoever uses it, and root. */
TEST_F(access, unpublish_by_publisher_and_root) {
	struct endpoint root;

	endpoint_open(&root, POOL);
	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0777));
	EXPECT_EQ(0, name_unpublish(&root, "access.name"));

	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0777));
	must_errno(seteuid(NOBODY));
	EXPECT_EQ(-EPERM, name_unpublish(&root, "access.name"));
	EXPECT_EQ(0, name_unpublish(&self->server, "access.name"));
	must_errno(seteuid(0));
}

/* The list says who owns a name, as the reader sees it. */
static void list_owner(int sock, void *arg)
{
	struct {
		struct kipc_name_entry entry;
		char name[16];
	} buffer;
	struct kipc_name_list list = {
		.buffer = PTR(&buffer),
		.buffer_size = sizeof(buffer),
	};
	struct endpoint endpoint;

	if (arg)
		must_errno(unshare(CLONE_NEWUSER));
	endpoint_open(&endpoint, 0);
	must(kipc(endpoint.fd, KIPC_NAME_LIST, &list));
	check(list.count == 1);
	tell(sock, buffer.entry.uid);
	tell(sock, buffer.entry.gid);
	tell(sock, buffer.entry.mode);
	tell(sock, buffer.entry.pid);
}

TEST_F(access, listed_owner) {
	struct child child;
	int strange;

	ASSERT_EQ(0, publish_as_user(&self->server, self->node, "access.name",
				     0640));
	for (strange = 0; strange < 2; strange++) {
		child_start(&child, CHILD_CLOSES, list_owner,
			    strange ? self : NULL);
		EXPECT_EQ(strange ? NOBODY : USER, hear(child.sock));
		EXPECT_EQ(strange ? NOBODY : USER, hear(child.sock));
		EXPECT_EQ(0640, hear(child.sock));
		EXPECT_EQ((__u64)getpid(), hear(child.sock));
		EXPECT_EQ(0, child_end(&child));
	}
}

TEST_HARNESS_MAIN
