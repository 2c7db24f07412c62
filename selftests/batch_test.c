// SPDX-License-Identifier: GPL-2.0-only
/* KIPC_RECV_BATCH: several one-way messages and notices by one command. */
#include <kselftest_harness.h>
#include <sys/resource.h>

#include "freeze.h"
#include "interrupt.h"
#include "puppet.h"
#include "stranger.h"

/* As many as the tests take at once */
#define ROOM		16

FIXTURE(batch) {
	struct live live;
	struct pair pair;
	/* A second node of the server's */
	__u32 other_node;
	__u32 other;
	struct puppet puppet;
	struct kipc_recv_batch batch;
	struct kipc_message message[ROOM];
};

FIXTURE_SETUP(batch) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	self->other_node = node_create(&self->pair.server, COOKIE + 1);
	self->other = connect_to(&self->pair.client, &self->pair.server,
				 self->other_node, KIPC_RIGHTS_ALL);
	puppet_open(&self->puppet);
	memset(&self->batch, 0, sizeof(self->batch));
	self->batch.flags = KIPC_NONBLOCK;
	self->batch.count = ROOM;
	self->batch.messages = PTR(self->message);
}

FIXTURE_TEARDOWN(batch) {
	puppet_close(&self->puppet);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Sends the numbers from @first up to, not including, @end to a node. */
static void send_numbers(struct _test_data_batch *self, __u32 handle,
			 __u32 first, __u32 end)
{
	for (; first < end; first++)
		must(send_bytes(&self->pair.client, handle, &first,
				sizeof(first)));
}

/* Takes at most @count: how many there were, or a negative errno */
static int take(struct _test_data_batch *self, __u32 count)
{
	int ret;

	memset(self->message, 0xff, sizeof(self->message));
	self->batch.count = count;
	self->batch.received = 4711;
	ret = kipc(self->pair.server.fd, KIPC_RECV_BATCH, &self->batch);
	if (ret) {
		check(!self->batch.received);
		return ret;
	}
	check(self->batch.received && self->batch.received <= count);
	return (int)self->batch.received;
}

/* Whether a message is the one of that number, for that node */
static bool is_number(struct _test_data_batch *self, int index, __u64 cookie,
		      __u32 number)
{
	const struct kipc_message *message = &self->message[index];

	return message->kind == KIPC_MSG_SEND && message->cookie == cookie &&
	       message->size == sizeof(number) &&
	       !memcmp(payload(&self->pair.server, message->offset), &number,
		       sizeof(number));
}

/* Whether @count from that index on are those from that number on */
static bool are_numbers(struct _test_data_batch *self, int index, int count,
			__u64 cookie, __u32 number)
{
	int i;

	for (i = 0; i < count; i++) {
		if (!is_number(self, index + i, cookie, number + (__u32)i))
			return false;
	}
	return true;
}

/* Frees the slices of those messages by one command. */
static void free_those(struct _test_data_batch *self, int index, int count)
{
	__u64 offsets[ROOM];
	struct kipc_free arg = { .offsets = PTR(offsets) };

	for (; count; count--, index++) {
		if (self->message[index].kind == KIPC_MSG_SEND)
			offsets[arg.count++] = self->message[index].offset;
	}
	must(kipc(self->pair.server.fd, KIPC_FREE, &arg));
	check(arg.freed == arg.count);
}

/* Whether nothing that was sent is anywhere any more */
static bool all_is_gone(struct _test_data_batch *self)
{
	struct kipc_stat client, server;
	struct usage usage;

	stat_get(&self->pair.client, &client);
	stat_get(&self->pair.server, &server);
	return !client.message_count.used && !client.message_bytes.used &&
	       !client.files.used && !server.queued && !server.serving &&
	       !server.pool_used && take(self, ROOM) == -EAGAIN &&
	       !usage_read(&self->pair.server, 0, &usage);
}

TEST_F(batch, in_order) {
	struct kipc_stat stat;

	send_numbers(self, self->pair.handle, 0, 5);
	ASSERT_EQ(5, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 5, COOKIE, 0));
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(0, stat.queued);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(5 * 256, stat.pool_used);
	free_those(self, 0, 5);
	EXPECT_TRUE(all_is_gone(self));
}

/* As many as are asked for, and those behind them when all of them are freed */
TEST_F(batch, fewer_than_there_are) {
	send_numbers(self, self->pair.handle, 0, 5);
	ASSERT_EQ(3, take(self, 3));
	EXPECT_TRUE(are_numbers(self, 0, 3, COOKIE, 0));
	free_those(self, 0, 2);
	/* One thread at a time has messages of a node. */
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &self->message[3]));
	free_those(self, 2, 1);
	ASSERT_EQ(1, take(self, 1));
	EXPECT_TRUE(is_number(self, 0, COOKIE, 3));
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &self->message[1]));
	free_those(self, 0, 1);
	ASSERT_EQ(1, take(self, 2));
	EXPECT_TRUE(is_number(self, 0, COOKIE, 4));
	free_those(self, 0, 1);
	EXPECT_TRUE(all_is_gone(self));
}

TEST_F(batch, counts) {
	static const struct {
		__u32 count;
		int ret;
	} cases[] = {
		{ 0, -EINVAL }, { KIPC_BATCH_MAX + 1, -E2BIG },
		{ ~0U, -E2BIG }, { KIPC_BATCH_MAX, 0 },
	};
	struct kipc_message *message = calloc(KIPC_BATCH_MAX, sizeof(*message));
	struct kipc_stat before;
	size_t i;

	ASSERT_NE(NULL, message);
	send_numbers(self, self->pair.handle, 0, 100);
	stat_get(&self->pair.server, &before);
	self->batch.messages = PTR(message);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		EXPECT_TRUE(stat_same(&self->pair.server, &before));
		self->batch.count = cases[i].count;
		EXPECT_EQ(cases[i].ret, kipc(self->pair.server.fd,
					     KIPC_RECV_BATCH, &self->batch));
	}
	EXPECT_EQ(100, self->batch.received);
	for (i = 0; i < 100; i++)
		message_free(&self->pair.server, &message[i]);
	free(message);
	self->batch.messages = PTR(self->message);
	EXPECT_TRUE(all_is_gone(self));
}

TEST_F(batch, nothing_there) {
	EXPECT_EQ(-EAGAIN, take(self, ROOM));
	self->batch.flags = 0;
	self->batch.deadline = 1;
	EXPECT_EQ(-ETIMEDOUT, take(self, ROOM));
	self->batch.deadline = after(50 * MILLISECOND);
	EXPECT_EQ(-ETIMEDOUT, take(self, ROOM));
	EXPECT_GE(now(), self->batch.deadline);
	self->batch.deadline = 0;
	ASSERT_EQ(0, fcntl(self->pair.server.fd, F_SETFL, O_RDWR | O_NONBLOCK));
	EXPECT_EQ(-EAGAIN, take(self, ROOM));
	/* What is there is there, whatever the time. */
	send_numbers(self, self->pair.handle, 0, 2);
	self->batch.deadline = 1;
	EXPECT_EQ(2, take(self, ROOM));
	free_those(self, 0, 2);
}

/* It waits for the first one, and for no more. */
TEST_F(batch, waits) {
	self->batch.flags = 0;
	puppet_block(&self->puppet, &self->pair.server, KIPC_RECV_BATCH,
		     &self->batch);
	send_numbers(self, self->pair.handle, 7, 8);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(1, self->batch.received);
	EXPECT_TRUE(is_number(self, 0, COOKIE, 7));
	free_those(self, 0, 1);
}

TEST_F(batch, interrupted) {
	self->batch.flags = 0;
	interrupt_install(0);
	puppet_block(&self->puppet, &self->pair.server, KIPC_RECV_BATCH,
		     &self->batch);
	interrupt(&self->puppet.thread);
	EXPECT_EQ(-EINTR, puppet_end(&self->puppet));
	EXPECT_EQ(0, self->batch.received);
	interrupt_install(SA_RESTART);
	puppet_block(&self->puppet, &self->pair.server, KIPC_RECV_BATCH,
		     &self->batch);
	interrupt(&self->puppet.thread);
	wait_blocked(self->puppet.thread.tid, KIPC_RECV_BATCH);
	send_numbers(self, self->pair.handle, 3, 4);
	EXPECT_EQ(0, puppet_end(&self->puppet));
	EXPECT_EQ(1, self->batch.received);
	EXPECT_TRUE(is_number(self, 0, COOKIE, 3));
	free_those(self, 0, 1);
}

/* A call that comes first comes alone; one that comes later ends the batch. */
TEST_F(batch, calls) {
	struct caller first, later;

	caller_start(&first, &self->pair.client, self->pair.handle);
	wait_queued(1);
	send_numbers(self, self->pair.handle, 0, 3);
	caller_start(&later, &self->pair.client, self->pair.handle);
	wait_queued(5);
	send_numbers(self, self->other, 8, 10);
	ASSERT_EQ(1, take(self, ROOM));
	EXPECT_EQ(KIPC_MSG_CALL, self->message[0].kind);
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->message[0].token));
	EXPECT_EQ(0, caller_join(&first));

	ASSERT_EQ(3, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 3, COOKIE, 0));
	free_those(self, 0, 3);
	ASSERT_EQ(1, take(self, ROOM));
	EXPECT_EQ(KIPC_MSG_CALL, self->message[0].kind);
	EXPECT_EQ(0, reply_empty(&self->pair.server, self->message[0].token));
	EXPECT_EQ(0, caller_join(&later));
	ASSERT_EQ(2, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 2, COOKIE + 1, 8));
	free_those(self, 0, 2);
	EXPECT_TRUE(all_is_gone(self));
}

/* Notices come along with messages, in the order that they always have. */
TEST_F(batch, notices) {
	struct endpoint mortal;

	endpoint_open(&mortal, 0);
	ASSERT_EQ(0, handle_watch(&self->pair.server,
				  connect_to(&self->pair.server, &mortal,
					     node_create(&mortal, 1), 0), 99));
	send_numbers(self, self->pair.handle, 0, 2);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 5));
	endpoint_close(&mortal);
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 2));
	ASSERT_EQ(4, take(self, ROOM));
	EXPECT_EQ(KIPC_MSG_DEATH, self->message[0].kind);
	EXPECT_EQ(99, self->message[0].cookie);
	EXPECT_EQ(0, self->message[0].bits);
	EXPECT_TRUE(are_numbers(self, 1, 2, COOKIE, 0));
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message[3].kind);
	EXPECT_EQ(COOKIE, self->message[3].cookie);
	EXPECT_EQ(7, self->message[3].bits);
	free_those(self, 0, 4);
	EXPECT_TRUE(all_is_gone(self));
}

/* Those of each node in their order, and none of one that somebody has already */
TEST_F(batch, several_nodes) {
	struct kipc_message held;

	send_numbers(self, self->pair.handle, 0, 2);
	send_numbers(self, self->other, 10, 12);
	send_numbers(self, self->pair.handle, 2, 4);
	send_numbers(self, self->other, 12, 14);
	ASSERT_EQ(8, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 4, COOKIE, 0));
	EXPECT_TRUE(are_numbers(self, 4, 4, COOKIE + 1, 10));
	free_those(self, 0, 8);

	send_numbers(self, self->pair.handle, 0, 2);
	ASSERT_EQ(0, recv_now(&self->pair.server, &held));
	send_numbers(self, self->other, 10, 12);
	ASSERT_EQ(2, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 2, COOKIE + 1, 10));
	free_those(self, 0, 2);
	EXPECT_EQ(-EAGAIN, take(self, ROOM));
	message_free(&self->pair.server, &held);
	ASSERT_EQ(1, take(self, ROOM));
	EXPECT_TRUE(is_number(self, 0, COOKIE, 1));
	free_those(self, 0, 1);
	EXPECT_TRUE(all_is_gone(self));
}

/* One whose file cannot be taken is dropped, and ends the batch. */
TEST_F(batch, dropped) {
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	struct rlimit before, none;

	send_numbers(self, self->pair.handle, 0, 2);
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle,
				   &file, 1));
	ASSERT_EQ(0, send_attached(&self->pair.client, self->other, &file, 1));
	send_numbers(self, self->pair.handle, 2, 4);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &before));
	none = before;
	none.rlim_cur = 3;
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &none));
	EXPECT_EQ(2, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 2, COOKIE, 0));
	free_those(self, 0, 2);
	/* That of the other node comes first, and is dropped. */
	EXPECT_EQ(2, take(self, ROOM));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &before));
	EXPECT_TRUE(are_numbers(self, 0, 2, COOKIE, 2));
	free_those(self, 0, 2);
	EXPECT_TRUE(all_is_gone(self));
}

/* The node ends: what was received is its receiver's, the rest is dropped. */
TEST_F(batch, node_dies) {
	struct kipc_stat stat;

	send_numbers(self, self->pair.handle, 0, 6);
	ASSERT_EQ(4, take(self, 4));
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(4 * 256, stat.pool_used);
	EXPECT_TRUE(are_numbers(self, 0, 4, COOKIE, 0));
	free_those(self, 0, 4);
	EXPECT_TRUE(all_is_gone(self));
}

TEST_F(batch, frozen) {
	send_numbers(self, self->pair.handle, 0, 3);
	freeze(&self->pair.client, &self->pair.server);
	EXPECT_EQ(-EAGAIN, take(self, ROOM));
	thaw(&self->pair.client, &self->pair.server);
	EXPECT_EQ(3, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 3, COOKIE, 0));
	free_those(self, 0, 3);
}

/* An array that ends after @there of its messages and @bytes of the next one */
static void array_ends(struct _test_data_batch *self, size_t there,
		       size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	__u8 *pages = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must_errno(pages == MAP_FAILED ? -1 : 0);
	must_errno(munmap(pages + page, page));
	self->batch.messages = PTR(pages + page - bytes -
				   there * sizeof(struct kipc_message));
}

/* What came there, and from now on it comes where it always does. */
static void array_read(struct _test_data_batch *self, int count)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	__u8 *array = (__u8 *)(uintptr_t)self->batch.messages;

	memcpy(self->message, array, (size_t)count * sizeof(self->message[0]));
	must_errno(munmap((void *)((uintptr_t)array & ~(page - 1)), page));
	self->batch.messages = PTR(self->message);
}

/* None could be told: all are there still, in the same order. */
TEST_F(batch, no_array) {
	const __u64 bad[] = { 0, 1, ~0ULL, ~0ULL - 4096 };
	struct kipc_stat before;
	size_t i;

	send_numbers(self, self->pair.handle, 0, 3);
	send_numbers(self, self->other, 7, 8);
	stat_get(&self->pair.server, &before);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		self->batch.messages = bad[i];
		EXPECT_EQ(-EFAULT, take(self, ROOM));
		EXPECT_TRUE(stat_same(&self->pair.server, &before));
	}
	self->batch.messages = PTR(self->message);
	ASSERT_EQ(4, take(self, ROOM));
	EXPECT_TRUE(are_numbers(self, 0, 3, COOKIE, 0));
	EXPECT_TRUE(is_number(self, 3, COOKIE + 1, 7));
	free_those(self, 0, 4);
	EXPECT_TRUE(all_is_gone(self));
}

/* Those that were told are received; the next one could not be, and comes again. */
static bool check_array(struct _test_data_batch *self, int there, size_t bytes)
{
	bool right;
	int ret;

	send_numbers(self, self->pair.handle, 0, 6);
	array_ends(self, (size_t)there, bytes);
	ret = take(self, ROOM);
	array_read(self, there);
	right = ret == (there ? there : -EFAULT) &&
		are_numbers(self, 0, there, COOKIE, 0);
	free_those(self, 0, there);
	ret = take(self, ROOM);
	right &= ret == 6 - there &&
		 are_numbers(self, 0, ret, COOKIE, (__u32)there);
	free_those(self, 0, ret);
	return right && all_is_gone(self);
}

TEST_F(batch, half_mapped) {
	static const size_t bytes[] = {
		0, 8, offsetof(struct kipc_message, small) - 8,
	};
	size_t i;
	int there;

	for (there = 0; there <= 5; there++) {
		for (i = 0; i < ARRAY_SIZE(bytes); i++) {
			EXPECT_TRUE(check_array(self, there, bytes[i])) {
				TH_LOG("%d and %zu bytes", there, bytes[i]);
			}
		}
	}
}

/* How much of the array is there matters only as far as there are messages. */
TEST_F(batch, longer_than_the_array) {
	send_numbers(self, self->pair.handle, 0, 2);
	array_ends(self, 2, 0);
	EXPECT_EQ(2, take(self, KIPC_BATCH_MAX));
	array_read(self, 2);
	EXPECT_TRUE(are_numbers(self, 0, 2, COOKIE, 0));
	free_those(self, 0, 2);
	EXPECT_TRUE(all_is_gone(self));
}

/* A notice that could not be told says the same again, and what came since. */
TEST_F(batch, notice_put_back) {
	ASSERT_EQ(0, notify(&self->pair.client, self->pair.handle, 1));
	ASSERT_EQ(0, notify(&self->pair.client, self->other, 8));
	send_numbers(self, self->pair.handle, 0, 1);
	array_ends(self, 1, 0);
	EXPECT_EQ(1, take(self, ROOM));
	array_read(self, 1);
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message[0].kind);
	EXPECT_EQ(1, self->message[0].bits);
	ASSERT_EQ(0, notify(&self->pair.client, self->other, 16));
	ASSERT_EQ(2, take(self, ROOM));
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message[0].kind);
	EXPECT_EQ(COOKIE + 1, self->message[0].cookie);
	EXPECT_EQ(24, self->message[0].bits);
	EXPECT_TRUE(is_number(self, 1, COOKIE, 0));
	free_those(self, 1, 1);
	EXPECT_TRUE(all_is_gone(self));
}

TEST_F(batch, call_put_back) {
	struct caller caller;
	struct kipc_stat stat;

	caller_start(&caller, &self->pair.client, self->pair.handle);
	wait_queued(1);
	self->batch.messages = 0;
	EXPECT_EQ(-EFAULT, take(self, ROOM));
	stat_get(&self->pair.server, &stat);
	EXPECT_EQ(1, stat.queued);
	EXPECT_EQ(0, stat.serving);
	EXPECT_EQ(0, reply_empty(&self->pair.server,
				 recv_call(&self->pair.server)));
	EXPECT_EQ(0, caller_join(&caller));
}

/* The lowest descriptor that is free: where the next one would come */
static int next_fd(void)
{
	int fd = dup(0);

	must_errno(fd);
	close(fd);
	return fd;
}

/* The descriptors of one that could not be told are closed, and come again. */
TEST_F(batch, file_put_back) {
	struct kipc_attachment file = { .type = KIPC_ATTACH_FD };
	const struct kipc_attachment *attachment;
	int free_fd = next_fd();

	send_numbers(self, self->pair.handle, 0, 1);
	ASSERT_EQ(0, send_attached(&self->pair.client, self->pair.handle, &file,
				   1));
	array_ends(self, 1, 8);
	EXPECT_EQ(1, take(self, ROOM));
	array_read(self, 1);
	EXPECT_EQ(free_fd, next_fd());
	free_those(self, 0, 1);
	ASSERT_EQ(1, take(self, ROOM));
	attachment = came(&self->pair.server, &self->message[0], 0);
	EXPECT_EQ(KIPC_ATTACH_FD, attachment->type);
	EXPECT_EQ(free_fd, (int)attachment->id);
	EXPECT_EQ(0, close(free_fd));
	free_those(self, 0, 1);
	EXPECT_TRUE(all_is_gone(self));
}

/* One that could not be told has its turn when those before it are freed. */
TEST_F(batch, put_back_waits_its_turn) {
	struct kipc_message message;

	send_numbers(self, self->pair.handle, 0, 3);
	array_ends(self, 2, 0);
	ASSERT_EQ(2, take(self, ROOM));
	array_read(self, 2);
	EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
	free_those(self, 0, 2);
	ASSERT_EQ(1, take(self, ROOM));
	EXPECT_TRUE(is_number(self, 0, COOKIE, 2));
	free_those(self, 0, 1);
	EXPECT_TRUE(all_is_gone(self));
}

TEST_HARNESS_MAIN
