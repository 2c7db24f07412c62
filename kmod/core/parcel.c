// SPDX-License-Identifier: GPL-2.0-only
#include "core/parcel.h"

/* Set before the first endpoint is opened */
const struct kipc_parcel_source *kipc_parcel_source;

/**
 * kipc_borrows_end_all() - take back what was lent with a call
 * @first: the first borrow; gets NULL
 *
 * Context: Process context. May sleep.
 */
void kipc_borrows_end_all(struct kipc_borrow **first)
{
	struct kipc_borrow *borrow, *next;

	for (borrow = *first; borrow; borrow = next) {
		next = borrow->next;
		borrow->end(borrow);
	}
	*first = NULL;
}
