/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * kipc: calls, mailboxes and shared regions between processes that do not
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
/* Most ids in one KIPC_FREE */
#define KIPC_BATCH_MAX		1024

/*
 * Rights that a handle carries. They can be taken away when a handle is
 * duplicated or passed on, and never added.
 */
#define KIPC_RIGHT_CALL		(1U << 0) /* may call, send and notify */
#define KIPC_RIGHT_GRANT	(1U << 1) /* may pass it on and publish it */
#define KIPC_RIGHT_WATCH	(1U << 2) /* may ask to be told of its death */
#define KIPC_RIGHTS_ALL		(KIPC_RIGHT_CALL | KIPC_RIGHT_GRANT | \
				 KIPC_RIGHT_WATCH)

/*
 * Flags that several commands share.
 *
 * KIPC_FREE_SLICE: free the pool slice at offset @free, along with this
 * command. The kernel clears the flag in the caller's struct once it is done,
 * however the command ends, so that a command can be issued again as it is.
 * An offset that is not that of a slice gets ENXIO before anything is done.
 *
 * KIPC_VEC: @data points to @data_size structs kipc_vec, and the payload is
 * gathered from them, rather than @data pointing to @data_size bytes.
 *
 * KIPC_NONBLOCK: get EAGAIN rather than wait for a message. O_NONBLOCK on the
 * file does the same.
 */
#define KIPC_FREE_SLICE		(1U << 0)
#define KIPC_VEC		(1U << 1)
#define KIPC_NONBLOCK		(1U << 2)

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
 *	Endpoints are refused, and in one-way messages also AF_UNIX sockets and
 *	io_uring instances, with ELOOP: they could hold the queue that holds
 *	them.
 */
enum kipc_attachment_type {
	KIPC_ATTACH_HANDLE = 1,
	KIPC_ATTACH_NODE = 2,
	KIPC_ATTACH_FD = 3,
};

/**
 * struct kipc_attachment - an object or a file that travels with a message
 * @type: one of enum kipc_attachment_type
 * @id: handle, node or file descriptor; 0 for a node that came home
 * @rights: rights of a handle; 0 in a file descriptor and a node come home
 * @reserved: 0
 * @cookie: cookie of a node that came home; 0 in what is sent
 */
struct kipc_attachment {
	__u32 type;
	__u32 id;
	__u32 rights;
	__u32 reserved;
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
 * @watches: out: watches on objects' deaths
 * @name_watches: out: watches on names
 * @pool_bytes: out: pools mapped, in bytes
 * @message_bytes: out: bytes of payload that the user sent and that nobody
 *	received yet
 * @message_count: out: messages that the user sent and nobody received yet
 * @files: out: file descriptors attached to those messages
 * @attached_handles: out: handles and nodes attached to those messages
 * @domain_endpoints: out: endpoints open in the domain
 * @domain_names: out: names in the domain
 * @calls: out: calls queued in the domain since it was made
 * @replies: out: calls answered
 * @sends: out: one-way messages queued
 * @notifies: out: notifications made
 * @failed: out: calls queued that ended without an answer
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
	__u64 domain_endpoints;
	__u64 domain_names;
	__u64 calls;
	__u64 replies;
	__u64 sends;
	__u64 notifies;
	__u64 failed;
};

/* Be told when the last handle to the node is gone: KIPC_MSG_NO_SENDERS */
#define KIPC_NODE_NO_SENDERS	(1U << 0)

/**
 * struct kipc_node_create - make an object that others can call
 *	(KIPC_NODE_CREATE)
 * @flags: in: KIPC_NODE_NO_SENDERS
 * @node: out: the node's id in this endpoint
 * @cookie: in: the owner's own word for it; comes with each message
 *
 * Errors: EDQUOT, EINVAL, ENOMEM.
 */
struct kipc_node_create {
	__u32 flags;
	__u32 node;
	__u64 cookie;
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
 * does not come any more.
 *
 * Errors: EACCES, EDQUOT, EEXIST (watched already), EINVAL, ENOMEM, ENXIO
 * (no such handle; to unwatch: or no watch on it).
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
 */
enum kipc_stage {
	KIPC_STAGE_NOT_QUEUED = 0,
	KIPC_STAGE_WITHDRAWN = 1,
	KIPC_STAGE_RECEIVED = 2,
	KIPC_STAGE_REPLY_LOST = 3,
	KIPC_STAGE_DONE = 4,
};

/**
 * struct kipc_call - send a request and wait for its reply (KIPC_CALL)
 * @handle: in: a handle with the right CALL
 * @flags: in: KIPC_FREE_SLICE, KIPC_VEC
 * @code: in: which method; the server gets it as it is
 * @attachment_count: in: how many attachments
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @deadline: in: when to give up
 * @free: in: offset of a slice to free
 * @parent: in: 0
 * @reply_offset: out: where in the pool the reply's payload is
 * @reply_size: out: its size in bytes. Behind it, at the next multiple of 8,
 *	are the reply's attachments. The reply holds a slice of the pool, which
 *	must be freed by its offset, if either size or count is not 0.
 * @reply_code: out: the code that the server gave
 * @reply_attachment_count: out: how many structs kipc_attachment came
 * @stage: out: one of enum kipc_stage, valid also when the call failed
 * @reserved: 0
 *
 * A signal that comes before a server received the call withdraws it, and the
 * system call is restarted or gets EINTR as sigaction(2) says. After that the
 * call is abandoned with EINTR, and the server's reply gets ECANCELED. So it is,
 * too, if the thread is stopped and continued, traced or frozen, which the
 * kernel does by a signal that has no handler.
 *
 * Errors: E2BIG (too many segments or attachments), EACCES (the handle lacks
 * CALL, an attached one GRANT or a right that it is to pass on), EAGAIN (no
 * room in the receiver: its pool, queue, handles or file descriptors), EBADF
 * (attached), EDQUOT, EFAULT, EINTR, EINVAL, ELOOP (attached), EMFILE (the
 * reply's file descriptors; stage REPLY_LOST), EMSGSIZE (larger than the
 * receiver's pool), ENOMEM, ENXIO, EOWNERDEAD, ETIMEDOUT.
 */
struct kipc_call {
	__u32 handle;
	__u32 flags;
	__u32 code;
	__u32 attachment_count;
	__u64 data;
	__u64 data_size;
	__u64 attachments;
	__u64 deadline;
	__u64 free;
	__u64 parent;
	__u64 reply_offset;
	__u64 reply_size;
	__u32 reply_code;
	__u32 reply_attachment_count;
	__u32 stage;
	__u32 reserved;
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
 */
enum kipc_message_kind {
	KIPC_MSG_CALL = 1,
	KIPC_MSG_SEND = 2,
	KIPC_MSG_NOTIFY = 3,
	KIPC_MSG_DEATH = 4,
	KIPC_MSG_NO_SENDERS = 5,
	KIPC_MSG_NAMES = 6,
};

#define KIPC_NAMES_APPEARED	(1U << 0)
#define KIPC_NAMES_VANISHED	(1U << 1)

/* No other thread waits in KIPC_RECV on this endpoint: time to start one */
#define KIPC_MSG_NO_IDLE	(1U << 0)

/**
 * struct kipc_message - what was received
 * @kind: one of enum kipc_message_kind
 * @flags: KIPC_MSG_NO_IDLE
 * @cookie: of the node that it is for, or of the watch
 * @token: what to answer to; 0 unless KIPC_MSG_CALL. Never used twice.
 * @bits: pending bits of KIPC_MSG_NOTIFY and KIPC_MSG_NAMES
 * @offset: where in the pool the payload is
 * @size: its size in bytes. Behind it, at the next multiple of 8, are the
 *	attachments. The message holds a slice of the pool, which must be freed
 *	by its offset, if either size or count is not 0.
 * @deadline: the caller's; 0 means none
 * @code: which method
 * @attachment_count: how many structs kipc_attachment came
 * @pid: the sender's process, as the receiver's PID namespace sees it; 0 if it
 *	does not, if that process is gone, and in notices
 * @tid: the sender's thread, likewise
 * @euid: the sender's effective user when it sent, as the receiver's user
 *	namespace sees it
 * @egid: the sender's effective group, likewise
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
};

/**
 * struct kipc_recv - take the next message (KIPC_RECV)
 * @flags: in: KIPC_FREE_SLICE, KIPC_NONBLOCK
 * @reserved: in: 0
 * @deadline: in: when to give up
 * @free: in: offset of a slice to free
 * @message: out: what was received
 *
 * If it fails, the message stays at the head of the queue. But a message whose
 * files the receiver cannot take would be in the way of all others: it is not
 * received at all and fails. Its caller gets EAGAIN if the receiver has no free
 * file descriptors, and EACCES if a security module forbids it; a one-way
 * message is dropped.
 *
 * Errors: EAGAIN (nothing there), EFAULT, EINTR, EINVAL, ENOMEM, ENXIO,
 * ETIMEDOUT.
 */
struct kipc_recv {
	__u32 flags;
	__u32 reserved;
	__u64 deadline;
	__u64 free;
	struct kipc_message message;
};

/**
 * struct kipc_reply - answer a call (KIPC_REPLY)
 * @token: in: of the call. KIPC_REPLY_RECV sets it to 0 once the reply is
 *	delivered or canceled.
 * @flags: in: KIPC_FREE_SLICE, KIPC_VEC
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
 * killed), EINVAL, ELOOP, EMSGSIZE (larger than the caller's pool), ENOMEM,
 * ENXIO (no such token or slice).
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
 * If the reply fails, nothing is received. If only the receive fails, @reply
 * has come back as all 0, so the command can be issued again as it is.
 *
 * Errors: as for KIPC_REPLY and KIPC_RECV.
 */
struct kipc_reply_recv {
	struct kipc_reply reply;
	struct kipc_recv recv;
};

/**
 * struct kipc_send - send a one-way message (KIPC_SEND)
 * @handle: in: a handle with the right CALL
 * @flags: in: KIPC_FREE_SLICE, KIPC_VEC
 * @code: in: which method; the receiver gets it as it is
 * @attachment_count: in: how many attachments
 * @data: in: address of the payload, or of structs kipc_vec
 * @data_size: in: bytes of payload, or number of structs kipc_vec
 * @attachments: in: address of @attachment_count structs kipc_attachment
 * @free: in: offset of a slice to free
 *
 * Errors: as for KIPC_CALL, without EMFILE and ETIMEDOUT; EINTR only for one who
 * is being killed.
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
 */
enum kipc_object_kind {
	KIPC_OBJECT_NODE = 1,
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
 * the domain's user namespace; else EPERM.
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
 * EINVAL, ENAMETOOLONG, ENOENT, ENOMEM, ETIMEDOUT.
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
 *	namespace sees it; 0 if it does not
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

#endif /* _UAPI_LINUX_KIPC_H */
