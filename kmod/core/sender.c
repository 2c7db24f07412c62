// SPDX-License-Identifier: GPL-2.0-only
#include "core/sender.h"

#include <linux/kipc.h>
#include <linux/pid_namespace.h>
#include <linux/user_namespace.h>

/* The number in the first namespace needs no search. */
static u32 number(struct pid *pid, struct pid_namespace *pid_ns)
{
	return likely(pid_ns == &init_pid_ns) ? pid_nr(pid) :
						pid_nr_ns(pid, pid_ns);
}

/* Of one that is gone, the number may be another's by now: that is 0. */
static u32 number_if_living(const struct kipc_sender *sender, struct pid *pid,
			    enum pid_type type, struct pid_namespace *pid_ns)
{
	if (sender->is_pinned && !pid_has_task(pid, type))
		return 0;
	return number(pid, pid_ns);
}

/**
 * kipc_process_number() - the number of a process that may be gone
 * @process: the process, to which the caller has a reference
 * @pid_ns: as which namespace sees it
 *
 * Context: Any.
 * Return: The number, or 0 if the namespace does not see it, or if it is gone: the
 * number may be another's by then.
 */
u32 kipc_process_number(struct pid *process, struct pid_namespace *pid_ns)
{
	return pid_has_task(process, PIDTYPE_TGID) ? number(process, pid_ns) :
						     0;
}

/**
 * kipc_sender_describe() - tell the running thread who sent a message
 * @sender: who
 * @ids: gets them, as the namespaces of the running thread see them
 *
 * Context: Process context, spinlocks may be held.
 */
void kipc_sender_describe(const struct kipc_sender *sender,
			  struct kipc_ids *ids)
{
	struct pid_namespace *pid_ns = ns_of_pid(task_pid(current));
	struct user_namespace *user_ns = current_user_ns();

	BUILD_BUG_ON(offsetof(struct kipc_message, egid) -
		     offsetof(struct kipc_message, pid) != 12);
	BUILD_BUG_ON(offsetof(struct kipc_mail, egid) -
		     offsetof(struct kipc_mail, pid) != 12);
	ids->pid = number_if_living(sender, sender->process, PIDTYPE_TGID,
				    pid_ns);
	if (sender->thread == sender->process)
		ids->tid = ids->pid;
	else
		ids->tid = number_if_living(sender, sender->thread, PIDTYPE_PID,
					    pid_ns);
	if (user_ns == &init_user_ns) {
		/* The same, without a search. */
		ids->euid = __kuid_val(sender->euid);
		ids->egid = __kgid_val(sender->egid);
	} else {
		ids->euid = from_kuid_munged(user_ns, sender->euid);
		ids->egid = from_kgid_munged(user_ns, sender->egid);
	}
}
