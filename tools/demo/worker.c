// SPDX-License-Identifier: GPL-2.0-only
/* A worker process: takes pieces of text from the mailbox and counts their words. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#include "protocol.h"
#include "words.h"
#include "worker.h"

#define WAIT_MS		10000

/**
 * struct worker - this process's side of the conversation
 * @endpoint: its endpoint
 * @coordinator: handle for the coordinator's node
 * @mailbox: where the pieces are
 * @size_max: size of its largest message
 * @message: room for that
 */
struct worker {
	struct kipc *endpoint;
	uint32_t coordinator;
	int mailbox;
	size_t size_max;
	struct demo_piece *message;
};

/* The node is never called: it is there to die with this process */
static int refuse(struct kipc_request *request, void *userdata)
{
	(void)request;
	(void)userdata;
	return -EOPNOTSUPP;
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
	ret = answer.code ?: kipc_result_take_fd(&answer, 0);
	kipc_result_release(&answer);
	if (ret < 0)
		return ret;
	worker->mailbox = ret;
	return 0;
}

static int make_room(struct worker *worker)
{
	struct kipc_mailbox_info info;
	int ret = kipc_mailbox_info(worker->mailbox, &info);

	if (ret < 0)
		return ret;
	worker->size_max = info.size_max;
	worker->message = malloc(info.size_max);
	return worker->message ? 0 : -ENOMEM;
}

/* Only the answer's code is of interest */
static int tell(struct worker *worker, enum demo_method method,
		const struct demo_result *result)
{
	return kipc_call(worker->endpoint, worker->coordinator, method, result,
			 sizeof(*result), KIPC_FOREVER, NULL);
}

static int count(struct worker *worker, const struct kipc_mail *mail)
{
	const struct demo_piece *piece = worker->message;
	struct demo_result result = {
		.piece = piece->piece,
		.deliveries = mail->deliveries,
	};
	const char *text = (const char *)(piece + 1);
	size_t size = mail->size - sizeof(*piece);
	bool halfway = piece->halfway && mail->deliveries == 1;
	size_t half = halfway ? size / 2 : 0;
	bool in_word = piece->in_word;
	int ret = 0;

	result.words = words_count(text, half, &in_word);
	if (halfway)
		ret = tell(worker, DEMO_HALFWAY, &result);
	result.words += words_count(text + half, size - half, &in_word);
	return ret ?: tell(worker, DEMO_RESULT, &result);
}

/* One piece: leased, counted, reported, acknowledged */
static int work_once(struct worker *worker)
{
	struct kipc_mail mail;
	ssize_t size;
	int ret;

	size = kipc_mailbox_recv(worker->mailbox, worker->message,
				 worker->size_max, KIPC_FOREVER, &mail);
	if (size < 0)
		return (int)size;
	if ((size_t)size < sizeof(struct demo_piece))
		return -EPROTO;
	ret = count(worker, &mail);
	if (ret)
		return ret;
	ret = kipc_mailbox_ack(worker->mailbox, mail.token);
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
		ret = make_room(&worker);
	if (!ret)
		ret = work(&worker);
	if (ret)
		fprintf(stderr, "kipc-demo: worker %d: %s\n", (int)getpid(),
			strerror(ret < 0 ? -ret : EPROTO));
	return ret ? 1 : 0;
}
