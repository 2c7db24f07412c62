/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every ioctl of the ABI in one table: how to bring about a state in which it
 * succeeds, and where in its struct the flags, the reserved fields and the
 * pointers are. abi_test.c spoils each of them in turn.
 */
#ifndef ABI_TABLE_H
#define ABI_TABLE_H

#include "mailbox.h"
#include "region.h"

/* Room for the largest struct and as much again behind it */
#define ABI_SIZE_MAX	512

/**
 * struct abi_world - the state in which a command is issued
 * @pair: the command is issued by its client or by its server
 * @echo: an endpoint whose thread answers calls
 * @echo_thread: that thread
 * @echo_handle: the client's handle to it
 * @caller: the call that is answered by KIPC_REPLY
 * @to_echo: attached to a call; it comes home to the echo
 * @to_server: attached to a one-way message; it comes home to the server
 * @to_client: attached to a reply; the client gets a handle
 * @offset: of a slice in the server's pool
 * @data: a payload
 * @buffer: where names are listed
 * @message: where a nested call would come
 * @mailbox: a work queue, open for receiving and sending
 * @eventfd: an eventfd
 * @view: the first view of a region that is cut into chunks
 * @held: the same of another one, which the test holds
 * @loan: a loan of a chunk of that
 */
struct abi_world {
	struct pair pair;
	struct endpoint echo;
	struct thread echo_thread;
	__u32 echo_handle;
	struct caller caller;
	struct kipc_attachment to_echo;
	struct kipc_attachment to_server;
	struct kipc_attachment to_client;
	__u64 offset;
	__u8 data[16];
	__u8 buffer[256];
	struct kipc_message message;
	int mailbox;
	int eventfd;
	int view;
	int held;
	__u32 loan;
};

/**
 * struct abi_field - where a field is; @size is 0 behind the last one
 * @offset: in bytes
 * @size: in bytes
 */
struct abi_field {
	size_t offset;
	size_t size;
};

/**
 * struct abi_flags - a field of flags; @field.size is 0 behind the last one
 * @field: where it is
 * @known: the flags that the header allows in it
 */
struct abi_flags {
	struct abi_field field;
	__u32 known;
};

/**
 * enum abi_party - on which file of the world a command is issued
 * @ABI_CLIENT: the client's endpoint
 * @ABI_SERVER: the server's endpoint
 * @ABI_MAILBOX: the mailbox
 * @ABI_VIEW: the view of a region
 * @ABI_HELD: the one that is held
 */
enum abi_party {
	ABI_CLIENT,
	ABI_SERVER,
	ABI_MAILBOX,
	ABI_VIEW,
	ABI_HELD,
};

/**
 * struct abi_command - one ioctl
 * @name: as in the header
 * @command: its number
 * @by: on which file it is issued
 * @flags: its fields of flags
 * @reserved: the fields that must be 0
 * @pointers: the fields that hold an address from which something is read, or
 *	to which something is written
 * @optional: the same, of those that may be 0
 * @prepare: brings about the state and fills the struct, which is zeroed
 * @undo: takes back what the successful command did, so that the counters in
 *	KIPC_STAT that go down are as before @prepare
 */
struct abi_command {
	const char *name;
	unsigned long command;
	enum abi_party by;
	struct abi_flags flags[4];
	struct abi_field reserved[4];
	struct abi_field pointers[3];
	struct abi_field optional[2];
	void (*prepare)(struct abi_world *world, void *arg);
	void (*undo)(struct abi_world *world, void *arg);
};

/**
 * struct abi_value - a value that a field must not have
 * @value: the value
 * @error: the errno that it gets; 0 behind the last one
 */
struct abi_value {
	__u64 value;
	int error;
};

/**
 * struct abi_limit - a field that must not have certain values
 * @command: number of the command; 0 behind the last one
 * @field: where it is
 * @values: those that it must not have
 */
struct abi_limit {
	unsigned long command;
	struct abi_field field;
	const struct abi_value *values;
};

/* Where a field of 32 or 64 bits is */
#define FIELD32(type, member)	{ offsetof(struct type, member), sizeof(__u32) }
#define FIELD64(type, member)	{ offsetof(struct type, member), sizeof(__u64) }

/* Both end with an element that is all 0 */
extern const struct abi_command abi_commands[];
extern const struct abi_limit abi_limits[];
extern const char abi_header[];

void abi_world_open(struct abi_world *world);
void abi_world_close(struct abi_world *world);
int abi_world_fd(struct abi_world *world, const struct abi_command *command);
const struct abi_command *abi_find(const char *name, size_t length);
void abi_field_set(void *arg, const struct abi_field *field, __u64 value);
__u64 abi_field_get(const void *arg, const struct abi_field *field);

#endif /* ABI_TABLE_H */
