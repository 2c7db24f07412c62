// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/file.h"

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "core/domain.h"
#include "core/key.h"
#include "core/name.h"
#include "core/quota.h"
#include "mailbox/lease.h"
#include "mailbox/mailbox.h"
#include "mailbox/wakes.h"

/* Mode bits of a name */
#define MAY_RECEIVE	4
#define MAY_SEND	2

/* Returns 0, or -ENOENT if the mailbox was removed at its last close. */
static int count_open(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	int ret = -ENOENT;

	spin_lock(&mailbox->lock);
	if (!mailbox->is_over) {
		mailbox->files++;
		WRITE_ONCE(mailbox->readers,
			   mailbox->readers + file->may_read);
		WRITE_ONCE(mailbox->writers,
			   mailbox->writers + file->may_write);
		file->dropped = mailbox->counts.dropped;
		ret = 0;
	}
	spin_unlock(&mailbox->lock);
	return ret;
}

/* Returns whether it was the last file of a mailbox that ends with it. */
static bool count_closed(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;

	spin_lock(&mailbox->lock);
	mailbox->files--;
	WRITE_ONCE(mailbox->readers, mailbox->readers - file->may_read);
	WRITE_ONCE(mailbox->writers, mailbox->writers - file->may_write);
	if (!mailbox->files && mailbox->made.flags & KIPC_MAILBOX_LAST_CLOSE)
		mailbox->is_over = true;
	kipc_mailbox_check_locked(mailbox);
	spin_unlock(&mailbox->lock);
	return mailbox->is_over;
}

static struct kipc_domain *domain_of(const struct kipc_mailbox *mailbox)
{
	return mailbox->user->domain;
}

/* Takes over the caller's reference to the mailbox, also if it fails. */
static struct kipc_mailbox_file *file_new(struct kipc_mailbox *mailbox,
					  u32 flags)
{
	struct kipc_mailbox_file *file;
	int ret = -ENOMEM;

	file = kzalloc(sizeof(*file), GFP_KERNEL_ACCOUNT);
	if (!file)
		goto err_mailbox;
	file->mailbox = mailbox;
	file->may_read = flags & KIPC_MAILBOX_READ;
	file->may_write = flags & KIPC_MAILBOX_WRITE;
	file->leases = RB_ROOT;
	kipc_reader_init(file);
	kipc_domain_opened(domain_of(mailbox));
	if (kipc_mailbox_is_broadcast(mailbox) && file->may_read) {
		ret = kipc_reader_open(file);
		if (ret)
			goto err_file;
	}
	ret = count_open(file);
	if (ret)
		goto err_reader;
	return file;

err_reader:
	/* Whoever closed it last is about to do so: then need not wait for it. */
	kipc_names_end_object(domain_of(mailbox), &mailbox->object);
	kipc_reader_close(file);
err_file:
	kfree(file);
	kipc_domain_closed(domain_of(mailbox));
err_mailbox:
	kipc_object_put(&mailbox->object);
	return ERR_PTR(ret);
}

static struct kipc_object *find(struct kipc_domain *domain,
				const struct kipc_key *key, u32 access,
				const struct kipc_mailbox_open *args)
{
	if (args->flags & KIPC_WAIT)
		return kipc_name_wait(domain, key, KIPC_OBJECT_MAILBOX,
				      &access, args->deadline);
	return kipc_name_find(domain, key, KIPC_OBJECT_MAILBOX, &access);
}

static struct kipc_mailbox_file *open_existing(struct kipc_domain *domain,
					       const struct kipc_key *key,
					       const struct kipc_mailbox_open *args)
{
	struct kipc_object *object;
	u32 access = 0;

	if (args->flags & KIPC_MAILBOX_READ)
		access |= MAY_RECEIVE;
	if (args->flags & KIPC_MAILBOX_WRITE)
		access |= MAY_SEND;
	object = find(domain, key, access ?: MAY_RECEIVE, args);
	/* Who only looks needs either. */
	if (object == ERR_PTR(-EACCES) && !access)
		object = find(domain, key, MAY_SEND, args);
	if (IS_ERR(object))
		return ERR_CAST(object);
	return file_new(kipc_mailbox_of(object), args->flags);
}

/* The file is open before the name is there, so that it cannot end before. */
static struct kipc_mailbox_file *open_new(struct kipc_user *user,
					  const struct kipc_key *key,
					  const struct kipc_mailbox_open *args,
					  struct kipc_mailbox *dead_letter)
{
	struct kipc_mailbox_file *file;
	struct kipc_mailbox *mailbox;
	int ret;

	mailbox = kipc_mailbox_new(user, args, dead_letter);
	if (IS_ERR(mailbox))
		return ERR_CAST(mailbox);
	mailbox->is_named = key;
	file = file_new(mailbox, args->flags);
	if (IS_ERR(file) || !key)
		return file;
	ret = kipc_name_publish_lasting(user, &mailbox->object, key,
					args->mode);
	if (!ret)
		return file;
	kipc_mailbox_file_close(file);
	return ERR_PTR(ret);
}

/**
 * kipc_mailbox_file_open() - open a mailbox, or make one
 * @user: of whom, and in which domain
 * @key: its name, or NULL
 * @args: as the ABI has it, and checked; @created comes back
 * @dead_letter: of a new one, or NULL
 *
 * Context: Process context. Sleeps.
 * Return: The file, or an ERR_PTR() of what the ABI says.
 */
struct kipc_mailbox_file *
kipc_mailbox_file_open(struct kipc_user *user, const struct kipc_key *key,
		       struct kipc_mailbox_open *args,
		       struct kipc_mailbox *dead_letter)
{
	struct kipc_mailbox_file *file = ERR_PTR(-ENOENT);
	u32 flags = args->flags;

	do {
		args->created = 0;
		if (key && !(flags & KIPC_MAILBOX_EXCLUSIVE))
			file = open_existing(user->domain, key, args);
		if (file != ERR_PTR(-ENOENT))
			break;
		/* A name that was there, of a mailbox that was ending */
		if (flags & KIPC_WAIT)
			continue;
		if (!(flags & KIPC_MAILBOX_CREATE))
			break;
		args->created = 1;
		file = open_new(user, key, args, dead_letter);
		/* Somebody was faster. */
		if (file == ERR_PTR(-EEXIST) &&
		    !(flags & KIPC_MAILBOX_EXCLUSIVE))
			file = ERR_PTR(-ENOENT);
		else
			break;
	} while (!fatal_signal_pending(current));
	return file;
}

/**
 * kipc_mailbox_file_unlink() - take the mailbox's name away
 * @file: a file of it
 *
 * Context: Process context. May sleep.
 */
void kipc_mailbox_file_unlink(struct kipc_mailbox_file *file)
{
	kipc_names_end_object(domain_of(file->mailbox),
			      &file->mailbox->object);
}

/**
 * kipc_mailbox_file_flush() - a process has no descriptor of the file any more
 * @file: the file
 * @process: the process, as its table of file descriptors
 *
 * Context: Process context. May sleep.
 */
void kipc_mailbox_file_flush(struct kipc_mailbox_file *file,
			     fl_owner_t process)
{
	kipc_leases_flush(file, process);
	kipc_notice_cancel(file, process);
}

/**
 * kipc_mailbox_file_close() - nobody has the file any more
 * @file: the file
 *
 * Context: Process context. May sleep.
 */
void kipc_mailbox_file_close(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_domain *domain = domain_of(mailbox);

	kipc_leases_release(file);
	kipc_notice_cancel(file, NULL);
	kipc_reader_close(file);
	if (count_closed(file))
		kipc_mailbox_file_unlink(file);
	kfree(file);
	/* The mailbox keeps the domain. */
	kipc_domain_closed(domain);
	kipc_object_put(&mailbox->object);
}

static void describe_locked(struct kipc_mailbox_file *file,
			    struct kipc_mailbox_info *info)
{
	struct kipc_mailbox *mailbox = file->mailbox;

	info->messages = mailbox->queued;
	if (kipc_mailbox_is_broadcast(mailbox))
		info->messages = file->may_read ?
				 kipc_broadcast_unread(file) :
				 kipc_broadcast_kept(mailbox);
	info->leased = mailbox->leases.count;
	info->receivers = mailbox->receiver_count;
	info->senders = mailbox->posters;
	info->readers = mailbox->readers;
	info->writers = mailbox->writers;
	info->accepted = mailbox->sequence;
	info->delivered = mailbox->counts.delivered;
	info->dropped = mailbox->counts.dropped;
	info->returned = mailbox->counts.returned;
	info->dead = mailbox->counts.dead;
}

/**
 * kipc_mailbox_file_info() - a mailbox as the ABI tells it
 * @file: a file of it
 * @info: where; zeroed
 *
 * Context: Process context.
 */
void kipc_mailbox_file_info(struct kipc_mailbox_file *file,
			    struct kipc_mailbox_info *info)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	const struct kipc_mailbox_open *made = &mailbox->made;
	struct user_namespace *user_ns = current_user_ns();

	info->flags = made->flags & (KIPC_MAILBOX_LAST_CLOSE |
				     KIPC_MAILBOX_FIRST_COME |
				     KIPC_MAILBOX_LABEL);
	info->kind = made->kind;
	info->policy = made->policy;
	info->mode = made->mode;
	info->uid = from_kuid_munged(user_ns, mailbox->uid);
	info->gid = from_kgid_munged(user_ns, mailbox->gid);
	info->messages_max = made->messages_max;
	info->size_max = made->size_max;
	info->history = made->history;
	info->deliveries_max = made->deliveries_max;
	info->lease = made->lease;
	info->id = mailbox->id;
	spin_lock(&mailbox->lock);
	describe_locked(file, info);
	spin_unlock(&mailbox->lock);
}

static bool is_readable(const struct kipc_mailbox_file *file)
{
	if (kipc_mailbox_is_broadcast(file->mailbox))
		return kipc_broadcast_unread(file);
	return file->mailbox->queued;
}

static bool is_writable_locked(struct kipc_mailbox *mailbox)
{
	struct kipc_portion *portion;
	bool may;

	if (mailbox->made.policy == KIPC_MAILBOX_DROP)
		return true;
	portion = kipc_portion_find_locked(mailbox, current_euid());
	may = kipc_portion_may_post(mailbox, portion);
	if (portion)
		kipc_portion_put_locked(mailbox, portion);
	return may;
}

static __poll_t events_locked(const struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	__poll_t events = 0;

	if (file->may_read) {
		if (is_readable(file))
			events |= KIPC_READABLE;
		else if (kipc_mailbox_is_mute(mailbox))
			events |= EPOLLHUP;
	}
	if (file->may_write) {
		if (kipc_mailbox_is_deaf(mailbox))
			events |= EPOLLERR;
		else if (is_writable_locked(mailbox))
			events |= KIPC_WRITABLE;
	}
	return events;
}

/**
 * kipc_mailbox_file_events() - what could be done now
 * @file: a file
 *
 * Context: Process context.
 * Return: Events as of poll().
 */
__poll_t kipc_mailbox_file_events(struct kipc_mailbox_file *file)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	__poll_t events;

	/* Who posts looks for those who poll with the lock held, too. */
	spin_lock(&mailbox->lock);
	events = events_locked(file);
	spin_unlock(&mailbox->lock);
	return events;
}
