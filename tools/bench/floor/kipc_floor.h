/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The floor: what a round trip costs that does nothing but what it must.
 *
 * An open /dev/kipc_floor is a pair of a client and a server, which inherits the
 * descriptor. Each joins once, and says how large payloads are. From then on a
 * side hands a payload over and sleeps until the other side did the same: one
 * copy in each direction, two system calls and two switches of context. Whoever
 * receives maps the file, and finds requests at FLOOR_REQUEST and replies at
 * FLOOR_REPLY.
 *
 * No objects, no names, no queues, no identities, no limits: nothing is checked
 * but what would crash the kernel. It is for kipc-bench, and for nothing else.
 */
#ifndef KIPC_FLOOR_H
#define KIPC_FLOOR_H

#include <linux/ioctl.h>

#define FLOOR_PAYLOAD_MAX	(1 << 20)
#define FLOOR_REQUEST		0
#define FLOOR_REPLY		FLOOR_PAYLOAD_MAX
#define FLOOR_SIZE		(2 * FLOOR_PAYLOAD_MAX)

/* Argument: how many bytes a payload has. The caller becomes client or server. */
#define FLOOR_JOIN_CLIENT	_IO(0xf1, 0)
#define FLOOR_JOIN_SERVER	_IO(0xf1, 1)
/* Argument: address of the request. Returns when the reply is there. */
#define FLOOR_CALL		_IO(0xf1, 2)
/* Argument: address of the reply, NULL at first. Returns with a request. */
#define FLOOR_REPLY_RECV	_IO(0xf1, 3)

#endif /* KIPC_FLOOR_H */
