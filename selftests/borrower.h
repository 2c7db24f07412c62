/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A server in a process of its own, to which views and chunks are lent.
 *
 * It is told each step: receive a call, map what came, touch it, answer. What ends in _act
 * is such a step, with a struct borrowing that says what with.
 */
#ifndef BORROWER_H
#define BORROWER_H

#include "chunk.h"

#define BORROWED_MAX	4

/**
 * struct borrowing - what a borrower does, and with what
 * @token: of the call that it serves
 * @count: how many attachments came with it
 * @got: those
 * @fd: a view
 * @words: where that is mapped
 * @word: what it reads or writes
 * @sock: where it passes descriptors to
 */
struct borrowing {
	__u64 token;
	__u32 count;
	struct kipc_attachment got[BORROWED_MAX];
	int fd;
	__u32 *words;
	__u32 word;
	int sock;
};

actor_act borrower_hold_act;
actor_act borrower_recv_act;
actor_act borrower_map_act;
actor_act borrower_map_more_act;
actor_act borrower_read_act;
actor_act borrower_write_act;
actor_act borrower_fork_act;
actor_act borrower_derive_act;
actor_act borrower_reply_act;
actor_act borrower_release_act;
actor_act borrower_pass_act;
actor_act borrower_leave_act;

/**
 * struct borrower - a server
 * @actor: its process
 * @now: what it has done last
 */
struct borrower {
	struct actor actor;
	struct borrowing now;
};

void borrower_open(struct borrower *borrower, const char *name);
void borrower_client(struct endpoint *client, struct caller *caller,
		     const char *name, const struct kipc_attachment *out);
long borrower_do(struct borrower *borrower, actor_act *act);
bool borrower_reads(struct borrower *borrower, __u32 word);
void borrower_close(struct borrower *borrower);
void borrower_kill(struct borrower *borrower);

#endif /* BORROWER_H */
