// SPDX-License-Identifier: GPL-2.0-only
/* What the demonstration prints: events as they happen, and a summary. */
#include <stdio.h>
#include <time.h>

#include "report.h"

#define NS_PER_MS	1e6
#define NS_PER_S	1e9
#define BYTES_PER_MB	1e6

static uint64_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

double report_ms(const struct coordinator *coordinator)
{
	return (double)(now() - coordinator->started) / NS_PER_MS;
}

void report_start(struct coordinator *coordinator)
{
	coordinator->started = now();
	report_event(coordinator,
		     "%u workers joined, each with a node that is watched",
		     coordinator->joined);
}

void report_kill(struct coordinator *coordinator, const struct member *member,
		 const struct demo_result *result)
{
	report_event(coordinator,
		     "worker %u (pid %d) is in the middle of piece %llu%s, has counted %llu words: SIGKILL",
		     member->number, (int)member->pid,
		     (unsigned long long)result->piece + 1,
		     coordinator->leased ? ", which is leased to it" : "",
		     (unsigned long long)result->words);
	fflush(stdout);
	coordinator->killed = now();
}

void report_death(const struct coordinator *coordinator,
		  const struct member *member)
{
	report_event(coordinator,
		     "death notice: worker %u is gone; piece %llu is to do again",
		     member->number,
		     (unsigned long long)coordinator->lost + 1);
	report_event(coordinator, "the notice took %.3f ms from the kill",
		     (double)(now() - coordinator->killed) / NS_PER_MS);
}

void report_redone(struct coordinator *coordinator, struct member *member,
		   const struct demo_result *result)
{
	coordinator->redone_by = member;
	coordinator->deliveries = result->deliveries;
	report_event(coordinator,
		     "the kernel redelivered piece %llu (delivery %llu), and it is done by worker %u: %llu words",
		     (unsigned long long)result->piece + 1,
		     (unsigned long long)result->deliveries, member->number,
		     (unsigned long long)result->words);
}

void report_end(struct coordinator *coordinator)
{
	coordinator->ended = now();
	report_event(coordinator, "all %zu pieces are done",
		     coordinator->pieces.count);
}

static void print_member(const struct member *member, bool killed)
{
	printf("  %6u  %6d  %6zu  %8.2f  %10llu%s\n", member->number,
	       (int)member->pid, member->pieces, member->bytes / BYTES_PER_MB,
	       (unsigned long long)member->words, killed ? "  killed" : "");
}

static void print_region(const struct coordinator *coordinator)
{
	printf("region: %zu chunks of text, %d of them still in use%s\n",
	       coordinator->pieces.count, coordinator->chunks_used,
	       coordinator->leased && !coordinator->chunks_used ?
	       ": the lease of the killed worker has returned by itself" : "");
}

static void print_mailbox(const struct coordinator *coordinator)
{
	const struct kipc_mailbox_info *info = &coordinator->info;

	printf("mailbox: %llu messages, %llu deliveries, redelivered %llu, reported twice %llu\n",
	       (unsigned long long)info->accepted,
	       (unsigned long long)info->delivered,
	       (unsigned long long)info->returned,
	       (unsigned long long)coordinator->twice);
}

void report_summary(const struct coordinator *coordinator)
{
	const struct crew *crew = coordinator->crew;
	const struct pieces *pieces = &coordinator->pieces;
	double seconds = (double)(coordinator->ended - coordinator->started) /
			 NS_PER_S;
	uint64_t bytes = 0;

	printf("\n  %6s  %6s  %6s  %8s  %10s\n", "worker", "pid", "pieces",
	       "MB", "words");
	for (unsigned int i = 0; i < crew->count; i++) {
		const struct member *member = &crew->members[i];

		print_member(member, member == coordinator->victim);
		bytes += member->bytes;
	}
	if (pieces->count && seconds > 0)
		printf("\n%zu pieces, %.2f MB in %.3f s: %.0f pieces/s, %.2f MB/s\n",
		       pieces->count, bytes / BYTES_PER_MB, seconds,
		       (double)pieces->count / seconds,
		       bytes / BYTES_PER_MB / seconds);
	if (pieces->count) {
		print_region(coordinator);
		print_mailbox(coordinator);
	}
	printf("words: %llu\n", (unsigned long long)pieces_words(pieces));
}
