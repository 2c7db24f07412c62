// SPDX-License-Identifier: GPL-2.0-only
/* Calls and messages, as the tests send and receive them. */
#include "message.h"

/* How long recv_soon() waits for what must come */
#define SOON		(20 * SECOND)

int recv_flags(struct endpoint *endpoint, __u32 flags, __u64 deadline,
	       struct kipc_message *message)
{
	struct kipc_recv recv = { .flags = flags, .deadline = deadline };
	int ret = kipc(endpoint->fd, KIPC_RECV, &recv);

	*message = recv.message;
	return ret;
}

/* Takes a message that is there already. */
int recv_now(struct endpoint *endpoint, struct kipc_message *message)
{
	return recv_flags(endpoint, KIPC_NONBLOCK, 0, message);
}

/* Waits for a message that must come. */
int recv_soon(struct endpoint *endpoint, struct kipc_message *message)
{
	return recv_flags(endpoint, 0, after(SOON), message);
}

/* Waits for a call, and returns its token. */
__u64 recv_call(struct endpoint *endpoint)
{
	struct kipc_message message;

	must(recv_soon(endpoint, &message));
	check(message.kind == KIPC_MSG_CALL);
	check(message.token);
	message_free(endpoint, &message);
	return message.token;
}

const void *payload(struct endpoint *endpoint, __u64 offset)
{
	return endpoint->pool + offset;
}

/* The attachment of that index behind @size bytes of payload. */
const struct kipc_attachment *attached(struct endpoint *endpoint, __u64 offset,
				       __u64 size, __u32 index)
{
	__u64 start = offset + ((size + 7) & ~7ULL);

	check(start % 8 == 0);
	check(start + (index + 1) * sizeof(struct kipc_attachment) <=
	      endpoint->pool_size);
	return (const struct kipc_attachment *)(endpoint->pool + start) + index;
}

const struct kipc_attachment *came(struct endpoint *endpoint,
				   const struct kipc_message *message,
				   __u32 index)
{
	check(index < message->attachment_count);
	return attached(endpoint, message->offset, message->size, index);
}

/* Frees the slice of a message, if it holds one. */
void message_free(struct endpoint *endpoint,
		  const struct kipc_message *message)
{
	if (message->flags & KIPC_MSG_SMALL)
		return;
	if (message->kind == KIPC_MSG_SEND || message->size ||
	    message->attachment_count || message->label_size)
		must(slice_free(endpoint, message->offset));
}

/* Frees the slice of a reply, if it holds one. */
void reply_free(struct endpoint *endpoint, const struct kipc_call *call)
{
	if (call->reply_flags & KIPC_MSG_SMALL)
		return;
	if (call->reply_size || call->reply_attachment_count)
		must(slice_free(endpoint, call->reply_offset));
}

int call_empty(struct endpoint *endpoint, __u32 handle)
{
	struct kipc_call call = { .handle = handle };

	return kipc(endpoint->fd, KIPC_CALL, &call);
}

int reply_bytes(struct endpoint *endpoint, __u64 token, const void *data,
		size_t size)
{
	struct kipc_reply reply = {
		.token = token,
		.data = PTR(data),
		.data_size = size,
	};

	return kipc(endpoint->fd, KIPC_REPLY, &reply);
}

int reply_empty(struct endpoint *endpoint, __u64 token)
{
	return reply_bytes(endpoint, token, NULL, 0);
}

int send_bytes(struct endpoint *endpoint, __u32 handle, const void *data,
	       size_t size)
{
	struct kipc_send send = {
		.handle = handle,
		.data = PTR(data),
		.data_size = size,
	};

	return kipc(endpoint->fd, KIPC_SEND, &send);
}

int send_attached(struct endpoint *endpoint, __u32 handle,
		  const struct kipc_attachment *attachments, __u32 count)
{
	struct kipc_send send = {
		.handle = handle,
		.attachments = PTR(attachments),
		.attachment_count = count,
	};

	return kipc(endpoint->fd, KIPC_SEND, &send);
}

/* A small generator (xorshift) whose state is the seed; never 0. */
__u32 next_random(__u32 *state)
{
	__u32 x = *state ? *state : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return *state = x;
}

/* Fills a buffer with bytes that only this seed gives. */
void fill(void *buffer, size_t size, __u32 seed)
{
	__u8 *bytes = buffer;
	size_t i;

	for (i = 0; i < size; i++)
		bytes[i] = (__u8)(seed + i + (i >> 8) * 7 + (seed >> 8));
}

bool filled(const void *buffer, size_t size, __u32 seed)
{
	const __u8 *bytes = buffer;
	size_t i;

	for (i = 0; i < size; i++) {
		if (bytes[i] !=
		    (__u8)(seed + i + (i >> 8) * 7 + (seed >> 8)))
			return false;
	}
	return true;
}

static void make_call(void *arg)
{
	struct caller *caller = arg;

	caller->ret = kipc(caller->endpoint->fd, KIPC_CALL, &caller->call);
}

/* Starts a thread that makes the call that stands in @caller. */
void caller_run(struct caller *caller)
{
	thread_start(&caller->thread, make_call, caller);
}

/* Starts a thread that makes an empty call. */
void caller_start(struct caller *caller, struct endpoint *endpoint,
		  __u32 handle)
{
	memset(&caller->call, 0, sizeof(caller->call));
	caller->endpoint = endpoint;
	caller->call.handle = handle;
	caller_run(caller);
}

int caller_join(struct caller *caller)
{
	thread_join(&caller->thread);
	return caller->ret;
}

/*
 * Answers each call with its own payload and code until one has the code
 * ECHO_STOP. The answer is read from the slice that is freed along with it.
 */
void echo_serve(struct endpoint *endpoint)
{
	struct kipc_reply_recv arg = { 0 };
	struct kipc_message *message = &arg.recv.message;

	do {
		must(kipc(endpoint->fd, KIPC_REPLY_RECV, &arg));
		check(message->kind == KIPC_MSG_CALL);
		memset(&arg.reply, 0, sizeof(arg.reply));
		arg.reply.token = message->token;
		arg.reply.code = message->code;
		arg.reply.data = PTR(endpoint->pool + message->offset);
		arg.reply.data_size = message->size;
		if (message->size || message->attachment_count) {
			arg.reply.flags = KIPC_FREE_SLICE;
			arg.reply.free = message->offset;
		}
	} while (message->code != ECHO_STOP);
	must(kipc(endpoint->fd, KIPC_REPLY, &arg.reply));
}

void echo_stop(struct endpoint *endpoint, __u32 handle)
{
	struct kipc_call call = { .handle = handle, .code = ECHO_STOP };

	must(kipc(endpoint->fd, KIPC_CALL, &call));
}
