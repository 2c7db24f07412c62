/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A family of processes that call each other in chains, for storms.
 *
 * Each member has one endpoint and a few threads. A thread begins a chain, or takes
 * a message; who serves a call calls on at random, serves what comes to it meanwhile,
 * and answers, late, never, or at once. What it carries and with which flags and
 * deadlines is random, too. In between it does as it is ordered: closes its endpoint
 * and opens another one, or ends its node.
 *
 * It lives until it is killed. Whatever a command returns that cannot be explained by
 * the death of others, by signals, deadlines and want of room, ends it with SIGABRT.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "message.h"

#define CHAIN_MEMBERS	5
#define CHAIN_THREADS	2
#define CHAIN_STAGES	(KIPC_STAGE_NESTED + 1)

/* What a member is ordered to do */
#define CHAIN_CLOSE	(1U << 0)
#define CHAIN_DESTROY	(1U << 1)

/**
 * struct chain_board - memory that a family shares
 * @endpoint: number of each member's endpoint; 0 if it has none yet
 * @tid: its threads; 0 if they are not there yet
 * @order: what it is to do next
 * @stages: how many calls ended in each stage; the last one: came back nested
 * @refused: calls that got EAGAIN
 * @canceled: notices that a caller has left
 * @deepest: the longest chain
 */
struct chain_board {
	__u64 endpoint[CHAIN_MEMBERS];
	pid_t tid[CHAIN_MEMBERS][CHAIN_THREADS];
	__u32 order[CHAIN_MEMBERS];
	unsigned long stages[CHAIN_STAGES];
	unsigned long refused;
	unsigned long canceled;
	__u32 deepest;
};

/**
 * struct chain_member - what a member is born with
 * @board: of its family
 * @family: number of its family
 * @number: its own
 * @seed: of its random numbers
 */
struct chain_member {
	struct chain_board *board;
	__u32 family;
	__u32 number;
	__u32 seed;
};

void chain_live(int sock, void *arg);

#endif /* CHAIN_H */
