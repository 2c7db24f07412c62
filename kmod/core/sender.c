// SPDX-License-Identifier: GPL-2.0-only
#include "core/sender.h"

#include <linux/kipc.h>
#include <linux/pid_namespace.h>

/**
 * kipc_sender_describe() - tell the running thread who sent a message
 * @sender: who
 * @message: gets the ids, as the namespaces of the running thread see them
 *
 * Context: Process context, spinlocks may be held.
 */
void kipc_sender_describe(const struct kipc_sender *sender,
			  struct kipc_message *message)
{
	struct pid_namespace *pid_ns = task_active_pid_ns(current);
	struct user_namespace *user_ns = current_user_ns();

	message->pid = pid_nr_ns(sender->process, pid_ns);
	message->tid = pid_nr_ns(sender->thread, pid_ns);
	message->euid = from_kuid_munged(user_ns, sender->euid);
	message->egid = from_kgid_munged(user_ns, sender->egid);
}
