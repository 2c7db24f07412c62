// SPDX-License-Identifier: GPL-2.0-only
#include <err.h>
#include <errno.h>
#include <stdlib.h>

#include "audience.h"

int audience_start(struct audience *audience, const struct audience_ops *ops,
		   size_t size)
{
	int error;

	*audience = (struct audience) {
		.ops = ops,
		.size = size,
		.state = calloc(1, ops->state_size),
	};
	if (!audience->state)
		err(EXIT_FAILURE, "state of %s", ops->name);
	if (ops->open(audience) < 0) {
		error = errno;
		audience_stop(audience);
		errno = error;
		return -1;
	}
	return 0;
}

void audience_stop(struct audience *audience)
{
	audience->ops->close(audience);
	free(audience->state);
}
