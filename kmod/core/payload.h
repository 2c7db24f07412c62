/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes that a user wants to send, while they still are the user's: one
 * buffer or a vector of them. Sizes are read once and checked; the bytes are
 * copied once, straight to where the receiver sees them.
 */
#ifndef KIPC_CORE_PAYLOAD_H
#define KIPC_CORE_PAYLOAD_H

#include <linux/kipc.h>
#include <linux/mm.h>

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

int kipc_payload_init_vec(struct kipc_payload *payload, u64 address, u64 count);

/**
 * kipc_payload_init() - learn what is to be sent
 * @payload: where
 * @data: user address of the bytes, or of structs kipc_vec
 * @data_size: bytes, or number of structs kipc_vec
 * @is_vec: which of the two
 *
 * Context: Process context. May sleep.
 * Return: 0, or as kipc_payload_init_vec().
 */
static inline int kipc_payload_init(struct kipc_payload *payload, u64 data,
				    u64 data_size, bool is_vec)
{
	if (is_vec)
		return kipc_payload_init_vec(payload, data, data_size);
	payload->size = data_size;
	payload->count = 1;
	payload->vec = &payload->single;
	payload->single.base = data;
	payload->single.size = data_size;
	return 0;
}

/**
 * kipc_payload_deinit() - free what the description took
 * @payload: a description
 *
 * Context: Process context.
 */
static inline void kipc_payload_deinit(struct kipc_payload *payload)
{
	if (payload->vec != &payload->single)
		kvfree(payload->vec);
}

#endif /* KIPC_CORE_PAYLOAD_H */
