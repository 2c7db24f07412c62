/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Chunks of regions, as the tests loan, send, lease and release them.
 *
 * A process holds a region once, so subscribers are processes of their own: actors. What
 * ends in _act is what these do, with a struct lease that says how.
 */
#ifndef CHUNK_H
#define CHUNK_H

#include "actor.h"
#include "mailbox.h"
#include "region.h"

/* The size of a chunk where it does not matter: each has a page of its own. */
#define CHUNK	PAGE

int chunks_make(const char *name, __u32 chunks, __u32 leases_max);
int chunks_join(const char *name, __u32 uid, __u32 leases);
int region_hold(int fd, __u32 leases, __u64 cookie);
__u32 chunks_free(int fd);
__u32 chunks_held(int fd);

int chunk_loan(int fd, __u32 *lease);
__u32 chunk_take(int fd);
int chunk_release(int fd, __u32 lease);
int chunk_release_some(int fd, const __u32 *leases, __u32 count,
		       __u32 *released);
__u32 chunk_listed(int fd, __u32 chunk, __u32 state);

struct kipc_attachment chunk_of(int fd, __u32 lease);
struct kipc_attachment chunk_lent(int fd, __u32 lease);
struct kipc_attachment view_lent(int fd);
int chunk_mail(int mailbox, int fd, __u32 lease);
int chunk_recv(int mailbox, struct kipc_attachment *got);
int chunk_recv_token(int mailbox, struct kipc_attachment *got, __u64 *token);

/**
 * struct lease - what a subscriber does, and with what
 * @fd: of a view
 * @mailbox: of a mailbox
 * @count: how many
 * @got: what it received, or releases
 * @token: of the mailbox's lease
 * @words: where it has the region mapped
 * @word: which of them it reads, or what it has read
 */
struct lease {
	int fd;
	int mailbox;
	__u32 count;
	struct kipc_attachment got;
	__u64 token;
	__u32 *words;
	__u32 word;
};

actor_act lease_join_act;
actor_act lease_recv_act;
actor_act lease_wait_act;
actor_act lease_release_act;
actor_act lease_close_act;
actor_act lease_map_act;
actor_act lease_read_act;
actor_act lease_write_act;

/**
 * struct subscriber - a process that reads chunks
 * @actor: the process
 * @lease: what it has done last
 */
struct subscriber {
	struct actor actor;
	struct lease lease;
};

void subscriber_open(struct subscriber *subscriber, int fd, int mailbox,
		     __u32 count);
long subscriber_do(struct subscriber *subscriber, actor_act *act);
int subscriber_recv(struct subscriber *subscriber);
int subscriber_release(struct subscriber *subscriber, __u32 lease);
void subscriber_close(struct subscriber *subscriber);
void subscriber_kill(struct subscriber *subscriber);

#endif /* CHUNK_H */
