// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The fake kernel's pools, and how messages get into them. */

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "fake_state.h"

#define FREED	0xdd

static size_t align8(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* The lowest offset at which so many bytes are free */
static size_t find_room(const struct fake_endpoint *endpoint, size_t size)
{
	size_t offset = 0;

	for (int i = 0; i < POOL_SLICES; i++) {
		const struct fake_slice *slice = &endpoint->slices[i];

		if (slice->size && slice->offset < offset + size &&
		    offset < slice->offset + slice->size) {
			offset = align8(slice->offset + slice->size);
			i = -1;
		}
	}
	return offset;
}

/* One-way messages take at most half of the pool */
static bool has_room_for_one_way(const struct fake_endpoint *endpoint,
				 size_t size)
{
	for (int i = 0; i < POOL_SLICES; i++)
		if (endpoint->slices[i].size && endpoint->slices[i].node)
			size += endpoint->slices[i].size;
	return size <= endpoint->pool_size / 2;
}

static struct fake_slice *find_unused(struct fake_endpoint *endpoint)
{
	for (int i = 0; i < POOL_SLICES; i++)
		if (!endpoint->slices[i].size)
			return &endpoint->slices[i];
	return NULL;
}

static struct fake_slice *find_slice(struct fake_endpoint *endpoint,
				     __u64 offset)
{
	for (int i = 0; i < POOL_SLICES; i++)
		if (endpoint->slices[i].size &&
		    endpoint->slices[i].offset == offset)
			return &endpoint->slices[i];
	return NULL;
}

static int slice_new(struct fake_endpoint *endpoint, size_t size, __u32 node,
		     struct fake_slice **result)
{
	struct fake_slice *slice = find_unused(endpoint);
	size_t offset = find_room(endpoint, size);

	if (size > endpoint->pool_size)
		return -EMSGSIZE;
	if (!slice || offset + size > endpoint->pool_size)
		return -EAGAIN;
	if (node && !has_room_for_one_way(endpoint, size))
		return -EAGAIN;
	*slice = (struct fake_slice) {
		.offset = offset,
		.size = size,
		.node = node,
	};
	*result = slice;
	return 0;
}

int fake_slice_free(struct fake_endpoint *endpoint, __u64 offset)
{
	struct fake_slice *slice = find_slice(endpoint, offset);

	if (!slice)
		return -ENXIO;
	memset(endpoint->pool + offset, slice->is_wiped ? 0 : FREED,
	       slice->size);
	slice->size = 0;
	if (slice->is_received) {
		fake.nodes[slice->node].held--;
		pthread_cond_broadcast(&fake.changed);
	}
	return 0;
}

/* Along with a command, if its flags say so */
int fake_slice_free_with(struct fake_endpoint *endpoint, __u32 *flags,
			 __u64 offset)
{
	int ret;

	if (!(*flags & KIPC_FREE_SLICE))
		return 0;
	ret = fake_slice_free(endpoint, offset);
	if (!ret)
		*flags &= ~KIPC_FREE_SLICE;
	return ret;
}

int fake_slices_free(struct fake_endpoint *endpoint, struct kipc_free *command)
{
	const __u64 *offsets = (void *)(uintptr_t)command->offsets;
	int ret = 0;

	command->freed = 0;
	while (!ret && command->freed < command->count) {
		ret = fake_slice_free(endpoint, offsets[command->freed]);
		command->freed += !ret;
	}
	return ret;
}

/* A one-way message was received: none for its node until this one is freed */
void fake_slice_receive(struct fake_endpoint *endpoint, __u64 offset)
{
	struct fake_slice *slice = find_slice(endpoint, offset);

	slice->is_received = true;
	fake.nodes[slice->node].held++;
}

static size_t content_size(const struct fake_content *content)
{
	const struct kipc_vec *vec = (void *)(uintptr_t)content->data;
	size_t size = 0;

	if (!(content->flags & KIPC_VEC))
		return content->data_size;
	for (size_t i = 0; i < content->data_size; i++)
		size += vec[i].size;
	return size;
}

static void copy(unsigned char *to, __u64 from, size_t size)
{
	if (size)
		memcpy(to, (void *)(uintptr_t)from, size);
}

static void copy_payload(unsigned char *to, const struct fake_content *content)
{
	const struct kipc_vec *vec = (void *)(uintptr_t)content->data;

	if (!(content->flags & KIPC_VEC)) {
		copy(to, content->data, content->data_size);
		return;
	}
	for (size_t i = 0; i < content->data_size; i++) {
		copy(to, vec[i].base, vec[i].size);
		to += vec[i].size;
	}
}

/* A node comes home, or its handle arrives */
static void install_node(struct fake_endpoint *to, __u32 node,
			 struct kipc_attachment *out)
{
	if (fake.nodes[node].owner == to) {
		*out = (struct kipc_attachment) {
			.type = KIPC_ATTACH_NODE,
			.cookie = fake.nodes[node].cookie,
		};
		return;
	}
	out->type = KIPC_ATTACH_HANDLE;
	out->id = fake_handle_add(to, node, out->rights);
}

static int install(struct fake_endpoint *from, struct fake_endpoint *to,
		   struct kipc_attachment *out)
{
	__u32 node;
	int ret;

	switch (out->type) {
	case KIPC_ATTACH_FD:
		ret = dup((int)out->id);
		if (ret < 0)
			return -errno;
		out->id = (__u32)ret;
		return 0;
	case KIPC_ATTACH_HANDLE:
		ret = fake_handle_node(from, out->id, KIPC_RIGHT_GRANT, &node);
		if (ret)
			return ret;
		install_node(to, node, out);
		return 0;
	case KIPC_ATTACH_NODE:
		install_node(to, out->id, out);
		return 0;
	default:
		return -EINVAL;
	}
}

static int install_all(struct fake_endpoint *from, struct fake_endpoint *to,
		       const struct fake_content *content, unsigned char *at)
{
	const struct kipc_attachment *in =
		(void *)(uintptr_t)content->attachments;

	for (__u32 i = 0; i < content->attachment_count; i++) {
		struct kipc_attachment out = in[i];
		int ret = install(from, to, &out);

		if (ret)
			return ret;
		memcpy(at + i * sizeof(out), &out, sizeof(out));
	}
	return 0;
}

/* Into a struct rather than into the pool, if that is wished for and it fits */
bool fake_bring_small(const struct fake_content *content, __u64 *size)
{
	*size = content_size(content);
	if (!content->small || !*size || *size > KIPC_SMALL_MAX ||
	    content->attachment_count || content->label ||
	    content->flags & KIPC_CLEAR)
		return false;
	copy_payload(content->small, content);
	return true;
}

/* How large the slice is to be; 0 if there is to be none */
static size_t slice_size(const struct fake_content *content, size_t payload)
{
	size_t behind = content->attachment_count *
			sizeof(struct kipc_attachment);

	if (content->label)
		behind += strlen(content->label);
	if (behind)
		return align8(payload) + behind;
	return !payload && content->one_way_node ? 1 : payload;
}

static void copy_label(unsigned char *to, const struct fake_content *content)
{
	to += content->attachment_count * sizeof(struct kipc_attachment);
	if (content->label)
		memcpy(to, content->label, strlen(content->label));
}

int fake_bring(struct fake_endpoint *from, struct fake_endpoint *to,
	       const struct fake_content *content, __u64 *offset, __u64 *size)
{
	struct fake_slice *slice;
	unsigned char *behind;
	size_t total;
	int ret;

	*offset = 0;
	*size = content_size(content);
	total = slice_size(content, *size);
	if (!total)
		return 0;
	ret = slice_new(to, total, content->one_way_node, &slice);
	if (ret)
		return ret;
	*offset = slice->offset;
	behind = to->pool + *offset + align8(*size);
	copy_payload(to->pool + *offset, content);
	copy_label(behind, content);
	ret = install_all(from, to, content, behind);
	if (ret)
		fake_slice_free(to, *offset);
	else
		slice->is_wiped = content->flags & KIPC_CLEAR;
	return ret;
}
