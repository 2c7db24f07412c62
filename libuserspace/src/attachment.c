// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <errno.h>
#include <stdbool.h>

#include "attachment.h"
#include "chunk.h"
#include "endpoint.h"
#include "node.h"
#include "sys.h"

void kipc_attachment_set_fd(struct kipc_attachment *attachment, int fd)
{
	*attachment = (struct kipc_attachment) {
		.type = KIPC_ATTACH_FD,
		.id = (uint32_t)fd,
	};
}

void kipc_attachment_set_handle(struct kipc_attachment *attachment,
				uint32_t handle, uint32_t rights)
{
	*attachment = (struct kipc_attachment) {
		.type = KIPC_ATTACH_HANDLE,
		.id = handle,
		.rights = rights,
	};
}

void kipc_attachment_set_node(struct kipc_attachment *attachment,
			      const struct kipc_node *node, uint32_t rights)
{
	*attachment = (struct kipc_attachment) {
		.type = KIPC_ATTACH_NODE,
		.id = kipc_node_id(node),
		.rights = rights,
	};
}

struct kipc_node *kipc_attachment_node(struct kipc *endpoint,
				       const struct kipc_attachment *attachment)
{
	if (kipc_endpoint_check(endpoint))
		return NULL;
	if (attachment->type != KIPC_ATTACH_NODE)
		return NULL;
	return kipc_node_find(endpoint, attachment->cookie);
}

void kipc_attachment_lend(struct kipc_attachment *attachment)
{
	attachment->rights |= KIPC_RIGHT_BORROW;
}

/**
 * kipc_attached_list() - where the attachments of a message are
 * @payload: the payload in the pool
 * @size: its bytes
 *
 * Return: the first of them, if there are any.
 */
const struct kipc_attachment *kipc_attached_list(const unsigned char *payload,
						 size_t size)
{
	payload += (size + 7) & ~(size_t)7;
	return (const struct kipc_attachment *)payload;
}

static bool is_taken(const struct kipc_attached *attached, size_t index)
{
	return attached->taken[index / 64] & 1ULL << index % 64;
}

/**
 * kipc_attached_take() - make an attachment the user's own
 * @attached: the attachments
 * @index: which
 * @type: what it is to be
 * @id: where its file descriptor or handle goes
 *
 * Return: 0, -EALREADY, -EBADF or -EINVAL.
 */
int kipc_attached_take(const struct kipc_attached *attached, size_t index,
		       uint32_t type, uint32_t *id)
{
	if (index >= attached->count)
		return -EINVAL;
	if (attached->list[index].type != type)
		return -EBADF;
	if (is_taken(attached, index))
		return -EALREADY;
	attached->taken[index / 64] |= 1ULL << index % 64;
	*id = attached->list[index].id;
	return 0;
}

static void discard(struct kipc *endpoint,
		    const struct kipc_attachment *attachment)
{
	struct kipc_handle_drop drop = { .handle = attachment->id };

	switch (attachment->type) {
	case KIPC_ATTACH_FD:
		kipc_sys_close((int)attachment->id);
		break;
	case KIPC_ATTACH_HANDLE:
		kipc_sys_ioctl(endpoint->fd, KIPC_HANDLE_DROP, &drop);
		break;
	case KIPC_ATTACH_CHUNK:
		kipc_chunk_discard(attachment);
		break;
	}
}

/**
 * kipc_attached_discard() - give back the attachments that were not taken
 * @endpoint: the endpoint that received them
 * @attached: the attachments
 */
void kipc_attached_discard(struct kipc *endpoint,
			   const struct kipc_attached *attached)
{
	for (size_t i = 0; i < attached->count; i++)
		if (!is_taken(attached, i))
			discard(endpoint, &attached->list[i]);
}
