/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Senders of other users, and what each user has of a receiver.
 *
 * The user of an endpoint is who opened it, so all of them can live in one
 * process, whose effective user is another one only while it opens.
 */
#ifndef STRANGER_H
#define STRANGER_H

#include "message.h"

/* Users that are not the tests' own */
#define ALICE		1000U
#define BOB		1001U
#define CAROL		1002U

void stranger_open(struct endpoint *endpoint, size_t pool_size, __u32 uid);
__u32 stranger_connect(struct endpoint *stranger, struct pair *pair,
		       __u32 uid);

/**
 * struct usage - what a user has, as the receiver's fdinfo says
 * @bytes: in slices of the pool
 * @messages: queued
 * @attachments: queued
 * @one_way: one-way messages not freed
 * @one_way_bytes: in slices of those
 */
struct usage {
	__u32 bytes;
	__u32 messages;
	__u32 attachments;
	__u32 one_way;
	__u32 one_way_bytes;
};

bool usage_read(struct endpoint *endpoint, __u32 uid, struct usage *usage);
__u32 usage_bytes(struct endpoint *endpoint, __u32 uid);
__u32 usage_messages(struct endpoint *endpoint, __u32 uid);

int call_probe(struct endpoint *endpoint, __u32 handle, size_t size);
__u64 call_hold(struct endpoint *endpoint, __u32 handle,
		struct endpoint *server, size_t size);

#endif /* STRANGER_H */
