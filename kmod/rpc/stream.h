/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A stream is the one-way messages of one node: they are received in the order
 * in which they were sent, and each one only when the slice of the one before was
 * freed. So however many threads an endpoint has, an object sees its messages one
 * at a time.
 *
 * One message is posted: it is in the endpoint's queue, in a receiver's hand, or
 * delivered and not freed. The others wait in the stream's own list. They count
 * as queued, but they are no reason to wake anybody. Whatever ends the posted
 * one, kipc_stream_move_on() posts the next:
 *
 *   waiting --> posted: queued --> in hand --> delivered --> freed
 *      |                 |  ^_______/  |                       |
 *      |                 |             | its files could not   |
 *      |                 |             | be taken              |
 *      v                 v             v                       v
 *   the node died: dropped          dropped                moves on
 *
 * A thread that takes several messages at once gets the next ones of a node along
 * with the first: it is one thread that has them, in their order. Then several are
 * posted, and the stream moves on when the last of them was freed. If it cannot be
 * told of one of them, that one waits again, before all others.
 *
 * A message that is sent as an update takes the place of one that was not received
 * yet, if that was sent by the same endpoint, with the same code, as an update, too.
 * Those that can be replaced are in a tree, so that finding one does not depend on
 * how many wait; there is at most one of a sender and a code. While a message is in
 * hand it cannot be replaced; if it is put back, and there is a newer one by then,
 * it cannot be any more.
 *
 * All members are protected by the lock of the owner's queue. A stream is part of
 * its node, to which each message has a reference.
 */
#ifndef KIPC_RPC_STREAM_H
#define KIPC_RPC_STREAM_H

#include <linux/list.h>
#include <linux/rbtree.h>
#include <linux/types.h>

struct kipc_entry;
struct kipc_message;
struct kipc_one_way;
struct kipc_request;
struct task_struct;

/**
 * struct kipc_stream - the one-way messages of one node
 * @posted: how many are posted
 * @waiting: those that are not, by the links of their entries
 * @updates: those that are queued and can be replaced, by sender and code
 */
struct kipc_stream {
	u32 posted;
	struct list_head waiting;
	struct rb_root updates;
};

/**
 * kipc_stream_init() - make an empty stream
 * @stream: its memory
 *
 * Context: Any.
 */
static inline void kipc_stream_init(struct kipc_stream *stream)
{
	stream->posted = 0;
	INIT_LIST_HEAD(&stream->waiting);
	stream->updates = RB_ROOT;
}

int kipc_stream_queue_locked(struct kipc_one_way *message, bool has_place,
			     struct kipc_one_way **replaced,
			     struct task_struct **receiver);
void kipc_stream_forget_locked(struct kipc_one_way *message);
bool kipc_stream_untake_locked(struct kipc_one_way *message);
struct kipc_entry *kipc_stream_take_next(struct kipc_request *request,
					 struct kipc_message *message);
void kipc_stream_move_on(struct kipc_one_way *message);

#endif /* KIPC_RPC_STREAM_H */
