// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/call.h"

#include <linux/atomic.h>
#include <linux/slab.h>

#include "core/attach.h"
#include "core/live.h"
#include "core/quota.h"
#include "rpc/endpoint.h"

static struct kmem_cache *call_cache;

/**
 * kipc_call_cache_init() - make the cache of calls
 *
 * Context: Process context.
 * Return: 0 or -ENOMEM.
 */
int kipc_call_cache_init(void)
{
	call_cache = kmem_cache_create("kipc_call",
				       sizeof(struct kipc_open_call), 0,
				       SLAB_ACCOUNT, NULL);
	return call_cache ? 0 : -ENOMEM;
}

/**
 * kipc_call_cache_exit() - end the cache of calls
 *
 * Context: Process context.
 */
void kipc_call_cache_exit(void)
{
	kmem_cache_destroy(call_cache);
}

/**
 * kipc_call_charge_files() - charge a user for the files of a reply
 * @call: the call, whose reply is being brought
 * @user: the caller's
 *
 * Context: Process context of whoever answers.
 * Return: 0 or -EDQUOT.
 */
int kipc_call_charge_files(struct kipc_open_call *call, struct kipc_user *user)
{
	u32 files = call->reply.attachments->file_count;
	int ret;

	ret = kipc_quota_charge(user, KIPC_QUOTA_FILES, files);
	if (ret)
		return ret;
	call->files_payer = kipc_user_get(user);
	call->files_charged = files;
	return 0;
}

/**
 * kipc_call_uncharge_files() - charge nobody for them any more
 * @call: the call, for whose reply's files somebody may be charged
 *
 * Context: Process context. May sleep.
 */
void kipc_call_uncharge_files(struct kipc_open_call *call)
{
	struct kipc_user *user = call->files_payer;

	if (likely(!user))
		return;
	call->files_payer = NULL;
	kipc_quota_release(user, KIPC_QUOTA_FILES, call->files_charged);
	kipc_user_put(user);
}

/* Nobody has a reference: ends it, but for the memory. */
static void deinit(struct kipc_open_call *call)
{
	kipc_call_uncharge_files(call);
	kipc_thread_repay(&call->loan);
	kipc_delivery_deinit(&call->reply);
	kipc_request_deinit(&call->request);
	kipc_live_add(KIPC_LIVE_MESSAGES, -1);
}

/**
 * kipc_call_free() - free a call to which nobody has a reference
 * @call: the call
 *
 * Context: Process context. May sleep.
 */
void kipc_call_free(struct kipc_open_call *call)
{
	struct kipc_open_call *parent;

	/* With a call goes its reference to its parent: at most a chain of them. */
	for (;;) {
		parent = call->parent;
		deinit(call);
		kmem_cache_free(call_cache, call);
		if (!parent || !refcount_dec_and_test(&parent->request.refs))
			return;
		call = parent;
	}
}

/**
 * kipc_call_free_spare() - free the memory that is kept for the next call
 * @endpoint: whose; nobody calls from there any more
 *
 * Context: Process context.
 */
void kipc_call_free_spare(struct kipc_endpoint *endpoint)
{
	if (endpoint->spare)
		kmem_cache_free(call_cache, endpoint->spare);
}

/**
 * kipc_call_put_kept() - drop a reference, and keep the memory for the next call
 * @call: the call
 * @caller: who made it
 *
 * Context: Process context. May sleep.
 */
void kipc_call_put_kept(struct kipc_open_call *call,
			struct kipc_endpoint *caller)
{
	if (!refcount_dec_and_test(&call->request.refs))
		return;
	if (unlikely(call->parent))
		kipc_call_put(call->parent);
	deinit(call);
	call = xchg(&caller->spare, call);
	if (call)
		kmem_cache_free(call_cache, call);
}

/**
 * kipc_call_release_reply() - the caller has freed its reply's slice
 * @slice: the slice
 * @pool: the caller's
 *
 * Context: Process context. May sleep.
 */
void kipc_call_release_reply(struct kipc_slice *slice, struct kipc_pool *pool)
{
	kipc_call_put_kept(container_of(slice, struct kipc_open_call,
					reply.slice),
			   container_of(pool, struct kipc_endpoint, pool));
}

/**
 * kipc_call_alloc() - get memory for a call
 * @caller: who calls
 *
 * Context: Process context. May sleep.
 * Return: The memory, not cleared, or NULL.
 */
struct kipc_open_call *kipc_call_alloc(struct kipc_endpoint *caller)
{
	struct kipc_open_call *call = xchg(&caller->spare, NULL);

	return call ?: kmem_cache_alloc(call_cache, GFP_KERNEL);
}
