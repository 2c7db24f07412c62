// SPDX-License-Identifier: GPL-2.0-only
/* Files that travel with messages. */
#include <kselftest_harness.h>
#include <linux/io_uring.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "message.h"
#include "puppet.h"

FIXTURE(file) {
	struct live live;
	struct pair pair;
	struct kipc_attachment attachment[8];
	struct rlimit limit;
};

FIXTURE_SETUP(file) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
}

FIXTURE_TEARDOWN(file) {
	setrlimit(RLIMIT_NOFILE, &self->limit);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void set(struct _test_data_file *self, int i, int fd)
{
	memset(&self->attachment[i], 0, sizeof(self->attachment[i]));
	self->attachment[i].type = KIPC_ATTACH_FD;
	self->attachment[i].id = (__u32)fd;
}

static int send_files(struct _test_data_file *self, __u32 count)
{
	return send_attached(&self->pair.client, self->pair.handle,
			     self->attachment, count);
}

/* As many descriptors as may be opened above those that are open now */
static void allow_files(int count)
{
	int free_fd = dup(0);
	struct rlimit limit;

	must_errno(free_fd);
	must_errno(getrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_cur = (rlim_t)(free_fd + count);
	must_errno(setrlimit(RLIMIT_NOFILE, &limit));
	close(free_fd);
}

TEST_F(file, same_open_file) {
	const struct kipc_attachment *got;
	struct kipc_message message;
	__u64 value = 7;
	int fd = eventfd(0, EFD_NONBLOCK);

	ASSERT_LE(0, fd);
	set(self, 0, fd);
	ASSERT_EQ(0, send_files(self, 1));
	/* The sender may close it: the message holds it. */
	ASSERT_EQ(8, write(fd, &value, 8));
	close(fd);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	got = came(&self->pair.server, &message, 0);
	EXPECT_EQ(KIPC_ATTACH_FD, got->type);
	EXPECT_EQ(0, got->rights);
	EXPECT_EQ(0, got->lease);
	EXPECT_EQ(0, got->cookie);
	value = 0;
	EXPECT_EQ(8, read((int)got->id, &value, 8));
	EXPECT_EQ(7, value);
	close((int)got->id);
	message_free(&self->pair.server, &message);
}

/* In the receiver it is close-on-exec, whatever it was before. */
TEST_F(file, close_on_exec) {
	struct kipc_message message;
	int fd = eventfd(0, 0);

	ASSERT_LE(0, fd);
	ASSERT_EQ(0, fcntl(fd, F_GETFD));
	set(self, 0, fd);
	ASSERT_EQ(0, send_files(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(FD_CLOEXEC,
		  fcntl((int)came(&self->pair.server, &message, 0)->id,
			F_GETFD));
	close((int)came(&self->pair.server, &message, 0)->id);
	close(fd);
}

/* In a call and back in its reply */
static void send_back(void *arg)
{
	struct endpoint *server = arg;
	struct kipc_message message;
	struct kipc_attachment file;
	struct kipc_reply reply = {
		.attachments = PTR(&file),
		.attachment_count = 1,
	};

	must(recv_soon(server, &message));
	file = *came(server, &message, 0);
	message_free(server, &message);
	reply.token = message.token;
	must(kipc(server->fd, KIPC_REPLY, &reply));
	close((int)file.id);
}

TEST_F(file, in_call_and_reply) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.attachments = PTR(self->attachment),
		.attachment_count = 1,
	};
	const struct kipc_attachment *got;
	struct thread thread;
	__u64 value = 9;
	int fd = eventfd(0, 0);

	ASSERT_LE(0, fd);
	set(self, 0, fd);
	thread_start(&thread, send_back, &self->pair.server);
	ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_CALL, &call));
	thread_join(&thread);
	EXPECT_EQ(1, call.reply_attachment_count);
	got = attached(&self->pair.client, call.reply_offset, 0, 0);
	EXPECT_NE((__u32)fd, got->id);
	EXPECT_EQ(8, write((int)got->id, &value, 8));
	EXPECT_EQ(8, read(fd, &value, 8));
	EXPECT_EQ(9, value);
	close((int)got->id);
	close(fd);
	reply_free(&self->pair.client, &call);
}

/*
 * A receiver without room for descriptors: one-way messages are dropped, and
 * it receives the next one that it can.
 */
TEST_F(file, receiver_has_no_room) {
	struct kipc_message message;
	struct kipc_stat stat;
	int i, room;

	for (i = 0; i < 4; i++)
		set(self, i, 0);
	for (room = 0; room < 4; room++) {
		ASSERT_EQ(0, send_files(self, 4));
		ASSERT_EQ(0, send_files(self, 4));
		ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle,
					NULL, 0));
		allow_files(room);
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		EXPECT_EQ(0, message.attachment_count);
		message_free(&self->pair.server, &message);
		EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ(0, stat.message_count.used);
		EXPECT_EQ(0, stat.files.used);
	}
	ASSERT_EQ(0, send_files(self, 4));
	allow_files(4);
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(4, message.attachment_count);
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, close((int)came(&self->pair.server, &message,
					     (__u32)i)->id));
	message_free(&self->pair.server, &message);
}

/* A caller is told that it did not come so far. */
/* Whether the other end was closed, soon. */
static bool hangs_up(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

	return poll(&poll_fd, 1, 10000) == 1 && poll_fd.revents == POLLHUP;
}

/* Files that cannot be received are closed, though the receiver goes on waiting. */
TEST_F(file, closed_while_receiver_waits) {
	struct rlimit limit = self->limit;
	struct kipc_recv recv = { 0 };
	struct puppet receiver;
	int fd[2];

	ASSERT_EQ(0, pipe2(fd, O_CLOEXEC));
	set(self, 0, fd[1]);
	puppet_open(&receiver);
	puppet_block(&receiver, &self->pair.server, KIPC_RECV, &recv);
	/* What is closed soon does not count. */
	limit.rlim_cur = (rlim_t)fd[1];
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(0, send_files(self, 1));
	close(fd[1]);
	EXPECT_TRUE(hangs_up(fd[0]));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->pair.handle, "x", 1));
	EXPECT_EQ(0, puppet_end(&receiver));
	EXPECT_EQ(1, recv.message.size);
	message_free(&self->pair.server, &recv.message);
	puppet_close(&receiver);
	close(fd[0]);
}

TEST_F(file, receiver_has_no_room_for_a_call) {
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.attachments = PTR(self->attachment),
			.attachment_count = 2,
		},
	};
	struct kipc_message message;
	struct kipc_stat stat;
	int room;

	set(self, 0, 0);
	set(self, 1, 0);
	for (room = 0; room < 2; room++) {
		caller_run(&caller);
		wait_blocked(caller.thread.tid, KIPC_CALL);
		allow_files(room);
		EXPECT_EQ(-EAGAIN, recv_now(&self->pair.server, &message));
		EXPECT_EQ(-EAGAIN, caller_join(&caller));
		EXPECT_EQ(KIPC_STAGE_WITHDRAWN, caller.call.stage);
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
		stat_get(&self->pair.client, &stat);
		EXPECT_EQ(0, stat.message_count.used);
		EXPECT_EQ(0, stat.files.used);
	}
}

struct failing {
	struct thread thread;
	struct endpoint *endpoint;
	int stop;
};

/* Receives, always in vain, until told to stop. */
static void receive_in_vain(void *arg)
{
	struct failing *failing = arg;
	struct kipc_message message;

	while (!__atomic_load_n(&failing->stop, __ATOMIC_RELAXED))
		check(recv_now(failing->endpoint, &message) == -EAGAIN);
}

/* A call that cannot be received, of a node that ends meanwhile */
TEST_F(file, node_ends_while_there_is_no_room) {
	struct failing failing = { .endpoint = &self->pair.server };
	int i;

	set(self, 0, 0);
	thread_start(&failing.thread, receive_in_vain, &failing);
	for (i = 0; i < (debug_kernel() ? 50 : 500); i++) {
		__u32 node = node_create(&self->pair.server, 1);
		struct caller caller = {
			.endpoint = &self->pair.client,
			.call = {
				.attachments = PTR(self->attachment),
				.attachment_count = 1,
			},
		};

		caller.call.handle = connect_to(&self->pair.client,
						&self->pair.server, node, 0);
		allow_files(0);
		caller_run(&caller);
		ASSERT_EQ(0, node_destroy(&self->pair.server, node));
		caller_join(&caller);
		EXPECT_TRUE(caller.ret == -EOWNERDEAD || caller.ret == -EAGAIN);
		EXPECT_GE(KIPC_STAGE_WITHDRAWN, caller.call.stage);
		ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
	}
	__atomic_store_n(&failing.stop, 1, __ATOMIC_RELAXED);
	thread_join(&failing.thread);
}

/* A caller without room for those of the reply: the reply is lost. */
TEST_F(file, caller_has_no_room) {
	struct kipc_reply reply = {
		.data = PTR("x"),
		.data_size = 1,
		.attachments = PTR(self->attachment),
		.attachment_count = 2,
	};
	struct caller caller;
	int taken;

	set(self, 0, 0);
	set(self, 1, 0);
	caller_start(&caller, &self->pair.client, self->pair.handle);
	reply.token = recv_call(&self->pair.server);
	allow_files(1);
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(-EMFILE, caller_join(&caller));
	EXPECT_EQ(KIPC_STAGE_REPLY_LOST, caller.call.stage);
	/* The one for which there was room is not there either. */
	taken = dup(0);
	EXPECT_LE(0, taken);
	close(taken);
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
}

static int io_uring(void)
{
	struct io_uring_params params = { 0 };

	return (int)syscall(SYS_io_uring_setup, 1, &params);
}

/* Sends the file, and calls with it; the errors of both. */
static void check_file(struct _test_data_file *self, int fd, int send_error,
		       int call_error)
{
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.attachments = PTR(self->attachment),
			.attachment_count = 1,
		},
	};
	struct kipc_message message;

	must_errno(fd);
	set(self, 0, fd);
	check(send_files(self, 1) == -send_error);
	if (!send_error) {
		must(recv_now(&self->pair.server, &message));
		close((int)came(&self->pair.server, &message, 0)->id);
		message_free(&self->pair.server, &message);
	}
	caller_run(&caller);
	if (!call_error) {
		must(recv_soon(&self->pair.server, &message));
		close((int)came(&self->pair.server, &message, 0)->id);
		must(reply_empty(&self->pair.server, message.token));
	}
	check(caller_join(&caller) == -call_error);
	check(recv_now(&self->pair.server, &message) == -EAGAIN);
	close(fd);
}

/* What could hold the queue that holds it is refused. */
TEST_F(file, loops) {
	struct kipc_reply reply = {
		.attachments = PTR(self->attachment),
		.attachment_count = 1,
	};
	struct kipc_message nested;
	struct caller caller;
	struct kipc_stat before;

	stat_get(&self->pair.client, &before);
	check_file(self, dup(self->pair.server.fd), ELOOP, ELOOP);
	check_file(self, dup(self->pair.client.fd), ELOOP, ELOOP);
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	check_file(self, socket(AF_UNIX, SOCK_STREAM, 0), ELOOP, 0);
	check_file(self, socket(AF_UNIX, SOCK_DGRAM, 0), ELOOP, 0);
	check_file(self, io_uring(), ELOOP, 0);
	check_file(self, eventfd(0, 0), 0, 0);
	check_file(self, open("/dev/null", O_RDONLY), 0, 0);

	/*
	 * In replies they are allowed, but for endpoints, unless the caller can leave
	 * the reply where it is.
	 */
	caller.endpoint = &self->pair.client;
	caller.call = (struct kipc_call){
		.handle = self->pair.handle,
		.message = PTR(&nested),
	};
	caller_run(&caller);
	reply.token = recv_call(&self->pair.server);
	set(self, 0, socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_EQ(-ELOOP, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	close((int)self->attachment[0].id);
	set(self, 0, io_uring());
	EXPECT_EQ(-ELOOP, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	close((int)self->attachment[0].id);
	EXPECT_EQ(0, reply_empty(&self->pair.server, reply.token));
	EXPECT_EQ(0, caller_join(&caller));

	caller_start(&caller, &self->pair.client, self->pair.handle);
	reply.token = recv_call(&self->pair.server);
	set(self, 0, self->pair.client.fd);
	EXPECT_EQ(-ELOOP, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	set(self, 0, socket(AF_UNIX, SOCK_STREAM, 0));
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, caller_join(&caller));
	close((int)self->attachment[0].id);
	close((int)attached(&self->pair.client, caller.call.reply_offset, 0,
			    0)->id);
}

/* A closed descriptor, and one that is only a path */
TEST_F(file, bad_descriptors) {
	struct kipc_stat before;
	int fd = open("/", O_PATH);

	ASSERT_LE(0, fd);
	stat_get(&self->pair.client, &before);
	set(self, 0, fd);
	EXPECT_EQ(-EBADF, send_files(self, 1));
	close(fd);
	EXPECT_EQ(-EBADF, send_files(self, 1));
	set(self, 0, -1);
	EXPECT_EQ(-EBADF, send_files(self, 1));
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
}

/* Whether the file's last reference is gone: its other end sees it. */
static bool closed(int sock)
{
	char byte;

	return recv(sock, &byte, 1, MSG_DONTWAIT) == 0;
}

/* A message that is never received lets go of its files. */
TEST_F(file, never_received) {
	int fd[2], i;

	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, pipe2(fd, O_NONBLOCK));
		set(self, 0, fd[1]);
		ASSERT_EQ(0, send_files(self, 1));
		close(fd[1]);
		EXPECT_EQ(-1, read(fd[0], self->attachment, 1));
		EXPECT_EQ(EAGAIN, errno);
		if (i)
			endpoint_close(&self->pair.server);
		else
			EXPECT_EQ(0, node_destroy(&self->pair.server,
						  self->pair.node));
		EXPECT_EQ(0, read(fd[0], self->attachment, 1));
		close(fd[0]);
		if (i)
			return;
		self->pair.node = node_create(&self->pair.server, 1);
		self->pair.handle = connect_to(&self->pair.client,
					       &self->pair.server,
					       self->pair.node, 0);
	}
}

/* So does a call that is withdrawn, and a reply that is lost. */
TEST_F(file, withdrawn) {
	struct kipc_call call = {
		.handle = self->pair.handle,
		.attachments = PTR(self->attachment),
		.attachment_count = 1,
		.deadline = after(20 * MILLISECOND),
	};
	int pair[2];

	ASSERT_EQ(0, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	set(self, 0, pair[1]);
	EXPECT_EQ(-ETIMEDOUT, kipc(self->pair.client.fd, KIPC_CALL, &call));
	close(pair[1]);
	EXPECT_TRUE(closed(pair[0]));
	close(pair[0]);
}

TEST_HARNESS_MAIN
