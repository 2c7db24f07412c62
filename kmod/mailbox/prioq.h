/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A priority queue of letters: the most urgent comes first, and of equally urgent
 * ones the one that was queued first. Whatever is done costs the same with one
 * letter as with a million, and with one priority as with all of them.
 *
 * All letters are linked in the order in which they are received, and the next one is
 * at the head. To queue one, its place must be found: behind the last letter that is at
 * least as urgent. For that there is a tree of three levels of 64 slots each, indexed by
 * priority. In a leaf, a slot leads to the last letter of its priority, and in each node
 * a word says which slots are in use: the nearest one in use that is more urgent is a
 * matter of a few bit operations. Letters leave at the head, or where those of the least
 * priority begin: so they need to be linked in one direction only.
 *
 * Those nodes that the lowest 64 priorities need are made with the queue, others when
 * their priorities are first used, by whoever sends, before it takes the mailbox's lock:
 * kipc_prioq_prepare(). They stay as long as the queue, so that queueing again, which
 * must not fail, needs no memory. All there can be are 521 of them, half a megabyte.
 *
 * The queue is protected by the lock of its mailbox, but that nodes are looked for
 * without it: they only come.
 */
#ifndef KIPC_MAILBOX_PRIOQ_H
#define KIPC_MAILBOX_PRIOQ_H

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/kipc.h>
#include <linux/spinlock_types.h>

#include <asm/barrier.h>

struct kipc_letter;

/* Levels of the tree, bits of a priority that each decides, and slots of a node */
#define KIPC_PRIOQ_LEVELS	3
#define KIPC_PRIOQ_BITS		6
#define KIPC_PRIOQ_SLOTS	BIT(KIPC_PRIOQ_BITS)

/**
 * struct kipc_prioq_node - a node of the tree
 * @used: which slots lead to letters
 * @slots: the last letter of a priority, or NULL; or nodes, which stay when they are
 *	not used any more
 */
struct kipc_prioq_node {
	u64 used;
	void *slots[KIPC_PRIOQ_SLOTS];
};

/**
 * struct kipc_prioq - a priority queue
 * @first: the letter that is received next, or NULL
 * @root: of the tree; NULL until something was prepared
 */
struct kipc_prioq {
	struct kipc_letter *first;
	struct kipc_prioq_node *root;
};

int kipc_prioq_init(struct kipc_prioq *queue, struct spinlock *lock);
void kipc_prioq_deinit(struct kipc_prioq *queue);
int kipc_prioq_prepare(struct kipc_prioq *queue, u32 priority,
		       struct spinlock *lock);
void kipc_prioq_push(struct kipc_prioq *queue, struct kipc_letter *letter);
void kipc_prioq_push_front(struct kipc_prioq *queue,
			   struct kipc_letter *letter);
struct kipc_letter *kipc_prioq_pop(struct kipc_prioq *queue);
u32 kipc_prioq_least(const struct kipc_prioq *queue);
struct kipc_letter *kipc_prioq_pop_least(struct kipc_prioq *queue);

/**
 * kipc_prioq_slot() - which slot of a node leads to a priority
 * @priority: the priority
 * @level: of the node; 0 for a leaf
 *
 * Context: Any.
 * Return: The slot.
 */
static inline u32 kipc_prioq_slot(u32 priority, u32 level)
{
	return priority >> level * KIPC_PRIOQ_BITS & (KIPC_PRIOQ_SLOTS - 1);
}

/**
 * kipc_prioq_is_prepared() - whether a priority can be queued
 * @queue: where
 * @priority: which
 *
 * Context: Any; no lock is needed.
 * Return: Whether the memory for that is there.
 */
static inline bool kipc_prioq_is_prepared(const struct kipc_prioq *queue,
					  u32 priority)
{
	const struct kipc_prioq_node *node;
	u32 level;

	/* Those were prepared before anybody could post. */
	if (likely(priority < KIPC_PRIOQ_SLOTS))
		return true;
	/* Pairs with the release in kipc_prioq_prepare(). */
	node = smp_load_acquire(&queue->root);
	for (level = KIPC_PRIOQ_LEVELS - 1; level && node; level--)
		/* As above */
		node = smp_load_acquire(&node->slots[kipc_prioq_slot(priority,
								     level)]);
	return node;
}

#endif /* KIPC_MAILBOX_PRIOQ_H */
