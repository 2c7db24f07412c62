// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <kipc.h>

const char *kipc_stage_name(unsigned int stage)
{
	static const char *const names[] = {
		[KIPC_STAGE_NOT_QUEUED] = "not queued",
		[KIPC_STAGE_WITHDRAWN] = "withdrawn",
		[KIPC_STAGE_RECEIVED] = "received",
		[KIPC_STAGE_REPLY_LOST] = "reply lost",
		[KIPC_STAGE_DONE] = "done",
		[KIPC_STAGE_NESTED] = "nested",
	};

	if (stage > KIPC_STAGE_NESTED)
		return "unknown";
	return names[stage];
}

unsigned int kipc_result_stage(const struct kipc_result *result)
{
	return result->stage;
}
