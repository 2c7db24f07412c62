// SPDX-License-Identifier: GPL-2.0-only
/* The security label of the sender, which comes with messages on request. */
#include <kselftest_harness.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "nested.h"

#define SECURITYFS	"/sys/kernel/security"
#define NAMESPACE	SECURITYFS "/apparmor/policy/namespaces/kipc_label"
#define LABEL_MAX	4096

FIXTURE(label) {
	struct live live;
	struct endpoint server;
	struct endpoint client;
	__u32 node;
	__u32 handle;
	char own[LABEL_MAX];
	struct kipc_message message;
};

/* A node whose messages come with labels */
static __u32 node_create_labelled(struct endpoint *owner)
{
	struct kipc_node_create create = {
		.flags = KIPC_NODE_LABEL | KIPC_NODE_SMALL,
	};

	must(kipc(owner->fd, KIPC_NODE_CREATE, &create));
	return create.node;
}

/*
 * The label of a process as procfs has it; empty if no security module gives any.
 * The mode of a profile, in parentheses, is not part of its label.
 */
static void read_label(pid_t pid, char *label)
{
	char path[64];

	sprintf(path, "/proc/%d/attr/current", (int)pid);
	if (file_read(path, label, LABEL_MAX) < 0)
		label[0] = 0;
	label[strcspn(label, "\n ")] = 0;
}

FIXTURE_SETUP(label) {
	ASSERT_EQ(0, live_begin(&self->live));
	endpoint_open(&self->server, POOL);
	endpoint_open(&self->client, POOL);
	self->node = node_create_labelled(&self->server);
	self->handle = connect_to(&self->client, &self->server, self->node, 0);
	read_label(getpid(), self->own);
}

FIXTURE_TEARDOWN(label) {
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Whether the message in hand came with this label, at its place. */
static bool labelled(struct _test_data_label *self, const char *label)
{
	const struct kipc_message *message = &self->message;
	__u64 at = message->offset + ((message->size + 7) & ~7ULL) +
		   message->attachment_count * sizeof(struct kipc_attachment);

	if (message->label_size == strlen(label) &&
	    !memcmp(payload(&self->server, at), label, message->label_size))
		return true;
	fprintf(stderr, "# label \"%.*s\", not \"%s\"\n",
		(int)message->label_size,
		(const char *)payload(&self->server, at), label);
	return false;
}

static void receive(struct _test_data_label *self)
{
	must(recv_soon(&self->server, &self->message));
}

static void done_with_it(struct _test_data_label *self)
{
	message_free(&self->server, &self->message);
}

static __u64 pool_used(struct endpoint *endpoint)
{
	struct kipc_stat stat;

	stat_get(endpoint, &stat);
	return stat.pool_used;
}

/* Says what the tests below compare with. */
TEST_F(label, own) {
	TH_LOG("label \"%s\"", self->own);
	if (!debug_kernel())
		EXPECT_NE(0, self->own[0]);
}

/* With nothing else in it, with a payload of any size, with attachments */
TEST_F(label, one_way) {
	struct kipc_attachment attachment[3];
	char data[20] = "some bytes";
	struct kipc_send send = {
		.handle = self->handle,
		.data = PTR(data),
		.attachments = PTR(attachment),
	};
	__u32 i;

	memset(attachment, 0, sizeof(attachment));
	for (i = 0; i < ARRAY_SIZE(attachment); i++) {
		attachment[i].type = KIPC_ATTACH_FD;
		attachment[i].id = 0;
	}
	for (i = 0; i < 40; i++) {
		send.data_size = i / 2;
		send.attachment_count = i % 2 ? i % 4 : 0;
		ASSERT_EQ(0, kipc(self->client.fd, KIPC_SEND, &send));
		receive(self);
		EXPECT_EQ(KIPC_MSG_SEND, self->message.kind);
		EXPECT_EQ(send.data_size, self->message.size);
		EXPECT_EQ(0, memcmp(data, payload(&self->server,
						  self->message.offset),
				    send.data_size));
		ASSERT_EQ(send.attachment_count,
			  self->message.attachment_count);
		EXPECT_TRUE(labelled(self, self->own));
		while (send.attachment_count) {
			send.attachment_count--;
			close((int)came(&self->server, &self->message,
					send.attachment_count)->id);
		}
		done_with_it(self);
		EXPECT_EQ(0, pool_used(&self->server));
	}
}

/* Payload, attachments and label lie where they should, on whichever page. */
TEST_F(label, across_pages) {
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct kipc_attachment attachment = { .type = KIPC_ATTACH_FD };
	static __u8 data[2 * 65536];
	struct kipc_send send = {
		.handle = self->handle,
		.data = PTR(data),
		.attachments = PTR(&attachment),
	};

	fill(data, sizeof(data), 3);
	for (send.data_size = page - 60; send.data_size < page + 20;
	     send.data_size++) {
		send.attachment_count = send.data_size / 2 % 2;
		ASSERT_EQ(0, kipc(self->client.fd, KIPC_SEND, &send));
		receive(self);
		EXPECT_TRUE(filled(payload(&self->server, self->message.offset),
				   send.data_size, 3));
		EXPECT_TRUE(labelled(self, self->own));
		if (send.attachment_count)
			close((int)came(&self->server, &self->message, 0)->id);
		done_with_it(self);
	}
}

TEST_F(label, call) {
	struct caller caller;

	caller_start(&caller, &self->client, self->handle);
	receive(self);
	EXPECT_EQ(KIPC_MSG_CALL, self->message.kind);
	EXPECT_EQ(0, self->message.size);
	EXPECT_TRUE(labelled(self, self->own));
	EXPECT_EQ(!!self->own[0], !!pool_used(&self->server));
	done_with_it(self);
	EXPECT_EQ(0, pool_used(&self->server));
	EXPECT_EQ(0, reply_bytes(&self->server, self->message.token, "abc", 3));
	EXPECT_EQ(0, caller_join(&caller));
	/* Replies have none: the caller knows whom it called. */
	EXPECT_EQ(3, caller.call.reply_size);
	EXPECT_EQ(0, memcmp("abc", payload(&self->client,
					   caller.call.reply_offset), 3));
	reply_free(&self->client, &caller.call);
	EXPECT_EQ(0, pool_used(&self->client));
}

/* A payload that could come without a slice comes with the label. */
TEST_F(label, small_call) {
	struct caller caller = {
		.endpoint = &self->client,
		.call.handle = self->handle,
		.call.data = PTR("small"),
		.call.data_size = 5,
		.call.flags = KIPC_CALL_SMALL,
	};

	caller_run(&caller);
	receive(self);
	EXPECT_EQ(0, self->message.flags & KIPC_MSG_SMALL);
	EXPECT_EQ(5, self->message.size);
	EXPECT_EQ(0, memcmp("small", payload(&self->server,
					     self->message.offset), 5));
	EXPECT_TRUE(labelled(self, self->own));
	done_with_it(self);
	EXPECT_EQ(0, pool_used(&self->server));
	EXPECT_EQ(0, reply_bytes(&self->server, self->message.token, "abc", 3));
	EXPECT_EQ(0, caller_join(&caller));
	EXPECT_EQ(KIPC_MSG_SMALL, caller.call.reply_flags);
	EXPECT_EQ(0, memcmp("abc", caller.call.small, 3));
}

/* A nested call comes with it, too. */
TEST_F(label, nested_call) {
	__u32 back = connect_to(&self->server, &self->client,
				node_create(&self->client, 1), 0);
	struct waiter outer;
	struct caller inner;
	__u64 token;

	waiter_start(&outer, &self->server, back, 0);
	token = recv_call(&self->client);
	caller_start_for(&inner, &self->client, self->handle, token);
	waiter_nested(&outer);
	self->message = outer.message;
	EXPECT_EQ(2, self->message.depth);
	EXPECT_TRUE(labelled(self, self->own));
	done_with_it(self);
	EXPECT_EQ(0, reply_empty(&self->server, self->message.token));
	EXPECT_EQ(0, caller_join(&inner));
	EXPECT_EQ(0, reply_empty(&self->client, token));
	waiter_resume(&outer);
	EXPECT_EQ(0, waiter_join(&outer));
}

/* Who does not ask for it does not get it; nor do notices have one. */
TEST_F(label, only_on_request) {
	__u32 plain = connect_to(&self->client, &self->server,
				 node_create(&self->server, 1), 0);

	ASSERT_EQ(0, send_bytes(&self->client, plain, "abc", 3));
	receive(self);
	EXPECT_EQ(0, self->message.label_size);
	done_with_it(self);
	ASSERT_EQ(0, notify(&self->client, self->handle, 1));
	receive(self);
	EXPECT_EQ(KIPC_MSG_NOTIFY, self->message.kind);
	EXPECT_EQ(0, self->message.label_size);
	EXPECT_EQ(0, self->message.offset);
}

/* It takes room like all else: a message must fit with its label. */
TEST_F(label, must_fit) {
	static __u8 data[POOL];
	size_t label = strlen(self->own);

	if (!label)
		SKIP(return, "no security module gives labels");
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->client, self->handle, data,
					POOL));
	EXPECT_EQ(-EMSGSIZE, send_bytes(&self->client, self->handle, data,
					POOL - label + 1));
	EXPECT_EQ(0, pool_used(&self->server));
}

/* Without a pool there is no room for it, even if it comes alone. */
TEST_F(label, no_pool) {
	struct endpoint bare;
	__u32 handle, stage;
	struct kipc_call call = { .deadline = after(20 * MILLISECOND) };

	endpoint_open(&bare, 0);
	handle = connect_to(&self->client, &bare, node_create_labelled(&bare),
			    0);
	call.handle = handle;
	stage = self->own[0] ? KIPC_STAGE_NOT_QUEUED : KIPC_STAGE_WITHDRAWN;
	EXPECT_EQ(self->own[0] ? -EMSGSIZE : -ETIMEDOUT,
		  kipc(self->client.fd, KIPC_CALL, &call));
	EXPECT_EQ(stage, call.stage);
}

/* A pool that is full has no room for a message that is only a label. */
TEST_F(label, full_pool) {
	struct caller caller[17];
	struct endpoint small;
	__u32 handle, i;
	int ret;

	if (!self->own[0])
		SKIP(return, "no security module gives labels");
	endpoint_open(&small, 4096);
	handle = connect_to(&self->client, &small, node_create_labelled(&small),
			    0);
	/* Each slice takes 256 bytes at least. */
	for (i = 0; i < ARRAY_SIZE(caller); i++) {
		struct kipc_call call = {
			.handle = handle,
			.deadline = after(20 * MILLISECOND),
		};

		ret = kipc(self->client.fd, KIPC_CALL, &call);
		if (ret == -EAGAIN)
			break;
		EXPECT_EQ(-ETIMEDOUT, ret);
		caller_start(&caller[i], &self->client, handle);
		wait_blocked(caller[i].thread.tid, KIPC_CALL);
	}
	EXPECT_EQ(-EAGAIN, ret);
	endpoint_close(&small);
	while (i--)
		EXPECT_EQ(-EOWNERDEAD, caller_join(&caller[i]));
}

/* The sender pays for its payload, and not for what the receiver asks for. */
TEST_F(label, charge) {
	struct kipc_stat stat;

	ASSERT_EQ(0, send_bytes(&self->client, self->handle, "abc", 3));
	stat_get(&self->client, &stat);
	EXPECT_EQ(3, stat.message_bytes.used);
	receive(self);
	done_with_it(self);
}

/*
 * Moves the running process to another label: another AppArmor namespace, whose
 * profile is "unconfined", too. Takes no policy. Returns whether that worked.
 */
static bool change_label(void)
{
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return false;
	mount("securityfs", SECURITYFS, "securityfs", 0, NULL);
	if (mkdir(NAMESPACE, 0700) && errno != EEXIST)
		return false;
	return !file_write("/proc/self/attr/current",
			   "changeprofile :kipc_label:unconfined");
}

static void remove_namespace(int sock, void *arg)
{
	(void)sock;
	(void)arg;
	must_errno(unshare(CLONE_NEWNS));
	must_errno(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
	mount("securityfs", SECURITYFS, "securityfs", 0, NULL);
	rmdir(NAMESPACE);
}

static void send_changing(int sock, void *arg)
{
	struct _test_data_label *self = arg;

	must(send_bytes(&self->client, self->handle, "1", 1));
	if (!change_label()) {
		tell(sock, 0);
		return;
	}
	must(send_bytes(&self->client, self->handle, "22", 2));
	tell(sock, 1);
	hear(sock);
}

/* It is that of the sender, as it was when it sent, even after its end. */
TEST_F(label, when_sent) {
	char other[LABEL_MAX];
	struct child child;
	bool changed;

	child_start(&child, CHILD_SHARES, send_changing, self);
	changed = hear(child.sock);
	read_label(child.pid, other);
	TH_LOG("then label \"%s\"", other);
	if (changed) {
		EXPECT_NE(0, strcmp(self->own, other));
		tell(child.sock, 1);
	}
	EXPECT_EQ(0, child_end(&child));
	child_start(&child, CHILD_CLOSES, remove_namespace, NULL);
	EXPECT_EQ(0, child_end(&child));

	receive(self);
	EXPECT_EQ(1, self->message.size);
	EXPECT_TRUE(labelled(self, self->own));
	EXPECT_EQ(0, self->message.pid);
	done_with_it(self);
	if (!changed)
		SKIP(return, "labels cannot be changed here");
	receive(self);
	EXPECT_EQ(2, self->message.size);
	EXPECT_TRUE(labelled(self, other));
	done_with_it(self);
}

static void send_often(void *arg)
{
	struct _test_data_label *self = arg;
	int i, ret, rounds = debug_kernel() ? 100 : 1000;

	for (i = 0; i < rounds; i += !ret) {
		ret = send_bytes(&self->client, self->handle, &i,
				 (size_t)i % 4);
		check(!ret || ret == -EAGAIN);
		if (ret)
			pause_ms(1);
	}
}

/* Many at a time have each their own, and all room comes back. */
TEST_F(label, many) {
	struct thread thread[3];
	size_t i;

	for (i = 0; i < ARRAY_SIZE(thread); i++)
		thread_start(&thread[i], send_often, self);
	for (i = 0; i < 200; i++) {
		receive(self);
		EXPECT_TRUE(labelled(self, self->own));
		done_with_it(self);
	}
	for (i = 0; i < ARRAY_SIZE(thread); i++) {
		while (pthread_tryjoin_np(thread[i].thread, NULL)) {
			if (!recv_now(&self->server, &self->message))
				done_with_it(self);
		}
	}
	while (!recv_now(&self->server, &self->message))
		done_with_it(self);
	EXPECT_EQ(0, pool_used(&self->server));
}

TEST_HARNESS_MAIN
