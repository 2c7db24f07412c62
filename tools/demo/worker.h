/* SPDX-License-Identifier: GPL-2.0-only */
/* A worker process: asks for pieces of text and counts their words. */
#ifndef DEMO_WORKER_H
#define DEMO_WORKER_H

/**
 * worker_run() - work until there is no more to do
 * @name: name of the coordinator's node
 *
 * Return: 0, or 1 after it said on stderr what went wrong.
 */
int worker_run(const char *name);

#endif
