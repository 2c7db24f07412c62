/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What a message carries, in the form in which the kernel wants it.
 *
 * A payload of one segment is passed as it is, so that the kernel need not read
 * a vector. On 64 bits struct iovec is struct kipc_vec, and nothing is copied;
 * on 32 bits the vector is translated into memory that kipc_payload_deinit()
 * frees.
 */
#ifndef KIPC_SRC_PAYLOAD_H
#define KIPC_SRC_PAYLOAD_H

#include <kipc.h>

/**
 * struct kipc_payload - members for KIPC_CALL, KIPC_SEND and KIPC_REPLY
 * @data: address of the bytes or the vector
 * @data_size: bytes or segments
 * @attachments: address of the attachments
 * @attachment_count: how many
 * @flags: KIPC_VEC if it is a vector
 * @copy: translated vector; or NULL
 */
struct kipc_payload {
	uint64_t data;
	uint64_t data_size;
	uint64_t attachments;
	uint32_t attachment_count;
	uint32_t flags;
	struct kipc_vec *copy;
};

int kipc_payload_init(struct kipc_payload *payload,
		      const struct kipc_content *content);
void kipc_payload_deinit(struct kipc_payload *payload);

#endif /* KIPC_SRC_PAYLOAD_H */
