// SPDX-License-Identifier: GPL-2.0-only
/* One-way messages to one node: in order, and one at a time. */
#include <kselftest_harness.h>
#include <poll.h>
#include <sys/resource.h>

#include "stranger.h"

FIXTURE(oneway) {
	struct live live;
	struct pair pair;
	__u32 other_node;
	__u32 other;
};

FIXTURE_SETUP(oneway) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->other_node = node_create(&self->pair.server, COOKIE + 1);
	self->other = connect_to(&self->pair.client, &self->pair.server,
				 self->other_node, KIPC_RIGHTS_ALL);
}

FIXTURE_TEARDOWN(oneway) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Sends a number to a node of the pair's server. */
static void send_number(struct _test_data_oneway *self, __u32 handle,
			__u32 number)
{
	must(send_bytes(&self->pair.client, handle, &number, sizeof(number)));
}

static __u32 number_of(struct endpoint *server,
		       const struct kipc_message *message)
{
	__u32 number;

	check(message->kind == KIPC_MSG_SEND);
	check(message->size == sizeof(number));
	memcpy(&number, payload(server, message->offset), sizeof(number));
	return number;
}

static bool readable(struct endpoint *endpoint)
{
	struct pollfd pollfd = { .fd = endpoint->fd, .events = POLLIN };

	return poll(&pollfd, 1, 0) == 1;
}

static bool nothing_there(struct endpoint *endpoint)
{
	struct kipc_message message;

	return recv_now(endpoint, &message) == -EAGAIN && !readable(endpoint);
}

TEST_F(oneway, one_at_a_time) {
	struct endpoint *server = &self->pair.server;
	struct kipc_message message;
	struct usage usage;
	__u32 i;

	for (i = 0; i < 4; i++)
		send_number(self, self->pair.handle, i);
	EXPECT_EQ(4, usage_messages(server, 0));
	for (i = 0; i < 4; i++) {
		EXPECT_TRUE(readable(server));
		ASSERT_EQ(0, recv_now(server, &message));
		EXPECT_EQ(i, number_of(server, &message));
		EXPECT_TRUE(nothing_there(server));
		usage_read(server, 0, &usage);
		EXPECT_EQ(3 - i, usage.messages);
		EXPECT_EQ(4 - i, usage.one_way);
		message_free(server, &message);
	}
	EXPECT_TRUE(nothing_there(server));
	EXPECT_FALSE(usage_read(server, 0, &usage));
}

/* Other nodes, calls and notices are not kept waiting. */
TEST_F(oneway, others_go_on) {
	struct endpoint *server = &self->pair.server;
	struct kipc_message first, message;
	struct caller caller;

	send_number(self, self->pair.handle, 1);
	send_number(self, self->pair.handle, 2);
	ASSERT_EQ(0, recv_now(server, &first));
	send_number(self, self->other, 3);
	ASSERT_EQ(0, recv_now(server, &message));
	EXPECT_EQ(3, number_of(server, &message));
	EXPECT_EQ(COOKIE + 1, message.cookie);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	EXPECT_EQ(0, reply_empty(server, recv_call(server)));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, recv_now(server, &message));
	EXPECT_EQ(KIPC_MSG_NOTIFY, message.kind);
	EXPECT_TRUE(nothing_there(server));
	message_free(server, &first);
	ASSERT_EQ(0, recv_now(server, &message));
	EXPECT_EQ(2, number_of(server, &message));
}

/* One that carries nothing has a slice, too; so it takes a pool. */
TEST_F(oneway, empty) {
	struct endpoint *server = &self->pair.server;
	struct kipc_message message;
	struct endpoint poor;
	struct usage usage;
	__u32 handle;

	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, NULL,
				0));
	ASSERT_EQ(0, recv_now(server, &message));
	EXPECT_EQ(0, message.size);
	EXPECT_TRUE(nothing_there(server));
	usage_read(server, 0, &usage);
	EXPECT_EQ(512, usage.bytes);
	EXPECT_EQ(512, usage.one_way_bytes);
	EXPECT_EQ(0, slice_free(server, message.offset));
	EXPECT_EQ(-ENXIO, slice_free(server, message.offset));
	ASSERT_EQ(0, recv_now(server, &message));
	EXPECT_EQ(0, slice_free(server, message.offset));

	endpoint_open(&poor, 0);
	handle = connect_to(&self->pair.client, &poor, node_create(&poor, 1),
			    0);
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->pair.client, handle, NULL, 0));
	EXPECT_EQ(0, notify(&self->pair.client, handle, 1));
}

/* Freeing along with any command lets the next one come. */
TEST_F(oneway, freed_along) {
	struct endpoint *server = &self->pair.server;
	__u32 back = connect_to(server, &self->pair.client,
				node_create(&self->pair.client, 1), 0);
	struct kipc_recv recv = { .flags = KIPC_FREE_SLICE };
	struct kipc_send send = { .handle = back, .flags = KIPC_FREE_SLICE };
	struct kipc_call call = { .handle = back, .flags = KIPC_FREE_SLICE,
				  .deadline = 1 };
	struct kipc_reply reply = { .flags = KIPC_FREE_SLICE };
	struct caller caller;
	__u32 i;

	for (i = 0; i < 5; i++)
		send_number(self, self->pair.handle, i);
	ASSERT_EQ(0, recv_now(server, &recv.message));
	/* The very same command receives it. */
	recv.free = recv.message.offset;
	ASSERT_EQ(0, kipc(server->fd, KIPC_RECV, &recv));
	EXPECT_EQ(1, number_of(server, &recv.message));
	EXPECT_TRUE(nothing_there(server));

	send.free = recv.message.offset;
	ASSERT_EQ(0, kipc(server->fd, KIPC_SEND, &send));
	ASSERT_EQ(0, recv_now(server, &recv.message));
	EXPECT_EQ(2, number_of(server, &recv.message));

	call.free = recv.message.offset;
	ASSERT_EQ(-ETIMEDOUT, kipc(server->fd, KIPC_CALL, &call));
	ASSERT_EQ(0, recv_now(server, &recv.message));
	EXPECT_EQ(3, number_of(server, &recv.message));

	caller_start(&caller, &self->pair.client, self->pair.handle);
	reply.token = recv_call(server);
	EXPECT_TRUE(nothing_there(server));
	reply.free = recv.message.offset;
	ASSERT_EQ(0, kipc(server->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&caller));
	ASSERT_EQ(0, recv_now(server, &recv.message));
	EXPECT_EQ(4, number_of(server, &recv.message));
}

struct receiver {
	struct thread thread;
	struct endpoint *endpoint;
	struct kipc_message message;
};

static void receive(void *arg)
{
	struct receiver *receiver = arg;

	must(recv_soon(receiver->endpoint, &receiver->message));
}

/* Who waits to receive is woken by the thread that frees. */
TEST_F(oneway, freeing_wakes) {
	struct receiver receiver = { .endpoint = &self->pair.server };
	struct kipc_message message;

	send_number(self, self->pair.handle, 1);
	send_number(self, self->pair.handle, 2);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	thread_start(&receiver.thread, receive, &receiver);
	wait_blocked(receiver.thread.tid, KIPC_RECV);
	message_free(&self->pair.server, &message);
	thread_join(&receiver.thread);
	EXPECT_EQ(2, number_of(&self->pair.server, &receiver.message));
}

/* Not one that is behind another: that wakes nobody, be it by poll. */
TEST_F(oneway, waiting_wakes_nobody) {
	struct receiver receiver = { .endpoint = &self->pair.server };
	struct kipc_message message;
	long switches;

	send_number(self, self->pair.handle, 1);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	thread_start(&receiver.thread, receive, &receiver);
	wait_blocked(receiver.thread.tid, KIPC_RECV);
	switches = context_switches(receiver.thread.tid);
	send_number(self, self->pair.handle, 2);
	send_number(self, self->pair.handle, 3);
	wait_blocked(receiver.thread.tid, KIPC_RECV);
	EXPECT_EQ(switches, context_switches(receiver.thread.tid));
	message_free(&self->pair.server, &message);
	thread_join(&receiver.thread);
	EXPECT_EQ(2, number_of(&self->pair.server, &receiver.message));
}

/* A message that could not be told to its receiver comes again, and first. */
TEST_F(oneway, untaken) {
	struct kipc_message message;
	struct kipc_recv *recv;
	__u32 i;

	for (i = 0; i < 3; i++)
		send_number(self, self->pair.handle, i);
	recv = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)recv);
	for (i = 0; i < 3; i++) {
		ASSERT_EQ(0, mprotect(recv, 4096, PROT_READ));
		EXPECT_EQ(-EFAULT, kipc(self->pair.server.fd, KIPC_RECV, recv));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(i, number_of(&self->pair.server, &message));
		EXPECT_TRUE(nothing_there(&self->pair.server));
		message_free(&self->pair.server, &message);
	}
	munmap(recv, 4096);
}

/* Two pages, the second of which cannot be written */
static __u8 *half_writable(void)
{
	__u8 *pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check((void *)pages != MAP_FAILED);
	must_errno(mprotect(pages + 4096, 4096, PROT_READ));
	return pages;
}

/*
 * The second one of a batch could not be told: it waits until the first one is freed,
 * as it would have if it had not been taken.
 */
TEST_F(oneway, untaken_from_a_batch) {
	struct endpoint *server = &self->pair.server;
	__u8 *pages = half_writable();
	struct kipc_message *first, message;
	struct kipc_recv_batch batch = { .count = 3 };
	struct usage usage;
	__u32 i;

	first = (struct kipc_message *)(pages + 4096 - sizeof(*first));
	for (i = 0; i < 3; i++)
		send_number(self, self->pair.handle, i);
	batch.messages = PTR(first);
	ASSERT_EQ(0, kipc(server->fd, KIPC_RECV_BATCH, &batch));
	EXPECT_EQ(1, batch.received);
	EXPECT_EQ(0, number_of(server, first));
	EXPECT_TRUE(nothing_there(server));
	usage_read(server, 0, &usage);
	EXPECT_EQ(2, usage.messages);
	EXPECT_EQ(3, usage.one_way);
	message_free(server, first);
	for (i = 1; i < 3; i++) {
		ASSERT_EQ(0, recv_now(server, &message));
		EXPECT_EQ(i, number_of(server, &message));
		EXPECT_TRUE(nothing_there(server));
		message_free(server, &message);
	}
	EXPECT_FALSE(usage_read(server, 0, &usage));
	munmap(pages, 8192);
}

/* The same, and the node dies: what waits is dropped, the first one is not. */
TEST_F(oneway, untaken_and_node_dies) {
	struct endpoint *server = &self->pair.server;
	__u8 *pages = half_writable();
	struct kipc_recv_batch batch = { .count = 2 };
	struct kipc_message *first;
	struct usage usage;

	first = (struct kipc_message *)(pages + 4096 - sizeof(*first));
	send_number(self, self->other, 0);
	send_number(self, self->other, 1);
	batch.messages = PTR(first);
	ASSERT_EQ(0, kipc(server->fd, KIPC_RECV_BATCH, &batch));
	EXPECT_EQ(1, batch.received);
	ASSERT_EQ(0, node_destroy(server, self->other_node));
	EXPECT_TRUE(nothing_there(server));
	usage_read(server, 0, &usage);
	EXPECT_EQ(1, usage.one_way);
	message_free(server, first);
	EXPECT_TRUE(nothing_there(server));
	EXPECT_FALSE(usage_read(server, 0, &usage));
	munmap(pages, 8192);
}

/* One whose file cannot be taken is dropped, and the next one comes. */
TEST_F(oneway, dropped) {
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	struct rlimit before, none;
	struct kipc_message message;
	struct usage usage;

	send_number(self, self->pair.handle, 1);
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle, &file,
				   1));
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle, &file,
				   1));
	send_number(self, self->pair.handle, 2);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	message_free(&self->pair.server, &message);

	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	none = before;
	none.rlim_cur = 3;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(0, recv_now(&self->pair.server, &message));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
	EXPECT_EQ(2, number_of(&self->pair.server, &message));
	message_free(&self->pair.server, &message);
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
}

/* Whether nobody has the end of the pipe any more that @other is the other of */
static bool hung_up(int other)
{
	struct pollfd pollfd = { .fd = other };

	return poll(&pollfd, 1, 0) == 1 && pollfd.revents & POLLERR;
}

/*
 * The node dies with one message delivered, or in the queue, and others behind
 * it: those are dropped, the other one stays its receiver's.
 */
TEST_F(oneway, node_dies) {
	struct endpoint *server = &self->pair.server;
	struct kipc_message message;
	struct kipc_stat stat;
	struct usage usage;
	int received, ends[2];
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	__u32 i;

	for (received = 0; received <= 1; received++) {
		ASSERT_EQ(0, pipe(ends));
		file.id = (__u32)ends[0];
		for (i = 0; i < 3; i++)
			send_number(self, self->other, i);
		ASSERT_EQ(0, send_attached(&self->pair.client, self->other,
					   &file, 1));
		if (received)
			ASSERT_EQ(0, recv_now(server, &message));
		close(ends[0]);
		EXPECT_FALSE(hung_up(ends[1]));
		ASSERT_EQ(0, node_destroy(server, self->other_node));
		EXPECT_TRUE(hung_up(ends[1]));
		EXPECT_TRUE(nothing_there(server));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ(0, stat.message_count.used);
		EXPECT_EQ(0, stat.files.used);
		EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->pair.client,
						  self->other, NULL, 0));
		if (received) {
			EXPECT_EQ(0, number_of(server, &message));
			usage_read(server, 0, &usage);
			EXPECT_EQ(1, usage.one_way);
			message_free(server, &message);
		}
		EXPECT_FALSE(usage_read(server, 0, &usage));
		EXPECT_TRUE(nothing_there(server));
		close(ends[1]);
		self->other_node = node_create(server, 5);
		self->other = connect_to(&self->pair.client, server,
					 self->other_node, KIPC_RIGHTS_ALL);
	}
}

/* Its endpoint ends at each of these moments; the fixture counts what is left. */
TEST_F(oneway, receiver_dies) {
	struct kipc_message message;
	struct kipc_stat stat;
	int received;
	__u32 i;

	for (received = 0; received <= 2; received++) {
		for (i = 0; i < 5; i++)
			send_number(self, self->pair.handle, i);
		if (received)
			ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		if (received == 2)
			message_free(&self->pair.server, &message);
		endpoint_close(&self->pair.server);
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ(0, stat.message_count.used);
		EXPECT_EQ(0, stat.message_bytes.used);
		EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->pair.client,
						  self->pair.handle, NULL, 0));
		endpoint_close(&self->pair.client);
		pair_open(&self->pair, POOL);
	}
}

/* They outlive their sender: in the queue, and behind. */
TEST_F(oneway, sender_dies) {
	struct kipc_message message;
	struct usage usage;
	__u32 i;

	for (i = 0; i < 5; i++)
		send_number(self, self->pair.handle, i);
	endpoint_close(&self->pair.client);
	for (i = 0; i < 5; i++) {
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(i, number_of(&self->pair.server, &message));
		message_free(&self->pair.server, &message);
	}
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
}

#define NODES	3
#define THREADS	4
#define SENDERS	2

/**
 * struct crowd - threads that receive what others send
 * @self: the fixture
 * @handles: of the client, to the nodes
 * @inside: how many threads have a message of that node at this moment
 * @next: by node and sender: which number comes next
 * @left: messages to come
 */
struct crowd {
	struct _test_data_oneway *self;
	__u32 handles[NODES];
	int inside[NODES];
	__u32 next[NODES][SENDERS];
	int left;
};

struct member {
	struct thread thread;
	struct crowd *crowd;
	__u32 number;
	__u32 count;
};

/* What is sent: from whom, which */
struct parcel {
	__u32 sender;
	__u32 number;
};

static void send_many(void *arg)
{
	struct member *member = arg;
	struct crowd *crowd = member->crowd;
	struct parcel parcel = { .sender = member->number };
	__u32 node;
	int ret;

	for (; parcel.number < member->count; parcel.number++) {
		for (node = 0; node < NODES; node++) {
			do {
				ret = send_bytes(&crowd->self->pair.client,
						 crowd->handles[node], &parcel,
						 sizeof(parcel));
				if (ret == -EAGAIN)
					pause_ms(1);
			} while (ret == -EAGAIN);
			must(ret);
		}
	}
}

static void handle(struct crowd *crowd, const struct kipc_message *message)
{
	const struct parcel *parcel = payload(&crowd->self->pair.server,
					      message->offset);
	__u64 node = message->cookie - 100;

	check(message->kind == KIPC_MSG_SEND && node < NODES);
	check(!__atomic_fetch_add(&crowd->inside[node], 1, __ATOMIC_ACQ_REL));
	check(parcel->number == crowd->next[node][parcel->sender]++);
	check(__atomic_fetch_sub(&crowd->inside[node], 1, __ATOMIC_ACQ_REL) ==
	      1);
}

static void receive_many(void *arg)
{
	struct member *member = arg;
	struct crowd *crowd = member->crowd;
	struct kipc_recv recv = { 0 };
	int ret;

	while (__atomic_load_n(&crowd->left, __ATOMIC_ACQUIRE) > 0) {
		recv.deadline = after(20 * MILLISECOND);
		ret = kipc(crowd->self->pair.server.fd, KIPC_RECV, &recv);
		if (ret == -ETIMEDOUT)
			continue;
		must(ret);
		handle(crowd, &recv.message);
		__atomic_fetch_sub(&crowd->left, 1, __ATOMIC_ACQ_REL);
		recv.flags = KIPC_FREE_SLICE;
		recv.free = recv.message.offset;
	}
	if (recv.flags & KIPC_FREE_SLICE)
		must(slice_free(&crowd->self->pair.server, recv.free));
}

/* Many threads send to few nodes, many receive: order, and one at a time */
TEST_F(oneway, many_threads) {
	struct member sender[SENDERS], receiver[THREADS];
	struct crowd crowd = { .self = self };
	__u32 count = debug_kernel() ? 200 : 2000, i;
	struct usage usage;

	for (i = 0; i < NODES; i++)
		crowd.handles[i] = connect_to(&self->pair.client,
					      &self->pair.server,
					      node_create(&self->pair.server,
							  100 + i), 0);
	crowd.left = (int)(count * NODES * SENDERS);
	for (i = 0; i < THREADS; i++) {
		receiver[i].crowd = &crowd;
		thread_start(&receiver[i].thread, receive_many, &receiver[i]);
	}
	for (i = 0; i < SENDERS; i++) {
		sender[i].crowd = &crowd;
		sender[i].number = i;
		sender[i].count = count;
		thread_start(&sender[i].thread, send_many, &sender[i]);
	}
	for (i = 0; i < SENDERS; i++)
		thread_join(&sender[i].thread);
	for (i = 0; i < THREADS; i++)
		thread_join(&receiver[i].thread);
	EXPECT_EQ(0, crowd.left);
	EXPECT_FALSE(usage_read(&self->pair.server, 0, &usage));
}

TEST_HARNESS_MAIN
