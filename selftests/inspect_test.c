// SPDX-License-Identifier: GPL-2.0-only
/* Seeing inside: fdinfo, the dump in debugfs, and the tracepoints. */
#include <kselftest_harness.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "freeze.h"
#include "interrupt.h"

#define STATE		"/sys/kernel/debug/kipc/state"
#define TRACING		"/sys/kernel/tracing/instances/kipc.test"

FIXTURE(inspect) {
	struct live live;
	struct pair pair;
	char text[65536];
};

FIXTURE_SETUP(inspect) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
}

FIXTURE_TEARDOWN(inspect) {
	endpoints_close();
	rmdir(TRACING);
	EXPECT_EQ(0, live_end(&self->live));
}

/* The number behind @key, which begins a line of @text */
static long long value_of(const char *text, const char *key)
{
	const char *line = text;

	while (line && strncmp(line, key, strlen(key))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	check(line);
	return strtoll(line + strlen(key), NULL, 10);
}

static void read_fdinfo(struct _test_data_inspect *self,
			struct endpoint *endpoint)
{
	char path[64];

	sprintf(path, "/proc/self/fdinfo/%d", endpoint->fd);
	must(file_read(path, self->text, sizeof(self->text)));
}

TEST_F(inspect, fdinfo) {
	struct kipc_message message;
	struct stat st;
	long long used;

	ASSERT_EQ(0, stat("/proc/self/ns/ipc", &st));
	read_fdinfo(self, &self->pair.server);
	EXPECT_EQ((long long)st.st_ino, value_of(self->text, "kipc-domain:"));
	EXPECT_EQ(POOL, value_of(self->text, "kipc-pool-size:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-pool-used:"));
	EXPECT_EQ(1, value_of(self->text, "kipc-nodes:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-handles:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-readable:"));

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "abc",
				3));
	read_fdinfo(self, &self->pair.server);
	EXPECT_EQ(1, value_of(self->text, "kipc-readable:"));
	used = value_of(self->text, "kipc-pool-used:");
	EXPECT_LE(3, used);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	read_fdinfo(self, &self->pair.server);
	EXPECT_EQ(0, value_of(self->text, "kipc-readable:"));
	EXPECT_EQ(used, value_of(self->text, "kipc-pool-used:"));
	message_free(&self->pair.server, &message);
	read_fdinfo(self, &self->pair.server);
	EXPECT_EQ(0, value_of(self->text, "kipc-pool-used:"));

	read_fdinfo(self, &self->pair.client);
	EXPECT_EQ(0, value_of(self->text, "kipc-nodes:"));
	EXPECT_EQ(1, value_of(self->text, "kipc-handles:"));
}

static bool state_has(struct _test_data_inspect *self, const char *what)
{
	must(file_read(STATE, self->text, sizeof(self->text)));
	return strstr(self->text, what);
}

/* What an endpoint has to do, in fdinfo, in KIPC_STAT and in the dump. */
TEST_F(inspect, work) {
	struct endpoint *server = &self->pair.server;
	struct caller caller[2] = { {
		.endpoint = &self->pair.client,
		.call.handle = self->pair.handle,
		.call.data = PTR("abc"),
		.call.data_size = 3,
	} };
	struct kipc_message message;
	struct kipc_stat stat;

	interrupt_install(0);
	caller_run(&caller[0]);
	ASSERT_EQ(0, recv_soon(server, &message));
	caller_start(&caller[1], &self->pair.client, self->pair.handle);
	wait_blocked(caller[1].thread.tid, KIPC_CALL);
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	interrupt(&caller[0].thread);
	EXPECT_EQ(-EINTR, caller_join(&caller[0]));
	freeze(&self->pair.client, server);

	stat_get(server, &stat);
	EXPECT_EQ(2, stat.queued);
	EXPECT_EQ(1, stat.serving);
	EXPECT_EQ(1, stat.abandoned);
	EXPECT_LE(4, stat.pool_used);
	read_fdinfo(self, server);
	EXPECT_EQ(2, value_of(self->text, "kipc-queued:"));
	EXPECT_EQ(1, value_of(self->text, "kipc-serving:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-calling:"));
	EXPECT_EQ(1, value_of(self->text, "kipc-frozen:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-readable:"));
	EXPECT_EQ((long long)stat.pool_used,
		  value_of(self->text, "kipc-pool-used:"));
	EXPECT_TRUE(state_has(self, "queued 2 serving 1 abandoned 1 "
				    "calling 0 frozen\n"));
	read_fdinfo(self, &self->pair.client);
	EXPECT_EQ(1, value_of(self->text, "kipc-calling:"));
	EXPECT_EQ(0, value_of(self->text, "kipc-frozen:"));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.queued + stat.serving + stat.abandoned +
		     stat.pool_used);

	thaw(&self->pair.client, server);
	EXPECT_EQ(-ECANCELED, reply_empty(server, message.token));
	message_free(server, &message);
	EXPECT_EQ(0, reply_empty(server, recv_call(server)));
	EXPECT_EQ(0, caller_join(&caller[1]));
	ASSERT_EQ(0, recv_now(server, &message));
	message_free(server, &message);
	stat_get(server, &stat);
	EXPECT_EQ(0, stat.queued + stat.serving + stat.abandoned +
		     stat.pool_used);
}

TEST_F(inspect, state) {
	struct caller caller;
	char text[64];
	__u64 token;

	ASSERT_EQ(0, name_publish(&self->pair.server, "inspect.name",
				  self->pair.node, 0640));
	ASSERT_EQ(0, handle_watch(&self->pair.client, self->pair.handle, 1));
	caller_start(&caller, &self->pair.client, self->pair.handle);
	token = recv_call(&self->pair.server);

	EXPECT_TRUE(state_has(self, "inspect.name mode 640 uid 0"));
	sprintf(text, "pid %d uid 0 pool %u", (int)getpid(), POOL);
	EXPECT_TRUE(state_has(self, text));
	sprintf(text, "cookie %#llx", COOKIE);
	EXPECT_TRUE(state_has(self, text));
	sprintf(text, "handle %u: rights %u uses 1 watched",
		self->pair.handle, KIPC_RIGHTS_ALL);
	EXPECT_TRUE(state_has(self, text));
	sprintf(text, "call %llu: received", (unsigned long long)token);
	EXPECT_TRUE(state_has(self, text));

	EXPECT_EQ(0, reply_empty(&self->pair.server, token));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_FALSE(state_has(self, text));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	EXPECT_TRUE(state_has(self, "watched dead"));
	EXPECT_FALSE(state_has(self, "inspect.name"));
	endpoints_close();
	EXPECT_FALSE(state_has(self, "domain"));
}

/* Leaves its endpoint to a child of its own, as a daemon does. */
static void open_and_leave(int sock, void *arg)
{
	struct endpoint endpoint;

	(void)arg;
	endpoint_open(&endpoint, 0);
	must(name_publish(&endpoint, "inspect.left",
			  node_create(&endpoint, 1), 0777));
	if (fork())
		return;
	tell(sock, number_of(&endpoint));
	hear(sock);
}

/* Who published the only name */
static __u32 publisher(struct _test_data_inspect *self)
{
	struct kipc_name_entry *entry = (void *)self->text;
	struct kipc_name_list list = {
		.buffer = PTR(entry),
		.buffer_size = sizeof(self->text),
	};

	must(kipc(self->pair.client.fd, KIPC_NAME_LIST, &list));
	check(list.count == 1);
	return entry->pid;
}

/* The number of a process that is gone may be another's: it is not told. */
TEST_F(inspect, opener_is_gone) {
	struct child child;
	siginfo_t info;
	char text[64];
	__u64 number;

	child_start(&child, CHILD_CLOSES, open_and_leave, NULL);
	number = hear(child.sock);
	ASSERT_EQ(0, waitid(P_PID, (id_t)child.pid, &info, WEXITED | WNOWAIT));
	sprintf(text, "endpoint %llu: pid %d uid", (unsigned long long)number,
		(int)child.pid);
	EXPECT_TRUE(state_has(self, text));
	EXPECT_EQ((__u32)child.pid, publisher(self));
	ASSERT_EQ(child.pid, waitpid(child.pid, NULL, 0));
	sprintf(text, "endpoint %llu: pid 0 uid", (unsigned long long)number);
	EXPECT_TRUE(state_has(self, text));
	EXPECT_EQ(0, publisher(self));
	tell(child.sock, 1);
	close(child.sock);
}

/* Only root may look: names and pids are not for everybody. */
TEST_F(inspect, private) {
	static const char * const paths[] = {
		STATE, "/sys/kernel/debug/kipc/live",
	};
	struct stat st;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		ASSERT_EQ(0, stat(paths[i], &st));
		EXPECT_EQ(0, st.st_uid);
		EXPECT_EQ(0400, st.st_mode & 0777);
	}
}

/* Makes and ends all kinds of things until it is killed. */
static void churn(int sock, void *arg)
{
	struct kipc_message message;
	struct caller caller;
	struct pair pair;

	(void)arg;
	tell(sock, 1);
	for (;;) {
		pair_open(&pair, POOL);
		must(name_publish(&pair.server, "inspect.some", pair.node,
				  0777));
		must(handle_watch(&pair.client, pair.handle, 1));
		must(send_bytes(&pair.client, pair.handle, "abc", 3));
		caller_start(&caller, &pair.client, pair.handle);
		must(recv_soon(&pair.server, &message));
		endpoint_close(&pair.server);
		check(caller_join(&caller) == -EOWNERDEAD);
		endpoint_close(&pair.client);
	}
}

/* Looking at what is just being made or ended is harmless; something must be seen. */
TEST_F_TIMEOUT(inspect, while_things_change, 60) {
	int i, seen = 0, rounds = debug_kernel() ? 200 : 2000;
	/* A slow machine looks less often. */
	__u64 end = after(20 * SECOND);
	struct child child;

	child_start(&child, CHILD_CLOSES, churn, NULL);
	hear(child.sock);
	for (i = 0; (i < rounds || !seen) && now() < end; i++) {
		seen += state_has(self, "inspect.some");
		read_fdinfo(self, &self->pair.client);
	}
	EXPECT_LT(0, seen);
	child_kill(&child);
}

/* Whether a line of that event has the detail */
static bool trace_has(struct _test_data_inspect *self, const char *event,
		      const char *detail)
{
	const char *line;

	must(file_read(TRACING "/trace", self->text, sizeof(self->text)));
	for (line = strstr(self->text, event); line;
	     line = strstr(line + 1, event)) {
		size_t length = strcspn(line, "\n");
		const char *found = strstr(line, detail);

		if (line[strlen(event)] == ':' && found &&
		    found < line + length)
			return true;
	}
	fprintf(stderr, "# no %s with %s\n", event, detail);
	return false;
}

TEST_F(inspect, tracepoints) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.code = 77,
		.deadline = 1,
	};
	struct kipc_message message;
	struct endpoint endpoint;
	struct caller caller;
	__u32 node;

	ASSERT_EQ(0, mkdir(TRACING, 0700));
	ASSERT_EQ(0, file_write(TRACING "/events/kipc/enable", "1"));
	endpoint_open(&endpoint, 0);
	node = node_create(&endpoint, 1);
	ASSERT_EQ(0, node_destroy(&endpoint, node));
	freeze(&self->pair.client, &endpoint);
	thaw(&self->pair.client, &endpoint);
	endpoint_close(&endpoint);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	ASSERT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	ASSERT_EQ(0, caller_join(&caller));
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "abc",
				3));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_blocked(caller.thread.tid, KIPC_CALL);
	endpoint_close(&self->pair.server);
	EXPECT_EQ(-EOWNERDEAD, caller_join(&caller));
	ASSERT_EQ(0, file_write(TRACING "/events/kipc/enable", "0"));

	EXPECT_TRUE(trace_has(self, "kipc_endpoint_open", "endpoint="));
	EXPECT_TRUE(trace_has(self, "kipc_endpoint_close", "endpoint="));
	EXPECT_TRUE(trace_has(self, "kipc_endpoint_freeze", "endpoint="));
	EXPECT_TRUE(trace_has(self, "kipc_endpoint_thaw", "endpoint="));
	EXPECT_TRUE(trace_has(self, "kipc_node_create", "node="));
	EXPECT_TRUE(trace_has(self, "kipc_node_destroy", "node="));
	EXPECT_TRUE(trace_has(self, "kipc_call_queued", "code=0 size=0"));
	EXPECT_TRUE(trace_has(self, "kipc_received", "call token="));
	EXPECT_TRUE(trace_has(self, "kipc_call_replied", "error=0"));
	EXPECT_TRUE(trace_has(self, "kipc_call_done", "error=0"));
	EXPECT_TRUE(trace_has(self, "kipc_call_queued", "code=77"));
	EXPECT_TRUE(trace_has(self, "kipc_call_given_up", "token="));
	EXPECT_TRUE(trace_has(self, "kipc_send_queued", "size=3"));
	EXPECT_TRUE(trace_has(self, "kipc_received", "send token=0"));
	EXPECT_TRUE(trace_has(self, "kipc_notify", "="));
	EXPECT_TRUE(trace_has(self, "kipc_call_failed", "error=-130"));
}

TEST_HARNESS_MAIN
