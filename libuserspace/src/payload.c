// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "payload.h"

#if UINTPTR_MAX == UINT64_MAX

static_assert(sizeof(struct iovec) == sizeof(struct kipc_vec) &&
	      offsetof(struct iovec, iov_base) ==
	      offsetof(struct kipc_vec, base) &&
	      offsetof(struct iovec, iov_len) ==
	      offsetof(struct kipc_vec, size),
	      "struct iovec is not struct kipc_vec");

static int set_vector(struct kipc_payload *payload, const struct iovec *iov)
{
	payload->data = (uintptr_t)iov;
	return 0;
}

#else

static int set_vector(struct kipc_payload *payload, const struct iovec *iov)
{
	struct kipc_vec *copy = calloc(payload->data_size, sizeof(*copy));

	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < payload->data_size; i++) {
		copy[i].base = (uintptr_t)iov[i].iov_base;
		copy[i].size = iov[i].iov_len;
	}
	payload->copy = copy;
	payload->data = (uintptr_t)copy;
	return 0;
}

#endif

/**
 * kipc_payload_init() - prepare content for the kernel
 * @payload: to be filled in
 * @content: what the user gave; NULL for nothing. It must stay as it is until
 *	the system call is done.
 *
 * Return: 0, -E2BIG or -ENOMEM.
 */
int kipc_payload_init(struct kipc_payload *payload,
		      const struct kipc_content *content)
{
	static const struct kipc_content nothing;

	if (!content)
		content = &nothing;
	if (content->iov_count > KIPC_VEC_MAX ||
	    content->attachment_count > KIPC_ATTACHMENTS_MAX)
		return -E2BIG;
	payload->attachments = (uintptr_t)content->attachments;
	payload->attachment_count = content->attachment_count;
	payload->flags = 0;
	payload->copy = NULL;
	switch (content->iov_count) {
	case 0:
		payload->data = 0;
		payload->data_size = 0;
		return 0;
	case 1:
		payload->data = (uintptr_t)content->iov->iov_base;
		payload->data_size = content->iov->iov_len;
		return 0;
	default:
		payload->flags = KIPC_VEC;
		payload->data_size = content->iov_count;
		return set_vector(payload, content->iov);
	}
}

/**
 * kipc_payload_deinit() - the system call is done
 * @payload: from kipc_payload_init() that succeeded
 */
void kipc_payload_deinit(struct kipc_payload *payload)
{
	free(payload->copy);
}
