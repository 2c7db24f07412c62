/* SPDX-License-Identifier: GPL-2.0-only */
/* Regions and their views, as the tests make, map and touch them. */
#ifndef REGION_H
#define REGION_H

#include "puppet.h"

#define R_READ		KIPC_REGION_READ
#define R_BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)
#define R_MAKE		(R_BOTH | KIPC_REGION_CREATE | KIPC_REGION_EXCLUSIVE)
#define R_OWN		(R_BOTH | KIPC_REGION_OWN)

#define PAGE		((size_t)sysconf(_SC_PAGESIZE))

int region_open(const char *name, struct kipc_region_open *arg);
int region_make(const char *name, size_t size);
int region_join(const char *name, __u32 flags);
int region_unlink(const char *name);
int region_view(int fd, __u32 flags, size_t offset, size_t size, __u64 *id);
int region_derive(int fd, __u32 flags);
int region_revoke(int fd, __u64 id);
int region_seal(int fd, __u32 seals);
struct kipc_region_info region_info(int fd);
short region_polled(int fd);

void *region_map(int fd, size_t size, int prot);
int region_map_error(int fd, size_t size, int prot, int flags, size_t offset);
void region_touch_and_close(int fd);
bool region_reads(const void *address, __u32 *word);
bool region_writes(void *address, __u32 word);

#endif /* REGION_H */
