// SPDX-License-Identifier: GPL-2.0-only
/* What the lines and the JSON of kipc trace have in common. */
#include <stdio.h>
#include <time.h>

#include "tool.h"
#include "trace.h"

static const char *const stages[] = {
	[KIPC_STAGE_NOT_QUEUED] = "not-queued",
	[KIPC_STAGE_WITHDRAWN] = "withdrawn",
	[KIPC_STAGE_RECEIVED] = "received",
	[KIPC_STAGE_REPLY_LOST] = "reply-lost",
	[KIPC_STAGE_DONE] = "done",
	[KIPC_STAGE_NESTED] = "nested",
};

static const char *const kinds[] = {
	[KIPC_MSG_CALL] = "call",
	[KIPC_MSG_SEND] = "send",
	[KIPC_MSG_NOTIFY] = "notify",
	[KIPC_MSG_DEATH] = "death",
	[KIPC_MSG_NO_SENDERS] = "no-senders",
	[KIPC_MSG_NAMES] = "names",
	[KIPC_MSG_CANCELED] = "canceled",
	[KIPC_MSG_FROZEN] = "frozen",
};

const char *trace_stage(int stage)
{
	if (stage < 0 || (size_t)stage >= ARRAY_SIZE(stages))
		return "unknown";
	return stages[stage];
}

const char *trace_kind(uint32_t kind)
{
	if (!kind || kind >= ARRAY_SIZE(kinds))
		return "unknown";
	return kinds[kind];
}

void trace_when(const struct trace *trace, uint64_t time, const char *format,
		int digits, char *text, size_t size)
{
	uint64_t ns = time + trace->clock_offset;
	time_t seconds = (time_t)(ns / 1000000000);
	struct tm tm;
	size_t end;

	localtime_r(&seconds, &tm);
	end = strftime(text, size, format, &tm);
	ns %= 1000000000;
	snprintf(text + end, size - end, ".%0*llu", digits,
		 (unsigned long long)(digits == 6 ? ns / 1000 : ns));
}
