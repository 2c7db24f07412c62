// SPDX-License-Identifier: GPL-2.0-only
#include "peer.h"

const struct peer_ops *const peers[] = {
	&peer_kipc,
	&peer_mailbox,
	&peer_floor,
	&peer_binder,
	&peer_unix_stream,
	&peer_unix_seqpacket,
	&peer_unix_dgram,
	&peer_pipe,
	&peer_posix_mq,
	&peer_sysv_mq,
	&peer_eventfd,
	&peer_futex,
	NULL,
};
