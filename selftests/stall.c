// SPDX-License-Identifier: GPL-2.0-only
/* Memory at which a copy from or to user space stalls until it may go on. */
#include <linux/userfaultfd.h>
#include <poll.h>
#include <sys/syscall.h>

#include "message.h"
#include "stall.h"

/* Makes the page; false if the kernel cannot. */
bool stall_open(struct stall *stall)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	stall->uffd = -1;
	if (access("/proc/sys/vm/unprivileged_userfaultfd", F_OK))
		return false;
	stall->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	must_errno(stall->uffd);
	must_errno(ioctl(stall->uffd, UFFDIO_API, &api));
	stall->size = (size_t)sysconf(_SC_PAGESIZE);
	stall->page = mmap(NULL, stall->size, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	must_errno(stall->page == MAP_FAILED ? -1 : 0);
	reg.range.start = PTR(stall->page);
	reg.range.len = stall->size;
	must_errno(ioctl(stall->uffd, UFFDIO_REGISTER, &reg));
	return true;
}

/* Waits until somebody stalls. */
void stall_wait(struct stall *stall)
{
	struct pollfd fd = { .fd = stall->uffd, .events = POLLIN };
	struct uffd_msg message;

	check(poll(&fd, 1, 20000) == 1);
	check(read(stall->uffd, &message, sizeof(message)) == sizeof(message));
	check(message.event == UFFD_EVENT_PAGEFAULT);
}

/* Lets whoever stalls go on: it finds zeros. */
void stall_end(struct stall *stall)
{
	struct uffdio_zeropage zero = {
		.range = { .start = PTR(stall->page), .len = stall->size },
	};

	must_errno(ioctl(stall->uffd, UFFDIO_ZEROPAGE, &zero));
}

/* Puts the page there, with @data at its beginning and zeros behind. */
void stall_fill(struct stall *stall, const void *data, size_t size)
{
	struct uffdio_copy copy = {
		.dst = PTR(stall->page),
		.len = stall->size,
	};
	void *page;

	check(!posix_memalign(&page, stall->size, stall->size));
	memset(page, 0, stall->size);
	memcpy(page, data, size);
	copy.src = PTR(page);
	must_errno(ioctl(stall->uffd, UFFDIO_COPY, &copy));
	free(page);
}

/* Takes the page away: whoever touches it next stalls. */
void stall_again(struct stall *stall)
{
	must_errno(madvise(stall->page, stall->size, MADV_DONTNEED));
}

/* Whoever stalls gets EFAULT. */
void stall_unmap(struct stall *stall)
{
	struct uffdio_range range = {
		.start = PTR(stall->page),
		.len = stall->size,
	};

	must_errno(munmap(stall->page, stall->size));
	must_errno(ioctl(stall->uffd, UFFDIO_WAKE, &range));
}

void stall_close(struct stall *stall)
{
	if (stall->uffd < 0)
		return;
	munmap(stall->page, stall->size);
	close(stall->uffd);
	stall->uffd = -1;
}

static void reply_stalled(void *arg)
{
	struct stalled_reply *reply = arg;

	reply->ret = reply_bytes(reply->endpoint, reply->token,
				 reply->stall->page, 100);
}

/* Begins to answer a call from memory that does not come, and stands still in it. */
void stalled_reply_begin(struct stalled_reply *reply, struct endpoint *endpoint,
			 struct stall *stall, __u64 token)
{
	reply->endpoint = endpoint;
	reply->stall = stall;
	reply->token = token;
	thread_start(&reply->thread, reply_stalled, reply);
	stall_wait(stall);
}

/* Lets it go on. Returns what became of it. */
int stalled_reply_end(struct stalled_reply *reply)
{
	stall_end(reply->stall);
	thread_join(&reply->thread);
	return reply->ret;
}
