/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls by the library whose deadline passes while they are served. */
#ifndef LIB_CALL_H
#define LIB_CALL_H

#include <kipc.h>

int call_too_long(struct kipc *endpoint, uint32_t handle, uint32_t code,
		  struct kipc_result *result);

#endif /* LIB_CALL_H */
