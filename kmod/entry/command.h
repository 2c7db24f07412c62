/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command is what one ioctl does: its arguments, copied in once, and what it
 * has in hand until the results were copied out.
 *
 * Each command is a row of one table (command.c): its number, its struct, and
 * two functions. run() validates and acts. finish() is called after a run that
 * returned 0, once the results were copied out, or could not be: it makes the
 * effect final, or takes it back.
 */
#ifndef KIPC_ENTRY_COMMAND_H
#define KIPC_ENTRY_COMMAND_H

#include <linux/kipc.h>

#include "rpc/call.h"
#include "rpc/recv.h"

struct kipc_endpoint;

/**
 * struct kipc_command - a command being executed
 * @endpoint: of the file
 * @nonblock: the file has O_NONBLOCK
 * @write_back: copy the arguments out even if it fails
 * @args: the arguments, and the results
 * @hand: what was received
 * @call: a call that has its reply
 * @id: a handle or a node that came to be
 */
struct kipc_command {
	struct kipc_endpoint *endpoint;
	bool nonblock;
	bool write_back;
	union {
		struct kipc_info info;
		struct kipc_stat stat;
		struct kipc_node_create node_create;
		struct kipc_node_destroy node_destroy;
		struct kipc_handle_dup handle_dup;
		struct kipc_handle_drop handle_drop;
		struct kipc_handle_watch handle_watch;
		struct kipc_call call;
		struct kipc_recv recv;
		struct kipc_reply reply;
		struct kipc_reply_recv reply_recv;
		struct kipc_send send;
		struct kipc_notify notify;
		struct kipc_free free;
		struct kipc_name_publish name_publish;
		struct kipc_name_unpublish name_unpublish;
		struct kipc_name_lookup name_lookup;
		struct kipc_name_list name_list;
		struct kipc_name_watch name_watch;
		struct kipc_name_unwatch name_unwatch;
	} args;
	union {
		struct kipc_hand hand;
		struct kipc_open_call *call;
		u32 id;
	};
};

int kipc_command_execute(struct kipc_command *command, unsigned int number,
			 unsigned long address);

int kipc_run_info(struct kipc_command *command);
int kipc_run_stat(struct kipc_command *command);
int kipc_run_free(struct kipc_command *command);

int kipc_run_node_create(struct kipc_command *command);
void kipc_finish_node_create(struct kipc_command *command, bool delivered);
int kipc_run_node_destroy(struct kipc_command *command);
int kipc_run_handle_dup(struct kipc_command *command);
void kipc_finish_handle(struct kipc_command *command, bool delivered);
int kipc_run_handle_drop(struct kipc_command *command);
int kipc_run_handle_watch(struct kipc_command *command);
int kipc_run_handle_unwatch(struct kipc_command *command);

int kipc_run_call(struct kipc_command *command);
void kipc_finish_call(struct kipc_command *command, bool delivered);
int kipc_run_recv(struct kipc_command *command);
void kipc_finish_recv(struct kipc_command *command, bool delivered);
int kipc_run_reply(struct kipc_command *command);
int kipc_run_reply_recv(struct kipc_command *command);
void kipc_finish_reply_recv(struct kipc_command *command, bool delivered);
int kipc_run_send(struct kipc_command *command);
int kipc_run_notify(struct kipc_command *command);

int kipc_run_name_publish(struct kipc_command *command);
int kipc_run_name_unpublish(struct kipc_command *command);
int kipc_run_name_lookup(struct kipc_command *command);
int kipc_run_name_list(struct kipc_command *command);
int kipc_run_name_watch(struct kipc_command *command);
int kipc_run_name_unwatch(struct kipc_command *command);

#endif /* KIPC_ENTRY_COMMAND_H */
