// SPDX-License-Identifier: GPL-2.0-only
#include "rpc/thread.h"

#include <linux/capability.h>
#include <linux/hashtable.h>
#include <linux/rtmutex.h>
#include <linux/sched/deadline.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include <uapi/linux/sched/types.h>

#include "rpc/call.h"
#include "rpc/endpoint.h"

#define BUCKET_BITS	8

/**
 * struct kipc_thread - a thread that runs at a lent priority
 * @link: in @threads; all members are protected by @loans_lock
 * @task: the thread, referenced (constant)
 * @own: what it had before (constant)
 * @own_priority: the same as a level (constant)
 * @now: what it is to run at
 * @is_due: it is about to set that itself, in unlock(); until it has, it may run
 *	at something else
 * @loans: struct kipc_loan; empty only while it is due
 */
struct kipc_thread {
	struct hlist_node link;
	struct task_struct *task;
	struct sched_attr own;
	struct kipc_priority own_priority;
	struct kipc_priority now;
	bool is_due;
	struct list_head loans;
};

static DEFINE_RT_MUTEX(loans_lock);
static DEFINE_HASHTABLE(threads, BUCKET_BITS);

static struct kipc_thread *find_locked(const struct task_struct *task)
{
	struct kipc_thread *thread;

	hash_for_each_possible(threads, thread, link, (unsigned long)task)
		if (thread->task == task)
			return thread;
	return NULL;
}

/* How a thread is scheduled, in the scheduler's words */
static void get_attr(const struct task_struct *task, struct sched_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->sched_policy = READ_ONCE(task->policy);
	attr->sched_nice = task_nice(task);
	attr->sched_priority = task->rt_priority;
	if (task->sched_reset_on_fork)
		attr->sched_flags = SCHED_FLAG_RESET_ON_FORK;
}

static void make_attr(struct kipc_priority priority, struct sched_attr *attr)
{
	memset(attr, 0, sizeof(*attr));
	attr->size = sizeof(*attr);
	attr->sched_policy = priority.policy;
	attr->sched_flags = SCHED_FLAG_RESET_ON_FORK;
	if (priority.level < MAX_RT_PRIO)
		attr->sched_priority = MAX_RT_PRIO - 1 - priority.level;
	else
		attr->sched_nice = PRIO_TO_NICE(priority.level);
}

static bool same(struct kipc_priority a, struct kipc_priority b)
{
	return a.level == b.level && a.policy == b.policy;
}

/*
 * Deadline tasks are left alone; so is who became one. Of the record this looks at
 * what is constant only.
 */
static void set_priority(const struct kipc_thread *thread,
			 struct kipc_priority priority)
{
	bool is_own = same(priority, thread->own_priority);
	struct sched_attr attr = thread->own;

	if (dl_task(thread->task))
		return;
	if (!is_own)
		make_attr(priority, &attr);
	sched_setattr_nocheck(thread->task, &attr);
	/* The scheduler sets it with SCHED_NORMAL and SCHED_BATCH only. */
	if (is_own)
		set_user_nice(thread->task, attr.sched_nice);
}

/*
 * Whoever waits for the lock already lends its priority to the running thread no
 * more if that is given up here: an rt_mutex looks for waiters when they come. So
 * the running thread's own is changed without the lock, by unlock().
 */
static void set_locked(struct kipc_thread *thread,
		       struct kipc_priority priority)
{
	if (same(thread->now, priority))
		return;
	thread->now = priority;
	if (thread->task == current)
		thread->is_due = true;
	else
		set_priority(thread, priority);
}

static void update_locked(struct kipc_thread *thread)
{
	struct kipc_priority most = { KIPC_LEVEL_NONE, SCHED_NORMAL };
	const struct kipc_loan *loan;

	list_for_each_entry(loan, &thread->loans, link) {
		if (loan->priority.level < most.level)
			most = loan->priority;
		if (!loan->exact && thread->own_priority.level <= most.level)
			most = thread->own_priority;
	}
	set_locked(thread, most);
}

/* Whether a thread's limits allow it */
static bool limits_allow(const struct task_struct *task, u8 level)
{
	if (level < MAX_RT_PRIO)
		return MAX_RT_PRIO - 1 - level <=
		       task_rlimit(task, RLIMIT_RTPRIO);
	return nice_to_rlimit(PRIO_TO_NICE(level)) <=
	       task_rlimit(task, RLIMIT_NICE);
}

/*
 * Somebody else has set its priority, and it can keep that. Of one that is about to
 * set it itself nobody can tell.
 */
static bool was_changed(const struct kipc_thread *thread)
{
	struct kipc_priority now = kipc_priority_of(thread->task);

	if (thread->is_due || same(now, thread->now))
		return false;
	return now.level >= thread->own_priority.level ||
	       limits_allow(thread->task, now.level) ||
	       has_capability_noaudit(thread->task, CAP_SYS_NICE);
}

static void free_locked(struct kipc_thread *thread)
{
	hash_del(&thread->link);
	put_task_struct(thread->task);
	kfree(thread);
}

/*
 * The last loan has ended. As long as the thread may run at what it was lent, that
 * must not be taken for its own; so the record of one that is due stays.
 */
static void end_thread_locked(struct kipc_thread *thread)
{
	if (!was_changed(thread))
		set_locked(thread, thread->own_priority);
	if (!thread->is_due)
		free_locked(thread);
}

static void forget_locked(struct kipc_loan *loan)
{
	/*
	 * Pairs with smp_load_acquire() in kipc_thread_repay(): who finds no loan
	 * may use the memory for something else.
	 */
	smp_store_release(&loan->thread, NULL);
}

/* Whether the thread runs at something else because of it */
static bool lends(const struct kipc_thread *thread,
		  const struct kipc_loan *loan)
{
	return loan->exact ||
	       loan->priority.level < thread->own_priority.level;
}

static bool is_lent(const struct kipc_thread *thread)
{
	const struct kipc_loan *loan;

	list_for_each_entry(loan, &thread->loans, link)
		if (lends(thread, loan))
			return true;
	return false;
}

/*
 * Who runs at its own priority has no loans: what its own is could change without
 * being noticed.
 */
static void end_all_locked(struct kipc_thread *thread)
{
	struct kipc_loan *loan, *next;

	list_for_each_entry_safe(loan, next, &thread->loans, link) {
		list_del(&loan->link);
		forget_locked(loan);
	}
	end_thread_locked(thread);
}

/*
 * The loan is forgotten only when its thread has its priority: a thread that has
 * answered, and finds no loan, goes on as itself.
 */
static void end_locked(struct kipc_loan *loan)
{
	struct kipc_thread *thread = loan->thread;

	list_del(&loan->link);
	if (is_lent(thread))
		update_locked(thread);
	else
		end_all_locked(thread);
	forget_locked(loan);
}

static void lock(void)
{
	rt_mutex_lock(&loans_lock);
}

/*
 * If the running thread is due, it sets its priority. Meanwhile others may begin
 * loans of it, and end them, and set it, too: so it looks again.
 */
static void unlock(void)
{
	struct kipc_thread *thread = find_locked(current);
	struct kipc_priority priority;

	while (thread && thread->is_due) {
		priority = thread->now;
		rt_mutex_unlock(&loans_lock);
		set_priority(thread, priority);
		rt_mutex_lock(&loans_lock);
		thread->is_due = !same(priority, thread->now);
	}
	if (thread && list_empty(&thread->loans))
		free_locked(thread);
	rt_mutex_unlock(&loans_lock);
}

static void begin_locked(struct kipc_thread *thread, struct task_struct *task)
{
	thread->task = get_task_struct(task);
	get_attr(task, &thread->own);
	thread->own_priority = kipc_priority_of(task);
	thread->now = thread->own_priority;
	thread->is_due = false;
	INIT_LIST_HEAD(&thread->loans);
	hash_add(threads, &thread->link, (unsigned long)task);
}

static bool is_over(const struct kipc_open_call *call)
{
	return READ_ONCE(call->state) == KIPC_CALL_DONE ||
	       READ_ONCE(call->abandoned);
}

/* Whether the loan is, or is to stay, another's */
static bool is_given(const struct kipc_loan *loan,
		     const struct task_struct *task, bool serves)
{
	return loan->thread && (!serves || loan->thread->task == task);
}

/* Whether nobody has taken it; see kipc_thread_lend(). */
static bool is_queued(struct kipc_open_call *call)
{
	struct kipc_queue *queue = &call->request.target->queue;
	bool ret;

	spin_lock(&queue->lock);
	ret = call->state == KIPC_CALL_QUEUED;
	spin_unlock(&queue->lock);
	return ret;
}

/* There is no loan. Who runs at its own priority, and needs no other, gets none. */
static void lend_locked(struct kipc_open_call *call, struct task_struct *task,
			bool serves, struct kipc_thread **new)
{
	struct kipc_thread *thread = find_locked(task);
	struct kipc_loan *loan = &call->loan;

	if (!thread && !kipc_loan_is_wanted(loan, task))
		return;
	if (!thread) {
		thread = *new;
		*new = NULL;
		begin_locked(thread, task);
	}
	list_add(&loan->link, &thread->loans);
	WRITE_ONCE(loan->thread, thread);
	/*
	 * Who takes the call from now on finds the loan, because it needs the
	 * queue's lock first. Who has taken it may have looked before.
	 */
	if (serves || is_queued(call))
		update_locked(thread);
	else
		end_locked(loan);
}

/**
 * kipc_thread_lend() - let a thread run as a call lends it
 * @call: the call, of which the caller of this has a reference
 * @task: the thread
 * @serves: it has received the call, rather than been picked for it
 *
 * If there is no memory for the record, the thread keeps its own priority.
 *
 * Context: Process context. May sleep.
 */
void kipc_thread_lend(struct kipc_open_call *call, struct task_struct *task,
		      bool serves)
{
	struct kipc_loan *loan = &call->loan;
	struct kipc_thread *new;

	new = kmalloc(sizeof(*new), GFP_KERNEL_ACCOUNT);
	if (!new)
		return;
	lock();
	if (!is_over(call) && !is_given(loan, task, serves) &&
	    !dl_task(task)) {
		if (loan->thread)
			end_locked(loan);
		lend_locked(call, task, serves, &new);
	}
	unlock();
	kfree(new);
}

/**
 * kipc_thread_end_loan() - the part of kipc_thread_repay() for calls that lend
 * @loan: of the call
 *
 * Context: Process context. May sleep.
 */
void kipc_thread_end_loan(struct kipc_loan *loan)
{
	lock();
	if (loan->thread)
		end_locked(loan);
	unlock();
}

/* The first loan of a thread that a call to @endpoint made, or NULL */
static struct kipc_loan *first_locked(const struct kipc_thread *thread,
				      const struct kipc_endpoint *endpoint)
{
	struct kipc_open_call *call;

	list_for_each_entry(call, &thread->loans, loan.link)
		if (call->request.target == endpoint)
			return &call->loan;
	return NULL;
}

/**
 * kipc_thread_end_loans() - the part of kipc_thread_settle() for threads that
 *	may have loans
 * @endpoint: from which the running thread received calls
 *
 * Context: Process context. May sleep.
 */
void kipc_thread_end_loans(struct kipc_endpoint *endpoint)
{
	struct kipc_thread *thread;
	struct kipc_loan *loan;

	lock();
	/* With its last loan the thread's record may go, too. */
	while ((thread = find_locked(current)) &&
	       (loan = first_locked(thread, endpoint)))
		end_locked(loan);
	unlock();
}

/**
 * kipc_thread_may_have() - whether the running thread may ask for a priority
 * @policy: SCHED_NORMAL, SCHED_FIFO or SCHED_RR
 * @priority: a nice value or a real-time priority
 *
 * What it runs at now does not count: it may be lent.
 *
 * Context: Process context.
 * Return: Whether its limits, or its capabilities, allow it.
 */
bool kipc_thread_may_have(u32 policy, s32 priority)
{
	if (policy == SCHED_NORMAL && priority >= 0)
		return true;
	if (policy == SCHED_NORMAL)
		priority = NICE_TO_PRIO(priority);
	else
		priority = MAX_RT_PRIO - 1 - priority;
	return limits_allow(current, priority) || capable(CAP_SYS_NICE);
}
