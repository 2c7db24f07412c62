// SPDX-License-Identifier: GPL-2.0-only
/* Mailboxes, as the tests make them, post to them and receive from them. */
#include <poll.h>
#include <sys/syscall.h>

#include "mailbox.h"

/*
 * Opens a mailbox as @arg says, by an endpoint that is closed at once. @name is NULL
 * if it has none. Returns the descriptor, or a negative errno.
 */
int mailbox_open(const char *name, struct kipc_mailbox_open *arg)
{
	int device = open(DEVICE, O_RDWR | O_CLOEXEC), ret;

	must_errno(device);
	arg->name = PTR(name);
	arg->name_size = name ? (__u32)strlen(name) : 0;
	ret = kipc(device, KIPC_MAILBOX_OPEN, arg);
	close(device);
	return ret ? ret : arg->fd;
}

/* Makes one, which must be new, and opens it for both. */
int mailbox_make(const char *name, __u32 kind, __u32 messages)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.kind = kind,
		.mode = 0600,
		.policy = kind == KIPC_MAILBOX_BROADCAST ? KIPC_MAILBOX_DROP :
							   KIPC_MAILBOX_BLOCK,
		.messages_max = messages,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

/* The same for a queue with another policy */
int mailbox_make_policy(const char *name, __u32 policy, __u32 messages)
{
	struct kipc_mailbox_open arg = {
		.flags = MAKE,
		.mode = 0600,
		.policy = policy,
		.messages_max = messages,
		.dead_letter = -1,
	};

	return (int)must(mailbox_open(name, &arg));
}

/* Opens one that is there. */
int mailbox_join(const char *name, __u32 flags)
{
	struct kipc_mailbox_open arg = { .flags = flags };

	return mailbox_open(name, &arg);
}

int mailbox_unlink(const char *name)
{
	struct endpoint endpoint;
	int ret;

	endpoint_open(&endpoint, 0);
	ret = name_unpublish(&endpoint, name);
	endpoint_close(&endpoint);
	return ret;
}

/* Returns how far the list was read, or 0 at its end. */
static __u64 unlink_some(struct endpoint *endpoint, __u64 cursor)
{
	__u64 entries[512];
	struct kipc_name_list list = {
		.buffer = PTR(entries),
		.buffer_size = sizeof(entries),
		.cursor = cursor,
	};
	const struct kipc_name_entry *entry = (const void *)entries;
	char name[KIPC_NAME_MAX + 1];
	__u32 i;

	must(kipc(endpoint->fd, KIPC_NAME_LIST, &list));
	for (i = 0; i < list.count; i++) {
		memcpy(name, entry + 1, entry->name_size);
		name[entry->name_size] = 0;
		if (entry->kind != KIPC_OBJECT_NODE)
			name_unpublish(endpoint, name);
		entry = (const void *)((const char *)entry + entry->size);
	}
	return list.more || list.count ? list.cursor : 0;
}

/* Takes away the names of all mailboxes, and of all regions. */
void mailboxes_unlink(void)
{
	struct endpoint endpoint;
	__u64 cursor = 0;

	endpoint_open(&endpoint, 0);
	do {
		cursor = unlink_some(&endpoint, cursor);
	} while (cursor);
	endpoint_close(&endpoint);
}

struct kipc_mailbox_info mailbox_info(int fd)
{
	struct kipc_mailbox_info info = { 0 };

	must(kipc(fd, KIPC_MAILBOX_INFO, &info));
	return info;
}

/* Waits until so many threads wait for messages, and for room. */
void mailbox_wait(int fd, __u32 receivers, __u32 senders)
{
	__u64 end = after(SOON);
	struct kipc_mailbox_info info;

	for (;;) {
		info = mailbox_info(fd);
		if (info.receivers == receivers && info.senders == senders)
			return;
		check(now() < end);
		pause_ms(1);
	}
}

/* What poll(2) says of it now */
short mailbox_polled(int fd)
{
	struct pollfd poll_fd = { .fd = fd, .events = POLLIN | POLLOUT };

	must_errno(poll(&poll_fd, 1, 0));
	return poll_fd.revents;
}

int mail_send(int fd, const void *data, size_t size, __u32 priority)
{
	struct kipc_mailbox_send send = {
		.flags = KIPC_NONBLOCK,
		.priority = priority,
		.data = PTR(data),
		.data_size = size,
		.endpoint = -1,
	};

	return kipc(fd, KIPC_MAILBOX_SEND, &send);
}

int mail_post(int fd, __u32 number)
{
	return mail_send(fd, &number, sizeof(number), 0);
}

int mail_post_at(int fd, __u32 number, __u32 priority)
{
	return mail_send(fd, &number, sizeof(number), priority);
}

/* Receives as @recv says, which has no place for the payload yet. */
int mail_recv(int fd, struct kipc_mailbox_recv *recv, __u32 *number)
{
	int ret;

	recv->data = PTR(number);
	recv->data_size = sizeof(*number);
	ret = kipc(fd, KIPC_MAILBOX_RECV, recv);
	if (!ret)
		check(recv->mail.size == sizeof(*number));
	return ret;
}

/* Takes what is there. */
int mail_take(int fd, __u32 *number)
{
	struct kipc_mailbox_recv recv = {
		.flags = KIPC_NONBLOCK,
		.endpoint = -1,
	};

	return mail_recv(fd, &recv, number);
}

/* Waits for a message that must come, and returns what is told of it. */
struct kipc_mail mail_next_told(int fd, __u32 *number)
{
	struct kipc_mailbox_recv recv = {
		.endpoint = -1,
		.deadline = after(SOON),
	};

	must(mail_recv(fd, &recv, number));
	return recv.mail;
}

/* ... and returns its number. */
__u32 mail_next(int fd)
{
	__u32 number;

	mail_next_told(fd, &number);
	return number;
}

int mail_peek(int fd, __u64 index, __u32 *number, struct kipc_mail *mail)
{
	struct kipc_mailbox_peek peek = {
		.index = index,
		.data = PTR(number),
		.data_size = sizeof(*number),
	};
	int ret = kipc(fd, KIPC_MAILBOX_PEEK, &peek);

	if (mail)
		*mail = peek.mail;
	return ret;
}

/* Throws away all, and returns how many messages that were. */
__u64 mail_purge(int fd)
{
	struct kipc_mailbox_purge purge = { 0 };

	must(kipc(fd, KIPC_MAILBOX_PURGE, &purge));
	return purge.purged;
}

/* Waits for a message that must come, and returns the token of its lease. */
__u64 lease_next(int fd, __u32 *number)
{
	struct kipc_mail mail = mail_next_told(fd, number);

	check(mail.token);
	return mail.token;
}

int lease_do(int fd, __u32 action, __u64 token, __u64 deadline)
{
	struct kipc_mailbox_lease lease = {
		.action = action,
		.tokens = PTR(&token),
		.count = 1,
		.deadline = deadline,
	};
	int ret = kipc(fd, KIPC_MAILBOX_LEASE, &lease);

	check(lease.done == !ret);
	return ret;
}

int lease_ack(int fd, __u64 token)
{
	return lease_do(fd, KIPC_LEASE_ACK, token, 0);
}

int lease_return(int fd, __u64 token)
{
	return lease_do(fd, KIPC_LEASE_RETURN, token, 0);
}

static void run(void *arg)
{
	struct mailer *mailer = arg;

	if (mailer->uid)
		must_errno((int)syscall(SYS_setresuid, -1, mailer->uid, -1));
	if (mailer->sends)
		mailer->ret = kipc(mailer->fd, KIPC_MAILBOX_SEND,
				   &mailer->send);
	else
		mailer->ret = mail_recv(mailer->fd, &mailer->recv,
					&mailer->number);
	__atomic_store_n(&mailer->done, 1, __ATOMIC_RELEASE);
}

/* Starts a thread that does what stands in @mailer. */
void mailer_run(struct mailer *mailer)
{
	mailer->done = 0;
	thread_start(&mailer->thread, run, mailer);
}

/* Starts one that receives something of at least that priority, if it may take long. */
void mailer_recv(struct mailer *mailer, int fd, __u32 priority_min)
{
	*mailer = (struct mailer) {
		.fd = fd,
		.recv = { .priority_min = priority_min, .endpoint = -1 },
	};
	mailer_run(mailer);
}

static void send_as(struct mailer *mailer, int fd, __u32 number, __u32 priority,
		    __u32 uid)
{
	*mailer = (struct mailer) {
		.fd = fd,
		.sends = true,
		.uid = uid,
		.number = number,
		.send = {
			.priority = priority,
			.data = PTR(&mailer->number),
			.data_size = sizeof(mailer->number),
			.endpoint = -1,
		},
	};
	mailer_run(mailer);
}

void mailer_send(struct mailer *mailer, int fd, __u32 number, __u32 priority)
{
	send_as(mailer, fd, number, priority, 0);
}

void mailer_send_as(struct mailer *mailer, int fd, __u32 number, __u32 uid)
{
	send_as(mailer, fd, number, 0, uid);
}

/* Waits until it sleeps in its command; it must not be done. */
void mailer_blocks(struct mailer *mailer)
{
	wait_blocked(mailer->thread.tid, mailer->sends ? KIPC_MAILBOX_SEND :
							 KIPC_MAILBOX_RECV);
	mailer->switches = context_switches(mailer->thread.tid);
}

bool mailer_is_done(struct mailer *mailer)
{
	return __atomic_load_n(&mailer->done, __ATOMIC_ACQUIRE);
}

/* Whether it sleeps still, and has slept all the time since mailer_blocks(). */
bool mailer_slept_on(struct mailer *mailer)
{
	return !mailer_is_done(mailer) &&
	       context_switches(mailer->thread.tid) == mailer->switches;
}

int mailer_join(struct mailer *mailer)
{
	thread_join(&mailer->thread);
	return mailer->ret;
}
