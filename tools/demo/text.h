/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The file whose words are counted, in a region that is cut into chunks: each piece
 * of the text is in one.
 *
 * The coordinator has a loan of each until that piece is done. Workers get views of the
 * region that cannot be written to, and leases of the chunks that come with the work.
 */
#ifndef DEMO_TEXT_H
#define DEMO_TEXT_H

#include <stddef.h>

#include <kipc.h>

/* So many pieces are enough: each is a loan */
#define TEXT_PIECES_MAX	((size_t)KIPC_LEASES_MAX)

/**
 * struct text - the file's content
 * @path: its path
 * @size: its size in bytes
 * @piece: size of a piece; the last one can be smaller
 * @count: how many pieces that makes
 * @view: the region, to write to; -1 until it is there
 * @chunks: its chunks; or NULL
 * @chunk: the chunk of each piece
 */
struct text {
	const char *path;
	size_t size;
	size_t piece;
	size_t count;
	int view;
	struct kipc_chunks *chunks;
	struct kipc_chunk *chunk;
};

/**
 * text_measure() - see how large a file is, and what pieces it makes
 * @text: where it goes
 * @path: the file; a regular one
 * @piece: the size of a piece, in bytes; it is larger if there were too many
 *
 * Return: 0 or -errno; -EINVAL for what is no regular file.
 */
int text_measure(struct text *text, const char *path, size_t piece);

/**
 * text_load() - make the region, and read the file into it
 * @text: the file, measured; to be unloaded also if this fails
 * @endpoint: in whose domain
 *
 * Return: 0 or -errno; -EIO if the file is shorter by now.
 */
int text_load(struct text *text, struct kipc *endpoint);

/**
 * text_size_of() - how large a piece is
 * @text: the file
 * @number: of the piece
 *
 * Return: its size in bytes.
 */
size_t text_size_of(const struct text *text, size_t number);

/**
 * text_done() - nobody is to get a piece any more
 * @text: the file
 * @number: of the piece
 *
 * Return: 0 or -errno.
 */
int text_done(struct text *text, size_t number);

/**
 * text_is_leased() - whether a process has a lease of a piece
 * @text: the file
 * @number: of the piece
 * @pid: the process
 *
 * Return: 1 or 0, or -errno.
 */
int text_is_leased(const struct text *text, size_t number, pid_t pid);

/**
 * text_chunks_used() - how many chunks somebody has
 * @text: the file
 *
 * Return: how many, or -errno.
 */
int text_chunks_used(const struct text *text);

/**
 * text_unload() - undo text_load()
 * @text: the file
 */
void text_unload(struct text *text);

#endif
