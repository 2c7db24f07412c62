// SPDX-License-Identifier: GPL-2.0-only
#include "core/payload.h"

#include <linux/mm.h>
#include <linux/overflow.h>
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
 * kipc_payload_init_vec() - learn of a vector of buffers
 * @payload: where
 * @address: user address of structs kipc_vec
 * @count: how many
 *
 * Context: Process context. May sleep.
 * Return: 0, -E2BIG (too many segments), -EFAULT, -EMSGSIZE (more bytes than
 * can be counted), or -ENOMEM. Nothing is held unless it is 0.
 */
int kipc_payload_init_vec(struct kipc_payload *payload, u64 address, u64 count)
{
	int ret;

	payload->vec = &payload->single;
	ret = copy_vec(payload, address, count);
	if (ret)
		kipc_payload_deinit(payload);
	return ret;
}
