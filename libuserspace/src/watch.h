/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A watch is a target (see target.h) for notices of the kernel: of an object's
 * death, or that names appeared or vanished. What they share is how they end.
 */
#ifndef KIPC_SRC_WATCH_H
#define KIPC_SRC_WATCH_H

#include <kipc.h>

#include "target.h"

/**
 * struct kipc_watch - a watch
 * @target: first, because the target is what is freed
 * @cancel: tell the kernel to send no more notices
 */
struct kipc_watch {
	struct kipc_target target;
	void (*cancel)(struct kipc_watch *watch);
};

#endif /* KIPC_SRC_WATCH_H */
