// SPDX-License-Identifier: GPL-2.0-only
/* A worker process: asks for pieces of text and counts their words. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#include "protocol.h"
#include "words.h"
#include "worker.h"

#define WORKER_POOL	(4 * DEMO_PIECE_MAX)
#define WAIT_MS		10000

/**
 * struct worker - this process's side of the conversation
 * @endpoint: its endpoint
 * @coordinator: handle for the coordinator's node
 */
struct worker {
	struct kipc *endpoint;
	uint32_t coordinator;
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
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(worker->endpoint, refuse, NULL, 0, &node);
	if (ret < 0)
		return ret;
	kipc_attachment_set_node(&attachment, node, KIPC_RIGHT_WATCH);
	return kipc_callv(worker->endpoint, worker->coordinator, DEMO_JOIN,
			  &content, KIPC_FOREVER, NULL);
}

static int count(struct worker *worker, const struct kipc_result *answer,
		 struct demo_result *result)
{
	const struct demo_piece *piece = answer->data;
	const char *text = (const char *)(piece + 1);
	size_t size, half;
	bool in_word;
	int ret = 0;

	if (answer->size < sizeof(*piece))
		return -EPROTO;
	size = answer->size - sizeof(*piece);
	half = piece->halfway ? size / 2 : 0;
	in_word = piece->in_word;
	result->piece = piece->piece;
	result->words = words_count(text, half, &in_word);
	if (piece->halfway)
		ret = kipc_call(worker->endpoint, worker->coordinator,
				DEMO_HALFWAY, result, sizeof(*result),
				KIPC_FOREVER, NULL);
	result->words += words_count(text + half, size - half, &in_word);
	return ret;
}

static int work(struct worker *worker)
{
	struct demo_result result = { .piece = DEMO_NO_PIECE };
	struct kipc_result answer;
	int code;
	int ret;

	do {
		ret = kipc_call(worker->endpoint, worker->coordinator,
				DEMO_NEXT, &result, sizeof(result),
				KIPC_FOREVER, &answer);
		if (ret < 0)
			return ret;
		code = answer.code;
		if (!code)
			ret = count(worker, &answer, &result);
		kipc_result_release(&answer);
	} while (!code && !ret);
	return code == DEMO_NO_MORE ? 0 : ret ?: code;
}

int worker_run(const char *name)
{
	struct worker worker;
	int ret;

	ret = kipc_open(NULL, WORKER_POOL, 0, &worker.endpoint);
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
