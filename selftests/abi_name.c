// SPDX-License-Identifier: GPL-2.0-only
/* How commands on names, and those that freeze, are brought to succeed. */
#include "abi_prepare.h"
#include "freeze.h"

static const char name[] = "abi.name";
static const char prefix[] = "abi";
static const __u64 watch_cookie = 0xabc;

void abi_prepare_name_publish(struct abi_world *world, void *arg)
{
	struct kipc_name_publish *publish = arg;

	publish->flags = KIPC_NAME_OWN;
	publish->id = world->pair.node;
	publish->name = PTR(name);
	publish->name_size = sizeof(name) - 1;
	publish->mode = 0777;
}

void abi_undo_name_publish(struct abi_world *world, void *arg)
{
	(void)arg;
	must(name_unpublish(&world->pair.server, name));
}

void abi_prepare_name_unpublish(struct abi_world *world, void *arg)
{
	struct kipc_name_unpublish *unpublish = arg;

	must(name_publish(&world->pair.server, name, world->pair.node, 0777));
	unpublish->name = PTR(name);
	unpublish->name_size = sizeof(name) - 1;
}

void abi_prepare_name_lookup(struct abi_world *world, void *arg)
{
	struct kipc_name_lookup *lookup = arg;

	must(name_publish(&world->pair.server, name, world->pair.node, 0777));
	lookup->name = PTR(name);
	lookup->name_size = sizeof(name) - 1;
	lookup->rights = KIPC_RIGHT_CALL;
}

void abi_undo_name_lookup(struct abi_world *world, void *arg)
{
	struct kipc_name_lookup *lookup = arg;

	must(handle_drop(&world->pair.client, lookup->handle));
	must(name_unpublish(&world->pair.server, name));
}

void abi_prepare_name_list(struct abi_world *world, void *arg)
{
	struct kipc_name_list *list = arg;

	list->cursor = 0;
	list->more = 0;
	must(name_publish(&world->pair.server, name, world->pair.node, 0777));
	list->prefix = PTR(prefix);
	list->prefix_size = sizeof(prefix) - 1;
	list->buffer = PTR(world->buffer);
	list->buffer_size = sizeof(world->buffer);
}

void abi_prepare_name_watch(struct abi_world *world, void *arg)
{
	struct kipc_name_watch *watch = arg;

	(void)world;
	watch->prefix = PTR(prefix);
	watch->prefix_size = sizeof(prefix) - 1;
	watch->cookie = watch_cookie;
}

void abi_undo_name_watch(struct abi_world *world, void *arg)
{
	(void)arg;
	must(name_unwatch(&world->pair.client, watch_cookie));
}

void abi_prepare_name_unwatch(struct abi_world *world, void *arg)
{
	struct kipc_name_unwatch *unwatch = arg;

	must(name_watch(&world->pair.client, prefix, watch_cookie));
	unwatch->cookie = watch_cookie;
}

void abi_prepare_freeze(struct abi_world *world, void *arg)
{
	struct kipc_freeze *freeze = arg;

	freeze->endpoint = number_of(&world->pair.server);
	freeze->action = KIPC_FREEZE_ON;
}

void abi_undo_freeze(struct abi_world *world, void *arg)
{
	(void)arg;
	thaw(&world->pair.client, &world->pair.server);
}

void abi_prepare_freeze_watch(struct abi_world *world, void *arg)
{
	struct kipc_freeze_watch *watch = arg;

	watch->handle = world->pair.handle;
	watch->cookie = watch_cookie;
}

void abi_undo_freeze_watch(struct abi_world *world, void *arg)
{
	(void)arg;
	must(freeze_unwatch(&world->pair.client, watch_cookie));
}

void abi_prepare_freeze_unwatch(struct abi_world *world, void *arg)
{
	struct kipc_freeze_watch *watch = arg;

	must(freeze_watch(&world->pair.client, world->pair.handle,
			  watch_cookie));
	watch->cookie = watch_cookie;
}
