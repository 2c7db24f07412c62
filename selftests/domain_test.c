// SPDX-License-Identifier: GPL-2.0-only
/* One world of endpoints and names for each IPC namespace. */
#include <kselftest_harness.h>
#include <sched.h>
#include <sys/stat.h>

#include "message.h"

FIXTURE(domain) {
	struct live live;
	struct endpoint endpoint;
	__u32 node;
};

FIXTURE_SETUP(domain) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->endpoint, POOL);
	self->node = node_create(&self->endpoint, COOKIE);
	ASSERT_EQ(0, name_publish(&self->endpoint, "domain.outer", self->node,
				  0777));
}

FIXTURE_TEARDOWN(domain) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static __u64 domain_of(struct endpoint *endpoint)
{
	struct kipc_info info = { 0 };

	must(kipc(endpoint->fd, KIPC_INFO, &info));
	return info.domain;
}

static void live_in_new_domain(int sock, void *arg)
{
	struct endpoint a, b;
	struct kipc_stat usage;
	struct stat st;
	__u32 handle;

	(void)arg;
	must_errno(unshare(CLONE_NEWIPC));
	endpoint_open(&a, POOL);
	endpoint_open(&b, POOL);
	must_errno(stat("/proc/self/ns/ipc", &st));
	check(domain_of(&a) == st.st_ino);
	stat_get(&a, &usage);
	check(usage.domain_endpoints == 2);
	check(usage.endpoints.used == 2);
	check(usage.domain_names == 0);

	/* Nothing of the other world is there, and its names are free. */
	check(name_lookup(&a, "domain.outer", 0, &handle) == -ENOENT);
	must(name_publish(&b, "domain.outer", node_create(&b, 7), 0777));
	must(name_lookup(&a, "domain.outer", 0, &handle));
	must(send_bytes(&a, handle, "x", 1));
	tell(sock, 1);
	hear(sock);
}

TEST_F(domain, sees_only_itself) {
	struct kipc_message message;
	struct kipc_stat stat;
	struct live live;
	struct child child;
	__u32 handle;

	child_start(&child, CHILD_CLOSES, live_in_new_domain, NULL);
	hear(child.sock);
	ASSERT_EQ(0, live_read(&live));
	EXPECT_EQ(self->live.domains + 2, live.domains);
	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(1, stat.domain_endpoints);
	EXPECT_EQ(1, stat.domain_names);
	EXPECT_EQ(1, stat.endpoints.used);
	EXPECT_EQ(0, stat.sends);
	EXPECT_EQ(0, name_lookup(&self->endpoint, "domain.outer", 0, &handle));
	EXPECT_EQ(-EAGAIN, recv_now(&self->endpoint, &message));
	tell(child.sock, 1);
	EXPECT_EQ(0, child_end(&child));
}

/* An endpoint that was opened stays in its domain. */
TEST_F(domain, opened_stays) {
	struct endpoint other;
	__u32 handle;

	endpoint_open(&other, POOL);
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	EXPECT_EQ(domain_of(&self->endpoint), domain_of(&other));
	EXPECT_EQ(0, name_lookup(&other, "domain.outer", 0, &handle));
	EXPECT_EQ(0, send_bytes(&other, handle, NULL, 0));
	EXPECT_EQ(0, name_publish(&other, "domain.late",
				  node_create(&other, 1), 0777));
	EXPECT_EQ(0, name_lookup(&self->endpoint, "domain.late", 0, &handle));
}

/* A new endpoint is in the new one, and the two cannot meet by name. */
TEST_F(domain, new_is_in_new) {
	struct endpoint other;
	__u32 handle;

	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	endpoint_open(&other, POOL);
	EXPECT_NE(domain_of(&self->endpoint), domain_of(&other));
	EXPECT_EQ(-ENOENT, name_lookup(&other, "domain.outer", 0, &handle));
	EXPECT_EQ(-ETIMEDOUT, name_wait(&other, "domain.outer",
					after(20 * MILLISECOND), &handle));
}

/* setns(2) leads back. */
TEST_F(domain, setns) {
	int ns = open("/proc/self/ns/ipc", O_RDONLY | O_CLOEXEC);
	struct endpoint other;
	__u32 handle;

	ASSERT_LE(0, ns);
	ASSERT_EQ(0, unshare(CLONE_NEWIPC));
	ASSERT_EQ(0, setns(ns, CLONE_NEWIPC));
	endpoint_open(&other, POOL);
	EXPECT_EQ(domain_of(&self->endpoint), domain_of(&other));
	EXPECT_EQ(0, name_lookup(&other, "domain.outer", 0, &handle));
	close(ns);
}

/* Names under "sys." are for root, or for nobody. */
static int publish_sys(void)
{
	struct endpoint endpoint;

	endpoint_open(&endpoint, POOL);
	return name_publish(&endpoint, "sys.test", node_create(&endpoint, 1),
			    0777);
}

static void publish_sys_as_user(int sock, void *arg)
{
	(void)arg;
	become(USER, USER);
	tell(sock, (__u64)-publish_sys());
}

/* Root in a user namespace of its own, which does not own the domain */
static void publish_sys_in_user_ns(int sock, void *arg)
{
	(void)arg;
	become(USER, USER);
	if (unshare(CLONE_NEWUSER)) {
		tell(sock, EPERM);
		return;
	}
	tell(sock, (__u64)-publish_sys());
}

/* ... and which does */
static void publish_sys_in_own_domain(int sock, void *arg)
{
	(void)arg;
	must_errno(unshare(CLONE_NEWUSER | CLONE_NEWIPC));
	tell(sock, (__u64)-publish_sys());
}

TEST_F(domain, sys_names) {
	struct child child;

	EXPECT_EQ(0, publish_sys());
	EXPECT_EQ(0, name_unpublish(&self->endpoint, "sys.test"));
	child_start(&child, CHILD_CLOSES, publish_sys_as_user, NULL);
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	child_start(&child, CHILD_CLOSES, publish_sys_in_user_ns, NULL);
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	child_start(&child, CHILD_CLOSES, publish_sys_in_own_domain, NULL);
	EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

static int publish_once(const char *name)
{
	struct endpoint endpoint;
	int ret;

	endpoint_open(&endpoint, POOL);
	ret = name_publish(&endpoint, name, node_create(&endpoint, 1), 0777);
	endpoint_close(&endpoint);
	return ret;
}

static void publish_similar(int sock, void *arg)
{
	static const char * const names[] = {
		"system", "syst.em", "sy.s", "my.sys.name", "sysx.y",
	};
	size_t i;

	(void)arg;
	become(USER, USER);
	for (i = 0; i < ARRAY_SIZE(names); i++)
		tell(sock, (__u64)-publish_once(names[i]));
	tell(sock, (__u64)-publish_once("sys.x"));
	tell(sock, (__u64)-publish_once("sys.x.y"));
}

TEST_F(domain, similar_names_are_free) {
	struct child child;
	int i;

	child_start(&child, CHILD_CLOSES, publish_similar, NULL);
	for (i = 0; i < 5; i++)
		EXPECT_EQ(0, hear(child.sock));
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(EPERM, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

/* A user's quota is its own in each domain. */
static void count_my_own(int sock, void *arg)
{
	struct endpoint endpoint;
	struct kipc_stat stat;

	(void)arg;
	must_errno(unshare(CLONE_NEWIPC));
	endpoint_open(&endpoint, POOL);
	node_create(&endpoint, 1);
	stat_get(&endpoint, &stat);
	tell(sock, stat.nodes.used);
}

TEST_F(domain, quota_is_per_domain) {
	struct kipc_stat before;
	struct child child;

	stat_get(&self->endpoint, &before);
	child_start(&child, CHILD_CLOSES, count_my_own, NULL);
	EXPECT_EQ(1, hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
	EXPECT_TRUE(stat_same(&self->endpoint, &before));
}

/* Domains come and go without a trace. */
TEST_F(domain, many) {
	struct endpoint other;
	int i;

	for (i = 0; i < (debug_kernel() ? 20 : 200); i++) {
		ASSERT_EQ(0, unshare(CLONE_NEWIPC));
		endpoint_open(&other, POOL);
		ASSERT_EQ(0, name_publish(&other, "domain.many",
					  node_create(&other, 1), 0777));
		endpoint_close(&other);
	}
}

TEST_HARNESS_MAIN
