/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table for people: each column as wide as its widest text.
 *
 * Rows are collected first and printed when all are known.
 */
#ifndef TOOL_TABLE_H
#define TOOL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TABLE_COLUMNS_MAX	12

/**
 * struct table - rows of texts
 * @columns: how many columns
 * @right: bit n: column n is flush right, for numbers
 * @out: where it is printed; NULL for stdout
 * @head: printed before the first row, to make it look like a head; may be NULL
 * @plain: printed behind it, to end that
 * @cells: the texts, row by row
 * @count: how many texts
 * @room: how many there is room for
 * @width: of the columns, in characters
 * @failed: memory ran out; the table is not complete
 */
struct table {
	size_t columns;
	unsigned int right;
	FILE *out;
	const char *head;
	const char *plain;
	char **cells;
	size_t count;
	size_t room;
	size_t width[TABLE_COLUMNS_MAX];
	bool failed;
};

/**
 * table_add() - add one text to the table: the next cell of the row
 * @table: the table, initialized with its @columns and @right
 * @text: the text, UTF-8; is copied
 */
void table_add(struct table *table, const char *text);

/**
 * table_row() - add a whole row
 * @table: the table
 * @texts: as many as there are columns
 */
void table_row(struct table *table, const char *const *texts);

/**
 * table_print() - print it, and free what it holds
 * @table: the table
 *
 * Return: 0 or -ENOMEM.
 */
int table_print(struct table *table);

/**
 * table_free() - free what it holds without printing it
 * @table: the table
 */
void table_free(struct table *table);

#endif
