/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that run at a priority that is not their own, because of whom they
 * serve.
 *
 * While a thread serves a call it runs at its caller's policy and priority, or at
 * the least of the node, whichever is more urgent. Each call that makes a thread
 * run at another priority than its own is a loan. The loans of a thread may end
 * in any order, so a record of the thread keeps them all, and what its own
 * priority is: it exists as long as there is a loan, and the thread does not have
 * its own priority back. The thread runs at the most urgent of its loans.
 *
 * A loan is given to the receiver that is picked for the call, by the caller and
 * before it wakes it: it is this that bounds the inversion, as a receiver may not
 * get to run otherwise. Whoever receives the call in the end moves the loan to
 * itself, and nothing is lent any more to who was picked. It ends when the call is
 * answered, or its caller leaves, or the thread asks for the next message, or the
 * endpoint ends; at the latest with the memory of the call.
 *
 * A call whose level is the receiver's own, as is usual, costs a comparison and
 * makes no loan, unless that level is lent. What does is under one rt_mutex:
 * setting a priority may sleep, and a mutex without inheritance would be a place for
 * the inversion that is fought here.
 *
 * A thread that runs at a lent priority has the scheduler's flag that its
 * children get none of it; that also tells such a thread from others at the cost
 * of a bit test. It could still set its priority itself, and keep it: the
 * scheduler allows everybody to give up a part of what he has. So when the last
 * loan ends the thread gets its own priority back, unless it was set by somebody
 * meanwhile to one that its limits, or its capabilities, allow it to have.
 */
#ifndef KIPC_RPC_THREAD_H
#define KIPC_RPC_THREAD_H

#include <linux/list.h>
#include <linux/sched.h>

#include "core/priority.h"

struct kipc_endpoint;
struct kipc_open_call;
struct kipc_thread;

/* Less urgent than any thread: what a call has that lends nothing */
#define KIPC_LEVEL_NONE		255

/**
 * struct kipc_loan - a priority that a call lends to a thread
 * @link: in the thread's list (protected by the lock of all loans)
 * @thread: to whom; NULL if there is no loan (the same; looked at without, by
 *	those who only want to know whether there may be one)
 * @priority: what is lent, or KIPC_LEVEL_NONE (constant)
 * @exact: even if it is less than the thread's own (constant)
 */
struct kipc_loan {
	struct list_head link;
	struct kipc_thread *thread;
	struct kipc_priority priority;
	bool exact;
};

/**
 * kipc_loan_init() - begin without a loan
 * @loan: its memory
 * @priority: what will be lent
 * @exact: even if it is less than the thread's own
 *
 * Context: Any.
 */
static inline void kipc_loan_init(struct kipc_loan *loan,
				  struct kipc_priority priority, bool exact)
{
	loan->thread = NULL;
	loan->priority = priority;
	loan->exact = exact;
}

/**
 * kipc_loan_is_wanted() - whether a thread would not run as a call lends it
 * @loan: of the call
 * @task: the thread
 *
 * Context: Any.
 * Return: Whether kipc_thread_lend() is needed.
 */
static inline bool kipc_loan_is_wanted(const struct kipc_loan *loan,
				       const struct task_struct *task)
{
	u8 level = kipc_level_of(task);

	return loan->priority.level < level ||
	       (unlikely(loan->exact) && loan->priority.level != level);
}

void kipc_thread_lend(struct kipc_open_call *call, struct task_struct *task,
		      bool serves);
void kipc_thread_end_loan(struct kipc_loan *loan);
void kipc_thread_end_loans(struct kipc_endpoint *endpoint);
bool kipc_thread_may_have(u32 policy, s32 priority);

/**
 * kipc_thread_repay() - a thread serves a call no longer
 * @loan: of the call
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_thread_repay(struct kipc_loan *loan)
{
	/* Pairs with smp_store_release() in forget_locked(). */
	if (unlikely(smp_load_acquire(&loan->thread)))
		kipc_thread_end_loan(loan);
}

/**
 * kipc_thread_settle() - the running thread asks for the next message
 * @endpoint: from which; what it received from there before is not served by
 *	it any more
 *
 * Context: Process context. May sleep.
 */
static inline void kipc_thread_settle(struct kipc_endpoint *endpoint)
{
	if (unlikely(current->sched_reset_on_fork))
		kipc_thread_end_loans(endpoint);
}

#endif /* KIPC_RPC_THREAD_H */
