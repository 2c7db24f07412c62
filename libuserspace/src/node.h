/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A node: an object of this process's own that others can call. It is a target
 * (see target.h) that the kernel knows as a node.
 */
#ifndef KIPC_SRC_NODE_H
#define KIPC_SRC_NODE_H

#include <kipc.h>

#include "target.h"

/**
 * struct kipc_node - a node
 * @target: first, because the target is what is freed
 * @id: the kernel's number for it
 * @asks_cancel: requests learn that their callers left
 * @handler: the user's
 * @userdata: the user's
 */
struct kipc_node {
	struct kipc_target target;
	uint32_t id;
	bool asks_cancel;
	kipc_handler handler;
	void *userdata;
};

struct kipc_node *kipc_node_find(struct kipc *endpoint, uint64_t cookie);

#endif /* KIPC_SRC_NODE_H */
