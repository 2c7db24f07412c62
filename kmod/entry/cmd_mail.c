// SPDX-License-Identifier: GPL-2.0-only
/* Commands on mailboxes: sending and receiving, one message or several */
#include <linux/err.h>
#include <linux/file.h>
#include <linux/kipc.h>
#include <linux/uaccess.h>

#include "core/payload.h"
#include "entry/command.h"
#include "entry/mail_attach.h"
#include "entry/mailbox_file.h"
#include "mailbox/ahead.h"
#include "mailbox/file.h"
#include "mailbox/letter.h"
#include "mailbox/mailbox.h"
#include "mailbox/post.h"
#include "mailbox/spare.h"

/* Letters of a batch that are written before they are posted, or taken ahead */
#define AT_ONCE		16

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

static bool is_plain(const struct kipc_mailbox *mailbox,
		     const struct kipc_mailbox_send *args)
{
	return !args->attachment_count &&
	       !(mailbox->made.flags & KIPC_MAILBOX_LABEL);
}

/* Ends the writing of a letter: 0, or an error and it is discarded. */
static __always_inline int written(struct kipc_mailbox *mailbox,
				   struct kipc_letter *letter,
				   const struct kipc_mailbox_send *args,
				   int ret)
{
	letter->priority = args->priority;
	letter->clear = args->flags & KIPC_CLEAR;
	if (!ret && unlikely(!is_plain(mailbox, args)))
		ret = kipc_mail_attach(letter, mailbox, args);
	if (unlikely(ret))
		kipc_letter_discard(mailbox, letter);
	return ret;
}

/* A message in segments */
static noinline struct kipc_letter *
write_vec(struct kipc_mailbox *mailbox, const struct kipc_mailbox_send *args)
{
	struct kipc_payload payload;
	struct kipc_letter *letter;
	int ret;

	ret = kipc_payload_init_vec(&payload, args->data, args->data_size);
	if (ret)
		return ERR_PTR(ret);
	letter = kipc_post_begin(mailbox, payload.size, NULL);
	if (!IS_ERR(letter)) {
		ret = kipc_letter_write_vec(letter, &payload);
		ret = written(mailbox, letter, args, ret);
	}
	kipc_payload_deinit(&payload);
	return ret ? ERR_PTR(ret) : letter;
}

/* Writes a letter as a message says, if it can to one of the spares. */
static __always_inline struct kipc_letter *
write_one(struct kipc_mailbox_file *file, const struct kipc_mailbox_send *args,
	  struct kipc_letter **spares)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *letter;
	int ret;

	ret = check_send(file, args);
	if (ret)
		return ERR_PTR(ret);
	if (unlikely(args->flags & KIPC_VEC))
		return write_vec(mailbox, args);
	letter = kipc_post_begin(mailbox, args->data_size, spares);
	if (IS_ERR(letter))
		return letter;
	ret = kipc_letter_write(letter, args->data, args->data_size);
	ret = written(mailbox, letter, args, ret);
	return unlikely(ret) ? ERR_PTR(ret) : letter;
}

/* Posts one message. */
static __always_inline int send_one(struct kipc_mailbox_file *file,
				    struct kipc_mailbox_send *args,
				    bool nonblock, u64 deadline)
{
	struct kipc_letter *letter;
	int ret;

	letter = write_one(file, args, NULL);
	if (IS_ERR(letter))
		return PTR_ERR(letter);
	ret = kipc_post(file->mailbox, letter, nonblock, deadline,
			&args->sequence);
	if (unlikely(ret))
		kipc_letter_discard(file->mailbox, letter);
	return ret;
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

static struct kipc_letter *write_next(struct kipc_mailbox_file *file,
				      const struct kipc_mailbox_send __user *user,
				      struct kipc_letter **spares)
{
	/* Not zeroed, even if the kernel zeroes stacks: it is copied in. */
	struct kipc_mailbox_send one __attribute__((__uninitialized__));

	if (__copy_from_user(&one, user, sizeof(one)))
		return ERR_PTR(-EFAULT);
	if (one.deadline || one.flags & KIPC_NONBLOCK)
		return ERR_PTR(-EINVAL);
	return write_one(file, &one, spares);
}

/*
 * Writes letters, up to one that takes memory of its own, or that cannot be written:
 * that is the last.
 */
static u32 write_some(struct kipc_mailbox_file *file,
		      const struct kipc_mailbox_send __user *user, u32 count,
		      struct kipc_letter **letters)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_letter *spares = kipc_spares_take(mailbox, count);
	u32 written = 0;
	bool is_last;

	do {
		letters[written] = write_next(file, user + written, &spares);
		is_last = IS_ERR(letters[written]) ||
			  letters[written]->room > mailbox->spare_room;
		written++;
	} while (!is_last && written < count);
	kipc_spares_put(mailbox, spares);
	return written;
}

/* Posts some letters, and counts them in @sent. */
static int send_some(struct kipc_mailbox_file *file,
		     struct kipc_mailbox_send __user *user, u32 count,
		     bool nonblock, u64 deadline, u32 *sent)
{
	struct kipc_letter *letters[AT_ONCE];
	u64 sequences[AT_ONCE];
	u32 written, posted, i;
	int last = 0, ret;

	written = write_some(file, user, min_t(u32, count, AT_ONCE), letters);
	if (IS_ERR(letters[written - 1])) {
		last = PTR_ERR(letters[written - 1]);
		written--;
	}
	ret = kipc_post_several(file->mailbox, letters, written, nonblock,
				deadline, sequences, &posted);
	for (i = 0; i < posted; i++)
		/* It was posted, whether or not its number can be told. */
		if (__put_user(sequences[i], &user[i].sequence))
			break;
	for (i = posted; i < written; i++)
		kipc_letter_discard(file->mailbox, letters[i]);
	*sent += posted;
	return ret ?: last;
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
	if (!access_ok(user, args->count * sizeof(*user)))
		return -EFAULT;
	command->write_back = true;
	args->sent = 0;
	do {
		ret = send_some(command->mailbox, user + args->sent,
				args->count - args->sent, nonblock,
				args->deadline, &args->sent);
		cond_resched();
	} while (!ret && args->sent < args->count);
	return args->sent ? 0 : ret;
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

/* Copies all that is wanted of a letter in hand; and what is told of it, if asked to. */
static __always_inline int deliver(struct kipc_mail_hand *hand,
				   struct kipc_mailbox_recv *args,
				   struct kipc_mail __user *mail)
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
	if (!ret && kipc_letter_has_rest(letter))
		ret = kipc_mail_receive_rest(hand, args);
	if (unlikely(ret == -EMSGSIZE))
		tell_sizes(&args->mail);
	if (mail && (!ret || ret == -EMSGSIZE) &&
	    __copy_to_user(mail, &args->mail, sizeof(*mail)))
		return -EFAULT;
	return ret;
}

static __always_inline int check_recv(const struct kipc_mailbox_file *file,
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
				    struct kipc_mail_hand *hand,
				    struct kipc_mail __user *mail)
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
		ret = deliver(hand, args, mail);
		if (likely(!ret && kipc_receive_commit(receiver)))
			return 0;
		kipc_mail_detach(hand);
		kipc_receive_undo(receiver);
		if (ret)
			return ret;
	}
}

/* The receiver knows of it. */
static __always_inline void recv_end(struct kipc_mail_hand *hand)
{
	if (unlikely(hand->attachments))
		kipc_mail_keep(hand);
	kipc_receive_end(&hand->receiver);
	if (hand->receiver.token)
		kipc_mailbox_file_settle(hand->receiver.file, hand->flushes);
}

/* The receiver does not know of it. */
static noinline void recv_undo(struct kipc_mail_hand *hand)
{
	kipc_mail_detach(hand);
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
		       args->deadline, &command->mail, NULL);
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
	if (likely(delivered))
		recv_end(&command->mail);
	else
		recv_undo(&command->mail);
}

/* Takes one that was taken ahead. */
static __always_inline int recv_ahead(struct kipc_ahead *ahead,
				      struct kipc_mailbox_recv *args,
				      struct kipc_mail_hand *hand,
				      struct kipc_mail __user *mail)
{
	int ret;

	ret = deliver(hand, args, mail);
	if (unlikely(ret)) {
		kipc_mail_detach(hand);
		return ret;
	}
	if (unlikely(hand->attachments))
		kipc_mail_keep(hand);
	kipc_ahead_received(ahead);
	return 0;
}

/* What is told of a message must not get lost, nor be waited for in vain. */
static int probe_mail(struct kipc_mail __user *mail)
{
	u8 __user *bytes = (u8 __user *)mail;

	return kipc_probe_user(bytes) ?:
	       kipc_probe_user(bytes + sizeof(*mail) - 1);
}

static int recv_next(struct kipc_ahead *ahead,
		     struct kipc_mailbox_recv __user *user, u32 left,
		     bool nonblock, u64 deadline, struct kipc_mail_hand *hand)
{
	/* Likewise; and what is copied out is written by kipc_letter_describe(). */
	struct kipc_mailbox_recv one __attribute__((__uninitialized__));
	int ret;

	if (__copy_from_user(&one, user, offsetof(typeof(one), mail)))
		return -EFAULT;
	if (one.deadline || one.flags & KIPC_NONBLOCK)
		return -EINVAL;
	ret = check_recv(ahead->file, &one);
	if (ret)
		return ret;
	if (!ahead->first)
		kipc_ahead_take(ahead, min_t(u32, left, AT_ONCE),
				one.priority_min);
	if (likely(kipc_ahead_receive(ahead, &hand->receiver,
				      one.priority_min)))
		return recv_ahead(ahead, &one, hand, &user->mail);
	kipc_ahead_end(ahead);
	ret = probe_mail(&user->mail) ?:
	      recv_one(ahead->file, &one, nonblock, deadline, hand,
		       &user->mail);
	if (!ret)
		recv_end(hand);
	return ret;
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
	struct kipc_ahead ahead = { .file = command->mailbox };
	struct kipc_mail_hand hand;
	int ret;

	ret = check_batch(args->flags, args->count, args->reserved);
	if (ret)
		return ret;
	if (!access_ok(user, args->count * sizeof(*user)))
		return -EFAULT;
	command->write_back = true;
	hand.flushes = atomic_read(&command->mailbox->flushes);
	for (args->received = 0; args->received < args->count;
	     args->received++) {
		/* Only the first is waited for. */
		ret = recv_next(&ahead, user + args->received,
				args->count - args->received,
				nonblock || args->received, args->deadline,
				&hand);
		if (ret)
			break;
		cond_resched();
	}
	kipc_ahead_end(&ahead);
	return args->received ? 0 : ret;
}
