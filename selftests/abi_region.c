// SPDX-License-Identifier: GPL-2.0-only
/* How commands of regions are brought to succeed. */
#include "abi_prepare.h"
#include "chunk.h"

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
	open->chunk_size = PAGE / 4;
	open->leases_max = 1;
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

void abi_prepare_region_hold(struct abi_world *world, void *arg)
{
	struct kipc_region_hold *hold = arg;

	(void)world;
	hold->leases = 1;
	hold->cookie = COOKIE;
}

/* It ends with the view, so there is another one from then on. */
void abi_undo_region_hold(struct abi_world *world, void *arg)
{
	(void)arg;
	close(world->view);
	world->view = chunks_make(NULL, 1, 0);
}

void abi_undo_chunk_loan(struct abi_world *world, void *arg)
{
	struct kipc_chunk_loan *loan = arg;

	must(chunk_release(world->held, loan->lease));
}

void abi_prepare_chunk_release(struct abi_world *world, void *arg)
{
	static __u32 lease;
	struct kipc_chunk_release *release = arg;

	lease = chunk_take(world->held);
	release->count = 1;
	release->leases = PTR(&lease);
}

void abi_prepare_chunk_list(struct abi_world *world, void *arg)
{
	static struct kipc_chunk_entry chunks[2];
	struct kipc_chunk_list *list = arg;

	(void)world;
	list->count = 2;
	list->entries = PTR(chunks);
	list->cursor = 0;
}
