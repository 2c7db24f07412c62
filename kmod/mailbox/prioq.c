// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/prioq.h"

#include <linux/bitops.h>
#include <linux/slab.h>

#include "mailbox/letter.h"

static void free_children(struct kipc_prioq_node *node)
{
	u32 i;

	for (i = 0; i < KIPC_PRIOQ_SLOTS; i++)
		kfree(node->slots[i]);
}

/**
 * kipc_prioq_deinit() - end a queue
 * @queue: an empty queue
 *
 * Context: Process context.
 */
void kipc_prioq_deinit(struct kipc_prioq *queue)
{
	struct kipc_prioq_node *root = queue->root;
	u32 i;

	WARN_ON_ONCE(queue->first);
	if (!root)
		return;
	for (i = 0; i < KIPC_PRIOQ_SLOTS; i++)
		if (root->slots[i])
			free_children(root->slots[i]);
	free_children(root);
	kfree(root);
}

/* Where the node at @level on the way to a priority hangs; the way is there */
static struct kipc_prioq_node **link_of(struct kipc_prioq *queue, u32 priority,
					u32 level)
{
	struct kipc_prioq_node **link = &queue->root;
	u32 l;

	for (l = KIPC_PRIOQ_LEVELS - 1; l > level; l--)
		link = (struct kipc_prioq_node **)
			&(*link)->slots[kipc_prioq_slot(priority, l)];
	return link;
}

/**
 * kipc_prioq_prepare() - take the memory that queueing a priority needs
 * @queue: where
 * @priority: which
 * @lock: that of the queue
 *
 * Context: Process context. May sleep.
 * Return: 0 or -ENOMEM.
 */
int kipc_prioq_prepare(struct kipc_prioq *queue, u32 priority,
		       spinlock_t *lock)
{
	struct kipc_prioq_node **link, *node;
	int level;

	for (level = KIPC_PRIOQ_LEVELS - 1; level >= 0; level--) {
		/* Nobody else makes the way disappear. */
		if (READ_ONCE(*link_of(queue, priority, level)))
			continue;
		node = kzalloc(sizeof(*node), GFP_KERNEL_ACCOUNT);
		if (!node)
			return -ENOMEM;
		spin_lock(lock);
		link = link_of(queue, priority, level);
		if (!*link) {
			/* Who finds it finds it empty. */
			smp_store_release(link, node);
			node = NULL;
		}
		spin_unlock(lock);
		kfree(node);
	}
	return 0;
}

/**
 * kipc_prioq_init() - begin with an empty queue, prepared for the lowest priorities
 * @queue: its memory, zeroed
 * @lock: that of the queue
 *
 * Context: Process context. May sleep.
 * Return: 0, or -ENOMEM: then it is to be ended, too.
 */
int kipc_prioq_init(struct kipc_prioq *queue, spinlock_t *lock)
{
	BUILD_BUG_ON(KIPC_PRIORITY_MAX >> KIPC_PRIOQ_LEVELS * KIPC_PRIOQ_BITS);
	return kipc_prioq_prepare(queue, 0, lock);
}

/* The first slot in use from @from on, which there is */
static u32 next_used(const struct kipc_prioq_node *node, u32 from)
{
	return __ffs64(node->used >> from) + from;
}

static bool has_used(const struct kipc_prioq_node *node, u32 from)
{
	return from < KIPC_PRIOQ_SLOTS && node->used >> from;
}

/* The last letter of the least priority in use in a node at @level */
static struct kipc_letter *least_in(const struct kipc_prioq_node *node,
				    u32 level)
{
	while (level--)
		node = node->slots[next_used(node, 0)];
	return node->slots[next_used(node, 0)];
}

/* The nodes on the way to a priority, which is prepared */
static struct kipc_prioq_node *middle_of(const struct kipc_prioq *queue,
					 u32 priority)
{
	return queue->root->slots[kipc_prioq_slot(priority, 2)];
}

static struct kipc_prioq_node *leaf_of(const struct kipc_prioq *queue,
				       u32 priority)
{
	return middle_of(queue, priority)->slots[kipc_prioq_slot(priority, 1)];
}

/* The last letter of the least priority in use that is higher than this; or NULL */
static struct kipc_letter *last_above(const struct kipc_prioq *queue,
				      u32 priority)
{
	const struct kipc_prioq_node *node = leaf_of(queue, priority);
	u32 from = kipc_prioq_slot(priority, 0) + 1;

	if (has_used(node, from))
		return node->slots[next_used(node, from)];
	node = middle_of(queue, priority);
	from = kipc_prioq_slot(priority, 1) + 1;
	if (has_used(node, from))
		return least_in(node->slots[next_used(node, from)], 0);
	node = queue->root;
	from = kipc_prioq_slot(priority, 2) + 1;
	if (has_used(node, from))
		return least_in(node->slots[next_used(node, from)], 1);
	return NULL;
}

static void insert(struct kipc_prioq *queue, struct kipc_letter *before,
		   struct kipc_letter *letter)
{
	struct kipc_letter **link = before ? &before->next : &queue->first;

	letter->next = *link;
	*link = letter;
	WRITE_ONCE(letter->queue, queue);
}

static void begin_use(struct kipc_prioq *queue, u32 priority,
		      struct kipc_prioq_node *leaf)
{
	bool is_new = !leaf->used;

	leaf->used |= BIT_ULL(kipc_prioq_slot(priority, 0));
	if (!is_new)
		return;
	middle_of(queue, priority)->used |= BIT_ULL(kipc_prioq_slot(priority, 1));
	queue->root->used |= BIT_ULL(kipc_prioq_slot(priority, 2));
}

static void end_use(struct kipc_prioq *queue, u32 priority,
		    struct kipc_prioq_node *leaf)
{
	struct kipc_prioq_node *middle;

	leaf->used &= ~BIT_ULL(kipc_prioq_slot(priority, 0));
	if (leaf->used)
		return;
	middle = middle_of(queue, priority);
	middle->used &= ~BIT_ULL(kipc_prioq_slot(priority, 1));
	if (!middle->used)
		queue->root->used &= ~BIT_ULL(kipc_prioq_slot(priority, 2));
}

/**
 * kipc_prioq_push() - queue a letter behind all that are as urgent
 * @queue: where, prepared for its priority
 * @letter: the letter
 *
 * Context: Mailbox's lock held.
 */
void kipc_prioq_push(struct kipc_prioq *queue, struct kipc_letter *letter)
{
	struct kipc_prioq_node *leaf = leaf_of(queue, letter->priority);
	void **last = &leaf->slots[kipc_prioq_slot(letter->priority, 0)];
	struct kipc_letter *before = *last;

	*last = letter;
	if (!before) {
		if (queue->first)
			before = last_above(queue, letter->priority);
		begin_use(queue, letter->priority, leaf);
	}
	insert(queue, before, letter);
}

/**
 * kipc_prioq_push_front() - queue a letter before all that are as urgent
 * @queue: where, prepared for its priority
 * @letter: the letter
 *
 * Context: Mailbox's lock held.
 */
void kipc_prioq_push_front(struct kipc_prioq *queue,
			   struct kipc_letter *letter)
{
	struct kipc_prioq_node *leaf = leaf_of(queue, letter->priority);
	void **last = &leaf->slots[kipc_prioq_slot(letter->priority, 0)];

	insert(queue, last_above(queue, letter->priority), letter);
	if (*last)
		return;
	*last = letter;
	begin_use(queue, letter->priority, leaf);
}

/* Takes out the first letter of a priority, which @link leads to. */
static struct kipc_letter *take(struct kipc_prioq *queue,
				struct kipc_letter **link)
{
	struct kipc_letter *letter = *link;
	struct kipc_prioq_node *leaf = leaf_of(queue, letter->priority);
	void **last = &leaf->slots[kipc_prioq_slot(letter->priority, 0)];

	*link = letter->next;
	WRITE_ONCE(letter->queue, NULL);
	if (*last == letter) {
		*last = NULL;
		end_use(queue, letter->priority, leaf);
	}
	return letter;
}

/**
 * kipc_prioq_pop() - take the first letter
 * @queue: a queue that is not empty
 *
 * Context: Mailbox's lock held.
 * Return: The letter.
 */
struct kipc_letter *kipc_prioq_pop(struct kipc_prioq *queue)
{
	return take(queue, &queue->first);
}

/**
 * kipc_prioq_least() - the least priority of all
 * @queue: a queue that is not empty
 *
 * Context: Mailbox's lock held.
 * Return: The priority.
 */
u32 kipc_prioq_least(const struct kipc_prioq *queue)
{
	return least_in(queue->root, KIPC_PRIOQ_LEVELS - 1)->priority;
}

/**
 * kipc_prioq_pop_least() - take the oldest of the least urgent letters
 * @queue: a queue that is not empty
 *
 * Context: Mailbox's lock held.
 * Return: The letter.
 */
struct kipc_letter *kipc_prioq_pop_least(struct kipc_prioq *queue)
{
	struct kipc_letter *before;

	before = last_above(queue, kipc_prioq_least(queue));
	return take(queue, before ? &before->next : &queue->first);
}
