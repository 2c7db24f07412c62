// SPDX-License-Identifier: GPL-2.0-only
/* kipc region rm: remove regions. */
#include <errno.h>
#include <unistd.h>

#include "region.h"
#include "remove.h"

static const char rm_doc[] =
	"Remove the regions called NAME.\n"
	"\vThe name is gone at once; the region, with what is in it, as soon as nobody\n"
	"has a view of it, or a mapping. It takes its owner, or root.\n"
	"\n"
	"If one of them cannot be removed, the others are all the same; the exit\n"
	"status is that of the last one that could not.\n"
	"\n"
	"Examples:\n"
	"  kipc region rm example.frame example.table";

static int check(struct kipc *endpoint, const char *name)
{
	int view = kipc_region_open(endpoint, name, KIPC_REGION_READ, 0, 0);

	/* It is one, and may be somebody's who cannot read it. */
	if (view == -EACCES)
		return 0;
	if (view < 0)
		return view;
	close(view);
	return 0;
}

static int rm_run(const struct tool *tool, int argc, char **argv)
{
	static const struct remove_kind kind = {
		.doc = rm_doc, .check = check, .fail = region_fail,
	};

	return remove_named(&kind, tool, argc, argv);
}

const struct command cmd_region_rm = {
	.name = "rm",
	.summary = "remove regions",
	.run = rm_run,
};
