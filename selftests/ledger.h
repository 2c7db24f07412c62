/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who sent what and who received it, in memory that survives those who are killed.
 *
 * A writer notes each message before it tries to send it, and what came of it after
 * that; a reader notes what it received right after that, and beforehand how many
 * messages it may get. So, of each message, the ledger knows whether it was accepted,
 * unless its writer was killed in between; and of each reader that was killed it knows
 * how many messages at most it took along unseen.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include "mailbox.h"

#define WRITERS		4
#define READERS		4
/* Messages of each writer, after which it has said all */
#define LETTERS_MAX	(1U << 19)
/* Bytes of the largest message */
#define LETTER_MAX	1000
/* Most messages in a batch */
#define LETTER_BATCH	8

/**
 * struct letter - the beginning of each message
 * @writer: who wrote it
 * @counter: its number among that writer's
 * @size: bytes behind this struct; fill() made them
 * @checksum: of all before it
 */
struct letter {
	__u32 writer;
	__u32 counter;
	__u32 size;
	__u32 checksum;
};

/**
 * enum letter_state - what is known of a message
 * @LETTER_NONE: it was not sent
 * @LETTER_TRIED: its writer is trying to send it, or was killed meanwhile
 * @LETTER_SENT: it was accepted
 */
enum letter_state {
	LETTER_NONE,
	LETTER_TRIED,
	LETTER_SENT,
};

/**
 * struct account - what is known of one message
 * @state: one of enum letter_state
 * @received: how often it was received
 * @trying: readers that are acknowledging it, or were killed meanwhile
 * @done: how often it was acknowledged
 */
struct account {
	__u8 state;
	__u8 received;
	__u8 trying;
	__u8 done;
};

/**
 * struct ledger - shared by all processes
 * @next: number of the next message of each writer
 * @expected: how many messages each reader may be receiving now
 * @lost: how many messages killed readers may have taken along
 * @missed: messages that readers of a broadcast missed
 * @got: messages received in all
 * @stop: readers are to end when there is nothing left
 * @letter: all messages
 */
struct ledger {
	__u32 next[WRITERS];
	__u32 expected[READERS];
	__u64 lost;
	__u64 missed;
	__u64 got;
	int stop;
	struct account letter[WRITERS][LETTERS_MAX];
};

struct ledger *ledger_new(void);
void ledger_free(struct ledger *ledger);

size_t letter_write(struct ledger *ledger, __u32 writer, __u32 size, void *to);
void letter_result(struct ledger *ledger, const void *data, bool sent);
const struct letter *letter_check(const void *data, size_t size);
struct account *letter_account(struct ledger *ledger,
			       const struct letter *letter);
void letter_receive(struct ledger *ledger, const void *data, size_t size);
void ledger_expect(struct ledger *ledger, __u32 reader, __u32 count);
void ledger_reader_died(struct ledger *ledger, __u32 reader);

bool ledger_balanced(const struct ledger *ledger, __u32 kind,
		     const struct kipc_mailbox_info *info);

#endif /* LEDGER_H */
