// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many rounds of clients and servers that are killed at random moments of
 * calls with attachments. Whatever happens in between, nothing may leak, block
 * or warn: the counters of what is alive must be zero afterwards.
 *
 * KIPC_STORM_SEED repeats a storm, KIPC_STORM_ROUNDS makes it longer.
 */
#include <kselftest_harness.h>
#include <signal.h>
#include <sys/eventfd.h>

#include "message.h"

/* Rounds go on in so many families of processes at the same time. */
#define FAMILIES	4
#define ROUNDS		1000
#define SERVERS		2
#define CLIENTS		3
#define MEMBERS		(SERVERS + CLIENTS)
/* A member is killed after at most so many microseconds. */
#define LIFE_US		20000

/**
 * struct family - servers and clients that know each other by name
 * @number: which one
 * @seed: of its random numbers
 * @rounds: how many rounds it has to live through
 * @shared: an endpoint that all members inherit; killed with the last of them
 * @calls: calls that ended well, as a sign that there is life in it
 */
struct family {
	__u32 number;
	__u32 seed;
	__u32 rounds;
	struct endpoint shared;
	unsigned long *calls;
};

static void name_of(char *name, const struct family *family, __u32 server)
{
	sprintf(name, "storm.%u.%u", family->number, server);
}

/* A call or one-way message with a payload and attachments of every kind */
struct parcel {
	__u8 data[5000];
	struct kipc_attachment attachment[6];
	__u32 count;
	__u32 size;
};

static void pack(struct parcel *parcel, __u32 *seed, __u32 node, __u32 handle,
		 int file)
{
	__u32 i;

	parcel->size = next_random(seed) % sizeof(parcel->data);
	parcel->count = next_random(seed) % ARRAY_SIZE(parcel->attachment);
	memset(parcel->attachment, 0, sizeof(parcel->attachment));
	for (i = 0; i < parcel->count; i++) {
		struct kipc_attachment *attachment = &parcel->attachment[i];

		attachment->type = 1 + next_random(seed) % 3;
		attachment->rights = KIPC_RIGHTS_ALL;
		if (attachment->type == KIPC_ATTACH_HANDLE) {
			attachment->id = handle;
		} else if (attachment->type == KIPC_ATTACH_NODE) {
			attachment->id = node;
		} else {
			attachment->id = (__u32)file;
			attachment->rights = 0;
		}
	}
}

/* Gives back what came with a message that has a slice, most of the time. */
static void unpack(struct endpoint *endpoint, __u64 offset, __u64 size,
		   __u32 count, __u32 *seed)
{
	const struct kipc_attachment *got;
	__u32 i;

	for (i = 0; i < count; i++) {
		got = attached(endpoint, offset, size, i);
		if (got->type == KIPC_ATTACH_FD)
			close((int)got->id);
		else if (got->type == KIPC_ATTACH_HANDLE &&
			 next_random(seed) % 64)
			must(handle_drop(endpoint, got->id));
	}
	if (next_random(seed) % 64)
		must(slice_free(endpoint, offset));
}

/* Errors that the death of others, or a pool that is full, may cause */
static bool is_weather(int ret)
{
	return ret == -EOWNERDEAD || ret == -EAGAIN || ret == -ECANCELED ||
	       ret == -ETIMEDOUT || ret == -ENXIO || ret == -EDQUOT;
}

/* Answers calls with parcels of its own; sometimes forgets to. */
static void be_server(struct family *family, __u32 number, __u32 seed)
{
	struct kipc_reply_recv arg = { 0 };
	struct kipc_message *message = &arg.recv.message;
	struct endpoint endpoint;
	struct parcel parcel = { 0 };
	char name[64];
	__u32 node;
	int file = eventfd(0, 0), ret;

	endpoint_open(&endpoint, POOL);
	node = node_create_watched(&endpoint, 1);
	name_of(name, family, number);
	ret = name_publish(&endpoint, name, node, 0777);
	check(!ret || ret == -EEXIST);
	must(name_watch(&endpoint, "storm", 7));
	for (;;) {
		ret = kipc(endpoint.fd, KIPC_REPLY_RECV, &arg);
		check(!ret || is_weather(ret));
		memset(&arg.reply, 0, sizeof(arg.reply));
		if (ret)
			continue;
		if (message->kind == KIPC_MSG_SEND || message->size ||
		    message->attachment_count)
			unpack(&endpoint, message->offset, message->size,
			       message->attachment_count, &seed);
		if (message->kind != KIPC_MSG_CALL || !(next_random(&seed) % 16))
			continue;
		pack(&parcel, &seed, node, 0, file);
		arg.reply.token = message->token;
		arg.reply.data = PTR(parcel.data);
		arg.reply.data_size = parcel.size;
		/* It has no handle to pass on, but its node and its file. */
		if (parcel.count && parcel.attachment[0].id) {
			arg.reply.attachments = PTR(parcel.attachment);
			arg.reply.attachment_count = 1;
		}
	}
}

static int make_call(struct family *family, struct endpoint *endpoint,
		     __u32 handle, struct parcel *parcel, __u32 *seed)
{
	struct kipc_call call = {
		.handle = handle,
		.flags = next_random(seed) & (KIPC_WAIT | KIPC_CLEAR),
		.data = PTR(parcel->data),
		.data_size = parcel->size,
		.attachments = PTR(parcel->attachment),
		.attachment_count = parcel->count,
		.deadline = after(next_random(seed) % LIFE_US * 1000ULL),
	};
	int ret = kipc(endpoint->fd, KIPC_CALL, &call);

	if (!ret) {
		if (call.reply_size || call.reply_attachment_count)
			unpack(endpoint, call.reply_offset, call.reply_size,
			       call.reply_attachment_count, seed);
		__atomic_fetch_add(family->calls, 1, __ATOMIC_RELAXED);
	}
	return ret;
}

static int make_send(struct endpoint *endpoint, __u32 handle,
		     struct parcel *parcel, __u32 *seed)
{
	struct kipc_send send = {
		.handle = handle,
		.flags = next_random(seed) &
			 (KIPC_WAIT | KIPC_CLEAR | KIPC_SEND_UPDATE),
		.data = PTR(parcel->data),
		.data_size = parcel->size,
		.attachments = PTR(parcel->attachment),
		.attachment_count = parcel->count,
	};

	if (send.flags & KIPC_WAIT)
		send.deadline = after(next_random(seed) % LIFE_US * 1000ULL);
	return kipc(endpoint->fd, KIPC_SEND, &send);
}

/* Calls, sends and notifies servers, each for as long as it lives. */
static void be_client(struct family *family, __u32 seed)
{
	struct endpoint endpoint;
	struct parcel parcel = { 0 };
	char name[64];
	__u32 node, handle;
	int file = eventfd(0, 0), ret;

	/* Some use the endpoint that they have in common. */
	endpoint = family->shared;
	if (next_random(&seed) % 4)
		endpoint_open(&endpoint, POOL);
	node = node_create(&endpoint, 2);
	for (;;) {
		name_of(name, family, next_random(&seed) % SERVERS);
		ret = name_wait(&endpoint, name, after(LIFE_US * 1000ULL),
				&handle);
		if (ret == -ETIMEDOUT)
			continue;
		must(ret);
		handle_watch(&endpoint, handle, 5);
		do {
			pack(&parcel, &seed, node, handle, file);
			if (endpoint.pool && next_random(&seed) % 4)
				ret = make_call(family, &endpoint, handle,
						&parcel, &seed);
			else
				ret = make_send(&endpoint, handle, &parcel,
						&seed);
			check(!ret || is_weather(ret));
			notify(&endpoint, handle, 1);
		} while (ret != -EOWNERDEAD && ret != -ENXIO);
		handle_drop(&endpoint, handle);
	}
}

struct member {
	struct family *family;
	__u32 number;
	__u32 seed;
};

static void be_member(int sock, void *arg)
{
	struct member *member = arg;

	(void)sock;
	if (member->number < SERVERS)
		be_server(member->family, member->number, member->seed);
	else
		be_client(member->family, member->seed);
}

static void bear(struct family *family, struct child *child, __u32 number)
{
	struct member member = {
		.family = family,
		.number = number,
		.seed = next_random(&family->seed),
	};

	child_start(child, CHILD_SHARES, be_member, &member);
}

/* A child that a failed check() ended did not die by SIGKILL. */
static void bury(struct child *child)
{
	kill(child->pid, SIGKILL);
	check(child_end(child) == -SIGKILL);
}

/* In each round one member dies, and another one is born in its place. */
static void live_through(int sock, void *arg)
{
	struct family *family = arg;
	struct child child[MEMBERS];
	__u32 i, victim;

	endpoint_open(&family->shared, 0);
	for (i = 0; i < MEMBERS; i++)
		bear(family, &child[i], i);
	for (i = 0; i < family->rounds; i++) {
		victim = next_random(&family->seed) % MEMBERS;
		usleep(next_random(&family->seed) % LIFE_US);
		bury(&child[victim]);
		bear(family, &child[victim], victim);
	}
	for (i = 0; i < MEMBERS; i++)
		bury(&child[i]);
	tell(sock, 1);
}

FIXTURE(storm) {
	struct live live;
	unsigned long *calls;
};

FIXTURE_SETUP(storm) {
	ASSERT_EQ(0, live_begin(&self->live));
	self->calls = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->calls);
}

FIXTURE_TEARDOWN(storm) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F_TIMEOUT(storm, killed_at_random, 1000) {
	__u32 seed = number_from("KIPC_STORM_SEED", (__u32)now());
	__u32 rounds = number_from("KIPC_STORM_ROUNDS", ROUNDS);
	struct family family[FAMILIES];
	struct child child[FAMILIES];
	__u64 begin = now();
	__u32 i;

	TH_LOG("KIPC_STORM_SEED=%u, %u rounds", seed, rounds);
	for (i = 0; i < FAMILIES; i++) {
		family[i].number = i;
		family[i].seed = next_random(&seed);
		family[i].rounds = (rounds + i) / FAMILIES;
		family[i].calls = self->calls;
		child_start(&child[i], CHILD_CLOSES, live_through, &family[i]);
	}
	for (i = 0; i < FAMILIES; i++) {
		hear(child[i].sock);
		EXPECT_EQ(0, child_end(&child[i]));
	}
	TH_LOG("%lu calls in %llu ms", *self->calls,
	       (unsigned long long)((now() - begin) / MILLISECOND));
	EXPECT_LT(rounds, *self->calls);
}

TEST_HARNESS_MAIN
