/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is attached to a message in a mailbox, as commands name it: handles are those of
 * an endpoint, of which the sender and the receiver each give a descriptor. And the label
 * of the sender, which is received along with that.
 */
#ifndef KIPC_ENTRY_MAIL_ATTACH_H
#define KIPC_ENTRY_MAIL_ATTACH_H

struct kipc_letter;
struct kipc_mail_hand;
struct kipc_mailbox;
struct kipc_mailbox_recv;
struct kipc_mailbox_send;

int kipc_mail_attach(struct kipc_letter *letter,
		     const struct kipc_mailbox *mailbox,
		     const struct kipc_mailbox_send *args);
int kipc_mail_receive_rest(struct kipc_mail_hand *hand,
			   const struct kipc_mailbox_recv *args);
void kipc_mail_detach(struct kipc_mail_hand *hand);
void kipc_mail_keep(struct kipc_mail_hand *hand);

#endif /* KIPC_ENTRY_MAIL_ATTACH_H */
