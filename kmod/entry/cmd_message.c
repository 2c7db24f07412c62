// SPDX-License-Identifier: GPL-2.0-only
/* Commands that send and receive */
#include <linux/string.h>
#include <linux/uaccess.h>

#include "core/limits.h"
#include "entry/command.h"
#include "rpc/endpoint.h"
#include "rpc/node.h"
#include "rpc/send.h"
#include "rpc/served.h"

/* Finds the slice that is to be freed along with a command, if there is one. */
static int claim(struct kipc_command *command, u32 flags, u64 offset,
		 struct kipc_slice **slice)
{
	*slice = NULL;
	if (!(flags & KIPC_FREE_SLICE))
		return 0;
	*slice = kipc_pool_claim(&command->endpoint->pool, offset);
	return *slice ? 0 : -ENXIO;
}

/* The command is over: was the slice freed? */
static void settle(struct kipc_command *command, struct kipc_slice *slice,
		   bool freed, u32 *flags)
{
	if (freed) {
		*flags &= ~KIPC_FREE_SLICE;
		command->write_back = true;
	} else if (slice) {
		kipc_pool_unclaim(&command->endpoint->pool, slice);
	}
}

#define SENDING		(KIPC_FREE_SLICE | KIPC_VEC | KIPC_CLEAR)
#define SEND_FLAGS	(SENDING | KIPC_WAIT | KIPC_SEND_UPDATE)
#define CALL_FLAGS	(SENDING | KIPC_WAIT | KIPC_CALL_RESUME |		\
			 KIPC_CALL_OWN_DEADLINE | KIPC_CALL_NO_INHERIT |	\
			 KIPC_CALL_SMALL)

/* Looks beforehand whether a nested call could be told. */
static int probe_message(u64 address)
{
	u8 __user *message = u64_to_user_ptr(address);

	return kipc_probe_user(message) ?:
	       kipc_probe_user(message + sizeof(struct kipc_message) - 1);
}

static bool call_is_valid(const struct kipc_call *args)
{
	if (args->flags & ~CALL_FLAGS)
		return false;
	return !args->id || args->flags & KIPC_CALL_RESUME;
}

/**
 * kipc_run_call() - KIPC_CALL
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_call(struct kipc_command *command)
{
	struct kipc_call *args = &command->args.call;
	bool resume = args->flags & KIPC_CALL_RESUME;
	struct kipc_slice *slice;
	int ret;

	command->write_back = true;
	args->stage = resume ? KIPC_STAGE_NESTED : KIPC_STAGE_NOT_QUEUED;
	if (!call_is_valid(args))
		return -EINVAL;
	ret = args->message ? probe_message(args->message) : 0;
	if (!ret)
		ret = claim(command, args->flags, args->free, &slice);
	if (ret)
		return ret;
	if (resume)
		ret = kipc_call_resume(command->endpoint, args, slice,
				       &command->awaited);
	else
		ret = kipc_call(command->endpoint, args, slice,
				&command->awaited);
	settle(command, slice, args->stage != KIPC_STAGE_NOT_QUEUED,
	       &args->flags);
	return ret;
}

/**
 * kipc_finish_call() - the caller knows of what it got, or does not
 * @command: the command
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_call(struct kipc_command *command, bool delivered)
{
	kipc_call_finish(command->endpoint, &command->awaited, delivered);
}

static int recv_check(const struct kipc_recv *args)
{
	if (args->flags & ~(KIPC_FREE_SLICE | KIPC_NONBLOCK) || args->reserved)
		return -EINVAL;
	return 0;
}

/* @slice is the one to be freed first, claimed, or NULL. */
static int recv(struct kipc_command *command, struct kipc_recv *args,
		struct kipc_slice *slice)
{
	if (slice) {
		kipc_pool_free_claimed(&command->endpoint->pool, slice);
		settle(command, slice, true, &args->flags);
	}
	return kipc_recv(command->endpoint, args,
			 command->nonblock || args->flags & KIPC_NONBLOCK,
			 &command->hand);
}

/**
 * kipc_run_recv() - KIPC_RECV
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_recv(struct kipc_command *command)
{
	struct kipc_recv *args = &command->args.recv;
	struct kipc_slice *slice;
	int ret;

	ret = recv_check(args);
	if (!ret)
		ret = claim(command, args->flags, args->free, &slice);
	if (ret)
		return ret;
	return recv(command, args, slice);
}

/**
 * kipc_finish_recv() - the receiver knows of its message, or does not
 * @command: the command
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_recv(struct kipc_command *command, bool delivered)
{
	kipc_hand_finish(command->endpoint, &command->hand,
			 &command->args.recv.message, delivered);
}

/**
 * kipc_run_recv_batch() - KIPC_RECV_BATCH
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_recv_batch(struct kipc_command *command)
{
	struct kipc_recv_batch *args = &command->args.recv_batch;

	if (args->flags & ~KIPC_NONBLOCK || args->reserved || !args->count)
		return -EINVAL;
	if (args->count > KIPC_BATCH_MAX)
		return -E2BIG;
	args->received = 0;
	command->write_back = true;
	return kipc_recv_batch(command->endpoint, args,
			       command->nonblock ||
			       args->flags & KIPC_NONBLOCK);
}

static int reply_check(const struct kipc_reply *args)
{
	if (args->flags & ~SENDING || args->reserved)
		return -EINVAL;
	return 0;
}

static int reply(struct kipc_command *command, struct kipc_reply *args,
		 struct kipc_slice *slice)
{
	int ret;

	ret = kipc_reply(command->endpoint, args, slice);
	settle(command, slice, slice && (!ret || ret == -ECANCELED),
	       &args->flags);
	return ret;
}

/**
 * kipc_run_reply() - KIPC_REPLY
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_reply(struct kipc_command *command)
{
	struct kipc_reply *args = &command->args.reply;
	struct kipc_slice *slice;
	int ret;

	ret = reply_check(args);
	if (!ret)
		ret = claim(command, args->flags, args->free, &slice);
	if (ret)
		return ret;
	return reply(command, args, slice);
}

/* The first half of KIPC_REPLY_RECV */
static int reply_first(struct kipc_command *command, struct kipc_reply *args)
{
	struct kipc_slice *slice;
	int ret;

	if (!args->token)
		return 0;
	ret = claim(command, args->flags, args->free, &slice);
	if (ret)
		return ret;
	ret = reply(command, args, slice);
	if (!ret || ret == -ECANCELED)
		command->write_back = true;
	return ret;
}

/**
 * kipc_run_reply_recv() - KIPC_REPLY_RECV
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_reply_recv(struct kipc_command *command)
{
	struct kipc_reply_recv *args = &command->args.reply_recv;
	struct kipc_slice *slice;
	int ret;

	ret = reply_check(&args->reply);
	if (!ret)
		ret = recv_check(&args->recv);
	if (!ret && !args->reply.token &&
	    memchr_inv(&args->reply, 0, sizeof(args->reply)))
		ret = -EINVAL;
	if (!ret)
		ret = claim(command, args->recv.flags, args->recv.free, &slice);
	if (ret)
		return ret;
	ret = reply_first(command, &args->reply);
	if (ret)
		settle(command, slice, false, &args->recv.flags);
	else
		ret = recv(command, &args->recv, slice);
	/* It can be issued again. */
	if (ret && command->write_back)
		memset(&args->reply, 0, sizeof(args->reply));
	return ret;
}

/**
 * kipc_finish_reply_recv() - the receiver knows of its message, or does not
 * @command: the command
 * @delivered: whether it knows
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_reply_recv(struct kipc_command *command, bool delivered)
{
	kipc_hand_finish(command->endpoint, &command->hand,
			 &command->args.reply_recv.recv.message, delivered);
}

/**
 * kipc_run_send() - KIPC_SEND
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_send(struct kipc_command *command)
{
	struct kipc_send *args = &command->args.send;
	struct kipc_slice *slice;
	u32 sent;
	int ret;

	if (args->flags & ~SEND_FLAGS || args->reserved ||
	    (args->deadline && !(args->flags & KIPC_WAIT)))
		return -EINVAL;
	ret = claim(command, args->flags, args->free, &slice);
	if (ret)
		return ret;
	ret = kipc_send(command->endpoint, args, slice, &sent);
	settle(command, slice, slice && !ret, &args->flags);
	/* It is seldom another one than it was. */
	if (!ret && args->sent != sent) {
		args->sent = sent;
		command->write_back = true;
	}
	return ret;
}

/**
 * kipc_run_notify() - KIPC_NOTIFY
 * @command: the command
 *
 * Context: Process context.
 * Return: 0 or what the ABI says.
 */
int kipc_run_notify(struct kipc_command *command)
{
	struct kipc_notify *args = &command->args.notify;

	if (args->flags & ~KIPC_NOTIFY_OWN || !args->bits)
		return -EINVAL;
	return kipc_node_notify(command->endpoint, args->handle,
				args->flags & KIPC_NOTIFY_OWN, args->bits);
}

/**
 * kipc_run_free() - KIPC_FREE
 * @command: the command
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_run_free(struct kipc_command *command)
{
	struct kipc_free *args = &command->args.free;
	u64 __user *offsets = u64_to_user_ptr(args->offsets);
	struct kipc_pool *pool = &command->endpoint->pool;
	struct kipc_slice *slice;
	u64 offset;

	if (args->flags || args->reserved)
		return -EINVAL;
	if (args->count > KIPC_BATCH_MAX)
		return -E2BIG;
	command->write_back = true;
	for (args->freed = 0; args->freed < args->count; args->freed++) {
		if (get_user(offset, &offsets[args->freed]))
			return -EFAULT;
		slice = kipc_pool_claim(pool, offset);
		if (!slice)
			return -ENXIO;
		kipc_pool_free_claimed(pool, slice);
	}
	return 0;
}
