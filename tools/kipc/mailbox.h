/* SPDX-License-Identifier: GPL-2.0-only */
/* What the commands on mailboxes share: opening one, and its properties. */
#ifndef TOOL_MAILBOX_H
#define TOOL_MAILBOX_H

#include <json-c/json.h>

#include "tool.h"

/**
 * struct mailbox_timeout - how long to wait, as --timeout says
 * @said: it was said; else for ever
 * @ns: nanoseconds; 0: not at all
 */
struct mailbox_timeout {
	bool said;
	uint64_t ns;
};

/**
 * mailbox_parse_timeout() - read the argument of --timeout, or complain of it
 * @timeout: where it goes
 * @text: the argument: seconds, or 0
 * @state: of argp_parse()
 */
void mailbox_parse_timeout(struct mailbox_timeout *timeout, const char *text,
			   struct argp_state *state);

/**
 * mailbox_deadline() - when to stop waiting if that begins now
 * @timeout: how long to wait
 *
 * Return: a deadline, KIPC_NO_WAIT or KIPC_FOREVER.
 */
uint64_t mailbox_deadline(const struct mailbox_timeout *timeout);

/**
 * mailbox_kind_text() - how a kind is called
 * @kind: one of enum kipc_mailbox_kind
 *
 * Return: a constant text.
 */
const char *mailbox_kind_text(unsigned int kind);

/**
 * mailbox_policy_text() - how it is called what happens when one is full
 * @policy: one of enum kipc_mailbox_policy
 *
 * Return: a constant text.
 */
const char *mailbox_policy_text(unsigned int policy);

/**
 * mailbox_parse_kind() - read a kind: queue, work, broadcast
 * @text: the text
 * @kind: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int mailbox_parse_kind(const char *text, enum kipc_mailbox_kind *kind);

/**
 * mailbox_parse_policy() - read what happens when one is full: block, fail, drop
 * @text: the text
 * @policy: where it goes
 *
 * Return: 0 or -EINVAL.
 */
int mailbox_parse_policy(const char *text, enum kipc_mailbox_policy *policy);

/**
 * mailbox_fail() - complain about an error that concerns a mailbox's name
 * @error: -errno
 * @name: the name
 *
 * Return: the exit status for it.
 */
int mailbox_fail(int error, const char *name);

/**
 * mailbox_open() - open one by its name, or say why that is not possible
 * @tool: where the device is
 * @name: its name
 * @flags: KIPC_MAILBOX_READ, KIPC_MAILBOX_WRITE
 * @mailbox: where the descriptor goes
 *
 * Return: TOOL_OK, or the exit status.
 */
int mailbox_open(const struct tool *tool, const char *name, unsigned int flags,
		 int *mailbox);

/**
 * mailbox_open_or() - likewise, and what to do if there is none
 * @endpoint: in whose domain
 * @name: its name
 * @flags: as for mailbox_open(); with KIPC_MAILBOX_CREATE one of the default size is
 *	made, for its owner only
 * @wait: wait until it is there, or the sentry has news
 * @deadline: and no longer than until then
 * @mailbox: where the descriptor goes
 *
 * Return: TOOL_OK, or the exit status.
 */
int mailbox_open_or(struct kipc *endpoint, const char *name,
		    unsigned int flags, bool wait, uint64_t deadline,
		    int *mailbox);

/**
 * mailbox_json() - add what is known of a mailbox
 * @object: the object; NULL does nothing
 * @name: its name
 * @info: the rest
 */
void mailbox_json(struct json_object *object, const char *name,
		  const struct kipc_mailbox_info *info);

#endif
