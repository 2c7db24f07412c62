// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
#include <stddef.h>

#include "endpoint.h"
#include "watch.h"

int kipc_watch_free(struct kipc_watch *watch)
{
	int ret;

	if (!watch)
		return 0;
	ret = kipc_endpoint_check(watch->target.endpoint);
	if (ret)
		return ret;
	watch->cancel(watch);
	kipc_target_retire(&watch->target);
	return 0;
}
