// SPDX-License-Identifier: GPL-2.0-only
/* Senders of other users, and what each user has of a receiver. */
#include <sys/syscall.h>

#include "stranger.h"

/* Of this thread only; its other ids stay root's. */
static void set_euid(__u32 uid)
{
	must_errno(syscall(SYS_setresuid, -1, uid, -1));
}

/* Opens an endpoint that is another user's. */
void stranger_open(struct endpoint *endpoint, size_t pool_size, __u32 uid)
{
	set_euid(uid);
	endpoint_open(endpoint, pool_size);
	set_euid(0);
}

/* ... and gives it a handle to the node of a pair. */
__u32 stranger_connect(struct endpoint *stranger, struct pair *pair, __u32 uid)
{
	stranger_open(stranger, POOL, uid);
	return connect_to(stranger, &pair->server, pair->node,
			  KIPC_RIGHTS_ALL);
}

/* Whether the user has anything there; @usage is zero if not. */
bool usage_read(struct endpoint *endpoint, __u32 uid, struct usage *usage)
{
	char path[64], key[64], text[16384];
	const char *line;

	memset(usage, 0, sizeof(*usage));
	sprintf(path, "/proc/self/fdinfo/%d", endpoint->fd);
	must(file_read(path, text, sizeof(text)));
	sprintf(key, "\nkipc-sender:\tuid %u: ", uid);
	line = strstr(text, key);
	if (!line)
		return false;
	check(sscanf(line + strlen(key),
		     "bytes %u messages %u attachments %u one-way %u one-way-bytes %u",
		     &usage->bytes, &usage->messages, &usage->attachments,
		     &usage->one_way, &usage->one_way_bytes) == 5);
	return true;
}

__u32 usage_bytes(struct endpoint *endpoint, __u32 uid)
{
	struct usage usage;

	usage_read(endpoint, uid, &usage);
	return usage.bytes;
}

__u32 usage_messages(struct endpoint *endpoint, __u32 uid)
{
	struct usage usage;

	usage_read(endpoint, uid, &usage);
	return usage.messages;
}

/* As large as any pool of the tests that use it */
static const __u8 nothing[1 << 21];

/*
 * Makes a call whose deadline has passed. -ETIMEDOUT says that there was room for
 * it: it was queued and withdrawn.
 */
int call_probe(struct endpoint *endpoint, __u32 handle, size_t size)
{
	struct kipc_call call = {
		.handle = handle,
		.data = PTR(nothing),
		.data_size = size,
		.deadline = 1,
	};
	int ret = kipc(endpoint->fd, KIPC_CALL, &call);

	check(size <= sizeof(nothing));
	check(ret);
	check(call.stage == (ret == -ETIMEDOUT ? KIPC_STAGE_WITHDRAWN :
						 KIPC_STAGE_NOT_QUEUED));
	return ret;
}

/* Makes a call and has it answered; returns the slice, which the server keeps. */
__u64 call_hold(struct endpoint *endpoint, __u32 handle,
		struct endpoint *server, size_t size)
{
	struct caller caller = {
		.endpoint = endpoint,
		.call = {
			.handle = handle,
			.data = PTR(nothing),
			.data_size = size,
		},
	};
	struct kipc_message message;

	check(size <= sizeof(nothing));
	caller_run(&caller);
	must(recv_soon(server, &message));
	check(message.kind == KIPC_MSG_CALL && message.size == size);
	must(reply_empty(server, message.token));
	must(caller_join(&caller));
	return message.offset;
}
