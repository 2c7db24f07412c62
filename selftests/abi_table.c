// SPDX-License-Identifier: GPL-2.0-only
/* Every ioctl of the ABI in one table. */
#include "abi_prepare.h"

static const __u64 watch_cookie = 0xabc;

static void nothing(struct abi_world *world, void *arg)
{
	(void)world;
	(void)arg;
}

static void drain(struct abi_world *world, void *arg)
{
	struct kipc_message message;

	(void)arg;
	while (!recv_now(&world->pair.server, &message))
		message_free(&world->pair.server, &message);
}

static void prepare_node_create(struct abi_world *world, void *arg)
{
	struct kipc_node_create *create = arg;

	(void)world;
	create->cookie = 1;
}

static void undo_node_create(struct abi_world *world, void *arg)
{
	struct kipc_node_create *create = arg;

	must(node_destroy(&world->pair.client, create->node));
}

static void prepare_node_destroy(struct abi_world *world, void *arg)
{
	struct kipc_node_destroy *destroy = arg;

	destroy->node = node_create(&world->pair.client, 1);
}

static void prepare_handle_dup(struct abi_world *world, void *arg)
{
	struct kipc_handle_dup *dup = arg;

	dup->handle = world->pair.handle;
	dup->rights = KIPC_RIGHT_CALL;
}

static void undo_handle_dup(struct abi_world *world, void *arg)
{
	struct kipc_handle_dup *dup = arg;

	must(handle_drop(&world->pair.client, dup->result));
}

static void prepare_handle_drop(struct abi_world *world, void *arg)
{
	struct kipc_handle_drop *drop = arg;

	must(handle_dup(&world->pair.client, world->pair.handle,
			KIPC_RIGHT_CALL, &drop->handle));
}

static void prepare_handle_watch(struct abi_world *world, void *arg)
{
	struct kipc_handle_watch *watch = arg;

	watch->handle = world->pair.handle;
	watch->cookie = watch_cookie;
}

static void undo_handle_watch(struct abi_world *world, void *arg)
{
	(void)arg;
	must(handle_unwatch(&world->pair.client, world->pair.handle));
}

static void prepare_handle_unwatch(struct abi_world *world, void *arg)
{
	struct kipc_handle_watch *watch = arg;

	must(handle_watch(&world->pair.client, world->pair.handle,
			  watch_cookie));
	watch->handle = world->pair.handle;
}

static void prepare_call(struct abi_world *world, void *arg)
{
	struct kipc_call *call = arg;

	call->handle = world->echo_handle;
	call->data = PTR(world->data);
	call->data_size = sizeof(world->data);
	call->attachments = PTR(&world->to_echo);
	call->attachment_count = 1;
	call->message = PTR(&world->message);
}

static void undo_call(struct abi_world *world, void *arg)
{
	reply_free(&world->pair.client, arg);
}

static void prepare_recv(struct abi_world *world, void *arg)
{
	struct kipc_recv *recv = arg;

	must(send_bytes(&world->pair.client, world->pair.handle, world->data,
			sizeof(world->data)));
	recv->flags = KIPC_NONBLOCK;
}

static void undo_recv(struct abi_world *world, void *arg)
{
	struct kipc_recv *recv = arg;

	message_free(&world->pair.server, &recv->message);
}

static struct kipc_message batch[1];

static void prepare_recv_batch(struct abi_world *world, void *arg)
{
	struct kipc_recv_batch *recv = arg;

	must(send_bytes(&world->pair.client, world->pair.handle, world->data,
			sizeof(world->data)));
	recv->flags = KIPC_NONBLOCK;
	recv->messages = PTR(batch);
	recv->count = 1;
}

static void undo_recv_batch(struct abi_world *world, void *arg)
{
	(void)arg;
	message_free(&world->pair.server, &batch[0]);
}

static void prepare_reply(struct abi_world *world, void *arg)
{
	struct kipc_reply *reply = arg;

	caller_start(&world->caller, &world->pair.client, world->pair.handle);
	reply->token = recv_call(&world->pair.server);
	/* The call is counted after it is queued. */
	wait_blocked(world->caller.thread.tid, KIPC_CALL);
	reply->data = PTR(world->data);
	reply->data_size = sizeof(world->data);
	reply->attachments = PTR(&world->to_client);
	reply->attachment_count = 1;
}

static void undo_reply(struct abi_world *world, void *arg)
{
	struct kipc_call *call = &world->caller.call;
	const struct kipc_attachment *got;

	(void)arg;
	must(caller_join(&world->caller));
	got = attached(&world->pair.client, call->reply_offset,
		       call->reply_size, 0);
	must(handle_drop(&world->pair.client, got->id));
	reply_free(&world->pair.client, call);
}

static void prepare_reply_recv(struct abi_world *world, void *arg)
{
	struct kipc_reply_recv *both = arg;

	prepare_reply(world, &both->reply);
	prepare_recv(world, &both->recv);
}

static void undo_reply_recv(struct abi_world *world, void *arg)
{
	struct kipc_reply_recv *both = arg;

	undo_reply(world, &both->reply);
	undo_recv(world, &both->recv);
}

static void prepare_send(struct abi_world *world, void *arg)
{
	struct kipc_send *send = arg;

	send->handle = world->pair.handle;
	send->data = PTR(world->data);
	send->data_size = sizeof(world->data);
	send->attachments = PTR(&world->to_server);
	send->attachment_count = 1;
}

static void prepare_notify(struct abi_world *world, void *arg)
{
	struct kipc_notify *notify = arg;

	notify->handle = world->pair.handle;
	notify->bits = 1;
}

static void prepare_free(struct abi_world *world, void *arg)
{
	struct kipc_message message;
	struct kipc_free *free = arg;

	must(send_bytes(&world->pair.client, world->pair.handle, world->data,
			sizeof(world->data)));
	must(recv_now(&world->pair.server, &message));
	world->offset = message.offset;
	free->offsets = PTR(&world->offset);
	free->count = 1;
}

#define COMMAND(number)		.name = #number, .command = number
#define SENDING			(KIPC_FREE_SLICE | KIPC_VEC | KIPC_CLEAR)
#define RECEIVING		(KIPC_FREE_SLICE | KIPC_NONBLOCK)
#define CALLING			(SENDING | KIPC_CLEAR | KIPC_WAIT | \
				 KIPC_CALL_RESUME | KIPC_CALL_OWN_DEADLINE | \
				 KIPC_CALL_NO_INHERIT | KIPC_CALL_SMALL)
#define OPENING_REGION		(KIPC_REGION_READ | KIPC_REGION_WRITE | \
				 KIPC_REGION_CREATE | KIPC_REGION_EXCLUSIVE | \
				 KIPC_REGION_OWN | KIPC_REGION_HUGE | \
				 KIPC_WAIT)
#define OPENING			(KIPC_MAILBOX_READ | KIPC_MAILBOX_WRITE | \
				 KIPC_MAILBOX_CREATE | \
				 KIPC_MAILBOX_EXCLUSIVE | \
				 KIPC_MAILBOX_LAST_CLOSE | \
				 KIPC_MAILBOX_FIRST_COME | KIPC_MAILBOX_LABEL | \
				 KIPC_NONBLOCK | KIPC_WAIT)

const struct abi_command abi_commands[] = { {
	COMMAND(KIPC_INFO),
	.flags = { { FIELD32(kipc_info, flags), 0 } },
	.reserved = { FIELD32(kipc_info, reserved) },
	.prepare = nothing,
	.undo = nothing,
}, {
	COMMAND(KIPC_STAT),
	.flags = { { FIELD32(kipc_stat, flags), 0 } },
	.prepare = nothing,
	.undo = nothing,
}, {
	COMMAND(KIPC_NODE_CREATE),
	.flags = { { FIELD32(kipc_node_create, flags), KIPC_NODE_NO_SENDERS |
		     KIPC_NODE_CANCELED | KIPC_NODE_NO_INHERIT |
		     KIPC_NODE_MIN_PRIORITY | KIPC_NODE_SMALL |
		     KIPC_NODE_LABEL } },
	.reserved = { FIELD32(kipc_node_create, policy),
		      FIELD32(kipc_node_create, priority) },
	.prepare = prepare_node_create,
	.undo = undo_node_create,
}, {
	COMMAND(KIPC_NODE_DESTROY),
	.flags = { { FIELD32(kipc_node_destroy, flags), 0 } },
	.prepare = prepare_node_destroy,
	.undo = nothing,
}, {
	COMMAND(KIPC_HANDLE_DUP),
	.flags = { { FIELD32(kipc_handle_dup, flags), 0 } },
	.prepare = prepare_handle_dup,
	.undo = undo_handle_dup,
}, {
	COMMAND(KIPC_HANDLE_DROP),
	.flags = { { FIELD32(kipc_handle_drop, flags), 0 } },
	.prepare = prepare_handle_drop,
	.undo = nothing,
}, {
	COMMAND(KIPC_HANDLE_WATCH),
	.flags = { { FIELD32(kipc_handle_watch, flags), 0 } },
	.prepare = prepare_handle_watch,
	.undo = undo_handle_watch,
}, {
	COMMAND(KIPC_HANDLE_UNWATCH),
	.flags = { { FIELD32(kipc_handle_watch, flags), 0 } },
	.reserved = { FIELD64(kipc_handle_watch, cookie) },
	.prepare = prepare_handle_unwatch,
	.undo = nothing,
}, {
	COMMAND(KIPC_CALL),
	.flags = { { FIELD32(kipc_call, flags), CALLING } },
	.reserved = { FIELD64(kipc_call, id) },
	.pointers = { FIELD64(kipc_call, data), FIELD64(kipc_call, attachments) },
	.optional = { FIELD64(kipc_call, message) },
	.prepare = prepare_call,
	.undo = undo_call,
}, {
	COMMAND(KIPC_RECV),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_recv, flags), RECEIVING } },
	.reserved = { FIELD32(kipc_recv, reserved) },
	.prepare = prepare_recv,
	.undo = undo_recv,
}, {
	COMMAND(KIPC_RECV_BATCH),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_recv_batch, flags), KIPC_NONBLOCK } },
	.reserved = { FIELD32(kipc_recv_batch, reserved) },
	.pointers = { FIELD64(kipc_recv_batch, messages) },
	.prepare = prepare_recv_batch,
	.undo = undo_recv_batch,
}, {
	COMMAND(KIPC_REPLY),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_reply, flags), SENDING } },
	.reserved = { FIELD32(kipc_reply, reserved) },
	.pointers = { FIELD64(kipc_reply, data), FIELD64(kipc_reply, attachments) },
	.prepare = prepare_reply,
	.undo = undo_reply,
}, {
	COMMAND(KIPC_REPLY_RECV),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_reply_recv, reply.flags), SENDING },
		   { FIELD32(kipc_reply_recv, recv.flags), RECEIVING } },
	.reserved = { FIELD32(kipc_reply_recv, reply.reserved),
		      FIELD32(kipc_reply_recv, recv.reserved) },
	.pointers = { FIELD64(kipc_reply_recv, reply.data),
		      FIELD64(kipc_reply_recv, reply.attachments) },
	.prepare = prepare_reply_recv,
	.undo = undo_reply_recv,
}, {
	COMMAND(KIPC_SEND),
	.flags = { { FIELD32(kipc_send, flags),
		     SENDING | KIPC_WAIT | KIPC_SEND_UPDATE } },
	.reserved = { FIELD32(kipc_send, reserved) },
	.pointers = { FIELD64(kipc_send, data), FIELD64(kipc_send, attachments) },
	.prepare = prepare_send,
	.undo = drain,
}, {
	COMMAND(KIPC_NOTIFY),
	.flags = { { FIELD32(kipc_notify, flags), KIPC_NOTIFY_OWN } },
	.prepare = prepare_notify,
	.undo = drain,
}, {
	COMMAND(KIPC_FREE),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_free, flags), 0 } },
	.reserved = { FIELD32(kipc_free, reserved) },
	.pointers = { FIELD64(kipc_free, offsets) },
	.prepare = prepare_free,
	.undo = nothing,
}, {
	COMMAND(KIPC_NAME_PUBLISH),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_name_publish, flags), KIPC_NAME_OWN } },
	.pointers = { FIELD64(kipc_name_publish, name) },
	.prepare = abi_prepare_name_publish,
	.undo = abi_undo_name_publish,
}, {
	COMMAND(KIPC_NAME_UNPUBLISH),
	.by = ABI_SERVER,
	.flags = { { FIELD32(kipc_name_unpublish, flags), 0 } },
	.pointers = { FIELD64(kipc_name_unpublish, name) },
	.prepare = abi_prepare_name_unpublish,
	.undo = nothing,
}, {
	COMMAND(KIPC_NAME_LOOKUP),
	.flags = { { FIELD32(kipc_name_lookup, flags), KIPC_NAME_WAIT } },
	.pointers = { FIELD64(kipc_name_lookup, name) },
	.prepare = abi_prepare_name_lookup,
	.undo = abi_undo_name_lookup,
}, {
	COMMAND(KIPC_NAME_LIST),
	.flags = { { FIELD32(kipc_name_list, flags), 0 } },
	.reserved = { FIELD32(kipc_name_list, more) },
	.pointers = { FIELD64(kipc_name_list, prefix),
		      FIELD64(kipc_name_list, buffer) },
	.prepare = abi_prepare_name_list,
	.undo = abi_undo_name_publish,
}, {
	COMMAND(KIPC_NAME_WATCH),
	.flags = { { FIELD32(kipc_name_watch, flags), 0 } },
	.pointers = { FIELD64(kipc_name_watch, prefix) },
	.prepare = abi_prepare_name_watch,
	.undo = abi_undo_name_watch,
}, {
	COMMAND(KIPC_NAME_UNWATCH),
	.flags = { { FIELD32(kipc_name_unwatch, flags), 0 } },
	.reserved = { FIELD32(kipc_name_unwatch, reserved) },
	.prepare = abi_prepare_name_unwatch,
	.undo = nothing,
}, {
	COMMAND(KIPC_FREEZE),
	.flags = { { FIELD32(kipc_freeze, flags), 0 } },
	.prepare = abi_prepare_freeze,
	.undo = abi_undo_freeze,
}, {
	COMMAND(KIPC_FREEZE_WATCH),
	.flags = { { FIELD32(kipc_freeze_watch, flags), 0 } },
	.prepare = abi_prepare_freeze_watch,
	.undo = abi_undo_freeze_watch,
}, {
	COMMAND(KIPC_FREEZE_UNWATCH),
	.flags = { { FIELD32(kipc_freeze_watch, flags), 0 } },
	.reserved = { FIELD32(kipc_freeze_watch, handle) },
	.prepare = abi_prepare_freeze_unwatch,
	.undo = nothing,
}, {
	COMMAND(KIPC_MAILBOX_OPEN),
	.flags = { { FIELD32(kipc_mailbox_open, flags), OPENING } },
	.reserved = { FIELD32(kipc_mailbox_open, history),
		      FIELD64(kipc_mailbox_open, lease),
		      FIELD64(kipc_mailbox_open, deadline) },
	.pointers = { FIELD64(kipc_mailbox_open, name) },
	.prepare = abi_prepare_mailbox_open,
	.undo = abi_undo_mailbox_open,
}, {
	COMMAND(KIPC_MAILBOX_SEND),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_send, flags),
		     KIPC_NONBLOCK | KIPC_VEC | KIPC_CLEAR } },
	.pointers = { FIELD64(kipc_mailbox_send, data),
		      FIELD64(kipc_mailbox_send, attachments) },
	.prepare = abi_prepare_mailbox_send,
	.undo = abi_drain_mailbox,
}, {
	COMMAND(KIPC_MAILBOX_SEND_BATCH),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_send_batch, flags),
		     KIPC_NONBLOCK } },
	.reserved = { FIELD32(kipc_mailbox_send_batch, reserved) },
	.pointers = { FIELD64(kipc_mailbox_send_batch, messages) },
	.prepare = abi_prepare_mailbox_send_batch,
	.undo = abi_drain_mailbox,
}, {
	COMMAND(KIPC_MAILBOX_RECV),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_recv, flags),
		     KIPC_NONBLOCK | KIPC_VEC } },
	.reserved = { FIELD32(kipc_mailbox_recv, reserved) },
	.pointers = { FIELD64(kipc_mailbox_recv, data),
		      FIELD64(kipc_mailbox_recv, attachments) },
	.prepare = abi_prepare_mailbox_recv,
	.undo = abi_undo_mailbox_recv,
}, {
	COMMAND(KIPC_MAILBOX_RECV_BATCH),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_recv_batch, flags),
		     KIPC_NONBLOCK } },
	.reserved = { FIELD32(kipc_mailbox_recv_batch, reserved) },
	.pointers = { FIELD64(kipc_mailbox_recv_batch, messages) },
	.prepare = abi_prepare_mailbox_recv_batch,
	.undo = abi_undo_mailbox_recv_batch,
}, {
	COMMAND(KIPC_MAILBOX_SEND_RECV),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_send_recv, flags), 0 },
		   { FIELD32(kipc_mailbox_send_recv, send.flags),
		     KIPC_NONBLOCK | KIPC_VEC | KIPC_CLEAR },
		   { FIELD32(kipc_mailbox_send_recv, recv.flags),
		     KIPC_NONBLOCK | KIPC_VEC } },
	.reserved = { FIELD32(kipc_mailbox_send_recv, recv.reserved) },
	.pointers = { FIELD64(kipc_mailbox_send_recv, send.data) },
	.prepare = abi_prepare_mailbox_send_recv,
	.undo = abi_undo_mailbox_send_recv,
}, {
	COMMAND(KIPC_MAILBOX_PEEK),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_peek, flags), KIPC_VEC } },
	.reserved = { FIELD32(kipc_mailbox_peek, reserved) },
	.pointers = { FIELD64(kipc_mailbox_peek, data) },
	.prepare = abi_prepare_mailbox_peek,
	.undo = abi_drain_mailbox,
}, {
	COMMAND(KIPC_MAILBOX_LEASE),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_lease, flags), 0 } },
	.reserved = { FIELD64(kipc_mailbox_lease, deadline) },
	.pointers = { FIELD64(kipc_mailbox_lease, tokens) },
	.prepare = abi_prepare_mailbox_lease,
	.undo = nothing,
}, {
	COMMAND(KIPC_MAILBOX_PURGE),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_purge, flags), 0 } },
	.reserved = { FIELD32(kipc_mailbox_purge, reserved) },
	.prepare = abi_prepare_mailbox_purge,
	.undo = nothing,
}, {
	COMMAND(KIPC_MAILBOX_INFO),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_info, flags), 0 } },
	.prepare = nothing,
	.undo = nothing,
}, {
	COMMAND(KIPC_MAILBOX_NOTIFY),
	.by = ABI_MAILBOX,
	.flags = { { FIELD32(kipc_mailbox_notify, flags), 0 } },
	.prepare = abi_prepare_mailbox_notify,
	.undo = abi_undo_mailbox_notify,
}, {
	COMMAND(KIPC_REGION_OPEN),
	.flags = { { FIELD32(kipc_region_open, flags), OPENING_REGION } },
	.reserved = { FIELD64(kipc_region_open, deadline) },
	.pointers = { FIELD64(kipc_region_open, name) },
	.prepare = abi_prepare_region_open,
	.undo = abi_undo_region_open,
}, {
	COMMAND(KIPC_REGION_VIEW),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_view, flags),
		     KIPC_REGION_READ | KIPC_REGION_WRITE } },
	.prepare = abi_prepare_region_view,
	.undo = abi_undo_region_view,
}, {
	COMMAND(KIPC_REGION_REVOKE),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_revoke, flags), 0 } },
	.reserved = { FIELD32(kipc_region_revoke, reserved) },
	.prepare = nothing,
	.undo = nothing,
}, {
	COMMAND(KIPC_REGION_SEAL),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_seal_add, flags), 0 } },
	.prepare = abi_prepare_region_seal,
	.undo = nothing,
}, {
	COMMAND(KIPC_REGION_INFO),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_info, flags), 0 } },
	.prepare = nothing,
	.undo = nothing,
}, {
	COMMAND(KIPC_REGION_VIEWS),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_views, flags), 0 } },
	.reserved = { FIELD32(kipc_region_views, reserved) },
	.prepare = abi_prepare_region_views,
	.undo = nothing,
}, {
	COMMAND(KIPC_REGION_HOLD),
	.by = ABI_VIEW,
	.flags = { { FIELD32(kipc_region_hold, flags), 0 } },
	.prepare = abi_prepare_region_hold,
	.undo = abi_undo_region_hold,
}, {
	COMMAND(KIPC_CHUNK_LOAN),
	.by = ABI_HELD,
	.flags = { { FIELD32(kipc_chunk_loan, flags), 0 } },
	.prepare = nothing,
	.undo = abi_undo_chunk_loan,
}, {
	COMMAND(KIPC_CHUNK_RELEASE),
	.by = ABI_HELD,
	.flags = { { FIELD32(kipc_chunk_release, flags), 0 } },
	.reserved = { FIELD32(kipc_chunk_release, reserved) },
	.pointers = { FIELD64(kipc_chunk_release, leases) },
	.prepare = abi_prepare_chunk_release,
	.undo = nothing,
}, {
	COMMAND(KIPC_CHUNK_LIST),
	.by = ABI_HELD,
	.flags = { { FIELD32(kipc_chunk_list, flags), 0 } },
	.reserved = { FIELD32(kipc_chunk_list, reserved) },
	.pointers = { FIELD64(kipc_chunk_list, entries) },
	.prepare = abi_prepare_chunk_list,
	.undo = nothing,
}, {
	.name = NULL,
} };
