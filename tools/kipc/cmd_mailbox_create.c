// SPDX-License-Identifier: GPL-2.0-only
/* kipc mailbox create: make a mailbox. */
#include <unistd.h>

#include "mailbox.h"
#include "sentry.h"
#include "text.h"

static const char create_doc[] =
	"Make the mailbox NAME.\n"
	"\vKIND is one of\n"
	"  queue      each message goes to one receiver, the most urgent one first\n"
	"  work       the same, but it is gone only when it was acknowledged, and goes\n"
	"             to another receiver if that does not come: see --lease\n"
	"  broadcast  each message goes to all who receive, in the order of sending\n"
	"\n"
	"POLICY says what happens to a message for which there is no room: its sender\n"
	"waits (block), or gets an error (fail), or the oldest of the least urgent\n"
	"messages is dropped (drop, and always in a broadcast).\n"
	"\n"
	"If there is a mailbox of this name that was made alike, all is well; with\n"
	"--exclusive that is an error. With --last-close the command holds the\n"
	"mailbox open until it is interrupted.\n"
	"\n"
	"Examples:\n"
	"  kipc mailbox create example.box\n"
	"  kipc mailbox create --mode 0622 --size 64K --messages 1000 example.log\n"
	"  kipc mailbox create --kind work --lease 30 example.work\n"
	"  kipc mailbox create --kind work --deliveries 3 --dead-letter example.dead \\\n"
	"    example.work\n"
	"  kipc mailbox create --kind broadcast --history 10 example.news";

/* Keys of options without a letter */
enum create_key {
	KEY_DEAD_LETTER = 256,
	KEY_DELIVERIES,
	KEY_FIRST_COME,
	KEY_HISTORY,
	KEY_LABEL,
	KEY_LAST_CLOSE,
};

static const struct argp_option create_options[] = {
	{ "kind", 'k', "KIND", 0, "queue (if not said), work or broadcast", 0 },
	{ "full", 'f', "POLICY", 0,
	  "when it is full: block (if not said), fail or drop", 0 },
	{ "messages", 'n', "N", 0,
	  "how many messages it can hold; 64 if not said", 0 },
	{ "size", 's', "SIZE", 0,
	  "largest message in bytes, such as 64K, up to 16M; 4K if not said",
	  0 },
	{ "mode", 'm', "MODE", 0,
	  "who may receive (r) and send (w), in octal; 0600, the owner only, if not said",
	  0 },
	{ "exclusive", 'x', NULL, 0, "fail if NAME exists", 0 },
	{ "lease", 'l', "SECONDS", 0,
	  "work: who has not acknowledged a message after this time has lost it; if not said, only who died has",
	  0 },
	{ "deliveries", KEY_DELIVERIES, "N", 0,
	  "work: after N deliveries in vain a message goes to the dead letters",
	  0 },
	{ "dead-letter", KEY_DEAD_LETTER, "MAILBOX", 0,
	  "work: another mailbox, for those", 0 },
	{ "history", KEY_HISTORY, "N", 0,
	  "broadcast: who begins to receive still gets the last N messages",
	  0 },
	{ "last-close", KEY_LAST_CLOSE, NULL, 0,
	  "the mailbox ends when nobody has it open", 0 },
	{ "first-come", KEY_FIRST_COME, NULL, 0,
	  "let any one user fill it; else there is always room for others", 0 },
	{ "label", KEY_LABEL, NULL, 0,
	  "let receivers know the senders' security labels", 0 },
	{ 0 }
};

/**
 * struct create_args - what the command line said
 * @name: name of the mailbox
 * @dead_letter: and of that for dead letters; NULL if there is none
 * @flags: KIPC_MAILBOX_ flags
 * @mode: permission bits
 * @policy: @options.policy was said
 * @options: how to make it
 */
struct create_args {
	const char *name;
	const char *dead_letter;
	unsigned int flags;
	mode_t mode;
	bool policy;
	struct kipc_mailbox_options options;
};

static uint32_t parse_count(const char *text, uint64_t most,
			    struct argp_state *state)
{
	uint64_t count;

	if (text_parse_number(text, most, &count) < 0 || !count)
		argp_error(state, "'%s' is no number from 1 to %llu", text,
			   (unsigned long long)most);
	return (uint32_t)count;
}

static void parse_size(struct kipc_mailbox_options *options, const char *text,
		       struct argp_state *state)
{
	size_t size;

	if (text_parse_size(text, KIPC_MAILBOX_SIZE_MAX, &size) < 0)
		argp_error(state, "'%s' is no size up to 16M", text);
	options->size_max = (uint32_t)size;
}

/* What does not belong to the kind would only get EINVAL from the kernel */
static void check(const struct create_args *args, struct argp_state *state)
{
	const struct kipc_mailbox_options *options = &args->options;
	uint32_t messages = options->messages_max ?:
			    KIPC_MAILBOX_MESSAGES_DEFAULT;

	if (options->kind != KIPC_MAILBOX_WORK &&
	    (options->lease || options->deliveries_max || args->dead_letter))
		argp_error(state, "--lease, --deliveries and --dead-letter are for --kind work");
	if (!options->deliveries_max != !args->dead_letter)
		argp_error(state, "--deliveries and --dead-letter need each other");
	if (options->kind != KIPC_MAILBOX_BROADCAST && options->history)
		argp_error(state, "--history is for --kind broadcast");
	if (options->history > messages)
		argp_error(state, "--history %u is more than it can hold: see --messages",
			   options->history);
	if (options->kind == KIPC_MAILBOX_BROADCAST && args->policy &&
	    options->policy != KIPC_MAILBOX_DROP)
		argp_error(state, "a broadcast that is full drops messages: --full drop");
}

static error_t parse_kind_of(int key, const char *arg,
			     struct create_args *args,
			     struct argp_state *state)
{
	struct kipc_mailbox_options *options = &args->options;

	switch (key) {
	case 'k':
		if (mailbox_parse_kind(arg, &options->kind) < 0)
			argp_error(state, "'%s' is no kind: queue, work or broadcast",
				   arg);
		return 0;
	case 'f':
		if (mailbox_parse_policy(arg, &options->policy) < 0)
			argp_error(state, "'%s' is none of block, fail and drop",
				   arg);
		args->policy = true;
		return 0;
	case 'l':
		if (text_parse_seconds(arg, &options->lease) < 0)
			argp_error(state, "'%s' is no time in seconds", arg);
		return 0;
	case KEY_DEAD_LETTER:
		args->dead_letter = arg;
		return 0;
	case KEY_DELIVERIES:
		options->deliveries_max = parse_count(arg, UINT32_MAX, state);
		return 0;
	case KEY_HISTORY:
		options->history = parse_count(arg, KIPC_MAILBOX_MESSAGES_MAX,
					       state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse_flag(int key, struct create_args *args)
{
	switch (key) {
	case 'x':
		args->flags |= KIPC_MAILBOX_EXCLUSIVE;
		return 0;
	case KEY_FIRST_COME:
		args->flags |= KIPC_MAILBOX_FIRST_COME;
		return 0;
	case KEY_LABEL:
		args->flags |= KIPC_MAILBOX_LABEL;
		return 0;
	case KEY_LAST_CLOSE:
		args->flags |= KIPC_MAILBOX_LAST_CLOSE;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t create_parse(int key, char *arg, struct argp_state *state)
{
	struct create_args *args = state->input;

	switch (key) {
	case 'n':
		args->options.messages_max =
			parse_count(arg, KIPC_MAILBOX_MESSAGES_MAX, state);
		return 0;
	case 's':
		parse_size(&args->options, arg, state);
		return 0;
	case 'm':
		if (text_parse_mode(arg, &args->mode) < 0)
			argp_error(state, "'%s' is no mode such as 0600", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (args->name)
			argp_usage(state);
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	case ARGP_KEY_SUCCESS:
		check(args, state);
		return 0;
	default:
		return parse_flag(key, args) ?
		       parse_kind_of(key, arg, args, state) : 0;
	}
}

static const struct argp create_argp = {
	.options = create_options, .parser = create_parse,
	.args_doc = "NAME", .doc = create_doc,
};

/* Whether it was made as it should have been, if it was there before */
static bool alike(const struct create_args *args,
		  const struct kipc_mailbox_info *info)
{
	const struct kipc_mailbox_options *options = &args->options;
	const unsigned int flags = KIPC_MAILBOX_LAST_CLOSE |
				   KIPC_MAILBOX_FIRST_COME |
				   KIPC_MAILBOX_LABEL;

	return info->kind == options->kind &&
	       (options->kind == KIPC_MAILBOX_BROADCAST ||
		info->policy == options->policy) &&
	       info->mode == args->mode &&
	       info->messages_max == (options->messages_max ?:
				      KIPC_MAILBOX_MESSAGES_DEFAULT) &&
	       info->size_max == (options->size_max ?:
				  KIPC_MAILBOX_SIZE_DEFAULT) &&
	       info->history == options->history &&
	       info->deliveries_max == options->deliveries_max &&
	       info->lease == options->lease &&
	       !((info->flags ^ args->flags) & flags);
}

/* With --last-close: keep it, or nobody would ever find it */
static int hold(const struct create_args *args)
{
	int ret;

	if (!(args->flags & KIPC_MAILBOX_LAST_CLOSE))
		return TOOL_OK;
	ret = sentry_start(false);
	if (ret < 0)
		return tool_fail(ret, "signals");
	while (sentry_news() == SENTRY_NOTHING)
		pause();
	return TOOL_OK;
}

static int create(struct kipc *endpoint, const struct create_args *args)
{
	struct kipc_mailbox_info info;
	int mailbox;
	int ret;

	mailbox = kipc_mailbox_open(endpoint, args->name,
				    args->flags | KIPC_MAILBOX_CREATE,
				    args->mode, &args->options);
	if (mailbox < 0)
		return mailbox_fail(mailbox, args->name);
	ret = kipc_mailbox_info(mailbox, &info);
	if (ret < 0) {
		ret = mailbox_fail(ret, args->name);
	} else if (!alike(args, &info)) {
		tool_error("'%s' was made in another way: kipc mailbox info shows how",
			   args->name);
		ret = TOOL_FAILED;
	} else {
		ret = hold(args);
	}
	close(mailbox);
	return ret;
}

static int create_run(const struct tool *tool, int argc, char **argv)
{
	struct create_args args = { .mode = 0600 };
	struct kipc *endpoint;
	int ret;

	argp_parse(&create_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	if (args.dead_letter)
		ret = mailbox_open_or(endpoint, args.dead_letter,
				      KIPC_MAILBOX_WRITE, false, KIPC_NO_WAIT,
				      &args.options.dead_letter);
	if (!ret)
		ret = create(endpoint, &args);
	if (args.options.dead_letter > 0)
		close(args.options.dead_letter);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_mailbox_create = {
	.name = "create",
	.summary = "make a mailbox",
	.run = create_run,
};
