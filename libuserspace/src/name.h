/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Names, as strings. Nothing is kept of them here.
 */
#ifndef KIPC_SRC_NAME_H
#define KIPC_SRC_NAME_H

#include <kipc.h>

int kipc_name_publish(struct kipc *endpoint, uint32_t flags, uint32_t id,
		      const char *name, mode_t mode);
int kipc_name_retract(struct kipc *endpoint, const char *name);

#endif /* KIPC_SRC_NAME_H */
