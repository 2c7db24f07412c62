// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Nested calls: A calls B, and B calls A back, which has no thread but the one that
 * waits. B is the server of a world, with one thread; A is its client.
 */
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include "sys.h"
#include "test.h"
#include "world.h"

/* What B is asked to do, with the rest of the payload's numbers for A */
#define CODE_BACK	0	/* call A as often as the payload says */
#define CODE_DEEPER	1	/* call A with one less, unless it is 0 */
#define CODE_DEADLINE	2	/* tell the deadline, or call A for its */
#define CODE_DEFER	3	/* put it off */

struct chain {
	struct world world;
	struct kipc_node *node;
	uint32_t to_a;
	/* How B calls A */
	struct kipc_call_options options;
	unsigned int served_by_a;
	pthread_t a_thread;
	struct kipc_request *deferred;
	sem_t is_deferred;
};

static unsigned int number(const struct kipc_request *request)
{
	unsigned int value;

	EXPECT_EQ(sizeof(value), kipc_request_size(request));
	memcpy(&value, kipc_request_data(request), sizeof(value));
	return value;
}

/* Call with a number; returns the code */
static int call(struct kipc *endpoint, uint32_t handle, uint32_t code,
		unsigned int value, const struct kipc_call_options *options)
{
	const struct iovec segment = { &value, sizeof(value) };
	const struct kipc_content content = { .iov = &segment, .iov_count = 1 };

	return kipc_call_with(endpoint, handle, code, &content, options, NULL);
}

static int call_a(struct chain *chain, uint32_t code, unsigned int value)
{
	return call(chain->world.server, chain->to_a, code, value,
		    &chain->options);
}

static int call_b(struct chain *chain, uint32_t code, unsigned int value)
{
	return call(chain->world.client, chain->world.handle, code, value,
		    NULL);
}

static int call_back(struct chain *chain, unsigned int times)
{
	int sum = 0;

	for (unsigned int i = 1; i <= times; i++) {
		int ret = call_a(chain, CODE_BACK, i);

		if (ret < 0)
			return ret;
		sum += ret;
	}
	return sum;
}

static int defer(struct chain *chain, struct kipc_request *request)
{
	int ret = kipc_request_defer(request, &chain->deferred);

	sem_post(&chain->is_deferred);
	return ret;
}

static int handle_b(struct kipc_request *request, void *userdata)
{
	struct chain *chain = userdata;
	unsigned int value = number(request);

	EXPECT(kipc_request_current() == request);
	switch (kipc_request_code(request)) {
	case CODE_BACK:
		return call_back(chain, value);
	case CODE_DEEPER:
		EXPECT_EQ(1, kipc_request_depth(request) % 2);
		return value ? call_a(chain, CODE_DEEPER, value - 1) : 0;
	case CODE_DEADLINE:
		return call_a(chain, CODE_DEADLINE, value);
	default:
		return defer(chain, request);
	}
}

/* In the thread of A that waits: answers with the number, plus one */
static int handle_a(struct kipc_request *request, void *userdata)
{
	struct chain *chain = userdata;
	unsigned int value = number(request);

	EXPECT(pthread_equal(chain->a_thread, pthread_self()));
	EXPECT(kipc_request_current() == request);
	chain->served_by_a++;
	switch (kipc_request_code(request)) {
	case CODE_BACK:
		return (int)value + 1;
	case CODE_DEEPER:
		EXPECT_EQ(0, kipc_request_depth(request) % 2);
		return value ? call_b(chain, CODE_DEEPER, value - 1) : 0;
	case CODE_DEADLINE:
		return kipc_request_deadline(request) != KIPC_FOREVER;
	default:
		return defer(chain, request);
	}
}

static void chain_open_with(struct chain *chain, kipc_handler a, kipc_handler b)
{
	struct world *world = &chain->world;

	*chain = (struct chain) { .a_thread = pthread_self() };
	sem_init(&chain->is_deferred, 0, 0);
	world_open(world, b, chain);
	EXPECT_EQ(0, kipc_node_new(world->client, a, chain, 0, &chain->node));
	EXPECT_EQ(0, kipc_node_publish(chain->node, "test.a", 0666));
	EXPECT_EQ(0, kipc_name_lookup(world->server, "test.a", 0, KIPC_NO_WAIT,
				      &chain->to_a, NULL));
}

static void chain_open(struct chain *chain)
{
	chain_open_with(chain, handle_a, handle_b);
	world_serve(&chain->world, 1);
}

static void chain_close(struct chain *chain)
{
	world_stop(&chain->world);
	EXPECT(!kipc_request_current());
	/* The last one may still wait for a command to go along with */
	EXPECT(fake_slices(kipc_fd(chain->world.server)) <= 1);
	EXPECT(fake_slices(kipc_fd(chain->world.client)) <= 1);
	EXPECT_EQ(0, fake_calls());
	world_close(&chain->world);
}

static void serves_who_waits(void)
{
	struct chain chain;

	chain_open(&chain);
	EXPECT_EQ(2, call_b(&chain, CODE_BACK, 1));
	EXPECT_EQ(1, chain.served_by_a);
	chain_close(&chain);
}

/* Each is answered, and then the thread waits again */
static void serves_one_after_the_other(void)
{
	struct chain chain;

	chain_open(&chain);
	EXPECT_EQ(2 + 3 + 4 + 5 + 6, call_b(&chain, CODE_BACK, 5));
	EXPECT_EQ(5, chain.served_by_a);
	EXPECT_EQ(6, fake_count(KIPC_REPLY) + 1 /* B's own answer */);
	chain_close(&chain);
}

/* Both have one thread, and it goes down as deep as a chain may be long */
static void serves_as_deep_as_may_be(void)
{
	struct chain chain;

	chain_open(&chain);
	EXPECT_EQ(0, call_b(&chain, CODE_DEEPER, KIPC_DEPTH_MAX - 1));
	EXPECT_EQ(KIPC_DEPTH_MAX / 2, chain.served_by_a);
	EXPECT_EQ(-ELOOP, call_b(&chain, CODE_DEEPER, KIPC_DEPTH_MAX));
	EXPECT_EQ(0, call_b(&chain, CODE_DEEPER, 1));
	chain_close(&chain);
}

static void hands_the_deadline_on(void)
{
	struct kipc_call_options options = {
		.deadline = kipc_deadline_ms(10000),
	};
	struct chain chain;

	chain_open(&chain);
	EXPECT_EQ(0, call_b(&chain, CODE_DEADLINE, 0));
	EXPECT_EQ(1, call(chain.world.client, chain.world.handle, CODE_DEADLINE,
			  0, &options));
	chain.options.flags = KIPC_CALL_OWN_DEADLINE;
	EXPECT_EQ(0, call(chain.world.client, chain.world.handle, CODE_DEADLINE,
			  0, &options));
	chain_close(&chain);
}

static int oversleep(struct kipc_request *request, void *userdata)
{
	const struct timespec pause = { .tv_nsec = 1000000 };

	(void)userdata;
	while (kipc_request_remaining(request))
		nanosleep(&pause, NULL);
	return 0;
}

/* Answers when nobody waits any more */
static int call_and_linger(struct kipc_request *request, void *userdata)
{
	struct chain *chain = userdata;

	call_a(chain, CODE_BACK, number(request));
	sem_wait(&chain->is_deferred);
	return 0;
}

/* The deadline passes while the thread serves the nested call */
static void ends_with_the_deadline(void)
{
	const unsigned int once = 1;
	struct kipc_result result;
	struct chain chain;

	chain_open_with(&chain, oversleep, call_and_linger);
	world_serve(&chain.world, 1);
	EXPECT_EQ(-ETIMEDOUT, kipc_call(chain.world.client, chain.world.handle,
					CODE_BACK, &once, sizeof(once),
					kipc_deadline_ms(20), &result));
	EXPECT_EQ(KIPC_STAGE_RECEIVED, result.stage);
	kipc_result_release(&result);
	sem_post(&chain.is_deferred);
	chain_close(&chain);
}

static void *answer_later(void *argument)
{
	struct chain *chain = argument;

	sem_wait(&chain->is_deferred);
	EXPECT_EQ(0, kipc_request_reply(chain->deferred, 77, NULL, 0));
	kipc_request_free(chain->deferred);
	return NULL;
}

static int forward_defer(struct kipc_request *request, void *userdata)
{
	return call_a(userdata, CODE_DEFER, number(request));
}

/* The nested call is put off: its thread waits on, another one answers */
static void can_be_put_off(void)
{
	struct chain chain;
	pthread_t thread;

	chain_open_with(&chain, handle_a, forward_defer);
	world_serve(&chain.world, 1);
	EXPECT_EQ(0, pthread_create(&thread, NULL, answer_later, &chain));
	EXPECT_EQ(77, call_b(&chain, CODE_DEFER, 1));
	pthread_join(thread, NULL);
	chain_close(&chain);
}

static void *dispatch_one(void *argument)
{
	struct chain *chain = argument;

	chain->a_thread = pthread_self();
	EXPECT_EQ(1, kipc_dispatch_one(chain->world.client, KIPC_FOREVER));
	return NULL;
}

/* The thread that waits wants none, so another one of A's gets it */
static void goes_to_the_queue_if_not_wanted(void)
{
	const struct kipc_call_options options = {
		.flags = KIPC_CALL_NO_NESTED,
	};
	struct chain chain;
	pthread_t thread;

	chain_open(&chain);
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch_one, &chain));
	EXPECT_EQ(2, call(chain.world.client, chain.world.handle, CODE_BACK, 1,
			  &options));
	pthread_join(thread, NULL);
	chain_close(&chain);
}

/* A call that is not made for the one that is served is no nested one */
static void goes_to_the_queue_without_a_parent(void)
{
	struct kipc_call issued;
	struct chain chain;
	pthread_t thread;

	chain_open(&chain);
	chain.options.flags = KIPC_CALL_NO_PARENT;
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch_one, &chain));
	EXPECT_EQ(2, call_b(&chain, CODE_BACK, 1));
	pthread_join(thread, NULL);
	fake_last(KIPC_CALL, &issued);
	EXPECT_EQ(0, issued.parent);
	EXPECT(issued.message);
	chain_close(&chain);
}

static void *work_for_deferred(void *argument)
{
	struct chain *chain = argument;
	int ret;

	sem_wait(&chain->is_deferred);
	EXPECT(!kipc_request_current());
	chain->options.parent = chain->deferred;
	ret = call_a(chain, CODE_BACK, 41);
	EXPECT_EQ(42, ret);
	EXPECT_EQ(-EINVAL, call(chain->world.client, chain->world.handle,
				CODE_BACK, 1, &chain->options));
	EXPECT_EQ(0, kipc_request_reply(chain->deferred, ret, NULL, 0));
	EXPECT_EQ(-EINVAL, call_a(chain, CODE_BACK, 1));
	kipc_request_free(chain->deferred);
	return NULL;
}

/* A thread that works on a deferred request belongs to its chain by saying so */
static void works_for_a_deferred_request(void)
{
	struct chain chain;
	pthread_t thread;

	chain_open(&chain);
	EXPECT_EQ(0, pthread_create(&thread, NULL, work_for_deferred, &chain));
	EXPECT_EQ(42, call_b(&chain, CODE_DEFER, 1));
	pthread_join(thread, NULL);
	EXPECT_EQ(1, chain.served_by_a);
	chain_close(&chain);
}

/* Two threads work for the same request */
struct helper {
	struct chain *chain;
	struct kipc_call_options options;
	unsigned int value;
	int ret;
};

static void *help(void *argument)
{
	struct helper *helper = argument;

	helper->ret = call(helper->chain->world.server, helper->chain->to_a,
			   CODE_BACK, helper->value, &helper->options);
	return NULL;
}

static int handle_with_helpers(struct kipc_request *request, void *userdata)
{
	struct helper helpers[4];
	pthread_t threads[4];
	int sum = 0;

	for (unsigned int i = 0; i < 4; i++) {
		helpers[i] = (struct helper) {
			.chain = userdata,
			.options.parent = request,
			.value = i,
		};
		EXPECT_EQ(0, pthread_create(&threads[i], NULL, help,
					    &helpers[i]));
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		EXPECT_EQ(helpers[i].value + 1, helpers[i].ret);
		sum += helpers[i].ret;
	}
	return sum;
}

/* Nested calls that come at the same time are served one after the other */
static void serves_all_that_come(void)
{
	struct chain chain;

	chain_open_with(&chain, handle_a, handle_with_helpers);
	world_serve(&chain.world, 1);
	EXPECT_EQ(1 + 2 + 3 + 4, call_b(&chain, CODE_BACK, 1));
	EXPECT_EQ(4, chain.served_by_a);
	chain_close(&chain);
}

static int refuse_to_close(struct kipc_request *request, void *userdata)
{
	struct chain *chain = userdata;

	EXPECT_EQ(-EBUSY, kipc_close(kipc_request_endpoint(request)));
	EXPECT_EQ(0, kipc_node_free(chain->node));
	/* It is still there, and can be answered */
	EXPECT_EQ(1, number(request));
	return 5;
}

static void may_free_its_node_but_not_close(void)
{
	struct chain chain;

	chain_open_with(&chain, refuse_to_close, handle_b);
	world_serve(&chain.world, 1);
	EXPECT_EQ(5, call_b(&chain, CODE_BACK, 1));
	EXPECT_EQ(-EOWNERDEAD, call_b(&chain, CODE_BACK, 1));
	chain_close(&chain);
}

static int reply_and_call(struct kipc_request *request, void *userdata)
{
	EXPECT_EQ(0, kipc_request_reply(request, 3, "answer", 6));
	EXPECT_EQ(0, fake_count(KIPC_REPLY));
	EXPECT_EQ(2, call_a(userdata, CODE_BACK, 1));
	/* This one, and that of A */
	EXPECT_EQ(2, fake_count(KIPC_REPLY));
	return 0;
}

/*
 * Who has answered and then calls does not keep its caller waiting, nor is that call
 * made for it
 */
static void answers_before_it_waits(void)
{
	const unsigned int once = 1;
	struct kipc_result result;
	struct chain chain;

	chain_open_with(&chain, handle_a, reply_and_call);
	world_serve(&chain.world, 1);
	EXPECT_EQ(0, kipc_call(chain.world.client, chain.world.handle, 0, &once,
			       sizeof(once), KIPC_FOREVER, &result));
	EXPECT_EQ(3, result.code);
	EXPECT_EQ(0, memcmp("answer", result.data, 6));
	kipc_result_release(&result);
	EXPECT_EQ(1, kipc_dispatch_one(chain.world.client, KIPC_FOREVER));
	chain_close(&chain);
}

static int send_only(struct kipc_request *request, void *userdata)
{
	struct chain *chain = userdata;
	struct kipc_call_options options = { .parent = request };

	EXPECT_EQ(KIPC_MSG_SEND, kipc_request_kind(request));
	EXPECT_EQ(0, kipc_request_depth(request));
	EXPECT_EQ(-EINVAL, call(chain->world.server, chain->to_a, 0, 1,
				&options));
	return call_a(chain, CODE_BACK, 1);
}

/* A one-way message begins no chain */
static void is_not_made_for_one_way_messages(void)
{
	struct kipc_call issued;
	struct chain chain;
	pthread_t thread;

	chain_open_with(&chain, handle_a, send_only);
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch_one, &chain));
	EXPECT_EQ(0, kipc_send(chain.world.client, chain.world.handle, 0, "x",
			       1));
	EXPECT_EQ(1, kipc_dispatch_one(chain.world.server, KIPC_NO_WAIT));
	pthread_join(thread, NULL);
	fake_last(KIPC_CALL, &issued);
	EXPECT_EQ(0, issued.parent);
	world_close(&chain.world);
}

static void *call_in_vain(void *argument)
{
	struct chain *chain = argument;

	chain->a_thread = pthread_self();
	EXPECT_EQ(-EOWNERDEAD, call_b(chain, CODE_BACK, 1));
	return NULL;
}

/* The server dies while the thread serves a nested call */
static void learns_of_death_when_it_resumes(void)
{
	struct kipc_call call = { .flags = 0 };
	struct kipc_recv recv = { .flags = 0 };
	struct chain chain;
	pthread_t thread;
	int fd;

	chain_open_with(&chain, handle_a, handle_b);
	fd = kipc_fd(chain.world.server);
	EXPECT_EQ(0, pthread_create(&thread, NULL, call_in_vain, &chain));
	/* A server without a library, whose call nobody will take the reply of */
	EXPECT_EQ(0, kipc_sys_ioctl(fd, KIPC_RECV, &recv));
	call.handle = chain.to_a;
	call.parent = recv.message.token;
	call.data = (uintptr_t)&call.handle;
	call.data_size = sizeof(call.handle);
	EXPECT_EQ(0, kipc_sys_ioctl(fd, KIPC_CALL, &call));
	EXPECT_EQ(chain.to_a + 1, call.reply_code);
	EXPECT_EQ(0, kipc_close(chain.world.server));
	pthread_join(thread, NULL);
	EXPECT_EQ(1, chain.served_by_a);
	EXPECT_EQ(0, kipc_close(chain.world.client));
}

static const struct test tests[] = {
	TEST(serves_who_waits),
	TEST(serves_one_after_the_other),
	TEST(serves_as_deep_as_may_be),
	TEST(hands_the_deadline_on),
	TEST(ends_with_the_deadline),
	TEST(can_be_put_off),
	TEST(goes_to_the_queue_if_not_wanted),
	TEST(goes_to_the_queue_without_a_parent),
	TEST(works_for_a_deferred_request),
	TEST(serves_all_that_come),
	TEST(may_free_its_node_but_not_close),
	TEST(answers_before_it_waits),
	TEST(is_not_made_for_one_way_messages),
	TEST(learns_of_death_when_it_resumes),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
