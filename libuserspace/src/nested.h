/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * A nested call: one that comes to an endpoint in a thread of its own that waits
 * in a call further up the chain. That thread serves it where it stands, and
 * goes on waiting:
 *
 *	A			B
 *	kipc_call(B)
 *	  waits			handler
 *				  kipc_call(A)
 *	  kipc_nested_serve()	    waits
 *	    handler
 *	    replies
 *	  waits			    has its reply
 *				  replies
 *	has its reply
 *
 * The handler may call in turn. How deep that goes, the kernel bounds
 * (KIPC_DEPTH_MAX), and with it how much stack is taken.
 */
#ifndef KIPC_SRC_NESTED_H
#define KIPC_SRC_NESTED_H

#include <kipc.h>

void kipc_nested_serve(struct kipc *endpoint,
		       const struct kipc_message *message);

#endif /* KIPC_SRC_NESTED_H */
