/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Attachments that were received. The kernel installed them already: file
 * descriptors are open, handles have a use more. What the user does not take,
 * the library gives back, or a hostile sender could fill the receiver's tables.
 *
 * Which ones were taken is kept in a bitmap of TAKEN_WORDS words that belongs
 * to the request or result; the attachments themselves lie in the pool, which
 * cannot be written.
 */
#ifndef KIPC_SRC_ATTACHMENT_H
#define KIPC_SRC_ATTACHMENT_H

#include <assert.h>

#include <kipc.h>

#define TAKEN_WORDS	4

static_assert(TAKEN_WORDS * 64 >= KIPC_ATTACHMENTS_MAX,
	      "a bit for each attachment");

/**
 * struct kipc_attached - the attachments of a message, and what became of them
 * @list: in the pool; NULL if there are none
 * @count: how many
 * @taken: bitmap
 */
struct kipc_attached {
	const struct kipc_attachment *list;
	size_t count;
	uint64_t *taken;
};

const struct kipc_attachment *kipc_attached_list(const unsigned char *payload,
						 size_t size);
int kipc_attached_take(const struct kipc_attached *attached, size_t index,
		       uint32_t type, uint32_t *id);
void kipc_attached_discard(struct kipc *endpoint,
			   const struct kipc_attached *attached);

#endif /* KIPC_SRC_ATTACHMENT_H */
