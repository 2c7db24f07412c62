// SPDX-License-Identifier: GPL-2.0-only
/* What the commands on mailboxes share: opening one, and its properties. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "json.h"
#include "mailbox.h"
#include "sentry.h"
#include "text.h"

#define DEFAULT_MODE	0600

static const char *const kinds[] = {
	[KIPC_MAILBOX_QUEUE] = "queue",
	[KIPC_MAILBOX_WORK] = "work",
	[KIPC_MAILBOX_BROADCAST] = "broadcast",
};

static const char *const policies[] = {
	[KIPC_MAILBOX_BLOCK] = "block",
	[KIPC_MAILBOX_FAIL] = "fail",
	[KIPC_MAILBOX_DROP] = "drop",
};

static const char *word(const char *const *words, size_t count,
			unsigned int number)
{
	return number < count ? words[number] : "unknown";
}

static int number_of(const char *const *words, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++) {
		if (!strcmp(text, words[i]))
			return (int)i;
	}
	return -EINVAL;
}

void mailbox_parse_timeout(struct mailbox_timeout *timeout, const char *text,
			   struct argp_state *state)
{
	timeout->said = true;
	timeout->ns = 0;
	if (strcmp(text, "0") && text_parse_seconds(text, &timeout->ns) < 0)
		argp_error(state, "'%s' is no time in seconds", text);
}

uint64_t mailbox_deadline(const struct mailbox_timeout *timeout)
{
	if (!timeout->said)
		return KIPC_FOREVER;
	return timeout->ns ? kipc_deadline_ns(timeout->ns) : KIPC_NO_WAIT;
}

const char *mailbox_kind_text(unsigned int kind)
{
	return word(kinds, ARRAY_SIZE(kinds), kind);
}

const char *mailbox_policy_text(unsigned int policy)
{
	return word(policies, ARRAY_SIZE(policies), policy);
}

int mailbox_parse_kind(const char *text, enum kipc_mailbox_kind *kind)
{
	int number = number_of(kinds, ARRAY_SIZE(kinds), text);

	if (number < 0)
		return number;
	*kind = (enum kipc_mailbox_kind)number;
	return 0;
}

int mailbox_parse_policy(const char *text, enum kipc_mailbox_policy *policy)
{
	int number = number_of(policies, ARRAY_SIZE(policies), text);

	if (number < 0)
		return number;
	*policy = (enum kipc_mailbox_policy)number;
	return 0;
}

int mailbox_fail(int error, const char *name)
{
	switch (error) {
	case -ENOENT:
		tool_error("no mailbox '%s': see kipc mailbox ls, kipc mailbox create",
			   name);
		break;
	case -EPROTOTYPE:
		tool_error("'%s' is no mailbox: kipc ls shows what it is",
			   name);
		break;
	case -EACCES:
		tool_error("permission denied for '%s': kipc mailbox ls shows its owner and mode",
			   name);
		break;
	case -EUSERS:
		tool_error("'%s' has too many readers: end one of them", name);
		break;
	case -EINTR:
		tool_error("interrupted before '%s' was there", name);
		break;
	default:
		return tool_fail_name(error, name);
	}
	return tool_status_of(error);
}

int mailbox_open(const struct tool *tool, const char *name, unsigned int flags,
		 int *mailbox)
{
	struct kipc *endpoint;
	int ret;

	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = mailbox_open_or(endpoint, name, flags, false, KIPC_NO_WAIT,
			      mailbox);
	kipc_close(endpoint);
	return ret;
}

int mailbox_open_or(struct kipc *endpoint, const char *name,
		    unsigned int flags, bool wait, uint64_t deadline,
		    int *mailbox)
{
	int ret;

	do {
		if (wait)
			ret = kipc_mailbox_wait(endpoint, name, flags,
						deadline);
		else
			ret = kipc_mailbox_open(endpoint, name, flags,
						DEFAULT_MODE, NULL);
	} while (ret == -EINTR && sentry_news() == SENTRY_NOTHING);
	if (ret < 0)
		return mailbox_fail(ret, name);
	*mailbox = ret;
	return TOOL_OK;
}

void mailbox_json(struct json_object *object, const char *name,
		  const struct kipc_mailbox_info *info)
{
	char text[TEXT_MAX];

	json_add_text(object, "name", name);
	json_add_text(object, "kind", mailbox_kind_text(info->kind));
	json_add_text(object, "full", mailbox_policy_text(info->policy));
	snprintf(text, sizeof(text), "%04o", info->mode);
	json_add_text(object, "mode", text);
	json_add_number(object, "uid", info->uid);
	json_add_number(object, "gid", info->gid);
	json_add_text(object, "owner", text_user(text, info->uid));
	json_add_number(object, "id", info->id);
	json_add_number(object, "messages_max", info->messages_max);
	json_add_number(object, "size_max", info->size_max);
	json_add_number(object, "history", info->history);
	json_add_number(object, "deliveries_max", info->deliveries_max);
	json_add_number(object, "lease", info->lease);
	json_add_flag(object, "last_close",
		      info->flags & KIPC_MAILBOX_LAST_CLOSE);
	json_add_flag(object, "first_come",
		      info->flags & KIPC_MAILBOX_FIRST_COME);
	json_add_flag(object, "label", info->flags & KIPC_MAILBOX_LABEL);
	json_add_number(object, "messages", info->messages);
	json_add_number(object, "leased", info->leased);
	json_add_number(object, "receivers", info->receivers);
	json_add_number(object, "senders", info->senders);
	json_add_number(object, "readers", info->readers);
	json_add_number(object, "writers", info->writers);
	json_add_number(object, "accepted", info->accepted);
	json_add_number(object, "delivered", info->delivered);
	json_add_number(object, "dropped", info->dropped);
	json_add_number(object, "returned", info->returned);
	json_add_number(object, "dead", info->dead);
}
