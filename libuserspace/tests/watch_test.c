// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Watches on deaths and on names. */

#include <semaphore.h>
#include <stdio.h>

#include "test.h"
#include "world.h"

#define LOG_SIZE	1024

/* What callbacks report: "+name " or "-name ", and deaths as numbers */
struct journal {
	struct kipc_watch *watch;
	struct kipc_watch *second;
	struct kipc *endpoint;
	int free_after;
	char text[LOG_SIZE];
};

static void on_death(struct kipc *endpoint, uint32_t handle, void *userdata)
{
	struct journal *journal = userdata;
	char text[16];

	(void)endpoint;
	snprintf(text, sizeof(text), "%u ", handle);
	strcat(journal->text, text);
	if (journal->free_after)
		EXPECT_EQ(0, kipc_watch_free(journal->watch));
}

static void on_name(struct kipc *endpoint, const struct kipc_name *name,
		    int appeared, void *userdata)
{
	struct journal *journal = userdata;

	EXPECT(endpoint == journal->endpoint);
	strcat(journal->text, appeared ? "+" : "-");
	strcat(journal->text, name->name);
	strcat(journal->text, " ");
	if (journal->free_after && !--journal->free_after)
		EXPECT_EQ(0, kipc_watch_free(journal->watch));
}

static void expect_journal(struct journal *journal, const char *wanted)
{
	if (strcmp(wanted, journal->text))
		printf("# \"%s\" is not \"%s\"\n", journal->text, wanted);
	EXPECT_EQ(0, strcmp(wanted, journal->text));
	journal->text[0] = '\0';
}

static void dispatch(const struct journal *journal)
{
	EXPECT(kipc_dispatch(journal->endpoint, KIPC_NO_WAIT) > 0);
}

static void tells_of_deaths(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;
	char wanted[16];

	world_open(&world, world_echo, NULL);
	journal.endpoint = world.client;
	EXPECT_EQ(-EINVAL, kipc_handle_watch(world.client, world.handle, NULL,
					     NULL, &journal.watch));
	EXPECT_EQ(-ENXIO, kipc_handle_watch(world.client, 5, on_death, NULL,
					    &journal.watch));
	EXPECT_EQ(0, kipc_handle_watch(world.client, world.handle, on_death,
				       &journal, &journal.watch));
	EXPECT_EQ(0, kipc_node_free(world.node));
	dispatch(&journal);
	snprintf(wanted, sizeof(wanted), "%u ", world.handle);
	expect_journal(&journal, wanted);
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	EXPECT_EQ(0, fake_count(KIPC_HANDLE_UNWATCH));
	EXPECT_EQ(0, kipc_watch_free(NULL));
	world_close(&world);
}

static int never(struct kipc_request *request, void *userdata)
{
	(void)request;
	(void)userdata;
	EXPECT(!"called");
	return 0;
}

/*
 * Freed between the death and the receipt of its notice; the node that takes
 * its place in the table is not what the notice is for.
 */
static void keeps_quiet_once_freed(void)
{
	struct journal journal = { .free_after = 0 };
	struct kipc_node *node;
	struct world world;

	world_open(&world, world_echo, NULL);
	journal.endpoint = world.client;
	EXPECT_EQ(0, kipc_handle_watch(world.client, world.handle, on_death,
				       &journal, &journal.watch));
	EXPECT_EQ(0, kipc_node_free(world.node));
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	EXPECT_EQ(0, kipc_node_new(world.client, never, NULL, 0, &node));
	dispatch(&journal);
	expect_journal(&journal, "");
	world_close(&world);
}

static void death_watch_frees_itself(void)
{
	struct journal journal = { .free_after = 1 };
	struct world world;
	char wanted[16];

	world_open(&world, world_echo, NULL);
	journal.endpoint = world.client;
	EXPECT_EQ(0, kipc_handle_watch(world.client, world.handle, on_death,
				       &journal, &journal.watch));
	EXPECT_EQ(0, kipc_node_free(world.node));
	dispatch(&journal);
	snprintf(wanted, sizeof(wanted), "%u ", world.handle);
	expect_journal(&journal, wanted);
	world_close(&world);
}

static void publish(const struct world *world, const char *name)
{
	EXPECT_EQ(0, kipc_node_publish(world->node, name, 0600));
}

static void unpublish(const struct world *world, const char *name)
{
	EXPECT_EQ(0, kipc_name_unpublish(world->server, name));
}

static void start_watch(const struct world *world, struct journal *journal,
			unsigned int flags)
{
	journal->endpoint = world->client;
	journal->text[0] = '\0';
	EXPECT_EQ(0, kipc_name_watch(world->client, "w", on_name, journal,
				     flags, &journal->watch));
}

static void tells_of_names(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;

	world_open(&world, world_echo, NULL);
	publish(&world, "w.old");
	start_watch(&world, &journal, 0);
	expect_journal(&journal, "");
	publish(&world, "w.a");
	publish(&world, "other");
	publish(&world, "w.b");
	dispatch(&journal);
	expect_journal(&journal, "+w.a +w.b ");
	unpublish(&world, "w.a");
	publish(&world, "w.c");
	unpublish(&world, "other");
	dispatch(&journal);
	expect_journal(&journal, "+w.c -w.a ");
	/* Published anew it is another one */
	unpublish(&world, "w.b");
	publish(&world, "w.b");
	dispatch(&journal);
	expect_journal(&journal, "-w.b +w.b ");
	/* Came and went unseen */
	publish(&world, "w.d");
	unpublish(&world, "w.d");
	dispatch(&journal);
	expect_journal(&journal, "");
	EXPECT_EQ(0, kipc_node_free(world.node));
	dispatch(&journal);
	expect_journal(&journal, "-w.b -w.c -w.old ");
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

/* Names that only appeared need no listing of the old ones */
static void lists_only_what_is_new(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;

	world_open(&world, world_echo, NULL);
	fake_list_one_by_one();
	for (char name[] = "w.a"; name[2] <= 'z'; name[2]++)
		publish(&world, name);
	start_watch(&world, &journal, 0);
	EXPECT_EQ(26, fake_count(KIPC_NAME_LIST));
	publish(&world, "w.A");
	dispatch(&journal);
	expect_journal(&journal, "+w.A ");
	EXPECT_EQ(27, fake_count(KIPC_NAME_LIST));
	unpublish(&world, "w.b");
	dispatch(&journal);
	expect_journal(&journal, "-w.b ");
	EXPECT_EQ(53, fake_count(KIPC_NAME_LIST));
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	world_close(&world);
}

static void reports_existing(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;

	world_open(&world, world_echo, NULL);
	publish(&world, "w");
	publish(&world, "w.x");
	start_watch(&world, &journal, KIPC_WATCH_EXISTING);
	expect_journal(&journal, "+w +w.x ");
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	/* Freed by the first of these callbacks: there is no second */
	journal.free_after = 1;
	start_watch(&world, &journal, KIPC_WATCH_EXISTING);
	expect_journal(&journal, "+w ");
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

/* Frees its watch, makes another one in its place, and lets the next list fail */
static void on_name_begin_again(struct kipc *endpoint,
				const struct kipc_name *name, int appeared,
				void *userdata)
{
	struct journal *journal = userdata;

	on_name(endpoint, name, appeared, journal);
	EXPECT_EQ(0, kipc_watch_free(journal->watch));
	EXPECT_EQ(0, kipc_name_watch(endpoint, "v", on_name, journal, 0,
				     &journal->second));
	fake_fail(KIPC_NAME_LIST, ENOMEM, 1);
}

/* What fails after the watch was freed is nobody's business any more */
static void freed_before_it_fails(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;

	world_open(&world, world_echo, NULL);
	fake_list_one_by_one();
	publish(&world, "w.a");
	publish(&world, "w.b");
	journal.endpoint = world.client;
	EXPECT_EQ(0, kipc_name_watch(world.client, "w", on_name_begin_again,
				     &journal, KIPC_WATCH_EXISTING,
				     &journal.watch));
	expect_journal(&journal, "+w.a ");
	EXPECT_EQ(1, fake_watches());
	fake_fail(KIPC_NAME_LIST, 0, 0);
	publish(&world, "v.a");
	dispatch(&journal);
	expect_journal(&journal, "+v.a ");
	EXPECT_EQ(0, kipc_watch_free(journal.second));
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

static void name_watch_frees_itself(void)
{
	struct journal journal = { .free_after = 2 };
	struct world world;

	world_open(&world, world_echo, NULL);
	start_watch(&world, &journal, 0);
	publish(&world, "w.a");
	publish(&world, "w.b");
	publish(&world, "w.c");
	dispatch(&journal);
	expect_journal(&journal, "+w.a +w.b ");
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

/* A look that failed is made up for with the next notice */
static void survives_failed_looks(void)
{
	struct journal journal = { .free_after = 0 };
	struct world world;

	world_open(&world, world_echo, NULL);
	start_watch(&world, &journal, 0);
	publish(&world, "w.a");
	fake_fail(KIPC_NAME_LIST, ENOMEM, 1);
	dispatch(&journal);
	expect_journal(&journal, "");
	publish(&world, "w.b");
	dispatch(&journal);
	expect_journal(&journal, "+w.a +w.b ");
	unpublish(&world, "w.a");
	fake_fail(KIPC_NAME_LIST, ENOMEM, 1);
	dispatch(&journal);
	expect_journal(&journal, "");
	publish(&world, "w.c");
	dispatch(&journal);
	expect_journal(&journal, "+w.c -w.a ");
	EXPECT_EQ(0, kipc_watch_free(journal.watch));
	world_close(&world);
}

static void refuses_bad_watches(void)
{
	struct kipc_watch *watch;
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(-EINVAL, kipc_name_watch(world.client, "w", NULL, NULL, 0,
					   &watch));
	EXPECT_EQ(-EINVAL, kipc_name_watch(world.client, "w", on_name, NULL, 2,
					   &watch));
	fake_fail(KIPC_NAME_WATCH, EDQUOT, 1);
	EXPECT_EQ(-EDQUOT, kipc_name_watch(world.client, "w", on_name, NULL, 0,
					   &watch));
	fake_fail(KIPC_NAME_LIST, EINVAL, 1);
	EXPECT_EQ(-EINVAL, kipc_name_watch(world.client, "w", on_name, NULL, 0,
					   &watch));
	EXPECT_EQ(0, fake_watches());
	world_close(&world);
}

/* A callback that says when it begins, and ends when told to */
struct slow {
	sem_t entered;
	sem_t leave;
	unsigned int inside;
	unsigned int calls;
};

static void on_name_slowly(struct kipc *endpoint, const struct kipc_name *name,
			   int appeared, void *userdata)
{
	struct slow *slow = userdata;

	(void)endpoint;
	(void)name;
	EXPECT_EQ(1, appeared);
	EXPECT_EQ(1, __atomic_add_fetch(&slow->inside, 1, __ATOMIC_SEQ_CST));
	sem_post(&slow->entered);
	sem_wait(&slow->leave);
	slow->calls++;
	__atomic_sub_fetch(&slow->inside, 1, __ATOMIC_SEQ_CST);
}

static void *dispatch_once(void *argument)
{
	EXPECT_EQ(1, kipc_dispatch_one(argument, KIPC_NO_WAIT));
	return NULL;
}

/* The second notice comes while the first one's callback still runs */
static void leaves_notices_to_the_busy_thread(void)
{
	struct slow slow = { .calls = 0 };
	struct kipc_watch *watch;
	pthread_t thread, second;
	struct world world;

	sem_init(&slow.entered, 0, 0);
	sem_init(&slow.leave, 0, 0);
	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_name_watch(world.client, "w", on_name_slowly, &slow,
				     0, &watch));
	publish(&world, "w.a");
	EXPECT_EQ(0, pthread_create(&thread, NULL, dispatch_once,
				    world.client));
	sem_wait(&slow.entered);
	publish(&world, "w.b");
	EXPECT_EQ(0, pthread_create(&second, NULL, dispatch_once,
				    world.client));
	pthread_join(second, NULL);
	EXPECT_EQ(0, slow.calls);
	sem_post(&slow.leave);
	sem_post(&slow.leave);
	pthread_join(thread, NULL);
	EXPECT_EQ(2, slow.calls);
	EXPECT_EQ(0, kipc_watch_free(watch));
	world_close(&world);
}

/* Several threads dispatch while names come and go: the journal is in order */
struct presence {
	pthread_mutex_t lock;
	int here;
	unsigned int changes;
};

static void on_change(struct kipc *endpoint, const struct kipc_name *name,
		      int appeared, void *userdata)
{
	struct presence *presence = userdata;

	(void)endpoint;
	(void)name;
	/* Callbacks of one watch never meet */
	EXPECT_EQ(0, pthread_mutex_trylock(&presence->lock));
	presence->here += appeared ? 1 : -1;
	EXPECT(presence->here == 0 || presence->here == 1);
	presence->changes++;
	pthread_mutex_unlock(&presence->lock);
}

static void *dispatch_all(void *argument)
{
	struct kipc *endpoint = argument;

	while (kipc_dispatch_one(endpoint, kipc_deadline_ms(100)) > 0)
		;
	return NULL;
}

static void keeps_order_among_threads(void)
{
	struct presence presence = { .lock = PTHREAD_MUTEX_INITIALIZER };
	struct kipc_watch *watch;
	pthread_t threads[3];
	struct world world;

	world_open(&world, world_echo, NULL);
	EXPECT_EQ(0, kipc_name_watch(world.client, "w", on_change, &presence, 0,
				     &watch));
	for (int i = 0; i < 3; i++)
		EXPECT_EQ(0, pthread_create(&threads[i], NULL, dispatch_all,
					    world.client));
	for (int i = 0; i < 300; i++) {
		publish(&world, "w.a");
		unpublish(&world, "w.a");
	}
	publish(&world, "w.a");
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	EXPECT_EQ(1, presence.here);
	EXPECT(presence.changes > 0);
	EXPECT_EQ(0, kipc_watch_free(watch));
	world_close(&world);
}

static const struct test tests[] = {
	TEST(tells_of_deaths),
	TEST(keeps_quiet_once_freed),
	TEST(death_watch_frees_itself),
	TEST(tells_of_names),
	TEST(lists_only_what_is_new),
	TEST(reports_existing),
	TEST(freed_before_it_fails),
	TEST(name_watch_frees_itself),
	TEST(survives_failed_looks),
	TEST(refuses_bad_watches),
	TEST(leaves_notices_to_the_busy_thread),
	TEST(keeps_order_among_threads),
};

int main(void)
{
	return test_main(tests, ARRAY_SIZE(tests));
}
