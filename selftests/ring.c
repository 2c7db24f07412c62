// SPDX-License-Identifier: GPL-2.0-only
/* An io_uring, as the tests use it. */
#include <sys/syscall.h>
#include <sys/uio.h>

#include "ring.h"

static void *map(struct ring *ring, size_t size, off_t offset)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_POPULATE, ring->fd, offset);

	must_errno(memory == MAP_FAILED ? -1 : 0);
	return memory;
}

/* Returns whether the kernel has any. */
bool ring_open(struct ring *ring)
{
	struct io_uring_params *params = &ring->params;

	memset(params, 0, sizeof(*params));
	ring->fd = (int)syscall(SYS_io_uring_setup, RING_ENTRIES, params);
	if (ring->fd < 0)
		return false;
	ring->sq = map(ring, params->sq_off.array +
			     RING_ENTRIES * sizeof(__u32), IORING_OFF_SQ_RING);
	ring->cq = map(ring, params->cq_off.cqes + params->cq_entries *
		       sizeof(struct io_uring_cqe), IORING_OFF_CQ_RING);
	ring->sqes = map(ring, RING_ENTRIES * sizeof(struct io_uring_sqe),
			 IORING_OFF_SQES);
	return true;
}

/* Makes that memory its fixed buffer number 0. */
int ring_register(struct ring *ring, const void *buffer, size_t size)
{
	const struct iovec vec = {
		.iov_base = (void *)buffer,
		.iov_len = size,
	};
	long ret = syscall(SYS_io_uring_register, ring->fd,
			   IORING_REGISTER_BUFFERS, &vec, 1);

	return ret < 0 ? -errno : 0;
}

static __u32 *word(__u8 *base, __u32 offset)
{
	return (__u32 *)(base + offset);
}

void ring_submit(struct ring *ring, const struct io_uring_sqe *submission)
{
	__u32 *tail = word(ring->sq, ring->params.sq_off.tail);
	__u32 slot = *tail & *word(ring->sq, ring->params.sq_off.ring_mask);

	ring->sqes[slot] = *submission;
	word(ring->sq, ring->params.sq_off.array)[slot] = slot;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	check(syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0) == 1);
}

/* Waits for a completion, and returns its result. */
int ring_complete(struct ring *ring, __u64 *cookie)
{
	__u32 *head = word(ring->cq, ring->params.cq_off.head);
	__u32 mask = *word(ring->cq, ring->params.cq_off.ring_mask);
	struct io_uring_cqe *cqes = (void *)(ring->cq +
					     ring->params.cq_off.cqes);
	int ret;

	must_errno((int)syscall(SYS_io_uring_enter, ring->fd, 0, 1,
				IORING_ENTER_GETEVENTS, NULL, 0));
	check(*head != __atomic_load_n(word(ring->cq, ring->params.cq_off.tail),
				       __ATOMIC_ACQUIRE));
	ret = cqes[*head & mask].res;
	*cookie = cqes[*head & mask].user_data;
	__atomic_store_n(head, *head + 1, __ATOMIC_RELEASE);
	return ret;
}

/* How many are there and not looked at */
__u32 ring_completions(const struct ring *ring)
{
	return __atomic_load_n(word(ring->cq, ring->params.cq_off.tail),
			       __ATOMIC_ACQUIRE) -
	       *word(ring->cq, ring->params.cq_off.head);
}
