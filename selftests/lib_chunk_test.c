// SPDX-License-Identifier: GPL-2.0-only
/* Chunks by the library: by mailboxes, by calls, lent, and given back. */
#include <kipc.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "selftest.h"
#include "task.h"

#define NAME		"lib.chunk"
#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define CHUNKS		4
#define SIZE		5000

FIXTURE(chunk)
{
	struct live live;
	int view;
	int mailbox;
	struct kipc_chunks *chunks;
};

FIXTURE_SETUP(chunk)
{
	const struct kipc_chunk_options options = {
		.size = SIZE,
		.count = CHUNKS,
	};

	ASSERT_EQ(0, live_begin(&self->live));
	self->view = kipc_region_open_chunks(NULL, NAME, BOTH |
					     KIPC_REGION_EXCLUSIVE, 0644,
					     &options);
	ASSERT_LE(0, self->view);
	ASSERT_EQ(0, kipc_chunks_new(self->view, 2, &self->chunks));
	self->mailbox = kipc_mailbox_open(NULL, NULL, KIPC_MAILBOX_READ |
					  KIPC_MAILBOX_WRITE |
					  KIPC_MAILBOX_CREATE, 0600, NULL);
	ASSERT_LE(0, self->mailbox);
}

FIXTURE_TEARDOWN(chunk)
{
	kipc_chunks_free(self->chunks);
	EXPECT_EQ(0, close(self->mailbox));
	EXPECT_EQ(0, close(self->view));
	EXPECT_EQ(0, kipc_region_unlink(NULL, NAME));
	EXPECT_EQ(0, live_end(&self->live));
}

static unsigned int chunks_free(int view)
{
	struct kipc_region_info info;

	must(kipc_region_info(view, &info));
	return info.chunks_free;
}

static int publish(int mailbox, const struct kipc_chunks *chunks,
		   const struct kipc_chunk *chunk)
{
	struct kipc_attachment attachment;
	const struct kipc_mailbox_send_options options = {
		.attachments = &attachment,
		.attachment_count = 1,
	};

	kipc_attachment_set_chunk(&attachment, chunks, chunk);
	return kipc_mailbox_send_with(mailbox, NULL, 0, &options, KIPC_NO_WAIT,
				      NULL);
}

static int receive(int mailbox, struct kipc_attachment *attachment)
{
	const struct kipc_mailbox_recv_options options = {
		.attachments = attachment,
		.attachments_max = 1,
	};
	struct kipc_mail mail;

	return (int)kipc_mailbox_recv_with(mailbox, NULL, 0, &options,
					   KIPC_NO_WAIT, &mail);
}

TEST_F(chunk, is_loaned)
{
	struct kipc_chunk one, other, none;
	struct kipc_chunk_entry entries[2];
	uint64_t cursor = 0;

	ASSERT_EQ(0, kipc_chunk_loan(self->chunks, &one));
	EXPECT_EQ(SIZE / KIPC_CHUNK_ALIGN * KIPC_CHUNK_ALIGN + KIPC_CHUNK_ALIGN,
		  one.size);
	memset(one.data, 1, one.size);
	ASSERT_EQ(0, kipc_chunk_loan(self->chunks, &other));
	EXPECT_NE(one.number, other.number);
	EXPECT_EQ(-EDQUOT, kipc_chunk_loan(self->chunks, &none));
	EXPECT_EQ(2, kipc_chunk_list(self->view, entries, 2, &cursor));
	EXPECT_EQ(KIPC_CHUNK_LOANED, entries[0].state);
	EXPECT_EQ(getpid(), (pid_t)entries[1].pid);
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &one));
	EXPECT_EQ(NULL, one.data);
	EXPECT_EQ(-ENXIO, kipc_chunk_release(self->chunks, &one));
	EXPECT_EQ(0, kipc_chunk_next(self->chunks, &other));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->view));
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &other));
	EXPECT_EQ(CHUNKS, chunks_free(self->view));
}

TEST_F(chunk, is_refused)
{
	const struct kipc_chunk_options none = { 0 };
	/* So many would be few, in 64 bits. */
	const struct kipc_chunk_options many = {
		.size = KIPC_REGION_SIZE_MAX,
		.count = (1U << 24) + 1,
	};
	struct kipc_chunks *chunks;
	struct kipc_chunk chunk;
	int view;

	EXPECT_EQ(-EEXIST, kipc_chunks_new(self->view, 1, &chunks));
	EXPECT_EQ(-EINVAL, kipc_chunks_new(self->view, 0, &chunks));
	EXPECT_EQ(-ENOTTY, kipc_chunks_new(STDIN_FILENO, 1, &chunks));
	view = kipc_region_open(NULL, NULL, BOTH, 0, (uint64_t)sysconf(_SC_PAGESIZE));
	EXPECT_EQ(-EPROTOTYPE, kipc_chunks_new(view, 1, &chunks));
	close(view);
	EXPECT_EQ(-EINVAL, kipc_region_open_chunks(NULL, NULL, BOTH, 0, &none));
	EXPECT_EQ(-EINVAL, kipc_region_open_chunks(NULL, NULL, BOTH, 0, &many));
	kipc_chunks_free(self->chunks);
	kipc_chunks_free(NULL);
	view = kipc_region_open(NULL, NAME, KIPC_REGION_READ, 0, 0);
	ASSERT_EQ(0, kipc_chunks_new(view, 1, &self->chunks));
	EXPECT_EQ(-EPERM, kipc_chunk_loan(self->chunks, &chunk));
	close(view);
}

/* One process is both; so its chunk comes back to it. */
TEST_F(chunk, comes_with_mail)
{
	struct kipc_attachment attachment;
	struct kipc_chunk chunk, got;

	ASSERT_EQ(0, kipc_chunk_loan(self->chunks, &chunk));
	strcpy(chunk.data, "hello");
	ASSERT_EQ(0, publish(self->mailbox, self->chunks, &chunk));
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &chunk));
	EXPECT_EQ(CHUNKS - 1, chunks_free(self->view));
	ASSERT_EQ(0, receive(self->mailbox, &attachment));
	ASSERT_EQ(0, kipc_chunk_take(self->chunks, &attachment, &got));
	EXPECT_STREQ("hello", got.data);
	attachment.type = KIPC_ATTACH_FD;
	EXPECT_EQ(-EBADF, kipc_chunk_take(self->chunks, &attachment, &got));
	EXPECT_EQ(-ENXIO, publish(self->mailbox, self->chunks, &got));
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &got));
	EXPECT_EQ(CHUNKS, chunks_free(self->view));
}

/**
 * struct served - what a server does with the chunk that comes with a call
 * @node: the server's
 * @chunks: of its process
 * @take: it takes it
 * @got: what it took
 * @ret: whether it could
 * @text: what was in it
 */
struct served {
	struct kipc_node *node;
	struct kipc_chunks *chunks;
	bool take;
	struct kipc_chunk got;
	int ret;
	char text[8];
};

static int serve(struct kipc_request *request, void *userdata)
{
	struct served *served = userdata;

	if (!served->take)
		return 0;
	served->ret = kipc_request_take_chunk(request, 0, served->chunks,
					      &served->got);
	if (!served->ret)
		memcpy(served->text, served->got.data, sizeof(served->text));
	return 0;
}

static void *serve_all(void *arg)
{
	kipc_serve(arg, 1);
	return NULL;
}

TEST_F(chunk, comes_with_a_call)
{
	struct served served = { .chunks = self->chunks };
	struct kipc *server, *client;
	struct kipc_attachment attachment;
	const struct kipc_content content = {
		.attachments = &attachment,
		.attachment_count = 1,
	};
	struct kipc_chunk chunk;
	uint32_t handle;
	pthread_t thread;

	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &server));
	ASSERT_EQ(0, kipc_open(NULL, 0, 0, &client));
	ASSERT_EQ(0, kipc_node_new(server, serve, &served, 0, &served.node));
	ASSERT_EQ(0, kipc_node_publish(served.node, NAME ".node", 0600));
	ASSERT_EQ(0, pthread_create(&thread, NULL, serve_all, server));
	ASSERT_EQ(0, kipc_name_lookup(client, NAME ".node", KIPC_RIGHT_CALL,
				      KIPC_FOREVER, &handle, NULL));
	ASSERT_EQ(0, kipc_chunk_loan(self->chunks, &chunk));
	strcpy(chunk.data, "hello");
	kipc_attachment_set_chunk(&attachment, self->chunks, &chunk);
	/* What is not taken goes back. */
	EXPECT_EQ(0, kipc_callv(client, handle, 0, &content, KIPC_FOREVER,
				NULL));
	served.take = true;
	EXPECT_EQ(0, kipc_callv(client, handle, 0, &content, KIPC_FOREVER,
				NULL));
	EXPECT_EQ(0, served.ret);
	EXPECT_STREQ("hello", served.text);
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &served.got));
	/* What is lent is gone with the call. */
	kipc_attachment_lend(&attachment);
	EXPECT_EQ(0, kipc_callv(client, handle, 0, &content, KIPC_FOREVER,
				NULL));
	EXPECT_EQ(0, served.ret);
	EXPECT_EQ(-ENXIO, kipc_chunk_release(self->chunks, &served.got));
	EXPECT_EQ(0, kipc_chunk_release(self->chunks, &chunk));
	EXPECT_EQ(CHUNKS, chunks_free(self->view));
	kipc_serve_stop(server);
	pthread_join(thread, NULL);
	kipc_close(client);
	kipc_close(server);
}

TEST_HARNESS_MAIN
