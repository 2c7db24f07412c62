// SPDX-License-Identifier: GPL-2.0-only
#include "mailbox/notice.h"

#include <linux/err.h>
#include <linux/eventfd.h>

#include "core/compat.h"
#include "mailbox/file.h"
#include "mailbox/mailbox.h"

/**
 * kipc_notice_ask() - be told of the next letter
 * @file: who asks, for the running process
 * @eventfd: the descriptor of an eventfd
 *
 * Context: Process context. May sleep.
 * Return: 0, -EBADF, -EBUSY or -EINVAL.
 */
int kipc_notice_ask(struct kipc_mailbox_file *file, int eventfd)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_notice *notice = &mailbox->notice;
	struct eventfd_ctx *context;
	bool is_asked;

	context = eventfd_ctx_fdget(eventfd);
	if (IS_ERR(context))
		return PTR_ERR(context);
	spin_lock(&mailbox->lock);
	is_asked = notice->eventfd;
	if (!is_asked) {
		notice->eventfd = context;
		notice->file = file;
		notice->process = current->files;
	}
	spin_unlock(&mailbox->lock);
	if (!is_asked)
		return 0;
	eventfd_ctx_put(context);
	return -EBUSY;
}

/**
 * kipc_notice_cancel() - do not be told any more
 * @file: who asked
 * @process: in which process, as its table of file descriptors; NULL: in any
 *
 * Context: Process context.
 * Return: 0, or -ENXIO if it did not ask, or was told.
 */
int kipc_notice_cancel(struct kipc_mailbox_file *file, fl_owner_t process)
{
	struct kipc_mailbox *mailbox = file->mailbox;
	struct kipc_notice *notice = &mailbox->notice;
	struct eventfd_ctx *context = NULL;

	spin_lock(&mailbox->lock);
	if (notice->file == file && (!process || notice->process == process))
		context = kipc_notice_take_locked(mailbox);
	spin_unlock(&mailbox->lock);
	if (!context)
		return -ENXIO;
	eventfd_ctx_put(context);
	return 0;
}

/**
 * kipc_notice_take_locked() - the notice is over
 * @mailbox: of which
 *
 * Context: Mailbox's lock held.
 * Return: The eventfd, with the notice's reference, or NULL.
 */
struct eventfd_ctx *kipc_notice_take_locked(struct kipc_mailbox *mailbox)
{
	struct eventfd_ctx *context = mailbox->notice.eventfd;

	mailbox->notice = (struct kipc_notice){ };
	return context;
}

/**
 * kipc_notice_tell() - tell who asked
 * @eventfd: as it was taken
 *
 * Context: Any.
 */
void kipc_notice_tell(struct eventfd_ctx *eventfd)
{
	kipc_eventfd_signal(eventfd);
	eventfd_ctx_put(eventfd);
}
