/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Freezing: a privileged controller keeps an endpoint from receiving, before it
 * stops the endpoint's processes, say, so that nobody waits for an answer that
 * cannot come.
 *
 * Being frozen is a state of the endpoint's queue and not a count: whoever
 * controls endpoints has to agree with others who do. It belongs to nobody, so
 * it outlives its controller, and ends with the endpoint.
 *
 * It changes with the domain's endpoints_lock held, so the changes have an order
 * in which watchers are told, and with the queue's lock held, under which
 * messages are queued and taken. So the counts that a controller gets when it
 * freezes an endpoint are final: without its callers' agreement (KIPC_WAIT) no
 * call is added to them afterwards. That goes for nested calls, too.
 *
 *   caller                             controller
 *
 *   copies its request
 *                                      lock queue
 *                                        frozen = true
 *                                        counts what is queued and served
 *                                      unlock
 *   lock queue
 *     frozen: EAGAIN
 *   unlock
 *   undoes what it prepared
 */
#ifndef KIPC_RPC_FREEZE_H
#define KIPC_RPC_FREEZE_H

struct kipc_domain;
struct kipc_freeze;

int kipc_freeze(struct kipc_domain *domain, struct kipc_freeze *args);

#endif /* KIPC_RPC_FREEZE_H */
