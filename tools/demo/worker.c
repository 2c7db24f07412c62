// SPDX-License-Identifier: GPL-2.0-only
/* A worker process: leases pieces of text by the mailbox and counts their words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#include "protocol.h"
#include "words.h"
#include "worker.h"

#define WAIT_MS		10000

/* One at a time */
#define LEASES		1

/**
 * struct worker - this process's side of the conversation
 * @endpoint: its endpoint
 * @coordinator: handle for the coordinator's node
 * @mailbox: by which pieces come
 * @chunks: where they are
 */
struct worker {
	struct kipc *endpoint;
	uint32_t coordinator;
	int mailbox;
	struct kipc_chunks *chunks;
};

/**
 * struct work - a piece to do
 * @piece: which
 * @chunk: where it is
 * @mail: how it came
 */
struct work {
	struct demo_piece piece;
	struct kipc_chunk chunk;
	struct kipc_mail mail;
};

/* The node is never called: it is there to die with this process */
static int refuse(struct kipc_request *request, void *userdata)
{
	(void)request;
	(void)userdata;
	return -EOPNOTSUPP;
}

/* What comes with the answer */
static int take_tools(struct worker *worker, struct kipc_result *answer)
{
	int view, ret;

	worker->mailbox = kipc_result_take_fd(answer, 0);
	if (worker->mailbox < 0)
		return worker->mailbox;
	view = kipc_result_take_fd(answer, 1);
	if (view < 0)
		return view;
	ret = kipc_chunks_new(view, LEASES, &worker->chunks);
	close(view);
	return ret;
}

static int join(struct worker *worker)
{
	struct kipc_attachment attachment;
	struct kipc_content content = {
		.attachments = &attachment,
		.attachment_count = 1,
	};
	struct kipc_result answer;
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(worker->endpoint, refuse, NULL, 0, &node);
	if (ret < 0)
		return ret;
	kipc_attachment_set_node(&attachment, node, KIPC_RIGHT_WATCH);
	ret = kipc_callv(worker->endpoint, worker->coordinator, DEMO_JOIN,
			 &content, KIPC_FOREVER, &answer);
	if (ret < 0)
		return ret;
	ret = answer.code ?: take_tools(worker, &answer);
	kipc_result_release(&answer);
	return ret;
}

/* Only the answer's code is of interest */
static int tell(struct worker *worker, enum demo_method method,
		const struct demo_result *result)
{
	return kipc_call(worker->endpoint, worker->coordinator, method, result,
			 sizeof(*result), KIPC_FOREVER, NULL);
}

static int count(struct worker *worker, const struct work *work)
{
	const struct demo_piece *piece = &work->piece;
	struct demo_result result = {
		.piece = piece->piece,
		.deliveries = work->mail.deliveries,
	};
	const char *text = work->chunk.data;
	size_t size = piece->size;
	bool halfway = piece->halfway && work->mail.deliveries == 1;
	size_t half = halfway ? size / 2 : 0;
	bool in_word = piece->in_word;
	int ret = 0;

	result.words = words_count(text, half, &in_word);
	if (halfway)
		ret = tell(worker, DEMO_HALFWAY, &result);
	result.words += words_count(text + half, size - half, &in_word);
	return ret ?: tell(worker, DEMO_RESULT, &result);
}

static int take(struct worker *worker, struct work *work)
{
	struct kipc_attachment attachment;
	const struct kipc_mailbox_recv_options options = {
		.attachments = &attachment,
		.attachments_max = 1,
	};
	const struct iovec iov = {
		.iov_base = &work->piece, .iov_len = sizeof(work->piece),
	};
	ssize_t size;
	int ret;

	size = kipc_mailbox_recv_with(worker->mailbox, &iov, 1, &options,
				      KIPC_FOREVER, &work->mail);
	if (size < 0)
		return (int)size;
	if ((size_t)size < sizeof(work->piece) ||
	    !work->mail.attachment_count)
		return -EPROTO;
	ret = kipc_chunk_take(worker->chunks, &attachment, &work->chunk);
	return ret || work->piece.size > work->chunk.size ? -EPROTO : 0;
}

/* One piece: leased, counted where it is, reported, acknowledged */
static int work_once(struct worker *worker)
{
	struct work work;
	int ret;

	ret = take(worker, &work);
	if (ret)
		return ret;
	ret = count(worker, &work);
	if (ret)
		return ret;
	ret = kipc_chunk_release(worker->chunks, &work.chunk);
	if (ret)
		return ret;
	ret = kipc_mailbox_ack(worker->mailbox, work.mail.token);
	/* It took too long: another one counts it, too, and that is not used */
	return ret == -ENXIO ? 0 : ret;
}

static int work(struct worker *worker)
{
	int ret;

	do {
		ret = work_once(worker);
	} while (!ret || ret == -EINTR);
	/* Nobody can send any more, and there is nothing left */
	return ret == -EPIPE ? 0 : ret;
}

int worker_run(const char *name)
{
	struct worker worker = { 0 };
	int ret;

	ret = kipc_open(NULL, 0, 0, &worker.endpoint);
	if (!ret)
		ret = kipc_name_lookup(worker.endpoint, name, KIPC_RIGHT_CALL,
				       kipc_deadline_ms(WAIT_MS),
				       &worker.coordinator, NULL);
	if (!ret)
		ret = join(&worker);
	if (!ret)
		ret = work(&worker);
	if (ret)
		fprintf(stderr, "kipc-demo: worker %d: %s\n", (int)getpid(),
			strerror(ret < 0 ? -ret : EPROTO));
	return ret ? 1 : 0;
}
