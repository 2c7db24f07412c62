// SPDX-License-Identifier: GPL-2.0-only
/* Values that fields of the ABI must not have, and the errno that each gets. */
#include "abi_table.h"

/* No id at all, and one that nobody has */
static const struct abi_value id[] = {
	{ KIPC_NONE, ENXIO }, { 0xfffffff0, ENXIO }, { 0 }
};

static const struct abi_value id_not_none[] = {
	{ ~0ULL, ENXIO },
	/* With no token the rest of the reply must be 0 */
	{ KIPC_NONE, EINVAL },
	{ 0 }
};

/* A call need not have a parent, but that must be one. */
static const struct abi_value parent[] = {
	{ 0xfffffff0, ENXIO }, { 1ULL << 63, ENXIO }, { ~0ULL, ENXIO }, { 0 }
};

static const struct abi_value rights[] = {
	{ 1 << 3, EINVAL }, { 1U << 31, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value bits[] = {
	{ 0, EINVAL }, { 0 }
};

static const struct abi_value attachment_count[] = {
	{ KIPC_ATTACHMENTS_MAX + 1, E2BIG },
	/* That many structs fill more than 32 bits */
	{ 0x0aaaaaab, E2BIG },
	{ ~0U, E2BIG },
	{ 0 }
};

static const struct abi_value data_size[] = {
	{ POOL + 1, EMSGSIZE },
	{ 1ULL << 32, EMSGSIZE },
	{ 1ULL << 63, EMSGSIZE },
	/* With padding or attachments behind it the sum is small */
	{ ~0ULL, EMSGSIZE },
	{ ~0ULL - 7, EMSGSIZE },
	{ ~0ULL - 23, EMSGSIZE },
	{ 0 }
};

static const struct abi_value batch[] = {
	{ KIPC_BATCH_MAX + 1, E2BIG }, { 1 << 29, E2BIG }, { ~0U, E2BIG }, { 0 }
};

static const struct abi_value name_size[] = {
	{ 0, EINVAL },
	{ KIPC_NAME_MAX + 1, ENAMETOOLONG },
	{ ~0U, ENAMETOOLONG },
	{ 0 }
};

static const struct abi_value prefix_size[] = {
	{ KIPC_NAME_MAX + 1, ENAMETOOLONG }, { ~0U, ENAMETOOLONG }, { 0 }
};

static const struct abi_value mode[] = {
	{ 01000, EINVAL }, { 1U << 31, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value buffer_size[] = {
	{ 0, ENOBUFS }, { sizeof(struct kipc_name_entry), ENOBUFS }, { 0 }
};

static const struct abi_value action[] = {
	{ KIPC_FREEZE_OFF + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mailbox_kind[] = {
	{ KIPC_MAILBOX_BROADCAST + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mailbox_policy[] = {
	{ KIPC_MAILBOX_DROP + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mailbox_mode[] = {
	{ 0111, EINVAL }, { 01000, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mailbox_messages[] = {
	{ KIPC_MAILBOX_MESSAGES_MAX + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mailbox_size[] = {
	{ KIPC_MAILBOX_SIZE_MAX + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value too_small[] = {
	{ 0, EMSGSIZE }, { 15, EMSGSIZE }, { 0 }
};

static const struct abi_value none[] = {
	{ 0, EMSGSIZE }, { 0 }
};

static const struct abi_value priority[] = {
	{ KIPC_PRIORITY_MAX + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value mail_size[] = {
	{ KIPC_MAILBOX_SIZE_DEFAULT + 1, EMSGSIZE },
	{ 1ULL << 32, EMSGSIZE },
	{ 1ULL << 63, EMSGSIZE },
	{ ~0ULL, EMSGSIZE },
	{ 0 }
};

static const struct abi_value count[] = {
	{ 0, EINVAL }, { KIPC_BATCH_MAX + 1, E2BIG }, { ~0U, E2BIG }, { 0 }
};

static const struct abi_value file[] = {
	{ 999999, EBADF }, { (__u32)INT32_MIN, EBADF }, { 0 }
};

static const struct abi_value lease_action[] = {
	{ KIPC_LEASE_EXTEND + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value message_index[] = {
	{ 1, ERANGE }, { ~0ULL, ERANGE }, { 0 }
};

static const struct abi_value region_size[] = {
	{ 0, EINVAL }, { 1, EINVAL }, { 4097, EINVAL },
	{ KIPC_REGION_SIZE_MAX + 4096, EINVAL }, { ~0ULL, EINVAL },
	{ 0xfffffffffffff000, EINVAL }, { 0 }
};

static const struct abi_value view_range[] = {
	{ 1, EINVAL }, { 8192, EINVAL }, { ~0ULL, EINVAL },
	{ 0xfffffffffffff000, EINVAL }, { 0 }
};

static const struct abi_value view[] = {
	{ 1, ENXIO }, { 1ULL << 32, ENXIO }, { ~0ULL, ENXIO }, { 0 }
};

static const struct abi_value seals[] = {
	{ 0, EINVAL }, { 2, EINVAL }, { 4, EINVAL }, { 32, EINVAL },
	{ ~0U, EINVAL }, { 0 }
};

static const struct abi_value chunk_size[] = {
	{ 1, EINVAL }, { 63, EINVAL }, { 8192, EINVAL }, { ~0ULL, EINVAL },
	{ 0ULL - KIPC_CHUNK_ALIGN, EINVAL }, { 0 }
};

static const struct abi_value leases_max[] = {
	{ KIPC_LEASES_MAX + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value leases[] = {
	{ 0, EINVAL }, { KIPC_LEASES_MAX + 1, EINVAL }, { ~0U, EINVAL }, { 0 }
};

static const struct abi_value lease[] = {
	{ 1, ENXIO }, { ~0U, ENXIO }, { 0 }
};

const struct abi_limit abi_limits[] = {
	{ KIPC_NODE_DESTROY, FIELD32(kipc_node_destroy, node), id },
	{ KIPC_HANDLE_DUP, FIELD32(kipc_handle_dup, handle), id },
	{ KIPC_HANDLE_DUP, FIELD32(kipc_handle_dup, rights), rights },
	{ KIPC_HANDLE_DROP, FIELD32(kipc_handle_drop, handle), id },
	{ KIPC_HANDLE_WATCH, FIELD32(kipc_handle_watch, handle), id },
	{ KIPC_HANDLE_UNWATCH, FIELD32(kipc_handle_watch, handle), id },
	{ KIPC_CALL, FIELD32(kipc_call, handle), id },
	{ KIPC_CALL, FIELD32(kipc_call, attachment_count), attachment_count },
	{ KIPC_CALL, FIELD64(kipc_call, data_size), data_size },
	{ KIPC_CALL, FIELD64(kipc_call, parent), parent },
	{ KIPC_REPLY, FIELD64(kipc_reply, token), id },
	{ KIPC_REPLY, FIELD32(kipc_reply, attachment_count), attachment_count },
	{ KIPC_REPLY, FIELD64(kipc_reply, data_size), data_size },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.token), id_not_none },
	{ KIPC_REPLY_RECV, FIELD32(kipc_reply_recv, reply.attachment_count),
	  attachment_count },
	{ KIPC_REPLY_RECV, FIELD64(kipc_reply_recv, reply.data_size),
	  data_size },
	{ KIPC_SEND, FIELD32(kipc_send, handle), id },
	{ KIPC_SEND, FIELD32(kipc_send, attachment_count), attachment_count },
	{ KIPC_SEND, FIELD64(kipc_send, data_size), data_size },
	{ KIPC_NOTIFY, FIELD32(kipc_notify, handle), id },
	{ KIPC_NOTIFY, FIELD64(kipc_notify, bits), bits },
	{ KIPC_FREE, FIELD32(kipc_free, count), batch },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, id), id },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, name_size), name_size },
	{ KIPC_NAME_PUBLISH, FIELD32(kipc_name_publish, mode), mode },
	{ KIPC_NAME_UNPUBLISH, FIELD32(kipc_name_unpublish, name_size),
	  name_size },
	{ KIPC_NAME_LOOKUP, FIELD32(kipc_name_lookup, rights), rights },
	{ KIPC_NAME_LOOKUP, FIELD32(kipc_name_lookup, name_size), name_size },
	{ KIPC_NAME_LIST, FIELD32(kipc_name_list, prefix_size), prefix_size },
	{ KIPC_NAME_LIST, FIELD64(kipc_name_list, buffer_size), buffer_size },
	{ KIPC_NAME_WATCH, FIELD32(kipc_name_watch, prefix_size), prefix_size },
	{ KIPC_NAME_UNWATCH, FIELD64(kipc_name_unwatch, cookie), id },
	{ KIPC_FREEZE, FIELD32(kipc_freeze, action), action },
	{ KIPC_FREEZE, FIELD64(kipc_freeze, endpoint), id },
	{ KIPC_FREEZE_WATCH, FIELD32(kipc_freeze_watch, handle), id },
	{ KIPC_FREEZE_UNWATCH, FIELD64(kipc_freeze_watch, cookie), id },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, kind), mailbox_kind },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, name_size),
	  prefix_size },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, mode), mailbox_mode },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, policy),
	  mailbox_policy },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, messages_max),
	  mailbox_messages },
	{ KIPC_MAILBOX_OPEN, FIELD32(kipc_mailbox_open, size_max),
	  mailbox_size },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, priority), priority },
	{ KIPC_MAILBOX_SEND, FIELD64(kipc_mailbox_send, data_size), mail_size },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, attachment_count),
	  attachment_count },
	{ KIPC_MAILBOX_SEND, FIELD32(kipc_mailbox_send, endpoint), file },
	{ KIPC_MAILBOX_SEND_BATCH, FIELD32(kipc_mailbox_send_batch, count),
	  count },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, priority_min),
	  priority },
	{ KIPC_MAILBOX_RECV, FIELD64(kipc_mailbox_recv, data_size), too_small },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, attachments_max),
	  none },
	{ KIPC_MAILBOX_RECV, FIELD32(kipc_mailbox_recv, endpoint), file },
	{ KIPC_MAILBOX_RECV_BATCH, FIELD32(kipc_mailbox_recv_batch, count),
	  count },
	{ KIPC_MAILBOX_SEND_RECV, FIELD32(kipc_mailbox_send_recv, to), file },
	{ KIPC_MAILBOX_PEEK, FIELD64(kipc_mailbox_peek, index), message_index },
	{ KIPC_MAILBOX_LEASE, FIELD32(kipc_mailbox_lease, action),
	  lease_action },
	{ KIPC_MAILBOX_LEASE, FIELD32(kipc_mailbox_lease, count), count },
	{ KIPC_MAILBOX_NOTIFY, FIELD32(kipc_mailbox_notify, eventfd), file },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, name_size),
	  prefix_size },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, mode), mailbox_mode },
	{ KIPC_REGION_OPEN, FIELD64(kipc_region_open, size), region_size },
	{ KIPC_REGION_VIEW, FIELD64(kipc_region_view, offset), view_range },
	{ KIPC_REGION_VIEW, FIELD64(kipc_region_view, size), view_range },
	{ KIPC_REGION_REVOKE, FIELD64(kipc_region_revoke, id), view },
	{ KIPC_REGION_SEAL, FIELD32(kipc_region_seal_add, seals), seals },
	{ KIPC_REGION_VIEWS, FIELD32(kipc_region_views, count), bits },
	{ KIPC_REGION_OPEN, FIELD64(kipc_region_open, chunk_size), chunk_size },
	{ KIPC_REGION_OPEN, FIELD32(kipc_region_open, leases_max), leases_max },
	{ KIPC_REGION_HOLD, FIELD32(kipc_region_hold, leases), leases },
	{ KIPC_CHUNK_LOAN, FIELD32(kipc_chunk_loan, release), lease },
	{ KIPC_CHUNK_RELEASE, FIELD32(kipc_chunk_release, count), count },
	{ KIPC_CHUNK_LIST, FIELD32(kipc_chunk_list, count), bits },
	{ 0 }
};
