// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Options of calls, one-way messages and replies. */
#include "sys.h"
#include "test.h"
#include "world.h"

/* Too long to come in a struct */
#define SECRET	"a secret that is longer than what a struct has room for, so " \
		"that it has to come in the pool"

/* Where the handler found the payload, and with which code it came last */
struct seen {
	const char *data;
	uint32_t code;
	unsigned int count;
};

static int look(struct kipc_request *request, void *userdata)
{
	struct seen *seen = userdata;

	seen->data = kipc_request_data(request);
	seen->code = kipc_request_code(request);
	seen->count++;
	return 0;
}

static struct kipc_content content_of(const char *text, struct iovec *segment)
{
	segment->iov_base = (void *)text;
	segment->iov_len = strlen(text);
	return (struct kipc_content) { .iov = segment, .iov_count = 1 };
}

static int call(const struct world *world, unsigned int flags,
		uint64_t deadline)
{
	const struct kipc_call_options options = {
		.flags = flags,
		.deadline = deadline,
	};
	struct iovec segment;
	const struct kipc_content content = content_of(SECRET, &segment);

	return kipc_call_with(world->client, world->handle, 0, &content,
			      &options, NULL);
}

static int send(const struct world *world, uint32_t code, unsigned int flags,
		uint64_t deadline)
{
	const struct kipc_send_options options = {
		.flags = flags,
		.deadline = deadline,
	};
	struct iovec segment;
	const struct kipc_content content = content_of(SECRET, &segment);

	return kipc_send_with(world->client, world->handle, code, &content,
			      &options);
}

static void passes_flags_of_calls_on(void)
{
	const unsigned int all = KIPC_CLEAR | KIPC_WAIT |
				 KIPC_CALL_OWN_DEADLINE | KIPC_CALL_NO_INHERIT;
	uint64_t deadline = kipc_deadline_ms(10000);
	struct kipc_call issued;
	struct kipc_node *node;
	struct world world;

	world_open(&world, world_echo, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, call(&world, all, deadline));
	fake_last(KIPC_CALL, &issued);
	EXPECT_EQ(all | KIPC_CALL_SMALL, issued.flags);
	EXPECT_EQ(deadline, issued.deadline);
	EXPECT_EQ(0, issued.parent);
	/* Nothing nested can come to whom nobody can call. */
	EXPECT_EQ(0, issued.message);
	EXPECT_EQ(0, kipc_node_new(world.client, world_echo, NULL, 0, &node));
	EXPECT_EQ(0, call(&world, 0, 0));
	fake_last(KIPC_CALL, &issued);
	EXPECT(issued.message);
	EXPECT_EQ(0, call(&world, KIPC_CALL_NO_NESTED | KIPC_CALL_NO_PARENT,
			  0));
	fake_last(KIPC_CALL, &issued);
	/* A slice may have gone along */
	EXPECT_EQ(KIPC_CALL_SMALL, issued.flags & ~KIPC_FREE_SLICE);
	EXPECT_EQ(0, issued.message);
	EXPECT_EQ(0, kipc_call_with(world.client, world.handle, 0, NULL, NULL,
				    NULL));
	EXPECT_EQ(0, kipc_node_free(node));
	world_stop(&world);
	world_close(&world);
}

static void refuses_bad_options(void)
{
	const struct kipc_call_options options = { .flags = KIPC_NONBLOCK };
	struct kipc_result result;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EINVAL, call(&world, KIPC_FREE_SLICE, 0));
	EXPECT_EQ(-EINVAL, call(&world, KIPC_VEC, 0));
	EXPECT_EQ(-EINVAL, call(&world, KIPC_CALL_RESUME, 0));
	EXPECT_EQ(-EINVAL, call(&world, 1U << 20, 0));
	EXPECT_EQ(-EINVAL, kipc_call_with(world.client, world.handle, 0, NULL,
					  &options, &result));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, result.stage);
	EXPECT_EQ(0, fake_count(KIPC_CALL));
	EXPECT_EQ(-EINVAL, send(&world, 0, KIPC_VEC, 0));
	EXPECT_EQ(-EINVAL, send(&world, 0, KIPC_CALL_NO_PARENT, 0));
	EXPECT_EQ(0, fake_count(KIPC_SEND));
	EXPECT_EQ(-EINVAL, send(&world, 0, 0, kipc_deadline_ms(1)));
	world_close(&world);
}

/* A call waits for its server to be thawed, if it is to */
static void waits_for_room(void)
{
	uint64_t deadline = kipc_deadline_ms(20);
	struct kipc_freeze freeze = { .action = KIPC_FREEZE_ON };
	struct kipc_info info;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_info(world.server, &info));
	freeze.endpoint = info.endpoint;
	EXPECT_EQ(0, kipc_sys_ioctl(kipc_fd(world.client), KIPC_FREEZE,
				    &freeze));
	EXPECT_EQ(-EAGAIN, call(&world, 0, deadline));
	EXPECT_EQ(-ETIMEDOUT, call(&world, KIPC_WAIT, deadline));
	EXPECT_EQ(0, kipc_deadline_remaining(deadline));
	world_close(&world);
}

static int send_large(const struct world *world, unsigned int flags,
		      uint64_t deadline)
{
	static char large[400 << 10];
	const struct iovec segment = { large, sizeof(large) };
	const struct kipc_content content = { .iov = &segment, .iov_count = 1 };
	const struct kipc_send_options options = {
		.flags = flags,
		.deadline = deadline,
	};

	return kipc_send_with(world->client, world->handle, 0, &content,
			      &options);
}

static void *send_when_there_is_room(void *argument)
{
	EXPECT_EQ(0, send_large(argument, KIPC_WAIT, KIPC_FOREVER));
	return NULL;
}

/* One-way messages get half of the pool; who wants to waits for his share */
static void sends_when_there_is_room(void)
{
	struct seen seen = { .count = 0 };
	struct world world;
	pthread_t thread;

	world_open(&world, look, &seen);
	EXPECT_EQ(0, send_large(&world, 0, KIPC_FOREVER));
	EXPECT_EQ(-EAGAIN, send_large(&world, 0, KIPC_FOREVER));
	EXPECT_EQ(-ETIMEDOUT, send_large(&world, KIPC_WAIT,
					 kipc_deadline_ms(20)));
	EXPECT_EQ(0, pthread_create(&thread, NULL, send_when_there_is_room,
				    &world));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_NO_WAIT));
	EXPECT_EQ(1, kipc_dispatch_one(world.server, KIPC_FOREVER));
	pthread_join(thread, NULL);
	EXPECT_EQ(2, seen.count);
	world_close(&world);
}

static void is_told_of_spam(void)
{
	struct seen seen = { .count = 0 };
	struct world world;

	world_open(&world, look, &seen);
	fake_spam_next();
	EXPECT_EQ(KIPC_SENT_SPAM, send(&world, 0, 0, 0));
	EXPECT_EQ(0, send(&world, 0, 0, 0));
	/* Who does not ask is not bothered */
	fake_spam_next();
	EXPECT_EQ(0, kipc_send(world.client, world.handle, 0, NULL, 0));
	EXPECT_EQ(3, kipc_dispatch(world.server, KIPC_NO_WAIT));
	world_close(&world);
}

static void updates(void)
{
	struct seen seen = { .count = 0 };
	struct world world;

	world_open(&world, look, &seen);
	EXPECT_EQ(0, send(&world, 1, KIPC_SEND_UPDATE, 0));
	EXPECT_EQ(0, send(&world, 2, 0, 0));
	EXPECT_EQ(0, send(&world, 1, KIPC_SEND_UPDATE, 0));
	EXPECT_EQ(0, send(&world, 1, KIPC_SEND_UPDATE, 0));
	EXPECT_EQ(2, fake_queued(kipc_fd(world.server)));
	EXPECT_EQ(2, kipc_dispatch(world.server, KIPC_NO_WAIT));
	/* It took the place of the first, not of the last */
	EXPECT_EQ(2, seen.code);
	world_close(&world);
}

/* What was secret is not left behind in a pool: 0 bytes, where else there is 0xdd */
static void expect_wiped(const char *data, char left)
{
	for (size_t i = 0; i < strlen(SECRET); i++)
		EXPECT_EQ(left, data[i]);
}

static void wipes_what_was_sent(void)
{
	struct seen seen = { .count = 0 };
	struct world world;

	world_open(&world, look, &seen);
	EXPECT_EQ(0, send(&world, 0, KIPC_CLEAR, 0));
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	expect_wiped(seen.data, 0);
	EXPECT_EQ(0, send(&world, 0, 0, 0));
	EXPECT_EQ(1, kipc_dispatch(world.server, KIPC_NO_WAIT));
	expect_wiped(seen.data, (char)0xdd);
	world_serve(&world, 1);
	EXPECT_EQ(0, call(&world, KIPC_CLEAR, 0));
	world_stop(&world);
	expect_wiped(seen.data, 0);
	world_close(&world);
}

/* Late, at once, and with a wish that makes no difference */
static const unsigned int reply_flags[] = {
	KIPC_CLEAR, KIPC_CLEAR | KIPC_REPLY_NOW, 0,
};

static int reply_secret(struct kipc_request *request, void *userdata)
{
	struct iovec segment;
	const struct kipc_content content = content_of(SECRET, &segment);

	(void)userdata;
	return kipc_request_replyv(request, 0, &content,
				   reply_flags[kipc_request_code(request)]);
}

static void wipes_what_was_answered(void)
{
	struct kipc_result result;
	struct world world;
	const char *data;

	world_open(&world, reply_secret, NULL);
	world_serve(&world, 1);
	for (uint32_t code = 0; code < 3; code++) {
		EXPECT_EQ(0, kipc_call(world.client, world.handle, code, NULL,
				       0, KIPC_FOREVER, &result));
		EXPECT_EQ(strlen(SECRET), result.size);
		data = result.data;
		EXPECT_EQ(0, memcmp(data, SECRET, result.size));
		kipc_result_release(&result);
		/* Its slice goes along */
		EXPECT_EQ(-ENXIO, kipc_call(world.client, 1, 0, NULL, 0,
					    KIPC_FOREVER, NULL));
		expect_wiped(data, reply_flags[code] ? 0 : (char)0xdd);
	}
	world_stop(&world);
	world_close(&world);
}

static const struct test tests[] = {
	TEST(passes_flags_of_calls_on),
	TEST(refuses_bad_options),
	TEST(waits_for_room),
	TEST(sends_when_there_is_room),
	TEST(is_told_of_spam),
	TEST(updates),
	TEST(wipes_what_was_sent),
	TEST(wipes_what_was_answered),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
