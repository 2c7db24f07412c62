// SPDX-License-Identifier: GPL-2.0-only
/* A server in a process of its own, to which views and chunks are lent. */
#include "borrower.h"
#include "passing.h"

/* The server's; in its process only */
static struct endpoint endpoint;

struct naming {
	char name[32];
};

static long open_act(void *arg)
{
	struct naming *naming = arg;

	endpoint_open(&endpoint, POOL);
	return name_publish(&endpoint, naming->name, node_create(&endpoint, 1),
			    0777);
}

/* Holds the region through the view @fd, for @word leases. */
long borrower_hold_act(void *arg)
{
	struct borrowing *now = arg;

	return region_hold(now->fd, now->word, COOKIE);
}

/* Receives a call, which must come; @fd is its first attachment. */
long borrower_recv_act(void *arg)
{
	struct borrowing *now = arg;
	struct kipc_message message;
	int ret = recv_soon(&endpoint, &message);
	__u32 i;

	if (ret)
		return ret;
	check(message.kind == KIPC_MSG_CALL);
	check(message.attachment_count <= BORROWED_MAX);
	now->token = message.token;
	now->count = message.attachment_count;
	for (i = 0; i < now->count; i++)
		now->got[i] = *came(&endpoint, &message, i);
	if (now->count)
		now->fd = (int)now->got[0].id;
	message_free(&endpoint, &message);
	return 0;
}

/* Maps all of the view, with the rights that it has. */
long borrower_map_act(void *arg)
{
	struct borrowing *now = arg;
	struct kipc_region_info info = region_info(now->fd);
	int prot = PROT_READ;
	void *words;

	if (info.rights & KIPC_REGION_WRITE)
		prot |= PROT_WRITE;
	words = mmap(NULL, (size_t)info.size, prot, MAP_SHARED, now->fd, 0);
	if (words == MAP_FAILED)
		return -errno;
	now->words = words;
	return 0;
}

/* Tries to map it to be written. */
long borrower_map_more_act(void *arg)
{
	struct borrowing *now = arg;

	return region_map_error(now->fd, PAGE, PROT_WRITE, MAP_SHARED, 0);
}

/* Reads a word of it: 0, or EFAULT for SIGBUS. */
long borrower_read_act(void *arg)
{
	struct borrowing *now = arg;

	return region_reads(now->words, &now->word) ? 0 : -EFAULT;
}

long borrower_write_act(void *arg)
{
	struct borrowing *now = arg;

	return region_writes(now->words, now->word) ? 0 : -EFAULT;
}

static void read_in_child(int sock, void *arg)
{
	struct borrowing *now = arg;

	tell(sock, region_reads(now->words, &now->word));
	/* Until it is gone */
	while (region_reads(now->words, &now->word))
		pause_ms(1);
	/* Nor can it be mapped anew. */
	check(region_map_error(now->fd, PAGE, PROT_READ, MAP_SHARED, 0) ==
	      -EKEYREVOKED);
}

/* Forks a child that reads until it gets SIGBUS, and then ends well. */
long borrower_fork_act(void *arg)
{
	static struct child child;
	static bool is_there;

	if (is_there)
		return child_end(&child);
	is_there = true;
	child_start(&child, CHILD_SHARES, read_in_child, arg);
	return hear(child.sock) == 1 ? 0 : -EFAULT;
}

/* Makes a view from it, and goes on with that. */
long borrower_derive_act(void *arg)
{
	struct borrowing *now = arg;
	int fd = region_view(now->fd, R_READ, 0, 0, NULL);

	if (fd >= 0)
		now->fd = fd;
	return fd;
}

long borrower_reply_act(void *arg)
{
	struct borrowing *now = arg;

	return reply_empty(&endpoint, now->token);
}

/* Releases the lease that came first, through the view @fd. */
long borrower_release_act(void *arg)
{
	struct borrowing *now = arg;

	return chunk_release(now->fd, now->got[0].lease);
}

long borrower_pass_act(void *arg)
{
	struct borrowing *now = arg;

	fd_send(now->sock, now->fd);
	return 0;
}

/* Closes its endpoint, and lives on. */
long borrower_leave_act(void *arg)
{
	(void)arg;
	endpoint_close(&endpoint);
	return 0;
}

/* Its node gets that name. */
void borrower_open(struct borrower *borrower, const char *name)
{
	struct naming naming;

	memset(borrower, 0, sizeof(*borrower));
	snprintf(naming.name, sizeof(naming.name), "%s", name);
	actor_open(&borrower->actor);
	must(actor_do(&borrower->actor, open_act, &naming, sizeof(naming)));
}

/* Who calls it, and lends the first of @out with that. */
void borrower_client(struct endpoint *client, struct caller *caller,
		     const char *name, const struct kipc_attachment *out)
{
	__u32 handle;

	endpoint_open(client, POOL);
	must(name_lookup(client, name, KIPC_RIGHTS_ALL, &handle));
	caller->endpoint = client;
	caller->call.handle = handle;
	caller->call.attachments = PTR(out);
	caller->call.attachment_count = 1;
}

long borrower_do(struct borrower *borrower, actor_act *act)
{
	return actor_do(&borrower->actor, act, &borrower->now,
			sizeof(borrower->now));
}

/* Whether it reads that word; else it must get SIGBUS. */
bool borrower_reads(struct borrower *borrower, __u32 word)
{
	long ret = borrower_do(borrower, borrower_read_act);

	check(!ret || ret == -EFAULT);
	return !ret && borrower->now.word == word;
}

void borrower_close(struct borrower *borrower)
{
	actor_close(&borrower->actor);
}

void borrower_kill(struct borrower *borrower)
{
	actor_kill(&borrower->actor);
}
