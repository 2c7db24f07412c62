// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foreign.h"

#define RESULTS		"/tmp/kipc-bench-foreign.json"
#define LINE_SIZE	256

/* What the shell ends with if there is no such program. */
#define NOT_FOUND	127

static void format_command(char *command, size_t size,
			   const struct bench *bench,
			   const struct peer_ops *ops,
			   const struct operation *operation, size_t bytes,
			   unsigned int repeats)
{
	snprintf(command, size,
		 "%s --system %s --operation %s --bytes %zu --rounds %u --repeats %u --policy %s --settle 0 %s --json %s 2>&1 >/dev/null",
		 ops->program, ops->name, operation->name, bytes,
		 bench->plan.rounds, repeats, policy_name(bench->policy),
		 bench->timed ? "--time" : "", RESULTS);
}

/*
 * Run it, with what it says on standard error passed on. Returns how the shell
 * ended, and the first line that was said.
 */
static int run(const char *command, char *first, size_t size)
{
	char line[LINE_SIZE];
	FILE *output;
	int status;

	fflush(NULL);
	output = popen(command, "r");
	if (!output)
		err(EXIT_FAILURE, "%s", command);
	while (fgets(line, sizeof(line), output)) {
		fputs(line, stderr);
		line[strcspn(line, "\n")] = '\0';
		if (!*first)
			snprintf(first, size, "%s", line);
	}
	status = pclose(output);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Take the only result out of the file. Returns 0, or -1 if there is none. */
static int read_result(struct series *series)
{
	struct report report = { 0 };
	int ret = report_read_json(&report, RESULTS);

	if (ret == 0 && report.count == 1)
		*series = report.rows[0].series;
	else
		ret = -1;
	report_free(&report);
	return ret;
}

bool foreign_measures(struct bench *bench, const struct peer_ops *ops,
		      const struct operation *operation, size_t bytes,
		      unsigned int repeats, struct series *series)
{
	char command[512], reason[LINE_SIZE] = "";
	int status;

	if (!ops->program)
		return false;
	series->repeats = 0;
	unlink(RESULTS);
	format_command(command, sizeof(command), bench, ops, operation, bytes,
		       repeats);
	status = run(command, reason, sizeof(reason));
	if (status == NOT_FOUND)
		snprintf(reason, sizeof(reason),
			 "%s is not here; the packages that it needs were not to be had",
			 ops->program);
	else if (status == 0 && read_result(series) == 0)
		return true;
	else if (!*reason)
		snprintf(reason, sizeof(reason),
			 "%s ended with %d and no result", ops->program,
			 status);
	report_skip(&bench->report, ops->name, operation->name, reason);
	return true;
}
