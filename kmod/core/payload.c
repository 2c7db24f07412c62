// SPDX-License-Identifier: GPL-2.0-only
#include "core/payload.h"

#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

static int copy_vec(struct kipc_payload *payload, u64 address, u64 count)
{
	u32 i;

	if (count > KIPC_VEC_MAX)
		return -E2BIG;
	if (count > 1) {
		payload->vec = kvmalloc_array(count, sizeof(*payload->vec),
					      GFP_KERNEL_ACCOUNT);
		if (!payload->vec)
			return -ENOMEM;
	}
	payload->count = count;
	if (copy_from_user(payload->vec, u64_to_user_ptr(address),
			   count * sizeof(*payload->vec)))
		return -EFAULT;
	payload->size = 0;
	for (i = 0; i < count; i++)
		if (check_add_overflow(payload->size, payload->vec[i].size,
				       &payload->size))
			return -EMSGSIZE;
	return 0;
}

/**
 * kipc_payload_init() - learn what is to be sent
 * @payload: where
 * @data: user address of the bytes, or of structs kipc_vec
 * @data_size: bytes, or number of structs kipc_vec
 * @is_vec: which of the two
 *
 * Context: Process context. May sleep.
 * Return: 0, -E2BIG (too many segments), -EFAULT, -EMSGSIZE (more bytes than
 * can be counted), or -ENOMEM. Nothing is held unless it is 0.
 */
int kipc_payload_init(struct kipc_payload *payload, u64 data, u64 data_size,
		      bool is_vec)
{
	int ret;

	payload->vec = &payload->single;
	if (is_vec) {
		ret = copy_vec(payload, data, data_size);
		if (ret)
			kipc_payload_deinit(payload);
		return ret;
	}
	payload->size = data_size;
	payload->count = 1;
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
void kipc_payload_deinit(struct kipc_payload *payload)
{
	if (payload->vec != &payload->single)
		kvfree(payload->vec);
}
