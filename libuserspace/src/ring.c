// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Rings: made in memory or in a region, attached to, left. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "futex.h"
#include "peer.h"
#include "ring.h"

/* Looks before it sleeps: first, and at most; that is some 20 microseconds */
#define SPIN_FIRST	64
#define SPIN_MAX	512
/* How long a name's opener sleeps at most before it looks whether there is a ring */
#define OPEN_SLICE_NS	100000000ULL

#define BOTH		(KIPC_REGION_READ | KIPC_REGION_WRITE)

/**
 * struct shape - what a ring is like
 * @producers: how many lanes there are
 * @consumers: how many consumers there can be
 * @size: of a lane
 */
struct shape {
	uint32_t producers;
	uint32_t consumers;
	uint64_t size;
};

static bool is_valid(const struct shape *shape)
{
	return shape->producers && shape->producers <= KIPC_RING_SIDE_MAX &&
	       shape->consumers && shape->consumers <= KIPC_RING_SIDE_MAX &&
	       shape->size >= KIPC_RING_SIZE_MIN &&
	       shape->size <= KIPC_RING_SIZE_MAX &&
	       !(shape->size & (shape->size - 1));
}

/* Where the lanes begin */
static size_t lanes_offset(const struct shape *shape)
{
	size_t end = sizeof(struct kipc_ring_shared) +
		     ((size_t)shape->producers + shape->consumers) *
		     sizeof(uint64_t);

	return (end + KIPC_RING_LINE - 1) & ~(size_t)(KIPC_RING_LINE - 1);
}

/* Where the records begin */
static size_t bytes_offset(const struct shape *shape)
{
	return lanes_offset(shape) +
	       shape->producers * sizeof(struct kipc_ring_lane);
}

static uint64_t total(const struct shape *shape)
{
	return bytes_offset(shape) + shape->producers * shape->size;
}

static bool shape_of(const struct kipc_ring_options *options,
		     struct shape *shape)
{
	*shape = (struct shape){
		.producers = options->producers,
		.consumers = options->consumers,
		.size = options->size,
	};
	return is_valid(shape);
}

size_t kipc_ring_memory(const struct kipc_ring_options *options)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct shape shape;
	uint64_t size;

	if (!shape_of(options, &shape))
		return 0;
	size = (total(&shape) + page - 1) & ~(page - 1);
	return size <= SIZE_MAX / 2 ? (size_t)size : 0;
}

static bool is_aligned(const void *memory)
{
	return !((uintptr_t)memory & (KIPC_RING_LINE - 1));
}

int kipc_ring_init(void *memory, size_t size,
		   const struct kipc_ring_options *options)
{
	struct kipc_ring_shared *shared = memory;
	struct shape shape;

	if (!shape_of(options, &shape) || !is_aligned(memory))
		return -EINVAL;
	if (total(&shape) > size)
		return -ENOSPC;
	__atomic_store_n(&shared->magic, 0, __ATOMIC_SEQ_CST);
	memset(memory, 0, bytes_offset(&shape));
	shared->producers = shape.producers;
	shared->consumers = shape.consumers;
	shared->size = shape.size;
	/* Pairs with read_shape(). */
	__atomic_store_n(&shared->magic, KIPC_RING_MAGIC, __ATOMIC_SEQ_CST);
	kipc_futex_wake(&shared->magic, UINT32_MAX);
	return 0;
}

/* The only time that the shape is read */
static int read_shape(struct kipc_ring_shared *shared, size_t size,
		      struct shape *shape)
{
	uint32_t magic;

	if (size < sizeof(*shared))
		return -EINVAL;
	/* Pairs with kipc_ring_init(). */
	magic = __atomic_load_n(&shared->magic, __ATOMIC_SEQ_CST);
	if (magic != KIPC_RING_MAGIC)
		return magic ? -EINVAL : -ENODATA;
	shape->producers = __atomic_load_n(&shared->producers,
					   __ATOMIC_RELAXED);
	shape->consumers = __atomic_load_n(&shared->consumers,
					   __ATOMIC_RELAXED);
	shape->size = __atomic_load_n(&shared->size, __ATOMIC_RELAXED);
	return is_valid(shape) && total(shape) <= size ? 0 : -EINVAL;
}

static struct kipc_ring *new_ring(struct kipc_ring_shared *shared,
				  const struct shape *shape,
				  enum kipc_ring_role role)
{
	unsigned int lanes = role == KIPC_RING_CONSUMER ? shape->producers : 0;
	struct kipc_ring *ring;

	ring = calloc(1, sizeof(*ring) + lanes * sizeof(ring->positions[0]));
	if (!ring)
		return NULL;
	ring->shared = shared;
	ring->lanes = (void *)((unsigned char *)shared + lanes_offset(shape));
	ring->bytes = (unsigned char *)shared + bytes_offset(shape);
	ring->size = shape->size;
	ring->record_max = shape->size / 2 - KIPC_RING_ALIGN;
	ring->producers = shape->producers;
	ring->consumers = shape->consumers;
	ring->role = role;
	ring->mark = kipc_peer_self();
	ring->view = -1;
	/* On a single CPU the other side does not run meanwhile. */
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1) {
		ring->spin = SPIN_FIRST;
		ring->spin_max = SPIN_MAX;
	}
	return ring;
}

static uint64_t align_down(uint64_t position)
{
	return position & ~(uint64_t)(KIPC_RING_ALIGN - 1);
}

/*
 * Goes on where the lane's last producer was. Both pair with what moved the positions. If they
 * make no sense, what was in the lane is dropped.
 */
static void take_lane(struct kipc_ring *ring)
{
	struct kipc_ring_lane *lane = &ring->lanes[ring->place];

	ring->lane = lane;
	ring->own = kipc_ring_lane_bytes(ring, ring->place);
	ring->head = align_down(__atomic_load_n(&lane->head, __ATOMIC_SEQ_CST));
	ring->tail = __atomic_load_n(&lane->tail, __ATOMIC_SEQ_CST);
	if (!kipc_ring_plausible(ring, ring->head, ring->tail))
		ring->tail = ring->head;
	__atomic_store_n(&lane->tail, ring->tail, __ATOMIC_SEQ_CST);
}

/* Goes on where the last consumer was. Pairs with what moved the head. */
static void take_heads(struct kipc_ring *ring)
{
	for (unsigned int i = 0; i < ring->producers; i++) {
		struct kipc_ring_position *position = &ring->positions[i];

		position->head =
			align_down(__atomic_load_n(&ring->lanes[i].head,
						   __ATOMIC_SEQ_CST));
		position->tail = position->head;
		position->bytes = kipc_ring_lane_bytes(ring, i);
	}
}

static uint64_t *my_places(struct kipc_ring *ring, unsigned int *count)
{
	bool consumes = ring->role == KIPC_RING_CONSUMER;

	*count = consumes ? ring->consumers : ring->producers;
	return ring->shared->places + (consumes ? ring->producers : 0);
}

/* Takes a place, then says that there was one of these. */
static int join(struct kipc_ring *ring)
{
	unsigned int count;
	uint64_t *places = my_places(ring, &count);
	int place = kipc_peer_claim(places, count, ring->mark);

	if (place < 0)
		return place;
	ring->place = (unsigned int)place;
	/* Pairs with deserted() in ring_wait.c. */
	__atomic_fetch_or(&ring->shared->had, KIPC_RING_HAD(ring->role),
			  __ATOMIC_SEQ_CST);
	if (ring->role == KIPC_RING_CONSUMER)
		take_heads(ring);
	else
		take_lane(ring);
	return 0;
}

int kipc_ring_attach(void *memory, size_t size, enum kipc_ring_role role,
		     struct kipc_ring **ring)
{
	struct kipc_ring *new;
	struct shape shape;
	int ret;

	if (!is_aligned(memory) ||
	    (role != KIPC_RING_PRODUCER && role != KIPC_RING_CONSUMER))
		return -EINVAL;
	ret = read_shape(memory, size, &shape);
	if (ret)
		return ret;
	new = new_ring(memory, &shape, role);
	if (!new)
		return -ENOMEM;
	ret = join(new);
	if (ret) {
		free(new);
		return ret;
	}
	*ring = new;
	return 0;
}

static int init_view(int view, const struct kipc_ring_options *options)
{
	void *memory;
	size_t size;
	int ret = kipc_region_map(view, &memory, &size);

	if (ret)
		return ret;
	ret = kipc_ring_init(memory, size, options);
	munmap(memory, size);
	return ret;
}

int kipc_ring_create(struct kipc *endpoint, const char *name, mode_t mode,
		     const struct kipc_ring_options *options)
{
	size_t size = kipc_ring_memory(options);
	int view, ret;

	if (!size)
		return -EINVAL;
	view = kipc_region_open(endpoint, name, BOTH | KIPC_REGION_CREATE |
				KIPC_REGION_EXCLUSIVE, mode, size);
	if (view < 0)
		return view;
	ret = init_view(view, options);
	if (!ret)
		return view;
	if (name)
		kipc_region_unlink(endpoint, name);
	close(view);
	return ret;
}

/* Attaches as soon as there is a ring */
static int wait_and_attach(void *memory, size_t size, enum kipc_ring_role role,
			   uint64_t deadline, struct kipc_ring **ring)
{
	struct kipc_ring_shared *shared = memory;
	uint64_t end;
	int ret;

	for (;;) {
		ret = kipc_ring_attach(memory, size, role, ring);
		if (ret != -ENODATA || deadline == KIPC_NO_WAIT)
			return ret;
		if (!kipc_deadline_remaining(deadline))
			return -ETIMEDOUT;
		end = kipc_deadline_ns(OPEN_SLICE_NS);
		if (deadline != KIPC_FOREVER && deadline < end)
			end = deadline;
		/* Memory that is new is 0, and so is a ring that is being made. */
		if (kipc_futex_wait(&shared->magic, 0, end) == -EINTR)
			return -EINTR;
	}
}

static int check_view(int view)
{
	struct kipc_region_info info;
	int ret = kipc_region_info(view, &info);

	if (ret)
		return ret;
	return info.rights & KIPC_REGION_WRITE &&
	       !(info.seals & (KIPC_REGION_SEAL_WRITE |
			       KIPC_REGION_SEAL_FUTURE_WRITE)) ? 0 : -EACCES;
}

int kipc_ring_open(int view, enum kipc_ring_role role, uint64_t deadline,
		   struct kipc_ring **ring)
{
	int ret = check_view(view), own;
	void *memory;
	size_t size;

	if (ret)
		return ret;
	own = fcntl(view, F_DUPFD_CLOEXEC, 0);
	if (own < 0)
		return -errno;
	ret = kipc_region_map(own, &memory, &size);
	if (ret)
		goto err_close;
	ret = wait_and_attach(memory, size, role, deadline, ring);
	if (ret)
		goto err_unmap;
	(*ring)->view = own;
	(*ring)->mapped = size;
	return 0;

err_unmap:
	munmap(memory, size);
err_close:
	close(own);
	return ret;
}

/* Wakes those who wait for this side, so that they see that it has left */
static void wake_others(struct kipc_ring *ring)
{
	if (ring->role == KIPC_RING_PRODUCER) {
		if (__atomic_load_n(&ring->shared->doorbell, __ATOMIC_SEQ_CST))
			kipc_ring_wake(&ring->shared->doorbell, UINT32_MAX);
		return;
	}
	for (unsigned int i = 0; i < ring->producers; i++) {
		if (__atomic_load_n(&ring->lanes[i].hungry, __ATOMIC_SEQ_CST))
			kipc_ring_wake(&ring->lanes[i].hungry, 1);
	}
}

static void leave(struct kipc_ring *ring)
{
	unsigned int count;
	uint64_t *places = my_places(ring, &count);

	if (ring->role == KIPC_RING_PRODUCER)
		kipc_ring_flush(ring);
	kipc_peer_leave(&places[ring->place], ring->mark);
	wake_others(ring);
}

void kipc_ring_detach(struct kipc_ring *ring)
{
	if (!ring)
		return;
	if (kipc_peer_same_process(ring->mark) &&
	    kipc_ring_ask_view(ring) != -EKEYREVOKED)
		leave(ring);
	if (ring->mapped)
		munmap(ring->shared, ring->mapped);
	if (ring->view >= 0)
		close(ring->view);
	free(ring);
}

size_t kipc_ring_record_max(const struct kipc_ring *ring)
{
	return (size_t)ring->record_max;
}
