// SPDX-License-Identifier: GPL-2.0-only
/* kipc region create: make a region. */
#include <errno.h>
#include <unistd.h>

#include "region.h"
#include "text.h"

static const char create_doc[] =
	"Make the region NAME of SIZE bytes, such as 64K or 2M, rounded up to whole\n"
	"pages.\n"
	"\vIf it exists already, made alike, that is fine. Its memory comes as it is\n"
	"used.\n"
	"\n"
	"With --chunk it is cut into as many chunks as fit, which its owner publishes\n"
	"with messages; subscribers need no more than to read. SIZE is rounded down to\n"
	"whole chunks then. Subscribers of one user, other than the owner, have at\n"
	"most N of them together. kipc region chunks shows who has which.\n"
	"\n"
	"Examples:\n"
	"  kipc region create example.frame 1M\n"
	"  kipc region create --mode 0644 example.table 64K\n"
	"  kipc region create --huge example.large 1G\n"
	"  kipc region create --mode 0644 --chunk 1M --leases 4 example.frames 16M";

static const struct argp_option create_options[] = {
	{ "mode", 'm', "MODE", 0,
	  "who may read (r) and write (w), in octal; 0600, the owner only, if not said",
	  0 },
	{ "chunk", 'c', "BYTES", 0,
	  "cut it into chunks of this size, rounded up to a multiple of 64", 0 },
	{ "leases", 'l', "N", 0,
	  "how many chunks a subscriber may have at once; 8 if not said", 0 },
	{ "huge", 'h', NULL, 0,
	  "with huge pages, where the kernel finds some: as much at once", 0 },
	{ "exclusive", 'x', NULL, 0, "fail if NAME exists", 0 },
	{ 0 }
};

/**
 * struct create_args - what the command line said
 * @name: the region's name
 * @size: its size, whole pages in the end
 * @mode: its permission bits
 * @flags: KIPC_REGION_EXCLUSIVE: it must not exist; KIPC_REGION_HUGE
 * @chunks: how it is cut, with @chunks.size
 */
struct create_args {
	const char *name;
	size_t size;
	mode_t mode;
	unsigned int flags;
	struct kipc_chunk_options chunks;
};

static size_t parse_size(const char *text, struct argp_state *state)
{
	size_t size;

	if (text_parse_size(text, KIPC_REGION_SIZE_MAX, &size) < 0 || !size)
		argp_error(state, "'%s' is no size up to 1024G", text);
	return size;
}

static unsigned int parse_leases(const char *text, struct argp_state *state)
{
	uint64_t leases;

	if (text_parse_number(text, KIPC_LEASES_MAX, &leases) < 0 || !leases)
		argp_error(state, "'%s' is no number from 1 to %d", text,
			   KIPC_LEASES_MAX);
	return (unsigned int)leases;
}

static size_t round_up(size_t size, size_t to)
{
	return (size + to - 1) / to * to;
}

/* How many chunks fit, and what they need */
static void cut(struct create_args *args, struct argp_state *state)
{
	struct kipc_chunk_options *chunks = &args->chunks;
	size_t count;

	chunks->size = round_up(chunks->size, KIPC_CHUNK_ALIGN);
	count = args->size / chunks->size;
	if (!count)
		argp_error(state, "one chunk does not fit: SIZE is for all of them");
	if (count > KIPC_CHUNKS_MAX)
		argp_error(state, "more than %d chunks are too many: make them larger",
			   KIPC_CHUNKS_MAX);
	chunks->count = (unsigned int)count;
	if (!chunks->leases_max)
		chunks->leases_max = KIPC_LEASES_DEFAULT;
	args->size = count * chunks->size;
}

static void check_args(struct create_args *args, struct argp_state *state)
{
	if (!args->size)
		argp_usage(state);
	if (args->chunks.size)
		cut(args, state);
	else if (args->chunks.leases_max)
		argp_error(state, "--leases is for a region with --chunk");
	args->size = round_up(args->size, (size_t)sysconf(_SC_PAGESIZE));
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
	case 'h':
		args->flags |= KIPC_REGION_HUGE;
		return 0;
	case 'c':
		args->chunks.size = parse_size(arg, state);
		return 0;
	case 'l':
		args->chunks.leases_max = parse_leases(arg, state);
		return 0;
	case ARGP_KEY_ARG:
		if (!args->name)
			args->name = arg;
		else if (!args->size)
			args->size = parse_size(arg, state);
		else
			argp_usage(state);
		return 0;
	case ARGP_KEY_END:
		check_args(args, state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp create_argp = {
	.options = create_options, .parser = create_parse,
	.args_doc = "NAME SIZE", .doc = create_doc,
};

static int open_region(struct kipc *endpoint, const struct create_args *args)
{
	unsigned int flags = args->flags | KIPC_REGION_READ;

	if (args->chunks.size)
		return kipc_region_open_chunks(endpoint, args->name, flags,
					       args->mode, &args->chunks);
	return kipc_region_open(endpoint, args->name,
				flags | KIPC_REGION_CREATE, args->mode,
				args->size);
}

static bool is_alike(const struct kipc_region_info *info,
		     const struct create_args *args)
{
	return info->region_size == args->size && info->mode == args->mode &&
	       info->chunk_size == args->chunks.size &&
	       info->leases_max == args->chunks.leases_max;
}

static int create(struct kipc *endpoint, const struct create_args *args)
{
	struct kipc_region_info info;
	int view, ret;

	view = open_region(endpoint, args);
	if (view < 0)
		return view == -EPERM ? tool_fail_name(view, args->name) :
					region_fail(view, args->name);
	ret = kipc_region_info(view, &info);
	close(view);
	if (ret < 0)
		return region_fail(ret, args->name);
	if (is_alike(&info, args))
		return TOOL_OK;
	tool_error("'%s' was made in another way: kipc region ls shows how",
		   args->name);
	return TOOL_FAILED;
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
	ret = create(endpoint, &args);
	kipc_close(endpoint);
	return ret;
}

const struct command cmd_region_create = {
	.name = "create",
	.summary = "make a region",
	.run = create_run,
};
