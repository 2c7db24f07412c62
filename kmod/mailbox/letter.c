// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/letter.h"

#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/kipc.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/uio.h>

#include "core/attach.h"
#include "core/live.h"
#include "core/payload.h"
#include "core/quota.h"
#include "mailbox/lease.h"
#include "mailbox/mailbox.h"

/**
 * kipc_letter_new() - make a letter
 * @room: for how many bytes of payload
 * @leased: whether it can be leased
 *
 * Context: Process context. May sleep.
 * Return: The letter, with one reference, or NULL.
 */
struct kipc_letter *kipc_letter_new(u32 room, bool leased)
{
	size_t size = ALIGN(struct_size((struct kipc_letter *)NULL, data, room),
			    8);
	struct kipc_letter *letter;

	letter = kvmalloc(size + (leased ? sizeof(struct kipc_lease) : 0),
			  GFP_KERNEL_ACCOUNT);
	if (!letter)
		return NULL;
	refcount_set(&letter->refs, 1);
	letter->room = room;
	letter->clear = false;
	letter->queue = NULL;
	letter->is_held = false;
	letter->sender.is_pinned = false;
	letter->attachments = NULL;
	letter->label = NULL;
	letter->lease = leased ? (void *)letter + size : NULL;
	kipc_live_add(KIPC_LIVE_LETTERS, 1);
	return letter;
}

/*
 * Not copy_from_user(): the letter was made as large as it has to be, and the check
 * costs more than a small payload itself.
 */
static int copy_in(void *to, u64 from, u64 size)
{
	return _copy_from_user(to, u64_to_user_ptr(from), size) ? -EFAULT : 0;
}

/* As copy_in() */
static int copy_out(u64 to, const void *from, u64 size)
{
	return _copy_to_user(u64_to_user_ptr(to), from, size) ? -EFAULT : 0;
}

static __always_inline void note_sender(struct kipc_letter *letter, u32 size)
{
	letter->size = size;
	letter->deliveries = 0;
	letter->sent = get_jiffies_64();
	kipc_sender_init(&letter->sender);
	kipc_sender_pin(&letter->sender);
}

/**
 * kipc_letter_write() - copy the payload, and note who sends it
 * @letter: a new letter, with room for it
 * @data: user address of the payload
 * @size: its size
 *
 * Context: Process context. May sleep.
 * Return: 0 or -EFAULT.
 */
int kipc_letter_write(struct kipc_letter *letter, u64 data, u32 size)
{
	if (copy_in(letter->data, data, size))
		return -EFAULT;
	note_sender(letter, size);
	return 0;
}

/**
 * kipc_letter_write_vec() - the same with a payload in segments
 * @letter: a new letter, with room for it
 * @payload: the payload
 *
 * Context: Process context. May sleep.
 * Return: 0 or -EFAULT.
 */
int kipc_letter_write_vec(struct kipc_letter *letter,
			  const struct kipc_payload *payload)
{
	u32 i, offset = 0;

	for (i = 0; i < payload->count; i++) {
		if (copy_in(letter->data + offset, payload->vec[i].base,
			    payload->vec[i].size))
			return -EFAULT;
		offset += payload->vec[i].size;
	}
	note_sender(letter, offset);
	return 0;
}

/**
 * kipc_letter_write_iter() - copy the payload, and note who sends it
 * @letter: a new letter, with room for it
 * @from: the payload
 *
 * Context: Process context. May sleep.
 * Return: 0 or -EFAULT.
 */
int kipc_letter_write_iter(struct kipc_letter *letter, struct iov_iter *from)
{
	size_t size = iov_iter_count(from);

	if (!copy_from_iter_full(letter->data, size, from))
		return -EFAULT;
	note_sender(letter, size);
	return 0;
}

/**
 * kipc_letter_read() - copy the payload to its receiver
 * @letter: the letter
 * @data: user address of where to
 * @data_size: how many bytes may be put there
 * @cut: leave out what does not fit, rather than fail
 *
 * Context: Process context. May sleep.
 * Return: 0, -EFAULT or -EMSGSIZE.
 */
int kipc_letter_read(const struct kipc_letter *letter, u64 data,
		     u64 data_size, bool cut)
{
	u64 size = letter->size;

	if (unlikely(size > data_size)) {
		if (!cut)
			return -EMSGSIZE;
		size = data_size;
	}
	return copy_out(data, letter->data, size);
}

static int scatter(const struct kipc_letter *letter,
		   const struct kipc_payload *to)
{
	u64 size = letter->size, offset = 0, chunk;
	u32 i;

	for (i = 0; i < to->count && offset < size; i++) {
		chunk = min(to->vec[i].size, size - offset);
		if (copy_out(to->vec[i].base, letter->data + offset, chunk))
			return -EFAULT;
		offset += chunk;
	}
	return 0;
}

/**
 * kipc_letter_read_vec() - the same into segments
 * @letter: the letter
 * @data: user address of structs kipc_vec
 * @data_size: how many
 * @cut: leave out what does not fit, rather than fail
 *
 * Context: Process context. May sleep.
 * Return: 0, -E2BIG, -EFAULT, -EMSGSIZE or -ENOMEM.
 */
int kipc_letter_read_vec(const struct kipc_letter *letter, u64 data,
			 u64 data_size, bool cut)
{
	struct kipc_payload to;
	int ret;

	ret = kipc_payload_init_vec(&to, data, data_size);
	if (ret)
		return ret;
	ret = letter->size > to.size && !cut ? -EMSGSIZE : scatter(letter, &to);
	kipc_payload_deinit(&to);
	return ret;
}

static struct kipc_user *sender_in(const struct kipc_mailbox *mailbox)
{
	struct kipc_user *owner = mailbox->user;

	/* That is soon seen, and often so. */
	if (uid_eq(current_euid(), owner->uid))
		return kipc_user_get(owner);
	return kipc_user_get_uid(owner->domain, current_euid());
}

static int charge(struct kipc_attachments *attachments,
		  const struct kipc_mailbox *mailbox)
{
	u32 files = attachments->file_count;
	u32 handles = attachments->count - files;
	struct kipc_user *user = sender_in(mailbox);
	int ret;

	if (IS_ERR(user))
		return PTR_ERR(user);
	ret = kipc_quota_charge(user, KIPC_QUOTA_FILES, files);
	if (ret)
		goto err_user;
	ret = handles ? kipc_quota_charge(user, KIPC_QUOTA_ATTACHED_HANDLES,
					  handles) : 0;
	if (ret)
		goto err_files;
	attachments->charged = user;
	return 0;

err_files:
	kipc_quota_release(user, KIPC_QUOTA_FILES, files);
err_user:
	kipc_user_put(user);
	return ret;
}

static int add_label(struct kipc_letter *letter)
{
	letter->label = kzalloc(sizeof(*letter->label), GFP_KERNEL_ACCOUNT);
	return letter->label ? kipc_label_init(letter->label) : -ENOMEM;
}

/**
 * kipc_letter_enclose() - put into a letter what few have
 * @letter: a new letter
 * @mailbox: for which mailbox
 * @attachments: what is attached, or NULL; the letter's from now on, even if it fails
 *
 * Context: Process context. May sleep.
 * Return: 0, -EACCES (the label), -EDQUOT or -ENOMEM.
 */
int kipc_letter_enclose(struct kipc_letter *letter,
			const struct kipc_mailbox *mailbox,
			struct kipc_attachments *attachments)
{
	int ret = 0;

	letter->attachments = attachments;
	if (attachments)
		ret = charge(attachments, mailbox);
	if (!ret && unlikely(mailbox->made.flags & KIPC_MAILBOX_LABEL))
		ret = add_label(letter);
	return ret;
}

static void free_attachments(struct kipc_attachments *attachments)
{
	struct kipc_user *user = attachments->charged;

	if (user) {
		kipc_quota_release(user, KIPC_QUOTA_FILES,
				   attachments->file_count);
		kipc_quota_release(user, KIPC_QUOTA_ATTACHED_HANDLES,
				   attachments->count -
				   attachments->file_count);
		kipc_user_put(user);
	}
	kipc_attachments_free(attachments);
}

static void free_label(struct kipc_label *label)
{
	kipc_label_deinit(label);
	kfree(label);
}

/**
 * kipc_letter_strip_rest() - let go of what few letters have
 * @letter: a letter that nobody else has
 *
 * Context: Process context. May sleep.
 */
void kipc_letter_strip_rest(struct kipc_letter *letter)
{
	if (letter->attachments) {
		free_attachments(letter->attachments);
		letter->attachments = NULL;
	}
	if (letter->label) {
		free_label(letter->label);
		letter->label = NULL;
	}
	if (letter->clear)
		memzero_explicit(letter->data, letter->room);
}

/**
 * kipc_letter_free() - free a letter
 * @letter: a letter without references, or a new one
 *
 * Context: Process context. May sleep.
 */
void kipc_letter_free(struct kipc_letter *letter)
{
	kipc_letter_strip(letter);
	kvfree(letter);
	kipc_live_add(KIPC_LIVE_LETTERS, -1);
}

/**
 * kipc_letter_describe_rest() - tell of what few letters have
 * @letter: one that has
 * @mail: where
 *
 * Context: Any.
 */
void kipc_letter_describe_rest(const struct kipc_letter *letter,
			       struct kipc_mail *mail)
{
	if (letter->attachments)
		mail->attachment_count = letter->attachments->count;
	if (letter->label)
		mail->label_size = letter->label->size;
}
