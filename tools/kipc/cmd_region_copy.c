// SPDX-License-Identifier: GPL-2.0-only
/* kipc region cat and write: what is in a region, and what is to be. */
#include <errno.h>
#include <unistd.h>

#include "output.h"
#include "region.h"
#include "text.h"

static const char cat_doc[] =
	"Write what is in the region NAME, or a part of it, to standard output.\n"
	"\vThe memory is read as it is, while others may write to it.\n"
	"\n"
	"Examples:\n"
	"  kipc region cat example.frame | viewer\n"
	"  kipc region cat --offset 4K --size 16 example.table | od -x";

static const char write_doc[] =
	"Write standard input into the region NAME.\n"
	"\vIt goes there as it comes, while others may read it. What does not fit is an\n"
	"error, and what fits is there.\n"
	"\n"
	"Examples:\n"
	"  kipc region write example.frame <picture\n"
	"  printf 1 | kipc region write --offset 4K example.table";

static const struct argp_option cat_options[] = {
	{ "offset", 'o', "BYTES", 0, "begin there, such as 64K", 0 },
	{ "size", 'n', "BYTES", 0, "and no more than that; else up to its end",
	  0 },
	{ 0 }
};

static const struct argp_option write_options[] = {
	{ "offset", 'o', "BYTES", 0, "begin there, such as 64K", 0 },
	{ 0 }
};

static size_t parse_bytes(const char *text, struct argp_state *state)
{
	size_t bytes;

	if (text_parse_size(text, KIPC_REGION_SIZE_MAX, &bytes) < 0)
		argp_error(state, "'%s' is no size up to 1024G", text);
	return bytes;
}

static error_t copy_parse(int key, char *arg, struct argp_state *state)
{
	struct region_span *span = state->input;

	switch (key) {
	case 'o':
		span->offset = parse_bytes(arg, state);
		return 0;
	case 'n':
		span->size = parse_bytes(arg, state);
		if (!span->size)
			argp_error(state, "--size 0 is nothing to write");
		return 0;
	case ARGP_KEY_ARG:
		if (span->name)
			argp_usage(state);
		span->name = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp cat_argp = {
	.options = cat_options, .parser = copy_parse,
	.args_doc = "NAME", .doc = cat_doc,
};

static const struct argp write_argp = {
	.options = write_options, .parser = copy_parse,
	.args_doc = "NAME", .doc = write_doc,
};

/* It is the kernel that touches the memory: it says EFAULT rather than SIGBUS. */
static int cat_run(const struct tool *tool, int argc, char **argv)
{
	struct region_span span = { 0 };
	int ret;

	argp_parse(&cat_argp, argc, argv, 0, NULL, &span);
	ret = region_map(tool, &span, KIPC_REGION_READ);
	if (ret)
		return ret;
	ret = output_write(region_at(&span), span.size);
	if (ret == -EFAULT)
		return region_fail(ret, span.name);
	return ret < 0 ? tool_fail(ret, "cannot write") : TOOL_OK;
}

/* Whether there is something more to be read */
static bool has_more(void)
{
	char byte;

	return read(STDIN_FILENO, &byte, 1) == 1;
}

static int fill(struct region_span *span)
{
	char text[TEXT_MAX];
	ssize_t got;

	while (span->size) {
		got = read(STDIN_FILENO, region_at(span), span->size);
		if (!got)
			return TOOL_OK;
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return errno == EFAULT ?
			       region_fail(-EFAULT, span->name) :
			       tool_fail(-errno, "standard input");
		span->offset += (size_t)got;
		span->size -= (size_t)got;
	}
	if (!has_more())
		return TOOL_OK;
	tool_error("'%s' has only %s: the rest does not fit", span->name,
		   text_bytes(text, span->total));
	return TOOL_FAILED;
}

static int write_run(const struct tool *tool, int argc, char **argv)
{
	struct region_span span = { 0 };
	int ret;

	argp_parse(&write_argp, argc, argv, 0, NULL, &span);
	ret = region_map(tool, &span, KIPC_REGION_READ | KIPC_REGION_WRITE);
	return ret ? ret : fill(&span);
}

const struct command cmd_region_cat = {
	.name = "cat",
	.summary = "show what is in a region",
	.run = cat_run,
};

const struct command cmd_region_write = {
	.name = "write",
	.summary = "write into a region",
	.run = write_run,
};
