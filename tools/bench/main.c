// SPDX-License-Identifier: GPL-2.0-only
/*
 * kipc-bench: kipc beside its peers, in executed instructions.
 *
 * It runs in a guest of QEMU whose clock counts instructions, with one virtual
 * CPU, so that the figures are those of one machine and boot, and repeat. What
 * depends on there being several CPUs is measured in time, in another guest.
 */
#include <argp.h>
#include <err.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "counter.h"
#include "operation.h"
#include "targets.h"

#define ROUNDS_DEFAULT	2000
#define REPEATS_DEFAULT	7
#define SETTLE_DEFAULT	2

struct options {
	struct bench bench;
	unsigned int settle;
	const char *json;
	const char *earlier;
	bool targets;
};

static const struct argp_option argp_options[] = {
	{ "system", 's', "NAME", 0, "Measure this system only", 0 },
	{ "operation", 'o', "NAME", 0, "Measure this operation only", 0 },
	{ "bytes", 'b', "SIZE", 0, "Measure this payload size only", 0 },
	{ "policy", 'p', "NAME", 0,
	  "Schedule as: cheapest (default), other, batch or fifo", 0 },
	{ "rounds", 'n', "COUNT", 0,
	  "Rounds counted together (default 2000)", 0 },
	{ "repeats", 'r', "COUNT", 0,
	  "How often that is repeated (default 7)", 0 },
	{ "settle", 't', "SECONDS", 0,
	  "Wait first for the machine to come to rest (default 2)", 0 },
	{ "time", 'T', NULL, 0,
	  "Measure time, on several CPUs, rather than instructions", 0 },
	{ "json", 'j', "FILE", 0, "Write the results to FILE, too", 0 },
	{ "earlier", 'e', "FILE", 0,
	  "Add the results of an earlier run, written by --json", 0 },
	{ "targets", 'g', NULL, 0,
	  "Say which of kipc's targets the results reach", 0 },
	{ 0 },
};

static long parse_number(struct argp_state *state, const char *text, long least,
			 long most)
{
	char *end;
	long number = strtol(text, &end, 10);

	if (!*text || *end || number < least || number > most)
		argp_error(state, "'%s' is not a number from %ld to %ld", text,
			   least, most);
	return number;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;
	struct bench *bench = &options->bench;

	switch (key) {
	case 's':
		bench->system = arg;
		break;
	case 'o':
		bench->operation = arg;
		break;
	case 'b':
		bench->bytes = parse_number(state, arg, 0, 1 << 20);
		break;
	case 'p':
		if (policy_parse(arg, &bench->policy) < 0)
			argp_error(state, "there is no policy '%s'", arg);
		break;
	case 'n':
		bench->plan.rounds = parse_number(state, arg, 1, 1000000);
		bench->plan.warmup = bench->plan.rounds;
		break;
	case 'r':
		bench->plan.repeats = parse_number(state, arg, 1,
						   SERIES_REPEATS_MAX);
		break;
	case 't':
		options->settle = parse_number(state, arg, 0, 60);
		break;
	case 'T':
		bench->timed = true;
		break;
	case 'e':
		options->earlier = arg;
		break;
	case 'g':
		options->targets = true;
		break;
	case 'j':
		options->json = arg;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static const struct argp argp = {
	.options = argp_options,
	.parser = parse_option,
	.doc = "Counts the instructions of messages, kipc's and others'.\vSee `make bench`.",
};

static void run_operations(struct bench *bench)
{
	const struct operation *operation;

	for (operation = operations; operation->name; operation++) {
		if (operation->timed == bench->timed &&
		    (!bench->operation ||
		     !strcmp(bench->operation, operation->name)))
			operation->run(operation, bench);
	}
}

/* What programs have, and no more round trips than are needed. */
static void prepare_timing(struct bench *bench)
{
	if (bench->policy == POLICY_CHEAPEST)
		bench->policy = POLICY_OTHER;
	bench->plan.warmup = bench->plan.rounds / 10;
}

static void print(const struct options *options)
{
	const struct report *report = &options->bench.report;

	if (options->bench.timed)
		report_print_times(report);
	else
		report_print(report);
	report_print_skips(report);
	if (options->targets)
		targets_print(report);
}

int main(int argc, char **argv)
{
	struct options options = {
		.bench = {
			.bytes = -1,
			.plan = {
				.warmup = ROUNDS_DEFAULT,
				.rounds = ROUNDS_DEFAULT,
				.repeats = REPEATS_DEFAULT,
			},
		},
		.settle = SETTLE_DEFAULT,
	};
	struct report *report = &options.bench.report;
	int ret = EXIT_SUCCESS;

	argp_parse(&argp, argc, argv, 0, NULL, &options);
	if (options.bench.timed)
		prepare_timing(&options.bench);
	sleep(options.settle);
	if (!options.bench.timed && !counter_works())
		errx(EXIT_FAILURE,
		     "the clock does not count instructions here; see --help");

	run_operations(&options.bench);
	if (!report->count)
		errx(EXIT_FAILURE, "nothing was measured");
	if (options.earlier && report_read_json(report, options.earlier) < 0)
		ret = EXIT_FAILURE;
	print(&options);
	if (options.json && report_write_json(report, options.json) < 0)
		ret = EXIT_FAILURE;
	if (report->incomplete)
		ret = EXIT_FAILURE;
	report_free(report);
	return ret;
}
