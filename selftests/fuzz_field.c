// SPDX-License-Identifier: GPL-2.0-only
/* What the fields of each command mean, so that they can be filled likely. */
#include "fuzz_field.h"

const struct fuzz_field fuzz_fields[] = {
	{ KIPC_NODE_CREATE, FIELD32(kipc_node_create, flags), FUZZ_FLAGS },
	{ KIPC_NODE_CREATE, FIELD64(kipc_node_create, cookie), FUZZ_SMALL },
	{ KIPC_NODE_DESTROY, FIELD32(kipc_node_destroy, node), FUZZ_NODE },
	{ KIPC_HANDLE_DUP, FIELD32(kipc_handle_dup, handle), FUZZ_HANDLE },
	{ KIPC_HANDLE_DUP, FIELD32(kipc_handle_dup, rights), FUZZ_RIGHTS },
	{ KIPC_HANDLE_DROP, FIELD32(kipc_handle_drop, handle), FUZZ_HANDLE },
	{ KIPC_HANDLE_WATCH, FIELD32(kipc_handle_watch, handle), FUZZ_HANDLE },
	{ KIPC_HANDLE_WATCH, FIELD64(kipc_handle_watch, cookie), FUZZ_SMALL },
	{ KIPC_HANDLE_UNWATCH, FIELD32(kipc_handle_watch, handle),
	  FUZZ_HANDLE },
	{ KIPC_CALL, FIELD32(kipc_call, handle), FUZZ_HANDLE },
	{ KIPC_CALL, FIELD32(kipc_call, flags), FUZZ_FLAGS },
	{ KIPC_CALL, FIELD32(kipc_call, code), FUZZ_SMALL },
	{ KIPC_CALL, FIELD32(kipc_call, attachment_count), FUZZ_COUNT },
	{ KIPC_CALL, FIELD64(kipc_call, data), FUZZ_DATA },
	{ KIPC_CALL, FIELD64(kipc_call, data_size), FUZZ_SIZE },
	{ KIPC_CALL, FIELD64(kipc_call, attachments), FUZZ_ATTACHMENTS },
	{ KIPC_CALL, FIELD64(kipc_call, free), FUZZ_OFFSET },
	{ KIPC_CALL, FIELD64(kipc_call, deadline), FUZZ_DEADLINE },
	{ KIPC_CALL, FIELD64(kipc_call, parent), FUZZ_PARENT },
	{ KIPC_CALL, FIELD64(kipc_call, message), FUZZ_MESSAGE },
	{ KIPC_CALL, FIELD64(kipc_call, id), FUZZ_CALL_ID },
	{ KIPC_RECV_BATCH, FIELD32(kipc_recv_batch, flags), FUZZ_FLAGS },
	{ KIPC_RECV_BATCH, FIELD32(kipc_recv_batch, count), FUZZ_COUNT },
	{ KIPC_RECV_BATCH, FIELD64(kipc_recv_batch, messages), FUZZ_MESSAGE },
	{ KIPC_RECV_BATCH, FIELD64(kipc_recv_batch, deadline), FUZZ_DEADLINE },
	{ KIPC_RECV, FIELD32(kipc_recv, flags), FUZZ_FLAGS },
	{ KIPC_RECV, FIELD64(kipc_recv, deadline), FUZZ_DEADLINE },
	{ KIPC_RECV, FIELD64(kipc_recv, free), FUZZ_OFFSET },
	{ KIPC_REPLY, FIELD64(kipc_reply, token), FUZZ_TOKEN },
	{ KIPC_REPLY, FIELD32(kipc_reply, flags), FUZZ_FLAGS },
	{ KIPC_REPLY, FIELD32(kipc_reply, code), FUZZ_SMALL },
	{ KIPC_REPLY, FIELD32(kipc_reply, attachment_count), FUZZ_COUNT },
	{ KIPC_REPLY, FIELD64(kipc_reply, data), FUZZ_DATA },
	{ KIPC_REPLY, FIELD64(kipc_reply, data_size), FUZZ_SIZE },
	{ KIPC_REPLY, FIELD64(kipc_reply, attachments), FUZZ_ATTACHMENTS },
	{ KIPC_REPLY, FIELD64(kipc_reply, free), FUZZ_OFFSET },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.token), FUZZ_TOKEN },
	{ KIPC_REPLY_RECV, FIELD32(kipc_reply_recv, reply.flags), FUZZ_FLAGS },
	{ KIPC_REPLY_RECV, FIELD32(kipc_reply_recv, reply.code), FUZZ_SMALL },
	{ KIPC_REPLY_RECV, FIELD32(kipc_reply_recv, reply.attachment_count),
	  FUZZ_COUNT },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.data), FUZZ_DATA },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.data_size),
	  FUZZ_SIZE },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.attachments),
	  FUZZ_ATTACHMENTS },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.free), FUZZ_OFFSET },
	{ KIPC_REPLY_RECV, FIELD32(kipc_reply_recv, recv.flags), FUZZ_FLAGS },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, recv.deadline),
	  FUZZ_DEADLINE },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, recv.free), FUZZ_OFFSET },
	{ KIPC_SEND, FIELD32(kipc_send, handle), FUZZ_HANDLE },
	{ KIPC_SEND, FIELD32(kipc_send, flags), FUZZ_FLAGS },
	{ KIPC_SEND, FIELD32(kipc_send, code), FUZZ_SMALL },
	{ KIPC_SEND, FIELD32(kipc_send, attachment_count), FUZZ_COUNT },
	{ KIPC_SEND, FIELD64(kipc_send, data), FUZZ_DATA },
	{ KIPC_SEND, FIELD64(kipc_send, data_size), FUZZ_SIZE },
	{ KIPC_SEND, FIELD64(kipc_send, attachments), FUZZ_ATTACHMENTS },
	{ KIPC_SEND, FIELD64(kipc_send, free), FUZZ_OFFSET },
	{ KIPC_SEND, FIELD64(kipc_send, deadline), FUZZ_DEADLINE },
	{ KIPC_NOTIFY, FIELD32(kipc_notify, handle), FUZZ_HANDLE },
	{ KIPC_NOTIFY, FIELD64(kipc_notify, bits), FUZZ_SMALL },
	{ KIPC_FREE, FIELD32(kipc_free, count), FUZZ_COUNT },
	{ KIPC_FREE, FIELD64(kipc_free, offsets), FUZZ_DATA },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, flags), FUZZ_FLAGS },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, id), FUZZ_ID },
	{ KIPC_NAME_PUBLISH, FIELD64(kipc_name_publish, name), FUZZ_NAME },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, name_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, mode), FUZZ_MODE },
	{ KIPC_NAME_UNPUBLISH, FIELD64(kipc_name_unpublish, name), FUZZ_NAME },
	{ KIPC_NAME_UNPUBLISH, FIELD32(kipc_name_unpublish, name_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_NAME_LOOKUP, FIELD32(kipc_name_lookup, flags), FUZZ_FLAGS },
	{ KIPC_NAME_LOOKUP, FIELD32(kipc_name_lookup, rights), FUZZ_RIGHTS },
	{ KIPC_NAME_LOOKUP, FIELD64(kipc_name_lookup, name), FUZZ_NAME },
	{ KIPC_NAME_LOOKUP, FIELD32(kipc_name_lookup, name_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_NAME_LOOKUP, FIELD64(kipc_name_lookup, deadline),
	  FUZZ_DEADLINE },
	{ KIPC_NAME_LIST, FIELD64(kipc_name_list, prefix), FUZZ_NAME },
	{ KIPC_NAME_LIST, FIELD32(kipc_name_list, prefix_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_NAME_LIST, FIELD64(kipc_name_list, buffer), FUZZ_BUFFER },
	{ KIPC_NAME_LIST, FIELD64(kipc_name_list, buffer_size),
	  FUZZ_BUFFER_SIZE },
	{ KIPC_NAME_LIST, FIELD64(kipc_name_list, cursor), FUZZ_SMALL },
	{ KIPC_NAME_WATCH, FIELD64(kipc_name_watch, prefix), FUZZ_NAME },
	{ KIPC_NAME_WATCH, FIELD32(kipc_name_watch, prefix_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_NAME_WATCH, FIELD64(kipc_name_watch, cookie), FUZZ_SMALL },
	{ KIPC_NAME_UNWATCH, FIELD64(kipc_name_unwatch, cookie), FUZZ_SMALL },
	{ KIPC_FREEZE, FIELD32(kipc_freeze, action), FUZZ_ACTION },
	{ KIPC_FREEZE, FIELD64(kipc_freeze, endpoint), FUZZ_ENDPOINT },
	{ KIPC_FREEZE_WATCH, FIELD32(kipc_freeze_watch, handle), FUZZ_HANDLE },
	{ KIPC_FREEZE_WATCH, FIELD64(kipc_freeze_watch, cookie), FUZZ_SMALL },
	{ KIPC_FREEZE_UNWATCH, FIELD64(kipc_freeze_watch, cookie), FUZZ_SMALL },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, flags),
	  FUZZ_BOX_FLAGS },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, kind), FUZZ_BOX_KIND },
	{ KIPC_MAILBOX_OPEN, FIELD64(kipc_mailbox_open, name), FUZZ_NAME },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, name_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, mode), FUZZ_BOX_MODE },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, policy),
	  FUZZ_BOX_KIND },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, messages_max),
	  FUZZ_SMALL },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, size_max), FUZZ_SIZE },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, dead_letter),
	  FUZZ_BOX },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, flags), FUZZ_FLAGS },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, priority), FUZZ_SMALL },
	{ KIPC_MAILBOX_SEND, FIELD64(kipc_mailbox_send, data), FUZZ_DATA },
	{ KIPC_MAILBOX_SEND, FIELD64(kipc_mailbox_send, data_size), FUZZ_SIZE },
	{ KIPC_MAILBOX_SEND, FIELD64(kipc_mailbox_send, attachments),
	  FUZZ_ATTACHMENTS },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, attachment_count),
	  FUZZ_COUNT },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, endpoint), FUZZ_FILE },
	{ KIPC_MAILBOX_SEND, FIELD64(kipc_mailbox_send, deadline),
	  FUZZ_SOON },
	{ KIPC_MAILBOX_SEND_BATCH, FIELD32(kipc_mailbox_send_batch, flags),
	  FUZZ_FLAGS },
	{ KIPC_MAILBOX_SEND_BATCH, FIELD32(kipc_mailbox_send_batch, count),
	  FUZZ_COUNT },
	{ KIPC_MAILBOX_SEND_BATCH, FIELD64(kipc_mailbox_send_batch, messages),
	  FUZZ_SENDS },
	{ KIPC_MAILBOX_SEND_BATCH, FIELD64(kipc_mailbox_send_batch, deadline),
	  FUZZ_SOON },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, flags), FUZZ_FLAGS },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, priority_min),
	  FUZZ_SMALL },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, data), FUZZ_DATA },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, data_size), FUZZ_SIZE },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, attachments),
	  FUZZ_BUFFER },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, label), FUZZ_BUFFER },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, attachments_max),
	  FUZZ_COUNT },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, label_max),
	  FUZZ_SMALL },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, endpoint), FUZZ_FILE },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, deadline),
	  FUZZ_SOON },
	{ KIPC_MAILBOX_RECV_BATCH, FIELD32(kipc_mailbox_recv_batch, flags),
	  FUZZ_FLAGS },
	{ KIPC_MAILBOX_RECV_BATCH, FIELD32(kipc_mailbox_recv_batch, count),
	  FUZZ_COUNT },
	{ KIPC_MAILBOX_RECV_BATCH, FIELD64(kipc_mailbox_recv_batch, messages),
	  FUZZ_RECVS },
	{ KIPC_MAILBOX_RECV_BATCH, FIELD64(kipc_mailbox_recv_batch, deadline),
	  FUZZ_SOON },
	{ KIPC_MAILBOX_PEEK, FIELD32(kipc_mailbox_peek, flags), FUZZ_FLAGS },
	{ KIPC_MAILBOX_PEEK, FIELD64(kipc_mailbox_peek, index), FUZZ_COUNT },
	{ KIPC_MAILBOX_PEEK, FIELD64(kipc_mailbox_peek, data), FUZZ_DATA },
	{ KIPC_MAILBOX_PEEK, FIELD64(kipc_mailbox_peek, data_size), FUZZ_SIZE },
	{ KIPC_MAILBOX_LEASE, FIELD32(kipc_mailbox_lease, action), FUZZ_THREE },
	{ KIPC_MAILBOX_LEASE, FIELD64(kipc_mailbox_lease, tokens),
	  FUZZ_TOKENS },
	{ KIPC_MAILBOX_LEASE, FIELD32(kipc_mailbox_lease, count), FUZZ_COUNT },
	{ KIPC_MAILBOX_NOTIFY, FIELD32(kipc_mailbox_notify, eventfd),
	  FUZZ_EVENTFD },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, to),
	  FUZZ_BOX },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, send.flags),
	  FUZZ_FLAGS },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, send.priority),
	  FUZZ_SMALL },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, send.data),
	  FUZZ_DATA },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, send.data_size),
	  FUZZ_SIZE },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, send.endpoint),
	  FUZZ_FILE },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, send.deadline),
	  FUZZ_SOON },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, recv.flags),
	  FUZZ_FLAGS },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, recv.data),
	  FUZZ_DATA },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, recv.data_size),
	  FUZZ_SIZE },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, recv.attachments),
	  FUZZ_BUFFER },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, recv.attachments_max),
	  FUZZ_COUNT },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, recv.endpoint),
	  FUZZ_FILE },
	{ KIPC_MAILBOX_SEND_RECV, FIELD64(kipc_mailbox_send_recv, recv.deadline),
	  FUZZ_SOON },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, flags),
	  FUZZ_REGION_FLAGS },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, mode), FUZZ_BOX_MODE },
	{ KIPC_REGION_OPEN, FIELD64(kipc_region_open, name), FUZZ_NAME },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, name_size),
	  FUZZ_NAME_SIZE },
	{ KIPC_REGION_OPEN, FIELD64(kipc_region_open, size), FUZZ_PAGES },
	{ KIPC_REGION_OPEN, FIELD64(kipc_region_open, chunk_size),
	  FUZZ_CHUNK_SIZE },
	{ KIPC_REGION_VIEW, FIELD32(kipc_region_view, flags),
	  FUZZ_REGION_FLAGS },
	{ KIPC_REGION_VIEW, FIELD64(kipc_region_view, size), FUZZ_PAGES },
	{ KIPC_REGION_REVOKE, FIELD64(kipc_region_revoke, id), FUZZ_VIEW },
	{ KIPC_REGION_SEAL, FIELD32(kipc_region_seal_add, seals), FUZZ_SEALS },
	{ KIPC_REGION_VIEWS, FIELD32(kipc_region_views, count), FUZZ_COUNT },
	{ KIPC_REGION_VIEWS, FIELD64(kipc_region_views, views), FUZZ_BUFFER },
	{ KIPC_REGION_VIEWS, FIELD64(kipc_region_views, cursor), FUZZ_SMALL },
	{ KIPC_REGION_HOLD, FIELD32(kipc_region_hold, leases), FUZZ_COUNT },
	{ KIPC_REGION_HOLD, FIELD64(kipc_region_hold, cookie), FUZZ_SMALL },
	{ KIPC_CHUNK_LOAN, FIELD32(kipc_chunk_loan, release), FUZZ_LOAN },
	{ KIPC_CHUNK_RELEASE, FIELD32(kipc_chunk_release, count), FUZZ_COUNT },
	{ KIPC_CHUNK_RELEASE, FIELD64(kipc_chunk_release, leases), FUZZ_LOANS },
	{ KIPC_CHUNK_LIST, FIELD32(kipc_chunk_list, count), FUZZ_COUNT },
	{ KIPC_CHUNK_LIST, FIELD64(kipc_chunk_list, entries), FUZZ_BUFFER },
	{ KIPC_CHUNK_LIST, FIELD64(kipc_chunk_list, cursor), FUZZ_SMALL },
	{ 0 }
};

#define LOANS	4U

/* Numbers of loans that the process had; of no use to others */
static __u32 loans[LOANS];

static __u32 any_loan(__u32 random)
{
	return loans[random % LOANS];
}

/* The process has a loan more. */
void fuzz_learn_loan(const struct kipc_chunk_loan *loan)
{
	static __u32 next;

	loans[next++ % LOANS] = loan->lease;
}

/* A chunk of the view's region, or the view itself; lent or not */
void fuzz_attach_region(struct kipc_attachment *attachment, int view,
			__u32 random)
{
	bool is_chunk = random & 1;

	attachment->type = is_chunk ? KIPC_ATTACH_CHUNK : KIPC_ATTACH_FD;
	attachment->id = (__u32)view;
	attachment->rights = random & 2 ? KIPC_RIGHT_BORROW : 0;
	attachment->lease = is_chunk ? any_loan(random >> 2) : 0;
}

/* What only regions have */
__u64 fuzz_of_region(const struct fuzz_field *field, __u32 random)
{
	static __u32 released[8];
	size_t i;

	switch (field->kind) {
	case FUZZ_REGION_FLAGS:
		if (field->command == KIPC_REGION_OPEN)
			return R_BOTH | KIPC_REGION_CREATE;
		return random % 2 ? R_READ : R_BOTH;
	case FUZZ_PAGES:
		return random % 4 * PAGE;
	case FUZZ_VIEW:
		return random % 64;
	case FUZZ_CHUNK_SIZE:
		return random % 4 ? 0 : (random >> 2) % 64 * KIPC_CHUNK_ALIGN;
	case FUZZ_LOAN:
		return random % 2 ? any_loan(random >> 1) : 0;
	case FUZZ_LOANS:
		for (i = 0; i < ARRAY_SIZE(released); i++)
			released[i] = any_loan(random >> i);
		return PTR(released);
	default:
		return random % 4 ? KIPC_REGION_SEAL_FUTURE_WRITE :
				    KIPC_REGION_SEAL_WRITE;
	}
}
