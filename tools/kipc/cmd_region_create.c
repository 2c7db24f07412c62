// SPDX-License-Identifier: GPL-2.0-only
/* kipc region create: make a region. */
#include <errno.h>
#include <unistd.h>

#include "region.h"
#include "text.h"

static const char create_doc[] =
	"Make the region NAME of SIZE bytes, such as 64K or 2M, rounded up to whole\n"
	"pages.\n"
	"\vIf it exists already, of this size and mode, that is fine. Its memory comes as\n"
	"it is used.\n"
	"\n"
	"Examples:\n"
	"  kipc region create example.frame 1M\n"
	"  kipc region create --mode 0644 example.table 64K";

static const struct argp_option create_options[] = {
	{ "mode", 'm', "MODE", 0,
	  "who may read (r) and write (w), in octal; 0600, the owner only, if not said",
	  0 },
	{ "exclusive", 'x', NULL, 0, "fail if NAME exists", 0 },
	{ 0 }
};

/* What the command line said */
struct create_args {
	const char *name;
	size_t size;
	mode_t mode;
	unsigned int flags;
};

static void parse_size(struct create_args *args, const char *text,
		       struct argp_state *state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (text_parse_size(text, KIPC_REGION_SIZE_MAX, &args->size) < 0 ||
	    !args->size)
		argp_error(state, "'%s' is no size up to 1024G", text);
	args->size = (args->size + page - 1) / page * page;
}

static error_t create_parse(int key, char *arg, struct argp_state *state)
{
	struct create_args *args = state->input;

	switch (key) {
	case 'm':
		if (text_parse_mode(arg, &args->mode) < 0)
			argp_error(state, "'%s' is no mode such as 0600", arg);
		return 0;
	case 'x':
		args->flags |= KIPC_REGION_EXCLUSIVE;
		return 0;
	case ARGP_KEY_ARG:
		if (!args->name)
			args->name = arg;
		else if (!args->size)
			parse_size(args, arg, state);
		else
			argp_usage(state);
		return 0;
	case ARGP_KEY_END:
		if (!args->size)
			argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp create_argp = {
	.options = create_options, .parser = create_parse,
	.args_doc = "NAME SIZE", .doc = create_doc,
};

static int create(struct kipc *endpoint, const struct create_args *args)
{
	struct kipc_region_info info;
	int view, ret;

	view = kipc_region_open(endpoint, args->name, args->flags, args->mode,
				args->size);
	if (view < 0)
		return view == -EPERM ? tool_fail_name(view, args->name) :
					region_fail(view, args->name);
	ret = kipc_region_info(view, &info);
	close(view);
	if (ret < 0)
		return region_fail(ret, args->name);
	if (info.region_size == args->size && info.mode == args->mode)
		return TOOL_OK;
	tool_error("'%s' was made in another way: kipc region ls shows how",
		   args->name);
	return TOOL_FAILED;
}

static int create_run(const struct tool *tool, int argc, char **argv)
{
	struct create_args args = {
		.mode = 0600,
		.flags = KIPC_REGION_READ | KIPC_REGION_CREATE,
	};
	struct kipc *endpoint;
	int ret;

	argp_parse(&create_argp, argc, argv, 0, NULL, &args);
	ret = tool_open(tool, 0, KIPC_OPEN_NO_POOL, &endpoint);
	if (ret)
		return ret;
	ret = create(endpoint, &args);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_region_create = {
	.name = "create",
	.summary = "make a region",
	.run = create_run,
};
