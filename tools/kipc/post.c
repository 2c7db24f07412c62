// SPDX-License-Identifier: GPL-2.0-only
/* Messages on their way to a mailbox. */
#include <errno.h>
#include <string.h>

#include "post.h"
#include "sentry.h"
#include "text.h"

static int fail_post(int error, const struct post *post)
{
	switch (error) {
	case -EINTR:
		tool_error("interrupted: '%s' has no room", post->name);
		return TOOL_FAILED;
	case -EAGAIN:
	case -ETIMEDOUT:
		tool_error("'%s' has no room: kipc mailbox ls shows what is in it",
			   post->name);
		return TOOL_TIMEOUT;
	case -EPIPE:
		tool_error("'%s' was removed, and nobody can receive from it any more",
			   post->name);
		return TOOL_FAILED;
	case -EINVAL:
		tool_error("'%s' is a broadcast, which has no priorities",
			   post->name);
		return TOOL_FAILED;
	default:
		return mailbox_fail(error, post->name);
	}
}

static void forget(struct post *post, unsigned int count)
{
	post->sent += count;
	post->count -= count;
	memmove(post->messages, post->messages + count,
		post->count * sizeof(*post->messages));
}

int post_flush(struct post *post)
{
	uint64_t deadline = mailbox_deadline(&post->timeout);
	bool stop;
	int ret;

	while (post->count) {
		stop = sentry_news() != SENTRY_NOTHING;
		ret = kipc_mailbox_send_batch(post->mailbox, post->messages,
					      post->count,
					      stop ? KIPC_NO_WAIT : deadline);
		if (ret > 0)
			forget(post, (unsigned int)ret);
		else if (stop && ret == -EAGAIN)
			return fail_post(-EINTR, post);
		else if (ret != -EINTR)
			return fail_post(ret, post);
	}
	return TOOL_OK;
}

int post_add(struct post *post, const void *data, size_t size)
{
	if (size > post->size_max)
		return post_too_large(post);
	post->messages[post->count++] = (struct kipc_mailbox_send){
		.priority = post->priority,
		.data = (uintptr_t)data,
		.data_size = size,
		.endpoint = -1,
	};
	return post->count < KIPC_BATCH_MAX ? TOOL_OK : post_flush(post);
}

int post_too_large(struct post *post)
{
	char size[TEXT_MAX];
	int ret = post_flush(post);

	if (ret)
		return ret;
	tool_error("message %llu is larger than the %s bytes of '%s': see mailbox create --size",
		   (unsigned long long)post->sent + 1,
		   text_count(size, post->size_max), post->name);
	return TOOL_FAILED;
}
