// SPDX-License-Identifier: GPL-2.0-only
/* Whatever of a receive cannot be copied: the message is at its place again. */
#include <kselftest_harness.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include "mailbox.h"

FIXTURE(fault) {
	struct live live;
	struct endpoint endpoint;
	int fd;
	int file;
	__u32 node;
	__u8 *page;
	size_t page_size;
	__u8 data[100];
	struct kipc_attachment attachment[2];
	struct rlimit limit;
};

FIXTURE_VARIANT(fault) {
	__u32 kind;
};

FIXTURE_VARIANT_ADD(fault, queue) {
	.kind = KIPC_MAILBOX_QUEUE,
};

FIXTURE_VARIANT_ADD(fault, work) {
	.kind = KIPC_MAILBOX_WORK,
};

FIXTURE_VARIANT_ADD(fault, broadcast) {
	.kind = KIPC_MAILBOX_BROADCAST,
};

static void post(struct _test_data_fault *self)
{
	struct kipc_attachment attachment[2] = {
		{ .type = KIPC_ATTACH_FD, .id = (__u32)self->file },
		{ .type = KIPC_ATTACH_NODE, .id = self->node,
		  .rights = KIPC_RIGHTS_ALL },
	};
	struct kipc_mailbox_send send = {
		.data = PTR(self->data),
		.data_size = sizeof(self->data),
		.attachments = PTR(attachment),
		.attachment_count = 2,
		.endpoint = self->endpoint.fd,
	};

	must(kipc(self->fd, KIPC_MAILBOX_SEND, &send));
}

/* One with attachments, and one behind it */
FIXTURE_SETUP(fault) {
	ASSERT_EQ(0, live_begin(&self->live));
	ASSERT_EQ(0, getrlimit(RLIMIT_NOFILE, &self->limit));
	endpoint_open(&self->endpoint, POOL);
	self->fd = mailbox_make(NULL, variant->kind, 4);
	self->file = eventfd(0, EFD_CLOEXEC);
	self->node = node_create(&self->endpoint, COOKIE);
	self->page_size = (size_t)sysconf(_SC_PAGESIZE);
	/* Two pages, of which the second cannot be written */
	self->page = mmap(NULL, 2 * self->page_size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, (void *)self->page);
	mprotect(self->page + self->page_size, self->page_size, PROT_READ);
	fill(self->data, sizeof(self->data), 3);
	post(self);
	must(mail_post(self->fd, 2));
}

FIXTURE_TEARDOWN(fault) {
	setrlimit(RLIMIT_NOFILE, &self->limit);
	munmap(self->page, 2 * self->page_size);
	endpoints_close();
	close(self->fd);
	close(self->file);
	EXPECT_EQ(0, live_end(&self->live));
}

static struct kipc_mailbox_recv good(struct _test_data_fault *self)
{
	return (struct kipc_mailbox_recv) {
		.flags = KIPC_NONBLOCK,
		.data = PTR(self->page),
		.data_size = 200,
		.attachments = PTR(self->attachment),
		.attachments_max = 2,
		.endpoint = self->endpoint.fd,
	};
}

/* What cannot be had now can be had later, with nothing missing. */
static void expect_all(struct __test_metadata *_metadata,
		       struct _test_data_fault *self)
{
	struct kipc_mailbox_recv recv = good(self);
	struct kipc_stat stat;

	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(1, stat.files.used);
	EXPECT_EQ(1, stat.attached_handles.used);
	EXPECT_EQ(0, stat.handles.used);
	EXPECT_EQ(2, mailbox_info(self->fd).messages);
	EXPECT_EQ(0, mailbox_info(self->fd).leased);
	memset(self->page, 0, 200);
	ASSERT_EQ(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(sizeof(self->data), recv.mail.size);
	EXPECT_EQ(1, recv.mail.sequence);
	EXPECT_EQ(1, recv.mail.deliveries);
	EXPECT_EQ(0, recv.mail.missed);
	EXPECT_EQ(2, recv.mail.attachment_count);
	EXPECT_EQ(0, memcmp(self->data, self->page, sizeof(self->data)));
	EXPECT_EQ(KIPC_ATTACH_FD, self->attachment[0].type);
	EXPECT_EQ(0, close((int)self->attachment[0].id));
	EXPECT_EQ(KIPC_ATTACH_NODE, self->attachment[1].type);
	EXPECT_EQ(COOKIE, self->attachment[1].cookie);
	if (recv.mail.token)
		EXPECT_EQ(0, lease_ack(self->fd, recv.mail.token));
	EXPECT_EQ(2, mail_next(self->fd));
	stat_get(&self->endpoint, &stat);
	EXPECT_EQ(0, stat.files.used);
	EXPECT_EQ(0, stat.attached_handles.used);
}

static int free_descriptor(void)
{
	int fd = dup(0);

	must_errno(fd);
	close(fd);
	return fd;
}

TEST_F(fault, payload) {
	__u64 bad[] = {
		0, 8, ~0ULL - 4095, 1ULL << 63,
		PTR(self->page + self->page_size - 50),
	};
	struct kipc_mailbox_recv recv;
	int lowest = free_descriptor();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		recv = good(self);
		recv.data = bad[i];
		EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, &recv)) {
			TH_LOG("address %zu", i);
		}
		EXPECT_EQ(lowest, free_descriptor());
	}
	expect_all(_metadata, self);
}

TEST_F(fault, segments) {
	struct kipc_vec vec[2] = { { PTR(self->page), 50 }, { 8, 100 } };
	struct kipc_mailbox_recv recv = good(self);

	recv.flags |= KIPC_VEC;
	recv.data = PTR(vec);
	recv.data_size = 2;
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	recv.data = 8;
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	recv.data = PTR(vec);
	recv.data_size = KIPC_VEC_MAX + 1;
	EXPECT_NE(0, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	expect_all(_metadata, self);
}

TEST_F(fault, attachments) {
	__u64 bad[] = {
		0, 8, PTR(self->page + self->page_size),
		PTR(self->page + self->page_size - 24),
	};
	struct kipc_mailbox_recv recv;
	int lowest = free_descriptor();
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		recv = good(self);
		recv.attachments = bad[i];
		EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, &recv)) {
			TH_LOG("address %zu", i);
		}
		EXPECT_EQ(lowest, free_descriptor());
	}
	recv = good(self);
	recv.attachments_max = 1;
	EXPECT_EQ(-EMSGSIZE, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	EXPECT_EQ(2, recv.mail.attachment_count);
	EXPECT_EQ(sizeof(self->data), recv.mail.size);
	EXPECT_EQ(0, recv.mail.sequence);
	expect_all(_metadata, self);
}

TEST_F(fault, result) {
	struct kipc_mailbox_recv *recv = (void *)(self->page + self->page_size);
	struct kipc_mailbox_recv *half;
	size_t there;

	mprotect(recv, self->page_size, PROT_READ | PROT_WRITE);
	*recv = good(self);
	mprotect(recv, self->page_size, PROT_READ);
	EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, recv));
	mprotect(recv, self->page_size, PROT_READ | PROT_WRITE);
	for (there = 8; there < sizeof(*recv); there += 8) {
		struct kipc_mailbox_recv copy = good(self);

		half = (void *)((char *)recv - there);
		memcpy(half, &copy, sizeof(copy));
		mprotect(recv, self->page_size, PROT_READ);
		EXPECT_EQ(-EFAULT, kipc(self->fd, KIPC_MAILBOX_RECV, half)) {
			TH_LOG("%zu bytes", there);
		}
		mprotect(recv, self->page_size, PROT_READ | PROT_WRITE);
	}
	expect_all(_metadata, self);
}

TEST_F(fault, no_descriptor) {
	struct kipc_mailbox_recv recv = good(self);
	struct rlimit limit = self->limit;

	limit.rlim_cur = (rlim_t)free_descriptor();
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &limit));
	EXPECT_EQ(-EMFILE, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	ASSERT_EQ(0, setrlimit(RLIMIT_NOFILE, &self->limit));
	expect_all(_metadata, self);
}

TEST_F(fault, endpoints) {
	struct kipc_mailbox_recv recv = good(self);

	recv.endpoint = -1;
	EXPECT_EQ(-ENOTCONN, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	recv.endpoint = 999;
	EXPECT_EQ(-EBADF, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	recv.endpoint = self->file;
	EXPECT_EQ(-EPROTOTYPE, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	recv.endpoint = self->fd;
	EXPECT_EQ(-EPROTOTYPE, kipc(self->fd, KIPC_MAILBOX_RECV, &recv));
	expect_all(_metadata, self);
}

TEST_HARNESS_MAIN
