// SPDX-License-Identifier: GPL-2.0-only
/*
 * A class of errors of Binder: a wrong index into what is attached, so that more is
 * checked, translated or given back than is there, or something else. CVE-2020-0041:
 * binder_transaction() multiplied where it should have divided, and took attachments
 * for checked that were not.
 *
 * So here one attachment is wrong at each index in turn, in requests, in replies and
 * in nested calls, and nothing may be left of those before it; all of them arrive at
 * their own index; and what is changed while it is read is one thing or the other.
 */
#include <kselftest_harness.h>
#include <sys/eventfd.h>

#include "nested.h"

#define COUNT		12
#define LARGE		KIPC_ATTACHMENTS_MAX

FIXTURE(cve_attach) {
	struct live live;
	struct party party[2];
	struct endpoint *a;
	struct endpoint *b;
	struct kipc_attachment attachment[LARGE];
	int file;
};

#define A_TO_B	(self->party[0].to[1])
#define B_TO_A	(self->party[1].to[0])

FIXTURE_SETUP(cve_attach) {
	ASSERT_EQ(0, live_begin(&self->live));
	parties_open(self->party, 2);
	self->a = &self->party[0].endpoint;
	self->b = &self->party[1].endpoint;
	self->file = eventfd(0, EFD_CLOEXEC);
	ASSERT_LE(0, self->file);
	memset(self->attachment, 0, sizeof(self->attachment));
}

FIXTURE_TEARDOWN(cve_attach) {
	close(self->file);
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

/* Nodes, handles and files in turn, all of them good */
static void pack(struct _test_data_cve_attach *self, int count, __u32 node,
		 __u32 handle)
{
	struct kipc_attachment *attachment = self->attachment;
	int i;

	for (i = 0; i < count; i++, attachment++) {
		memset(attachment, 0, sizeof(*attachment));
		attachment->type = 1 + (__u32)i % 3;
		attachment->rights = KIPC_RIGHT_CALL;
		if (attachment->type == KIPC_ATTACH_HANDLE) {
			attachment->id = handle;
		} else if (attachment->type == KIPC_ATTACH_NODE) {
			attachment->id = node;
		} else {
			attachment->id = (__u32)self->file;
			attachment->rights = 0;
		}
	}
}

/* What can be wrong with an attachment, and what it gets */
static const struct {
	struct kipc_attachment attachment;
	int error;
} wrong[] = {
	{ { .type = 0 }, EINVAL },
	{ { .type = 4, .id = 1 }, EINVAL },
	{ { .type = ~0U }, EINVAL },
	{ { .type = KIPC_ATTACH_HANDLE, .id = 54321, .rights = 1 }, ENXIO },
	{ { .type = KIPC_ATTACH_NODE, .id = 54321, .rights = 1 }, ENXIO },
	{ { .type = KIPC_ATTACH_FD, .id = 54321 }, EBADF },
	{ { .type = KIPC_ATTACH_FD, .id = 0, .lease = 1 }, EINVAL },
	{ { .type = KIPC_ATTACH_FD, .id = 0, .cookie = 1 }, EINVAL },
};

/* Whether the command gets that errno for each wrong one at each index */
static bool all_refused(struct _test_data_cve_attach *self,
			struct endpoint *endpoint, unsigned long command,
			void *arg)
{
	struct kipc_attachment good;
	struct kipc_stat before;
	int at, ret, lowest = dup(0);
	size_t i;

	close(lowest);
	stat_get(endpoint, &before);
	for (i = 0; i < ARRAY_SIZE(wrong) * COUNT; i++) {
		at = (int)(i % COUNT);
		good = self->attachment[at];
		self->attachment[at] = wrong[i / COUNT].attachment;
		ret = kipc(endpoint->fd, command, arg);
		self->attachment[at] = good;
		if (ret == -wrong[i / COUNT].error &&
		    stat_same(endpoint, &before))
			continue;
		fprintf(stderr, "# case %zu at index %d: %s\n", i / COUNT, at,
			strerror(-ret));
		return false;
	}
	ret = dup(0);
	close(ret);
	return ret == lowest;
}

/* Gives back what came of pack(), and checks that each is what was sent. */
static void unpack(struct _test_data_cve_attach *self,
		   struct endpoint *endpoint, const struct kipc_attachment *got,
		   int count, __u64 cookie)
{
	int i;

	for (i = 0; i < count; i++, got++) {
		check(!got->lease);
		switch (self->attachment[i].type) {
		case KIPC_ATTACH_HANDLE:
			/* It comes home. */
			check(got->type == KIPC_ATTACH_NODE);
			check(got->cookie == cookie);
			break;
		case KIPC_ATTACH_NODE:
			check(got->type == KIPC_ATTACH_HANDLE);
			must(handle_drop(endpoint, got->id));
			break;
		default:
			check(got->type == KIPC_ATTACH_FD);
			must_errno(close((int)got->id));
			break;
		}
	}
}

TEST_F(cve_attach, wrong_in_requests) {
	struct kipc_call call = {
		.handle = A_TO_B,
		.attachments = PTR(self->attachment),
		.attachment_count = COUNT,
	};
	struct kipc_send send = {
		.handle = A_TO_B,
		.attachments = PTR(self->attachment),
		.attachment_count = COUNT,
	};
	struct kipc_message message;

	pack(self, COUNT, self->party[0].node, A_TO_B);
	EXPECT_TRUE(all_refused(self, self->a, KIPC_CALL, &call));
	EXPECT_TRUE(all_refused(self, self->a, KIPC_SEND, &send));
	EXPECT_EQ(-EAGAIN, recv_now(self->b, &message));
}

/* A call that is answered, wrongly first, in its own reply and in a nested call */
TEST_F(cve_attach, wrong_in_replies_and_nested_calls) {
	struct kipc_call call = {
		.handle = B_TO_A,
		.attachments = PTR(self->attachment),
		.attachment_count = COUNT,
	};
	struct kipc_reply reply = {
		.attachments = PTR(self->attachment),
		.attachment_count = COUNT,
	};
	struct caller inner = { .endpoint = self->b };
	struct waiter outer;

	waiter_start(&outer, self->a, A_TO_B, 0);
	reply.token = recv_call(self->b);
	call.parent = reply.token;
	wait_blocked(outer.caller.thread.tid, KIPC_CALL);
	pack(self, COUNT, self->party[1].node, B_TO_A);
	EXPECT_TRUE(all_refused(self, self->b, KIPC_REPLY, &reply));
	EXPECT_TRUE(all_refused(self, self->b, KIPC_CALL, &call));
	/* The good ones arrive, each at its own index. */
	inner.call = call;
	caller_run(&inner);
	waiter_nested(&outer);
	EXPECT_EQ(COUNT, outer.message.attachment_count);
	unpack(self, self->a, came(self->a, &outer.message, 0), COUNT, COOKIE);
	message_free(self->a, &outer.message);
	EXPECT_EQ(0, reply_empty(self->a, outer.message.token));
	EXPECT_EQ(0, caller_join(&inner));
	waiter_resume(&outer);
	EXPECT_EQ(0, kipc(self->b->fd, KIPC_REPLY, &reply));
	EXPECT_EQ(0, waiter_join(&outer));
	EXPECT_EQ(COUNT, outer.caller.call.reply_attachment_count);
	unpack(self, self->a,
	       attached(self->a, outer.caller.call.reply_offset, 0, 0), COUNT,
	       COOKIE);
	reply_free(self->a, &outer.caller.call);
}

/* As many as there may be, each of them another one: they keep their places. */
TEST_F(cve_attach, each_at_its_index) {
	const struct kipc_attachment *got;
	struct kipc_message message;
	__u32 node, handle;
	__u64 value;
	int i;

	for (i = 0; i < LARGE; i++) {
		if (i % 2) {
			self->attachment[i].type = KIPC_ATTACH_FD;
			self->attachment[i].id =
				(__u32)eventfd((unsigned int)i, EFD_CLOEXEC);
			continue;
		}
		node = node_create(self->b, (__u64)i + 1000);
		handle = connect_to(self->a, self->b, node, KIPC_RIGHTS_ALL);
		self->attachment[i].type = KIPC_ATTACH_HANDLE;
		self->attachment[i].id = handle;
		self->attachment[i].rights = KIPC_RIGHT_CALL;
	}
	ASSERT_EQ(0, send_attached(self->a, A_TO_B, self->attachment, LARGE));
	for (i = 1; i < LARGE; i += 2)
		close((int)self->attachment[i].id);
	ASSERT_EQ(0, recv_now(self->b, &message));
	ASSERT_EQ(LARGE, message.attachment_count);
	for (i = 0; i < LARGE; i++) {
		got = came(self->b, &message, (__u32)i);
		if (!(i % 2)) {
			EXPECT_EQ(KIPC_ATTACH_NODE, got->type);
			EXPECT_EQ((__u64)i + 1000, got->cookie);
			continue;
		}
		ASSERT_EQ(KIPC_ATTACH_FD, got->type);
		EXPECT_EQ(8, read((int)got->id, &value, 8));
		EXPECT_EQ((__u64)i, value);
		close((int)got->id);
	}
	message_free(self->b, &message);
}

struct changer {
	struct thread thread;
	struct kipc_attachment *attachment;
	__u32 handle;
	__u32 file;
	int stop;
};

/* Turns attachments from one thing into the other, while they are read. */
static void change(void *arg)
{
	struct changer *changer = arg;
	volatile struct kipc_attachment *attachment;
	__u32 i = 0;

	while (!__atomic_load_n(&changer->stop, __ATOMIC_RELAXED)) {
		attachment = &changer->attachment[i++ % COUNT];
		attachment->type = KIPC_ATTACH_FD;
		attachment->rights = 0;
		attachment->id = changer->file;
		attachment->type = KIPC_ATTACH_HANDLE;
		attachment->rights = KIPC_RIGHT_CALL;
		attachment->id = changer->handle;
	}
}

/* Whatever arrives is whole: it is all there, and can be given back. */
static void take_what_came(struct _test_data_cve_attach *self)
{
	const struct kipc_attachment *got;
	struct kipc_message message;
	__u32 i;

	must(recv_now(self->b, &message));
	check(message.attachment_count == COUNT);
	for (i = 0; i < COUNT; i++) {
		got = came(self->b, &message, i);
		if (got->type == KIPC_ATTACH_FD) {
			must_errno(close((int)got->id));
			continue;
		}
		check(got->type == KIPC_ATTACH_NODE);
		check(got->cookie == COOKIE + 1 && !got->id && !got->rights);
	}
	message_free(self->b, &message);
}

TEST_F_TIMEOUT(cve_attach, changed_while_read, 120) {
	struct changer changer = {
		.attachment = self->attachment,
		.handle = A_TO_B,
		.file = (__u32)self->file,
	};
	int i, ret, arrived = 0, count = debug_kernel() ? 500 : 5000;
	struct kipc_stat before;

	pack(self, COUNT, self->party[0].node, A_TO_B);
	stat_get(self->a, &before);
	thread_start(&changer.thread, change, &changer);
	for (i = 0; i < count; i++) {
		ret = send_attached(self->a, A_TO_B, self->attachment, COUNT);
		if (!ret) {
			take_what_came(self);
			arrived++;
			continue;
		}
		ASSERT_TRUE(ret == -EINVAL || ret == -ENXIO || ret == -EBADF ||
			    ret == -EACCES || ret == -ELOOP) {
			TH_LOG("%s", strerror(-ret));
		}
	}
	__atomic_store_n(&changer.stop, 1, __ATOMIC_RELAXED);
	thread_join(&changer.thread);
	TH_LOG("%d of %d arrived", arrived, count);
	/* Of the nodes that pack() attached only handles and files are left. */
	before.sends += (__u64)arrived;
	EXPECT_TRUE(stat_same(self->a, &before));
}

TEST_HARNESS_MAIN
