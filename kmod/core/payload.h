/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes that a user wants to send, while they still are the user's: one
 * buffer or a vector of them. Sizes are read once and checked; the bytes are
 * copied once, straight to where the receiver sees them.
 */
#ifndef KIPC_CORE_PAYLOAD_H
#define KIPC_CORE_PAYLOAD_H

#include <linux/kipc.h>

/**
 * struct kipc_payload - bytes to be sent
 * @size: how many there are
 * @count: segments in @vec
 * @vec: the segments: @single, or memory of their own
 * @single: room for one
 */
struct kipc_payload {
	u64 size;
	u32 count;
	struct kipc_vec *vec;
	struct kipc_vec single;
};

int kipc_payload_init(struct kipc_payload *payload, u64 data, u64 data_size,
		      bool is_vec);
void kipc_payload_deinit(struct kipc_payload *payload);

#endif /* KIPC_CORE_PAYLOAD_H */
