// SPDX-License-Identifier: GPL-2.0-only
/*
 * Quotas: what one user may have at once in one domain. Over a limit, the one
 * who asked gets EDQUOT, and another user goes on.
 */
#include <kselftest_harness.h>

#include "message.h"

/* How many of something fit under the limits that the tests set */
#define ROOM	3

/**
 * struct world - who uses up a quota
 * @server: owns the nodes
 * @client: sends and looks up
 * @handle: of the client
 * @taken: endpoints, and ids of nodes and handles that were taken
 */
struct world {
	struct endpoint server;
	struct endpoint client;
	__u32 handle;
	struct {
		struct endpoint endpoint;
		__u32 id;
	} taken[ROOM + 2];
};

/**
 * struct quota - one kind of limit
 * @param: module parameter
 * @usage: where it is in struct kipc_stat
 * @unit: what one taking adds to the usage
 * @take: takes the thing of that index; 0 or a negative errno
 * @give: gives it back
 */
struct quota {
	const char *param;
	size_t usage;
	__u64 unit;
	int (*take)(struct world *world, int index);
	void (*give)(struct world *world, int index);
};

static void name_of(char *name, const char *kind, int index)
{
	sprintf(name, "quota.%u.%s.%d", (unsigned int)geteuid(), kind, index);
}

static int take_endpoint(struct world *world, int index)
{
	struct endpoint *endpoint = &world->taken[index].endpoint;

	endpoint->fd = open(DEVICE, O_RDWR | O_CLOEXEC);
	return endpoint->fd < 0 ? -errno : 0;
}

static void give_endpoint(struct world *world, int index)
{
	close(world->taken[index].endpoint.fd);
}

static int take_node(struct world *world, int index)
{
	struct kipc_node_create create = { 0 };
	int ret = kipc(world->server.fd, KIPC_NODE_CREATE, &create);

	world->taken[index].id = create.node;
	return ret;
}

static void give_node(struct world *world, int index)
{
	must(node_destroy(&world->server, world->taken[index].id));
}

static int take_handle(struct world *world, int index)
{
	char name[64];

	name_of(name, "node", index);
	return name_lookup(&world->client, name, 0, &world->taken[index].id);
}

static void give_handle(struct world *world, int index)
{
	must(handle_drop(&world->client, world->taken[index].id));
}

static int take_name(struct world *world, int index)
{
	char name[64];

	name_of(name, "name", index);
	return name_publish_handle(&world->client, name, world->handle, 0777);
}

static void give_name(struct world *world, int index)
{
	char name[64];

	name_of(name, "name", index);
	must(name_unpublish(&world->client, name));
}

static int take_watch(struct world *world, int index)
{
	int ret;

	must(take_handle(world, index));
	ret = handle_watch(&world->client, world->taken[index].id, 1);
	if (ret)
		give_handle(world, index);
	return ret;
}

static void give_watch(struct world *world, int index)
{
	must(handle_unwatch(&world->client, world->taken[index].id));
	give_handle(world, index);
}

static int take_name_watch(struct world *world, int index)
{
	return name_watch(&world->client, "quota.watch", (__u64)index);
}

static void give_name_watch(struct world *world, int index)
{
	must(name_unwatch(&world->client, (__u64)index));
}

static int take_pool(struct world *world, int index)
{
	struct endpoint *endpoint = &world->taken[index].endpoint;
	void *pool;
	int ret;

	endpoint_open(endpoint, 0);
	pool = mmap(NULL, 8192, PROT_READ, MAP_SHARED, endpoint->fd, 0);
	ret = pool == MAP_FAILED ? -errno : 0;
	if (ret) {
		endpoint_close(endpoint);
		return ret;
	}
	endpoint->pool = pool;
	endpoint->pool_size = 8192;
	return 0;
}

static void give_pool(struct world *world, int index)
{
	endpoint_close(&world->taken[index].endpoint);
}

static int take_message(struct world *world, int index)
{
	(void)index;
	return send_bytes(&world->client, world->handle, NULL, 0);
}

static int take_bytes(struct world *world, int index)
{
	(void)index;
	return send_bytes(&world->client, world->handle, "0123456789", 10);
}

static int take_file(struct world *world, int index)
{
	const struct kipc_attachment file = { .type = KIPC_ATTACH_FD };

	(void)index;
	return send_attached(&world->client, world->handle, &file, 1);
}

static int take_attached(struct world *world, int index)
{
	const struct kipc_attachment handle = {
		.type = KIPC_ATTACH_HANDLE,
		.id = world->handle,
		.rights = KIPC_RIGHT_CALL,
	};

	(void)index;
	return send_attached(&world->client, world->handle, &handle, 1);
}

static void give_message(struct world *world, int index)
{
	struct kipc_message message;
	__u32 i;

	(void)index;
	must(recv_now(&world->server, &message));
	for (i = 0; i < message.attachment_count; i++) {
		if (came(&world->server, &message, i)->type == KIPC_ATTACH_FD)
			close((int)came(&world->server, &message, i)->id);
	}
	message_free(&world->server, &message);
}

#define QUOTA(param, field, unit, take, give) \
	{ param, offsetof(struct kipc_stat, field), unit, take, give }

static const struct quota quotas[] = {
	QUOTA("max_endpoints", endpoints, 1, take_endpoint, give_endpoint),
	QUOTA("max_nodes", nodes, 1, take_node, give_node),
	QUOTA("max_handles", handles, 1, take_handle, give_handle),
	QUOTA("max_names", names, 1, take_name, give_name),
	QUOTA("max_watches", watches, 1, take_watch, give_watch),
	QUOTA("max_name_watches", name_watches, 1, take_name_watch,
	      give_name_watch),
	QUOTA("max_pool_bytes", pool_bytes, 8192, take_pool, give_pool),
	QUOTA("max_message_bytes", message_bytes, 10, take_bytes, give_message),
	QUOTA("max_messages", message_count, 1, take_message, give_message),
	QUOTA("max_files", files, 1, take_file, give_message),
	QUOTA("max_attached_handles", attached_handles, 1, take_attached,
	      give_message),
};

/* As they were before the first test; children of the harness inherit them. */
static long defaults[ARRAY_SIZE(quotas)];

static void __attribute__((constructor)) read_defaults(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++)
		defaults[i] = param_get(quotas[i].param);
}

static void restore_defaults(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++)
		must(param_set(quotas[i].param, defaults[i]));
}

static void world_open(struct world *world)
{
	__u32 node;
	char name[64];
	int i;

	endpoint_open(&world->server, POOL);
	endpoint_open(&world->client, POOL);
	node = node_create(&world->server, 1);
	world->handle = connect_to(&world->client, &world->server, node, 0);
	for (i = 0; i < ROOM + 2; i++) {
		node = node_create(&world->server, 2);
		name_of(name, "node", i);
		must(name_publish(&world->server, name, node, 0777));
	}
}

static struct kipc_usage usage_of(struct world *world,
				  const struct quota *quota)
{
	struct kipc_usage usage;
	struct kipc_stat stat;

	stat_get(&world->server, &stat);
	memcpy(&usage, (char *)&stat + quota->usage, sizeof(usage));
	return usage;
}

/* Takes all there is; usage is exact, and one more is refused. */
static void use_up(struct world *world, const struct quota *quota)
{
	struct kipc_usage begin = usage_of(world, quota), usage;
	struct kipc_stat before;
	int i;

	for (i = 0; i < ROOM; i++) {
		must(quota->take(world, i));
		usage = usage_of(world, quota);
		check(usage.used == begin.used + quota->unit * (__u64)(i + 1));
		check(usage.limit == begin.limit);
	}
	check(usage.used == usage.limit);
	stat_get(&world->server, &before);
	for (i = 0; i < 3; i++)
		check(quota->take(world, ROOM) == -EDQUOT);
	check(stat_same(&world->server, &before));
}

static void give_all(struct world *world, const struct quota *quota)
{
	int i;

	for (i = 0; i < ROOM; i++)
		quota->give(world, i);
}

FIXTURE(quota) {
	struct live live;
	struct world world;
};

FIXTURE_SETUP(quota) {
	ASSERT_EQ(0, live_begin(&self->live));
	world_open(&self->world);
}

FIXTURE_TEARDOWN(quota) {
	restore_defaults();
	endpoints_close();
	EXPECT_EQ(0, live_end(&self->live));
}

TEST_F(quota, defaults) {
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++) {
		EXPECT_LT(0, defaults[i]) {
			TH_LOG("%s", quotas[i].param);
		}
		EXPECT_EQ((__u64)defaults[i],
			  usage_of(&self->world, &quotas[i]).limit);
	}
}

/* What the world itself uses is counted exactly. */
TEST_F(quota, exact) {
	struct kipc_stat stat;

	stat_get(&self->world.server, &stat);
	EXPECT_EQ(2, stat.endpoints.used);
	EXPECT_EQ(ROOM + 3, stat.nodes.used);
	EXPECT_EQ(1, stat.handles.used);
	EXPECT_EQ(ROOM + 2, stat.names.used);
	EXPECT_EQ(0, stat.watches.used);
	EXPECT_EQ(0, stat.name_watches.used);
	EXPECT_EQ(2 * POOL, stat.pool_bytes.used);
	EXPECT_EQ(0, stat.message_bytes.used);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.attached_handles.used);
	EXPECT_EQ(2, stat.domain_endpoints);
	EXPECT_EQ(ROOM + 2, stat.domain_names);
}

/* The same world, of another user, under the same limit */
static void as_another_user(int sock, void *arg)
{
	const struct quota *quota = arg;
	struct world world;

	become(USER, USER);
	world_open(&world);
	/* Ready: the limit is set when both worlds are there. */
	tell(sock, 1);
	hear(sock);
	use_up(&world, quota);
	give_all(&world, quota);
	tell(sock, usage_of(&world, quota).used);
}

TEST_F(quota, each) {
	struct kipc_usage begin;
	struct child child;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(quotas); i++) {
		const struct quota *quota = &quotas[i];
		__u64 limit;

		child_start(&child, CHILD_CLOSES, as_another_user,
			    (void *)quota);
		hear(child.sock);
		begin = usage_of(&self->world, quota);
		limit = begin.used + quota->unit * ROOM;
		ASSERT_EQ(0, param_set(quota->param, (long)limit));
		use_up(&self->world, quota);
		/* The other user goes on, and has what this one had. */
		tell(child.sock, 1);
		EXPECT_EQ(begin.used, hear(child.sock));
		EXPECT_EQ(0, child_end(&child)) {
			TH_LOG("%s", quota->param);
		}
		/* Give one back, take one. */
		quota->give(&self->world, ROOM - 1);
		EXPECT_EQ(0, quota->take(&self->world, ROOM - 1));
		/* A lower limit takes nothing away, a higher one gives more. */
		ASSERT_EQ(0, param_set(quota->param, 1));
		EXPECT_EQ(-EDQUOT, quota->take(&self->world, ROOM));
		EXPECT_EQ(limit, usage_of(&self->world, quota).used);
		EXPECT_EQ(1, usage_of(&self->world, quota).limit);
		ASSERT_EQ(0, param_set(quota->param, defaults[i]));
		EXPECT_EQ(0, quota->take(&self->world, ROOM));
		quota->give(&self->world, ROOM);
		give_all(&self->world, quota);
		EXPECT_EQ(begin.used, usage_of(&self->world, quota).used);
	}
}

/* A message that does not fit is not partly charged. */
TEST_F(quota, several_at_once) {
	struct kipc_attachment files[3] = {
		{ .type = KIPC_ATTACH_FD }, { .type = KIPC_ATTACH_FD },
		{ .type = KIPC_ATTACH_FD },
	};
	struct kipc_send send = {
		.handle = self->world.handle,
		.data = PTR("abc"),
		.data_size = 3,
		.attachments = PTR(files),
		.attachment_count = 3,
	};
	struct kipc_message message;
	struct kipc_stat before;

	ASSERT_EQ(0, param_set("max_files", 2));
	stat_get(&self->world.client, &before);
	EXPECT_EQ(-EDQUOT, kipc(self->world.client.fd, KIPC_SEND, &send));
	EXPECT_TRUE(stat_same(&self->world.client, &before));
	EXPECT_EQ(-EAGAIN, recv_now(&self->world.server, &message));
	ASSERT_EQ(0, param_set("max_files", 3));
	ASSERT_EQ(0, param_set("max_message_bytes", 2));
	stat_get(&self->world.client, &before);
	EXPECT_EQ(-EDQUOT, kipc(self->world.client.fd, KIPC_SEND, &send));
	EXPECT_TRUE(stat_same(&self->world.client, &before));
	ASSERT_EQ(0, param_set("max_message_bytes", 3));
	EXPECT_EQ(0, kipc(self->world.client.fd, KIPC_SEND, &send));
	give_message(&self->world, 0);
}

/*
 * A call is charged for nothing while its thread waits, and for a message once that
 * has left it, until it is answered; even if that is too much.
 */
TEST_F(quota, calls) {
	struct kipc_call call = {
		.handle = self->world.handle,
		.data = PTR("abc"),
		.data_size = 3,
	};
	struct kipc_stat stat;
	__u64 token[2];
	int i;

	ASSERT_EQ(0, param_set("max_message_bytes", 1));
	ASSERT_EQ(0, param_set("max_messages", 1));
	for (i = 0; i < 2; i++) {
		struct caller caller = {
			.endpoint = &self->world.client,
			.call = call,
		};

		caller.call.deadline = after(SECOND);
		caller_run(&caller);
		token[i] = recv_call(&self->world.server);
		EXPECT_EQ(-ETIMEDOUT, caller_join(&caller));
		stat_get(&self->world.client, &stat);
		EXPECT_EQ(i + 1, stat.message_count.used);
		EXPECT_EQ(0, stat.message_bytes.used);
	}
	EXPECT_EQ(-EDQUOT, send_bytes(&self->world.client, self->world.handle,
				      NULL, 0));
	for (i = 0; i < 2; i++)
		EXPECT_EQ(-ECANCELED, reply_empty(&self->world.server,
						  token[i]));
	stat_get(&self->world.client, &stat);
	EXPECT_EQ(0, stat.message_count.used);
	EXPECT_EQ(0, send_bytes(&self->world.client, self->world.handle, NULL,
				0));
	give_message(&self->world, 0);
}

/* A receiver whose user may have no more handles: EAGAIN for the sender. */
static void send_handle(int sock, void *arg)
{
	struct endpoint endpoint;
	struct kipc_attachment node = {
		.type = KIPC_ATTACH_NODE,
		.rights = KIPC_RIGHT_CALL,
	};
	__u32 handle;

	(void)arg;
	become(USER, USER);
	endpoint_open(&endpoint, POOL);
	node.id = node_create(&endpoint, 1);
	must(name_lookup(&endpoint, "quota.0.node.0", KIPC_RIGHT_CALL,
			 &handle));
	tell(sock, 1);
	hear(sock);
	tell(sock, (__u64)-send_attached(&endpoint, handle, &node, 1));
	hear(sock);
	must(send_attached(&endpoint, handle, &node, 1));
	tell(sock, 1);
}

TEST_F(quota, handles_of_the_receiver) {
	struct kipc_message message;
	struct child child;

	child_start(&child, CHILD_CLOSES, send_handle, NULL);
	hear(child.sock);
	ASSERT_EQ(0, param_set("max_handles", 1));
	tell(child.sock, 1);
	EXPECT_EQ(EAGAIN, hear(child.sock));
	EXPECT_EQ(-EAGAIN, recv_now(&self->world.server, &message));
	ASSERT_EQ(0, param_set("max_handles", 2));
	tell(child.sock, 1);
	hear(child.sock);
	EXPECT_EQ(2, usage_of(&self->world, &quotas[2]).used);
	EXPECT_EQ(0, child_end(&child));
}

TEST_HARNESS_MAIN
