// SPDX-License-Identifier: GPL-2.0-only
/*
 * "kipc trace", and with it the tracepoints: each step of a conversation shows
 * up once, in order, and with the right numbers.
 */
#include <kselftest_harness.h>
#include <signal.h>

#include "message.h"
#include "tracer.h"

/* More notifications than the tool gives the kernel room for: 2 MiB on each CPU */
#define FLOOD	100000

FIXTURE(trace) {
	struct live live;
	struct pair front;
	struct endpoint back;
	__u32 to_back;
	char number[32];
};

/*
 * The client calls the front's node, and the front a node of the back; both have
 * names.
 */
FIXTURE_SETUP(trace) {
	struct kipc_info info = { 0 };
	__u32 node;

	if (access("/sys/kernel/tracing/instances", F_OK) < 0)
		SKIP(return, "no tracefs");
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->front, POOL);
	must(name_publish(&self->front.server, "trace.front", self->front.node,
			  0600));
	endpoint_open(&self->back, POOL);
	node = node_create(&self->back, 2);
	must(name_publish(&self->back, "trace.back", node, 0600));
	self->to_back = connect_to(&self->front.server, &self->back, node,
				   KIPC_RIGHTS_ALL);
	must(kipc(self->front.client.fd, KIPC_INFO, &info));
	snprintf(self->number, sizeof(self->number), "@%llu", info.endpoint);
}

FIXTURE_TEARDOWN(trace) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void answer(struct endpoint *server, __u64 token, __u32 code,
		   const char *data)
{
	struct kipc_reply reply = {
		.token = token, .code = code,
		.data = PTR(data), .data_size = strlen(data),
	};

	must(kipc(server->fd, KIPC_REPLY, &reply));
}

/* A thread calls with a code, and 12 bytes */
static void call_begin(struct caller *caller, struct endpoint *endpoint,
		       __u32 handle, __u32 code, __u64 parent)
{
	*caller = (struct caller){
		.endpoint = endpoint,
		.call = {
			.handle = handle, .code = code, .parent = parent,
			.data = PTR("twelve bytes"), .data_size = 12,
		},
	};
	caller_run(caller);
}

static void call_end(struct caller *caller)
{
	must(caller_join(caller));
	reply_free(caller->endpoint, &caller->call);
}

/* The client calls the front, which calls the back before it answers. */
static void converse(struct endpoint *client, __u32 handle,
		     struct endpoint *front, __u32 to_back,
		     struct endpoint *back)
{
	struct caller outer, inner;
	__u64 token;

	call_begin(&outer, client, handle, 7, 0);
	token = recv_call(front);
	call_begin(&inner, front, to_back, 8, token);
	answer(back, recv_call(back), 0, "back");
	call_end(&inner);
	answer(front, token, (__u32)-ENOENT, "front");
	call_end(&outer);
}

TEST_F(trace, chain_in_json) {
	struct tracer tracer;

	tracer_start(&tracer, "--json", "trace.front");
	converse(&self->front.client, self->front.handle, &self->front.server,
		 self->to_back, &self->back);
	tracer_end(&tracer);
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"call\"",
				  "\"name\": \"trace.front\"", "\"code\": 7,",
				  "\"size\": 12,", "\"parent\": 0,",
				  "\"depth\": 1"));
	/* It is made for the other one, and so it is of interest, too. */
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"call\"",
				  "\"name\": \"trace.back\"", "\"code\": 8,",
				  "\"parent\": 1,", "\"depth\": 2"));
	EXPECT_EQ(2, tracer_count(&tracer, "\"event\": \"received\"",
				  "\"kind\": \"call\"", "\"queued_ns\": "));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"replied\"",
				  "\"reply_code\": 0,", "\"reply_size\": 4"));
	EXPECT_EQ(2, tracer_count(&tracer, "\"event\": \"done\"",
				  "\"stage\": \"done\"", "\"latency_ns\": "));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"done\"",
				  "\"reply_code\": -2,",
				  "\"reply_size\": 5,"));
	EXPECT_EQ(8, tracer_count(&tracer, "\"event\""));
	tracer_free(&tracer);
}

TEST_F(trace, chain_in_text) {
	struct tracer tracer;

	tracer_start(&tracer, "--count=9999", "trace");
	converse(&self->front.client, self->front.handle, &self->front.server,
		 self->to_back, &self->back);
	tracer_end(&tracer);
	/* Two spaces behind the time, and two more for the inner call */
	EXPECT_EQ(1, tracer_count(&tracer, "  trace_test[", "] -> trace.front (",
				  "): call 7, 12 B"));
	EXPECT_EQ(1, tracer_count(&tracer, "    trace_test[",
				  "] -> trace.back (", "): call 8, 12 B"));
	EXPECT_EQ(1, tracer_count(&tracer, "    trace_test[",
				  "] <- trace.back: code 0, 4 B, after ",
				  " queued)"));
	EXPECT_EQ(1, tracer_count(&tracer, "  trace_test[",
				  "] <- trace.front: code -2 (ENOENT), 5 B, after "));
	EXPECT_EQ(4, tracer_count(&tracer, "trace_test["));
	tracer_free(&tracer);
}

TEST_F(trace, one_way) {
	struct kipc_message message;
	struct tracer tracer;

	tracer_start(&tracer, "--json", self->number);
	must(send_bytes(&self->front.client, self->front.handle, "one", 3));
	must(notify(&self->front.client, self->front.handle, 0x15));
	must(recv_soon(&self->front.server, &message));
	message_free(&self->front.server, &message);
	must(recv_soon(&self->front.server, &message));
	tracer_end(&tracer);
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"send\"",
				  "\"name\": \"trace.front\"", "\"size\": 3"));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"received\"",
				  "\"kind\": \"send\"", "\"from\": ",
				  "\"size\": 3,", "\"queued_ns\": "));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"notify\"",
				  "\"bits\": 21"));
	tracer_free(&tracer);
}

/* A caller that leaves, a server that is told and answers in vain, and its end */
TEST_F(trace, cancel_and_death) {
	struct kipc_node_create create = {
		.flags = KIPC_NODE_CANCELED, .cookie = 0x77,
	};
	struct endpoint *server = &self->front.server;
	struct kipc_message message;
	struct tracer tracer;
	struct caller caller;
	__u64 token;
	__u32 handle;

	must(kipc(server->fd, KIPC_NODE_CREATE, &create));
	handle = connect_to(&self->front.client, server, create.node,
			    KIPC_RIGHTS_ALL);
	must(handle_watch(&self->front.client, handle, 0x99));
	tracer_start(&tracer, "--json", self->number);
	caller = (struct caller){
		.endpoint = &self->front.client,
		.call = { .handle = handle, .deadline = after(SECOND) },
	};
	caller_run(&caller);
	token = recv_call(server);
	EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
	must(recv_soon(server, &message));
	EXPECT_EQ(-ECANCELED, reply_empty(server, token));
	must(node_destroy(server, create.node));
	must(recv_soon(&self->front.client, &message));
	tracer_end(&tracer);
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"given-up\"",
				  "\"stage\": \"received\""));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"done\"",
				  "\"stage\": \"received\"",
				  "\"error\": \"ETIMEDOUT\""));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"received\"",
				  "\"kind\": \"canceled\""));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"replied\"",
				  "\"error\": \"ECANCELED\""));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"received\"",
				  "\"kind\": \"death\"", "\"cookie\": 153"));
	tracer_free(&tracer);
}

TEST_F(trace, refused) {
	static char large[2 * POOL];
	struct kipc_call call = {
		.handle = self->front.handle, .data = PTR(large),
		.data_size = sizeof(large),
	};
	struct tracer tracer;

	tracer_start(&tracer, "--json", self->number);
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->front.client, self->front.handle,
					large, sizeof(large)));
	EXPECT_EQ(-EMSGSIZE, kipc(self->front.client.fd, KIPC_CALL, &call));
	tracer_end(&tracer);
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"send-refused\"",
				  "\"error\": \"EMSGSIZE\""));
	EXPECT_EQ(1, tracer_count(&tracer, "\"event\": \"call-refused\"",
				  "\"error\": \"EMSGSIZE\""));
	tracer_free(&tracer);
}

/* What comes while the tool is stopped does not fit the kernel's buffer. */
TEST_F(trace, lost) {
	struct tracer tracer;
	int i;

	tracer_start(&tracer, "--json", "trace.nobody");
	must_errno(kill(tracer.pid, SIGSTOP));
	for (i = 0; i < FLOOD; i++)
		must(notify(&self->front.client, self->front.handle, 1));
	must_errno(kill(tracer.pid, SIGCONT));
	tracer_end(&tracer);
	EXPECT_LE(1, tracer_count(&tracer, "\"event\": \"lost\"",
				  "\"count\": "));
	EXPECT_EQ(0, tracer_count(&tracer, "\"event\": \"notify\""));
	tracer_free(&tracer);
}

TEST_HARNESS_MAIN
