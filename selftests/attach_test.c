// SPDX-License-Identifier: GPL-2.0-only
/* Handles and nodes that travel with messages; all of them or none. */
#include <kselftest_harness.h>

#include "message.h"

FIXTURE(attach) {
	struct live live;
	struct pair pair;
	struct endpoint third;
	__u32 third_node;
	/* The client's and the server's handle to it */
	__u32 by_client;
	__u32 by_server;
	struct kipc_attachment attachment[KIPC_ATTACHMENTS_MAX + 1];
};

FIXTURE_SETUP(attach) {
	ASSERT_EQ(0, live_begin(&self->live));
	pair_open(&self->pair, POOL);
	endpoint_open(&self->third, POOL);
	self->third_node = node_create(&self->third, 3);
	self->by_client = connect_to(&self->pair.client, &self->third,
				     self->third_node, 0);
}

FIXTURE_TEARDOWN(attach) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

static void set(struct _test_data_attach *self, int i, __u32 type, __u32 id,
		__u32 rights)
{
	struct kipc_attachment *attachment = &self->attachment[i];

	memset(attachment, 0, sizeof(*attachment));
	attachment->type = type;
	attachment->id = id;
	attachment->rights = rights;
}

/* From the client to the server */
static int send_them(struct _test_data_attach *self, __u32 count)
{
	return send_attached(&self->pair.client, self->pair.handle,
			     self->attachment, count);
}

TEST_F(attach, handle) {
	const struct kipc_attachment *got;
	struct kipc_message message;
	__u32 handle;

	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHTS_ALL);
	ASSERT_EQ(0, send_them(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(1, message.attachment_count);
	got = came(&self->pair.server, &message, 0);
	EXPECT_EQ(KIPC_ATTACH_HANDLE, got->type);
	EXPECT_NE(0, got->id);
	EXPECT_EQ(KIPC_RIGHTS_ALL, got->rights);
	EXPECT_EQ(0, got->lease);
	EXPECT_EQ(0, got->cookie);
	handle = got->id;
	message_free(&self->pair.server, &message);

	/* It works, and the sender's does, too. */
	ASSERT_EQ(0, send_bytes(&self->pair.server, handle, NULL, 0));
	ASSERT_EQ(0, send_bytes(&self->pair.client, self->by_client, NULL, 0));
	ASSERT_EQ(0, recv_now(&self->third, &message));
	EXPECT_EQ(3, message.cookie);
	EXPECT_EQ(0, handle_drop(&self->pair.server, handle));
}

/* For each set of rights had and wanted: no more than there is */
TEST_F(attach, rights) {
	struct kipc_message message;
	__u32 have, want, handle;

	for (have = 1; have <= KIPC_RIGHTS_ALL; have++) {
		ASSERT_EQ(0, handle_dup(&self->pair.client, self->by_client,
					have, &handle));
		for (want = 1; want <= KIPC_RIGHTS_ALL; want++) {
			set(self, 0, KIPC_ATTACH_HANDLE, handle, want);
			if (!(have & KIPC_RIGHT_GRANT) || want & ~have) {
				EXPECT_EQ(-EACCES, send_them(self, 1));
				continue;
			}
			ASSERT_EQ(0, send_them(self, 1));
			ASSERT_EQ(0, recv_now(&self->pair.server, &message));
			EXPECT_EQ(want,
				  came(&self->pair.server, &message,
				       0)->rights);
			message_free(&self->pair.server, &message);
		}
	}
}

/* The same object again is the same handle, with one use more. */
TEST_F(attach, same_handle) {
	struct kipc_message message;
	__u32 handle = 0;
	int i;

	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHT_CALL);
	set(self, 1, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHT_CALL);
	for (i = 0; i < 2; i++) {
		ASSERT_EQ(0, send_them(self, 2));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		handle = handle ? handle :
				  came(&self->pair.server, &message, 0)->id;
		EXPECT_EQ(handle, came(&self->pair.server, &message, 0)->id);
		EXPECT_EQ(handle, came(&self->pair.server, &message, 1)->id);
		message_free(&self->pair.server, &message);
	}
	for (i = 0; i < 4; i++)
		EXPECT_EQ(0, handle_drop(&self->pair.server, handle));
	EXPECT_EQ(-ENXIO, handle_drop(&self->pair.server, handle));
}

TEST_F(attach, own_node) {
	struct kipc_message message;
	__u32 node = node_create(&self->pair.client, 42);
	__u32 handle;

	set(self, 0, KIPC_ATTACH_NODE, node, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_them(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	EXPECT_EQ(KIPC_ATTACH_HANDLE,
		  came(&self->pair.server, &message, 0)->type);
	EXPECT_EQ(KIPC_RIGHT_CALL,
		  came(&self->pair.server, &message, 0)->rights);
	handle = came(&self->pair.server, &message, 0)->id;
	message_free(&self->pair.server, &message);
	ASSERT_EQ(0, send_bytes(&self->pair.server, handle, NULL, 0));
	ASSERT_EQ(0, recv_now(&self->pair.client, &message));
	EXPECT_EQ(42, message.cookie);
	EXPECT_EQ(-EACCES, handle_watch(&self->pair.server, handle, 1));
}

/* A node that comes home is its cookie, and no handle. */
TEST_F(attach, comes_home) {
	const struct kipc_attachment *got;
	struct kipc_message message;
	struct kipc_stat before;

	stat_get(&self->pair.server, &before);
	set(self, 0, KIPC_ATTACH_HANDLE, self->pair.handle, KIPC_RIGHT_CALL);
	ASSERT_EQ(0, send_them(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	got = came(&self->pair.server, &message, 0);
	EXPECT_EQ(KIPC_ATTACH_NODE, got->type);
	EXPECT_EQ(0, got->id);
	EXPECT_EQ(0, got->rights);
	EXPECT_EQ(0, got->lease);
	EXPECT_EQ(COOKIE, got->cookie);
	message_free(&self->pair.server, &message);
	before.sends++;
	EXPECT_TRUE(stat_same(&self->pair.server, &before));
}

/* ... also by way of a third, and in a reply */
TEST_F(attach, comes_home_in_reply) {
	__u32 node = node_create(&self->pair.client, 43);
	struct caller caller = {
		.endpoint = &self->pair.client,
		.call = {
			.handle = self->pair.handle,
			.attachments = PTR(self->attachment),
			.attachment_count = 1,
		},
	};
	const struct kipc_attachment *got;
	struct kipc_message message;
	struct kipc_attachment back;
	struct kipc_reply reply = {
		.attachments = PTR(&back),
		.attachment_count = 1,
		.data = PTR("odd"),
		.data_size = 3,
	};

	set(self, 0, KIPC_ATTACH_NODE, node, KIPC_RIGHT_GRANT);
	caller_run(&caller);
	ASSERT_EQ(0, recv_soon(&self->pair.server, &message));
	back = *came(&self->pair.server, &message, 0);
	message_free(&self->pair.server, &message);
	reply.token = message.token;
	EXPECT_EQ(0, kipc(self->pair.server.fd, KIPC_REPLY, &reply));
	ASSERT_EQ(0, caller_join(&caller));
	EXPECT_EQ(1, caller.call.reply_attachment_count);
	EXPECT_EQ(3, caller.call.reply_size);
	got = attached(&self->pair.client, caller.call.reply_offset, 3, 0);
	EXPECT_EQ(KIPC_ATTACH_NODE, got->type);
	EXPECT_EQ(43, got->cookie);
	reply_free(&self->pair.client, &caller.call);
}

/* Objects that are dead already can be handed on; they stay dead. */
TEST_F(attach, dead_object) {
	struct kipc_message message;
	__u32 handle;

	ASSERT_EQ(0, node_destroy(&self->third, self->third_node));
	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHTS_ALL);
	ASSERT_EQ(0, send_them(self, 1));
	ASSERT_EQ(0, recv_now(&self->pair.server, &message));
	handle = came(&self->pair.server, &message, 0)->id;
	message_free(&self->pair.server, &message);
	EXPECT_EQ(-EOWNERDEAD, send_bytes(&self->pair.server, handle, NULL, 0));
}

/* As many as there may be, of all kinds, behind payloads of any size */
TEST_F(attach, most) {
	static char data[32];
	struct kipc_message message;
	struct kipc_send send = {
		.handle = self->pair.handle,
		.data = PTR(data),
		.attachments = PTR(self->attachment),
		.attachment_count = KIPC_ATTACHMENTS_MAX,
	};
	int i;

	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
		if (i % 3 == 0)
			set(self, i, KIPC_ATTACH_FD, 0, 0);
		else
			set(self, i, KIPC_ATTACH_HANDLE,
			    i % 3 == 1 ? self->by_client : self->pair.handle,
			    KIPC_RIGHTS_ALL);
	}
	for (send.data_size = 0; send.data_size < 10; send.data_size++) {
		ASSERT_EQ(0, kipc(self->pair.client.fd, KIPC_SEND, &send));
		ASSERT_EQ(0, recv_now(&self->pair.server, &message));
		ASSERT_EQ(KIPC_ATTACHMENTS_MAX, message.attachment_count);
		for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++) {
			const struct kipc_attachment *got =
				came(&self->pair.server, &message, (__u32)i);

			if (i % 3 == 0)
				EXPECT_EQ(0, close((int)got->id));
			if (i % 3 == 1)
				EXPECT_EQ(0, handle_drop(&self->pair.server,
							 got->id));
		}
		message_free(&self->pair.server, &message);
	}
	set(self, KIPC_ATTACHMENTS_MAX, KIPC_ATTACH_FD, 0, 0);
	EXPECT_EQ(-E2BIG, send_them(self, KIPC_ATTACHMENTS_MAX + 1));
}

/* Sends a good one, a bad one in the middle, and a good one: nothing moves. */
static void check_refused(struct _test_data_attach *self, int error)
{
	const struct kipc_attachment bad = self->attachment[0];
	struct kipc_message message;
	struct kipc_stat before;
	struct live live, after;
	__u32 at;

	must(live_read(&live));
	stat_get(&self->pair.client, &before);
	for (at = 0; at < 5; at++) {
		int i;

		for (i = 0; i < 5; i++)
			set(self, i, i % 2 ? KIPC_ATTACH_FD :
			    KIPC_ATTACH_HANDLE, i % 2 ? 0 : self->by_client,
			    i % 2 ? 0 : KIPC_RIGHT_CALL);
		self->attachment[at] = bad;
		check(send_them(self, 5) == -error);
		check(stat_same(&self->pair.client, &before));
		check(recv_now(&self->pair.server, &message) == -EAGAIN);
	}
	must(live_read(&after));
	check(after.handles == live.handles && after.files == live.files);
	self->attachment[0] = bad;
}

TEST_F(attach, all_or_nothing) {
	struct kipc_attachment *bad = self->attachment;
	__u32 weak;

	ASSERT_EQ(0, handle_dup(&self->pair.client, self->by_client,
				KIPC_RIGHT_CALL, &weak));
	set(self, 0, KIPC_ATTACH_HANDLE, 9999, KIPC_RIGHT_CALL);
	check_refused(self, ENXIO);
	set(self, 0, KIPC_ATTACH_HANDLE, KIPC_NONE, KIPC_RIGHT_CALL);
	check_refused(self, ENXIO);
	set(self, 0, KIPC_ATTACH_HANDLE, weak, KIPC_RIGHT_CALL);
	check_refused(self, EACCES);
	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, 1 << 3);
	check_refused(self, EINVAL);
	set(self, 0, KIPC_ATTACH_NODE, 9999, KIPC_RIGHT_CALL);
	check_refused(self, ENXIO);
	set(self, 0, KIPC_ATTACH_NODE, self->third_node + 1000, 1);
	check_refused(self, ENXIO);
	set(self, 0, KIPC_ATTACH_FD, 9999, 0);
	check_refused(self, EBADF);
	set(self, 0, KIPC_ATTACH_FD, ~0U, 0);
	check_refused(self, EBADF);
	set(self, 0, KIPC_ATTACH_FD, 0, KIPC_RIGHT_CALL);
	check_refused(self, EINVAL);
	set(self, 0, KIPC_ATTACH_FD, (__u32)self->third.fd, 0);
	check_refused(self, ELOOP);
	set(self, 0, 0, 0, 0);
	check_refused(self, EINVAL);
	set(self, 0, KIPC_ATTACH_FD + 1, 0, 0);
	check_refused(self, EINVAL);
	set(self, 0, ~0U, 0, 0);
	check_refused(self, EINVAL);
	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHT_CALL);
	bad->lease = 1;
	check_refused(self, EINVAL);
	bad->lease = 0;
	bad->cookie = 1;
	check_refused(self, EINVAL);
}

/* Attachments whose array is not all there */
TEST_F(attach, half_mapped_array) {
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	char *map = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const size_t size = sizeof(struct kipc_attachment);
	struct kipc_stat before;
	size_t there;

	ASSERT_NE(MAP_FAILED, (void *)map);
	munmap(map + page, page);
	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHT_CALL);
	self->attachment[1] = self->attachment[0];
	stat_get(&self->pair.client, &before);
	for (there = 0; there < 2 * size; there += 8) {
		memcpy(map + page - there, self->attachment, there);
		EXPECT_EQ(-EFAULT, send_attached(&self->pair.client,
						 self->pair.handle,
						 (void *)(map + page - there),
						 2));
	}
	EXPECT_TRUE(stat_same(&self->pair.client, &before));
	munmap(map, page);
}

/* Attachments need room in the pool like payload does. */
TEST_F(attach, no_room) {
	struct endpoint small;
	struct kipc_message message;
	__u32 handle;
	int i;

	endpoint_open(&small, 4096);
	handle = connect_to(&self->pair.client, &small, node_create(&small, 1),
			    0);
	for (i = 0; i < KIPC_ATTACHMENTS_MAX; i++)
		set(self, i, KIPC_ATTACH_HANDLE, self->by_client,
		    KIPC_RIGHT_CALL);
	EXPECT_EQ(-EMSGSIZE, send_attached(&self->pair.client, handle,
					   self->attachment,
					   KIPC_ATTACHMENTS_MAX));
	EXPECT_EQ(-EAGAIN, recv_now(&small, &message));
	EXPECT_EQ(0, send_attached(&self->pair.client, handle,
				   self->attachment, 60));
	EXPECT_EQ(-EAGAIN, send_attached(&self->pair.client, handle,
					 self->attachment, 60));
}

/* Handles in a message that nobody receives go back. */
TEST_F(attach, never_received) {
	struct kipc_stat before, stat;

	stat_get(&self->pair.client, &before);
	set(self, 0, KIPC_ATTACH_HANDLE, self->by_client, KIPC_RIGHT_CALL);
	set(self, 1, KIPC_ATTACH_FD, 0, 0);
	ASSERT_EQ(0, send_them(self, 2));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(1, stat.attached_handles.used);
	EXPECT_EQ(1, stat.files.used);
	ASSERT_EQ(0, node_destroy(&self->pair.server, self->pair.node));
	stat_get(&self->pair.client, &stat);
	EXPECT_EQ(0, stat.attached_handles.used);
	EXPECT_EQ(before.handles.used, stat.handles.used);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.message_count.used);
}

TEST_HARNESS_MAIN
