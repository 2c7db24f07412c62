/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The mailbox by which the pieces of text are handed out: a work queue, made by the
 * coordinator and handed to the workers by a call.
 *
 * Its name is gone as soon as it is open for both sides. So it ends with the
 * processes that use it, and the workers are told when the coordinator closes its
 * side.
 */
#ifndef DEMO_QUEUE_H
#define DEMO_QUEUE_H

#include <stdbool.h>

#include <kipc.h>

#include "pieces.h"

/**
 * struct queue - the mailbox, and how far it was filled
 * @send: descriptor that can only send; -1 if it was closed
 * @receive: descriptor that can only receive, for the workers
 * @posted: how many pieces were posted
 */
struct queue {
	int send;
	int receive;
	size_t posted;
};

/**
 * queue_open() - make the mailbox
 * @queue: where it goes
 * @endpoint: in whose domain
 * @workers: how many workers there are
 *
 * Return: 0 or -errno.
 */
int queue_open(struct queue *queue, struct kipc *endpoint,
	       unsigned int workers);

/**
 * queue_fill() - post pieces until all are, or there is no more room
 * @queue: the mailbox
 * @text: the text
 * @pieces: its pieces
 * @marked: number of the piece in whose middle its worker is to call
 *
 * There is room for more pieces than workers can hold. So if this finds none,
 * another piece is waiting there, and the coordinator hears of a worker before
 * all of them have nothing to do.
 *
 * Return: 0 or -errno.
 */
int queue_fill(struct queue *queue, const struct text *text,
	       const struct pieces *pieces, size_t marked);

/**
 * queue_end() - nothing more will come
 * @queue: the mailbox
 * @info: gets what went through it
 *
 * Return: 0 or -errno.
 */
int queue_end(struct queue *queue, struct kipc_mailbox_info *info);

/**
 * queue_close() - close what is still open
 * @queue: the mailbox
 */
void queue_close(struct queue *queue);

#endif
