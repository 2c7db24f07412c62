/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fields of each command mean, so that they can be filled likely. */
#ifndef FUZZ_FIELD_H
#define FUZZ_FIELD_H

#include "abi_table.h"

/**
 * enum fuzz_kind - what a field means
 * @FUZZ_FLAGS: flags that the command knows
 * @FUZZ_HANDLE: a handle
 * @FUZZ_NODE: a node
 * @FUZZ_ID: either of the two
 * @FUZZ_TOKEN: a token of a call
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
 */
enum fuzz_kind {
	FUZZ_FLAGS,
	FUZZ_HANDLE,
	FUZZ_NODE,
	FUZZ_ID,
	FUZZ_TOKEN,
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

#endif /* FUZZ_FIELD_H */
