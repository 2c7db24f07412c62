// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox info: how a mailbox was made, and what is in it. */
#include <unistd.h>

#include "json.h"
#include "mailbox.h"
#include "named.h"
#include "table.h"
#include "text.h"

static const char info_doc[] =
	"Show how the mailbox NAME was made, what is in it, and what went through it.\n"
	"\vWhoever can see the name can see this.\n"
	"\n"
	"Output with --json, one object; the lease is in nanoseconds, 0: until who\n"
	"holds\n"
	"it dies:\n"
	"  {\"name\", \"kind\", \"full\", \"mode\", \"uid\", \"gid\", \"owner\", \"id\",\n"
	"   \"messages_max\", \"size_max\", \"history\", \"deliveries_max\", \"lease\",\n"
	"   \"last_close\", \"first_come\", \"label\",\n"
	"   \"messages\", \"leased\", \"receivers\", \"senders\", \"readers\", \"writers\",\n"
	"   \"accepted\", \"delivered\", \"dropped\", \"returned\", \"dead\"}\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox info example.box\n"
	"  kipc mailbox info --json example.box | jq .messages";

/* What is counted: member of struct kipc_mailbox_info, and how to call it */
static const struct {
	const char *label;
	size_t offset;
	bool wide;
} counters[] = {
#define COUNTER(member, label, wide) \
	{ label, offsetof(struct kipc_mailbox_info, member), wide }
	COUNTER(messages, "messages to be received", false),
	COUNTER(leased, "messages received, not acknowledged", false),
	COUNTER(receivers, "threads that wait for messages", false),
	COUNTER(senders, "threads that wait for room", false),
	COUNTER(readers, "open for receiving", false),
	COUNTER(writers, "open for sending", false),
	COUNTER(accepted, "messages accepted so far", true),
	COUNTER(delivered, "delivered", true),
	COUNTER(dropped, "dropped", true),
	COUNTER(returned, "leases that ended in vain", true),
	COUNTER(dead, "gone to the dead letters", true),
#undef COUNTER
};

static int print_json(const char *name, const struct kipc_mailbox_info *info)
{
	struct json_object *object = json_object_new_object();

	mailbox_json(object, name, info);
	return json_print(object, true);
}

static void add(struct table *table, const char *label, const char *text)
{
	table_add(table, label);
	table_add(table, text);
}

static void add_counters(struct table *table,
			 const struct kipc_mailbox_info *info)
{
	char text[TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(counters); i++) {
		const char *at = (const char *)info + counters[i].offset;
		uint64_t count = counters[i].wide ? *(const uint64_t *)at :
						    *(const uint32_t *)at;

		add(table, counters[i].label, text_count(text, count));
	}
}

/* What only some kinds have */
static void add_kind(struct table *table, const struct kipc_mailbox_info *info)
{
	char text[TEXT_MAX];

	if (info->kind == KIPC_MAILBOX_WORK) {
		add(table, "lease", info->lease ? text_time(text, info->lease) :
						  "until its holder dies");
		if (info->deliveries_max)
			add(table, "deliveries before it is dead",
			    text_count(text, info->deliveries_max));
	}
	if (info->kind == KIPC_MAILBOX_BROADCAST)
		add(table, "history", text_count(text, info->history));
}

static int print_text(const char *name, const struct kipc_mailbox_info *info)
{
	struct table table = { .columns = 2 };
	char text[TEXT_MAX];

	add(&table, "name", name);
	add(&table, "kind", mailbox_kind_text(info->kind));
	add(&table, "when it is full", mailbox_policy_text(info->policy));
	add(&table, "mode", text_mode(text, (mode_t)info->mode));
	add(&table, "owner", text_user(text, info->uid));
	add(&table, "messages it can hold",
	    text_count(text, info->messages_max));
	add(&table, "largest message", text_bytes(text, info->size_max));
	add_kind(&table, info);
	if (info->flags & KIPC_MAILBOX_LAST_CLOSE)
		add(&table, "ends", "when nobody has it open");
	if (info->flags & KIPC_MAILBOX_FIRST_COME)
		add(&table, "may be filled", "by any one user");
	if (info->flags & KIPC_MAILBOX_LABEL)
		add(&table, "security labels", "yes");
	add_counters(&table, info);
	return table_print(&table);
}

static int info_run(const struct tool *tool, int argc, char **argv)
{
	struct kipc_mailbox_info info;
	struct named_args args;
	int mailbox;
	int ret;

	named_parse(&args, info_doc, argc, argv);
	ret = mailbox_open(tool, args.name, 0, &mailbox);
	if (ret)
		return ret;
	ret = kipc_mailbox_info(mailbox, &info);
	if (!ret)
		ret = args.json ? print_json(args.name, &info) :
				  print_text(args.name, &info);
	close(mailbox);
	return ret < 0 ? mailbox_fail(ret, args.name) : TOOL_OK;
}

const struct command cmd_mailbox_info = {
	.name = "info",
	.summary = "show how a mailbox was made, and what is in it",
	.run = info_run,
};
