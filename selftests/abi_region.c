// SPDX-License-Identifier: GPL-2.0-only
/* How commands of regions are brought to succeed. */
#include "abi_prepare.h"

static const char name[] = "abi.region";

static struct kipc_view_entry entries[2];

void abi_prepare_region_open(struct abi_world *world, void *arg)
{
	struct kipc_region_open *open = arg;

	(void)world;
	open->flags = R_BOTH | KIPC_REGION_CREATE;
	open->name = PTR(name);
	open->name_size = sizeof(name) - 1;
	open->size = PAGE;
	open->mode = 0600;
}

void abi_undo_region_open(struct abi_world *world, void *arg)
{
	struct kipc_region_open *open = arg;

	check(open->created == 1);
	must(name_unpublish(&world->pair.client, name));
	must_errno(close(open->fd));
}

void abi_prepare_region_view(struct abi_world *world, void *arg)
{
	struct kipc_region_view *view = arg;

	(void)world;
	view->flags = R_READ;
	view->size = PAGE;
}

void abi_undo_region_view(struct abi_world *world, void *arg)
{
	struct kipc_region_view *view = arg;

	(void)world;
	must_errno(close(view->fd));
}

/* What it seals does not keep anything else from being done here. */
void abi_prepare_region_seal(struct abi_world *world, void *arg)
{
	struct kipc_region_seal_add *seal = arg;

	(void)world;
	seal->seals = KIPC_REGION_SEAL_FUTURE_WRITE;
}

void abi_prepare_region_views(struct abi_world *world, void *arg)
{
	struct kipc_region_views *views = arg;

	(void)world;
	views->count = 1;
	views->views = PTR(entries);
}
