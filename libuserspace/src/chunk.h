/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Chunks that were received. Their leases are the process's; the library gives back those
 * that its user does not take. It knows by which view: that is in what it tells the kernel as
 * the word for a region.
 */
#ifndef KIPC_SRC_CHUNK_H
#define KIPC_SRC_CHUNK_H

#include <kipc.h>

void kipc_chunk_discard(const struct kipc_attachment *attachment);

#endif /* KIPC_SRC_CHUNK_H */
