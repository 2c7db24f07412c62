// SPDX-License-Identifier: GPL-2.0-only
/*
 * What idle things cost in kernel memory, and that the memory cgroup of who
 * made them is charged for it.
 *
 * The cost is how much free memory is lost while many of them are made, so
 * nothing that belongs to them is left out: neither page tables nor what a slab
 * wastes.
 */
#include <kselftest_harness.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "message.h"

#define ENDPOINTS	1000
#define ENDPOINT_COST	4096
#define ENDPOINT_POOL	1048576U
#define HANDLES		(200 * KIPC_ATTACHMENTS_MAX)
#define HANDLE_COST	96
#define INFLATED	"the debug kernel's checkers need memory of their own"
#define CGROUP		"/sys/fs/cgroup/kipc.memory"

FIXTURE(memory) {
	struct live live;
	long max_endpoints;
	long max_pool_bytes;
};

FIXTURE_SETUP(memory) {
	struct rlimit files = { ENDPOINTS + 100, ENDPOINTS + 100 };

	/* The tests themselves skip: from here the harness would go on. */
	if (debug_kernel())
		return;
	ASSERT_EQ(0, live_begin(&self->live));
	self->max_endpoints = param_get("max_endpoints");
	self->max_pool_bytes = param_get("max_pool_bytes");
	ASSERT_EQ(0, param_set("max_endpoints", ENDPOINTS + 10));
	ASSERT_EQ(0, param_set("max_pool_bytes",
			       (ENDPOINTS + 10L) * ENDPOINT_POOL));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &files));
}

FIXTURE_TEARDOWN(memory) {
	if (debug_kernel())
		return;
	param_set("max_endpoints", self->max_endpoints);
	param_set("max_pool_bytes", self->max_pool_bytes);
	endpoints_close();
	rmdir(CGROUP);
	EXPECT_EQ(0, live_end(&self->live));
}

/* The number behind @key in a file of such lines */
static long number_in(const char *path, const char *key)
{
	static char text[65536];
	char *line = text;

	must(file_read(path, text, sizeof(text)));
	while (line && (strncmp(line, key, strlen(key)) ||
			!strchr(" :", line[strlen(key)]))) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	check(line);
	return strtol(line + strlen(key) + 1, NULL, 10);
}

/* Bytes on the lists of free pages that each CPU keeps for itself */
static long cpu_lists(void)
{
	static char text[262144];
	const char *line = text;
	long pages = 0;

	must(file_read("/proc/zoneinfo", text, sizeof(text)));
	while ((line = strstr(line, "count:"))) {
		line += strlen("count:");
		pages += strtol(line, NULL, 10);
	}
	return pages * 4096;
}

/* Bytes of memory that nobody uses, once all is quiet */
static long free_memory(void)
{
	long last, bytes = 0;

	do {
		must(file_write("/proc/sys/vm/drop_caches", "3"));
		pause_ms(200);
		must(file_write("/proc/sys/vm/stat_refresh", "1"));
		last = bytes;
		bytes = number_in("/proc/meminfo", "MemFree") * 1024 +
			cpu_lists();
	} while (labs(bytes - last) > 16384);
	return bytes;
}

/* Moves this process into a cgroup of its own. */
static void enter_cgroup(void)
{
	check(!mkdir(CGROUP, 0755) || errno == EEXIST);
	must(file_write(CGROUP "/cgroup.procs", "0"));
}

static long charged_memory(void)
{
	return number_in(CGROUP "/memory.stat", "kernel");
}

static void open_many(int sock, void *arg)
{
	static struct endpoint endpoint[ENDPOINTS];
	long unused, charged;
	int i;

	(void)arg;
	memset(endpoint, 0xff, sizeof(endpoint));
	enter_cgroup();
	/* What the first one brings about belongs to none of them. */
	endpoint_open(&endpoint[0], ENDPOINT_POOL);
	unused = free_memory();
	charged = charged_memory();
	for (i = 1; i < ENDPOINTS; i++)
		endpoint_open(&endpoint[i], ENDPOINT_POOL);
	tell(sock, (__u64)(unused - free_memory()));
	tell(sock, (__u64)(charged_memory() - charged));
}

TEST_F(memory, endpoint_with_pool) {
	struct child child;
	__u64 cost, charged;

	if (debug_kernel())
		SKIP(return, INFLATED);
	child_start(&child, CHILD_CLOSES, open_many, NULL);
	cost = hear(child.sock) / (ENDPOINTS - 1);
	charged = hear(child.sock) / (ENDPOINTS - 1);
	EXPECT_EQ(0, child_end(&child));
	TH_LOG("%llu bytes, of which %llu are charged",
	       (unsigned long long)cost, (unsigned long long)charged);
	EXPECT_GE(ENDPOINT_COST, cost);
	EXPECT_LE(cost * 3 / 4, charged);
}

/* Gives the client as many handles as an attachment array holds. */
static void pass_handles(struct pair *pair, const __u32 *nodes)
{
	struct kipc_attachment attachment[KIPC_ATTACHMENTS_MAX] = { 0 };
	struct kipc_message message;
	__u32 i;

	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
		attachment[i].type = KIPC_ATTACH_NODE;
		attachment[i].id = nodes[i];
		attachment[i].rights = KIPC_RIGHT_CALL;
	}
	must(send_attached(&pair->server, pair->handle, attachment,
			   KIPC_ATTACHMENTS_MAX));
	must(recv_now(&pair->client, &message));
	message_free(&pair->client, &message);
}

static void hold_many(int sock, void *arg)
{
	static __u32 nodes[HANDLES];
	long unused, charged;
	struct kipc_stat stat;
	struct pair pair;
	int i;

	(void)arg;
	enter_cgroup();
	pair_open(&pair, POOL);
	pair.handle = connect_to(&pair.server, &pair.client,
				 node_create(&pair.client, 1), 0);
	for (i = 0; i < HANDLES; i++)
		nodes[i] = node_create(&pair.server, (__u64)i);
	pass_handles(&pair, nodes);
	unused = free_memory();
	charged = charged_memory();
	for (i = KIPC_ATTACHMENTS_MAX; i < HANDLES; i += KIPC_ATTACHMENTS_MAX)
		pass_handles(&pair, nodes + i);
	stat_get(&pair.client, &stat);
	/* The first pair, one back, and those that count */
	check(stat.handles.used == HANDLES + 2);
	tell(sock, (__u64)(unused - free_memory()));
	tell(sock, (__u64)(charged_memory() - charged));
}

TEST_F(memory, handle) {
	const __u64 count = HANDLES - KIPC_ATTACHMENTS_MAX;
	struct child child;
	__u64 cost, charged;

	if (debug_kernel())
		SKIP(return, INFLATED);
	child_start(&child, CHILD_CLOSES, hold_many, NULL);
	cost = hear(child.sock) / count;
	charged = hear(child.sock) / count;
	EXPECT_EQ(0, child_end(&child));
	TH_LOG("%llu bytes, of which %llu are charged",
	       (unsigned long long)cost, (unsigned long long)charged);
	EXPECT_GE(HANDLE_COST, cost);
	EXPECT_LE(cost * 3 / 4, charged);
}

/* The memory of a pool is charged to who mapped it, not to who sends. */
static void receive_much(int sock, void *arg)
{
	struct endpoint endpoint;
	long charged;

	(void)arg;
	enter_cgroup();
	endpoint_open(&endpoint, ENDPOINT_POOL);
	must(name_publish(&endpoint, "memory.pool", node_create(&endpoint, 1),
			  0777));
	charged = charged_memory();
	tell(sock, 1);
	hear(sock);
	tell(sock, (__u64)(charged_memory() - charged));
}

TEST_F(memory, pool_is_the_receivers) {
	static char data[ENDPOINT_POOL / 2];
	struct endpoint sender;
	struct child child;
	__u32 handle;

	if (debug_kernel())
		SKIP(return, INFLATED);
	endpoint_open(&sender, 0);
	child_start(&child, CHILD_CLOSES, receive_much, NULL);
	hear(child.sock);
	ASSERT_EQ(0, name_lookup(&sender, "memory.pool", 0, &handle));
	ASSERT_EQ(0, send_bytes(&sender, handle, data, sizeof(data)));
	tell(child.sock, 1);
	EXPECT_LE(sizeof(data), hear(child.sock));
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
