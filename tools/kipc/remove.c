// SPDX-License-Identifier: GPL-2.0-only
/* Removing what has names: mailboxes, regions. */
#include <errno.h>

#include "remove.h"

/* The names, in argv */
struct remove_args {
	char **names;
	size_t count;
};

static error_t remove_parse(int key, char *arg, struct argp_state *state)
{
	struct remove_args *args = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_ARGS:
		args->names = state->argv + state->next;
		args->count = (size_t)(state->argc - state->next);
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Only if it is of that kind: names of other things are taken away alike */
static int remove_one(const struct remove_kind *kind, struct kipc *endpoint,
		      const char *name)
{
	int ret = kind->check(endpoint, name);

	if (ret < 0)
		return kind->fail(ret, name);
	ret = kipc_mailbox_unlink(endpoint, name);
	if (ret == -EPERM) {
		tool_error("permission denied for '%s': only its owner may remove it, or root",
			   name);
		return TOOL_DENIED;
	}
	return ret < 0 ? kind->fail(ret, name) : TOOL_OK;
}

int remove_named(const struct remove_kind *kind, const struct tool *tool,
		 int argc, char **argv)
{
	const struct argp argp = {
		.parser = remove_parse, .args_doc = "NAME...",
		.doc = kind->doc,
	};
	struct remove_args args = { 0 };
	struct kipc *endpoint;
	int status;
	int ret;

	argp_parse(&argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	for (size_t i = 0; i < args.count; i++) {
		status = remove_one(kind, endpoint, args.names[i]);
		if (status)
			ret = status;
	}
	kipc_close(endpoint);
	return ret;
}
