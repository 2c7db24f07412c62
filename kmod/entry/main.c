// SPDX-License-Identifier: GPL-2.0-only
/* kipc: the module's beginning and end */
#include <linux/build_bug.h>
#include <linux/kipc.h>
#include <linux/module.h>
#include <linux/rcupdate.h>

#include "core/domain.h"
#include "core/handle.h"
#include "core/wait.h"
#include "entry/debugfs.h"
#include "entry/device.h"
#include "mailbox/mailbox.h"
#include "region/holder.h"
#include "region/memory.h"
#include "rpc/call.h"
#include "rpc/send.h"

/* The layout of the ABI is the same for 32 and 64 bits, and never changes. */
static void build_check_abi(void)
{
	BUILD_BUG_ON(sizeof(struct kipc_vec) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_attachment) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_info) != 80);
	BUILD_BUG_ON(sizeof(struct kipc_stat) != 360);
	BUILD_BUG_ON(sizeof(struct kipc_node_create) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_node_destroy) != 8);
	BUILD_BUG_ON(sizeof(struct kipc_handle_dup) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_handle_drop) != 8);
	BUILD_BUG_ON(sizeof(struct kipc_handle_watch) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_call) != 176);
	BUILD_BUG_ON(sizeof(struct kipc_message) != 152);
	BUILD_BUG_ON(sizeof(struct kipc_recv) != 176);
	BUILD_BUG_ON(sizeof(struct kipc_recv_batch) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_reply) != 56);
	BUILD_BUG_ON(sizeof(struct kipc_reply_recv) != 232);
	BUILD_BUG_ON(sizeof(struct kipc_send) != 64);
	BUILD_BUG_ON(sizeof(struct kipc_notify) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_free) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_name_publish) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_name_unpublish) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_name_lookup) != 40);
	BUILD_BUG_ON(sizeof(struct kipc_name_entry) != 40);
	BUILD_BUG_ON(sizeof(struct kipc_name_list) != 48);
	BUILD_BUG_ON(sizeof(struct kipc_name_watch) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_name_unwatch) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_freeze) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_freeze_watch) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_open) != 72);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_send) != 56);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_send_batch) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_mail) != 80);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_recv) != 152);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_recv_batch) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_send_recv) != 216);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_peek) != 112);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_lease) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_purge) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_info) != 120);
	BUILD_BUG_ON(sizeof(struct kipc_mailbox_notify) != 8);
	BUILD_BUG_ON(sizeof(struct kipc_region_open) != 56);
	BUILD_BUG_ON(sizeof(struct kipc_region_view) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_region_revoke) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_region_seal_add) != 8);
	BUILD_BUG_ON(sizeof(struct kipc_view_entry) != 48);
	BUILD_BUG_ON(sizeof(struct kipc_region_views) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_region_info) != 104);
	BUILD_BUG_ON(sizeof(struct kipc_region_hold) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_chunk_loan) != 16);
	BUILD_BUG_ON(sizeof(struct kipc_chunk_release) != 24);
	BUILD_BUG_ON(sizeof(struct kipc_chunk_entry) != 32);
	BUILD_BUG_ON(sizeof(struct kipc_chunk_list) != 32);
}

static int __init kipc_init(void)
{
	int ret;

	build_check_abi();
	kipc_wait_init();
	ret = kipc_handle_cache_init();
	if (ret)
		return ret;
	ret = kipc_call_cache_init();
	if (ret)
		goto err_handle_cache;
	ret = kipc_send_cache_init();
	if (ret)
		goto err_call_cache;
	ret = kipc_mailbox_init();
	if (ret)
		goto err_send_cache;
	ret = kipc_holders_init();
	if (ret)
		goto err_mailbox;
	kipc_memory_init();
	kipc_debugfs_init();
	ret = kipc_device_init();
	if (ret)
		goto err_debugfs;
	return 0;

err_debugfs:
	kipc_debugfs_exit();
	kipc_memory_exit();
	kipc_holders_exit();
err_mailbox:
	kipc_mailbox_exit();
err_send_cache:
	kipc_send_cache_exit();
err_call_cache:
	kipc_call_cache_exit();
err_handle_cache:
	kipc_handle_cache_exit();
	return ret;
}

static void __exit kipc_exit(void)
{
	kipc_device_exit();
	kipc_domains_end();
	kipc_mailbox_exit();
	kipc_holders_exit();
	kipc_memory_exit();
	kipc_debugfs_exit();
	/* Nodes, names and handles are freed by RCU. */
	rcu_barrier();
	kipc_send_cache_exit();
	kipc_call_cache_exit();
	kipc_handle_cache_exit();
}

module_init(kipc_init);
module_exit(kipc_exit);

MODULE_DESCRIPTION("Calls, mailboxes and shared memory between processes");
MODULE_AUTHOR("The kipc developers");
MODULE_LICENSE("GPL");
