/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every bound of the module, in one place.
 *
 * Bounds that are part of the ABI stand in <linux/kipc.h> and are only named
 * here. Quotas (what one user may have at once in one domain) are defaults:
 * the module parameters max_* change them while the module is loaded.
 */
#ifndef KIPC_CORE_LIMITS_H
#define KIPC_CORE_LIMITS_H

#include <linux/kipc.h>
#include <linux/sizes.h>

/* Quotas of one user in one domain; see core/quota.h */
#define KIPC_DEFAULT_ENDPOINTS		1024
#define KIPC_DEFAULT_NODES		65536
#define KIPC_DEFAULT_HANDLES		262144
#define KIPC_DEFAULT_NAMES		4096
#define KIPC_DEFAULT_WATCHES		16384
/* Few: whoever publishes a name in the domain looks at all of them. */
#define KIPC_DEFAULT_NAME_WATCHES	256
#define KIPC_DEFAULT_POOL_BYTES		(256UL * SZ_1M)
#define KIPC_DEFAULT_MESSAGE_BYTES	(128UL * SZ_1M)
#define KIPC_DEFAULT_MESSAGES		16384
#define KIPC_DEFAULT_FILES		4096
#define KIPC_DEFAULT_ATTACHED_HANDLES	4096
#define KIPC_DEFAULT_MAILBOXES		1024
#define KIPC_DEFAULT_MAILBOX_BYTES	(256UL * SZ_1M)
#define KIPC_DEFAULT_REGIONS		1024
#define KIPC_DEFAULT_REGION_BYTES	(1UL * SZ_1G)
#define KIPC_DEFAULT_VIEWS		16384

/* Handles of an endpoint that are found without a search; a power of two */
#define KIPC_HOT_HANDLES		8

/* Uses that one handle can count */
#define KIPC_HANDLE_USES_MAX		U32_MAX

/*
 * Slices begin and end at multiples of this, in bytes. Each slice keeps the
 * description of its message, so the quota of pools bounds those too: a pool
 * full of the smallest messages pins less than one and a half times its size.
 */
#define KIPC_SLICE_ALIGN		256

/*
 * Messages, and attachments of messages, that lie in one endpoint's queue: so
 * many of those that its senders may have on the way can one endpoint keep from
 * them by not receiving.
 */
#define KIPC_QUEUED_MAX			1024
#define KIPC_QUEUED_ATTACHMENTS_MAX	512

/*
 * Shares (rpc/share.h) of one endpoint that are kept though they are not in use,
 * and how many are looked at, whether they are, when there is one more
 */
#define KIPC_SHARES_KEPT		64
#define KIPC_SHARES_LOOK		16

/* Users whose shares are shown in fdinfo and debugfs */
#define KIPC_SENDERS_SHOWN		64

/*
 * A user floods a receiver when so many of its one-way messages there are not freed
 * yet, or that part of the bytes that one-way messages may have. It does so until
 * both are less than half of that.
 */
#define KIPC_SPAM_MESSAGES		64
#define KIPC_SPAM_PART			4

/* Waiters for room that are looked at while the lock is held once */
#define KIPC_ROOM_LOOK			16

/* Mappings of one pool, not counting those made by MADV_DOFORK and fork() */
#define KIPC_POOL_MAPPINGS_MAX		16

/* An idle pool gives its pages back after this many milliseconds, or twice */
#define KIPC_POOL_TRIM_MS		1000

/*
 * A mailbox keeps so many letters that are gone, with room for so many bytes, for the next
 * ones; and so many portions (mailbox/portion.h) of users that have nothing in it
 */
#define KIPC_SPARES_KEPT		64
#define KIPC_SPARE_ROOM			128
#define KIPC_PORTIONS_KEPT		64

/* Files that can have a broadcast open for reading */
#define KIPC_READERS_MAX		1024

/* Names that one KIPC_NAME_LIST looks at, and bytes that it collects */
#define KIPC_LIST_NAMES_MAX		1024
#define KIPC_LIST_BYTES_MAX		SZ_64K

/* Views that one KIPC_REGION_VIEWS lists */
#define KIPC_LIST_VIEWS_MAX		64
/* Entries that one KIPC_CHUNK_LIST lists */
#define KIPC_LIST_CHUNKS_MAX		256

#endif /* KIPC_CORE_LIMITS_H */
