/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sent a message. It is taken when the message is sent, from the thread
 * that sends it, and translated when the message is received, for the one who
 * receives it. In between it holds struct pids, not numbers: a number could
 * have been given to another process by then.
 */
#ifndef KIPC_CORE_SENDER_H
#define KIPC_CORE_SENDER_H

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>

struct kipc_message;

/**
 * struct kipc_sender - who sent a message
 * @process: the process (thread group), referenced
 * @thread: the thread, referenced
 * @euid: effective user
 * @egid: effective group
 */
struct kipc_sender {
	struct pid *process;
	struct pid *thread;
	kuid_t euid;
	kgid_t egid;
};

/**
 * kipc_sender_init() - note who is running
 * @sender: where
 *
 * Context: Process context.
 */
static inline void kipc_sender_init(struct kipc_sender *sender)
{
	sender->process = get_pid(task_tgid(current));
	sender->thread = get_pid(task_pid(current));
	current_euid_egid(&sender->euid, &sender->egid);
}

/**
 * kipc_sender_deinit() - forget who sent a message
 * @sender: who
 *
 * Context: Any.
 */
static inline void kipc_sender_deinit(struct kipc_sender *sender)
{
	put_pid(sender->process);
	put_pid(sender->thread);
}

void kipc_sender_describe(const struct kipc_sender *sender,
			  struct kipc_message *message);

#endif /* KIPC_CORE_SENDER_H */
