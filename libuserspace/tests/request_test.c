// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Requests: what handlers see, replies in all their forms, deferral. */

#include <fcntl.h>
#include <unistd.h>

#include "test.h"
#include "world.h"

/* Too long to come in a struct */
#define LONG_TEXT	"a text that is longer than what a struct has room for, " \
			"so it has to come in the pool"

/* Each handler of this file notes down what it finds in here */
struct notes {
	unsigned int calls;
	int first;
	int second;
	struct kipc_request *deferred;
};

static int inspect(struct kipc_request *request, void *userdata)
{
	struct notes *notes = userdata;
	struct kipc_sender sender;

	notes->calls++;
	switch (kipc_request_kind(request)) {
	case KIPC_MSG_SEND:
		EXPECT_EQ(3, kipc_request_code(request));
		EXPECT_EQ(4, kipc_request_size(request));
		EXPECT_EQ(0, memcmp(kipc_request_data(request), "data", 4));
		EXPECT_EQ(0, kipc_request_deadline(request));
		EXPECT(kipc_request_remaining(request) == UINT64_MAX);
		break;
	case KIPC_MSG_NOTIFY:
		EXPECT_EQ(5, kipc_request_bits(request));
		EXPECT(!kipc_request_data(request));
		break;
	}
	EXPECT_EQ(0, kipc_request_attachment_count(request));
	EXPECT(!kipc_request_attachments(request));
	EXPECT_EQ(-EINVAL, kipc_request_reply(request, 0, NULL, 0));
	kipc_request_sender(request, &sender);
	EXPECT_EQ(getpid(), sender.pid);
	EXPECT_EQ(geteuid(), sender.euid);
	return -EIO;
}

static void shows_messages(void)
{
	struct notes notes = { 0 };
	struct world world;

	world_open(&world, inspect, &notes);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 3, "data", 4));
	EXPECT_EQ(0, kipc_notify(world.client, world.handle, 5));
	EXPECT_EQ(2, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(2, notes.calls);
	EXPECT_EQ(-EAGAIN, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(-ETIMEDOUT, kipc_dispatch_one(world.server,
						kipc_deadline_ms(1)));
	fake_fail(KIPC_REPLY_RECV, EINTR, 1);
	EXPECT_EQ(-EINTR, kipc_dispatch_one(world.server, KIPC_FOREVER));
	world_close(&world);
}

/* With a payload, attachments, both, neither: the label is behind them */
static int look_at_label(struct kipc_request *request, void *userdata)
{
	unsigned int *looks = userdata;
	struct kipc_sender sender;

	kipc_request_sender(request, &sender);
	EXPECT_EQ(*looks < 4 ? strlen(FAKE_LABEL) : 0, sender.label_size);
	if (*looks < 4)
		EXPECT_EQ(0, memcmp(FAKE_LABEL, sender.label,
				    sender.label_size));
	else
		EXPECT(!sender.label);
	++*looks;
	return 0;
}

static void send_in_all_ways(const struct world *world, uint32_t handle)
{
	char text[] = "hello";
	const struct iovec segment = { text, 5 };
	struct kipc_attachment file;
	struct kipc_content content = { .iov = &segment, .iov_count = 1 };

	kipc_attachment_set_fd(&file, 1);
	EXPECT_EQ(0, kipc_sendv(world->client, handle, 0, NULL));
	EXPECT_EQ(0, kipc_sendv(world->client, handle, 0, &content));
	content.attachments = &file;
	content.attachment_count = 1;
	EXPECT_EQ(0, kipc_sendv(world->client, handle, 0, &content));
	content.iov_count = 0;
	EXPECT_EQ(0, kipc_sendv(world->client, handle, 0, &content));
}

static void shows_labels(void)
{
	struct kipc_node *node;
	unsigned int looks = 0;
	struct world world;
	uint32_t handle;

	world_open(&world, look_at_label, &looks);
	EXPECT_EQ(0, kipc_node_new(world.server, look_at_label, &looks,
				   KIPC_NODE_LABEL, &node));
	EXPECT_EQ(0, kipc_node_publish(node, "test.label", 0666));
	EXPECT_EQ(0, kipc_name_lookup(world.client, "test.label", 0,
				      KIPC_NO_WAIT, &handle, NULL));
	send_in_all_ways(&world, handle);
	/* Nobody asked for these */
	send_in_all_ways(&world, world.handle);
	EXPECT_EQ(8, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(8, looks);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

static int reply_twice(struct kipc_request *request, void *userdata)
{
	struct notes *notes = userdata;
	char text[] = "first";

	notes->first = kipc_request_reply(request, 1, text, strlen(text));
	/* The reply may still be here, but this memory is not needed for it */
	memset(text, 'x', sizeof(text));
	notes->second = kipc_request_reply(request, 2, "second", 6);
	return -EIO;
}

static void answers_once(void)
{
	struct notes notes;
	struct world world;

	world_open(&world, reply_twice, &notes);
	world_serve(&world, 1);
	world_expect(&world, "", 1, "first");
	world_stop(&world);
	EXPECT_EQ(0, notes.first);
	EXPECT_EQ(-EALREADY, notes.second);
	world_close(&world);
}

/* A reply and the next receipt are one system call */
static void answers_late(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 1);
	for (int i = 0; i < 5; i++) {
		world_expect(&world, "text", 0, "text");
		world_expect(&world, LONG_TEXT, 0, LONG_TEXT);
	}
	EXPECT_EQ(0, fake_count(KIPC_REPLY));
	world_wait_idle(&world, 1);
	EXPECT_EQ(11, fake_count(KIPC_REPLY_RECV));
	world_stop(&world);
	world_close(&world);
}

static void *call_twice(void *argument)
{
	world_expect(argument, LONG_TEXT, 0, LONG_TEXT);
	world_expect(argument, LONG_TEXT, 0, LONG_TEXT);
	return NULL;
}

/* Dispatching one by one: a slice goes with the answer */
static void answers_one_by_one(void)
{
	struct world world;
	pthread_t caller;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call_twice, &world));
	for (int i = 0; i < 2; i++)
		EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	pthread_join(caller, NULL);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	EXPECT_EQ(2, fake_count(KIPC_REPLY));
	EXPECT_EQ(0, fake_count(KIPC_FREE));
	world_close(&world);
}

static int reply_now(struct kipc_request *request, void *userdata)
{
	char text[] = "now";
	struct iovec segment = { text, 3 };
	const struct kipc_content content = { .iov = &segment, .iov_count = 1 };

	(void)userdata;
	EXPECT_EQ(-EINVAL, kipc_request_replyv(request, 0, NULL, 2));
	EXPECT_EQ(0, kipc_request_replyv(request, 0, &content,
					 KIPC_REPLY_NOW));
	EXPECT_EQ(1, fake_count(KIPC_REPLY));
	return 0;
}

static void answers_now(void)
{
	struct world world;

	world_open(&world, reply_now, NULL);
	world_serve(&world, 1);
	world_expect(&world, "", 0, "now");
	world_stop(&world);
	world_close(&world);
}

/* Header from the stack, text from the request, both gathered */
static int reply_gathered(struct kipc_request *request, void *userdata)
{
	char header[] = "<", end[] = ">";
	struct iovec iov[] = {
		{ header, 1 },
		{ (void *)kipc_request_data(request),
		  kipc_request_size(request) },
		{ end, 1 },
	};
	const struct kipc_content content = { .iov = iov, .iov_count = 3 };
	int ret = kipc_request_replyv(request, 0, &content, 0);

	(void)userdata;
	header[0] = '?';
	return ret;
}

static void gathers_late(void)
{
	struct world world;

	world_open(&world, reply_gathered, NULL);
	world_serve(&world, 1);
	world_expect(&world, "text", 0, "<text>");
	EXPECT_EQ(0, fake_count(KIPC_REPLY));
	world_stop(&world);
	world_close(&world);
}

/* A payload built in the buffer, behind a header from elsewhere */
static int reply_from_buffer(struct kipc_request *request, void *userdata)
{
	bool *with_header = userdata;
	char *buffer = kipc_request_buffer(request, 4);
	char header[] = "<";
	struct iovec iov[] = { { header, 1 }, { buffer, 4 } };
	const struct kipc_content content = { .iov = iov, .iov_count = 2 };

	EXPECT(!kipc_request_buffer(request, 4097));
	EXPECT(kipc_request_buffer(request, 4096) == buffer);
	EXPECT_EQ(0, (uintptr_t)buffer % 16);
	memcpy(buffer, "made", 4);
	if (*with_header)
		return kipc_request_replyv(request, 0, &content, 0);
	return kipc_request_reply(request, 0, buffer, 4);
}

static void answers_from_buffer(void)
{
	bool with_header = false;
	struct world world;

	world_open(&world, reply_from_buffer, &with_header);
	world_serve(&world, 1);
	world_expect(&world, "", 0, "made");
	EXPECT_EQ(0, fake_count(KIPC_REPLY));
	world_stop(&world);
	with_header = true;
	world_serve(&world, 1);
	world_expect(&world, "", 0, "<made");
	EXPECT_EQ(1, fake_count(KIPC_REPLY));
	world_stop(&world);
	world_close(&world);
}

static int reply_large(struct kipc_request *request, void *userdata)
{
	static const char large[5000];

	(void)userdata;
	return kipc_request_reply(request, 0, large, sizeof(large));
}

static void answers_large_at_once(void)
{
	struct kipc_result result;
	struct world world;

	world_open(&world, reply_large, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, NULL, 0,
			       KIPC_FOREVER, &result));
	EXPECT_EQ(5000, result.size);
	EXPECT_EQ(1, fake_count(KIPC_REPLY));
	kipc_result_release(&result);
	world_stop(&world);
	world_close(&world);
}

/* A late reply that cannot be delivered: its caller learns why */
static void replaces_undeliverable_replies(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 1);
	world_wait_idle(&world, 1);
	fake_fail_reply(EMSGSIZE, 1);
	world_expect(&world, "text", -EMSGSIZE, "");
	world_expect(&world, "text", 0, "text");
	/* A caller that is gone is no reason to stop */
	fake_fail_reply(ECANCELED, 1);
	EXPECT_EQ(-ETIMEDOUT, kipc_call(world.client, world.handle, 0, "x", 1,
					kipc_deadline_ms(50), NULL));
	world_expect(&world, "text", 0, "text");
	world_stop(&world);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

/* Not even the empty reply: the server goes on */
static void survives_undeliverable_replies(void)
{
	struct world world;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 1);
	world_wait_idle(&world, 1);
	fake_fail_reply(ENOMEM, 2);
	EXPECT_EQ(-ETIMEDOUT, kipc_call(world.client, world.handle, 0, "x", 1,
					kipc_deadline_ms(50), NULL));
	world_expect(&world, "text", 0, "text");
	world_stop(&world);
	world_close(&world);
}

static int take_attachments(struct kipc_request *request, void *userdata)
{
	int *fds = userdata;
	uint32_t handle;

	EXPECT_EQ(3, kipc_request_attachment_count(request));
	fds[0] = kipc_request_take_fd(request, 0);
	EXPECT_EQ(-EALREADY, kipc_request_take_fd(request, 0));
	fds[1] = (int)kipc_request_attachments(request)[1].id;
	EXPECT_EQ(0, kipc_request_take_handle(request, 2, &handle));
	fds[2] = (int)handle;
	return 0;
}

static void closes_what_is_not_taken(void)
{
	struct kipc_attachment list[3];
	const struct kipc_content content = {
		.attachments = list, .attachment_count = 3,
	};
	struct kipc_node *node;
	struct world world;
	int taken[3];

	world_open(&world, take_attachments, taken);
	EXPECT_EQ(0, kipc_node_new(world.client, world_echo, NULL, 0, &node));
	kipc_attachment_set_fd(&list[0], 1);
	kipc_attachment_set_fd(&list[1], 1);
	kipc_attachment_set_node(&list[2], node, KIPC_RIGHTS_ALL);
	EXPECT_EQ(0, kipc_sendv(world.client, world.handle, 0, &content));
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(0, close(taken[0]));
	EXPECT_EQ(-1, fcntl(taken[1], F_GETFD));
	EXPECT_EQ(1, fake_uses(kipc_fd(world.server), taken[2]));
	world_close(&world);
}

static int find_home(struct kipc_request *request, void *userdata)
{
	struct kipc *endpoint = kipc_request_endpoint(request);
	struct kipc_node **home = userdata;

	*home = kipc_attachment_node(endpoint,
				     kipc_request_attachments(request));
	return 0;
}

static void finds_nodes_that_came_home(void)
{
	struct kipc_attachment attachment;
	const struct kipc_content content = {
		.attachments = &attachment, .attachment_count = 1,
	};
	struct kipc_node *home = NULL;
	struct world world;

	world_open(&world, find_home, &home);
	kipc_attachment_set_handle(&attachment, world.handle, KIPC_RIGHT_CALL);
	EXPECT_EQ(0, kipc_sendv(world.client, world.handle, 0, &content));
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	EXPECT(home == world.node);
	EXPECT(kipc_node_userdata(home) == &home);
	attachment.type = KIPC_ATTACH_FD;
	EXPECT(!kipc_attachment_node(world.server, &attachment));
	world_close(&world);
}

static int defer(struct kipc_request *request, void *userdata)
{
	struct notes *notes = userdata;
	struct kipc_request *other;

	notes->first = kipc_request_defer(request, &notes->deferred);
	notes->second = kipc_request_defer(request, &other);
	if (kipc_request_kind(request) == KIPC_MSG_CALL)
		EXPECT_EQ(-EALREADY, kipc_request_reply(request, 0, NULL, 0));
	EXPECT_EQ(-EALREADY, kipc_request_defer(notes->deferred, &other));
	return -EIO;
}

static void *answer_deferred(void *argument)
{
	struct notes *notes = argument;

	while (kipc_dispatch_one(kipc_request_endpoint(notes->deferred),
				 KIPC_NO_WAIT) > 0)
		;
	EXPECT_EQ(0, kipc_request_reply(notes->deferred, 0,
					kipc_request_data(notes->deferred),
					kipc_request_size(notes->deferred)));
	kipc_request_free(notes->deferred);
	return NULL;
}

static void *call_later(void *argument)
{
	world_expect(argument, "later", 0, "later");
	return NULL;
}

static void *call_later_with_more(void *argument)
{
	world_expect(argument, LONG_TEXT, 0, LONG_TEXT);
	return NULL;
}

static void defer_call(void *(*call)(void *))
{
	struct notes notes;
	struct world world;
	pthread_t caller, answerer;

	world_open(&world, defer, &notes);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call, &world));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	EXPECT_EQ(0, notes.first);
	EXPECT_EQ(-EALREADY, notes.second);
	EXPECT_EQ(-EBUSY, kipc_close(world.server));
	EXPECT(kipc_request_buffer(notes.deferred, 1));
	EXPECT_EQ(0, pthread_create(&answerer, NULL, answer_deferred, &notes));
	pthread_join(answerer, NULL);
	pthread_join(caller, NULL);
	world_close(&world);
}

/* The payload outlives the handler, wherever it is, and another thread answers */
static void defers(void)
{
	defer_call(call_later);
	fake_reset();
	defer_call(call_later_with_more);
}

static void *call_in_vain(void *argument)
{
	world_expect(argument, "later", -ECANCELED, "");
	return NULL;
}

static void answers_forgotten_ones(void)
{
	struct notes notes;
	struct world world;
	pthread_t caller;

	world_open(&world, defer, &notes);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call_in_vain, &world));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	kipc_request_free(notes.deferred);
	kipc_request_free(NULL);
	pthread_join(caller, NULL);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, "x", 1));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	kipc_request_free(notes.deferred);
	EXPECT_EQ(-EAGAIN, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

static void expect_refused(const struct world *world, struct notes *notes,
			   int error)
{
	fake_fail_reply(-error, 1);
	EXPECT_EQ(1, kipc_dispatch_one(world->server, KIPC_FOREVER));
	EXPECT_EQ(error, kipc_request_reply(notes->deferred, 0, "x", 1));
}

/* A reply that failed can be made again, except to a caller that is gone */
static void can_answer_again(void)
{
	struct notes notes;
	struct world world;
	pthread_t caller;

	world_open(&world, defer, &notes);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call_later, &world));
	expect_refused(&world, &notes, -EAGAIN);
	EXPECT_EQ(0, kipc_request_reply(notes.deferred, 0, "later", 5));
	EXPECT_EQ(-EALREADY, kipc_request_reply(notes.deferred, 0, "x", 1));
	kipc_request_free(notes.deferred);
	pthread_join(caller, NULL);
	EXPECT_EQ(0, pthread_create(&caller, NULL, call_later, &world));
	expect_refused(&world, &notes, -EMSGSIZE);
	EXPECT_EQ(0, kipc_request_reply(notes.deferred, 0, "later", 5));
	kipc_request_free(notes.deferred);
	pthread_join(caller, NULL);
	world_close(&world);
}

static const struct test tests[] = {
	TEST(shows_messages),
	TEST(shows_labels),
	TEST(answers_once),
	TEST(answers_late),
	TEST(answers_one_by_one),
	TEST(answers_now),
	TEST(gathers_late),
	TEST(answers_from_buffer),
	TEST(answers_large_at_once),
	TEST(replaces_undeliverable_replies),
	TEST(survives_undeliverable_replies),
	TEST(closes_what_is_not_taken),
	TEST(finds_nodes_that_came_home),
	TEST(defers),
	TEST(answers_forgotten_ones),
	TEST(can_answer_again),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
