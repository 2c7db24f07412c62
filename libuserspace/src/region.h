/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/* Opening regions. */
#ifndef KIPC_SRC_REGION_H
#define KIPC_SRC_REGION_H

#include <kipc.h>

int kipc_region_set_name(struct kipc_region_open *open, const char *name);

#endif /* KIPC_SRC_REGION_H */
