/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libkipc: calls between processes that do not trust each other, over
 * /dev/kipc.
 *
 * An endpoint (struct kipc) is a process's party to the conversation. It owns
 * nodes, objects that others can call, each with a handler; and it holds
 * handles, numbers for the nodes of others, which it looks up by name or gets
 * as attachments of messages. The shortest server and client:
 *
 *	static int echo(struct kipc_request *request, void *userdata)
 *	{
 *		return kipc_request_reply(request, 0,
 *					  kipc_request_data(request),
 *					  kipc_request_size(request));
 *	}
 *
 *	kipc_open(NULL, 0, 0, &endpoint);
 *	kipc_node_new(endpoint, echo, NULL, 0, &node);
 *	kipc_node_publish(node, "example.echo", 0666);
 *	kipc_serve(endpoint, 4);
 *
 *	kipc_open(NULL, 0, 0, &endpoint);
 *	kipc_name_lookup(endpoint, "example.echo", KIPC_RIGHT_CALL,
 *			 kipc_deadline_ms(1000), &handle, NULL);
 *	kipc_call(endpoint, handle, 0, "hello", 5, KIPC_FOREVER, &result);
 *	fwrite(result.data, 1, result.size, stdout);
 *	kipc_result_release(&result);
 *
 * Errors. A function that can fail returns 0 or a positive number on success,
 * and -errno otherwise; errno itself is not set. Besides the errors that a
 * function lists, each that takes an endpoint, or something of one, may return
 * -ECHILD (see "Fork"), and each with flags -EINVAL for an unknown flag. What
 * a function hands out through a pointer is only valid if it succeeded, unless
 * it says otherwise.
 *
 * Status of a call. Whether a call reached its handler and came back, and what
 * the handler thought of it, are two things. kipc_call() returns 0 as soon as
 * there is a reply, and -errno if there is none. The reply's code is what the
 * handler gave to kipc_request_reply(), or returned: by convention 0 for
 * success and -errno for failure, and positive numbers for whatever else the
 * two sides agree on.
 *
 * Zero copy. Received payloads are read where the kernel put them, in the
 * endpoint's pool, which is mapped read-only. They stay until they are
 * released: replies by kipc_result_release(), requests when their handler
 * returns.
 *
 * Deadlines are absolute CLOCK_MONOTONIC nanoseconds, as kipc_deadline_ms()
 * and kipc_deadline_ns() make them.
 *
 * Threads. All functions on an endpoint, its nodes, handles and watches may be
 * called from any thread at any time, also from handlers and callbacks, except
 * where a function says otherwise. A request, a result and an iterator are for
 * one thread at a time. Nothing but kipc_serve_stop() may be called from a
 * signal handler. The library has no global state, no constructors, starts no
 * threads but those of kipc_serve(), and installs no signal handlers.
 *
 * Fork. The kernel does not let a child inherit the pool, and the child must
 * not answer for its parent: in the child, every function on an inherited
 * endpoint returns -ECHILD and does nothing, except for kipc_close(), which
 * gives up the child's copy and leaves the parent's endpoint as it is. A child
 * that does not exec should close inherited endpoints soon, because its copy of
 * the file descriptor keeps the endpoint alive after the parent's death. The
 * file descriptor is close-on-exec.
 */
#ifndef KIPC_H
#define KIPC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <linux/kipc.h>

#ifdef __cplusplus
extern "C" {
#endif

/* All that is declared here, and nothing else, is visible in libkipc.so */
#pragma GCC visibility push(default)

/* A deadline that never passes */
#define KIPC_FOREVER		0
/* A deadline that has passed: do not wait at all */
#define KIPC_NO_WAIT		1

/* kipc_open(): map no pool */
#define KIPC_OPEN_NO_POOL	0x1U

/* kipc_request_replyv(): answer before the function returns */
#define KIPC_REPLY_NOW		0x1U

/* kipc_name_watch(): report the names that exist already, too */
#define KIPC_WATCH_EXISTING	0x1U

/* One open of /dev/kipc */
struct kipc;
/* An object of one's own that others can call */
struct kipc_node;
/* A message that a handler is given */
struct kipc_request;
/* A wish to be told of the death of an object, or of names */
struct kipc_watch;
/* A walk through the names that exist */
struct kipc_names;

/**
 * struct kipc_content - what a message carries
 * @iov: segments of the payload, gathered in order; may be NULL if there are
 *	none
 * @iov_count: how many, 0 to KIPC_VEC_MAX
 * @attachments: attachments; may be NULL if there are none. See
 *	kipc_attachment_set_fd() and its like.
 * @attachment_count: how many, 0 to KIPC_ATTACHMENTS_MAX
 */
struct kipc_content {
	const struct iovec *iov;
	size_t iov_count;
	const struct kipc_attachment *attachments;
	size_t attachment_count;
};

/**
 * struct kipc_result - the reply to a call
 * @code: the handler's verdict: 0, -errno, or what the two sides agreed on
 * @stage: how far the call got, one of enum kipc_stage; valid also if the call
 *	failed, and says then whether it is safe to try again
 * @data: the reply's payload; NULL if there is none
 * @size: its size in bytes
 * @attachments: the reply's attachments; NULL if there are none
 * @attachment_count: how many
 * @endpoint: private
 * @slice: private
 * @taken: private
 *
 * kipc_call() fills it in, and kipc_result_release() must be called for it
 * after a call that succeeded; it does no harm after one that failed.
 */
struct kipc_result {
	int code;
	unsigned int stage;
	const void *data;
	size_t size;
	const struct kipc_attachment *attachments;
	size_t attachment_count;
	struct kipc *endpoint;
	uint64_t slice;
	uint64_t taken[4];
};

/**
 * struct kipc_sender - who sent a message, as the kernel vouches for it
 * @pid: process, as this process's PID namespace sees it; 0 if it does not
 * @tid: thread, likewise
 * @euid: effective user when it sent, as this user namespace sees it
 * @egid: effective group, likewise
 */
struct kipc_sender {
	pid_t pid;
	pid_t tid;
	uid_t euid;
	gid_t egid;
};

/**
 * struct kipc_name - a name that exists, or existed
 * @serial: larger than those of all names published before it
 * @name: the name, terminated by a zero byte
 * @kind: what it stands for, one of enum kipc_object_kind
 * @pid: process that opened the publishing endpoint; 0 if not visible here
 * @uid: owner
 * @gid: group
 * @mode: permission bits
 */
struct kipc_name {
	uint64_t serial;
	const char *name;
	unsigned int kind;
	pid_t pid;
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

/**
 * typedef kipc_handler - handle a message for a node
 * @request: the message, see kipc_request_kind(); valid until the handler
 *	returns
 * @userdata: as given to kipc_node_new()
 *
 * A call is answered by kipc_request_reply() or kipc_request_replyv(), or put
 * off by kipc_request_defer(). If the handler did neither, what it returns
 * becomes the code of an empty reply, so a caller is never left waiting: return
 * 0 for success without a payload, or -errno. Otherwise, and for messages that
 * are no calls, the returned value has no effect.
 *
 * Attachments that the handler did not take are closed or dropped when it
 * returns. With several threads, handlers run at the same time, also those of
 * one node.
 *
 * Return: 0, -errno, or another code for the caller.
 */
typedef int (*kipc_handler)(struct kipc_request *request, void *userdata);

/**
 * typedef kipc_death_callback - an object died
 * @endpoint: the endpoint that watched it
 * @handle: the handle that was watched; still to be dropped
 * @userdata: as given to kipc_handle_watch()
 */
typedef void (*kipc_death_callback)(struct kipc *endpoint, uint32_t handle,
				    void *userdata);

/**
 * typedef kipc_name_callback - a name appeared or vanished
 * @endpoint: the endpoint that watches
 * @name: the name; valid until the callback returns
 * @appeared: 1 if it appeared, 0 if it vanished
 * @userdata: as given to kipc_name_watch()
 *
 * For one watch the callbacks run one at a time, and for each name in order: one
 * that was unpublished and published again is reported as vanished, then as
 * appeared. One that came and went unseen may not be reported at all.
 */
typedef void (*kipc_name_callback)(struct kipc *endpoint,
				   const struct kipc_name *name, int appeared,
				   void *userdata);

/* ---- Deadlines ---------------------------------------------------------- */

/**
 * kipc_deadline_ns() - a deadline so many nanoseconds from now
 * @ns: nanoseconds; what lies beyond the end of time becomes that end
 *
 * Return: the deadline, never KIPC_FOREVER.
 */
uint64_t kipc_deadline_ns(uint64_t ns);

/**
 * kipc_deadline_ms() - a deadline so many milliseconds from now
 * @ms: milliseconds; what lies beyond the end of time becomes that end
 *
 * Return: the deadline, never KIPC_FOREVER.
 */
uint64_t kipc_deadline_ms(uint64_t ms);

/**
 * kipc_deadline_remaining() - how long until a deadline passes
 * @deadline: the deadline
 *
 * Return: nanoseconds; 0 if it passed, UINT64_MAX for KIPC_FOREVER.
 */
uint64_t kipc_deadline_remaining(uint64_t deadline);

/* ---- Endpoints ---------------------------------------------------------- */

/**
 * kipc_open() - make an endpoint
 * @device: path of the device; NULL for "/dev/kipc"
 * @pool_size: bytes of the pool that what is received goes to, rounded up to
 *	whole pages, at most KIPC_POOL_MAX; 0 for 1 MiB. Memory is taken only
 *	for what is in use. No message larger than the pool can be received, and
 *	one sender gets at most half of what is free in it.
 * @flags: KIPC_OPEN_NO_POOL: map none (@pool_size is 0); for an endpoint that
 *	receives no payloads
 * @endpoint: where the new endpoint goes
 *
 * Errors: EACCES (no permission for the device), EDQUOT, EINVAL, EMFILE,
 * ENFILE, ENODEV or ENXIO (module went away), ENOENT (module not loaded),
 * ENOMEM, EPROTONOSUPPORT (the kernel's ABI is not this library's).
 * Return: 0 or -errno.
 */
int kipc_open(const char *device, size_t pool_size, unsigned int flags,
	      struct kipc **endpoint);

/**
 * kipc_close() - end an endpoint and all that it owns
 * @endpoint: the endpoint; NULL does nothing
 *
 * Its nodes and watches are freed, its handles dropped; callers that still wait
 * get EOWNERDEAD. No other thread may use the endpoint any more. Results and
 * iterators of the endpoint must not be used after.
 *
 * Errors: EBUSY (kipc_serve() or a dispatch runs, or deferred requests were not
 * freed; the endpoint is still open).
 * Return: 0 or -errno.
 */
int kipc_close(struct kipc *endpoint);

/**
 * kipc_fd() - the endpoint's file descriptor, for event loops
 * @endpoint: the endpoint
 *
 * It polls as readable (POLLIN) when kipc_dispatch() has something to do. It
 * must not be closed, ioctls on it go behind the library's back, and O_NONBLOCK
 * set on it would end kipc_serve() with EAGAIN.
 *
 * Return: the file descriptor, which belongs to the endpoint; or -errno.
 */
int kipc_fd(const struct kipc *endpoint);

/**
 * kipc_info() - what the kernel's kipc can do, and its limits
 * @endpoint: the endpoint
 * @info: where it goes
 *
 * Return: 0 or -errno.
 */
int kipc_info(struct kipc *endpoint, struct kipc_info *info);

/**
 * kipc_stat() - usage and quota of the endpoint's user, and the domain's traffic
 * @endpoint: the endpoint
 * @stat: where it goes
 *
 * Return: 0 or -errno.
 */
int kipc_stat(struct kipc *endpoint, struct kipc_stat *stat);

/* ---- Nodes -------------------------------------------------------------- */

/**
 * kipc_node_new() - make an object that others can call
 * @endpoint: its owner
 * @handler: called for each message to it
 * @userdata: passed on to the handler
 * @flags: KIPC_NODE_NO_SENDERS: give the handler a KIPC_MSG_NO_SENDERS when
 *	the last handle to the node is gone
 * @node: where the new node goes
 *
 * Others can reach it after kipc_node_publish(), or once it was attached to a
 * message.
 *
 * Errors: EDQUOT, EINVAL, ENOMEM.
 * Return: 0 or -errno.
 */
int kipc_node_new(struct kipc *endpoint, kipc_handler handler, void *userdata,
		  unsigned int flags, struct kipc_node **node);

/**
 * kipc_node_free() - end a node
 * @node: the node; NULL does nothing
 *
 * Its names vanish, watchers of it are told, callers that wait for it get
 * EOWNERDEAD. Handlers that run in other threads are waited for, so when this
 * returns, no handler of the node runs or will run, and what its userdata
 * points to can be freed. From the node's own handler it may be called, too:
 * then the end of that very handler is not waited for, and the request stays
 * valid until then. Two handlers must not wait for each other in this way.
 *
 * Deferred requests of the node can still be answered.
 *
 * Return: 0 or -errno.
 */
int kipc_node_free(struct kipc_node *node);

/**
 * kipc_node_id() - the node's number in its endpoint
 * @node: the node
 *
 * Return: the number.
 */
uint32_t kipc_node_id(const struct kipc_node *node);

/**
 * kipc_node_userdata() - what was given to kipc_node_new()
 * @node: the node
 *
 * Return: the pointer.
 */
void *kipc_node_userdata(const struct kipc_node *node);

/**
 * kipc_node_publish() - give a node a name
 * @node: the node
 * @name: 1 to KIPC_NAME_MAX bytes of UTF-8, segments joined by dots
 * @mode: permission bits: who may look it up with which rights: w CALL,
 *	r WATCH, x GRANT; as of a file that belongs to the caller's effective
 *	user and group
 *
 * The name ends with the node, or by kipc_name_unpublish().
 *
 * Errors: EDQUOT, EEXIST, EINVAL, ENAMETOOLONG, ENOMEM, EPERM (a name under
 * "sys." without CAP_SYS_ADMIN).
 * Return: 0 or -errno.
 */
int kipc_node_publish(struct kipc_node *node, const char *name, mode_t mode);

/* ---- Handles ------------------------------------------------------------ */

/**
 * kipc_handle_dup() - a second handle to an object, with fewer rights
 * @endpoint: the endpoint that holds @handle
 * @handle: a handle
 * @rights: KIPC_RIGHT_ bits, all of them among the handle's own
 * @result: where the handle goes; an endpoint has one handle for an object and
 *	set of rights, so it can be one that exists, with one use more
 *
 * Errors: EACCES, EDQUOT, EINVAL, ENOMEM, ENXIO (no such handle).
 * Return: 0 or -errno.
 */
int kipc_handle_dup(struct kipc *endpoint, uint32_t handle, uint32_t rights,
		    uint32_t *result);

/**
 * kipc_handle_drop() - give back one use of a handle
 * @endpoint: the endpoint that holds it
 * @handle: the handle
 *
 * Free a watch on it before its last use is dropped.
 *
 * Errors: ENXIO (no such handle).
 * Return: 0 or -errno.
 */
int kipc_handle_drop(struct kipc *endpoint, uint32_t handle);

/**
 * kipc_handle_publish() - give the object of a handle a name
 * @endpoint: the endpoint that holds it
 * @handle: a handle with the right GRANT
 * @name: as for kipc_node_publish()
 * @mode: as for kipc_node_publish()
 *
 * The name ends with the object, with this endpoint, or by
 * kipc_name_unpublish().
 *
 * Errors: EACCES (no right GRANT), EDQUOT, EEXIST, EINVAL, ENAMETOOLONG,
 * ENOMEM, ENXIO (no such handle), EOWNERDEAD, EPERM (as kipc_node_publish()).
 * Return: 0 or -errno.
 */
int kipc_handle_publish(struct kipc *endpoint, uint32_t handle,
			const char *name, mode_t mode);

/**
 * kipc_handle_watch() - be told when an object dies
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right WATCH
 * @callback: called once, by a thread that serves or dispatches; if the object
 *	is dead already, soon
 * @userdata: passed on to the callback
 * @watch: where the watch goes; to be freed by kipc_watch_free() also after the
 *	callback was called
 *
 * Errors: EACCES (no right WATCH), EDQUOT, EEXIST (watched already), EINVAL,
 * ENOMEM, ENXIO (no such handle).
 * Return: 0 or -errno.
 */
int kipc_handle_watch(struct kipc *endpoint, uint32_t handle,
		      kipc_death_callback callback, void *userdata,
		      struct kipc_watch **watch);

/**
 * kipc_watch_free() - end a watch on a handle or on names
 * @watch: the watch; NULL does nothing
 *
 * When this returns, its callback does not run and will not run; as for
 * kipc_node_free(), the callback that this is called from excepted.
 *
 * Return: 0 or -errno.
 */
int kipc_watch_free(struct kipc_watch *watch);

/* ---- Names -------------------------------------------------------------- */

/**
 * kipc_name_unpublish() - take a name away
 * @endpoint: the endpoint that published it, or any endpoint of the name's
 *	owner or of who has CAP_SYS_ADMIN
 * @name: the name
 *
 * Errors: EINVAL, ENAMETOOLONG, ENOENT, EPERM.
 * Return: 0 or -errno.
 */
int kipc_name_unpublish(struct kipc *endpoint, const char *name);

/**
 * kipc_name_lookup() - turn a name into a handle
 * @endpoint: the endpoint that is to hold the handle
 * @name: the name
 * @rights: KIPC_RIGHT_ bits that are needed; 0 for all that can be had
 * @deadline: how long to wait for the name to appear; KIPC_NO_WAIT not to
 * @handle: where the handle goes, of which one use is the caller's to drop; 0
 *	if the object is a node of this endpoint's own
 * @own: NULL, or where the endpoint's own node goes, if it is one; else NULL
 *	goes there
 *
 * Errors: EACCES (not with these rights), EDQUOT, EINTR, EINVAL, ELOOP (the
 * object is the endpoint's own, and @own is NULL), ENAMETOOLONG, ENOENT,
 * ENOMEM, ETIMEDOUT (it did not appear).
 * Return: 0 or -errno.
 */
int kipc_name_lookup(struct kipc *endpoint, const char *name, uint32_t rights,
		     uint64_t deadline, uint32_t *handle,
		     struct kipc_node **own);

/**
 * kipc_names_new() - walk through the names that exist
 * @endpoint: any endpoint of the domain; it must stay open meanwhile
 * @prefix: list this name and those below it ("a.b" lists "a.b" and "a.b.c"),
 *	or, ending at a dot, only those below it; NULL or "" for all
 * @names: where the iterator goes
 *
 * Errors: EINVAL, ENAMETOOLONG, ENOMEM.
 * Return: 0 or -errno.
 */
int kipc_names_new(struct kipc *endpoint, const char *prefix,
		   struct kipc_names **names);

/**
 * kipc_names_next() - the next name, in the order in which they were published
 * @names: the iterator
 * @name: where it goes; valid until the next call for this iterator
 *
 * A name that exists all the while is listed exactly once; one that appears or
 * vanishes meanwhile may be listed or not.
 *
 * Return: 1, 0 at the end, or -errno.
 */
int kipc_names_next(struct kipc_names *names, struct kipc_name *name);

/**
 * kipc_names_free() - end a walk
 * @names: the iterator; NULL does nothing
 */
void kipc_names_free(struct kipc_names *names);

/**
 * kipc_name_watch() - be told when names appear and vanish
 * @endpoint: an endpoint of the domain
 * @prefix: as for kipc_names_new()
 * @callback: called by a thread that serves or dispatches
 * @userdata: passed on to the callback
 * @flags: KIPC_WATCH_EXISTING: call it also, before this returns, for each name
 *	that exists already
 * @watch: where the watch goes, before the first callback
 *
 * The library remembers the names under the prefix, and after each notice of
 * the kernel's lists them anew: choose the prefix as narrow as can be.
 *
 * Errors: EDQUOT, EINVAL, ENAMETOOLONG, ENOMEM.
 * Return: 0 or -errno.
 */
int kipc_name_watch(struct kipc *endpoint, const char *prefix,
		    kipc_name_callback callback, void *userdata,
		    unsigned int flags, struct kipc_watch **watch);

/* ---- Calling ------------------------------------------------------------ */

/**
 * kipc_call() - call an object and wait for its reply
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right CALL
 * @code: which method
 * @data: payload; may be NULL if @size is 0
 * @size: its size in bytes
 * @deadline: when to give up
 * @result: where the reply goes, to be released by kipc_result_release(). If
 *	NULL, the reply's payload and attachments are discarded, and its code is
 *	returned; who must tell a handler's -errno from the transport's needs a
 *	result.
 *
 * Errors: EACCES (the handle lacks CALL), EAGAIN (no room in the receiver: its
 * pool, queue, handles or file descriptors), EDQUOT, EFAULT, EINTR (a signal),
 * EINVAL, EMFILE (the reply's file descriptors), EMSGSIZE (larger than the
 * receiver's pool), ENOMEM, ENXIO (no such handle), EOWNERDEAD (the object, or
 * who served it, died), ETIMEDOUT. The result's stage says whether a server may
 * have seen the call, so whether it is safe to try again.
 * Return: 0 if there is a reply, or -errno; with @result NULL, the reply's code.
 */
int kipc_call(struct kipc *endpoint, uint32_t handle, uint32_t code,
	      const void *data, size_t size, uint64_t deadline,
	      struct kipc_result *result);

/**
 * kipc_callv() - call with a gathered payload and attachments
 * @endpoint: as for kipc_call()
 * @handle: as for kipc_call()
 * @code: as for kipc_call()
 * @content: payload and attachments; NULL for neither
 * @deadline: as for kipc_call()
 * @result: as for kipc_call()
 *
 * Attachments travel all or none. File descriptors and handles stay the
 * caller's own, too.
 *
 * Errors: as kipc_call(); and E2BIG (too many segments or attachments); and for
 * attachments EACCES (a handle lacks GRANT or a right that it is to pass on, or
 * a security module keeps a file from the receiver), EBADF, ELOOP (an endpoint),
 * ENXIO (no such handle or node).
 * Return: as kipc_call().
 */
int kipc_callv(struct kipc *endpoint, uint32_t handle, uint32_t code,
	       const struct kipc_content *content, uint64_t deadline,
	       struct kipc_result *result);

/**
 * kipc_send() - send a one-way message
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right CALL
 * @code: which method
 * @data: payload; may be NULL if @size is 0
 * @size: its size in bytes
 *
 * Returns once it is queued. Messages of one sender to one node arrive in
 * order; nobody says whether they were handled.
 *
 * Errors: EACCES, EAGAIN (no room in the receiver's pool), EDQUOT, EFAULT,
 * EINVAL, EMSGSIZE, ENOMEM, ENXIO, EOWNERDEAD.
 * Return: 0 or -errno.
 */
int kipc_send(struct kipc *endpoint, uint32_t handle, uint32_t code,
	      const void *data, size_t size);

/**
 * kipc_sendv() - send with a gathered payload and attachments
 * @endpoint: as for kipc_send()
 * @handle: as for kipc_send()
 * @code: as for kipc_send()
 * @content: payload and attachments; NULL for neither
 *
 * A message whose files the receiver has no room for is dropped when it would
 * be received.
 *
 * Errors: as kipc_send(); and as kipc_callv() for content, with ELOOP also for
 * AF_UNIX sockets and io_uring instances.
 * Return: 0 or -errno.
 */
int kipc_sendv(struct kipc *endpoint, uint32_t handle, uint32_t code,
	       const struct kipc_content *content);

/**
 * kipc_notify() - set bits that the object's owner will see
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right CALL
 * @bits: not 0; ORed to those that the owner has not seen yet
 *
 * Takes no memory and never waits.
 *
 * Errors: EACCES, EINVAL, ENXIO, EOWNERDEAD.
 * Return: 0 or -errno.
 */
int kipc_notify(struct kipc *endpoint, uint32_t handle, uint64_t bits);

/**
 * kipc_result_release() - give back a reply's payload
 * @result: of a call; after this there is nothing in it
 *
 * Attachments that were not taken are closed or dropped. The pool's slice goes
 * back with one of the endpoint's next system calls, or at once if much waits
 * to go back.
 */
void kipc_result_release(struct kipc_result *result);

/**
 * kipc_result_take_fd() - keep a file descriptor that came with a reply
 * @result: of a call
 * @index: of the attachment
 *
 * Errors: EALREADY (taken before), EBADF (not a file descriptor), EINVAL (no
 * such attachment).
 * Return: the file descriptor, close-on-exec and now the caller's to close; or
 * -errno.
 */
int kipc_result_take_fd(struct kipc_result *result, size_t index);

/**
 * kipc_result_take_handle() - keep a handle that came with a reply
 * @result: of a call
 * @index: of the attachment
 * @handle: where the handle goes, now the caller's to drop
 *
 * Errors: EALREADY (taken before), EBADF (not a handle), EINVAL (no such
 * attachment).
 * Return: 0 or -errno.
 */
int kipc_result_take_handle(struct kipc_result *result, size_t index,
			    uint32_t *handle);

/* ---- Attachments -------------------------------------------------------- */

/**
 * kipc_attachment_set_fd() - make an attachment of a file descriptor
 * @attachment: to be filled in
 * @fd: the file descriptor; it must stay open until the message was sent
 */
void kipc_attachment_set_fd(struct kipc_attachment *attachment, int fd);

/**
 * kipc_attachment_set_handle() - make an attachment of a handle
 * @attachment: to be filled in
 * @handle: a handle with the right GRANT
 * @rights: KIPC_RIGHT_ bits that the receiver is to have, each of which the
 *	handle must have
 */
void kipc_attachment_set_handle(struct kipc_attachment *attachment,
				uint32_t handle, uint32_t rights);

/**
 * kipc_attachment_set_node() - make an attachment of one's own node
 * @attachment: to be filled in
 * @node: the node
 * @rights: KIPC_RIGHT_ bits that the receiver is to have
 */
void kipc_attachment_set_node(struct kipc_attachment *attachment,
			      const struct kipc_node *node, uint32_t rights);

/**
 * kipc_attachment_node() - which own node came home
 * @endpoint: the endpoint that received the attachment
 * @attachment: a received attachment of the type KIPC_ATTACH_NODE
 *
 * Return: the node; NULL if it was freed meanwhile, or it is no such attachment.
 */
struct kipc_node *kipc_attachment_node(struct kipc *endpoint,
				       const struct kipc_attachment *attachment);

/* ---- Serving ------------------------------------------------------------ */

/**
 * kipc_serve() - handle messages until told to stop
 * @endpoint: the endpoint
 * @max_threads: how many threads may handle messages at the same time, 1 to
 *	1024. The calling thread is the first; others are started when a message
 *	comes and none is left to wait for the next, and end with this function.
 *	All signals are blocked in them.
 *
 * The answer to a call and the receipt of the next message are one system call.
 * A signal handled by the calling thread does not end the loop, unless
 * its handler calls kipc_serve_stop().
 *
 * Errors: EBUSY (another kipc_serve() runs on the endpoint), EDQUOT, EINVAL,
 * ENOMEM; what the kernel says if it can receive no more.
 * Return: 0 after kipc_serve_stop(), once all handlers returned; or -errno.
 */
int kipc_serve(struct kipc *endpoint, unsigned int max_threads);

/**
 * kipc_serve_stop() - make kipc_serve() return
 * @endpoint: the endpoint
 *
 * Does not wait for it. Handlers that run are finished, and their calls
 * answered; messages that wait stay where they are. If no kipc_serve() runs,
 * the next one returns at once.
 *
 * May be called from anywhere: any thread, handlers, signal handlers.
 *
 * Errors: EDQUOT or ENOMEM (the threads that wait could not be woken: they will
 * stop after the next message).
 * Return: 0 or -errno.
 */
int kipc_serve_stop(struct kipc *endpoint);

/**
 * kipc_dispatch_one() - wait for one message and handle it
 * @endpoint: the endpoint
 * @deadline: how long to wait; KIPC_NO_WAIT not to
 *
 * Errors: EAGAIN (KIPC_NO_WAIT and nothing there), EINTR, ENOMEM (the message
 * is still there), ETIMEDOUT.
 * Return: 1 or -errno.
 */
int kipc_dispatch_one(struct kipc *endpoint, uint64_t deadline);

/**
 * kipc_dispatch() - wait for a message, and handle it and those behind it
 * @endpoint: the endpoint
 * @deadline: how long to wait for the first; KIPC_NO_WAIT not to
 *
 * For event loops: handles what is there without waiting again, but returns
 * after at most 64 messages, so that a flood cannot keep the loop from the rest
 * of its work. In its course an answer and the next receipt are one system call.
 *
 * Errors: as kipc_dispatch_one().
 * Return: how many messages were handled, at least 1; or -errno if none was.
 */
int kipc_dispatch(struct kipc *endpoint, uint64_t deadline);

/* ---- Requests ----------------------------------------------------------- */

/**
 * kipc_request_kind() - what the message is
 * @request: the request
 *
 * Return: KIPC_MSG_CALL, KIPC_MSG_SEND, KIPC_MSG_NOTIFY or
 * KIPC_MSG_NO_SENDERS.
 */
unsigned int kipc_request_kind(const struct kipc_request *request);

/**
 * kipc_request_code() - which method
 * @request: the request
 *
 * Return: what the sender gave; 0 unless it is a call or a one-way message.
 */
uint32_t kipc_request_code(const struct kipc_request *request);

/**
 * kipc_request_bits() - which bits were set by kipc_notify()
 * @request: the request
 *
 * Return: the bits; 0 unless it is KIPC_MSG_NOTIFY.
 */
uint64_t kipc_request_bits(const struct kipc_request *request);

/**
 * kipc_request_data() - the payload, in the pool
 * @request: the request
 *
 * Return: the payload, aligned to 8 bytes, read-only, valid as long as the
 * request; NULL if there is none.
 */
const void *kipc_request_data(const struct kipc_request *request);

/**
 * kipc_request_size() - size of the payload
 * @request: the request
 *
 * Return: bytes.
 */
size_t kipc_request_size(const struct kipc_request *request);

/**
 * kipc_request_attachments() - what is attached
 * @request: the request
 *
 * Return: the attachments, read-only, valid as long as the request; NULL if
 * there are none.
 */
const struct kipc_attachment *
kipc_request_attachments(const struct kipc_request *request);

/**
 * kipc_request_attachment_count() - how many are attached
 * @request: the request
 *
 * Return: how many.
 */
size_t kipc_request_attachment_count(const struct kipc_request *request);

/**
 * kipc_request_take_fd() - keep a file descriptor that came with a request
 * @request: the request
 * @index: of the attachment
 *
 * Errors, Return: as kipc_result_take_fd().
 */
int kipc_request_take_fd(struct kipc_request *request, size_t index);

/**
 * kipc_request_take_handle() - keep a handle that came with a request
 * @request: the request
 * @index: of the attachment
 * @handle: where the handle goes, now the caller's to drop
 *
 * Errors, Return: as kipc_result_take_handle().
 */
int kipc_request_take_handle(struct kipc_request *request, size_t index,
			     uint32_t *handle);

/**
 * kipc_request_sender() - who sent it
 * @request: the request
 * @sender: where it goes; all 0 for KIPC_MSG_NO_SENDERS
 */
void kipc_request_sender(const struct kipc_request *request,
			 struct kipc_sender *sender);

/**
 * kipc_request_deadline() - when the caller will give up
 * @request: the request
 *
 * Return: the deadline; KIPC_FOREVER if it will not. For the time that is left,
 * see kipc_deadline_remaining(); for calls made on behalf of this one, pass the
 * deadline on as it is.
 */
uint64_t kipc_request_deadline(const struct kipc_request *request);

/**
 * kipc_request_remaining() - how long the caller will still wait
 * @request: the request
 *
 * Return: nanoseconds; 0 if it gave up, UINT64_MAX if it waits forever.
 */
uint64_t kipc_request_remaining(const struct kipc_request *request);

/**
 * kipc_request_endpoint() - the endpoint that received it
 * @request: the request
 *
 * Return: the endpoint.
 */
struct kipc *kipc_request_endpoint(const struct kipc_request *request);

/**
 * kipc_request_buffer() - memory to build a reply in
 * @request: the request
 * @size: bytes needed, at most 4096
 *
 * A reply from here is not copied once more. For kipc_request_reply() and
 * kipc_request_replyv() of this request.
 *
 * Return: the memory, aligned to 16 bytes, not cleared, valid as long as the
 * request; NULL if @size is too large. For one request it is always the same.
 */
void *kipc_request_buffer(struct kipc_request *request, size_t size);

/**
 * kipc_request_reply() - answer a call
 * @request: the request
 * @code: the caller gets it: 0, -errno, or what the two sides agreed on
 * @data: payload; may be NULL if @size is 0. It can be part of the request's
 *	own payload.
 * @size: its size in bytes
 *
 * When this returns, the memory at @data can be used for something else. The
 * reply may set off only when the handler returns, so that it shares a system
 * call with the next receipt; who has work to do after the answer uses
 * kipc_request_replyv() with KIPC_REPLY_NOW. If a reply that set off late turns
 * out not to be deliverable, the caller gets an empty one, with the reason as
 * its code.
 *
 * If it fails with another error than ECANCELED or EALREADY, the call can still
 * be answered; a handler that returns the error makes it the reply's code.
 *
 * Errors: EAGAIN (no room in the caller's pool), EALREADY (answered or deferred
 * before), ECANCELED (the caller is gone), EFAULT, EINVAL (not a call), EMSGSIZE
 * (larger than the caller's pool), ENOMEM.
 * Return: 0 or -errno.
 */
int kipc_request_reply(struct kipc_request *request, int code,
		       const void *data, size_t size);

/**
 * kipc_request_replyv() - answer with a gathered payload and attachments
 * @request: the request
 * @code: as for kipc_request_reply()
 * @content: payload and attachments; NULL for neither. File descriptors and
 *	handles stay the caller's own, and can be closed or dropped as soon as
 *	this returns.
 * @flags: KIPC_REPLY_NOW: answer before this returns. With attachments it is
 *	always so.
 *
 * Errors: as kipc_request_reply(); and as kipc_callv() for content.
 * Return: 0 or -errno.
 */
int kipc_request_replyv(struct kipc_request *request, int code,
			const struct kipc_content *content,
			unsigned int flags);

/**
 * kipc_request_defer() - answer a call later, after its handler returned
 * @request: the handler's request; after this only its accessors may be used,
 *	until the handler returns
 * @deferred: where the new request goes: it has the same payload, attachments
 *	and sender, can be answered from any thread by kipc_request_reply(), and
 *	must be freed by kipc_request_free()
 *
 * It can be used for one-way messages and notifications as well, to keep them.
 *
 * Errors: EALREADY (answered or deferred before), ENOMEM.
 * Return: 0 or -errno.
 */
int kipc_request_defer(struct kipc_request *request,
		       struct kipc_request **deferred);

/**
 * kipc_request_free() - end a deferred request
 * @request: from kipc_request_defer(), and no other; NULL does nothing
 *
 * A call that has no answer yet is answered with the code -ECANCELED.
 * Attachments that were not taken are closed or dropped.
 */
void kipc_request_free(struct kipc_request *request);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif /* KIPC_H */
