/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sleeping until a deadline of the ABI: absolute CLOCK_MONOTONIC nanoseconds,
 * 0 for none.
 */
#ifndef KIPC_CORE_WAIT_H
#define KIPC_CORE_WAIT_H

#include <linux/types.h>

int kipc_sleep_until(u64 deadline);

#endif /* KIPC_CORE_WAIT_H */
