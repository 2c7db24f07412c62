// SPDX-License-Identifier: GPL-2.0-only
#include "core/label.h"

#include <linux/rcupdate.h>
#include <linux/string.h>

/**
 * kipc_label_init() - note the label of the running thread
 * @label: where
 *
 * Context: Process context.
 * Return: 0, also if no security module gives labels; -ENOMEM; or -EACCES if the
 * one that does could not. Nothing is held unless it is 0.
 */
int kipc_label_init(struct kipc_label *label)
{
	int ret;

	/* AppArmor looks at a label without a reference; labels go by RCU. */
	rcu_read_lock();
	ret = kipc_get_secctx(&label->context);
	rcu_read_unlock();
	label->size = 0;
	if (!ret)
		/* SELinux counts the 0 behind it. */
		label->size = strnlen(label->context.context,
				      label->context.len);
	else if (ret == -EOPNOTSUPP)
		label->context.context = NULL;
	else
		return ret == -ENOMEM ? ret : -EACCES;
	return 0;
}

/**
 * kipc_label_deinit() - forget a label
 * @label: as noted
 *
 * Context: Process context.
 */
void kipc_label_deinit(struct kipc_label *label)
{
	if (label->context.context)
		kipc_put_secctx(&label->context);
}
