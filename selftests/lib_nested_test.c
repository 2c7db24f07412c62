// SPDX-License-Identifier: GPL-2.0-only
/*
 * Nested calls by the library. Three parties, A (this process), B and C (children),
 * each with one thread, call each other along a route, which is the payload: the
 * letters of those who are still to be called. Each handler takes the first one off
 * and calls that party with the rest. The reply says who served on the way, in which
 * thread. A call that does not come to the thread that waits finds nobody, and then
 * the deadline tells.
 */
#include <signal.h>
#include <sys/wait.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "interrupt.h"
#include "selftest.h"
#include "task.h"

#define PARTIES		3
#define LARGE		65536
#define PATIENCE_MS	20000

/* What a handler is asked to do */
enum method {
	METHOD_ROUTE,		/* call the next one of the route */
	METHOD_OWN_DEADLINE,	/* likewise, without the caller's deadline */
	METHOD_TIMES,		/* call A as often as the payload says */
	METHOD_VALUE,		/* answer with the payload as the code, plus one */
	METHOD_ECHO,		/* B: call A; A: answer with the payload */
	METHOD_DIE,		/* call A, and never come back */
	METHOD_STOP,		/* end the loop */
	METHOD_DEFER,		/* B: call A; A: put it off */
	METHOD_OVERSLEEP,	/* B: call A; A: answer after the deadline */
};

/* Who served, as the reply tells it */
struct hop {
	uint32_t letter;
	uint32_t tid;
	uint32_t depth;
	uint32_t reserved;
	uint64_t deadline;
};

/* A party: an endpoint with a node, and handles to all */
struct party {
	char letter;
	struct kipc *endpoint;
	struct kipc_node *node;
	uint32_t to[PARTIES];
	/* Of A alone */
	struct kipc_request *deferred;
	int is_deferred;
	int served;
};

static void name_of(char letter, char *name)
{
	strcpy(name, "lib.nested.?");
	name[strlen(name) - 1] = letter;
}

/* Ask A the same, and answer with what A answers */
static int ask_a(struct party *party, struct kipc_request *request)
{
	struct kipc_result result;
	int ret;

	ret = kipc_call(party->endpoint, party->to[0],
			kipc_request_code(request), kipc_request_data(request),
			kipc_request_size(request), KIPC_FOREVER, &result);
	if (ret)
		return ret;
	ret = kipc_request_reply(request, result.code, result.data,
				 result.size);
	kipc_result_release(&result);
	return ret;
}

/* The next on the route is called; its reply goes behind what is said here */
static int pass_on(struct party *party, struct kipc_request *request,
		   const struct hop *hop, unsigned int flags)
{
	const struct kipc_call_options options = { .flags = flags };
	const char *route = kipc_request_data(request);
	struct iovec iov[] = {
		{ (void *)(route + 1), kipc_request_size(request) - 1 },
		{ NULL, 0 },
	};
	struct kipc_content content = { .iov = iov, .iov_count = 1 };
	struct kipc_result result;
	int ret;

	ret = kipc_call_with(party->endpoint, party->to[*route - 'a'],
			     kipc_request_code(request), &content, &options,
			     &result);
	if (ret)
		return ret;
	ret = result.code;
	iov[0] = (struct iovec) { (void *)hop, sizeof(*hop) };
	iov[1] = (struct iovec) { (void *)result.data, result.size };
	content.iov_count = 2;
	if (!ret)
		ret = kipc_request_replyv(request, 0, &content, 0);
	kipc_result_release(&result);
	return ret;
}

static int follow(struct party *party, struct kipc_request *request,
		  unsigned int flags)
{
	const struct hop hop = {
		.letter = party->letter,
		.tid = thread_id(),
		.depth = kipc_request_depth(request),
		.deadline = kipc_request_deadline(request),
	};

	check(kipc_request_current() == request);
	if (!kipc_request_size(request))
		return kipc_request_reply(request, 0, &hop, sizeof(hop));
	return pass_on(party, request, &hop, flags);
}

static int value_of(struct kipc_request *request)
{
	int value;

	check(kipc_request_size(request) >= sizeof(value));
	memcpy(&value, kipc_request_data(request), sizeof(value));
	return value;
}

static int call_times(struct party *party, struct kipc_request *request)
{
	int times = value_of(request);
	int sum = 0;
	int i, ret;

	for (i = 0; i < times; i++) {
		ret = kipc_call(party->endpoint, party->to[0], METHOD_VALUE,
				&i, sizeof(i), KIPC_FOREVER, NULL);
		if (ret != i + 1)
			return ret;
		sum += ret;
	}
	return sum;
}

static int defer(struct party *party, struct kipc_request *request)
{
	int ret = kipc_request_defer(request, &party->deferred);

	__atomic_store_n(&party->is_deferred, 1, __ATOMIC_RELEASE);
	return ret;
}

static int oversleep(struct kipc_request *request)
{
	/* And some more, so that who waits for it has noticed */
	while (kipc_request_remaining(request))
		pause_ms(1);
	pause_ms(200);
	return -EPROTO;
}

/* A's part of what only A does */
static int serve_a(struct party *party, struct kipc_request *request)
{
	switch (kipc_request_code(request)) {
	case METHOD_ECHO:
		return kipc_request_reply(request, 0,
					  kipc_request_data(request),
					  kipc_request_size(request));
	case METHOD_DEFER:
		return defer(party, request);
	case METHOD_OVERSLEEP:
		return oversleep(request);
	default:
		/* Its caller dies meanwhile: the code is the caller's process */
		must(kill(value_of(request), SIGKILL));
		return 0;
	}
}

static int handler(struct kipc_request *request, void *userdata)
{
	struct party *party = userdata;
	int pid = getpid();

	party->served++;
	switch (kipc_request_code(request)) {
	case METHOD_ROUTE:
		return follow(party, request, 0);
	case METHOD_OWN_DEADLINE:
		return follow(party, request, KIPC_CALL_OWN_DEADLINE);
	case METHOD_TIMES:
		return call_times(party, request);
	case METHOD_VALUE:
		return value_of(request) + 1;
	case METHOD_STOP:
		return kipc_serve_stop(party->endpoint);
	}
	if (party->letter == 'a')
		return serve_a(party, request);
	if (kipc_request_code(request) == METHOD_DIE)
		return kipc_call(party->endpoint, party->to[0], METHOD_DIE,
				 &pid, sizeof(pid), KIPC_FOREVER, NULL);
	return ask_a(party, request);
}

static void party_open(struct party *party, char letter)
{
	char name[32];

	*party = (struct party) { .letter = letter };
	name_of(letter, name);
	must(kipc_open(NULL, LARGE, 0, &party->endpoint));
	must(kipc_node_new(party->endpoint, handler, party, 0, &party->node));
	must(kipc_node_publish(party->node, name, 0666));
}

static void party_connect(struct party *party)
{
	char name[32];
	int i;

	for (i = 0; i < PARTIES; i++) {
		if ('a' + i == party->letter)
			continue;
		name_of('a' + i, name);
		must(kipc_name_lookup(party->endpoint, name, 0,
				      kipc_deadline_ms(PATIENCE_MS),
				      &party->to[i], NULL));
	}
}

static void serve(int sock, void *arg)
{
	struct party party;

	party_open(&party, *(char *)arg);
	tell(sock, thread_id());
	party_connect(&party);
	tell(sock, 1);
	must(kipc_serve(party.endpoint, 1));
	must(kipc_close(party.endpoint));
}

FIXTURE(nested)
{
	struct party a;
	struct child child[PARTIES];
	pid_t tid[PARTIES];
	struct live before;
};

FIXTURE_SETUP(nested)
{
	char letter;
	int i;

	must(live_begin(&self->before));
	for (i = 1; i < PARTIES; i++) {
		letter = 'a' + i;
		child_start(&self->child[i], CHILD_CLOSES, serve, &letter);
		self->tid[i] = hear(self->child[i].sock);
	}
	self->tid[0] = thread_id();
	party_open(&self->a, 'a');
	party_connect(&self->a);
	/* All know all, before one of them may end */
	for (i = 1; i < PARTIES; i++)
		ASSERT_EQ(1, hear(self->child[i].sock));
}

FIXTURE_TEARDOWN(nested)
{
	int i;

	for (i = 1; i < PARTIES; i++) {
		if (!self->child[i].pid)
			continue;
		EXPECT_EQ(0, kipc_call(self->a.endpoint, self->a.to[i],
				       METHOD_STOP, NULL, 0,
				       kipc_deadline_ms(PATIENCE_MS), NULL));
		EXPECT_EQ(0, child_end(&self->child[i]));
	}
	EXPECT_EQ(0, kipc_close(self->a.endpoint));
	EXPECT_EQ(0, live_end(&self->before));
}

/* A calls along a route; returns the code, and who served */
static int travel(struct party *a, const char *route, uint32_t method,
		  uint64_t deadline, struct hop *hops)
{
	struct kipc_result result;
	int ret;

	ret = kipc_call(a->endpoint, a->to[*route - 'a'], method, route + 1,
			strlen(route + 1), deadline, &result);
	if (ret)
		return ret;
	ret = result.code;
	if (!ret) {
		check(result.size == strlen(route) * sizeof(*hops));
		memcpy(hops, result.data, result.size);
	}
	kipc_result_release(&result);
	return ret;
}

static void expect_route(struct __test_metadata *_metadata,
			 struct _test_data_nested *self, const char *route)
{
	struct hop hops[KIPC_DEPTH_MAX];
	uint32_t i;

	ASSERT_EQ(0, travel(&self->a, route, METHOD_ROUTE,
			    kipc_deadline_ms(PATIENCE_MS), hops));
	for (i = 0; i < strlen(route); i++) {
		EXPECT_EQ(route[i], hops[i].letter);
		EXPECT_EQ(self->tid[route[i] - 'a'], hops[i].tid);
		EXPECT_EQ(i + 1, hops[i].depth);
		EXPECT_EQ(hops[0].deadline, hops[i].deadline);
	}
}

TEST_F(nested, back_and_forth)
{
	expect_route(_metadata, self, "b");
	expect_route(_metadata, self, "ba");
	expect_route(_metadata, self, "bab");
	expect_route(_metadata, self, "baba");
	/* Nothing is left behind that would change it the next time */
	expect_route(_metadata, self, "ba");
}

/* Whoever stands in between, and whoever is called back */
TEST_F(nested, around)
{
	expect_route(_metadata, self, "bca");
	expect_route(_metadata, self, "bcab");
	expect_route(_metadata, self, "bcabcabca");
	expect_route(_metadata, self, "bcbcba");
	expect_route(_metadata, self, "cbacabcacb");
}

TEST_F(nested, as_deep_as_may_be)
{
	char route[KIPC_DEPTH_MAX + 2];
	struct hop hops[KIPC_DEPTH_MAX];
	int i;

	for (i = 0; i < KIPC_DEPTH_MAX; i++)
		route[i] = "bca"[i % 3];
	route[i] = '\0';
	expect_route(_metadata, self, route);
	/* One more: who makes that call gets ELOOP, and all hand it back */
	route[i] = "bca"[i % 3];
	route[i + 1] = '\0';
	EXPECT_EQ(-ELOOP, travel(&self->a, route, METHOD_ROUTE,
				 kipc_deadline_ms(PATIENCE_MS), hops));
	expect_route(_metadata, self, "bca");
}

TEST_F(nested, one_after_the_other)
{
	int times = 100;

	EXPECT_EQ(100 * 101 / 2, kipc_call(self->a.endpoint, self->a.to[1],
					   METHOD_TIMES, &times, sizeof(times),
					   kipc_deadline_ms(PATIENCE_MS),
					   NULL));
	EXPECT_EQ(times, self->a.served);
}

/* Large payloads all the way: pools would soon be full of what did not go back */
TEST_F(nested, slices_go_back)
{
	static char large[LARGE / 8];
	struct kipc_result result;
	int i;

	for (i = 0; i < 300; i++) {
		memcpy(large, &i, sizeof(i));
		ASSERT_EQ(0, kipc_call(self->a.endpoint, self->a.to[1],
				       METHOD_ECHO, large, sizeof(large),
				       kipc_deadline_ms(PATIENCE_MS), &result));
		ASSERT_EQ(0, result.code);
		ASSERT_EQ(sizeof(large), result.size);
		ASSERT_EQ(0, memcmp(large, result.data, result.size));
		kipc_result_release(&result);
	}
	EXPECT_EQ(300, self->a.served);
}

TEST_F(nested, deadline_is_handed_on)
{
	uint64_t deadline = kipc_deadline_ms(PATIENCE_MS);
	struct hop hops[4];

	ASSERT_EQ(0, travel(&self->a, "bcab", METHOD_ROUTE, deadline, hops));
	EXPECT_EQ(deadline, hops[0].deadline);
	EXPECT_EQ(deadline, hops[3].deadline);
	ASSERT_EQ(0, travel(&self->a, "bcab", METHOD_OWN_DEADLINE, deadline,
			    hops));
	EXPECT_EQ(deadline, hops[0].deadline);
	EXPECT_EQ(KIPC_FOREVER, hops[1].deadline);
	EXPECT_EQ(KIPC_FOREVER, hops[3].deadline);
}

/* The deadline is late enough for A to be called back before it. */
static int call_and_oversleep(struct party *a, struct kipc_result *result)
{
	int value = 0, ret;
	long ms = 500;

	do {
		ret = kipc_call(a->endpoint, a->to[1], METHOD_OVERSLEEP, &value,
				sizeof(value), kipc_deadline_ms(ms), result);
		ms *= 2;
	} while (!a->served && ms <= 8000);
	return ret;
}

/* It passes while A itself serves: then nobody waits for that answer any more */
TEST_F(nested, deadline_passes_meanwhile)
{
	struct kipc_result result;
	int ret = call_and_oversleep(&self->a, &result);

	/* B's own call ends with it, and B can be as quick as to answer so */
	if (ret) {
		EXPECT_EQ(-ETIMEDOUT, ret);
		EXPECT_EQ(KIPC_STAGE_RECEIVED, kipc_result_stage(&result));
	} else {
		EXPECT_TRUE(result.code == -ETIMEDOUT ||
			    result.code == -EPROTO);
	}
	kipc_result_release(&result);
	EXPECT_EQ(1, self->a.served);
	expect_route(_metadata, self, "ba");
}

static void answer_later(void *arg)
{
	struct party *a = arg;

	while (!__atomic_load_n(&a->is_deferred, __ATOMIC_ACQUIRE))
		pause_ms(1);
	must(kipc_request_reply(a->deferred, 77, NULL, 0));
	kipc_request_free(a->deferred);
}

/* A's thread puts the nested call off and waits on; another one answers it */
TEST_F(nested, put_off)
{
	struct thread thread;
	int value = 0;

	thread_start(&thread, answer_later, &self->a);
	EXPECT_EQ(77, kipc_call(self->a.endpoint, self->a.to[1], METHOD_DEFER,
				&value, sizeof(value),
				kipc_deadline_ms(PATIENCE_MS), NULL));
	thread_join(&thread);
}

/* B dies while A serves what B asked for */
TEST_F(nested, server_dies_meanwhile)
{
	struct kipc_result result;
	int value = 0;

	EXPECT_EQ(-EOWNERDEAD, kipc_call(self->a.endpoint, self->a.to[1],
					 METHOD_DIE, &value, sizeof(value),
					 kipc_deadline_ms(PATIENCE_MS),
					 &result));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, kipc_result_stage(&result));
	EXPECT_EQ(1, self->a.served);
	child_kill(&self->child[1]);
	self->child[1].pid = 0;
	expect_route(_metadata, self, "ca");
}

struct traveller {
	struct thread thread;
	struct party *a;
	const char *route;
	struct hop hops[8];
	int ret;
};

static void travel_often(void *arg)
{
	struct traveller *traveller = arg;
	int i;

	for (i = 0; i < 50 && !traveller->ret; i++) {
		traveller->ret = travel(traveller->a, traveller->route,
					METHOD_ROUTE,
					kipc_deadline_ms(PATIENCE_MS),
					traveller->hops);
		check(traveller->hops[1].tid == (uint32_t)thread_id());
	}
}

/* Of many threads of A that wait, it comes to the one in the chain */
TEST_F(nested, to_the_right_thread)
{
	struct traveller travellers[6];
	int i;

	for (i = 0; i < 6; i++) {
		travellers[i] = (struct traveller) {
			.a = &self->a,
			.route = i % 2 ? "ca" : "ba",
		};
		thread_start(&travellers[i].thread, travel_often,
			     &travellers[i]);
	}
	for (i = 0; i < 6; i++) {
		thread_join(&travellers[i].thread);
		EXPECT_EQ(0, travellers[i].ret);
	}
	EXPECT_EQ(300, self->a.served);
}

static void dispatch_one(void *arg)
{
	struct party *a = arg;

	check(kipc_dispatch_one(a->endpoint, kipc_deadline_ms(PATIENCE_MS)) ==
	      1);
}

/* A thread that wants none leaves them to those that serve */
TEST_F(nested, not_wanted)
{
	struct kipc_call_options options = {
		.flags = KIPC_CALL_NO_NESTED,
		.deadline = kipc_deadline_ms(PATIENCE_MS),
	};
	char route[] = "a";
	const struct iovec segment = { route, 1 };
	const struct kipc_content content = { .iov = &segment, .iov_count = 1 };
	struct kipc_result result;
	struct thread thread;
	struct hop hops[2];

	thread_start(&thread, dispatch_one, &self->a);
	wait_blocked(thread.tid, KIPC_REPLY_RECV);
	ASSERT_EQ(0, kipc_call_with(self->a.endpoint, self->a.to[1],
				    METHOD_ROUTE, &content, &options, &result));
	ASSERT_EQ(sizeof(hops), result.size);
	memcpy(hops, result.data, sizeof(hops));
	EXPECT_EQ(thread.tid, hops[1].tid);
	EXPECT_EQ(2, hops[1].depth);
	kipc_result_release(&result);
	thread_join(&thread);
}

static void wait_for_deferred(void *arg)
{
	struct traveller *traveller = arg;
	struct party *a = traveller->a;
	struct kipc_result result;
	int value = 0;

	traveller->ret = kipc_call(a->endpoint, a->to[1], METHOD_DEFER, &value,
				   sizeof(value), KIPC_FOREVER, &result);
	traveller->hops[0].depth = kipc_result_stage(&result);
}

/* A signal ends the wait, also after a nested call was served in it */
TEST_F(nested, signal)
{
	struct traveller traveller = { .a = &self->a };

	interrupt_install(0);
	thread_start(&traveller.thread, wait_for_deferred, &traveller);
	while (!__atomic_load_n(&self->a.is_deferred, __ATOMIC_ACQUIRE))
		pause_ms(1);
	wait_blocked(traveller.thread.tid, KIPC_CALL);
	interrupt(&traveller.thread);
	thread_join(&traveller.thread);
	EXPECT_EQ(-EINTR, traveller.ret);
	EXPECT_EQ(KIPC_STAGE_RECEIVED, traveller.hops[0].depth);
	/* B still waits for the answer to its own call, whoever called B */
	EXPECT_EQ(0, kipc_request_reply(self->a.deferred, 0, NULL, 0));
	kipc_request_free(self->a.deferred);
}

TEST_HARNESS_MAIN
