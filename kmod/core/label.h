/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The security label of the running thread, as the machine's security module
 * writes it: an AppArmor profile, an SELinux context.
 *
 * It is taken when a message is sent, from the thread that sends it, and copied
 * to where the receiver reads it before the message is queued. So it cannot
 * change afterwards, whatever becomes of the sender or of the policy.
 */
#ifndef KIPC_CORE_LABEL_H
#define KIPC_CORE_LABEL_H

#include "core/compat.h"

/**
 * struct kipc_label - a security label
 * @context: as the security module gave it
 * @size: bytes of @context.context that are the label; 0 if there is none
 */
struct kipc_label {
	struct lsm_context context;
	u32 size;
};

int kipc_label_init(struct kipc_label *label);
void kipc_label_deinit(struct kipc_label *label);

#endif /* KIPC_CORE_LABEL_H */
