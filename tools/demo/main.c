// SPDX-License-Identifier: GPL-2.0-only
/* kipc-demo: several processes count the words of a file, and one is killed. */
#include <argp.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <kipc.h>

#include "coordinator.h"
#include "crew.h"
#include "pieces.h"
#include "report.h"
#include "text.h"

#define WORKERS		4
#define WORKERS_MAX	64
#define PIECE_SIZE	((size_t)64 << 10)
#define PIECE_MAX	((size_t)64 << 20)

static const char demo_doc[] =
	"Count the words of FILE, as LC_ALL=C wc -w does, with several processes.\n"
	"FILE lies in a region of /dev/kipc; they get leases of its pieces from a\n"
	"mailbox, and report by calls what is in them; and one is killed in the middle\n"
	"of its work.\n"
	"\vThe last line is \"words: N\". Exit status: 0 if all went as it should:\n"
	"every piece was counted once, and that of the killed worker by another, to\n"
	"which the kernel gave it, and all leases returned; 1 otherwise; 2 wrong usage.";

static const struct argp_option demo_options[] = {
	{ "workers", 'w', "N", 0, "how many workers, 2 to 64; 4 if not said",
	  0 },
	{ "piece", 'p', "BYTES", 0,
	  "size of a piece, up to 67108864; 65536, or more if that makes too many, if\n"
	  "not said", 0 },
	{ 0 }
};

/* What the command line said */
struct demo_args {
	const char *path;
	size_t workers;
	size_t piece;
};

static size_t parse_number(const char *text, size_t least, size_t most,
			   struct argp_state *state)
{
	char *end;
	unsigned long number = strtoul(text, &end, 10);

	if (end == text || *end || number < least || number > most)
		argp_error(state, "'%s' is no number from %zu to %zu", text,
			   least, most);
	return number;
}

static error_t demo_parse(int key, char *arg, struct argp_state *state)
{
	struct demo_args *args = state->input;

	switch (key) {
	case 'w':
		args->workers = parse_number(arg, 2, WORKERS_MAX, state);
		return 0;
	case 'p':
		args->piece = parse_number(arg, 1, PIECE_MAX, state);
		return 0;
	case ARGP_KEY_ARG:
		if (args->path)
			argp_usage(state);
		args->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_usage(state);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp demo_argp = {
	.options = demo_options, .parser = demo_parse,
	.args_doc = "FILE", .doc = demo_doc,
};

/* Say so before workers are started, if none of them can get anywhere */
static int probe(void)
{
	struct kipc *endpoint;
	int ret = kipc_open(NULL, 0, KIPC_OPEN_NO_POOL, &endpoint);

	if (!ret)
		return kipc_close(endpoint);
	if (ret == -ENOENT)
		fprintf(stderr, "kipc-demo: no /dev/kipc: load the module: sudo insmod kipc.ko\n");
	else
		fprintf(stderr, "kipc-demo: /dev/kipc: %s\n", strerror(-ret));
	return ret;
}

/* Get the pieces done; returns the exit status */
static int count(struct text *text, const struct demo_args *args)
{
	struct crew crew = { 0 };
	struct coordinator coordinator = { .text = text, .crew = &crew };
	char name[32];
	bool well;
	int ret;

	snprintf(name, sizeof(name), "kipc.demo.%d", (int)getpid());
	ret = crew_start(&crew, (unsigned int)args->workers, name);
	if (ret < 0) {
		fprintf(stderr, "kipc-demo: workers: %s\n", strerror(-ret));
		return EXIT_FAILURE;
	}
	coordinator_run(&coordinator, name);
	well = crew_end(&crew, coordinator.victim);
	if (!well)
		fprintf(stderr, "kipc-demo: a worker did not end as it should\n");
	coordinator_end(&coordinator);
	if (coordinator.ended || !text->count)
		report_summary(&coordinator);
	well &= coordinator_verdict(&coordinator);
	pieces_free(&coordinator.pieces);
	crew_free(&crew);
	return well ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	struct demo_args args = { .workers = WORKERS, .piece = PIECE_SIZE };
	struct text text;
	int ret;

	argp_err_exit_status = 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	argp_parse(&demo_argp, argc, argv, 0, NULL, &args);
	if (probe() < 0)
		return EXIT_FAILURE;
	ret = text_measure(&text, args.path, args.piece);
	if (ret) {
		fprintf(stderr, "kipc-demo: %s: %s\n", args.path,
			ret == -EINVAL ? "not a regular file" : strerror(-ret));
		return EXIT_FAILURE;
	}
	printf("kipc-demo: %s: %zu bytes in %zu pieces, %zu workers\n",
	       args.path, text.size, text.count, args.workers);
	ret = count(&text, &args);
	if (fflush(stdout) || ferror(stdout))
		return EXIT_FAILURE;
	return ret;
}
