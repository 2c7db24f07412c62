/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fields of each command mean, so that they can be filled likely. */
#ifndef FUZZ_FIELD_H
#define FUZZ_FIELD_H

#include "abi_table.h"
#include "chunk.h"

/**
 * enum fuzz_kind - what a field means
 * @FUZZ_FLAGS: flags that the command knows
 * @FUZZ_HANDLE: a handle
 * @FUZZ_NODE: a node
 * @FUZZ_ID: either of the two
 * @FUZZ_TOKEN: a token of a call
 * @FUZZ_PARENT: the same, or 0
 * @FUZZ_CALL_ID: the id of a call that came back because of a nested one
 * @FUZZ_OFFSET: the offset of a slice
 * @FUZZ_RIGHTS: rights
 * @FUZZ_DATA: address of a payload, or of vectors
 * @FUZZ_SIZE: size of it
 * @FUZZ_ATTACHMENTS: address of attachments
 * @FUZZ_COUNT: a small number of things
 * @FUZZ_DEADLINE: a deadline, soon
 * @FUZZ_NAME: address of a name
 * @FUZZ_NAME_SIZE: size of it
 * @FUZZ_MODE: permission bits
 * @FUZZ_SMALL: a code, bits, or a cookie
 * @FUZZ_BUFFER: address of memory to be written to
 * @FUZZ_BUFFER_SIZE: size of it
 * @FUZZ_MESSAGE: address where a nested call can be put, or 0
 * @FUZZ_ENDPOINT: number of an endpoint
 * @FUZZ_ACTION: freeze it, or thaw it more often
 * @FUZZ_BOX_FLAGS: flags with which a mailbox can be opened
 * @FUZZ_BOX_MODE: permission bits of a mailbox
 * @FUZZ_BOX_KIND: a kind of mailbox, or a policy
 * @FUZZ_BOX: file descriptor of a mailbox, or -1
 * @FUZZ_FILE: file descriptor of an endpoint, or -1
 * @FUZZ_EVENTFD: file descriptor of an eventfd, or -1
 * @FUZZ_SENDS: address of what is sent in a batch
 * @FUZZ_RECVS: address of where a batch is received
 * @FUZZ_TOKENS: address of tokens of leases
 * @FUZZ_THREE: 0, 1 or 2
 * @FUZZ_SOON: a deadline, very soon
 * @FUZZ_REGION_FLAGS: flags with which a region can be opened
 * @FUZZ_PAGES: a few pages, in bytes
 * @FUZZ_VIEW: number of a view
 * @FUZZ_SEALS: seals, mostly one that leaves writers alone
 * @FUZZ_CHUNK_SIZE: the size of a chunk, or 0
 * @FUZZ_LOAN: number of a loan or a lease, or 0
 * @FUZZ_LOANS: address of such numbers
 */
enum fuzz_kind {
	FUZZ_FLAGS,
	FUZZ_HANDLE,
	FUZZ_NODE,
	FUZZ_ID,
	FUZZ_TOKEN,
	FUZZ_PARENT,
	FUZZ_CALL_ID,
	FUZZ_OFFSET,
	FUZZ_RIGHTS,
	FUZZ_DATA,
	FUZZ_SIZE,
	FUZZ_ATTACHMENTS,
	FUZZ_COUNT,
	FUZZ_DEADLINE,
	FUZZ_NAME,
	FUZZ_NAME_SIZE,
	FUZZ_MODE,
	FUZZ_SMALL,
	FUZZ_BUFFER,
	FUZZ_BUFFER_SIZE,
	FUZZ_MESSAGE,
	FUZZ_ENDPOINT,
	FUZZ_ACTION,
	FUZZ_BOX_FLAGS,
	FUZZ_BOX_MODE,
	FUZZ_BOX_KIND,
	FUZZ_BOX,
	FUZZ_FILE,
	FUZZ_EVENTFD,
	FUZZ_SENDS,
	FUZZ_RECVS,
	FUZZ_TOKENS,
	FUZZ_THREE,
	FUZZ_SOON,
	FUZZ_REGION_FLAGS,
	FUZZ_PAGES,
	FUZZ_VIEW,
	FUZZ_SEALS,
	FUZZ_CHUNK_SIZE,
	FUZZ_LOAN,
	FUZZ_LOANS,
};

/**
 * struct fuzz_field - one field of one command
 * @command: its number; 0 behind the last one
 * @field: where it is
 * @kind: what it means
 */
struct fuzz_field {
	unsigned long command;
	struct abi_field field;
	enum fuzz_kind kind;
};

extern const struct fuzz_field fuzz_fields[];

__u64 fuzz_of_region(const struct fuzz_field *field, __u32 random);
void fuzz_learn_loan(const struct kipc_chunk_loan *loan);
void fuzz_attach_region(struct kipc_attachment *attachment, int view,
			__u32 random);

#endif /* FUZZ_FIELD_H */
