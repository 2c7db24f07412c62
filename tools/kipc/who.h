/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom the user means: a name (and those below it), a process by its number, or
 * an endpoint by its number behind an @.
 */
#ifndef TOOL_WHO_H
#define TOOL_WHO_H

#include <stdbool.h>
#include <stdint.h>

#include "directory.h"

/**
 * enum who_kind - what somebody is meant by
 * @WHO_ALL: all are meant
 * @WHO_NAME: a name
 * @WHO_PROCESS: a process
 * @WHO_ENDPOINT: an endpoint
 */
enum who_kind {
	WHO_ALL,
	WHO_NAME,
	WHO_PROCESS,
	WHO_ENDPOINT,
};

/**
 * struct who - who is meant
 * @kind: by what
 * @text: as the user wrote it
 * @number: of the process or the endpoint
 */
struct who {
	enum who_kind kind;
	const char *text;
	uint64_t number;
};

/* For --help */
#define WHO_DOC \
	"Somebody is meant by a NAME, which stands for those below it, too; by the\n" \
	"number of a process; or by that of an endpoint, as in @12."

/**
 * who_parse() - read whom the user means
 * @text: as the user wrote it
 * @who: to be filled in
 */
void who_parse(const char *text, struct who *who);

/**
 * who_is_party() - whether an endpoint is meant
 * @who: who is meant
 * @directory: knows whose it is
 * @endpoint: the endpoint
 *
 * Return: whether.
 */
bool who_is_party(const struct who *who, const struct directory *directory,
		  uint64_t endpoint);

/**
 * who_is_object() - whether a node, or its owner, is meant
 * @who: who is meant
 * @directory: knows how it is called
 * @endpoint: its owner
 * @node: its number there
 *
 * Return: whether.
 */
bool who_is_object(const struct who *who, struct directory *directory,
		   uint64_t endpoint, uint32_t node);

/**
 * typedef who_visit - look at one endpoint that is meant
 * @endpoint: the endpoint
 * @context: as given to who_endpoints()
 *
 * Return: 0 to go on.
 */
typedef int (*who_visit)(uint64_t endpoint, void *context);

/**
 * who_endpoints() - the endpoints that are meant
 * @who: who is meant; not WHO_ALL
 * @device: from census_device()
 * @domain: the domain in which they are looked for
 * @visit: called for each of them once
 * @context: for @visit
 *
 * Errors: EACCES (not for this user), ENOENT (there is none), ENOMEM.
 * Return: 0, -errno, or what @visit returned.
 */
int who_endpoints(const struct who *who, dev_t device, uint64_t domain,
		  who_visit visit, void *context);

#endif
