// SPDX-License-Identifier: GPL-2.0-only
/* A table for people: each column as wide as its widest text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "table.h"

/* How many characters: bytes that do not continue a UTF-8 sequence */
static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += (*text & 0xc0) != 0x80;
	return count;
}

static int grow(struct table *table)
{
	size_t room = table->room ? 2 * table->room : 64;
	char **cells;

	if (table->count < table->room)
		return 0;
	cells = reallocarray(table->cells, room, sizeof(*cells));
	if (!cells)
		return -ENOMEM;
	table->cells = cells;
	table->room = room;
	return 0;
}

void table_add(struct table *table, const char *text)
{
	size_t column = table->count % table->columns;
	size_t width = characters(text);
	char *copy = strdup(text);

	if (!copy || grow(table) < 0) {
		free(copy);
		table->failed = true;
		return;
	}
	table->cells[table->count++] = copy;
	if (width > table->width[column])
		table->width[column] = width;
}

void table_row(struct table *table, const char *const *texts)
{
	for (size_t i = 0; i < table->columns; i++)
		table_add(table, texts[i]);
}

static void print_cell(const struct table *table, size_t index)
{
	const char *text = table->cells[index];
	size_t column = index % table->columns;
	bool last = column == table->columns - 1;
	int pad = (int)(table->width[column] - characters(text));
	FILE *out = table->out ?: stdout;

	if (!index && table->head)
		fputs(table->head, out);
	if (table->right & (1U << column))
		fprintf(out, "%*s%s", pad, "", text);
	else
		fprintf(out, "%s%*s", text, last ? 0 : pad, "");
	if (index == table->columns - 1 && table->head)
		fputs(table->plain, out);
	fputs(last ? "\n" : "  ", out);
}

int table_print(struct table *table)
{
	for (size_t i = 0; !table->failed && i < table->count; i++)
		print_cell(table, i);
	table_free(table);
	return table->failed ? -ENOMEM : 0;
}

void table_free(struct table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->cells[i]);
	free(table->cells);
	table->cells = NULL;
	table->count = 0;
}
