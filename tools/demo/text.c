// SPDX-License-Identifier: GPL-2.0-only
/* The file whose words are counted, in a region. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

#define ENTRIES	64

static size_t pieces_of(size_t size, size_t piece)
{
	return (size + piece - 1) / piece;
}

int text_measure(struct text *text, const char *path, size_t piece)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (access(path, R_OK) < 0)
		return -errno;
	*text = (struct text) {
		.path = path,
		.size = (size_t)st.st_size,
		.piece = piece,
		.view = -1,
	};
	if (pieces_of(text->size, piece) > TEXT_PIECES_MAX)
		text->piece = pieces_of(text->size, TEXT_PIECES_MAX);
	text->count = pieces_of(text->size, text->piece);
	return 0;
}

size_t text_size_of(const struct text *text, size_t number)
{
	size_t begin = number * text->piece;

	return text->size - begin < text->piece ? text->size - begin :
						  text->piece;
}

static int make_region(struct text *text, struct kipc *endpoint)
{
	const struct kipc_chunk_options options = {
		.size = text->piece,
		.count = text->count ? (unsigned int)text->count : 1,
	};
	int ret;

	text->chunk = calloc(text->count + 1, sizeof(*text->chunk));
	if (!text->chunk)
		return -ENOMEM;
	ret = kipc_region_open_chunks(endpoint, NULL, KIPC_REGION_READ |
				      KIPC_REGION_WRITE, 0, &options);
	if (ret < 0)
		return ret;
	text->view = ret;
	return kipc_chunks_new(text->view, options.count, &text->chunks);
}

static int read_piece(int fd, char *to, size_t size)
{
	ssize_t got;

	for (; size; to += got, size -= (size_t)got) {
		got = read(fd, to, size);
		if (got < 0)
			return -errno;
		if (!got)
			return -EIO;
	}
	return 0;
}

/* The file goes into the region, and from there nowhere. */
static int fill(struct text *text, int fd)
{
	int ret = 0;

	for (size_t i = 0; i < text->count && !ret; i++) {
		ret = kipc_chunk_loan(text->chunks, &text->chunk[i]);
		if (!ret)
			ret = read_piece(fd, text->chunk[i].data,
					 text_size_of(text, i));
	}
	return ret;
}

int text_load(struct text *text, struct kipc *endpoint)
{
	int fd = open(text->path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = make_region(text, endpoint);
	if (!ret)
		ret = fill(text, fd);
	close(fd);
	return ret;
}

int text_done(struct text *text, size_t number)
{
	return kipc_chunk_release(text->chunks, &text->chunk[number]);
}

int text_is_leased(const struct text *text, size_t number, pid_t pid)
{
	struct kipc_chunk_entry entries[ENTRIES];
	uint64_t cursor = 0;
	int count;

	do {
		count = kipc_chunk_list(text->view, entries, ENTRIES, &cursor);
		for (int i = 0; i < count; i++) {
			if (entries[i].chunk == text->chunk[number].number &&
			    entries[i].state == KIPC_CHUNK_LEASED &&
			    (pid_t)entries[i].pid == pid)
				return 1;
		}
	} while (count >= 0 && cursor);
	return count < 0 ? count : 0;
}

int text_chunks_used(const struct text *text)
{
	struct kipc_region_info info;
	int ret = kipc_region_info(text->view, &info);

	return ret < 0 ? ret : (int)(info.chunks - info.chunks_free);
}

void text_unload(struct text *text)
{
	kipc_chunks_free(text->chunks);
	text->chunks = NULL;
	if (text->view >= 0)
		close(text->view);
	text->view = -1;
	free(text->chunk);
	text->chunk = NULL;
}
