// SPDX-License-Identifier: GPL-2.0-only
/* Commands that show one thing, which has a name. */
#include "named.h"
#include "tool.h"

static const struct argp_option named_options[] = {
	{ "json", TOOL_KEY_JSON, NULL, 0, "print JSON", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct named_args *args = state->input;

	switch (key) {
	case TOOL_KEY_JSON:
		args->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (args->name)
			argp_usage(state);
		args->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

void named_parse(struct named_args *args, const char *doc, int argc,
		 char **argv)
{
	const struct argp argp = {
		.options = named_options, .parser = parse,
		.args_doc = "NAME", .doc = doc,
	};

	*args = (struct named_args){ 0 };
	argp_parse(&argp, argc, argv, 0, NULL, args);
}
