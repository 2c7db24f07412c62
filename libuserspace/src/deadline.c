// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <time.h>

#include <kipc.h>

#define NS_PER_MS	1000000ULL
#define NS_PER_S	1000000000ULL
/* The kernel's time is signed */
#define END_OF_TIME	((uint64_t)INT64_MAX)

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * NS_PER_S + (uint64_t)time.tv_nsec;
}

uint64_t kipc_deadline_ns(uint64_t ns)
{
	uint64_t start = now();

	return ns > END_OF_TIME - start ? END_OF_TIME : start + ns;
}

uint64_t kipc_deadline_ms(uint64_t ms)
{
	if (ms > END_OF_TIME / NS_PER_MS)
		return END_OF_TIME;
	return kipc_deadline_ns(ms * NS_PER_MS);
}

uint64_t kipc_deadline_remaining(uint64_t deadline)
{
	uint64_t start;

	if (deadline == KIPC_FOREVER)
		return UINT64_MAX;
	start = now();
	return deadline > start ? deadline - start : 0;
}
