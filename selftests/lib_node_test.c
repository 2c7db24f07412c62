// SPDX-License-Identifier: GPL-2.0-only
/* What nodes and calls ask for by the library: priority, labels, identity. */
#include <sched.h>
#include <sys/resource.h>

#include <kipc.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define PATIENCE_MS	20000

/* How the handler finds itself, and who called */
struct report {
	int policy;
	int nice;
	int priority;
	unsigned int depth;
	struct kipc_sender sender;
	char label[256];
};

static int report(struct kipc_request *request, void *userdata)
{
	struct report report = { .policy = sched_getscheduler(0) };
	struct sched_param param;

	(void)userdata;
	/* A thread that runs with a priority that was lent to it passes none on */
	report.policy &= ~SCHED_RESET_ON_FORK;
	must_errno(sched_getparam(0, &param));
	report.priority = param.sched_priority;
	report.nice = getpriority(PRIO_PROCESS, 0);
	report.depth = kipc_request_depth(request);
	kipc_request_sender(request, &report.sender);
	check(!report.sender.label == !report.sender.label_size);
	check(report.sender.label_size < sizeof(report.label));
	if (report.sender.label)
		memcpy(report.label, report.sender.label,
		       report.sender.label_size);
	return kipc_request_reply(request, 0, &report, sizeof(report));
}

static void serve(void *arg)
{
	must(kipc_serve(arg, 1));
}

FIXTURE(node)
{
	struct kipc *server;
	struct kipc *client;
	struct thread thread;
	int nodes;
	struct live before;
};

FIXTURE_SETUP(node)
{
	must(live_begin(&self->before));
	self->nodes = 0;
	must(kipc_open(NULL, 0, 0, &self->server));
	must(kipc_open(NULL, 0, 0, &self->client));
	thread_start(&self->thread, serve, self->server);
	wait_blocked(self->thread.tid, KIPC_REPLY_RECV);
}

FIXTURE_TEARDOWN(node)
{
	EXPECT_EQ(0, kipc_serve_stop(self->server));
	thread_join(&self->thread);
	EXPECT_EQ(0, kipc_close(self->client));
	EXPECT_EQ(0, kipc_close(self->server));
	EXPECT_EQ(0, live_end(&self->before));
}

/* Make a node, and a handle to it */
static uint32_t make(struct _test_data_node *self, unsigned int flags,
		     int policy, int priority)
{
	const struct kipc_node_options options = {
		.flags = flags,
		.policy = policy,
		.priority = priority,
	};
	struct kipc_node *node;
	uint32_t handle;
	char name[32];

	snprintf(name, sizeof(name), "lib.node.%d", self->nodes++);
	must(kipc_node_new_with(self->server, report, NULL, &options, &node));
	must(kipc_node_publish(node, name, 0666));
	must(kipc_name_lookup(self->client, name, 0, KIPC_NO_WAIT, &handle,
			      NULL));
	return handle;
}

static void ask_with(struct _test_data_node *self, uint32_t handle,
		     unsigned int flags, const struct kipc_content *content,
		     struct report *found)
{
	const struct kipc_call_options options = {
		.flags = flags,
		.deadline = kipc_deadline_ms(PATIENCE_MS),
	};
	struct kipc_result result;

	must(kipc_call_with(self->client, handle, 0, content, &options,
			    &result));
	check(result.size == sizeof(*found));
	memcpy(found, result.data, sizeof(*found));
	kipc_result_release(&result);
}

static void ask(struct _test_data_node *self, uint32_t handle,
		unsigned int flags, struct report *found)
{
	ask_with(self, handle, flags, NULL, found);
}

TEST_F(node, inherits)
{
	uint32_t plain = make(self, 0, 0, 0);
	uint32_t own = make(self, KIPC_NODE_NO_INHERIT, 0, 0);
	struct report found;

	ask(self, plain, 0, &found);
	EXPECT_EQ(SCHED_OTHER, found.policy);
	EXPECT_EQ(0, found.nice);
	must_errno(setpriority(PRIO_PROCESS, thread_id(), -10));
	ask(self, plain, 0, &found);
	EXPECT_EQ(-10, found.nice);
	/* Neither if the node does not want it, nor if the call does not */
	ask(self, own, 0, &found);
	EXPECT_EQ(0, found.nice);
	ask(self, plain, KIPC_CALL_NO_INHERIT, &found);
	EXPECT_EQ(0, found.nice);
	must_errno(setpriority(PRIO_PROCESS, thread_id(), 0));
	ask(self, plain, 0, &found);
	EXPECT_EQ(0, found.nice);
}

TEST_F(node, least_priority)
{
	uint32_t nice = make(self, KIPC_NODE_MIN_PRIORITY, SCHED_OTHER, -15);
	uint32_t fifo = make(self, KIPC_NODE_MIN_PRIORITY, SCHED_FIFO, 7);
	uint32_t rr = make(self, KIPC_NODE_MIN_PRIORITY, SCHED_RR, 3);
	uint32_t plain = make(self, 0, 0, 0);
	struct report found;

	ask(self, nice, 0, &found);
	EXPECT_EQ(SCHED_OTHER, found.policy);
	EXPECT_EQ(-15, found.nice);
	ask(self, fifo, 0, &found);
	EXPECT_EQ(SCHED_FIFO, found.policy);
	EXPECT_EQ(7, found.priority);
	ask(self, rr, 0, &found);
	EXPECT_EQ(SCHED_RR, found.policy);
	EXPECT_EQ(3, found.priority);
	ask(self, plain, 0, &found);
	EXPECT_EQ(SCHED_OTHER, found.policy);
	EXPECT_EQ(0, found.nice);
}

TEST_F(node, bad_options)
{
	struct kipc_node_options options = { .flags = KIPC_NODE_MIN_PRIORITY };
	struct kipc_node *node;

	options.policy = SCHED_FIFO;
	EXPECT_EQ(-EINVAL, kipc_node_new_with(self->server, report, NULL,
					      &options, &node));
	options.policy = SCHED_OTHER;
	options.priority = 20;
	EXPECT_EQ(-EINVAL, kipc_node_new_with(self->server, report, NULL,
					      &options, &node));
	options.flags = 0;
	options.priority = 1;
	EXPECT_EQ(-EINVAL, kipc_node_new_with(self->server, report, NULL,
					      &options, &node));
	EXPECT_EQ(-EINVAL, kipc_node_new(self->server, report, NULL,
					 KIPC_NODE_MIN_PRIORITY, &node));
	EXPECT_EQ(-EINVAL, kipc_node_new(self->server, report, NULL, 1U << 31,
					 &node));
}

static void make_unprivileged(int sock, void *arg)
{
	const struct kipc_node_options options = {
		.flags = KIPC_NODE_MIN_PRIORITY,
		.priority = -1,
	};
	struct rlimit none = { .rlim_cur = 0 };
	struct kipc_node *node;
	struct kipc *endpoint;

	(void)sock;
	(void)arg;
	must_errno(setrlimit(RLIMIT_NICE, &none));
	become(USER, USER);
	must(kipc_open(NULL, 0, 0, &endpoint));
	check(kipc_node_new_with(endpoint, report, NULL, &options, &node) ==
	      -EPERM);
	must(kipc_close(endpoint));
}

TEST_F(node, priority_that_is_not_its_own)
{
	struct child child;

	child_start(&child, CHILD_CLOSES, make_unprivileged, NULL);
	EXPECT_EQ(0, child_end(&child));
}

/* The label is what the security module says of this thread, if there is one */
TEST_F(node, label)
{
	uint32_t labelled = make(self, KIPC_NODE_LABEL, 0, 0);
	uint32_t plain = make(self, 0, 0, 0);
	char text[] = "some text";
	const struct iovec segment = { text, 5 };
	struct kipc_attachment file;
	const struct kipc_content content = {
		.iov = &segment,
		.iov_count = 1,
		.attachments = &file,
		.attachment_count = 1,
	};
	struct report found, attached;

	kipc_attachment_set_fd(&file, 1);
	ask(self, labelled, 0, &found);
	ask_with(self, labelled, 0, &content, &attached);
	EXPECT_EQ(found.sender.label_size, attached.sender.label_size);
	EXPECT_EQ(0, memcmp(found.label, attached.label, sizeof(found.label)));
	EXPECT_EQ(getpid(), found.sender.pid);
	EXPECT_EQ(thread_id(), found.sender.tid);
	EXPECT_EQ(1, found.depth);
	ask(self, plain, 0, &found);
	EXPECT_EQ(0, found.sender.label_size);
}

TEST_HARNESS_MAIN
