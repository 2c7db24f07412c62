// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* Chunks of regions: loans and leases. */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chunk.h"
#include "endpoint.h"
#include "region.h"
#include "request.h"
#include "sys.h"

#define OPEN_FLAGS	(KIPC_REGION_READ | KIPC_REGION_WRITE | \
			 KIPC_REGION_EXCLUSIVE | KIPC_REGION_HUGE)

/**
 * struct kipc_chunks - the chunks of a region, as this process has them
 * @view: descriptor of the view, the library's own
 * @cookie: the process's word for the region, unlike that of any other; it has @view in it
 * @info: of the view, as it was in the beginning
 * @memory: where it is mapped
 * @size: its size in bytes
 */
struct kipc_chunks {
	int view;
	uint64_t cookie;
	struct kipc_region_info info;
	unsigned char *memory;
	size_t size;
};

static uint64_t round_up(uint64_t size, uint64_t to)
{
	return (size + to - 1) / to * to;
}

int kipc_region_open_chunks(struct kipc *endpoint, const char *name,
			    unsigned int flags, mode_t mode,
			    const struct kipc_chunk_options *options)
{
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	struct kipc_region_open open = {
		.flags = flags | KIPC_REGION_CREATE,
		.mode = mode,
		.leases_max = options->leases_max,
	};
	int ret;

	if (flags & ~OPEN_FLAGS || !options->size || !options->count ||
	    options->size > KIPC_REGION_SIZE_MAX ||
	    options->count > KIPC_CHUNKS_MAX)
		return -EINVAL;
	open.chunk_size = round_up(options->size, KIPC_CHUNK_ALIGN);
	open.size = round_up(open.chunk_size * options->count, page);
	if (name) {
		ret = kipc_region_set_name(&open, name);
		if (ret)
			return ret;
	}
	ret = kipc_device_command(endpoint, KIPC_REGION_OPEN, &open);
	return ret < 0 ? ret : open.fd;
}

/*
 * A descriptor's number is soon another's; so what came before that is not taken for what
 * came after, there is another number above it.
 */
static uint64_t new_cookie(int view)
{
	static uint32_t last;

	return (uint64_t)__atomic_add_fetch(&last, 1, __ATOMIC_RELAXED) << 32 |
	       (uint32_t)view;
}

static int view_of(uint64_t cookie)
{
	return (int)(uint32_t)cookie;
}

/* A descriptor of its own for the view, and nothing else yet */
static int begin(struct kipc_chunks *chunks, int view)
{
	int ret = kipc_region_info(view, &chunks->info);

	if (ret < 0)
		return ret;
	if (!chunks->info.chunks)
		return -EPROTOTYPE;
	chunks->view = fcntl(view, F_DUPFD_CLOEXEC, 0);
	if (chunks->view < 0)
		return -errno;
	chunks->cookie = new_cookie(chunks->view);
	return 0;
}

static int hold(const struct kipc_chunks *chunks, unsigned int leases)
{
	struct kipc_region_hold arg = {
		.leases = leases,
		.cookie = leases ? chunks->cookie : 0,
	};

	return kipc_sys_ioctl(chunks->view, KIPC_REGION_HOLD, &arg);
}

int kipc_chunks_new(int view, unsigned int leases, struct kipc_chunks **result)
{
	struct kipc_chunks *chunks;
	int ret;

	if (!leases)
		return -EINVAL;
	chunks = calloc(1, sizeof(*chunks));
	if (!chunks)
		return -ENOMEM;
	ret = begin(chunks, view);
	if (ret < 0)
		goto err_chunks;
	ret = kipc_region_map(chunks->view, (void **)&chunks->memory,
			      &chunks->size);
	if (ret < 0)
		goto err_view;
	ret = hold(chunks, leases);
	if (ret < 0)
		goto err_memory;
	*result = chunks;
	return 0;

err_memory:
	munmap(chunks->memory, chunks->size);
err_view:
	kipc_sys_close(chunks->view);
err_chunks:
	free(chunks);
	return ret;
}

void kipc_chunks_free(struct kipc_chunks *chunks)
{
	if (!chunks)
		return;
	/* The caller may have another descriptor of the view. */
	hold(chunks, 0);
	munmap(chunks->memory, chunks->size);
	kipc_sys_close(chunks->view);
	free(chunks);
}

/* Where a chunk of the region is in the mapping; all of it is in the view */
static void *address_of(const struct kipc_chunks *chunks, uint32_t number)
{
	return chunks->memory + number * chunks->info.chunk_size -
	       chunks->info.offset;
}

static bool is_in_view(const struct kipc_chunks *chunks, uint32_t number)
{
	const struct kipc_region_info *info = &chunks->info;
	uint64_t begin = number * info->chunk_size;

	return begin >= info->offset &&
	       begin + info->chunk_size <= info->offset + info->size;
}

static void set(const struct kipc_chunks *chunks, struct kipc_chunk *chunk,
		uint32_t number, uint32_t lease)
{
	*chunk = (struct kipc_chunk) {
		.data = address_of(chunks, number),
		.size = chunks->info.chunk_size,
		.number = number,
		.lease = lease,
	};
}

static int loan(const struct kipc_chunks *chunks, uint32_t release,
		struct kipc_chunk *chunk)
{
	struct kipc_chunk_loan arg = { .release = release };
	int ret = kipc_sys_ioctl(chunks->view, KIPC_CHUNK_LOAN, &arg);

	if (!ret)
		set(chunks, chunk, arg.chunk, arg.lease);
	return ret;
}

int kipc_chunk_loan(struct kipc_chunks *chunks, struct kipc_chunk *chunk)
{
	return loan(chunks, 0, chunk);
}

int kipc_chunk_next(struct kipc_chunks *chunks, struct kipc_chunk *chunk)
{
	return loan(chunks, chunk->lease, chunk);
}

int kipc_chunk_take(struct kipc_chunks *chunks,
		    const struct kipc_attachment *attachment,
		    struct kipc_chunk *chunk)
{
	if (attachment->type != KIPC_ATTACH_CHUNK)
		return -EBADF;
	if (!attachment->lease || attachment->cookie != chunks->cookie)
		return -ENOTCONN;
	/* So the kernel has promised. */
	if (!is_in_view(chunks, attachment->id))
		return -EPROTO;
	set(chunks, chunk, attachment->id, attachment->lease);
	return 0;
}

static int release(int view, uint32_t lease)
{
	struct kipc_chunk_release arg = {
		.count = 1,
		.leases = (uintptr_t)&lease,
	};

	return kipc_sys_ioctl(view, KIPC_CHUNK_RELEASE, &arg);
}

int kipc_chunk_release(struct kipc_chunks *chunks, struct kipc_chunk *chunk)
{
	int ret = release(chunks->view, chunk->lease);

	if (!ret)
		*chunk = (struct kipc_chunk) { 0 };
	return ret;
}

int kipc_chunk_list(int view, struct kipc_chunk_entry *entries,
		    unsigned int count, uint64_t *cursor)
{
	struct kipc_chunk_list arg = {
		.count = count,
		.entries = (uintptr_t)entries,
		.cursor = *cursor,
	};
	int ret = kipc_sys_ioctl(view, KIPC_CHUNK_LIST, &arg);

	if (ret < 0)
		return ret;
	*cursor = arg.cursor;
	return (int)arg.listed;
}

void kipc_attachment_set_chunk(struct kipc_attachment *attachment,
			       const struct kipc_chunks *chunks,
			       const struct kipc_chunk *chunk)
{
	*attachment = (struct kipc_attachment) {
		.type = KIPC_ATTACH_CHUNK,
		.id = (uint32_t)chunks->view,
		.lease = chunk->lease,
	};
}

/**
 * kipc_chunk_discard() - give back a chunk that came with a message
 * @attachment: the chunk
 *
 * If its view is not there any more, neither is the lease.
 */
void kipc_chunk_discard(const struct kipc_attachment *attachment)
{
	if (attachment->lease)
		release(view_of(attachment->cookie), attachment->lease);
}
