// SPDX-License-Identifier: GPL-2.0-only
#include "core/sender.h"

#include <linux/kipc.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>

/* Of one that is gone, the number may be another's by now. */
static u32 living(struct pid *pid, enum pid_type type,
		  struct pid_namespace *pid_ns)
{
	return pid_has_task(pid, type) ? pid_nr_ns(pid, pid_ns) : 0;
}

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

	message->pid = living(sender->process, PIDTYPE_TGID, pid_ns);
	message->tid = living(sender->thread, PIDTYPE_PID, pid_ns);
	if (user_ns == &init_user_ns) {
		/* The same, without a search. */
		message->euid = __kuid_val(sender->euid);
		message->egid = __kgid_val(sender->egid);
	} else {
		message->euid = from_kuid_munged(user_ns, sender->euid);
		message->egid = from_kgid_munged(user_ns, sender->egid);
	}
}
