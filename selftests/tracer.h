/* SPDX-License-Identifier: GPL-2.0-only */
/* "kipc trace" as a child, and what it printed. */
#ifndef TRACER_H
#define TRACER_H

#include <stddef.h>
#include <sys/types.h>

/**
 * struct tracer - a child that traces
 * @pid: of the child
 * @output: file that it prints to
 * @text: what it printed, once it has ended
 */
struct tracer {
	pid_t pid;
	int output;
	char *text;
};

void tracer_start(struct tracer *tracer, const char *option, const char *who);
void tracer_end(struct tracer *tracer);
void tracer_free(struct tracer *tracer);

int tracer_lines(const struct tracer *tracer, const char *const *texts);

/* How many of its lines have all of these texts in them */
#define tracer_count(tracer, ...) \
	tracer_lines(tracer, (const char *const []){ __VA_ARGS__, NULL })

#endif /* TRACER_H */
