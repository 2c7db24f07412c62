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
#include <linux/uaccess.h>

#include "entry/descriptor.h"
#include "mailbox/receive.h"
#include "rpc/calling.h"
#include "rpc/recv.h"

struct kipc_attachments;
struct kipc_endpoint;
struct kipc_mailbox_file;
struct kipc_view;

/**
 * struct kipc_mail_hand - a letter in the hand of a command
 * @receiver: how it was received
 * @flushes: of the file, before
 * @attachments: what came with it, for the receiver; or NULL
 * @are_letters: they are the letter's own, and no copy
 * @endpoint: the file of the endpoint that got handles, referenced; or NULL
 */
struct kipc_mail_hand {
	struct kipc_receipt receiver;
	int flushes;
	struct kipc_attachments *attachments;
	bool are_letters;
	struct file *endpoint;
};

/**
 * struct kipc_command - a command being executed
 * @endpoint: of the file, if it is an endpoint's
 * @mailbox: the file, if it is a mailbox's
 * @view: the file, if it is a view's
 * @nonblock: the file has O_NONBLOCK
 * @write_back: copy the arguments out even if it fails
 * @tell: copy the results out even if it fails
 * @args: the arguments, and the results
 * @hand: what was received
 * @awaited: what a caller has got
 * @id: a handle or a node that came to be
 * @opened: a mailbox or a view that was opened
 * @mail: what was received from a mailbox
 */
struct kipc_command {
	union {
		struct kipc_endpoint *endpoint;
		struct kipc_mailbox_file *mailbox;
		struct kipc_view *view;
	};
	bool nonblock;
	bool write_back;
	bool tell;
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
		struct kipc_recv_batch recv_batch;
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
		struct kipc_freeze freeze;
		struct kipc_freeze_watch freeze_watch;
		struct kipc_mailbox_open mailbox_open;
		struct kipc_mailbox_send mailbox_send;
		struct kipc_mailbox_send_batch mailbox_send_batch;
		struct kipc_mailbox_recv mailbox_recv;
		struct kipc_mailbox_recv_batch mailbox_recv_batch;
		struct kipc_mailbox_send_recv mailbox_send_recv;
		struct kipc_mailbox_peek mailbox_peek;
		struct kipc_mailbox_lease mailbox_lease;
		struct kipc_mailbox_purge mailbox_purge;
		struct kipc_mailbox_info mailbox_info;
		struct kipc_mailbox_notify mailbox_notify;
		struct kipc_region_open region_open;
		struct kipc_region_view region_view;
		struct kipc_region_revoke region_revoke;
		struct kipc_region_seal_add region_seal;
		struct kipc_region_info region_info;
		struct kipc_region_views region_views;
		struct kipc_region_hold region_hold;
		struct kipc_chunk_loan chunk_loan;
		struct kipc_chunk_release chunk_release;
		struct kipc_chunk_list chunk_list;
	} args;
	union {
		struct kipc_hand hand;
		struct kipc_awaited awaited;
		u32 id;
		struct kipc_opened opened;
		struct kipc_mail_hand mail;
	};
};

/**
 * kipc_probe_user() - look whether user memory can be written
 * @byte: where; it stays as it is, for it can be part of what is to be sent
 *
 * Context: Process context. May sleep.
 * Return: 0 or -EFAULT.
 */
static inline int kipc_probe_user(u8 __user *byte)
{
	u8 value;

	return get_user(value, byte) ?: put_user(value, byte);
}

int kipc_command_execute(struct kipc_endpoint *endpoint, bool nonblock,
			 unsigned int number, unsigned long address);

int kipc_view_execute(struct kipc_view *view, unsigned int number,
		      unsigned long address);
int kipc_mailbox_execute(struct kipc_mailbox_file *mailbox, bool nonblock,
			 unsigned int number, unsigned long address);

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
int kipc_run_recv_batch(struct kipc_command *command);
int kipc_run_reply(struct kipc_command *command);
int kipc_run_reply_recv(struct kipc_command *command);
void kipc_finish_reply_recv(struct kipc_command *command, bool delivered);
int kipc_run_send(struct kipc_command *command);
int kipc_run_notify(struct kipc_command *command);

int kipc_run_freeze(struct kipc_command *command);
int kipc_run_freeze_watch(struct kipc_command *command);
int kipc_run_freeze_unwatch(struct kipc_command *command);

int kipc_run_name_publish(struct kipc_command *command);
int kipc_run_name_unpublish(struct kipc_command *command);
int kipc_run_name_lookup(struct kipc_command *command);
int kipc_run_name_list(struct kipc_command *command);
int kipc_run_name_watch(struct kipc_command *command);
int kipc_run_name_unwatch(struct kipc_command *command);

int kipc_run_mailbox_open(struct kipc_command *command);
void kipc_finish_mailbox_open(struct kipc_command *command, bool delivered);
int kipc_run_mailbox_send(struct kipc_command *command);
int kipc_run_mailbox_send_batch(struct kipc_command *command);
int kipc_run_mailbox_recv(struct kipc_command *command);
void kipc_finish_mailbox_recv(struct kipc_command *command, bool delivered);
int kipc_run_mailbox_recv_batch(struct kipc_command *command);
int kipc_run_mailbox_send_recv(struct kipc_command *command);
int kipc_run_mailbox_peek(struct kipc_command *command);
int kipc_run_mailbox_lease(struct kipc_command *command);
int kipc_run_mailbox_purge(struct kipc_command *command);
int kipc_run_mailbox_info(struct kipc_command *command);
int kipc_run_mailbox_notify(struct kipc_command *command);
int kipc_run_region_open(struct kipc_command *command);
void kipc_finish_region_open(struct kipc_command *command, bool delivered);
int kipc_run_region_view(struct kipc_command *command);
void kipc_finish_region_view(struct kipc_command *command, bool delivered);
int kipc_run_region_revoke(struct kipc_command *command);
int kipc_run_region_seal(struct kipc_command *command);
int kipc_run_region_info(struct kipc_command *command);
int kipc_run_region_views(struct kipc_command *command);

int kipc_run_region_hold(struct kipc_command *command);
int kipc_run_chunk_loan(struct kipc_command *command);
void kipc_finish_chunk_loan(struct kipc_command *command, bool delivered);
int kipc_run_chunk_release(struct kipc_command *command);
int kipc_run_chunk_list(struct kipc_command *command);

#endif /* KIPC_ENTRY_COMMAND_H */
