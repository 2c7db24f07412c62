// SPDX-License-Identifier: GPL-2.0-only
/* The coordinator: hands out pieces of text and adds up what is reported. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

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
	return coordinator->pieces->done == coordinator->pieces->count;
}

static bool all_gone(const struct coordinator *coordinator)
{
	for (unsigned int i = 0; i < coordinator->crew->count; i++) {
		if (coordinator->crew->members[i].state < MEMBER_TOLD)
			return false;
	}
	return true;
}

/* Answer with a piece of text: one copy, from the file into the worker's pool */
static int hand_out(struct coordinator *coordinator, struct member *member,
		    struct kipc_request *request, size_t number)
{
	struct piece *piece = &coordinator->pieces->list[number];
	struct demo_piece header = {
		.piece = number,
		.in_word = piece->in_word,
		.halfway = coordinator->victim == member,
	};
	struct iovec iov[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (char *)piece->text, .iov_len = piece->size },
	};
	struct kipc_content content = { .iov = iov, .iov_count = 2 };

	return kipc_request_replyv(request, 0, &content, KIPC_REPLY_NOW);
}

/*
 * Answer a worker's request for work, if that is possible now.
 *
 * Return: 0, -EAGAIN if there is nothing to hand out yet, or -errno.
 */
static int answer_worker(struct coordinator *coordinator,
			 struct member *member, struct kipc_request *request)
{
	struct pieces *pieces = coordinator->pieces;
	size_t number;
	int ret;

	if (all_done(coordinator)) {
		member->state = MEMBER_TOLD;
		return kipc_request_reply(request, DEMO_NO_MORE, NULL, 0);
	}
	if (coordinator->joined < coordinator->crew->count)
		return -EAGAIN;
	number = pieces_take(pieces);
	if (number == pieces->count)
		return -EAGAIN;
	if (!coordinator->victim && number >= pieces->count / 2)
		coordinator->victim = member;
	ret = hand_out(coordinator, member, request, number);
	if (ret < 0) {
		pieces_put_back(pieces, number);
		return fail(coordinator, "cannot hand out a piece", ret);
	}
	member->piece = number;
	if (pieces->list[number].handed > 1)
		report_event(coordinator, "piece %zu goes to worker %u",
			     number + 1, member->number);
	return 0;
}

/* Answer those who wait, now that something changed */
static void answer_waiting(struct coordinator *coordinator)
{
	for (unsigned int i = 0; i < coordinator->crew->count; i++) {
		struct member *member = &coordinator->crew->members[i];

		if (!member->waiting || member->piece != DEMO_NO_PIECE)
			continue;
		if (answer_worker(coordinator, member, member->waiting) ==
		    -EAGAIN)
			continue;
		kipc_request_free(member->waiting);
		member->waiting = NULL;
	}
}

static void bury(struct coordinator *coordinator, struct member *member)
{
	int ret = -ECANCELED;

	member->state = MEMBER_DEAD;
	if (member->waiting)
		ret = kipc_request_reply(member->waiting, 0, NULL, 0);
	kipc_request_free(member->waiting);
	member->waiting = NULL;
	if (member != coordinator->victim)
		fail(coordinator, "a worker died that nobody killed", 0);
	else if (ret != -ECANCELED)
		fail(coordinator, "the dead worker's call was answered", ret);
	else
		coordinator->noticed = true;
	if (member->piece == DEMO_NO_PIECE)
		return;
	pieces_put_back(coordinator->pieces, member->piece);
	report_death(coordinator, member);
	member->piece = DEMO_NO_PIECE;
}

/* A worker that was told to go may be gone before this process is */
static void on_death(struct kipc *endpoint, uint32_t handle, void *userdata)
{
	struct coordinator *coordinator = userdata;
	struct member *member = crew_find_handle(coordinator->crew, handle);

	if (member->state == MEMBER_JOINED)
		bury(coordinator, member);
	kipc_watch_free(member->watch);
	kipc_handle_drop(endpoint, handle);
	member->watch = NULL;
	member->handle = 0;
	if (!crew_alive(coordinator->crew))
		fail(coordinator, "all workers are dead", 0);
	answer_waiting(coordinator);
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
	member->state = MEMBER_JOINED;
	coordinator->joined++;
	if (coordinator->joined == coordinator->crew->count) {
		report_start(coordinator);
		answer_waiting(coordinator);
	}
	return 0;
}

static int take_result(struct coordinator *coordinator, struct member *member,
		       const struct demo_result *result)
{
	const struct piece *piece;

	if (result->piece != member->piece)
		return fail(coordinator, "result of another's piece", -EPROTO);
	if (result->piece == DEMO_NO_PIECE)
		return 0;
	piece = &coordinator->pieces->list[result->piece];
	pieces_finish(coordinator->pieces, result->piece, result->words);
	member->piece = DEMO_NO_PIECE;
	member->pieces++;
	member->bytes += piece->size;
	member->words += result->words;
	if (piece->handed > 1)
		report_redone(coordinator, member, result);
	if (all_done(coordinator)) {
		report_end(coordinator);
		answer_waiting(coordinator);
	}
	return 0;
}

static int on_next(struct coordinator *coordinator, struct member *member,
		   struct kipc_request *request,
		   const struct demo_result *result)
{
	int ret;

	if (member->state != MEMBER_JOINED || member->waiting)
		return -EPROTO;
	ret = take_result(coordinator, member, result);
	if (!ret)
		ret = answer_worker(coordinator, member, request);
	if (ret == -EAGAIN)
		ret = kipc_request_defer(request, &member->waiting);
	return ret;
}

/* The victim waits in this call, with the piece in its pool */
static int on_halfway(struct coordinator *coordinator, struct member *member,
		      struct kipc_request *request,
		      const struct demo_result *result)
{
	int ret;

	if (member != coordinator->victim || result->piece != member->piece ||
	    member->waiting)
		return -EPROTO;
	ret = kipc_request_defer(request, &member->waiting);
	if (ret < 0)
		return ret;
	coordinator->lost = result->piece;
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
	if (kipc_request_code(request) == DEMO_NEXT)
		return on_next(coordinator, member, request, result);
	if (kipc_request_code(request) == DEMO_HALFWAY)
		return on_halfway(coordinator, member, request, result);
	return -EOPNOTSUPP;
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
	while (!all_gone(coordinator) && !coordinator->failed) {
		ret = kipc_dispatch(coordinator->endpoint,
				    kipc_deadline_ms(SILENCE_MS));
		if (ret < 0 && ret != -EINTR)
			return fail(coordinator, "waiting for workers", ret);
	}
	return 0;
}

int coordinator_run(struct coordinator *coordinator, const char *name)
{
	int ret;

	ret = kipc_open(NULL, 0, 0, &coordinator->endpoint);
	if (ret < 0)
		return fail(coordinator, "/dev/kipc", ret);
	ret = serve(coordinator, name);
	for (unsigned int i = 0; i < coordinator->crew->count; i++)
		kipc_request_free(coordinator->crew->members[i].waiting);
	kipc_close(coordinator->endpoint);
	return ret;
}

bool coordinator_verdict(const struct coordinator *coordinator)
{
	const struct pieces *pieces = coordinator->pieces;

	if (coordinator->failed || !all_done(coordinator))
		return false;
	if (!pieces->count)
		return true;
	return coordinator->noticed && coordinator->redone_by &&
	       coordinator->redone_by != coordinator->victim &&
	       pieces->list[coordinator->lost].handed == 2;
}
