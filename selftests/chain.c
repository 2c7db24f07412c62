// SPDX-License-Identifier: GPL-2.0-only
/* A family of processes that call each other in chains, for storms. */
#include <signal.h>
#include <sys/eventfd.h>

#include "chain.h"
#include "policy.h"

/* Calls are made with deadlines of up to so many microseconds. */
#define DEADLINE_US	20000
/* Calls on as long as the chain is not that long already */
#define DEPTH		12
#define DATA_MAX	2000
#define ATTACHED_MAX	3

/**
 * struct self - a member, in its own process
 * @member: what it was born with
 * @endpoint: its own; replaced with @lock held for writing
 * @lock: held for reading by who looks into the pool
 * @generation: how often @endpoint was replaced
 * @node: its own, under its name
 * @handle: to each other member's node, or 0
 * @file: something to attach
 */
struct self {
	struct chain_member member;
	struct endpoint endpoint;
	pthread_rwlock_t lock;
	__u32 generation;
	__u32 node;
	__u32 handle[CHAIN_MEMBERS];
	int file;
};

/**
 * struct life - one thread of a member's
 * @self: the member
 * @thread: the thread
 * @seed: of its random numbers
 */
struct life {
	struct self *self;
	struct thread thread;
	__u32 seed;
};

/**
 * struct parcel - what is sent, or answered
 * @data: payload
 * @attachment: attachments
 * @size: of the payload
 * @count: of the attachments
 */
struct parcel {
	__u8 data[DATA_MAX];
	struct kipc_attachment attachment[ATTACHED_MAX];
	__u32 size;
	__u32 count;
};

static __u32 pick(struct life *life, __u32 count)
{
	return next_random(&life->seed) % count;
}

/*
 * Errors that are nobody's fault here: death, signals, deadlines, want of room, and
 * numbers of an endpoint that was closed by the other thread; and a caller whose other
 * thread has just opened its endpoint has no pool yet.
 */
static void check_weather(int ret)
{
	static const int weather[] = {
		EOWNERDEAD, EAGAIN, ECANCELED, ETIMEDOUT, ENXIO, EDQUOT, EINTR,
		EBADF, ENOTTY, EMFILE, ELOOP, EMSGSIZE,
	};
	size_t i;

	for (i = 0; ret && i < ARRAY_SIZE(weather); i++) {
		if (ret == -weather[i])
			ret = 0;
	}
	must(ret);
}

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void name_of(char *name, const struct self *self, __u32 number)
{
	sprintf(name, "chain.%u.%u", self->member.family, number);
}

/* A node that is told of much, and sometimes has a least priority */
static __u32 create_node(struct life *life)
{
	struct kipc_node_create create = {
		.flags = KIPC_NODE_NO_SENDERS | KIPC_NODE_CANCELED,
		.cookie = 1,
	};

	if (!pick(life, 4)) {
		create.flags |= KIPC_NODE_MIN_PRIORITY;
		create.policy = pick(life, 2) ? CLASS_FIFO : CLASS_OTHER;
		create.priority = 1 + (int)pick(life, 3);
	} else if (!pick(life, 4)) {
		create.flags |= KIPC_NODE_NO_INHERIT;
	}
	must(kipc(life->self->endpoint.fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

/* The name may be that of an endpoint that comes to its end only now. */
static void publish(struct life *life)
{
	struct self *self = life->self;
	char name[64];
	int ret;

	name_of(name, self, self->member.number);
	self->node = create_node(life);
	do {
		name_unpublish(&self->endpoint, name);
		ret = name_publish(&self->endpoint, name, self->node, 0777);
	} while (ret == -EEXIST);
	must(ret);
}

static void open_endpoint(struct life *life)
{
	struct self *self = life->self;
	struct kipc_info info = { 0 };

	endpoint_open(&self->endpoint, POOL);
	must(kipc(self->endpoint.fd, KIPC_INFO, &info));
	self->member.board->endpoint[self->member.number] = info.endpoint;
	memset(self->handle, 0, sizeof(self->handle));
	publish(life);
}

/* Does what it was ordered to do, whatever else is going on. */
static void obey(struct life *life)
{
	struct self *self = life->self;
	__u32 *order = &self->member.board->order[self->member.number];
	__u32 orders = __atomic_exchange_n(order, 0, __ATOMIC_RELAXED);

	if (!orders)
		return;
	pthread_rwlock_wrlock(&self->lock);
	if (orders & CHAIN_DESTROY) {
		node_destroy(&self->endpoint, self->node);
		publish(life);
	}
	if (orders & CHAIN_CLOSE) {
		endpoint_close(&self->endpoint);
		self->generation++;
		open_endpoint(life);
	}
	pthread_rwlock_unlock(&self->lock);
}

/* The handle to another member's node, or 0 */
static __u32 handle_of(struct self *self, __u32 number)
{
	char name[64];

	name_of(name, self, number);
	if (!self->handle[number])
		name_lookup(&self->endpoint, name, 0, &self->handle[number]);
	return self->handle[number];
}

static void pack(struct life *life, struct parcel *parcel, __u32 other)
{
	struct self *self = life->self;
	struct kipc_attachment *attachment = parcel->attachment;
	__u32 i;

	parcel->size = pick(life, 2) * pick(life, DATA_MAX);
	fill(parcel->data, parcel->size, life->seed);
	parcel->count = pick(life, 4) ? 0 : pick(life, ATTACHED_MAX + 1);
	memset(attachment, 0, sizeof(parcel->attachment));
	for (i = 0; i < parcel->count; i++, attachment++) {
		attachment->type = 1 + pick(life, 3);
		attachment->rights = KIPC_RIGHTS_ALL;
		if (attachment->type == KIPC_ATTACH_HANDLE) {
			attachment->id = other;
		} else if (attachment->type == KIPC_ATTACH_NODE) {
			attachment->id = self->node;
		} else {
			attachment->id = (__u32)self->file;
			attachment->rights = 0;
		}
	}
}

/* Gives back what came, if the endpoint is still the one to which it came. */
static void unpack(struct life *life, __u32 generation, __u64 offset,
		   __u64 size, __u32 attached_count)
{
	struct self *self = life->self;
	const struct kipc_attachment *got;
	__u32 i;

	pthread_rwlock_rdlock(&self->lock);
	for (i = 0; self->generation == generation && i < attached_count; i++) {
		got = attached(&self->endpoint, offset, size, i);
		if (got->type == KIPC_ATTACH_FD)
			close((int)got->id);
		else if (got->type == KIPC_ATTACH_HANDLE && pick(life, 64))
			handle_drop(&self->endpoint, got->id);
	}
	if (pick(life, 64))
		slice_free(&self->endpoint, offset);
	pthread_rwlock_unlock(&self->lock);
}

static void answer(struct life *life, __u64 token)
{
	struct self *self = life->self;
	struct parcel parcel;
	struct kipc_reply reply = {
		.token = token,
		.flags = pick(life, 2) ? KIPC_CLEAR : 0,
		.data = PTR(parcel.data),
		.attachments = PTR(parcel.attachment),
	};

	pack(life, &parcel, self->handle[pick(life, CHAIN_MEMBERS)]);
	reply.data_size = parcel.size;
	reply.attachment_count = parcel.count;
	check_weather(kipc(self->endpoint.fd, KIPC_REPLY, &reply));
}

/* A thread's own priority changes now and then, also while it serves. */
static void change_priority(struct life *life)
{
	int value = (int)pick(life, 10);

	policy_set(0, pick(life, 3) ? NICE(value - 5) : FIFO(1 + value % 3));
}

static void call_member(struct life *life, __u64 parent);

static void serve(struct life *life, const struct kipc_message *message)
{
	struct chain_board *board = life->self->member.board;

	if (message->kind == KIPC_MSG_CANCELED)
		count(&board->canceled);
	if (message->kind != KIPC_MSG_CALL)
		return;
	if (message->depth > board->deepest)
		board->deepest = message->depth;
	obey(life);
	if (!pick(life, 32))
		change_priority(life);
	/* Some are slow, */
	if (!pick(life, 8))
		usleep(pick(life, DEADLINE_US / 4));
	if (message->depth < DEPTH && pick(life, 4))
		call_member(life, message->token);
	/* ... and some never answer. */
	if (pick(life, 16))
		answer(life, message->token);
}

static __u64 some_deadline(struct life *life)
{
	/* Without one it takes a signal, or a death, if nobody answers. */
	if (!pick(life, 32))
		return 0;
	return after(pick(life, DEADLINE_US) * 1000ULL);
}

static __u32 some_flags(struct life *life)
{
	static const __u32 flags[] = {
		KIPC_CLEAR, KIPC_WAIT, KIPC_CALL_OWN_DEADLINE,
		KIPC_CALL_NO_INHERIT,
	};
	__u32 chosen = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!pick(life, 4))
			chosen |= flags[i];
	}
	return chosen;
}

/* The call, and all that comes while it waits. Sometimes it never comes back. */
static int call_and_serve(struct life *life, struct kipc_call *call)
{
	struct self *self = life->self;
	unsigned long *stages = self->member.board->stages;
	__u32 generation = self->generation;
	struct kipc_message message;
	int ret;

	if (pick(life, 8))
		call->message = PTR(&message);
	for (;;) {
		call->stage = KIPC_STAGE_NOT_QUEUED;
		ret = kipc(self->endpoint.fd, KIPC_CALL, call);
		count(&stages[call->stage % CHAIN_STAGES]);
		if (ret || call->stage != KIPC_STAGE_NESTED)
			break;
		unpack(life, generation, message.offset, message.size,
		       message.attachment_count);
		serve(life, &message);
		if (self->generation != generation || !pick(life, 64))
			return -ENXIO;
	}
	if (!ret)
		unpack(life, generation, call->reply_offset, call->reply_size,
		       call->reply_attachment_count);
	return ret;
}

/* Calls another member, on behalf of a call if @parent is not 0. */
static void call_member(struct life *life, __u64 parent)
{
	struct self *self = life->self;
	__u32 other = (self->member.number + 1 +
		       pick(life, CHAIN_MEMBERS - 1)) % CHAIN_MEMBERS;
	struct kipc_call call = {
		.handle = handle_of(self, other),
		.flags = some_flags(life),
		.parent = parent,
		.deadline = some_deadline(life),
	};
	struct parcel parcel;
	int ret;

	if (!call.handle)
		return;
	pack(life, &parcel, call.handle);
	call.data = PTR(parcel.data);
	call.data_size = parcel.size;
	call.attachments = PTR(parcel.attachment);
	call.attachment_count = parcel.count;
	ret = call_and_serve(life, &call);
	check_weather(ret);
	if (ret == -EAGAIN)
		count(&self->member.board->refused);
	if (ret == -EOWNERDEAD) {
		handle_drop(&self->endpoint, call.handle);
		self->handle[other] = 0;
	} else if (ret == -ENXIO && self->handle[other] == call.handle) {
		self->handle[other] = 0;
	}
}

/* Takes what there is, or what comes within a few milliseconds. */
static void receive(struct life *life)
{
	struct self *self = life->self;
	__u32 generation = self->generation;
	struct kipc_message message;
	int ret;

	ret = recv_flags(&self->endpoint, 0, after(5 * MILLISECOND), &message);
	check_weather(ret);
	if (ret)
		return;
	if (message.size || message.attachment_count)
		unpack(life, generation, message.offset, message.size,
		       message.attachment_count);
	serve(life, &message);
}

static void live(void *arg)
{
	struct life *life = arg;

	for (;;) {
		obey(life);
		if (!pick(life, 16))
			change_priority(life);
		if (pick(life, 3))
			receive(life);
		else
			call_member(life, 0);
	}
}

static void do_nothing(int number)
{
	(void)number;
}

/* SIGUSR1 restarts what it interrupts, SIGUSR2 does not. */
static void install_handlers(void)
{
	struct sigaction action = { .sa_handler = do_nothing };

	must_errno(sigaction(SIGUSR2, &action, NULL));
	action.sa_flags = SA_RESTART;
	must_errno(sigaction(SIGUSR1, &action, NULL));
}

/* Lives as a member until it is killed. */
void chain_live(int sock, void *arg)
{
	static struct self self;
	struct life life[CHAIN_THREADS];
	int i;

	(void)sock;
	self.member = *(struct chain_member *)arg;
	must(-pthread_rwlock_init(&self.lock, NULL));
	self.file = eventfd(0, EFD_CLOEXEC);
	must_errno(self.file);
	install_handlers();
	for (i = 0; i < CHAIN_THREADS; i++) {
		life[i].self = &self;
		life[i].seed = next_random(&self.member.seed);
	}
	open_endpoint(&life[0]);
	for (i = 0; i < CHAIN_THREADS; i++) {
		thread_start(&life[i].thread, live, &life[i]);
		self.member.board->tid[self.member.number][i] =
			life[i].thread.tid;
	}
	for (i = 0; i < CHAIN_THREADS; i++)
		thread_join(&life[i].thread);
}
