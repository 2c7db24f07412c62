// SPDX-License-Identifier: GPL-2.0-only
/* The file whose words are counted, in memory. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static int map(struct text *text, int fd)
{
	struct stat st;
	void *data;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	text->data = NULL;
	text->size = (size_t)st.st_size;
	if (!text->size)
		return 0;
	data = mmap(NULL, text->size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	text->data = data;
	return 0;
}

int text_map(struct text *text, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret;

	if (fd < 0)
		return -errno;
	ret = map(text, fd);
	close(fd);
	return ret;
}

void text_unmap(struct text *text)
{
	if (text->data)
		munmap((void *)text->data, text->size);
	text->data = NULL;
}
