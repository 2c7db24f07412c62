/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The directory: whose an endpoint is, and how a node is called.
 *
 * It is filled by a census and by debugfs, and from then on by the events of a
 * tap that was opened before. What was closed is remembered for a while: there
 * are still things to be said about it.
 */
#ifndef TOOL_DIRECTORY_H
#define TOOL_DIRECTORY_H

#include <sys/types.h>

#include "event.h"
#include "map.h"
#include "proc.h"

/* Room for what directory_party() and directory_object() make, with its end */
#define DIRECTORY_TEXT_MAX	(KIPC_NAME_MAX + 64)

/**
 * struct party - an endpoint, and whose it is
 * @item: in the directory, by number
 * @domain: number of its domain
 * @pid: the process; 0 if that is not known
 * @name: the process's name
 * @closed: it is closed
 */
struct party {
	struct map_item item;
	uint64_t domain;
	pid_t pid;
	char name[PROC_NAME_MAX];
	bool closed;
};

/**
 * struct directory - the directory
 * @device: which files are endpoints
 * @parties: struct party by endpoint
 * @names: of nodes, by endpoint and node
 * @closed: how many parties are closed
 * @read: when debugfs was read, as of tap_now()
 */
struct directory {
	dev_t device;
	struct lh_table *parties;
	struct lh_table *names;
	size_t closed;
	uint64_t read;
};

/**
 * struct directory_name - how a node is called
 * @item: in the directory, by endpoint and node
 * @name: one of its names
 */
struct directory_name {
	struct map_item item;
	char name[];
};

/**
 * directory_init() - learn what is there
 * @directory: to be filled in; to be freed also after an error
 * @device: from census_device()
 *
 * Return: 0 or -ENOMEM.
 */
int directory_init(struct directory *directory, dev_t device);

/**
 * directory_deinit() - forget everything
 * @directory: from directory_init()
 */
void directory_deinit(struct directory *directory);

/**
 * directory_learn_all() - learn what is there once more
 * @directory: the directory
 *
 * For when events were lost.
 */
void directory_learn_all(struct directory *directory);

/**
 * directory_learn() - learn from an event
 * @directory: the directory
 * @event: the event
 */
void directory_learn(struct directory *directory, const struct event *event);

/**
 * directory_find() - whose an endpoint is
 * @directory: the directory
 * @endpoint: the endpoint
 *
 * Return: what is known; NULL if nothing is.
 */
const struct party *directory_find(const struct directory *directory,
				   uint64_t endpoint);

/**
 * directory_name() - how a node is called
 * @directory: the directory
 * @endpoint: its owner
 * @node: its number there
 *
 * Return: its name, which the next learning may take away; NULL if it has none
 * that is known.
 */
const char *directory_name(struct directory *directory, uint64_t endpoint,
			   uint32_t node);

/**
 * directory_party() - an endpoint's process, for people: client[812]
 * @directory: the directory
 * @endpoint: the endpoint
 * @text: where it goes, DIRECTORY_TEXT_MAX bytes
 *
 * Return: @text.
 */
const char *directory_party(const struct directory *directory,
			    uint64_t endpoint, char *text);

/**
 * directory_object() - a node, for people: its name, or whose it is
 * @directory: the directory
 * @endpoint: its owner
 * @node: its number there
 * @text: where it goes, DIRECTORY_TEXT_MAX bytes
 *
 * Return: @text.
 */
const char *directory_object(struct directory *directory, uint64_t endpoint,
			     uint32_t node, char *text);

#endif
