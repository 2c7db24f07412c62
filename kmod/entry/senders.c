// SPDX-License-Identifier: GPL-2.0-only
#include "entry/senders.h"

#include <linux/seq_file.h>
#include <linux/user_namespace.h>

#include "core/limits.h"
#include "rpc/endpoint.h"
#include "rpc/share.h"

/* What a user has, as it is at this moment */
struct usage {
	kuid_t uid;
	u32 bytes;
	u32 messages;
	u32 abandoned;
	u32 attachments;
	u32 one_way;
	u32 one_way_bytes;
};

static void read_share(struct usage *usage, const struct kipc_share *share)
{
	usage->uid = share->uid;
	usage->bytes = READ_ONCE(share->bytes);
	usage->messages = READ_ONCE(share->messages);
	usage->abandoned = READ_ONCE(share->abandoned);
	usage->attachments = READ_ONCE(share->attachments);
	usage->one_way = READ_ONCE(share->one_way);
	usage->one_way_bytes = READ_ONCE(share->one_way_bytes);
}

/* The endpoint's own user has what the others have not, as far as both count. */
static void read_own(struct usage *usage, const struct kipc_endpoint *endpoint)
{
	read_share(usage, &endpoint->shares.own);
	usage->bytes = READ_ONCE(endpoint->pool.used);
	usage->messages = READ_ONCE(endpoint->queued);
	usage->attachments = READ_ONCE(endpoint->queued_attachments);
}

static void subtract(struct usage *usage, const struct usage *other)
{
	usage->bytes -= min(other->bytes, usage->bytes);
	usage->messages -= min(other->messages, usage->messages);
	usage->attachments -= min(other->attachments, usage->attachments);
}

static bool show(struct seq_file *seq, const char *begin,
		 const struct usage *usage)
{
	if (!usage->bytes && !usage->messages && !usage->abandoned)
		return false;
	seq_printf(seq, "%suid %u: bytes %u messages %u attachments %u one-way %u one-way-bytes %u\n",
		   begin, from_kuid_munged(seq_user_ns(seq), usage->uid),
		   usage->bytes, usage->messages + usage->abandoned,
		   usage->attachments,
		   usage->one_way, usage->one_way_bytes);
	return true;
}

/**
 * kipc_senders_show() - a line for each user that has something there
 * @seq: where
 * @endpoint: the endpoint
 * @begin: what each line begins with
 *
 * Context: Process context.
 */
void kipc_senders_show(struct seq_file *seq, struct kipc_endpoint *endpoint,
		       const char *begin)
{
	struct usage own, usage;
	struct kipc_share *share;
	unsigned long uid;
	int shown = 0;

	read_own(&own, endpoint);
	rcu_read_lock();
	xa_for_each(&endpoint->shares.others, uid, share) {
		read_share(&usage, share);
		subtract(&own, &usage);
		if (shown < KIPC_SENDERS_SHOWN)
			shown += show(seq, begin, &usage);
	}
	rcu_read_unlock();
	show(seq, begin, &own);
}
