/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Receiving, in two steps: kipc_recv() takes an entry in hand and describes it;
 * once the description was copied to the user, or could not be,
 * kipc_hand_finish() makes it final or puts the entry back.
 */
#ifndef KIPC_RPC_RECV_H
#define KIPC_RPC_RECV_H

#include <linux/kipc.h>
#include <linux/types.h>

struct kipc_endpoint;
struct kipc_entry;
struct kipc_message;
struct kipc_recv;
struct kipc_recv_batch;
struct kipc_request;

/**
 * struct kipc_hand - what a receiver has in hand
 * @entry: the entry; NULL if there is none
 * @request: the request that it is; NULL if it is a notice
 */
struct kipc_hand {
	struct kipc_entry *entry;
	struct kipc_request *request;
};

int kipc_hand_open(struct kipc_endpoint *endpoint, struct kipc_hand *hand,
		   struct kipc_message *message);
int kipc_hand_refuse(struct kipc_hand *hand, int error);
void kipc_hand_finish(struct kipc_endpoint *endpoint, struct kipc_hand *hand,
		      const struct kipc_message *message, bool delivered);
int kipc_recv_batch(struct kipc_endpoint *endpoint,
		    struct kipc_recv_batch *args, bool nonblock);
int kipc_recv(struct kipc_endpoint *endpoint, struct kipc_recv *args,
	      bool nonblock, struct kipc_hand *hand);

/**
 * kipc_message_size() - how much of a message its receiver gets
 * @message: its description
 *
 * Return: Bytes from the beginning; what is behind them is not initialized.
 */
static inline size_t kipc_message_size(const struct kipc_message *message)
{
	return message->flags & KIPC_MSG_SMALL ?
	       sizeof(*message) : offsetof(struct kipc_message, small);
}

#endif /* KIPC_RPC_RECV_H */
