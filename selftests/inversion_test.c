// SPDX-License-Identifier: GPL-2.0-only
/*
 * Priority inversion is bounded: a server of low priority answers a caller of high
 * priority within its own work time, though a thread of middle priority would use
 * up the CPU that they share. Without inheritance it does not, as the same test
 * shows.
 *
 * Time of the machine says little here: what is compared is the CPU time that each
 * thread has used while the call was made.
 */
#include <kselftest_harness.h>

#include "hog.h"
#include "nested.h"

#define SERVERS		FIFO(10)
#define HOGS		FIFO(50)
#define CALLERS		FIFO(80)
/* How much the server works for each call */
#define WORK		(50 * MILLISECOND)
/* How long the hog goes on once the call has begun: until it is stopped, or ... */
#define FOREVER		(5 * SECOND)
#define A_WHILE		(300 * MILLISECOND)
/* What the hog may get in spite of all: when threads change, for instance */
#define GRACE		(100 * MILLISECOND)
#define LINKS_MAX	3
/* How often it may be tried */
#define TRIES		5

/**
 * struct link - a server: it works, or lets the next one work
 * @thread: serves
 * @endpoint: where
 * @next: the handle of whom it calls in turn; 0: it works
 * @handle: the client's handle to it
 */
struct link {
	struct thread thread;
	struct endpoint endpoint;
	__u32 next;
	__u32 handle;
};

FIXTURE(inversion) {
	struct live live;
	bool can_hog;
	struct endpoint client;
	struct link link[LINKS_MAX];
	int links;
	struct hog hog;
	struct kipc_call call;
	struct policy policy;
	/* What was measured around the call */
	__u64 elapsed;
	__u64 hog_used;
	__u64 server_used;
	int ret;
};

FIXTURE_SETUP(inversion) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->can_hog = hog_prepare();
	endpoint_open(&self->client, POOL);
	memset(&self->call, 0, sizeof(self->call));
	self->links = 0;
}

FIXTURE_TEARDOWN(inversion) {
	hog_restore();
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void work(void)
{
	__u64 end = cpu_time() + WORK;

	while (cpu_time() < end)
		;
}

static void serve_one(struct link *link, __u64 token)
{
	struct kipc_call call = { .handle = link->next, .parent = token };

	if (link->next)
		must(kipc(link->endpoint.fd, KIPC_CALL, &call));
	else
		work();
}

/* Serves calls, with a low priority of its own. */
static void serve(void *arg)
{
	struct link *link = arg;
	struct kipc_message message;

	pin(0, HOG_CPU);
	policy_set(0, SERVERS);
	do {
		must(recv_flags(&link->endpoint, 0, 0, &message));
		if (message.code != ECHO_STOP)
			serve_one(link, message.token);
		must(reply_empty(&link->endpoint, message.token));
	} while (message.code != ECHO_STOP);
}

/* Servers that call each other in turn; the client calls the first of them. */
static void start_servers(struct _test_data_inversion *self, int count)
{
	struct link *link;
	__u32 node = 0;
	int i;

	self->links = count;
	for (i = count - 1; i >= 0; i--) {
		link = &self->link[i];
		endpoint_open(&link->endpoint, POOL);
		link->next = 0;
		if (node)
			link->next = connect_to(&link->endpoint,
						&link[1].endpoint, node, 0);
		node = node_create(&link->endpoint, 1);
		link->handle = connect_to(&self->client, &link->endpoint, node,
					  0);
		thread_start(&link->thread, serve, link);
		wait_blocked(link->thread.tid, KIPC_RECV);
	}
	self->call.handle = self->link[0].handle;
}

/* What all servers have used so far */
static __u64 servers_used(struct _test_data_inversion *self)
{
	__u64 used = 0;
	int i;

	for (i = 0; i < self->links; i++)
		used += thread_cpu_time(&self->link[i].thread);
	return used;
}

/* Calls, on the same CPU unless it is a deadline task: those run on any. */
static void call_and_measure(void *arg)
{
	struct _test_data_inversion *self = arg;
	__u64 begin;

	/* On the hog's CPU it would not run without its priority. */
	pin(0, -1);
	policy_set(0, self->policy);
	if (self->policy.class != CLASS_DEADLINE)
		pin(0, HOG_CPU);
	check(!__atomic_load_n(&self->hog.ended, __ATOMIC_ACQUIRE));
	self->hog_used = thread_cpu_time(&self->hog.thread);
	self->server_used = servers_used(self);
	begin = now();
	__atomic_store_n(&self->hog.begin, 1, __ATOMIC_RELEASE);
	self->ret = kipc(self->client.fd, KIPC_CALL, &self->call);
	self->elapsed = now() - begin;
	self->hog_used = thread_cpu_time(&self->hog.thread) - self->hog_used;
	self->server_used = servers_used(self) - self->server_used;
}

/* Makes the call beside a hog, which ends after that much time of the CPU. */
static void call_beside_hog(struct _test_data_inversion *self,
			    struct policy policy, __u64 limit)
{
	struct thread caller;

	self->policy = policy;
	hog_start(&self->hog, HOGS, limit);
	thread_start(&caller, call_and_measure, self);
	thread_join(&caller);
}

static void finish(struct _test_data_inversion *self)
{
	int i;

	hog_stop(&self->hog);
	for (i = 0; i < self->links; i++) {
		echo_stop(&self->client, self->link[i].handle);
		thread_join(&self->link[i].thread);
		endpoint_close(&self->link[i].endpoint);
	}
	fprintf(stderr, "# %llu ms for %llu ms of work, %llu ms of the hog\n",
		(unsigned long long)(self->elapsed / MILLISECOND),
		(unsigned long long)(self->server_used / MILLISECOND),
		(unsigned long long)(self->hog_used / MILLISECOND));
}

/* The hog got nothing, and nothing but the work took its time. */
static bool is_bounded(struct _test_data_inversion *self)
{
	return !self->ret && self->server_used >= WORK &&
	       self->hog_used < GRACE &&
	       self->elapsed < 2 * self->server_used;
}

#define NO_HOGS	"this machine has one CPU only"

/*
 * A machine that is itself slow, or emulated by a busy one, can take its time. An
 * inversion lasts as long as the hog, each time.
 */
static bool bounded_for(struct _test_data_inversion *self, int servers,
			struct policy policy)
{
	bool bounded = false;
	int try;

	for (try = 0; try < TRIES && !bounded; try++) {
		start_servers(self, servers);
		call_beside_hog(self, policy, FOREVER);
		finish(self);
		bounded = is_bounded(self);
	}
	return bounded;
}

TEST_F(inversion, fifo) {
	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	EXPECT_TRUE(bounded_for(self, 1, CALLERS));
}

TEST_F(inversion, round_robin) {
	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	EXPECT_TRUE(bounded_for(self, 1, RR(80)));
}

TEST_F(inversion, deadline) {
	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	EXPECT_TRUE(bounded_for(self, 1, DEADLINE));
}

TEST_F(inversion, chain) {
	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	EXPECT_TRUE(bounded_for(self, LINKS_MAX, CALLERS));
}

/* Without inheritance the server does not run until the hog has ended. */
TEST_F(inversion, without_inheritance) {
	if (!self->can_hog)
		SKIP(return, NO_HOGS);
	self->call.flags = KIPC_CALL_NO_INHERIT;
	start_servers(self, 1);
	call_beside_hog(self, CALLERS, A_WHILE);
	EXPECT_EQ(1, self->hog.ended);
	finish(self);
	EXPECT_EQ(0, self->ret);
	EXPECT_LE(A_WHILE, self->hog_used);
	EXPECT_LE(A_WHILE + WORK, self->elapsed);
	EXPECT_FALSE(is_bounded(self));
}

TEST_HARNESS_MAIN
