// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Calls, results, and the way of slices back to the kernel. */

#include <fcntl.h>
#include <unistd.h>

#include "test.h"
#include "world.h"

#define METHOD_FAIL	1
#define METHOD_SINK	2
/* Too long to come in a struct: it takes a slice */
#define LONG_TEXT	"a text that is longer than what a struct has room for, " \
			"so it has to come in the pool"

static int handler(struct kipc_request *request, void *userdata)
{
	switch (kipc_request_code(request)) {
	case METHOD_FAIL:
		return -ENOENT;
	case METHOD_SINK:
		return 0;
	default:
		return world_echo(request, userdata);
	}
}

static int call(const struct world *world, uint32_t code, const char *text,
		struct kipc_result *result)
{
	return kipc_call(world->client, world->handle, code, text,
			 strlen(text), KIPC_FOREVER, result);
}

static void carries_payload_there_and_back(void)
{
	struct kipc_result result;
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, call(&world, 0, "hello", &result));
	EXPECT_EQ(0, result.code);
	EXPECT_EQ(KIPC_STAGE_DONE, result.stage);
	EXPECT_EQ(5, result.size);
	EXPECT_EQ(0, memcmp(result.data, "hello", 5));
	EXPECT_EQ(0, result.attachment_count);
	kipc_result_release(&result);
	EXPECT(!result.data);
	/* Once more does no harm */
	kipc_result_release(&result);
	world_stop(&world);
	world_close(&world);
}

static void tells_codes_from_errors(void)
{
	struct kipc_result result;
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, call(&world, METHOD_FAIL, "x", &result));
	EXPECT_EQ(-ENOENT, result.code);
	EXPECT(!result.data);
	kipc_result_release(&result);
	EXPECT_EQ(-ENOENT, call(&world, METHOD_FAIL, "x", NULL));
	EXPECT_EQ(0, call(&world, METHOD_SINK, "x", NULL));
	EXPECT_EQ(-ENXIO, kipc_call(world.client, 7, 0, NULL, 0, KIPC_FOREVER,
				    &result));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, result.stage);
	kipc_result_release(&result);
	fake_fail(KIPC_CALL, EDQUOT, 1);
	EXPECT_EQ(-EDQUOT, call(&world, 0, "x", NULL));
	world_stop(&world);
	world_close(&world);
}

static void says_how_far_it_got(void)
{
	struct kipc_result result;
	struct world world;

	world_open(&world, handler, NULL);
	EXPECT_EQ(-ETIMEDOUT, kipc_call(world.client, world.handle, 0, NULL, 0,
					kipc_deadline_ms(1), &result));
	EXPECT_EQ(KIPC_STAGE_WITHDRAWN, kipc_result_stage(&result));
	EXPECT_EQ(0, kipc_node_free(world.node));
	EXPECT_EQ(-EOWNERDEAD, call(&world, 0, "x", &result));
	EXPECT_EQ(KIPC_STAGE_NOT_QUEUED, result.stage);
	world_close(&world);
}

static void names_stages(void)
{
	EXPECT_EQ(0, strcmp("not queued",
			    kipc_stage_name(KIPC_STAGE_NOT_QUEUED)));
	EXPECT_EQ(0, strcmp("reply lost",
			    kipc_stage_name(KIPC_STAGE_REPLY_LOST)));
	EXPECT_EQ(0, strcmp("unknown", kipc_stage_name(6)));
	for (unsigned int stage = 0; stage < 10; stage++)
		EXPECT(strlen(kipc_stage_name(stage)) > 3);
}

static void gathers(void)
{
	char hello[] = "hello, ", there[] = "there";
	const struct iovec iov[] = {
		{ hello, strlen(hello) }, { NULL, 0 }, { there, strlen(there) },
	};
	struct kipc_content content = { .iov = iov, .iov_count = 3 };
	struct kipc_result result;
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, kipc_callv(world.client, world.handle, 0, &content,
				KIPC_FOREVER, &result));
	EXPECT_EQ(12, result.size);
	EXPECT_EQ(0, memcmp(result.data, "hello, there", 12));
	kipc_result_release(&result);
	EXPECT_EQ(0, kipc_callv(world.client, world.handle, 0, NULL,
				KIPC_FOREVER, NULL));
	content.iov_count = KIPC_VEC_MAX + 1;
	EXPECT_EQ(-E2BIG, kipc_callv(world.client, world.handle, 0, &content,
				     KIPC_FOREVER, &result));
	EXPECT_EQ(-E2BIG, kipc_sendv(world.client, world.handle, 0, &content));
	content.iov_count = 0;
	content.attachment_count = KIPC_ATTACHMENTS_MAX + 1;
	EXPECT_EQ(-E2BIG, kipc_sendv(world.client, world.handle, 0, &content));
	world_stop(&world);
	world_close(&world);
}

/* Small payloads need no pool, and come and go as others */
static void carries_small_payload(void)
{
	unsigned char bytes[KIPC_SMALL_MAX + 1];
	struct kipc_result result;
	struct world world;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	for (size_t size = 0; size <= sizeof(bytes); size++) {
		EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, bytes,
				       size, KIPC_FOREVER, &result));
		EXPECT_EQ(size, result.size);
		EXPECT_EQ(!size, !result.data);
		EXPECT_EQ(0, (uintptr_t)result.data % 8);
		if (size)
			EXPECT_EQ(0, memcmp(bytes, result.data, size));
		EXPECT_EQ(size > KIPC_SMALL_MAX,
			  fake_slices(kipc_fd(world.client)));
		kipc_result_release(&result);
		EXPECT_EQ(0, result.size);
		EXPECT(!result.data);
	}
	world_stop(&world);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

/* A released slice goes with the next call, without a system call of its own */
static void frees_along(void)
{
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	for (int i = 0; i < 100; i++)
		world_expect(&world, LONG_TEXT, 0, LONG_TEXT);
	EXPECT_EQ(0, fake_count(KIPC_FREE));
	EXPECT_EQ(1, fake_slices(kipc_fd(world.client)));
	EXPECT_EQ(0, call(&world, METHOD_SINK, "", NULL));
	EXPECT_EQ(0, fake_slices(kipc_fd(world.client)));
	/* A message can take one, too */
	world_expect(&world, LONG_TEXT, 0, LONG_TEXT);
	EXPECT_EQ(0, kipc_send(world.client, world.handle, METHOD_SINK, NULL,
			       0));
	EXPECT_EQ(0, fake_slices(kipc_fd(world.client)));
	world_stop(&world);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.server)));
	world_close(&world);
}

static void frees_in_batches(void)
{
	struct kipc_result results[40];
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	for (int i = 0; i < 40; i++)
		EXPECT_EQ(0, call(&world, 0, LONG_TEXT, &results[i]));
	EXPECT_EQ(40, fake_slices(kipc_fd(world.client)));
	for (int i = 0; i < 40; i++)
		kipc_result_release(&results[i]);
	EXPECT_EQ(2, fake_count(KIPC_FREE));
	EXPECT_EQ(8, fake_slices(kipc_fd(world.client)));
	world_stop(&world);
	world_close(&world);
}

static void frees_large_ones_at_once(void)
{
	static char text[300 << 10];
	struct kipc_result result;
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, text,
			       sizeof(text), KIPC_FOREVER, &result));
	EXPECT_EQ(sizeof(text), result.size);
	kipc_result_release(&result);
	EXPECT_EQ(0, fake_slices(kipc_fd(world.client)));
	world_stop(&world);
	world_close(&world);
}

/* A call that failed before it freed its slice keeps it for the next one */
static void keeps_slices_of_failed_calls(void)
{
	struct world world;

	world_open(&world, handler, NULL);
	world_serve(&world, 1);
	world_expect(&world, LONG_TEXT, 0, LONG_TEXT);
	fake_fail(KIPC_CALL, EFAULT, 1);
	EXPECT_EQ(-EFAULT, call(&world, 0, "x", NULL));
	fake_fail(KIPC_SEND, EAGAIN, 1);
	EXPECT_EQ(-EAGAIN, kipc_send(world.client, world.handle, 0, "x", 1));
	EXPECT_EQ(1, fake_slices(kipc_fd(world.client)));
	EXPECT_EQ(0, call(&world, METHOD_SINK, "", NULL));
	EXPECT_EQ(0, fake_slices(kipc_fd(world.client)));
	world_stop(&world);
	world_close(&world);
}

static int give_objects(struct kipc_request *request, void *userdata)
{
	struct kipc_node **other = userdata;
	struct kipc_attachment list[3];
	char text[] = "hello";
	const struct iovec segment = { text, 5 };
	const struct kipc_content content = {
		.iov = &segment, .iov_count = 1,
		.attachments = list, .attachment_count = 3,
	};
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int ret;

	kipc_attachment_set_fd(&list[0], fd);
	kipc_attachment_set_node(&list[1], *other, KIPC_RIGHT_CALL);
	kipc_attachment_set_fd(&list[2], fd);
	ret = kipc_request_replyv(request, 0, &content, 0);
	close(fd);
	return ret;
}

static void expect_given(const struct world *world, struct kipc_result *result)
{
	uint32_t handle;
	int fd;

	EXPECT_EQ(0, kipc_call(world->client, world->handle, 0, NULL, 0,
			       KIPC_FOREVER, result));
	EXPECT_EQ(3, result->attachment_count);
	EXPECT_EQ(5, result->size);
	EXPECT_EQ(0, memcmp(result->data, "hello", 5));
	fd = kipc_result_take_fd(result, 0);
	EXPECT(fd >= 0);
	EXPECT_EQ(-EALREADY, kipc_result_take_fd(result, 0));
	EXPECT_EQ(-EBADF, kipc_result_take_fd(result, 1));
	EXPECT_EQ(-EINVAL, kipc_result_take_fd(result, 3));
	EXPECT_EQ(-EBADF, kipc_result_take_handle(result, 0, &handle));
	EXPECT_EQ(0, kipc_result_take_handle(result, 1, &handle));
	EXPECT_EQ(result->attachments[1].id, handle);
	EXPECT_EQ(0, close(fd));
}

/* What is taken is the user's, and the rest is given back */
static void gives_attachments_back(void)
{
	struct kipc_result result;
	struct kipc_node *other;
	struct world world;
	uint32_t handle;
	int fd;

	world_open(&world, give_objects, &other);
	EXPECT_EQ(0, kipc_node_new(world.server, handler, NULL, 0, &other));
	world_serve(&world, 1);
	expect_given(&world, &result);
	handle = result.attachments[1].id;
	fd = (int)result.attachments[2].id;
	EXPECT_EQ(0, fcntl(fd, F_GETFD) & ~FD_CLOEXEC);
	kipc_result_release(&result);
	EXPECT_EQ(-1, fcntl(fd, F_GETFD));
	EXPECT_EQ(1, fake_uses(kipc_fd(world.client), handle));
	EXPECT_EQ(0, kipc_call(world.client, world.handle, 0, NULL, 0,
			       KIPC_FOREVER, NULL));
	EXPECT_EQ(1, fake_uses(kipc_fd(world.client), handle));
	EXPECT_EQ(0, kipc_handle_drop(world.client, handle));
	EXPECT_EQ(-ENXIO, kipc_handle_drop(world.client, handle));
	world_stop(&world);
	world_close(&world);
}

static const struct test tests[] = {
	TEST(carries_payload_there_and_back),
	TEST(tells_codes_from_errors),
	TEST(says_how_far_it_got),
	TEST(names_stages),
	TEST(gathers),
	TEST(carries_small_payload),
	TEST(frees_along),
	TEST(frees_in_batches),
	TEST(frees_large_ones_at_once),
	TEST(keeps_slices_of_failed_calls),
	TEST(gives_attachments_back),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
