/* SPDX-License-Identifier: GPL-2.0-only */
/* What the demonstration prints: events as they happen, and a summary. */
#ifndef DEMO_REPORT_H
#define DEMO_REPORT_H

#include "coordinator.h"
#include "protocol.h"

/**
 * report_event() - print a line with the time since the start
 * @coordinator: the coordinator
 * @format: as for printf(), a literal without a line end
 */
#define report_event(coordinator, format, ...) \
	printf("%9.3f ms  " format "\n", report_ms(coordinator), ##__VA_ARGS__)

/**
 * report_ms() - time since all workers had joined
 * @coordinator: the coordinator
 *
 * Return: milliseconds.
 */
double report_ms(const struct coordinator *coordinator);

/**
 * report_start() - all workers joined: the time begins
 * @coordinator: the coordinator
 */
void report_start(struct coordinator *coordinator);

/**
 * report_kill() - the victim is in the middle of a piece, and about to die
 * @coordinator: the coordinator
 * @member: the victim
 * @result: what it said that it counted so far
 */
void report_kill(struct coordinator *coordinator, const struct member *member,
		 const struct demo_result *result);

/**
 * report_death() - the victim's death notice came
 * @coordinator: the coordinator
 * @member: the victim
 */
void report_death(const struct coordinator *coordinator,
		  const struct member *member);

/**
 * report_redone() - the victim's piece is done
 * @coordinator: the coordinator
 * @member: by whom
 * @result: and what came out
 */
void report_redone(struct coordinator *coordinator, struct member *member,
		   const struct demo_result *result);

/**
 * report_end() - the last piece is done: the time ends
 * @coordinator: the coordinator
 */
void report_end(struct coordinator *coordinator);

/**
 * report_summary() - print who did how much, the rates and the total
 * @coordinator: the coordinator
 */
void report_summary(const struct coordinator *coordinator);

#endif
