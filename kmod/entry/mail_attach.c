// SPDX-License-Identifier: GPL-2.0-only
#include "entry/mail_attach.h"

#include <linux/err.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/uaccess.h>

#include "core/attach.h"
#include "core/quota.h"
#include "entry/command.h"
#include "entry/device.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "rpc/endpoint.h"

/* The table of an endpoint whose descriptor a user gave; -1 stands for none. */
static struct kipc_table *table_of(int fd, const struct kipc_mailbox *mailbox,
				   struct file **file)
{
	struct kipc_endpoint *endpoint;

	*file = NULL;
	if (fd == -1)
		return NULL;
	*file = fget(fd);
	if (!*file)
		return ERR_PTR(-EBADF);
	endpoint = kipc_device_endpoint(*file);
	if (!IS_ERR(endpoint) && endpoint->domain != mailbox->user->domain)
		endpoint = ERR_PTR(-EXDEV);
	if (!IS_ERR(endpoint))
		return &endpoint->table;
	fput(*file);
	return ERR_CAST(endpoint);
}

static void put_endpoint(struct file *file)
{
	if (file)
		fput(file);
}

/**
 * kipc_mail_attach() - put into a letter what few have
 * @letter: a letter that is being written
 * @mailbox: for which mailbox
 * @args: what is attached
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says.
 */
int kipc_mail_attach(struct kipc_letter *letter,
		     const struct kipc_mailbox *mailbox,
		     const struct kipc_mailbox_send *args)
{
	static const struct kipc_carriage carriage = {
		.carrier = KIPC_CARRIER_MAILBOX,
	};
	struct kipc_attachments *attachments;
	struct kipc_table *table;
	struct file *endpoint;

	if (!args->attachment_count)
		return kipc_letter_enclose(letter, mailbox, NULL);
	table = table_of(args->endpoint, mailbox, &endpoint);
	if (IS_ERR(table))
		return PTR_ERR(table);
	attachments = kipc_attachments_import(table, args->attachments,
					      args->attachment_count,
					      &carriage);
	put_endpoint(endpoint);
	if (IS_ERR(attachments))
		return PTR_ERR(attachments);
	return kipc_letter_enclose(letter, mailbox, attachments);
}

static bool fits(const struct kipc_mailbox_recv *args)
{
	return args->mail.attachment_count <= args->attachments_max &&
	       args->mail.label_size <= args->label_max;
}

static int describe_attachments(const struct kipc_attachments *attachments,
				u64 address)
{
	struct kipc_attachment __user *user = u64_to_user_ptr(address);
	struct kipc_attachment out;
	u32 i;

	for (i = 0; i < attachments->count; i++) {
		kipc_attachments_describe(attachments, i, &out);
		if (copy_to_user(&user[i], &out, sizeof(out)))
			return -EFAULT;
	}
	return 0;
}

static int install(struct kipc_attachments *attachments,
		   struct kipc_table *table)
{
	int ret;

	if (attachments->count == attachments->file_count)
		return 0;
	if (!table)
		return -ENOTCONN;
	ret = kipc_attachments_install(attachments, table);
	/* To a caller that is "no room over there"; here it is one's own quota. */
	return ret == -EAGAIN ? -EDQUOT : ret;
}

/* The handles are in the table of the endpoint until here. */
static void let_go(struct kipc_mail_hand *hand)
{
	if (!hand->are_letters)
		kipc_attachments_free(hand->attachments);
	hand->attachments = NULL;
	put_endpoint(hand->endpoint);
}

/*
 * Whether files and chunks can be received as they are: nobody else has the letter, and if
 * it is put back they are as before.
 */
static bool is_ours(const struct kipc_mail_hand *hand,
		    const struct kipc_attachments *attachments)
{
	return hand->receiver.file->mailbox->made.kind == KIPC_MAILBOX_QUEUE &&
	       attachments->count == attachments->file_count;
}

/* Gives the receiver handles and descriptors of what is attached. */
static int receive_attachments(struct kipc_mail_hand *hand,
			       const struct kipc_mailbox_recv *args,
			       struct kipc_attachments *from)
{
	struct kipc_table *table;
	int ret;

	table = table_of(args->endpoint, hand->receiver.file->mailbox,
			 &hand->endpoint);
	if (IS_ERR(table))
		return PTR_ERR(table);
	hand->are_letters = is_ours(hand, from);
	hand->attachments = hand->are_letters ? from :
						kipc_attachments_copy(from);
	ret = hand->attachments ? install(hand->attachments, table) : -ENOMEM;
	if (!ret)
		ret = kipc_attachments_receive_files(hand->attachments);
	if (ret) {
		let_go(hand);
		return ret;
	}
	ret = describe_attachments(hand->attachments, args->attachments);
	if (ret)
		kipc_mail_detach(hand);
	return ret;
}

/**
 * kipc_mail_detach() - take back what a receiver has got with a letter
 * @hand: the letter in hand
 *
 * Context: Process context. May sleep.
 */
void kipc_mail_detach(struct kipc_mail_hand *hand)
{
	if (!hand->attachments)
		return;
	kipc_attachments_close_files(hand->attachments);
	let_go(hand);
}

/**
 * kipc_mail_keep() - a receiver has got what came with a letter
 * @hand: the letter in hand; something came
 *
 * Context: Process context. May sleep.
 */
void kipc_mail_keep(struct kipc_mail_hand *hand)
{
	kipc_attachments_delivered(hand->attachments);
	let_go(hand);
}

/**
 * kipc_mail_receive_rest() - give a receiver what came with a letter
 * @hand: the letter in hand
 * @args: where to
 *
 * Context: Process context. May sleep.
 * Return: 0 or what the ABI says, and nothing was received.
 */
int kipc_mail_receive_rest(struct kipc_mail_hand *hand,
			   const struct kipc_mailbox_recv *args)
{
	const struct kipc_letter *letter = hand->receiver.letter;
	const struct kipc_label *label = letter->label;

	if (!fits(args))
		return -EMSGSIZE;
	if (label && copy_to_user(u64_to_user_ptr(args->label),
				  label->context.context, label->size))
		return -EFAULT;
	if (!letter->attachments)
		return 0;
	return receive_attachments(hand, args, letter->attachments);
}
