/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * Who has a place in shared memory, and whether he still lives.
 *
 * A place is one word: 0 if it is free, else the mark of the process that has it, made of
 * its PID, when it started, and its PID namespace. So it is taken and given up in one step,
 * and there is no instruction at which a process that is killed would leave half a mark. A
 * PID that is used again does not look like the one before, because it started later.
 *
 * Nothing has to be kept for it, no file descriptor and no list: who wants to know looks. A
 * peer that writes garbage there seems to live, or to be dead, or to be somebody else;
 * that is all.
 *
 * Why no robust futexes: the kernel follows a list of them, from the thread that dies, and
 * glibc unlinks from it by pointers that it reads from the shared memory. A hostile peer
 * could bend these.
 */
#ifndef KIPC_SRC_PEER_H
#define KIPC_SRC_PEER_H

#include <stdbool.h>
#include <stdint.h>

/**
 * kipc_peer_self() - the mark of this process
 *
 * Return: The mark, never 0.
 */
uint64_t kipc_peer_self(void);

/**
 * kipc_peer_same_process() - whether a mark is of the process that calls
 * @mark: the mark
 *
 * Return: Whether it has its PID.
 */
bool kipc_peer_same_process(uint64_t mark);

/**
 * kipc_peer_claim() - take a place
 * @places: the places, in shared memory
 * @count: how many there are
 * @self: the mark of this process
 *
 * Takes one that is free, or else one whose owner is dead.
 *
 * Return: Its number, or -EBUSY.
 */
int kipc_peer_claim(uint64_t *places, unsigned int count, uint64_t self);

/**
 * kipc_peer_leave() - give a place up
 * @place: the place, in shared memory
 * @self: the mark with which it was taken; if it has another one by now it stays as it is
 */
void kipc_peer_leave(uint64_t *place, uint64_t self);

/**
 * kipc_peer_any() - whether any place is taken, be it by somebody who is dead
 * @places: the places, in shared memory
 * @count: how many there are
 *
 * Costs no system call.
 *
 * Return: Whether there is one.
 */
bool kipc_peer_any(uint64_t *places, unsigned int count);

/**
 * kipc_peer_count() - count those who live, and free the places of those who do not
 * @places: the places, in shared memory
 * @count: how many there are
 * @self: the mark of this process
 * @strangers: whether those in other PID namespaces, of whom it cannot be known, live
 *
 * Return: How many live.
 */
unsigned int kipc_peer_count(uint64_t *places, unsigned int count,
			     uint64_t self, bool strangers);

#endif /* KIPC_SRC_PEER_H */
