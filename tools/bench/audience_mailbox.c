// SPDX-License-Identifier: GPL-2.0-only
/* A broadcast mailbox of kipc's, which each reader opens by its name. */
#include <stdint.h>
#include <string.h>

#include "audience.h"
#include "mailbox.h"

#define NAME		"bench.broadcast"

/* How many messages a reader may be late */
#define MESSAGES	4

struct mailbox_audience {
	struct mailbox writer;
	struct mailbox readers[AUDIENCE_READERS];
	/* how many files these are */
	unsigned int opened;
};

static int open_reader(struct mailbox *reader)
{
	const struct kipc_mailbox_open open = {
		.flags = KIPC_MAILBOX_READ,
		.name = (uintptr_t)NAME,
		.name_size = strlen(NAME),
		.dead_letter = -1,
	};

	return mailbox_open(reader, &open);
}

static int open_all(struct audience *audience)
{
	struct mailbox_audience *state = audience->state;
	const struct kipc_mailbox_open open = {
		.flags = KIPC_MAILBOX_WRITE | KIPC_MAILBOX_CREATE |
			 KIPC_MAILBOX_EXCLUSIVE | KIPC_MAILBOX_LAST_CLOSE,
		.kind = KIPC_MAILBOX_BROADCAST,
		.policy = KIPC_MAILBOX_DROP,
		.name = (uintptr_t)NAME,
		.name_size = strlen(NAME),
		.mode = 0600,
		.dead_letter = -1,
		.messages_max = MESSAGES,
		.size_max = (__u32)audience->size,
	};

	if (mailbox_open(&state->writer, &open) < 0)
		return -1;
	state->opened++;
	while (state->opened <= AUDIENCE_READERS) {
		if (open_reader(&state->readers[state->opened - 1]) < 0)
			return -1;
		state->opened++;
	}
	return 0;
}

static void send(struct audience *audience, void *data)
{
	struct mailbox_audience *state = audience->state;

	mailbox_put(&state->writer, data, audience->size, 0);
}

static void receive(struct audience *audience, unsigned int reader, void *data)
{
	struct mailbox_audience *state = audience->state;

	mailbox_take(&state->readers[reader], data, audience->size);
}

static void close_all(struct audience *audience)
{
	struct mailbox_audience *state = audience->state;

	while (state->opened > 1)
		mailbox_close(&state->readers[--state->opened - 1]);
	if (state->opened)
		mailbox_close(&state->writer);
}

const struct audience_ops audience_mailbox = {
	.name = "kipc-mailbox",
	.state_size = sizeof(struct mailbox_audience),
	.open = open_all,
	.send = send,
	.receive = receive,
	.close = close_all,
};
