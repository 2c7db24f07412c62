/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sent a message. It is taken when the message is sent, from the thread
 * that sends it, and translated when the message is received, for the one who
 * receives it. In between it holds struct pids, not numbers: a number could
 * have been given to another process by then.
 *
 * A thread that waits for what it sent to be received keeps its struct pids in
 * existence. Who does not wait, or no longer, pins them first.
 */
#ifndef KIPC_CORE_SENDER_H
#define KIPC_CORE_SENDER_H

#include <linux/cred.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>

struct pid_namespace;

/**
 * struct kipc_sender - who sent a message
 * @process: the process (thread group)
 * @thread: the thread
 * @euid: effective user
 * @egid: effective group
 * @is_pinned: there is a reference to both, and they may be gone; else they are
 *	there, because the thread waits
 */
struct kipc_sender {
	struct pid *process;
	struct pid *thread;
	kuid_t euid;
	kgid_t egid;
	bool is_pinned;
};

/**
 * kipc_sender_init() - note who is running
 * @sender: where
 *
 * Context: Process context.
 */
static inline void kipc_sender_init(struct kipc_sender *sender)
{
	sender->process = task_tgid(current);
	sender->thread = task_pid(current);
	current_euid_egid(&sender->euid, &sender->egid);
	sender->is_pinned = false;
}

/**
 * kipc_sender_pin() - the sender will not wait
 * @sender: the running thread, or another that waits
 *
 * Context: Any.
 */
static inline void kipc_sender_pin(struct kipc_sender *sender)
{
	get_pid(sender->process);
	if (sender->thread != sender->process)
		get_pid(sender->thread);
	sender->is_pinned = true;
}

/**
 * kipc_sender_deinit() - forget who sent a message
 * @sender: who
 *
 * Context: Any.
 */
static inline void kipc_sender_deinit(struct kipc_sender *sender)
{
	if (unlikely(sender->is_pinned)) {
		if (sender->thread != sender->process)
			put_pid(sender->thread);
		put_pid(sender->process);
	}
}

/**
 * struct kipc_ids - who sent a message, as its receiver sees it: as it stands in
 *	struct kipc_message and in struct kipc_mail
 * @pid: process, or 0
 * @tid: thread, or 0
 * @euid: effective user
 * @egid: effective group
 */
struct kipc_ids {
	u32 pid;
	u32 tid;
	u32 euid;
	u32 egid;
};

/* The ids in what an ABI struct tells of a message */
#define kipc_ids_of(message)	((struct kipc_ids *)&(message)->pid)

u32 kipc_process_number(struct pid *process, struct pid_namespace *pid_ns);
void kipc_sender_describe(const struct kipc_sender *sender,
			  struct kipc_ids *ids);

#endif /* KIPC_CORE_SENDER_H */
