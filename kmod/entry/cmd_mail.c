// SPDX-License-Identifier: GPL-2.0-only
/* Commands on mailboxes: sending and receiving, one message or several */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "core/attach.h"
#include "core/payload.h"
#include "core/quota.h"
#include "entry/command.h"
#include "entry/device.h"
#include "entry/mailbox_file.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
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

static noinline int attach(struct kipc_letter *letter,
			   const struct kipc_mailbox *mailbox,
			   const struct kipc_mailbox_send *args)
{
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
					      KIPC_CARRIER_MAILBOX);
	put_endpoint(endpoint);
	if (IS_ERR(attachments))
		return PTR_ERR(attachments);
	return kipc_letter_enclose(letter, mailbox, attachments);
}

static int check_send(const struct kipc_mailbox_file *file,
		      const struct kipc_mailbox_send *args)
{
	if (args->flags & ~(KIPC_NONBLOCK | KIPC_VEC | KIPC_CLEAR))
		return -EINVAL;
	if (args->priority && (args->priority > KIPC_PRIORITY_MAX ||
			       kipc_mailbox_is_broadcast(file->mailbox)))
		return -EINVAL;
	return file->may_write ? 0 : -EBADF;
}

static __always_inline bool is_plain(const struct kipc_mailbox *mailbox,
				     const struct kipc_mailbox_send *args)
{
	return !args->attachment_count &&
	       !(mailbox->made.flags & KIPC_MAILBOX_LABEL);
}

/* Posts a letter that was written, or else lets go of it. */
static __always_inline int post(struct kipc_mailbox *mailbox,
				struct kipc_letter *letter,
				struct kipc_mailbox_send *args, int written,
				bool nonblock, u64 deadline)
{
	int ret = written;

	letter->priority = args->priority;
	letter->clear = args->flags & KIPC_CLEAR;
	if (!ret && unlikely(!is_plain(mailbox, args)))
		ret = attach(letter, mailbox, args);
	if (!ret)
		ret = kipc_post(mailbox, letter, nonblock, deadline,
				&args->sequence);
	if (unlikely(ret))
		kipc_letter_discard(mailbox, letter);
	return ret;
}

/* A message in segments */
static noinline int send_vec(struct kipc_mailbox *mailbox,
			     struct kipc_mailbox_send *args, bool nonblock,
			     u64 deadline)
{
	struct kipc_payload payload;
	struct kipc_letter *letter;
	int ret;

	ret = kipc_payload_init_vec(&payload, args->data, args->data_size);
	if (ret)
		return ret;
	letter = kipc_post_begin(mailbox, payload.size);
	if (IS_ERR(letter))
		ret = PTR_ERR(letter);
	else
		ret = post(mailbox, letter, args,
			   kipc_letter_write_vec(letter, &payload), nonblock,
			   deadline);
	kipc_payload_deinit(&payload);
	return ret;
}

/* Posts one message. */
static __always_inline int send_one(struct kipc_mailbox_file *file,
				    struct kipc_mailbox_send *args,
				    bool nonblock, u64 deadline)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *letter;
	int ret;

	ret = check_send(file, args);
	if (ret)
		return ret;
	if (unlikely(args->flags & KIPC_VEC))
		return send_vec(mailbox, args, nonblock, deadline);
	letter = kipc_post_begin(mailbox, args->data_size);
	if (IS_ERR(letter))
		return PTR_ERR(letter);
	return post(mailbox, letter, args,
		    kipc_letter_write(letter, args->data, args->data_size),
		    nonblock, deadline);
}

/**
 * kipc_run_mailbox_send() - KIPC_MAILBOX_SEND
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_send(struct kipc_command *command)
{
	struct kipc_mailbox_send *args = &command->args.mailbox_send;

	return send_one(command->mailbox, args,
			command->nonblock || args->flags & KIPC_NONBLOCK,
			args->deadline);
}

static int check_batch(u32 flags, u32 count, u32 reserved)
{
	if (flags & ~KIPC_NONBLOCK || reserved || !count)
		return -EINVAL;
	return count > KIPC_BATCH_MAX ? -E2BIG : 0;
}

static int send_next(struct kipc_mailbox_file *file,
		     struct kipc_mailbox_send __user *user, bool nonblock,
		     u64 deadline)
{
	struct kipc_mailbox_send one;
	int ret;

	if (copy_from_user(&one, user, sizeof(one)))
		return -EFAULT;
	if (one.deadline || one.flags & KIPC_NONBLOCK)
		return -EINVAL;
	ret = send_one(file, &one, nonblock, deadline);
	/* It was posted, whether or not its number can be told. */
	if (!ret && put_user(one.sequence, &user->sequence))
		return 0;
	return ret;
}

/**
 * kipc_run_mailbox_send_batch() - KIPC_MAILBOX_SEND_BATCH
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_send_batch(struct kipc_command *command)
{
	struct kipc_mailbox_send_batch *args =
		&command->args.mailbox_send_batch;
	struct kipc_mailbox_send __user *user = u64_to_user_ptr(args->messages);
	bool nonblock = command->nonblock || args->flags & KIPC_NONBLOCK;
	int ret;

	ret = check_batch(args->flags, args->count, args->reserved);
	if (ret)
		return ret;
	command->write_back = true;
	for (args->sent = 0; args->sent < args->count; args->sent++) {
		ret = send_next(command->mailbox, user + args->sent, nonblock,
				args->deadline);
		if (ret)
			break;
		cond_resched();
	}
	return args->sent ? 0 : ret;
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
	kipc_attachments_free(hand->attachments);
	hand->attachments = NULL;
	put_endpoint(hand->endpoint);
}

/* Takes back what the receiver has got of the attachments. */
static void detach(struct kipc_mail_hand *hand)
{
	if (!hand->attachments)
		return;
	kipc_attachments_close_files(hand->attachments);
	let_go(hand);
}

/* Gives the receiver handles and descriptors of what is attached. */
static int receive_attachments(struct kipc_mail_hand *hand,
			       const struct kipc_mailbox_recv *args,
			       const struct kipc_attachments *from)
{
	struct kipc_table *table;
	int ret;

	table = table_of(args->endpoint, hand->receiver.file->mailbox,
			 &hand->endpoint);
	if (IS_ERR(table))
		return PTR_ERR(table);
	hand->attachments = kipc_attachments_copy(from);
	ret = hand->attachments ? install(hand->attachments, table) : -ENOMEM;
	if (!ret)
		ret = kipc_attachments_receive_files(hand->attachments);
	if (ret) {
		let_go(hand);
		return ret;
	}
	ret = describe_attachments(hand->attachments, args->attachments);
	if (ret)
		detach(hand);
	return ret;
}

static noinline int receive_enclosure(struct kipc_mail_hand *hand,
				      const struct kipc_mailbox_recv *args)
{
	const struct kipc_enclosure *enclosure =
		hand->receiver.letter->enclosure;

	if (!fits(args))
		return -EMSGSIZE;
	if (copy_to_user(u64_to_user_ptr(args->label),
			 enclosure->label.context.context,
			 enclosure->label.size))
		return -EFAULT;
	if (!enclosure->attachments)
		return 0;
	return receive_attachments(hand, args, enclosure->attachments);
}

/* What is told of a message that does not fit */
static void tell_sizes(struct kipc_mail *mail)
{
	struct kipc_mail sizes = {
		.size = mail->size,
		.attachment_count = mail->attachment_count,
		.label_size = mail->label_size,
	};

	*mail = sizes;
}

/* Copies all that is wanted of a letter in hand. */
static __always_inline int deliver(struct kipc_mail_hand *hand,
				   struct kipc_mailbox_recv *args)
{
	const struct kipc_letter *letter = hand->receiver.letter;
	int ret;

	hand->attachments = NULL;
	kipc_receive_describe(&hand->receiver, &args->mail);
	if (likely(!(args->flags & KIPC_VEC)))
		ret = kipc_letter_read(letter, args->data, args->data_size,
				       false);
	else
		ret = kipc_letter_read_vec(letter, args->data,
					   args->data_size, false);
	if (!ret && unlikely(letter->enclosure))
		ret = receive_enclosure(hand, args);
	if (unlikely(ret == -EMSGSIZE))
		tell_sizes(&args->mail);
	return ret;
}

static int check_recv(const struct kipc_mailbox_file *file,
		      const struct kipc_mailbox_recv *args)
{
	const struct kipc_mailbox *mailbox = file->mailbox;

	if (args->flags & ~(KIPC_NONBLOCK | KIPC_VEC) || args->reserved)
		return -EINVAL;
	if (args->lease && mailbox->made.kind != KIPC_MAILBOX_WORK)
		return -EINVAL;
	if (args->priority_min && (args->priority_min > KIPC_PRIORITY_MAX ||
				   kipc_mailbox_is_broadcast(mailbox)))
		return -EINVAL;
	return file->may_read ? 0 : -EBADF;
}

/* Takes one message, which is in hand then; the arguments were checked. */
static __always_inline int recv_one(struct kipc_mailbox_file *file,
				    struct kipc_mailbox_recv *args,
				    bool nonblock, u64 deadline,
				    struct kipc_mail_hand *hand)
{
	struct kipc_receipt *receiver = &hand->receiver;
	int ret;

	receiver->file = file;
	receiver->holder = current->files;
	receiver->priority_min = args->priority_min;
	receiver->nonblock = nonblock;
	receiver->deadline = deadline;
	for (;;) {
		receiver->lease = args->lease;
		ret = kipc_receive(receiver);
		if (ret)
			return ret;
		ret = deliver(hand, args);
		if (likely(!ret && kipc_receive_commit(receiver)))
			return 0;
		detach(hand);
		kipc_receive_undo(receiver);
		if (ret)
			return ret;
	}
}

/* The receiver knows of it, or does not. */
static void recv_end(struct kipc_mail_hand *hand, bool delivered)
{
	if (unlikely(hand->attachments)) {
		if (delivered)
			kipc_attachments_delivered(hand->attachments);
		else
			kipc_attachments_close_files(hand->attachments);
		let_go(hand);
	}
	if (likely(delivered))
		kipc_receive_end(&hand->receiver);
	else
		kipc_receive_undo(&hand->receiver);
	if (hand->receiver.token)
		kipc_mailbox_file_settle(hand->receiver.file, hand->flushes);
}

/* Takes one message, as a command says that was checked. */
static __always_inline int recv_as(struct kipc_command *command,
				   struct kipc_mailbox_recv *args)
{
	int ret;

	command->mail.flushes = atomic_read(&command->mailbox->flushes);
	ret = recv_one(command->mailbox, args,
		       command->nonblock || args->flags & KIPC_NONBLOCK,
		       args->deadline, &command->mail);
	command->tell = ret == -EMSGSIZE;
	return ret;
}

/**
 * kipc_run_mailbox_recv() - KIPC_MAILBOX_RECV
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_recv(struct kipc_command *command)
{
	struct kipc_mailbox_recv *args = &command->args.mailbox_recv;

	return check_recv(command->mailbox, args) ?: recv_as(command, args);
}

static int post_to(int to, struct kipc_mailbox_send *send)
{
	struct fd fd = fdget(to);
	struct kipc_mailbox_file *file;
	bool nonblock;
	int ret;

	if (!fd_file(fd))
		return -EBADF;
	file = kipc_mailbox_file_of(fd_file(fd));
	nonblock = fd_file(fd)->f_flags & O_NONBLOCK ||
		   send->flags & KIPC_NONBLOCK;
	if (IS_ERR(file))
		ret = PTR_ERR(file);
	else
		ret = send_one(file, send, nonblock, send->deadline);
	fdput(fd);
	return ret;
}

/**
 * kipc_run_mailbox_send_recv() - KIPC_MAILBOX_SEND_RECV
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_send_recv(struct kipc_command *command)
{
	struct kipc_mailbox_send_recv *args = &command->args.mailbox_send_recv;
	int ret;

	ret = args->flags ? -EINVAL : check_recv(command->mailbox, &args->recv);
	if (ret)
		return ret;
	if (args->to != -1) {
		ret = post_to(args->to, &args->send);
		if (ret)
			return ret;
		args->to = -1;
		command->write_back = true;
	}
	return recv_as(command, &args->recv);
}

/**
 * kipc_finish_mailbox_recv() - the receiver knows what it received, or does not
 * @command: the command
 * @delivered: whether it does
 *
 * Context: Process context. May sleep.
 */
void kipc_finish_mailbox_recv(struct kipc_command *command, bool delivered)
{
	recv_end(&command->mail, delivered);
}

/* What is told of a message must not get lost. */
static int probe_mail(struct kipc_mail __user *mail)
{
	u8 __user *bytes = (u8 __user *)mail;

	return kipc_probe_user(bytes) ?:
	       kipc_probe_user(bytes + sizeof(*mail) - 1);
}

static int recv_next(struct kipc_mailbox_file *file,
		     struct kipc_mailbox_recv __user *user, bool nonblock,
		     u64 deadline, int flushes)
{
	struct kipc_mailbox_recv one;
	struct kipc_mail_hand hand;
	bool delivered;
	int ret;

	hand.flushes = flushes;
	if (copy_from_user(&one, user, offsetof(typeof(one), mail)))
		return -EFAULT;
	if (one.deadline || one.flags & KIPC_NONBLOCK)
		return -EINVAL;
	ret = check_recv(file, &one) ?: probe_mail(&user->mail);
	if (ret)
		return ret;
	ret = recv_one(file, &one, nonblock, deadline, &hand);
	if (ret && ret != -EMSGSIZE)
		return ret;
	delivered = !copy_to_user(&user->mail, &one.mail, sizeof(one.mail));
	if (ret)
		return ret;
	recv_end(&hand, delivered);
	return delivered ? 0 : -EFAULT;
}

/**
 * kipc_run_mailbox_recv_batch() - KIPC_MAILBOX_RECV_BATCH
 * @command: the command
 *
 * Context: Process context. Sleeps.
 * Return: 0 or what the ABI says.
 */
int kipc_run_mailbox_recv_batch(struct kipc_command *command)
{
	struct kipc_mailbox_recv_batch *args =
		&command->args.mailbox_recv_batch;
	struct kipc_mailbox_recv __user *user = u64_to_user_ptr(args->messages);
	bool nonblock = command->nonblock || args->flags & KIPC_NONBLOCK;
	int flushes = atomic_read(&command->mailbox->flushes);
	int ret;

	ret = check_batch(args->flags, args->count, args->reserved);
	if (ret)
		return ret;
	command->write_back = true;
	for (args->received = 0; args->received < args->count;
	     args->received++) {
		/* Only the first is waited for. */
		ret = recv_next(command->mailbox, user + args->received,
				nonblock || args->received, args->deadline,
				flushes);
		if (ret)
			break;
		cond_resched();
	}
	return args->received ? 0 : ret;
}
