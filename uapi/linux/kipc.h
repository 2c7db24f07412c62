/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kipc: calls, mailboxes and shared memory between processes that do not
 * trust each other. This header is the whole ABI of /dev/kipc.
 *
 * One open of /dev/kipc is an endpoint. Everything is an ioctl on it:
 *
 *   KIPC_INFO                what this kernel's kipc can do, and its limits
 *   KIPC_STAT                usage, quota and traffic of the caller's user
 *   KIPC_NODE_CREATE         make an object that others can call
 *   KIPC_NODE_DESTROY        end it
 *   KIPC_HANDLE_DUP          a second handle to an object, with fewer rights
 *   KIPC_HANDLE_DROP         give back one use of a handle
 *   KIPC_HANDLE_WATCH        ask to be told when the object dies
 *   KIPC_HANDLE_UNWATCH      no longer
 *   KIPC_CALL                send a request and wait for its reply
 *   KIPC_RECV                take the next message
 *   KIPC_RECV_BATCH          take several one-way messages and notices
 *   KIPC_REPLY               answer a call
 *   KIPC_REPLY_RECV          answer a call and take the next message
 *   KIPC_SEND                send a one-way message
 *   KIPC_NOTIFY              OR bits into a node's pending word
 *   KIPC_FREE                free slices of the pool
 *   KIPC_NAME_PUBLISH        give an object a name
 *   KIPC_NAME_UNPUBLISH      take a name away
 *   KIPC_NAME_LOOKUP         turn a name into a handle
 *   KIPC_NAME_LIST           the names that exist
 *   KIPC_NAME_WATCH          ask to be told when names appear or vanish
 *   KIPC_NAME_UNWATCH        no longer
 *   KIPC_FREEZE              stop an endpoint from receiving, or let it again
 *   KIPC_FREEZE_WATCH        ask to be told when that happens to an object's owner
 *   KIPC_FREEZE_UNWATCH      no longer
 *   KIPC_MAILBOX_OPEN        open a mailbox, or make one: a file of its own
 *   KIPC_REGION_OPEN         open a region, or make one: likewise
 *
 * A mailbox is a bounded queue of messages, and a file descriptor. It is an ioctl
 * on that, or read(), write() and poll():
 *
 *   KIPC_MAILBOX_SEND        post a message
 *   KIPC_MAILBOX_SEND_BATCH  post several
 *   KIPC_MAILBOX_RECV        take the next message
 *   KIPC_MAILBOX_RECV_BATCH  take several
 *   KIPC_MAILBOX_SEND_RECV   post a message elsewhere and take the next one here
 *   KIPC_MAILBOX_PEEK        look at a message and leave it where it is
 *   KIPC_MAILBOX_LEASE       acknowledge messages, give them back, keep them longer
 *   KIPC_MAILBOX_PURGE       throw away all that is queued
 *   KIPC_MAILBOX_INFO        how it was made, and what is in it
 *   KIPC_MAILBOX_NOTIFY      be told once when a message comes to the empty mailbox
 *
 * A region is memory that is mapped rather than copied. A view, a file descriptor too,
 * says who may read or write which part of it, and is mapped with mmap(), offset 0 being
 * where it begins. It is an ioctl on that, or poll():
 *
 *   KIPC_REGION_VIEW         make another view, with as much or less
 *   KIPC_REGION_REVOKE       take views away that were made from this one
 *   KIPC_REGION_VIEWS        which these are
 *   KIPC_REGION_SEAL         seal it against writing
 *   KIPC_REGION_INFO         what it is
 *
 * A region can be cut into chunks, all of one size. One that is free is loaned, written,
 * and attached to messages; who receives it has a lease on it, and maps nothing for that.
 * It is free again when nobody has it any more:
 *
 *   KIPC_REGION_HOLD         let this process have loans and leases through this view
 *   KIPC_CHUNK_LOAN          take a free chunk, to write to it
 *   KIPC_CHUNK_RELEASE       give loans and leases back
 *   KIPC_CHUNK_LIST          who has what
 *
 * mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0) gives the endpoint its pool,
 * the receive buffer into which the kernel writes what arrives; received
 * messages are described by offsets into it. The first mapping decides the
 * pool's size, 1 page to KIPC_POOL_MAX; later ones may map it again, in whole or
 * in part. Whoever maps it otherwise gets EINVAL (private, size or offset out of
 * range, a file opened read-only), EPERM (writable or executable), EDQUOT,
 * or EBUSY (16 mappings). It is unmapped as a whole. Where no slice is, there
 * need not be memory: SIGBUS. A child does not inherit the mapping.
 *
 * Rules that hold for every command:
 *
 * - Unknown flags and reserved fields that are not zero get EINVAL, an
 *   unknown command ENOTTY. A struct may be longer than the kernel's, if the
 *   rest is zero; else E2BIG. A struct shorter than in this version of the
 *   header gets EINVAL.
 * - A struct that comes back must be writable; EFAULT is found before
 *   anything is done.
 * - A command that fails has changed nothing and lost nothing, except where
 *   its description says how far it got.
 * - Deadlines are absolute CLOCK_MONOTONIC nanoseconds; 0 means none. One that
 *   passed gets ETIMEDOUT.
 *
 * The layout is the same for 32 and 64 bits. Every errno and its one meaning
 * stands in Documentation/uapi.rst.
 */
#ifndef _UAPI_LINUX_KIPC_H
#define _UAPI_LINUX_KIPC_H

#include <linux/ioctl.h>
#include <linux/types.h>

#define KIPC_ABI_VERSION	1

/* What stands for "none" where an id could stand. No id is ever 0. */
#define KIPC_NONE		0

/* Most attachments of one message */
#define KIPC_ATTACHMENTS_MAX	253
/* Most segments of one payload */
#define KIPC_VEC_MAX		1024
/* Longest name in bytes; there is no terminating 0 */
#define KIPC_NAME_MAX		255
/* Largest pool in bytes; a pool is a whole number of pages */
#define KIPC_POOL_MAX		(64 << 20)
/* Most ids in one KIPC_FREE, most messages in one KIPC_RECV_BATCH */
#define KIPC_BATCH_MAX		1024
/* Largest payload in bytes that can come in a struct rather than in the pool */
#define KIPC_SMALL_MAX		64
/* Longest chain of calls that are made while others are served */
#define KIPC_DEPTH_MAX		32
/* Highest priority of a message in a mailbox; the lowest is 0 */
#define KIPC_PRIORITY_MAX	32767
/* Most messages that a mailbox can be made for, and what it is if nothing is said */
#define KIPC_MAILBOX_MESSAGES_MAX	(1 << 20)
#define KIPC_MAILBOX_MESSAGES_DEFAULT	64
/* Largest payload in bytes that it can be made for, and if nothing is said */
#define KIPC_MAILBOX_SIZE_MAX		(16 << 20)
#define KIPC_MAILBOX_SIZE_DEFAULT	4096
/* Largest region in bytes; a region is a whole number of pages */
#define KIPC_REGION_SIZE_MAX	(1ULL << 40)
/* The size of a chunk is a multiple of this, in bytes */
#define KIPC_CHUNK_ALIGN	64
/* Most chunks of a region */
#define KIPC_CHUNKS_MAX		65536
/* Most leases that a subscriber can be allowed, and what it is if nothing is said */
#define KIPC_LEASES_MAX		1024
#define KIPC_LEASES_DEFAULT	8

/*
 * Rights that a handle carries. They can be taken away when a handle is
 * duplicated or passed on, and never added.
 */
#define KIPC_RIGHT_CALL		(1U << 0) /* may call, send and notify */
#define KIPC_RIGHT_GRANT	(1U << 1) /* may pass it on and publish it */
#define KIPC_RIGHT_WATCH	(1U << 2) /* may ask to be told of its death */
/*
 * Not a right of handles, nor part of KIPC_RIGHTS_ALL: what is attached to a call is
 * lent for as long as that lasts, see enum kipc_attachment_type.
 */
#define KIPC_RIGHT_BORROW	(1U << 8)

#define KIPC_RIGHTS_ALL		(KIPC_RIGHT_CALL | KIPC_RIGHT_GRANT | \
				 KIPC_RIGHT_WATCH)

/*
 * Flags that several commands share.
 *
 * KIPC_FREE_SLICE: free the pool slice at offset @free, along with this
 * command. The kernel clears the flag in the caller's struct once it is done,
 * also if the command fails, so that a command can be issued again as it is. (Not
 * in the @reply of a KIPC_REPLY_RECV that succeeds: that is left as it was.)
 * An offset that is not that of a slice gets ENXIO before anything is done.
 *
 * KIPC_VEC: @data points to @data_size structs kipc_vec, and the payload is
 * gathered from them, rather than @data pointing to @data_size bytes.
 *
 * KIPC_NONBLOCK: get EAGAIN rather than wait for a message, or for room in a
 * mailbox. O_NONBLOCK on the file does the same.
 *
 * KIPC_CLEAR: wipe the payload from the receiver's pool when its slice is freed.
 *
 * KIPC_WAIT: wait until the receiver has room in its pool and its queue rather
 * than get EAGAIN, until the deadline passes or a signal comes. A call to a
 * frozen endpoint waits until it is thawed; without the flag it gets EAGAIN.
 */
#define KIPC_FREE_SLICE		(1U << 0)
#define KIPC_VEC		(1U << 1)
#define KIPC_NONBLOCK		(1U << 2)
#define KIPC_CLEAR		(1U << 3)
#define KIPC_WAIT		(1U << 4)

/**
 * struct kipc_vec - one segment of a payload
 * @base: address of the bytes
 * @size: how many bytes
 */
struct kipc_vec {
	__u64 base;
	__u64 size;
};

/**
 * enum kipc_attachment_type - what an attachment is
 * @KIPC_ATTACH_HANDLE: Sent: a handle of the sender's with the right GRANT;
 *	the receiver's handle gets @rights, each of which the sender's must have.
 *	Received: a handle of the receiver's, one use of which is now its own.
 * @KIPC_ATTACH_NODE: Sent: a node of the sender's own, of which the receiver
 *	gets a handle with @rights. Received: a node of the receiver's own that
 *	came home; @cookie is its cookie.
 * @KIPC_ATTACH_FD: a file descriptor; in the receiver it is close-on-exec.
 *	Endpoints are refused, and in one-way messages, in mailboxes and in
 *	replies to calls with a @message (struct kipc_call) also AF_UNIX sockets
 *	and io_uring instances, and in mailboxes other mailboxes, namespaces and
 *	detached mounts, with ELOOP: they could hold the queue that holds them.
 * @KIPC_ATTACH_CHUNK: Sent: a chunk of a region, of which the sender has the loan @lease
 *	through the view whose descriptor is @id. It stays the sender's, too, until it
 *	releases the loan. Received: chunk number @id; @lease is the receiver's lease, and
 *	@cookie its word for the region, as it said with KIPC_REGION_HOLD. If it does not
 *	hold the region, or its view does not have that chunk, both are 0, and the chunk
 *	is not its.
 *
 * With KIPC_RIGHT_BORROW in @rights, for KIPC_CALL only, a chunk is lent, or a view
 * (KIPC_ATTACH_FD; else EPROTOTYPE): the receiver gets another view, made from that one with
 * the same rights, or a lease. It is revoked, or released, when the call ends for its caller,
 * in whatever way, before KIPC_CALL returns. Whoever has got it by then has it no more.
 */
enum kipc_attachment_type {
	KIPC_ATTACH_HANDLE = 1,
	KIPC_ATTACH_NODE = 2,
	KIPC_ATTACH_FD = 3,
	KIPC_ATTACH_CHUNK = 4,
};

/**
 * struct kipc_attachment - an object or a file that travels with a message
 * @type: one of enum kipc_attachment_type
 * @id: handle, node, file descriptor or chunk; 0 for a node that came home
 * @rights: rights of a handle; KIPC_RIGHT_BORROW or 0 in a file descriptor and a chunk; 0 in
 *	a node come home
 * @lease: loan or lease of a chunk; else 0
 * @cookie: cookie of a node that came home, or of the region of a chunk; 0 in what is sent
 */
struct kipc_attachment {
	__u32 type;
	__u32 id;
	__u32 rights;
	__u32 lease;
	__u64 cookie;
};

/**
 * struct kipc_info - what this kernel's kipc can do (KIPC_INFO)
 * @flags: in: 0
 * @abi_version: out: KIPC_ABI_VERSION
 * @features: out: bits of optional features; none so far
 * @attachments_max: out: KIPC_ATTACHMENTS_MAX
 * @vec_max: out: KIPC_VEC_MAX
 * @name_max: out: KIPC_NAME_MAX
 * @batch_max: out: KIPC_BATCH_MAX
 * @pool_max: out: KIPC_POOL_MAX
 * @pool_size: out: this endpoint's pool in bytes; 0 if it has none yet
 * @domain: out: the domain's number: the inode number of its IPC namespace
 * @endpoint: out: this endpoint's number. No other endpoint ever has it.
 * @depth_max: out: KIPC_DEPTH_MAX
 * @reserved: 0
 * @region_size_max: out: KIPC_REGION_SIZE_MAX
 *
 * Errors: EINVAL.
 */
struct kipc_info {
	__u32 flags;
	__u32 abi_version;
	__u64 features;
	__u32 attachments_max;
	__u32 vec_max;
	__u32 name_max;
	__u32 batch_max;
	__u64 pool_max;
	__u64 pool_size;
	__u64 domain;
	__u64 endpoint;
	__u32 depth_max;
	__u32 reserved;
	__u64 region_size_max;
};

/**
 * struct kipc_usage - how much of something is in use
 * @used: in use now
 * @limit: the most that may be in use
 */
struct kipc_usage {
	__u64 used;
	__u64 limit;
};

/**
 * struct kipc_stat - usage and traffic (KIPC_STAT)
 * @flags: in: 0
 * @uid: out: the user to whom the usage belongs, the one that opened this
 *	endpoint, as the reader's user namespace sees it
 * @endpoints: out: the user's open endpoints
 * @nodes: out: the user's nodes
 * @handles: out: handles in the tables of the user's endpoints
 * @names: out: names that the user's endpoints published
 * @watches: out: watches on objects' deaths, until their notices were received,
 *	and on freezing
 * @name_watches: out: watches on names
 * @pool_bytes: out: pools mapped, in bytes
 * @message_bytes: out: bytes of payload of one-way messages that the user sent and
 *	that nobody received yet
 * @message_count: out: one-way messages that the user sent and nobody received
 *	yet, and calls that it left and nobody answered yet
 * @files: out: file descriptors attached to messages that the user sent, calls
 *	included, and that nobody received yet
 * @attached_handles: out: handles and nodes attached to those messages
 * @mailboxes: out: mailboxes that the user made
 * @mailbox_bytes: out: what these can hold, in bytes
 * @domain_endpoints: out: endpoints open in the domain
 * @domain_names: out: names in the domain
 * @calls: out: calls queued in the domain since it was made
 * @replies: out: calls answered
 * @sends: out: one-way messages queued
 * @notifies: out: notifications made
 * @failed: out: calls queued that ended without an answer
 * @pool_used: out: bytes in slices of this endpoint's pool
 * @queued: out: calls and one-way messages that this endpoint has not received
 * @serving: out: calls that it received and did not answer
 * @abandoned: out: those of them whose callers have left
 * @starved: out: messages that found no thread waiting to receive, since it was
 *	opened
 * @regions: out: regions that the user made
 * @region_bytes: out: their sizes, in bytes
 * @views: out: views of regions that the user made
 *
 * Errors: EINVAL.
 */
struct kipc_stat {
	__u32 flags;
	__u32 uid;
	struct kipc_usage endpoints;
	struct kipc_usage nodes;
	struct kipc_usage handles;
	struct kipc_usage names;
	struct kipc_usage watches;
	struct kipc_usage name_watches;
	struct kipc_usage pool_bytes;
	struct kipc_usage message_bytes;
	struct kipc_usage message_count;
	struct kipc_usage files;
	struct kipc_usage attached_handles;
	struct kipc_usage mailboxes;
	struct kipc_usage mailbox_bytes;
	__u64 domain_endpoints;
	__u64 domain_names;
	__u64 calls;
	__u64 replies;
	__u64 sends;
	__u64 notifies;
	__u64 failed;
	__u64 pool_used;
	__u64 queued;
	__u64 serving;
	__u64 abandoned;
	__u64 starved;
	struct kipc_usage regions;
	struct kipc_usage region_bytes;
	struct kipc_usage views;
};

/*
 * KIPC_NODE_NO_SENDERS: be told when the last handle to the node is gone:
 * KIPC_MSG_NO_SENDERS.
 *
 * KIPC_NODE_CANCELED: be told when the caller of a call that was received and not
 * answered has left: KIPC_MSG_CANCELED.
 *
 * KIPC_NODE_LABEL: the security label of the sender comes with each message.
 *
 * KIPC_NODE_NO_INHERIT: threads that serve calls of this node keep their own
 * priority.
 *
 * KIPC_NODE_MIN_PRIORITY: @policy and @priority are the least with which calls of
 * this node are served.
 *
 * KIPC_NODE_SMALL: a call's payload of at most KIPC_SMALL_MAX bytes comes in
 * @small of struct kipc_message, if it is in one piece (no KIPC_VEC), nothing is
 * attached and it is not to be wiped, and the node does not ask for labels. That is
 * faster, and takes no slice.
 */
#define KIPC_NODE_NO_SENDERS	(1U << 0)
#define KIPC_NODE_CANCELED	(1U << 1)
#define KIPC_NODE_LABEL		(1U << 2)
#define KIPC_NODE_NO_INHERIT	(1U << 3)
#define KIPC_NODE_MIN_PRIORITY	(1U << 4)
#define KIPC_NODE_SMALL		(1U << 5)

/**
 * struct kipc_node_create - make an object that others can call
 *	(KIPC_NODE_CREATE)
 * @flags: in: KIPC_NODE_*
 * @node: out: the node's id in this endpoint
 * @cookie: in: the owner's own word for it; comes with each message
 * @policy: in: SCHED_OTHER, SCHED_FIFO or SCHED_RR, with KIPC_NODE_MIN_PRIORITY;
 *	else 0
 * @priority: in: a nice value, -20 to 19, or a real-time priority, 1 to 99;
 *	without KIPC_NODE_MIN_PRIORITY 0
 *
 * A thread that serves a call runs, from its receipt to its reply, at its
 * caller's scheduling policy and priority or at the least of the node, whichever
 * is more urgent. Where no least is given it is the thread's own priority: then no
 * caller slows the thread down.
 *
 * Errors: EDQUOT, EINVAL, ENOMEM, EPERM (a least that the creator's own threads
 * could not have: RLIMIT_NICE, RLIMIT_RTPRIO, CAP_SYS_NICE).
 */
struct kipc_node_create {
	__u32 flags;
	__u32 node;
	__u64 cookie;
	__u32 policy;
	__s32 priority;
};

/**
 * struct kipc_node_destroy - end a node (KIPC_NODE_DESTROY)
 * @flags: in: 0
 * @node: in: the node's id
 *
 * Its names vanish, its watchers are told, its queued calls fail with
 * EOWNERDEAD and its queued one-way messages are dropped. Calls that were
 * received can still be answered.
 *
 * Errors: EINVAL, ENXIO.
 */
struct kipc_node_destroy {
	__u32 flags;
	__u32 node;
};

/**
 * struct kipc_handle_dup - a second handle, with fewer rights
 *	(KIPC_HANDLE_DUP)
 * @flags: in: 0
 * @handle: in: a handle
 * @rights: in: the rights that the new one is to have; each of them must be
 *	among the old one's
 * @result: out: the handle with these rights. An endpoint has one handle for
 *	an object and set of rights: if it exists, it gets one use more.
 *
 * Errors: EACCES, EDQUOT, EINVAL, ENOMEM, ENXIO.
 */
struct kipc_handle_dup {
	__u32 flags;
	__u32 handle;
	__u32 rights;
	__u32 result;
};

/**
 * struct kipc_handle_drop - give back one use of a handle (KIPC_HANDLE_DROP)
 * @flags: in: 0
 * @handle: in: the handle; with its last use it is gone, and so is its watch
 *
 * Errors: EINVAL, ENXIO.
 */
struct kipc_handle_drop {
	__u32 flags;
	__u32 handle;
};

/**
 * struct kipc_handle_watch - be told when an object dies (KIPC_HANDLE_WATCH,
 *	and KIPC_HANDLE_UNWATCH with cookie 0)
 * @flags: in: 0
 * @handle: in: a handle with the right WATCH
 * @cookie: in: comes with the notice, KIPC_MSG_DEATH
 *
 * The notice comes once; if the object is dead already, it comes at once. It
 * cannot fail to come: its memory is taken here. After KIPC_HANDLE_UNWATCH it
 * does not come any more. Once it was received the watch is over: it counts no
 * more, and the handle can be watched again.
 *
 * Errors: EACCES, EDQUOT, EEXIST (watched already, and not told yet), EINVAL,
 * ENOMEM, ENXIO (no such handle; to unwatch: or no watch on it, not even one that
 * is over).
 */
struct kipc_handle_watch {
	__u32 flags;
	__u32 handle;
	__u64 cookie;
};

/**
 * enum kipc_stage - how far a call got
 * @KIPC_STAGE_NOT_QUEUED: nobody saw it; it can be tried again
 * @KIPC_STAGE_WITHDRAWN: it was queued and taken back before it was received;
 *	it can be tried again. (Its payload lay in the receiver's pool already:
 *	what it said is not a secret to the receiver.)
 * @KIPC_STAGE_RECEIVED: the server received it and may or may not have done
 *	what was asked
 * @KIPC_STAGE_REPLY_LOST: the server answered, and the answer could not be
 *	delivered
 * @KIPC_STAGE_DONE: the reply is there
 * @KIPC_STAGE_NESTED: it goes on; meanwhile there is a call to be served
 */
enum kipc_stage {
	KIPC_STAGE_NOT_QUEUED = 0,
	KIPC_STAGE_WITHDRAWN = 1,
	KIPC_STAGE_RECEIVED = 2,
	KIPC_STAGE_REPLY_LOST = 3,
	KIPC_STAGE_DONE = 4,
	KIPC_STAGE_NESTED = 5,
};

/*
 * KIPC_CALL_RESUME: go on waiting for the call @id, which came back with
 * KIPC_STAGE_NESTED. The kernel sets the flag when that happens, so the same
 * struct can be issued again as it is. Only @flags (KIPC_FREE_SLICE), @free,
 * @message and @id are looked at.
 *
 * KIPC_CALL_OWN_DEADLINE: the deadline of @parent is not this call's.
 *
 * KIPC_CALL_NO_INHERIT: the server does not get the caller's priority.
 *
 * KIPC_CALL_SMALL: a reply of at most KIPC_SMALL_MAX bytes, in one piece, with
 * nothing attached and not to be wiped, comes in @small.
 */
#define KIPC_CALL_RESUME	(1U << 8)
#define KIPC_CALL_OWN_DEADLINE	(1U << 9)
#define KIPC_CALL_NO_INHERIT	(1U << 10)
#define KIPC_CALL_SMALL		(1U << 11)

/**
 * struct kipc_call - send a request and wait for its reply (KIPC_CALL)
 * @handle: in: a handle with the right CALL
 * @code: in: which method; the server gets it as it is
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @deadline: in: when to give up
 * @free: in: offset of a slice to free
 * @parent: in: token of a call that this endpoint received and did not answer,
 *	for which this one is made; or 0
 * @message: in: address of a struct kipc_message to which a nested call can come
 *	while this one waits; 0 if the thread serves none
 * @attachment_count: in: how many attachments
 * @flags: in, out: KIPC_FREE_SLICE, KIPC_VEC, KIPC_CLEAR, KIPC_WAIT, KIPC_CALL_*
 * @id: in, out: with KIPC_CALL_RESUME: which call; else 0
 * @stage: out: one of enum kipc_stage, valid also when the call failed; but left as
 *	it was if the struct's size or address is invalid
 * @reply_flags: out: KIPC_MSG_SMALL
 * @reply_offset: out: where in the pool the reply's payload is
 * @reply_size: out: its size in bytes. Behind it, at the next multiple of 8,
 *	are the reply's attachments. The reply holds a slice of the pool, which
 *	must be freed by its offset, if either size or count is not 0, and the
 *	payload is not in @small.
 * @reply_code: out: the code that the server gave
 * @reply_attachment_count: out: how many structs kipc_attachment came
 * @small: out: the reply's payload if KIPC_MSG_SMALL, else unspecified
 *
 * A call that is made with a @parent belongs to a chain: it ends with the
 * parent's deadline, if that is earlier than its own, and if the node is one of
 * an endpoint that waits in a call further up, it is delivered to the thread that
 * waits there, if that gave a @message: its KIPC_CALL returns 0 with stage
 * KIPC_STAGE_NESTED. It answers @message with KIPC_REPLY, and then issues the
 * same KIPC_CALL again to go on waiting. A chain is at most KIPC_DEPTH_MAX calls
 * long. If the call is over before a nested one was taken, that goes to the
 * endpoint's queue.
 *
 * A signal that comes before a server received the call withdraws it, and the
 * system call is restarted or gets EINTR as sigaction(2) says. After that the
 * call is abandoned with EINTR, and the server's reply gets ECANCELED. So it is,
 * too, if the thread is stopped and continued, traced or frozen, which the
 * kernel does by a signal that has no handler.
 *
 * Errors: E2BIG (too many segments or attachments), EACCES (the handle lacks
 * CALL, an attached one GRANT or a right that it is to pass on), EAGAIN (no
 * room in the receiver: its pool, queue, handles, file descriptors or leases), EBADF
 * (attached), EDQUOT (also: the reply's chunks; stage REPLY_LOST), EFAULT, EINTR,
 * EINVAL, EKEYREVOKED (attached), ELOOP (attached, or the chain is too long), EMFILE
 * (the reply's file descriptors; stage REPLY_LOST), EMSGSIZE (more than the receiver's
 * pool ever has for this sender), ENOMEM, ENXIO (handle, slice, parent, id, loan),
 * EOWNERDEAD, EPROTOTYPE (attached: it is no view), ETIMEDOUT.
 */
struct kipc_call {
	__u32 handle;
	__u32 code;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u64 deadline;
	__u64 free;
	__u64 parent;
	__u64 message;
	__u32 attachment_count;
	__u32 flags;
	__u64 id;
	__u32 stage;
	__u32 reply_flags;
	__u64 reply_offset;
	__u64 reply_size;
	__u32 reply_code;
	__u32 reply_attachment_count;
	__u8 small[KIPC_SMALL_MAX];
};

/**
 * enum kipc_message_kind - what was received
 * @KIPC_MSG_CALL: a request that waits for a reply to @token
 * @KIPC_MSG_SEND: a one-way message
 * @KIPC_MSG_NOTIFY: @bits were ORed into the pending word of the node
 * @KIPC_MSG_DEATH: an object died whose handle was watched with @cookie
 * @KIPC_MSG_NO_SENDERS: nobody holds a handle to the node any more, nor is one
 *	on its way or published. It may have become reachable again since.
 * @KIPC_MSG_NAMES: names appeared (KIPC_NAMES_APPEARED in @bits) or vanished
 *	(KIPC_NAMES_VANISHED) under the prefix watched with @cookie
 * @KIPC_MSG_CANCELED: the caller of the call @token has left; the answer, which
 *	is still due, will get ECANCELED
 * @KIPC_MSG_FROZEN: the owner of an object that is watched with @cookie was
 *	frozen (KIPC_FROZEN in @bits) or thawed (KIPC_THAWED), or both since the
 *	last such message was received; KIPC_IS_FROZEN says how it is now. @code
 *	numbers the changes of what this watch tells.
 */
enum kipc_message_kind {
	KIPC_MSG_CALL = 1,
	KIPC_MSG_SEND = 2,
	KIPC_MSG_NOTIFY = 3,
	KIPC_MSG_DEATH = 4,
	KIPC_MSG_NO_SENDERS = 5,
	KIPC_MSG_NAMES = 6,
	KIPC_MSG_CANCELED = 7,
	KIPC_MSG_FROZEN = 8,
};

#define KIPC_NAMES_APPEARED	(1U << 0)
#define KIPC_NAMES_VANISHED	(1U << 1)

#define KIPC_FROZEN		(1U << 0)
#define KIPC_THAWED		(1U << 1)
#define KIPC_IS_FROZEN		(1U << 2)

/*
 * KIPC_MSG_NO_IDLE: no other thread waits in KIPC_RECV on this endpoint: time to
 * start one.
 *
 * KIPC_MSG_SMALL: the payload is in @small, and there is no slice.
 */
#define KIPC_MSG_NO_IDLE	(1U << 0)
#define KIPC_MSG_SMALL		(1U << 1)

/**
 * struct kipc_message - what was received
 * @kind: one of enum kipc_message_kind
 * @flags: KIPC_MSG_*
 * @cookie: of the node that it is for, or of the watch
 * @token: what to answer to, in KIPC_MSG_CALL and KIPC_MSG_CANCELED; else 0.
 *	Never used twice.
 * @bits: pending bits of KIPC_MSG_NOTIFY, KIPC_MSG_NAMES and KIPC_MSG_FROZEN
 * @offset: where in the pool the payload is
 * @size: its size in bytes. Behind it, at the next multiple of 8, are the
 *	attachments, and behind them the security label. The message holds a
 *	slice of the pool, which must be freed by its offset, if any of the sizes
 *	and the count is not 0, and the payload is not in @small. One-way messages
 *	always hold one; when it is freed the next one for the same node can be
 *	received.
 * @deadline: the caller's, or of the calls for which it is made; 0 means none
 * @code: which method. Of KIPC_MSG_FROZEN: the number of the last change that it
 *	tells. It grows with each change, and starts over after 2^32 of them; of two
 *	messages for one watch, whoever looks at them first, the newer one has the
 *	larger number, or the same if nothing changed in between. Else 0.
 * @attachment_count: how many structs kipc_attachment came
 * @pid: the sender's process, as the receiver's PID namespace sees it; 0 if it
 *	does not, if that process is gone, and in notices
 * @tid: the sender's thread, likewise
 * @euid: the sender's effective user when it sent, as the receiver's user
 *	namespace sees it
 * @egid: the sender's effective group, likewise
 * @label_size: size in bytes of the sender's security label, as when it sent; 0
 *	if the node does not ask for it, or there is none. It is not terminated.
 * @depth: of KIPC_MSG_CALL: how many calls the chain is long; 1 for one without a
 *	parent. Else 0.
 * @small: the payload if KIPC_MSG_SMALL, else unspecified
 */
struct kipc_message {
	__u32 kind;
	__u32 flags;
	__u64 cookie;
	__u64 token;
	__u64 bits;
	__u64 offset;
	__u64 size;
	__u64 deadline;
	__u32 code;
	__u32 attachment_count;
	__u32 pid;
	__u32 tid;
	__u32 euid;
	__u32 egid;
	__u32 label_size;
	__u32 depth;
	__u8 small[KIPC_SMALL_MAX];
};

/**
 * struct kipc_recv - take the next message (KIPC_RECV)
 * @deadline: in: when to give up
 * @free: in: offset of a slice to free
 * @flags: in, out: KIPC_FREE_SLICE, KIPC_NONBLOCK
 * @reserved: in: 0
 * @message: out: what was received
 *
 * If it fails, the message stays at the head of the queue. But a message whose
 * files or chunks the receiver cannot take would be in the way of all others: it is
 * not received at all and fails. Its caller gets EAGAIN if the receiver has no free
 * file descriptors, or as many leases as it said, and EACCES if a security module
 * forbids it; a one-way message is dropped.
 *
 * Errors: EAGAIN (nothing there), EFAULT, EINTR, EINVAL, ENOMEM, ENXIO,
 * ETIMEDOUT.
 */
struct kipc_recv {
	__u64 deadline;
	__u64 free;
	__u32 flags;
	__u32 reserved;
	struct kipc_message message;
};

/**
 * struct kipc_recv_batch - take several messages (KIPC_RECV_BATCH)
 * @flags: in: KIPC_NONBLOCK
 * @count: in: how many at most; 1 to KIPC_BATCH_MAX
 * @messages: in: address of @count structs kipc_message
 * @deadline: in: when to give up waiting for the first one
 * @received: out: how many were received
 * @reserved: 0
 *
 * Waits until there is one, and takes what is there: one-way messages, several
 * of them for one node if they follow each other, and notices. A call is taken
 * only if it comes first, and then alone. A message whose files the receiver cannot
 * take is dropped, and what is behind it is left for the next time.
 *
 * Errors: as for KIPC_RECV, but for ENXIO, and E2BIG; none if at least one was
 * received.
 */
struct kipc_recv_batch {
	__u32 flags;
	__u32 count;
	__u64 messages;
	__u64 deadline;
	__u32 received;
	__u32 reserved;
};

/**
 * struct kipc_reply - answer a call (KIPC_REPLY)
 * @token: in: of the call. A KIPC_REPLY_RECV that fails sets it to 0 if the reply
 *	was delivered or canceled.
 * @flags: in: KIPC_FREE_SLICE, KIPC_VEC, KIPC_CLEAR
 * @code: in: the caller gets it as it is
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @attachment_count: in: how many attachments
 * @reserved: in: 0
 * @free: in: offset of a slice to free
 *
 * Any thread of the endpoint may answer, once, at any time. A reply that fails
 * with EAGAIN, EMSGSIZE and the like leaves the call to be answered again.
 *
 * Errors: E2BIG, EACCES, EAGAIN (no room in the caller), EBADF, ECANCELED (the
 * caller is gone; the token is used up), EFAULT, EINTR (the server is being
 * killed), EINVAL, EKEYREVOKED (attached), ELOOP, EMSGSIZE (more than the caller's pool
 * ever has for this sender), ENOMEM, ENXIO (no such token, slice or loan), EPROTOTYPE
 * (attached: it is no view).
 */
struct kipc_reply {
	__u64 token;
	__u32 flags;
	__u32 code;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u32 attachment_count;
	__u32 reserved;
	__u64 free;
};

/**
 * struct kipc_reply_recv - answer a call and take the next message
 *	(KIPC_REPLY_RECV)
 * @reply: as for KIPC_REPLY; nothing is answered if its token is 0, and then
 *	the rest of it must be 0 too
 * @recv: as for KIPC_RECV
 *
 * If the reply fails, nothing is received. If only the receive fails, or the caller
 * is gone, @reply has come back as all 0, so the command can be issued again as it
 * is. If both succeed @reply is as it was.
 *
 * Errors: as for KIPC_REPLY and KIPC_RECV.
 */
struct kipc_reply_recv {
	struct kipc_reply reply;
	struct kipc_recv recv;
};

/*
 * KIPC_SEND_UPDATE: if a message that this endpoint sent to the same node, with
 * the same code and this flag, was not received yet, this one replaces it and
 * takes its place.
 */
#define KIPC_SEND_UPDATE	(1U << 8)

/* This user has too much on its way to the receiver; told once per episode */
#define KIPC_SENT_SPAM		(1U << 0)

/**
 * struct kipc_send - send a one-way message (KIPC_SEND)
 * @handle: in: a handle with the right CALL
 * @flags: in: KIPC_FREE_SLICE, KIPC_VEC, KIPC_CLEAR, KIPC_WAIT, KIPC_SEND_UPDATE
 * @code: in: which method; the receiver gets it as it is
 * @attachment_count: in: how many attachments
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @free: in: offset of a slice to free
 * @deadline: in: when to stop waiting, with KIPC_WAIT; else 0
 * @sent: out: KIPC_SENT_SPAM
 * @reserved: 0
 *
 * One-way messages to one node are received in the order in which they were sent,
 * and each one only when the slice of the one before was freed. All of them
 * together take at most half of the receiver's pool.
 *
 * Errors: as for KIPC_CALL, without EMFILE; ETIMEDOUT and, but for one who is being
 * killed, EINTR only with KIPC_WAIT.
 */
struct kipc_send {
	__u32 handle;
	__u32 flags;
	__u32 code;
	__u32 attachment_count;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u64 free;
	__u64 deadline;
	__u32 sent;
	__u32 reserved;
};

/* @handle is a node of the sender's own: wakes a thread that waits to receive */
#define KIPC_NOTIFY_OWN		(1U << 0)

/**
 * struct kipc_notify - OR bits into a node's pending word (KIPC_NOTIFY)
 * @handle: in: a handle with the right CALL, or with KIPC_NOTIFY_OWN a node
 * @flags: in: KIPC_NOTIFY_OWN
 * @bits: in: not 0
 *
 * The owner gets the bits that came since it last received them, in one
 * KIPC_MSG_NOTIFY. Takes no memory and never waits.
 *
 * Errors: EACCES, EINVAL, ENXIO, EOWNERDEAD.
 */
struct kipc_notify {
	__u32 handle;
	__u32 flags;
	__u64 bits;
};

/**
 * struct kipc_free - free slices of the pool (KIPC_FREE)
 * @flags: in: 0
 * @count: in: how many; at most KIPC_BATCH_MAX
 * @offsets: in: address of @count offsets (__u64)
 * @freed: out: how many were freed, from the first on, also if it failed; the
 *	one after them is not a slice if the command got ENXIO
 * @reserved: in: 0
 *
 * Errors: E2BIG, EFAULT, EINVAL, ENXIO.
 */
struct kipc_free {
	__u32 flags;
	__u32 count;
	__u64 offsets;
	__u32 freed;
	__u32 reserved;
};

/**
 * enum kipc_object_kind - what a name stands for
 * @KIPC_OBJECT_NODE: a node
 * @KIPC_OBJECT_MAILBOX: a mailbox
 * @KIPC_OBJECT_REGION: a region
 */
enum kipc_object_kind {
	KIPC_OBJECT_NODE = 1,
	KIPC_OBJECT_MAILBOX = 2,
	KIPC_OBJECT_REGION = 3,
};

/* The object is the sender's own node rather than a handle */
#define KIPC_NAME_OWN		(1U << 0)

/**
 * struct kipc_name_publish - give an object a name (KIPC_NAME_PUBLISH)
 * @flags: in: KIPC_NAME_OWN
 * @id: in: a handle with the right GRANT, or with KIPC_NAME_OWN a node
 * @name: in: address of the name: UTF-8, segments joined by dots, no segment
 *	empty, no '/' and no control character
 * @name_size: in: its size in bytes, 1 to KIPC_NAME_MAX
 * @mode: in: permission bits as of a file (0777): who may look it up, and with
 *	which rights: w CALL, r WATCH, x GRANT. Owner and group are the
 *	caller's effective ones.
 *
 * Names under "sys." need CAP_SYS_ADMIN in the domain's user namespace. The
 * name ends with the object, or with the endpoint that published it.
 *
 * Errors: EACCES (no GRANT), EDQUOT, EEXIST, EFAULT, EINVAL, ENAMETOOLONG,
 * ENOMEM, ENXIO, EOWNERDEAD, EPERM ("sys.").
 */
struct kipc_name_publish {
	__u32 flags;
	__u32 id;
	__u64 name;
	__u32 name_size;
	__u32 mode;
};

/**
 * struct kipc_name_unpublish - take a name away (KIPC_NAME_UNPUBLISH)
 * @flags: in: 0
 * @name_size: in: size of the name in bytes
 * @name: in: address of the name
 *
 * For the endpoint that published it, the name's owner, and CAP_SYS_ADMIN in
 * the domain's user namespace; else EPERM. So mailboxes and regions are unlinked, too.
 *
 * Errors: EFAULT, EINVAL, ENAMETOOLONG, ENOENT, EPERM.
 */
struct kipc_name_unpublish {
	__u32 flags;
	__u32 name_size;
	__u64 name;
};

/* Wait until the name appears, or the deadline passes */
#define KIPC_NAME_WAIT		(1U << 0)

/**
 * struct kipc_name_lookup - turn a name into a handle (KIPC_NAME_LOOKUP)
 * @flags: in: KIPC_NAME_WAIT
 * @rights: in: the rights wanted; 0: all that the mode gives, at least one.
 *	Out: the rights of the handle. CAP_DAC_OVERRIDE in the domain's user
 *	namespace goes past the mode, but not past the publisher's own rights.
 * @name: in: address of the name
 * @name_size: in: its size in bytes
 * @handle: out: the handle; 0 if the object is a node of this endpoint's own
 * @deadline: in: when to stop waiting
 * @cookie: out: the cookie, if the object is a node of this endpoint's own
 *
 * Errors: EACCES (the mode does not give these rights), EDQUOT, EFAULT, EINTR,
 * EINVAL, ENAMETOOLONG, ENOENT, ENOMEM, EPROTOTYPE (it is no node's name),
 * ETIMEDOUT.
 */
struct kipc_name_lookup {
	__u32 flags;
	__u32 rights;
	__u64 name;
	__u32 name_size;
	__u32 handle;
	__u64 deadline;
	__u64 cookie;
};

/**
 * struct kipc_name_entry - a name that exists
 * @serial: its number: larger than those of all names published before it
 * @size: of this struct, the name behind it and padding to a multiple of 8
 * @kind: one of enum kipc_object_kind
 * @pid: the process that opened the publishing endpoint, as the reader's PID
 *	namespace sees it; 0 if it does not, if that process is gone (others can
 *	have the endpoint open still), and of a mailbox
 * @uid: the name's owner, as the reader's user namespace sees it
 * @gid: the name's group, likewise
 * @mode: permission bits
 * @name_size: size of the name in bytes
 * @reserved: 0
 *
 * The name itself begins right behind the struct.
 */
struct kipc_name_entry {
	__u64 serial;
	__u32 size;
	__u32 kind;
	__u32 pid;
	__u32 uid;
	__u32 gid;
	__u32 mode;
	__u32 name_size;
	__u32 reserved;
};

/**
 * struct kipc_name_list - the names that exist (KIPC_NAME_LIST)
 * @flags: in: 0
 * @prefix_size: in: size of the prefix in bytes; 0 lists all names
 * @prefix: in: address of the prefix: a name, or the beginning of one that
 *	ends at a dot. "a.b" matches "a.b" and "a.b.c", and not "a.bc".
 * @buffer: in: where to put structs kipc_name_entry
 * @buffer_size: in: how many bytes may be put there
 * @cursor: in: 0, or what came back before: list names with larger serials
 *	Out: where to go on
 * @count: out: how many entries were put into the buffer; 0 at the end. One
 *	command looks at a bounded number of names: if more may follow,
 *	@more is 1, even if the count is 0.
 * @more: in: 0. out: 1 if it is worthwhile to go on from the cursor
 *
 * Errors: EFAULT, EINVAL, ENAMETOOLONG, ENOBUFS (no entry fits the buffer),
 * ENOMEM.
 */
struct kipc_name_list {
	__u32 flags;
	__u32 prefix_size;
	__u64 prefix;
	__u64 buffer;
	__u64 buffer_size;
	__u64 cursor;
	__u32 count;
	__u32 more;
};

/**
 * struct kipc_name_watch - be told when names come and go (KIPC_NAME_WATCH)
 * @flags: in: 0
 * @prefix_size: in: size of the prefix in bytes; 0 watches all names
 * @prefix: in: address of the prefix, as in struct kipc_name_list
 * @cookie: in: comes with the notice, KIPC_MSG_NAMES; unlike those of the
 *	endpoint's other name watches
 *
 * Notices coalesce: one says that something changed since the last one was
 * received, and KIPC_NAME_LIST says what is there now. Their memory is taken
 * here, so they cannot fail to come.
 *
 * Errors: EDQUOT, EEXIST (the cookie is in use), EFAULT, EINVAL, ENAMETOOLONG,
 * ENOMEM.
 */
struct kipc_name_watch {
	__u32 flags;
	__u32 prefix_size;
	__u64 prefix;
	__u64 cookie;
};

/**
 * struct kipc_name_unwatch - no longer (KIPC_NAME_UNWATCH)
 * @flags: in: 0
 * @reserved: in: 0
 * @cookie: in: of the watch
 *
 * Errors: EINVAL, ENXIO.
 */
struct kipc_name_unwatch {
	__u32 flags;
	__u32 reserved;
	__u64 cookie;
};

/**
 * enum kipc_freeze_action - what to do to an endpoint
 * @KIPC_FREEZE_QUERY: only ask
 * @KIPC_FREEZE_ON: freeze it: it receives nothing
 * @KIPC_FREEZE_OFF: thaw it
 */
enum kipc_freeze_action {
	KIPC_FREEZE_QUERY = 0,
	KIPC_FREEZE_ON = 1,
	KIPC_FREEZE_OFF = 2,
};

/**
 * struct kipc_freeze - stop an endpoint from receiving (KIPC_FREEZE)
 * @flags: in: 0
 * @action: in: one of enum kipc_freeze_action
 * @endpoint: in: its number, as KIPC_INFO and its file's fdinfo tell it
 * @frozen: out: 1 if it is frozen now, else 0
 * @serving: out: calls that it received and did not answer
 * @calling: out: calls that it made and that are not over
 * @queued: out: calls and one-way messages that wait for it
 *
 * Needs CAP_SYS_ADMIN in the domain's user namespace. While an endpoint is frozen
 * its threads wait in KIPC_RECV whatever there is. Calls to it get EAGAIN, or wait
 * with KIPC_WAIT; one-way messages and notices queue up within the limits. It can
 * still answer, call and send: whoever freezes it stops its processes, too, by
 * cgroup.freeze, and asks first, or after, whether somebody waits for it.
 *
 * Errors: EINVAL, ENXIO (no such endpoint in the domain), EPERM.
 */
struct kipc_freeze {
	__u32 flags;
	__u32 action;
	__u64 endpoint;
	__u32 frozen;
	__u32 serving;
	__u32 calling;
	__u32 queued;
};

/**
 * struct kipc_freeze_watch - be told when an object's owner is frozen or thawed
 *	(KIPC_FREEZE_WATCH, and KIPC_FREEZE_UNWATCH with handle 0)
 * @flags: in: 0
 * @handle: in: a handle with the right WATCH
 * @cookie: in: comes with the notice, KIPC_MSG_FROZEN; unlike those of the
 *	endpoint's other watches of this kind
 *
 * If the owner is frozen already the notice comes at once. Notices coalesce; their
 * memory is taken here. The watch stays when the handle is dropped, and says
 * nothing any more when the object's owner is gone.
 *
 * Errors: EACCES, EDQUOT, EEXIST (the cookie is in use), EINVAL, ENOMEM, ENXIO (no
 * such handle; to unwatch: no such cookie), EOWNERDEAD.
 */
struct kipc_freeze_watch {
	__u32 flags;
	__u32 handle;
	__u64 cookie;
};

/**
 * enum kipc_mailbox_kind - to whom the messages of a mailbox go
 * @KIPC_MAILBOX_QUEUE: each to one receiver, the most urgent first, and of equally
 *	urgent ones the oldest
 * @KIPC_MAILBOX_WORK: the same, but what is received is only leased: it is gone when
 *	it was acknowledged, and goes to another receiver if it is given back, if its
 *	lease ends, or if its holder dies
 * @KIPC_MAILBOX_BROADCAST: each to every file that is open for reading, in the order
 *	in which they were sent
 */
enum kipc_mailbox_kind {
	KIPC_MAILBOX_QUEUE = 0,
	KIPC_MAILBOX_WORK = 1,
	KIPC_MAILBOX_BROADCAST = 2,
};

/**
 * enum kipc_mailbox_policy - what happens to a message for a mailbox that is full
 * @KIPC_MAILBOX_BLOCK: its sender waits for room
 * @KIPC_MAILBOX_FAIL: its sender gets EAGAIN
 * @KIPC_MAILBOX_DROP: the least urgent message is dropped, and of equally urgent ones
 *	the oldest; that can be the new one itself. Nobody waits or fails. It shows in
 *	@missed of struct kipc_mail, and as a gap in the sequence numbers. Broadcast
 *	mailboxes have this policy and no other.
 */
enum kipc_mailbox_policy {
	KIPC_MAILBOX_BLOCK = 0,
	KIPC_MAILBOX_FAIL = 1,
	KIPC_MAILBOX_DROP = 2,
};

/*
 * KIPC_MAILBOX_READ, KIPC_MAILBOX_WRITE: what the file may do: receive, send. With
 * neither it can only be asked for KIPC_MAILBOX_INFO, and needs permission for one of
 * the two.
 *
 * KIPC_MAILBOX_CREATE: make the mailbox if there is none of that name. A mailbox
 * without a name is always a new one, and has the flag, too.
 *
 * KIPC_MAILBOX_EXCLUSIVE: with KIPC_MAILBOX_CREATE: get EEXIST if there is one.
 *
 * The others say how a new mailbox is made, and are ignored if there is one:
 *
 * KIPC_MAILBOX_LAST_CLOSE: the name ends when no file has the mailbox open.
 *
 * KIPC_MAILBOX_FIRST_COME: any user may fill it, as with POSIX message queues.
 * Without the flag, a user other than its owner may have at most as many messages in
 * it as it has free places then: so nobody can take the last one, and a mailbox for one
 * message is not for others. It does not hold where messages are dropped.
 *
 * KIPC_MAILBOX_LABEL: the sender's security label comes with each message.
 */
#define KIPC_MAILBOX_READ	(1U << 8)
#define KIPC_MAILBOX_WRITE	(1U << 9)
#define KIPC_MAILBOX_CREATE	(1U << 10)
#define KIPC_MAILBOX_EXCLUSIVE	(1U << 11)
#define KIPC_MAILBOX_LAST_CLOSE	(1U << 12)
#define KIPC_MAILBOX_FIRST_COME	(1U << 13)
#define KIPC_MAILBOX_LABEL	(1U << 14)

/**
 * struct kipc_mailbox_open - open a mailbox (KIPC_MAILBOX_OPEN)
 * @flags: in: KIPC_MAILBOX_*; KIPC_NONBLOCK: the file gets O_NONBLOCK; KIPC_WAIT: wait
 *	until the name appears, or the deadline passes; not with KIPC_MAILBOX_CREATE
 * @kind: in: one of enum kipc_mailbox_kind
 * @name: in: address of the name; see struct kipc_name_publish
 * @name_size: in: its size in bytes; 0 for a mailbox without a name
 * @mode: in: permission bits as of a file (0666): r may receive, w may send. Owner
 *	and group are the maker's effective ones. CAP_DAC_OVERRIDE in the domain's
 *	user namespace goes past them.
 * @policy: in: one of enum kipc_mailbox_policy
 * @messages_max: in: how many messages it can hold, 1 to KIPC_MAILBOX_MESSAGES_MAX;
 *	0: KIPC_MAILBOX_MESSAGES_DEFAULT
 * @size_max: in: largest payload in bytes, 1 to KIPC_MAILBOX_SIZE_MAX;
 *	0: KIPC_MAILBOX_SIZE_DEFAULT
 * @history: in: how many of the last messages a file still gets that is opened
 *	later: at most @messages_max; KIPC_MAILBOX_BROADCAST only
 * @deliveries_max: in: after so many deliveries that were not acknowledged, a message
 *	goes to @dead_letter; 0: never; KIPC_MAILBOX_WORK only
 * @dead_letter: in: with @deliveries_max: a file descriptor of another mailbox, open
 *	for writing, no broadcast, whose payloads can be as large. Else -1 or 0.
 * @lease: in: how long a lease may last, and does if its receiver asks for nothing
 *	else, in nanoseconds; 0: until its holder dies; KIPC_MAILBOX_WORK only
 * @deadline: in: when to stop waiting for the name, with KIPC_WAIT; else 0
 * @fd: out: the file descriptor; it is close-on-exec
 * @created: out: 1 if the mailbox is new, else 0
 *
 * All of @kind, @mode, @policy, @messages_max, @size_max, @history, @deliveries_max,
 * @dead_letter and @lease is for a new mailbox: without KIPC_MAILBOX_CREATE it must be
 * 0 (@dead_letter: or -1), and if the mailbox exists it is checked and ignored.
 *
 * A mailbox with a name stays until the name is taken away (KIPC_NAME_UNPUBLISH)
 * and all its files are closed; with what is in it. Its name is not tied to the
 * endpoint. What it can hold is charged to the endpoint's user when it is made: so a
 * message that finds a place needs no quota, but for what is attached to it.
 *
 * Errors: EACCES, EBADF (dead letter), EDQUOT, EEXIST, EFAULT, EINTR, EINVAL, EMFILE,
 * ENAMETOOLONG, ENFILE, ENOENT, ENOMEM, EPERM ("sys."), EPROTOTYPE (the name, or the
 * dead letter, is no mailbox), ETIMEDOUT, EUSERS (too many files have the broadcast
 * open for reading), EXDEV (the dead letter is of another domain).
 */
struct kipc_mailbox_open {
	__u32 flags;
	__u32 kind;
	__u64 name;
	__u32 name_size;
	__u32 mode;
	__u32 policy;
	__u32 messages_max;
	__u32 size_max;
	__u32 history;
	__u32 deliveries_max;
	__s32 dead_letter;
	__u64 lease;
	__u64 deadline;
	__s32 fd;
	__u32 created;
};

/**
 * struct kipc_mailbox_send - post a message (KIPC_MAILBOX_SEND)
 * @flags: in: KIPC_NONBLOCK, KIPC_VEC, KIPC_CLEAR (wipe the payload when the message
 *	is gone)
 * @priority: in: 0, the least urgent, to KIPC_PRIORITY_MAX; 0 for a broadcast
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @attachment_count: in: how many attachments
 * @endpoint: in: file descriptor of the endpoint whose handles and nodes are attached;
 *	-1: none. It is not looked at if nothing is attached.
 * @deadline: in: when to stop waiting for room
 * @sequence: out: the message's number: one more than that of the one before
 *
 * Of those who wait for room, the users who have least in the mailbox come first, and
 * of one user's threads those of a higher real-time priority, then who waits longest.
 * Exactly one is woken for each place.
 *
 * write() is the same with priority 0. Its deadline is never.
 *
 * Errors: E2BIG, EACCES (attached, or the label cannot be had), EAGAIN (full), EBADF
 * (not open for writing, endpoint, attached), EDQUOT (attached), EFAULT, EINTR, EINVAL,
 * EKEYREVOKED (attached), ELOOP (attached), EMSGSIZE (larger than the mailbox takes),
 * ENOMEM, ENXIO (attached), EPIPE (nobody can ever receive it), EPROTOTYPE (that file is no
 * endpoint; attached: it is no view), ETIMEDOUT, EXDEV (the endpoint is of another
 * domain).
 */
struct kipc_mailbox_send {
	__u32 flags;
	__u32 priority;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u32 attachment_count;
	__s32 endpoint;
	__u64 deadline;
	__u64 sequence;
};

/**
 * struct kipc_mailbox_send_batch - post several messages (KIPC_MAILBOX_SEND_BATCH)
 * @flags: in: KIPC_NONBLOCK
 * @count: in: how many; 1 to KIPC_BATCH_MAX
 * @messages: in: address of @count structs kipc_mailbox_send. In each, @flags has no
 *	KIPC_NONBLOCK and @deadline is 0; @sequence is written.
 * @deadline: in: when to stop waiting for room
 * @sent: out: how many were posted, from the first on
 * @reserved: 0
 *
 * Some messages are read before the first of them is posted; what is read behind one that
 * cannot be posted has no effect.
 *
 * Errors: as for KIPC_MAILBOX_SEND; none if at least one was posted.
 */
struct kipc_mailbox_send_batch {
	__u32 flags;
	__u32 count;
	__u64 messages;
	__u64 deadline;
	__u32 sent;
	__u32 reserved;
};

/**
 * struct kipc_mail - what is told of a message in a mailbox
 * @size: size of the payload in bytes
 * @sequence: its number, from 1 on, in the order in which the mailbox accepted them
 * @token: of its lease; 0 if it is not leased
 * @lease_end: when the lease ends; 0: never, or none
 * @age: how long ago it was sent, in nanoseconds, as exact as the kernel's tick
 * @missed: how many messages were dropped since this file received one before (or was
 *	opened), of those that it could have received: the mailbox's, or the reader's of a
 *	broadcast
 * @priority: 0 to KIPC_PRIORITY_MAX
 * @deliveries: how often it was delivered, this one included; 0 if it was only looked at
 *	and never delivered
 * @attachment_count: how many attachments it has
 * @label_size: size in bytes of its sender's security label; 0 if the mailbox does not
 *	ask for it, or there is none
 * @pid: the sender's process, as the receiver's PID namespace sees it; 0 if it does not,
 *	or if that process is gone
 * @tid: the sender's thread, likewise
 * @euid: the sender's effective user when it sent, as the receiver's user namespace sees
 *	it
 * @egid: the sender's effective group, likewise
 */
struct kipc_mail {
	__u64 size;
	__u64 sequence;
	__u64 token;
	__u64 lease_end;
	__u64 age;
	__u64 missed;
	__u32 priority;
	__u32 deliveries;
	__u32 attachment_count;
	__u32 label_size;
	__u32 pid;
	__u32 tid;
	__u32 euid;
	__u32 egid;
};

/**
 * struct kipc_mailbox_recv - take the next message (KIPC_MAILBOX_RECV)
 * @flags: in: KIPC_NONBLOCK, KIPC_VEC
 * @priority_min: in: only a message of at least this priority; 0 for a broadcast
 * @data: in: where to put the payload, or address of structs kipc_vec
 * @data_size: in: how many bytes may be put there, or number of structs kipc_vec
 * @attachments: in: where to put structs kipc_attachment
 * @label: in: where to put the security label; it is not terminated
 * @attachments_max: in: how many of them may be put there
 * @label_max: in: how many bytes may be put there
 * @endpoint: in: file descriptor of the endpoint that gets the attached handles; -1:
 *	none. It is not looked at if nothing is attached.
 * @reserved: in: 0
 * @lease: in: when the lease is to end; 0: as the mailbox has it. What is later than the
 *	mailbox allows is cut to that. Only KIPC_MAILBOX_WORK.
 * @deadline: in: when to give up
 * @mail: out: what was received
 *
 * If it fails the message stays where it was. If it is larger than @data_size, has more
 * attachments than @attachments_max or a label of more than @label_max bytes the error
 * is EMSGSIZE, and @mail comes back with these sizes and the rest of it 0.
 *
 * Receivers are woken in the order in which they began to wait, but those with a higher
 * real-time priority come first. Those that want a priority come after all others, and
 * those of them first that want least. Exactly one is woken for each message.
 *
 * read() is the same with a priority of 0 and nothing but the payload: attachments are
 * let go of, and what a work queue gives is acknowledged at once. It returns 0 when
 * KIPC_MAILBOX_RECV gets EPIPE.
 *
 * Errors: E2BIG (segments), EACCES (a security module forbids an attached file), EAGAIN
 * (nothing there), EBADF (not open for reading, endpoint), EDQUOT (handles, leases), EFAULT,
 * EINTR, EINVAL, EMFILE (attached), EMSGSIZE, ENOMEM, ENOTCONN (handles are attached,
 * and there is no endpoint), EPIPE (there is nothing, and nobody can ever send),
 * EPROTOTYPE (that file is no endpoint), ETIMEDOUT, EXDEV (the endpoint is of another
 * domain).
 */
struct kipc_mailbox_recv {
	__u32 flags;
	__u32 priority_min;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u64 label;
	__u32 attachments_max;
	__u32 label_max;
	__s32 endpoint;
	__u32 reserved;
	__u64 lease;
	__u64 deadline;
	struct kipc_mail mail;
};

/**
 * struct kipc_mailbox_recv_batch - take several messages (KIPC_MAILBOX_RECV_BATCH)
 * @flags: in: KIPC_NONBLOCK
 * @count: in: how many at most; 1 to KIPC_BATCH_MAX
 * @messages: in: address of @count structs kipc_mailbox_recv. In each, @flags has no
 *	KIPC_NONBLOCK and @deadline is 0; @mail is written.
 * @deadline: in: when to give up waiting for the first one
 * @received: out: how many were received, from the first on
 * @reserved: 0
 *
 * Waits until there is one, and takes what is there. Of a queue some messages are taken
 * before the first of them is copied: who receives meanwhile gets none of these. Those that
 * are not received, after all, are before all others of their priority again. (If two
 * receivers put some back at the same time, the order of the one's and the other's is that of
 * their doing so.)
 *
 * Errors: as for KIPC_MAILBOX_RECV; none if at least one was received.
 */
struct kipc_mailbox_recv_batch {
	__u32 flags;
	__u32 count;
	__u64 messages;
	__u64 deadline;
	__u32 received;
	__u32 reserved;
};

/**
 * struct kipc_mailbox_send_recv - post a message to one mailbox and take the next one
 *	from another (KIPC_MAILBOX_SEND_RECV)
 * @to: in, out: file descriptor of the mailbox to post to; -1: post nothing
 * @flags: in: 0
 * @send: in: as for KIPC_MAILBOX_SEND on @to, but its @sequence is not told; not looked at
 *	if @to is -1
 * @recv: as for KIPC_MAILBOX_RECV
 *
 * What two processes need that send each other requests and answers: a round trip is two
 * system calls then. If the message cannot be posted, nothing is received. If only the
 * receipt fails @to has come back as -1, so that the command can be issued again as it is.
 *
 * Errors: as for KIPC_MAILBOX_SEND and KIPC_MAILBOX_RECV; EBADF and EPROTOTYPE of @to, too.
 */
struct kipc_mailbox_send_recv {
	__s32 to;
	__u32 flags;
	struct kipc_mailbox_send send;
	struct kipc_mailbox_recv recv;
};

/**
 * struct kipc_mailbox_peek - look at a message (KIPC_MAILBOX_PEEK)
 * @flags: in: KIPC_VEC
 * @reserved: in: 0
 * @index: in: which: 0 is the one that would be received next, and so on
 * @data: in: where to put the payload, or address of structs kipc_vec
 * @data_size: in: how many bytes may be put there, or number of structs kipc_vec. What
 *	does not fit is left out.
 * @mail: out: what is told of it. Its @missed is 0.
 *
 * While others send and receive, which message has an index can change at any moment.
 * Leased messages are not among them. Needs a file that is open for reading.
 *
 * Errors: E2BIG (segments), EAGAIN (there is no message), EBADF, EFAULT, EINTR, EINVAL,
 * ENOMEM, ERANGE (there are fewer messages).
 */
struct kipc_mailbox_peek {
	__u32 flags;
	__u32 reserved;
	__u64 index;
	__u64 data;
	__u64 data_size;
	struct kipc_mail mail;
};

/**
 * enum kipc_lease_action - what to do with leased messages
 * @KIPC_LEASE_ACK: they are done: they will not come again
 * @KIPC_LEASE_RETURN: give them back: they go to other receivers, before all others of
 *	their priority
 * @KIPC_LEASE_EXTEND: the leases end at @deadline instead
 */
enum kipc_lease_action {
	KIPC_LEASE_ACK = 0,
	KIPC_LEASE_RETURN = 1,
	KIPC_LEASE_EXTEND = 2,
};

/**
 * struct kipc_mailbox_lease - what becomes of leased messages (KIPC_MAILBOX_LEASE)
 * @flags: in: 0
 * @action: in: one of enum kipc_lease_action
 * @tokens: in: address of @count tokens (__u64)
 * @count: in: how many; 1 to KIPC_BATCH_MAX
 * @done: out: how many were done, from the first on, also if it failed; the one after
 *	them is not that of a lease if the command got ENXIO
 * @deadline: in: with KIPC_LEASE_EXTEND: when they are to end, 0: as late as the mailbox
 *	allows. What is later than that is cut to it. Else 0.
 *
 * A lease belongs to the file through which its message was received, and ends when that
 * is closed for good, and when no descriptor of it is left in the process that received
 * it, as when that dies.
 *
 * Errors: E2BIG, EBADF (not open for reading), EFAULT, EINVAL, ENXIO (no lease of this
 * file has that token any more).
 */
struct kipc_mailbox_lease {
	__u32 flags;
	__u32 action;
	__u64 tokens;
	__u32 count;
	__u32 done;
	__u64 deadline;
};

/**
 * struct kipc_mailbox_purge - throw away all that is queued (KIPC_MAILBOX_PURGE)
 * @flags: in: 0
 * @reserved: in: 0
 * @purged: out: how many messages that were
 *
 * Leased messages stay. Of a broadcast, only this file skips what it did not receive.
 * Needs a file that is open for reading.
 *
 * Errors: EBADF, EFAULT, EINVAL.
 */
struct kipc_mailbox_purge {
	__u32 flags;
	__u32 reserved;
	__u64 purged;
};

/**
 * struct kipc_mailbox_info - a mailbox (KIPC_MAILBOX_INFO)
 * @flags: in: 0. Out: those of KIPC_MAILBOX_* that say how it was made.
 * @kind: out: one of enum kipc_mailbox_kind
 * @policy: out: one of enum kipc_mailbox_policy
 * @mode: out: permission bits
 * @uid: out: its owner, as the reader's user namespace sees it
 * @gid: out: its group, likewise
 * @messages_max: out: as it was made
 * @size_max: out: likewise
 * @history: out: likewise
 * @deliveries_max: out: likewise
 * @lease: out: likewise
 * @id: out: its number. No other mailbox ever has it.
 * @messages: out: messages that can be received; of a broadcast, by this file, if it is
 *	open for reading, and else those that are kept for anybody
 * @leased: out: messages that are leased
 * @receivers: out: threads that wait for messages
 * @senders: out: threads that wait for room
 * @readers: out: open files that may receive
 * @writers: out: open files that may send, and work queues whose dead-letter mailbox it is
 * @accepted: out: messages accepted since it was made
 * @delivered: out: deliveries, repeated ones included
 * @dropped: out: messages dropped because it was full; 0 for a broadcast, where each
 *	reader misses others
 * @returned: out: leases that ended without an acknowledgment
 * @dead: out: messages that went to the dead-letter mailbox
 *
 * Errors: EFAULT, EINVAL.
 */
struct kipc_mailbox_info {
	__u32 flags;
	__u32 kind;
	__u32 policy;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 messages_max;
	__u32 size_max;
	__u32 history;
	__u32 deliveries_max;
	__u64 lease;
	__u64 id;
	__u32 messages;
	__u32 leased;
	__u32 receivers;
	__u32 senders;
	__u32 readers;
	__u32 writers;
	__u64 accepted;
	__u64 delivered;
	__u64 dropped;
	__u64 returned;
	__u64 dead;
};

/**
 * struct kipc_mailbox_notify - be told once (KIPC_MAILBOX_NOTIFY)
 * @flags: in: 0
 * @eventfd: in: file descriptor of an eventfd, to which 1 is added when a message comes
 *	to the empty mailbox and nobody waits for it; -1: no longer
 *
 * One file at a time can ask for it, and it is over when it was told, or closed as a
 * lease is. Needs a file that is open for reading. Not for broadcasts.
 *
 * Errors: EBADF, EBUSY (somebody asked already), EFAULT, EINVAL (it is a broadcast, or not
 * an eventfd), ENXIO (no longer: this file did not ask).
 */
struct kipc_mailbox_notify {
	__u32 flags;
	__s32 eventfd;
};

/*
 * KIPC_REGION_READ, KIPC_REGION_WRITE: what may be done through the view: read, and
 * write, too. KIPC_REGION_READ is always needed.
 *
 * KIPC_REGION_CREATE: make the region if there is none of that name. A region without
 * a name is always a new one, and has the flag, too.
 *
 * KIPC_REGION_EXCLUSIVE: with KIPC_REGION_CREATE: get EEXIST if there is one.
 *
 * KIPC_REGION_OWN: a view that can revoke all others, and seal. For the region's owner, and
 * CAP_SYS_ADMIN in the domain's user namespace; else EPERM. A new region's first view is
 * such a one.
 *
 * KIPC_REGION_HUGE: with KIPC_REGION_CREATE: memory comes in huge pages where the kernel finds
 * some, and as much at once. They are mapped as such in views that begin where one does.
 */
#define KIPC_REGION_READ	(1U << 8)
#define KIPC_REGION_WRITE	(1U << 9)
#define KIPC_REGION_CREATE	(1U << 10)
#define KIPC_REGION_EXCLUSIVE	(1U << 11)
#define KIPC_REGION_OWN		(1U << 12)
#define KIPC_REGION_HUGE	(1U << 13)

/**
 * struct kipc_region_open - open a region (KIPC_REGION_OPEN)
 * @flags: in: KIPC_REGION_*; KIPC_WAIT: wait until the name appears, or the deadline
 *	passes; not with KIPC_REGION_CREATE
 * @mode: in: permission bits as of a file (0666): r may read, w may write. Owner and group
 *	are the maker's effective ones. CAP_DAC_OVERRIDE in the domain's user namespace goes
 *	past them.
 * @name: in: address of the name; see struct kipc_name_publish
 * @name_size: in: its size in bytes; 0 for a region without a name
 * @leases_max: in: most leases of one subscriber; 0: KIPC_LEASES_DEFAULT. Without
 *	@chunk_size 0.
 * @size: in: bytes, whole pages, at most KIPC_REGION_SIZE_MAX
 * @chunk_size: in: 0, or the size of the chunks into which it is cut: a multiple of
 *	KIPC_CHUNK_ALIGN, at most @size, and so that there are at most KIPC_CHUNKS_MAX. Chunk
 *	number n begins at n times that. What is left over belongs to none.
 * @deadline: in: when to stop waiting for the name, with KIPC_WAIT; else 0
 * @fd: out: the file descriptor of a view of all of it; it is close-on-exec
 * @created: out: 1 if the region is new, else 0
 *
 * @mode, @size, @leases_max and @chunk_size are for a new region: without
 * KIPC_REGION_CREATE they must be 0, and if the region exists they are checked and ignored.
 *
 * A region with a name stays until the name is taken away (KIPC_NAME_UNPUBLISH) and all
 * its views are closed and unmapped; with what is in it. Its name is not tied to the
 * endpoint. Its size is charged to the endpoint's user when it is made. Its pages come
 * when they are first touched, zeroed, and are charged to its maker's memory cgroup.
 *
 * mmap() of a view: shared or private, readable, and writable if the view is and no seal
 * forbids it (EPERM); never executable (EPERM), not past its end (EINVAL), and not when it
 * is revoked (EKEYREVOKED). A view that does not write can be mapped shared and writable
 * neither at once nor later (EACCES); a private mapping is a copy as soon as it is
 * written to. Touching it gets SIGBUS when the view was revoked, or there is no memory.
 *
 * poll() says EPOLLHUP when a view is the only one left of a region that had others,
 * EPOLLERR when it is revoked, and EPOLLOUT when a chunk can be loaned through it.
 *
 * Errors: EACCES, EDQUOT, EEXIST, EFAULT, EINTR, EINVAL, EMFILE, ENAMETOOLONG, ENFILE,
 * ENOENT, ENOMEM, EPERM ("sys.", KIPC_REGION_OWN), EPROTOTYPE (the name is no region's),
 * ETIMEDOUT.
 */
struct kipc_region_open {
	__u32 flags;
	__u32 mode;
	__u64 name;
	__u32 name_size;
	__u32 leases_max;
	__u64 size;
	__u64 chunk_size;
	__u64 deadline;
	__s32 fd;
	__u32 created;
};

/**
 * struct kipc_region_view - make a view from a view (KIPC_REGION_VIEW)
 * @flags: in: KIPC_REGION_READ, and KIPC_REGION_WRITE
 * @fd: out: its file descriptor; it is close-on-exec
 * @offset: in: where in this one it begins: whole pages
 * @size: in: bytes, whole pages, not past the end of this one; 0: up to that
 * @id: out: its number, unlike that of any other view of the region
 *
 * It can be passed on like any file. Who has this view, and no other, can take it away. It
 * is charged to the effective user.
 *
 * Errors: EACCES (this one may not write), EDQUOT, EFAULT, EINVAL, EKEYREVOKED, ELOOP (made
 * from one another, KIPC_DEPTH_MAX are enough), EMFILE, ENFILE, ENOMEM.
 */
struct kipc_region_view {
	__u32 flags;
	__s32 fd;
	__u64 offset;
	__u64 size;
	__u64 id;
};

/**
 * struct kipc_region_revoke - take views away (KIPC_REGION_REVOKE)
 * @flags: in: 0
 * @reserved: 0
 * @id: in: number of a view that was made from this one, or from one that was; 0: all
 *	of these. For a view with KIPC_REGION_OWN: any other; 0: all others.
 *
 * All views that were made from it go with it. When the command returns no process has a
 * mapping of them: whoever touches one gets SIGBUS. Pages that somebody has pinned for a
 * transfer (O_DIRECT, vmsplice(), io_uring's fixed buffers) stay the region's, and that
 * transfer may end; see Documentation/regions.rst.
 *
 * Errors: EFAULT, EINVAL, EKEYREVOKED (this one is), ENXIO.
 */
struct kipc_region_revoke {
	__u32 flags;
	__u32 reserved;
	__u64 id;
};

/**
 * enum kipc_region_seal - what cannot be done with a region any more
 * @KIPC_REGION_SEAL_SEAL: seal it
 * @KIPC_REGION_SEAL_WRITE: write to it: EBUSY if it is mapped to be written, or could be
 * @KIPC_REGION_SEAL_FUTURE_WRITE: map it to be written; mappings that are there stay
 *
 * They are those of a memfd, whose size cannot change; but a transfer that has pinned
 * pages before is not looked for, and may end: see Documentation/regions.rst.
 */
enum kipc_region_seal {
	KIPC_REGION_SEAL_SEAL = 1,
	KIPC_REGION_SEAL_WRITE = 8,
	KIPC_REGION_SEAL_FUTURE_WRITE = 16,
};

/**
 * struct kipc_region_seal_add - seal a region (KIPC_REGION_SEAL)
 * @flags: in: 0
 * @seals: in: of enum kipc_region_seal, at least one; they add up
 *
 * Errors: EBUSY, EFAULT, EINVAL, EKEYREVOKED, EPERM (without KIPC_REGION_OWN or
 * KIPC_REGION_WRITE; or KIPC_REGION_SEAL_SEAL is set).
 */
struct kipc_region_seal_add {
	__u32 flags;
	__u32 seals;
};

/**
 * struct kipc_view_entry - a view, as it is listed
 * @id: its number
 * @parent: of the one it was made from; 0: none, or that is closed
 * @offset: where in the region it begins
 * @size: its size in bytes
 * @flags: KIPC_REGION_READ, _WRITE, _OWN
 * @uid: effective user of who made it
 * @pid: process that made it; 0 if it is gone, or not to be seen
 * @reserved: 0
 */
struct kipc_view_entry {
	__u64 id;
	__u64 parent;
	__u64 offset;
	__u64 size;
	__u32 flags;
	__u32 uid;
	__u32 pid;
	__u32 reserved;
};

/**
 * struct kipc_region_views - list views (KIPC_REGION_VIEWS)
 * @flags: in: 0
 * @count: in: how many fit, at least 1
 * @views: in: address of structs kipc_view_entry
 * @cursor: in: 0; to go on, as it came back. Out: 0 when these are all.
 * @listed: out: how many there are
 * @reserved: 0
 *
 * Those that this one can revoke, in the order in which they were made.
 *
 * Errors: EFAULT, EINVAL, EKEYREVOKED, ENOMEM.
 */
struct kipc_region_views {
	__u32 flags;
	__u32 count;
	__u64 views;
	__u64 cursor;
	__u32 listed;
	__u32 reserved;
};

/**
 * struct kipc_region_info - what a view and its region are (KIPC_REGION_INFO)
 * @flags: in: 0
 * @rights: out: KIPC_REGION_READ, _WRITE, _OWN
 * @id: out: the region's number. No other region ever has it.
 * @view: out: the view's number in it
 * @offset: out: where in the region the view begins
 * @size: out: the view's size
 * @region_size: out: the region's
 * @resident: out: bytes of its pages that were touched
 * @mode: out: permission bits of its name
 * @uid: out: its owner
 * @gid: out: its group
 * @seals: out: of enum kipc_region_seal
 * @views: out: how many views there are
 * @revoked: out: 1 if this one is revoked, else 0
 * @chunk_size: out: size of its chunks; 0 if it is not cut
 * @chunks: out: how many chunks it has
 * @chunks_free: out: how many of them are free
 * @leases: out: loans and leases that are had through this view
 * @leases_max: out: most leases of one subscriber
 *
 * Errors: EFAULT, EINVAL.
 */
struct kipc_region_info {
	__u32 flags;
	__u32 rights;
	__u64 id;
	__u64 view;
	__u64 offset;
	__u64 size;
	__u64 region_size;
	__u64 resident;
	__u32 mode;
	__u32 uid;
	__u32 gid;
	__u32 seals;
	__u32 views;
	__u32 revoked;
	__u64 chunk_size;
	__u32 chunks;
	__u32 chunks_free;
	__u32 leases;
	__u32 leases_max;
};

/**
 * struct kipc_region_hold - let this process have chunks (KIPC_REGION_HOLD)
 * @flags: in: 0
 * @leases: in: how many at once, loans and leases, up to KIPC_LEASES_MAX; 0: no longer
 * @cookie: in: the process's word for the region; comes with each lease. With 0 leases 0.
 *
 * From then on what the process receives with a message, by whatever endpoint or mailbox,
 * that is a chunk of the region, is leased to it through this view, if that has the whole
 * chunk. It is over when the view is closed, or revoked, and when no descriptor of it is
 * left in the process, as when that dies, or when it says so: then all its loans and leases
 * end.
 *
 * One process at a time can hold a region through a view, and through one view only. A view
 * and those made from it have no more than the region's @leases_max together, if it is
 * none with KIPC_REGION_OWN. Those that have opened the region by its name, and are of one
 * user other than its owner, have that together. Whoever has as many leases as it said
 * gets EDQUOT when it is to receive one more, and the message stays where it is; but a call
 * to it fails, see Documentation/uapi.rst.
 *
 * Errors: EBUSY (another process does through this view), EDQUOT (more than are left),
 * EEXIST (this one does, through this view or another), EFAULT, EINVAL, EKEYREVOKED, ENOMEM,
 * ENOTCONN (no longer: this one does not), EPROTOTYPE (the region has no chunks).
 */
struct kipc_region_hold {
	__u32 flags;
	__u32 leases;
	__u64 cookie;
};

/**
 * struct kipc_chunk_loan - take a free chunk (KIPC_CHUNK_LOAN)
 * @flags: in: 0
 * @release: in: a loan or lease that is released with it; 0: none
 * @lease: out: the loan's number. It is of this process and view, and until that holds the
 *	region anew other than those of the last million.
 * @chunk: out: which chunk
 *
 * Through a view with KIPC_REGION_OWN and KIPC_REGION_WRITE. Its bytes are as they were left.
 * To be written to until it is attached to a message, and until then nobody else has it;
 * nothing keeps one from writing to it later. The one that was freed last is loaned first.
 * If the command fails @release is not released, but if it is EFAULT because the struct has
 * become read-only meanwhile.
 *
 * Errors: EAGAIN (none is free), EDQUOT (as many as it said), EFAULT, EINVAL, EKEYREVOKED,
 * ENOTCONN (the process does not hold the region through this view), ENXIO (@release),
 * EPERM (such a view it is not).
 */
struct kipc_chunk_loan {
	__u32 flags;
	__u32 release;
	__u32 lease;
	__u32 chunk;
};

/**
 * struct kipc_chunk_release - give loans and leases back (KIPC_CHUNK_RELEASE)
 * @flags: in: 0
 * @count: in: how many; 1 to KIPC_BATCH_MAX
 * @leases: in: address of their numbers (__u32)
 * @released: out: how many were released, from the first on, also if it failed
 * @reserved: 0
 *
 * Errors: E2BIG, EFAULT, EINVAL, EKEYREVOKED, ENXIO (this process has no such lease through
 * this view, or no more).
 */
struct kipc_chunk_release {
	__u32 flags;
	__u32 count;
	__u64 leases;
	__u32 released;
	__u32 reserved;
};

/**
 * enum kipc_chunk_state - what somebody has of a chunk
 * @KIPC_CHUNK_LOANED: a loan
 * @KIPC_CHUNK_LEASED: a lease
 * @KIPC_CHUNK_SENT: it is attached to messages that nobody has received, or that somebody
 *	can receive again
 */
enum kipc_chunk_state {
	KIPC_CHUNK_LOANED = 1,
	KIPC_CHUNK_LEASED = 2,
	KIPC_CHUNK_SENT = 3,
};

/**
 * struct kipc_chunk_entry - who has a chunk
 * @chunk: its number
 * @state: one of enum kipc_chunk_state
 * @view: number of the view through which; 0 if it was sent
 * @count: how many messages, if it was sent; else 1
 * @uid: effective user of who made that view; 0 if it was sent
 * @pid: process that has it; 0 if it was sent, or is not to be seen
 * @reserved: 0
 */
struct kipc_chunk_entry {
	__u32 chunk;
	__u32 state;
	__u64 view;
	__u32 count;
	__u32 uid;
	__u32 pid;
	__u32 reserved;
};

/**
 * struct kipc_chunk_list - list who has what (KIPC_CHUNK_LIST)
 * @flags: in: 0
 * @count: in: how many fit, at least 1
 * @entries: in: address of structs kipc_chunk_entry
 * @cursor: in: 0; to go on, as it came back. Out: 0 when these are all.
 * @listed: out: how many there are
 * @reserved: 0
 *
 * In the order of the chunks. What free ones there are is not listed. Needs a view with
 * KIPC_REGION_OWN. If one chunk has more entries than fit, it begins with the next call
 * where it went on; what changes between two calls can be there twice, or not.
 *
 * Errors: EFAULT, EINVAL, EKEYREVOKED, ENOMEM, EPERM, EPROTOTYPE (it has no chunks).
 */
struct kipc_chunk_list {
	__u32 flags;
	__u32 count;
	__u64 entries;
	__u64 cursor;
	__u32 listed;
	__u32 reserved;
};

#define KIPC_IOC_MAGIC		0xE1

#define KIPC_INFO		_IOWR(KIPC_IOC_MAGIC, 0x00, struct kipc_info)
#define KIPC_STAT		_IOWR(KIPC_IOC_MAGIC, 0x01, struct kipc_stat)
#define KIPC_NODE_CREATE	_IOWR(KIPC_IOC_MAGIC, 0x02, \
				      struct kipc_node_create)
#define KIPC_NODE_DESTROY	_IOW(KIPC_IOC_MAGIC, 0x03, \
				     struct kipc_node_destroy)
#define KIPC_HANDLE_DUP		_IOWR(KIPC_IOC_MAGIC, 0x04, \
				      struct kipc_handle_dup)
#define KIPC_HANDLE_DROP	_IOW(KIPC_IOC_MAGIC, 0x05, \
				     struct kipc_handle_drop)
#define KIPC_HANDLE_WATCH	_IOW(KIPC_IOC_MAGIC, 0x06, \
				     struct kipc_handle_watch)
#define KIPC_HANDLE_UNWATCH	_IOW(KIPC_IOC_MAGIC, 0x07, \
				     struct kipc_handle_watch)
#define KIPC_CALL		_IOWR(KIPC_IOC_MAGIC, 0x08, struct kipc_call)
#define KIPC_RECV		_IOWR(KIPC_IOC_MAGIC, 0x09, struct kipc_recv)
#define KIPC_REPLY		_IOWR(KIPC_IOC_MAGIC, 0x0a, struct kipc_reply)
#define KIPC_REPLY_RECV		_IOWR(KIPC_IOC_MAGIC, 0x0b, \
				      struct kipc_reply_recv)
#define KIPC_SEND		_IOWR(KIPC_IOC_MAGIC, 0x0c, struct kipc_send)
#define KIPC_NOTIFY		_IOW(KIPC_IOC_MAGIC, 0x0d, struct kipc_notify)
#define KIPC_FREE		_IOWR(KIPC_IOC_MAGIC, 0x0e, struct kipc_free)
#define KIPC_NAME_PUBLISH	_IOW(KIPC_IOC_MAGIC, 0x0f, \
				     struct kipc_name_publish)
#define KIPC_NAME_UNPUBLISH	_IOW(KIPC_IOC_MAGIC, 0x10, \
				     struct kipc_name_unpublish)
#define KIPC_NAME_LOOKUP	_IOWR(KIPC_IOC_MAGIC, 0x11, \
				      struct kipc_name_lookup)
#define KIPC_NAME_LIST		_IOWR(KIPC_IOC_MAGIC, 0x12, \
				      struct kipc_name_list)
#define KIPC_NAME_WATCH		_IOW(KIPC_IOC_MAGIC, 0x13, \
				     struct kipc_name_watch)
#define KIPC_NAME_UNWATCH	_IOW(KIPC_IOC_MAGIC, 0x14, \
				     struct kipc_name_unwatch)
#define KIPC_RECV_BATCH		_IOWR(KIPC_IOC_MAGIC, 0x15, \
				      struct kipc_recv_batch)
#define KIPC_FREEZE		_IOWR(KIPC_IOC_MAGIC, 0x16, \
				      struct kipc_freeze)
#define KIPC_FREEZE_WATCH	_IOW(KIPC_IOC_MAGIC, 0x17, \
				     struct kipc_freeze_watch)
#define KIPC_FREEZE_UNWATCH	_IOW(KIPC_IOC_MAGIC, 0x18, \
				     struct kipc_freeze_watch)
#define KIPC_MAILBOX_OPEN	_IOWR(KIPC_IOC_MAGIC, 0x19, \
				      struct kipc_mailbox_open)
#define KIPC_REGION_OPEN	_IOWR(KIPC_IOC_MAGIC, 0x1a, \
				      struct kipc_region_open)

/* On mailboxes */
#define KIPC_MAILBOX_SEND	_IOWR(KIPC_IOC_MAGIC, 0x40, \
				      struct kipc_mailbox_send)
#define KIPC_MAILBOX_SEND_BATCH	_IOWR(KIPC_IOC_MAGIC, 0x41, \
				      struct kipc_mailbox_send_batch)
#define KIPC_MAILBOX_RECV	_IOWR(KIPC_IOC_MAGIC, 0x42, \
				      struct kipc_mailbox_recv)
#define KIPC_MAILBOX_RECV_BATCH	_IOWR(KIPC_IOC_MAGIC, 0x43, \
				      struct kipc_mailbox_recv_batch)
#define KIPC_MAILBOX_PEEK	_IOWR(KIPC_IOC_MAGIC, 0x44, \
				      struct kipc_mailbox_peek)
#define KIPC_MAILBOX_LEASE	_IOWR(KIPC_IOC_MAGIC, 0x45, \
				      struct kipc_mailbox_lease)
#define KIPC_MAILBOX_PURGE	_IOWR(KIPC_IOC_MAGIC, 0x46, \
				      struct kipc_mailbox_purge)
#define KIPC_MAILBOX_INFO	_IOWR(KIPC_IOC_MAGIC, 0x47, \
				      struct kipc_mailbox_info)
#define KIPC_MAILBOX_NOTIFY	_IOW(KIPC_IOC_MAGIC, 0x48, \
				     struct kipc_mailbox_notify)
#define KIPC_MAILBOX_SEND_RECV	_IOWR(KIPC_IOC_MAGIC, 0x49, \
				      struct kipc_mailbox_send_recv)

/* On views of regions */
#define KIPC_REGION_VIEW	_IOWR(KIPC_IOC_MAGIC, 0x80, \
				      struct kipc_region_view)
#define KIPC_REGION_REVOKE	_IOW(KIPC_IOC_MAGIC, 0x81, \
				     struct kipc_region_revoke)
#define KIPC_REGION_SEAL	_IOW(KIPC_IOC_MAGIC, 0x82, \
				     struct kipc_region_seal_add)
#define KIPC_REGION_INFO	_IOWR(KIPC_IOC_MAGIC, 0x83, \
				      struct kipc_region_info)
#define KIPC_REGION_VIEWS	_IOWR(KIPC_IOC_MAGIC, 0x84, \
				      struct kipc_region_views)
#define KIPC_REGION_HOLD	_IOW(KIPC_IOC_MAGIC, 0x85, \
				     struct kipc_region_hold)
#define KIPC_CHUNK_LOAN		_IOWR(KIPC_IOC_MAGIC, 0x86, \
				      struct kipc_chunk_loan)
#define KIPC_CHUNK_RELEASE	_IOWR(KIPC_IOC_MAGIC, 0x87, \
				      struct kipc_chunk_release)
#define KIPC_CHUNK_LIST		_IOWR(KIPC_IOC_MAGIC, 0x88, \
				      struct kipc_chunk_list)

#endif /* _UAPI_LINUX_KIPC_H */
