// SPDX-License-Identifier: GPL-2.0-only
/* The coordinator: posts pieces of text and adds up what is reported. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "coordinator.h"
#include "protocol.h"
#include "report.h"

/* Nothing at all should ever take so long */
#define SILENCE_MS	30000

static int fail(struct coordinator *coordinator, const char *what, int ret)
{
	if (ret < 0)
		fprintf(stderr, "kipc-demo: %s: %s\n", what, strerror(-ret));
	else
		fprintf(stderr, "kipc-demo: %s\n", what);
	coordinator->failed = true;
	return ret;
}

static bool all_done(const struct coordinator *coordinator)
{
	return coordinator->pieces.done == coordinator->pieces.count;
}

static bool all_gone(const struct coordinator *coordinator)
{
	for (unsigned int i = 0; i < coordinator->crew->count; i++) {
		if (coordinator->crew->members[i].state < MEMBER_LEFT)
			return false;
	}
	return true;
}

/* Nobody waits for anything any more: the workers find the mailbox ended, and go */
static void end(struct coordinator *coordinator)
{
	int ret = queue_end(&coordinator->queue, &coordinator->info);

	if (ret < 0)
		fail(coordinator, "mailbox", ret);
}

static void start(struct coordinator *coordinator)
{
	report_start(coordinator);
	if (all_done(coordinator))
		end(coordinator);
}

static void bury(struct coordinator *coordinator, struct member *member)
{
	int ret = -ECANCELED;

	member->state = MEMBER_DEAD;
	if (member->waiting)
		ret = kipc_request_reply(member->waiting, 0, NULL, 0);
	kipc_request_free(member->waiting);
	member->waiting = NULL;
	if (member != coordinator->victim) {
		fail(coordinator, "a worker died that nobody killed", 0);
	} else if (ret != -ECANCELED) {
		fail(coordinator, "the dead worker's call was answered", ret);
	} else {
		coordinator->noticed = true;
		report_death(coordinator, member);
	}
}

/* The victim's notice can come after the piece was done by another one */
static void on_death(struct kipc *endpoint, uint32_t handle, void *userdata)
{
	struct coordinator *coordinator = userdata;
	struct member *member = crew_find_handle(coordinator->crew, handle);

	if (member == coordinator->victim || !all_done(coordinator))
		bury(coordinator, member);
	else
		member->state = MEMBER_LEFT;
	kipc_watch_free(member->watch);
	kipc_handle_drop(endpoint, handle);
	member->watch = NULL;
	member->handle = 0;
	if (!crew_alive(coordinator->crew))
		fail(coordinator, "all workers are dead", 0);
}

/* The answer brings the worker its side of the mailbox, and a view of its own */
static int welcome(struct coordinator *coordinator,
		   struct kipc_request *request)
{
	struct kipc_attachment attachments[2];
	const struct kipc_content content = {
		.attachments = attachments, .attachment_count = 2,
	};
	int view, ret;

	view = kipc_region_view(coordinator->text->view, KIPC_REGION_READ, 0,
				0, NULL);
	if (view < 0)
		return view;
	kipc_attachment_set_fd(&attachments[0], coordinator->queue.receive);
	kipc_attachment_set_fd(&attachments[1], view);
	ret = kipc_request_replyv(request, 0, &content, KIPC_REPLY_NOW);
	close(view);
	return ret;
}

static int on_join(struct coordinator *coordinator, struct member *member,
		   struct kipc_request *request)
{
	int ret;

	if (member->state != MEMBER_STARTED)
		return -EALREADY;
	ret = kipc_request_take_handle(request, 0, &member->handle);
	if (ret < 0)
		return fail(coordinator, "no node came with a join", ret);
	ret = kipc_handle_watch(coordinator->endpoint, member->handle, on_death,
				coordinator, &member->watch);
	if (ret < 0)
		return fail(coordinator, "cannot watch a worker", ret);
	ret = welcome(coordinator, request);
	if (ret < 0)
		return fail(coordinator, "cannot hand over mailbox and text",
			    ret);
	member->state = MEMBER_JOINED;
	coordinator->joined++;
	if (coordinator->joined == coordinator->crew->count)
		start(coordinator);
	return 0;
}

static int on_result(struct coordinator *coordinator, struct member *member,
		     const struct demo_result *result)
{
	struct pieces *pieces = &coordinator->pieces;
	int ret;

	if (member->state != MEMBER_JOINED || result->piece >= pieces->count)
		return fail(coordinator, "a result that cannot be", -EPROTO);
	if (!pieces_finish(pieces, result->piece, result->words)) {
		coordinator->twice++;
		return 0;
	}
	member->pieces++;
	member->bytes += pieces->list[result->piece].size;
	member->words += result->words;
	if (coordinator->victim && result->piece == coordinator->lost)
		report_redone(coordinator, member, result);
	ret = text_done(coordinator->text, result->piece);
	if (ret < 0)
		return fail(coordinator, "cannot release a piece", ret);
	if (all_done(coordinator)) {
		report_end(coordinator);
		end(coordinator);
	}
	return 0;
}

/* The victim waits in this call, with the piece leased to it */
static int on_halfway(struct coordinator *coordinator, struct member *member,
		      struct kipc_request *request,
		      const struct demo_result *result)
{
	int ret;

	if (coordinator->victim || member->state != MEMBER_JOINED ||
	    result->piece >= coordinator->pieces.count)
		return -EPROTO;
	ret = kipc_request_defer(request, &member->waiting);
	if (ret < 0)
		return ret;
	coordinator->victim = member;
	coordinator->lost = result->piece;
	coordinator->leased = text_is_leased(coordinator->text, result->piece,
					     member->pid) > 0;
	report_kill(coordinator, member, result);
	if (kill(member->pid, SIGKILL) < 0)
		return fail(coordinator, "kill", -errno);
	return 0;
}

static int on_request(struct kipc_request *request, void *userdata)
{
	struct coordinator *coordinator = userdata;
	const struct demo_result *result = kipc_request_data(request);
	struct kipc_sender sender;
	struct member *member;

	kipc_request_sender(request, &sender);
	member = crew_find(coordinator->crew, sender.pid);
	if (!member)
		return -EPERM;
	if (kipc_request_code(request) == DEMO_JOIN)
		return on_join(coordinator, member, request);
	if (kipc_request_size(request) != sizeof(*result))
		return -EINVAL;
	if (kipc_request_code(request) == DEMO_HALFWAY)
		return on_halfway(coordinator, member, request, result);
	if (kipc_request_code(request) == DEMO_RESULT)
		return on_result(coordinator, member, result);
	return -EOPNOTSUPP;
}

/* More pieces, if there is room for them, and then what a worker has to say */
static int work(struct coordinator *coordinator)
{
	const struct pieces *pieces = &coordinator->pieces;
	int ret = 0;

	if (coordinator->joined == coordinator->crew->count)
		ret = queue_fill(&coordinator->queue, coordinator->text, pieces,
				 pieces->count / 2);
	if (ret < 0)
		return fail(coordinator, "cannot post a piece", ret);
	ret = kipc_dispatch(coordinator->endpoint,
			    kipc_deadline_ms(SILENCE_MS));
	if (ret < 0 && ret != -EINTR)
		return fail(coordinator, "waiting for workers", ret);
	return 0;
}

static int serve(struct coordinator *coordinator, const char *name)
{
	struct kipc_node *node;
	int ret;

	ret = kipc_node_new(coordinator->endpoint, on_request, coordinator, 0,
			    &node);
	if (ret < 0)
		return fail(coordinator, "node", ret);
	ret = kipc_node_publish(node, name, 0600);
	if (ret < 0)
		return fail(coordinator, name, ret);
	while (!ret && !all_gone(coordinator) && !coordinator->failed)
		ret = work(coordinator);
	return ret;
}

static int prepare(struct coordinator *coordinator)
{
	int ret;

	ret = text_load(coordinator->text, coordinator->endpoint);
	if (ret < 0)
		return fail(coordinator, coordinator->text->path, ret);
	ret = pieces_cut(&coordinator->pieces, coordinator->text);
	if (ret < 0)
		return fail(coordinator, "pieces", ret);
	ret = queue_open(&coordinator->queue, coordinator->endpoint,
			 coordinator->crew->count);
	return ret < 0 ? fail(coordinator, "mailbox", ret) : 0;
}

int coordinator_run(struct coordinator *coordinator, const char *name)
{
	int ret;

	coordinator->queue = (struct queue){ .send = -1, .receive = -1 };
	ret = kipc_open(NULL, 0, 0, &coordinator->endpoint);
	if (ret < 0)
		return fail(coordinator, "/dev/kipc", ret);
	ret = prepare(coordinator);
	if (!ret)
		ret = serve(coordinator, name);
	for (unsigned int i = 0; i < coordinator->crew->count; i++)
		kipc_request_free(coordinator->crew->members[i].waiting);
	queue_close(&coordinator->queue);
	kipc_close(coordinator->endpoint);
	return ret;
}

void coordinator_end(struct coordinator *coordinator)
{
	if (!coordinator->failed)
		coordinator->chunks_used = text_chunks_used(coordinator->text);
	text_unload(coordinator->text);
}

bool coordinator_verdict(const struct coordinator *coordinator)
{
	const struct pieces *pieces = &coordinator->pieces;

	if (coordinator->failed || !all_done(coordinator) ||
	    coordinator->chunks_used)
		return false;
	if (!pieces->count)
		return true;
	return coordinator->noticed && coordinator->leased &&
	       coordinator->redone_by &&
	       coordinator->redone_by != coordinator->victim &&
	       coordinator->deliveries == 2;
}
