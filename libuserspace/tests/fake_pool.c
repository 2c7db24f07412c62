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

int fake_slice_new(struct fake_endpoint *endpoint, size_t size, __u64 *offset)
{
	if (size > endpoint->pool_size)
		return -EMSGSIZE;
	for (int i = 0; i < POOL_SLICES; i++) {
		struct fake_slice *slice = &endpoint->slices[i];

		if (slice->size)
			continue;
		*offset = find_room(endpoint, size);
		if (*offset + size > endpoint->pool_size)
			return -EAGAIN;
		slice->offset = *offset;
		slice->size = size;
		return 0;
	}
	return -EAGAIN;
}

int fake_slice_free(struct fake_endpoint *endpoint, __u64 offset)
{
	for (int i = 0; i < POOL_SLICES; i++) {
		struct fake_slice *slice = &endpoint->slices[i];

		if (!slice->size || slice->offset != offset)
			continue;
		memset(endpoint->pool + offset, FREED, slice->size);
		slice->size = 0;
		return 0;
	}
	return -ENXIO;
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

int fake_bring(struct fake_endpoint *from, struct fake_endpoint *to,
	       const struct fake_content *content, __u64 *offset, __u64 *size)
{
	size_t total;
	int ret;

	*offset = 0;
	*size = content_size(content);
	total = *size + content->attachment_count *
			sizeof(struct kipc_attachment);
	if (!total)
		return 0;
	if (content->attachment_count)
		total += align8(*size) - *size;
	ret = fake_slice_new(to, total, offset);
	if (ret)
		return ret;
	copy_payload(to->pool + *offset, content);
	ret = install_all(from, to, content,
			  to->pool + *offset + align8(*size));
	if (ret)
		fake_slice_free(to, *offset);
	return ret;
}
