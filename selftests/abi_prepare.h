/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How commands are brought to succeed, and taken back, for the table of all of them.
 * Each is as @prepare or @undo of struct abi_command says.
 */
#ifndef ABI_PREPARE_H
#define ABI_PREPARE_H

#include "abi_table.h"

/* Names and freezing: abi_name.c */
void abi_prepare_name_publish(struct abi_world *world, void *arg);
void abi_undo_name_publish(struct abi_world *world, void *arg);
void abi_prepare_name_unpublish(struct abi_world *world, void *arg);
void abi_prepare_name_lookup(struct abi_world *world, void *arg);
void abi_undo_name_lookup(struct abi_world *world, void *arg);
void abi_prepare_name_list(struct abi_world *world, void *arg);
void abi_prepare_name_watch(struct abi_world *world, void *arg);
void abi_undo_name_watch(struct abi_world *world, void *arg);
void abi_prepare_name_unwatch(struct abi_world *world, void *arg);
void abi_prepare_freeze(struct abi_world *world, void *arg);
void abi_undo_freeze(struct abi_world *world, void *arg);
void abi_prepare_freeze_watch(struct abi_world *world, void *arg);
void abi_undo_freeze_watch(struct abi_world *world, void *arg);
void abi_prepare_freeze_unwatch(struct abi_world *world, void *arg);

/* Mailboxes: abi_mailbox.c */
void abi_prepare_mailbox_open(struct abi_world *world, void *arg);
void abi_undo_mailbox_open(struct abi_world *world, void *arg);
void abi_prepare_mailbox_send(struct abi_world *world, void *arg);
void abi_prepare_mailbox_send_batch(struct abi_world *world, void *arg);
void abi_drain_mailbox(struct abi_world *world, void *arg);
void abi_prepare_mailbox_recv(struct abi_world *world, void *arg);
void abi_undo_mailbox_recv(struct abi_world *world, void *arg);
void abi_prepare_mailbox_recv_batch(struct abi_world *world, void *arg);
void abi_undo_mailbox_recv_batch(struct abi_world *world, void *arg);
void abi_prepare_mailbox_send_recv(struct abi_world *world, void *arg);
void abi_undo_mailbox_send_recv(struct abi_world *world, void *arg);
void abi_prepare_mailbox_peek(struct abi_world *world, void *arg);
void abi_prepare_mailbox_lease(struct abi_world *world, void *arg);
void abi_prepare_mailbox_purge(struct abi_world *world, void *arg);
void abi_prepare_mailbox_notify(struct abi_world *world, void *arg);
void abi_undo_mailbox_notify(struct abi_world *world, void *arg);

/* Regions: abi_region.c */
void abi_prepare_region_open(struct abi_world *world, void *arg);
void abi_undo_region_open(struct abi_world *world, void *arg);
void abi_prepare_region_view(struct abi_world *world, void *arg);
void abi_undo_region_view(struct abi_world *world, void *arg);
void abi_prepare_region_seal(struct abi_world *world, void *arg);
void abi_prepare_region_views(struct abi_world *world, void *arg);
void abi_prepare_region_hold(struct abi_world *world, void *arg);
void abi_undo_region_hold(struct abi_world *world, void *arg);
void abi_undo_chunk_loan(struct abi_world *world, void *arg);
void abi_prepare_chunk_release(struct abi_world *world, void *arg);
void abi_prepare_chunk_list(struct abi_world *world, void *arg);

#endif /* ABI_PREPARE_H */
