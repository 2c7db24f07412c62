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
 * endpoint's pool, which is mapped read-only (only small ones are copied once
 * more). They stay until they are released: replies by kipc_result_release(),
 * requests when their handler returns.
 *
 * Deadlines are absolute CLOCK_MONOTONIC nanoseconds, as kipc_deadline_ms()
 * and kipc_deadline_ns() make them.
 *
 * Nested calls. A calls B, and B's handler, before it answers, calls A back: that
 * call comes to the thread of A that waits in kipc_call(), which runs the handler
 * there and then goes on waiting. So nobody needs a second thread for it, or
 * kipc_serve(). It works however many others stand in between, and again within
 * the nested call, until the chain is KIPC_DEPTH_MAX calls long; a longer one gets
 * ELOOP. What ties the chain together is that a call which a handler makes on its
 * endpoint is made for the call that it serves; with that comes its deadline, too,
 * if that is earlier. struct kipc_call_options has the ways out. Mind that any
 * kipc_call() may so run handlers of its endpoint's nodes: do not hold a lock
 * across one that they take.
 *
 * Threads. All functions on an endpoint, its nodes, handles and watches may be
 * called from any thread at any time, also from handlers and callbacks, except
 * where a function says otherwise. A request, a result and an iterator are for
 * one thread at a time. Nothing but kipc_serve_stop() may be called from a
 * signal handler. The library has no global state (but for one pointer in each
 * thread, to the request that it serves), no constructors, starts no threads but
 * those of kipc_serve(), and installs no signal handlers.
 *
 * Fork. The kernel does not let a child inherit the pool, and the child must
 * not answer for its parent: in the child, every function on an inherited
 * endpoint returns -ECHILD and does nothing, except for kipc_close(), which
 * gives up the child's copy and leaves the parent's endpoint as it is. A child
 * that does not exec should close inherited endpoints soon, because its copy of
 * the file descriptor keeps the endpoint alive after the parent's death; and one
 * that a handler forks must exec or exit rather than return from the handler. The
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

/* kipc_call_with(): the call is made for no other call */
#define KIPC_CALL_NO_PARENT	0x40000000U
/* kipc_call_with(): this thread serves no nested calls while it waits */
#define KIPC_CALL_NO_NESTED	0x80000000U

/* kipc_name_watch(): report the names that exist already, too */
#define KIPC_WATCH_EXISTING	0x1U

/* One open of /dev/kipc */
struct kipc;
/* An object of one's own that others can call */
struct kipc_node;
/* A message that a handler is given */
struct kipc_request;
/* A wish to be told of an object's death, of its owner's freezing, or of names */
struct kipc_watch;
/* A walk through the names that exist */
struct kipc_names;

/**
 * struct kipc_node_options - as what a node is made
 * @flags: 0, or of these:
 *
 *	KIPC_NODE_NO_SENDERS: give the handler a KIPC_MSG_NO_SENDERS when the last
 *	handle to the node is gone.
 *
 *	KIPC_NODE_CANCELED: let requests know when their callers leave, see
 *	kipc_request_cancelled() and kipc_request_on_cancel().
 *
 *	KIPC_NODE_LABEL: let requests know the senders' security labels, see
 *	kipc_request_sender().
 *
 *	KIPC_NODE_NO_INHERIT: threads that run the handler keep their own priority
 *	rather than get that of the caller.
 *
 *	KIPC_NODE_MIN_PRIORITY: threads that run the handler for a call have at
 *	least the priority that @policy and @priority tell.
 * @policy: SCHED_OTHER, SCHED_FIFO or SCHED_RR (sched.h), with
 *	KIPC_NODE_MIN_PRIORITY; otherwise 0
 * @priority: with SCHED_OTHER a nice value, 19 to -20; with SCHED_FIFO and
 *	SCHED_RR 1 to 99; without KIPC_NODE_MIN_PRIORITY 0
 */
struct kipc_node_options {
	unsigned int flags;
	int policy;
	int priority;
};

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
 * struct kipc_call_options - how a call is made
 * @flags: 0, or of these:
 *
 *	KIPC_CLEAR: wipe the payload from the receiver's pool when it is done with
 *	it, for what is secret.
 *
 *	KIPC_WAIT: wait until the receiver has room rather than fail with EAGAIN;
 *	also, until it is thawed.
 *
 *	KIPC_CALL_OWN_DEADLINE: the deadline of the call for which this one is
 *	made does not end it.
 *
 *	KIPC_CALL_NO_INHERIT: whoever serves it does not get this thread's
 *	priority.
 *
 *	KIPC_CALL_NO_PARENT: it is made for no other call, although the thread
 *	serves one.
 *
 *	KIPC_CALL_NO_NESTED: nested calls do not come to this thread while it
 *	waits; they wait in the queue for a thread that serves or dispatches.
 * @deadline: when to give up
 * @parent: the call for which it is made, received by the same endpoint and not
 *	answered yet: for a thread that works on a deferred request, or that a
 *	handler gave some of its work. NULL: the one whose handler this thread
 *	runs, if it does and has not answered.
 */
struct kipc_call_options {
	unsigned int flags;
	uint64_t deadline;
	const struct kipc_request *parent;
};

/**
 * struct kipc_send_options - how a one-way message is sent
 * @flags: 0, or of these:
 *
 *	KIPC_CLEAR: wipe the payload from the receiver's pool when it is done with
 *	it.
 *
 *	KIPC_WAIT: wait until the receiver has room rather than fail with EAGAIN.
 *
 *	KIPC_SEND_UPDATE: take the place of a message to the same object, with the
 *	same code and this flag, that this endpoint sent and nobody received yet.
 * @deadline: when to stop waiting, with KIPC_WAIT; otherwise KIPC_FOREVER
 */
struct kipc_send_options {
	unsigned int flags;
	uint64_t deadline;
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
 * @small: private: where a small payload is
 *
 * kipc_call() fills it in, and kipc_result_release() must be called for it
 * after a call that succeeded; it does no harm after one that failed. It must not
 * be copied: the payload can be within.
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
	uint64_t small[KIPC_SMALL_MAX / 8];
};

/**
 * struct kipc_sender - who sent a message, as the kernel vouches for it
 * @pid: process, as this process's PID namespace sees it; 0 if it does not, or if
 *	it is gone
 * @tid: thread, likewise
 * @euid: effective user when it sent, as this user namespace sees it
 * @egid: effective group, likewise
 * @label: security label when it sent, not terminated, valid as long as the
 *	request; NULL if there is none, or the node was made without
 *	KIPC_NODE_LABEL
 * @label_size: its size in bytes
 */
struct kipc_sender {
	pid_t pid;
	pid_t tid;
	uid_t euid;
	gid_t egid;
	const char *label;
	size_t label_size;
};

/**
 * struct kipc_name - a name that exists, or existed
 * @serial: larger than those of all names published before it
 * @name: the name, terminated by a zero byte
 * @kind: what it stands for, one of enum kipc_object_kind
 * @pid: process that opened the publishing endpoint; 0 if not visible here, or
 *	gone
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
 * one node; but for its one-way messages, of which the next one is received only
 * when the one before was handled.
 *
 * Return: 0, -errno, or another code for the caller.
 */
typedef int (*kipc_handler)(struct kipc_request *request, void *userdata);

/**
 * typedef kipc_cancel_callback - the caller of a request has left
 * @request: the request; if it was deferred meanwhile, the new one
 * @userdata: as given to kipc_request_on_cancel()
 *
 * It runs in the thread that receives the notice, mostly another one than that of
 * the handler, which may be using the request at the same time. So it should use
 * nothing of it but what does not change (whatever the kipc_request_ functions
 * return that take it as const), and tell the handler to stop. It may end a
 * deferred request by kipc_request_free(), if nobody else does.
 *
 * The end of the request waits for the callback, so the callback must not wait for
 * the handler.
 */
typedef void (*kipc_cancel_callback)(struct kipc_request *request,
				     void *userdata);

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

/**
 * typedef kipc_freeze_callback - an object's owner was frozen or thawed
 * @endpoint: the endpoint that watches
 * @handle: the handle that was watched; it may be dropped already
 * @frozen: 1 if the owner is frozen now, 0 if it is not any more
 * @userdata: as given to kipc_freeze_watch()
 *
 * For one watch the callbacks run one at a time, and tell 1 and 0 by turns, first
 * 1. What was changed back before anybody received the notice may not be told.
 */
typedef void (*kipc_freeze_callback)(struct kipc *endpoint, uint32_t handle,
				     int frozen, void *userdata);

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
 *	for what is in use. No message larger than the pool can be received, and a
 *	user other than the endpoint's own gets at most half of what the others
 *	left free in it.
 * @flags: KIPC_OPEN_NO_POOL: map none (@pool_size is 0); for an endpoint that
 *	receives no payloads but small ones
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
 * @flags: 0, or those of struct kipc_node_options but for
 *	KIPC_NODE_MIN_PRIORITY
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
 * kipc_node_new_with() - make an object in a particular way
 * @endpoint: as for kipc_node_new()
 * @handler: as for kipc_node_new()
 * @userdata: as for kipc_node_new()
 * @options: flags and least priority; NULL for neither
 * @node: as for kipc_node_new()
 *
 * Errors: as kipc_node_new(); EINVAL also for a policy or priority that does not
 * exist, or is given without KIPC_NODE_MIN_PRIORITY; EPERM (a priority that this
 * process could not give to its own threads, see RLIMIT_NICE and RLIMIT_RTPRIO).
 * Return: 0 or -errno.
 */
int kipc_node_new_with(struct kipc *endpoint, kipc_handler handler,
		       void *userdata, const struct kipc_node_options *options,
		       struct kipc_node **node);

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
 * Errors: EACCES (no right WATCH), EDQUOT, EEXIST (watched already, and not told
 * yet), EINVAL, ENOMEM, ENXIO (no such handle).
 * Return: 0 or -errno.
 */
int kipc_handle_watch(struct kipc *endpoint, uint32_t handle,
		      kipc_death_callback callback, void *userdata,
		      struct kipc_watch **watch);

/**
 * kipc_watch_free() - end a watch on a handle, on freezing or on names
 * @watch: the watch; NULL does nothing
 *
 * When this returns, its callback does not run and will not run; as for
 * kipc_node_free(), the callback that this is called from excepted.
 *
 * Return: 0 or -errno.
 */
int kipc_watch_free(struct kipc_watch *watch);

/* ---- Freezing ----------------------------------------------------------- */

/**
 * kipc_freeze() - stop an endpoint from receiving
 * @endpoint: an endpoint of the same domain, of who has CAP_SYS_ADMIN in the
 *	domain's user namespace
 * @number: which one to freeze: its number, as kipc_info() tells it to its owner,
 *	and /proc/PID/fdinfo to others
 * @state: NULL, or where it goes how the endpoint is now: whether it is frozen,
 *	how many calls it has to answer, how many it waits for, and how many
 *	messages wait for it
 *
 * Its threads wait for messages whatever there is. Calls to it fail with EAGAIN,
 * or wait, with KIPC_WAIT; what else is sent to it waits in its queue, within the
 * limits. It can still answer, call and send: so its processes are to be stopped as
 * well (cgroup.freeze), and @state tells whether somebody waits for them.
 *
 * Freezing one that is frozen does nothing.
 *
 * Errors: ENXIO (no such endpoint), EPERM.
 * Return: 0 or -errno.
 */
int kipc_freeze(struct kipc *endpoint, uint64_t number,
		struct kipc_freeze *state);

/**
 * kipc_thaw() - let an endpoint receive again
 * @endpoint: as for kipc_freeze()
 * @number: as for kipc_freeze()
 * @state: as for kipc_freeze()
 *
 * Errors: as kipc_freeze().
 * Return: 0 or -errno.
 */
int kipc_thaw(struct kipc *endpoint, uint64_t number,
	      struct kipc_freeze *state);

/**
 * kipc_freeze_query() - is an endpoint frozen, and what does it have to do?
 * @endpoint: as for kipc_freeze()
 * @number: as for kipc_freeze()
 * @state: as for kipc_freeze()
 *
 * Errors: as kipc_freeze().
 * Return: 0 or -errno.
 */
int kipc_freeze_query(struct kipc *endpoint, uint64_t number,
		      struct kipc_freeze *state);

/**
 * kipc_freeze_watch() - be told when an object's owner is frozen or thawed
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right WATCH; it can be dropped before the watch
 * @callback: called by a thread that serves or dispatches; if the owner is frozen
 *	already, soon
 * @userdata: passed on to the callback
 * @watch: where the watch goes, before the first callback; to be freed by
 *	kipc_watch_free(). After the owner's death it says nothing any more.
 *
 * Errors: EACCES (no right WATCH), EDQUOT, EINVAL, ENOMEM, ENXIO (no such handle),
 * EOWNERDEAD.
 * Return: 0 or -errno.
 */
int kipc_freeze_watch(struct kipc *endpoint, uint32_t handle,
		      kipc_freeze_callback callback, void *userdata,
		      struct kipc_watch **watch);

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
 * While it waits, this thread serves nested calls (see above).
 *
 * Errors: EACCES (the handle lacks CALL), EAGAIN (no room in the receiver: its
 * pool, queue, handles or file descriptors; or it is frozen), EDQUOT, EFAULT,
 * EINTR (a signal), EINVAL, ELOOP (the chain of calls is too long), EMFILE (the
 * reply's file descriptors), EMSGSIZE (larger than the receiver's pool), ENOMEM,
 * ENXIO (no such handle), EOWNERDEAD (the object, or who served it, died),
 * ETIMEDOUT. The result's stage says whether a server may have seen the call, so
 * whether it is safe to try again: up to KIPC_STAGE_WITHDRAWN it is.
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
 * kipc_call_with() - call in a particular way
 * @endpoint: as for kipc_call()
 * @handle: as for kipc_call()
 * @code: as for kipc_call()
 * @content: as for kipc_callv()
 * @options: flags, deadline and parent; NULL for none of them
 * @result: as for kipc_call()
 *
 * Errors: as kipc_callv(); EINVAL also for a parent that is not a call, of another
 * endpoint, or answered. With KIPC_WAIT, EAGAIN only for want of handles or file
 * descriptors in the receiver.
 * Return: as kipc_call().
 */
int kipc_call_with(struct kipc *endpoint, uint32_t handle, uint32_t code,
		   const struct kipc_content *content,
		   const struct kipc_call_options *options,
		   struct kipc_result *result);

/**
 * kipc_send() - send a one-way message
 * @endpoint: the endpoint that holds the handle
 * @handle: a handle with the right CALL
 * @code: which method
 * @data: payload; may be NULL if @size is 0
 * @size: its size in bytes
 *
 * Returns once it is queued. Messages to one node are handled in the order in
 * which they were sent, one after the other; nobody says whether they were.
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
 * kipc_send_with() - send in a particular way
 * @endpoint: as for kipc_send()
 * @handle: as for kipc_send()
 * @code: as for kipc_send()
 * @content: as for kipc_sendv()
 * @options: flags and deadline; NULL for neither
 *
 * Errors: as kipc_sendv(); EINVAL also for a deadline without KIPC_WAIT; with
 * KIPC_WAIT also EINTR (a signal) and ETIMEDOUT.
 * Return: 0; KIPC_SENT_SPAM, once per episode, if this user has too much on its
 * way to the receiver (the message was sent all the same); or -errno.
 */
int kipc_send_with(struct kipc *endpoint, uint32_t handle, uint32_t code,
		   const struct kipc_content *content,
		   const struct kipc_send_options *options);

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
 * kipc_result_stage() - how far a call got
 * @result: of a call, whether it succeeded or not
 *
 * Up to KIPC_STAGE_WITHDRAWN no server received it, and it can be tried again.
 *
 * Return: one of enum kipc_stage.
 */
unsigned int kipc_result_stage(const struct kipc_result *result);

/**
 * kipc_stage_name() - a stage in words
 * @stage: one of enum kipc_stage
 *
 * Return: "not queued", "withdrawn", "received", "reply lost" or "done"; a constant
 * string for whatever else there may be.
 */
const char *kipc_stage_name(unsigned int stage);

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

/**
 * kipc_attachment_lend() - let what is attached go back when the call is over
 * @attachment: of a view's file descriptor, or of a chunk; for a call only
 *
 * Whoever serves the call gets a view of its own, with the same rights, or a lease. That ends
 * when the call does, in whatever way, before the function that calls returns: the view is
 * revoked, with all that was made of it, wherever it has got to.
 */
void kipc_attachment_lend(struct kipc_attachment *attachment);

/* ---- Serving ------------------------------------------------------------ */

/**
 * kipc_serve() - handle messages until told to stop
 * @endpoint: the endpoint
 * @max_threads: how many threads may handle messages at the same time, 1 to
 *	1024. The calling thread is the first; others are started when a message
 *	comes and none is left to wait for the next. Those beyond the fourth end
 *	when they had nothing to do for ten seconds and another one waits, all
 *	others with this function. All signals are blocked in them.
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

/**
 * kipc_dispatch_batch() - wait for messages, and handle those that came
 * @endpoint: the endpoint
 * @deadline: how long to wait for the first; KIPC_NO_WAIT not to
 *
 * For streams of one-way messages: takes up to 64 of them, and notices, in one
 * system call, handles them one after the other in the order in which they were
 * sent, and gives back all that they held in a second one. A call is taken only if
 * it comes first, and then alone.
 *
 * kipc_serve() does not receive so, nor does kipc_dispatch(): what was taken waits
 * for the handlers of what was taken before it, while another thread could have
 * handled it; a call that comes in the meantime waits longer, too; and handlers
 * that wait for each other would not come to an end. Whoever uses this says that
 * none of it matters.
 *
 * Errors: as kipc_dispatch_one().
 * Return: how many messages were handled, at least 1; or -errno.
 */
int kipc_dispatch_batch(struct kipc *endpoint, uint64_t deadline);

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
 * kipc_request_data() - the payload
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
 * That is the caller's own deadline, or an earlier one of the calls for which it
 * calls. Calls that the handler makes end with it by themselves.
 *
 * Return: the deadline; KIPC_FOREVER if there is none, and for all that is not a
 * call.
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
 * kipc_request_cancelled() - has the caller left?
 * @request: a request of a node with KIPC_NODE_CANCELED; of another node it
 *	never learns, unless a reply fails with ECANCELED
 *
 * It has, if a signal or a deadline ended its call, or it died. The call is still
 * to be answered (the handler need only return), but nobody will see the answer,
 * so the work can be left. It takes another thread that serves or dispatches to
 * receive the notice while the handler runs. It costs next to nothing to ask.
 *
 * May be called from any thread, as long as the request exists.
 *
 * Return: 1 or 0.
 */
int kipc_request_cancelled(const struct kipc_request *request);

/**
 * kipc_request_on_cancel() - be told when the caller leaves
 * @request: a call of a node with KIPC_NODE_CANCELED, that its handler was given
 *	or that was deferred
 * @callback: called once, soon after the caller left, as long as the request
 *	exists; if it left already, before this returns. NULL: nothing any more;
 *	when this returns the one before does not run and will not.
 * @userdata: passed on to the callback
 *
 * A request has one callback; it stays when the request is deferred.
 *
 * Errors: EBUSY (this is called from the callback of the same request), EINVAL
 * (no such request).
 * Return: 0 or -errno.
 */
int kipc_request_on_cancel(struct kipc_request *request,
			   kipc_cancel_callback callback, void *userdata);

/**
 * kipc_request_depth() - how long the chain of calls is
 * @request: the request
 *
 * Return: 1 for a call that is made for no other one, up to KIPC_DEPTH_MAX; 0
 * unless it is a call.
 */
unsigned int kipc_request_depth(const struct kipc_request *request);

/**
 * kipc_request_current() - the request that this thread serves
 *
 * For code that is far below a handler and has no request at hand.
 *
 * Return: the innermost request whose handler the thread runs; NULL if there is
 * none, or it is in the callback of a watch.
 */
struct kipc_request *kipc_request_current(void);

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
 * reply may set off only when the handler returns, or makes a call or waits for
 * something else in the library, so that it shares a system call with the next
 * receipt; who has work to do after the answer uses kipc_request_replyv() with
 * KIPC_REPLY_NOW. If a reply that set off late turns out not to be deliverable,
 * the caller gets an empty one, with the reason as its code.
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
 *	always so. KIPC_CLEAR: wipe the payload from the caller's pool when it
 *	releases the result.
 *
 * Errors: as kipc_request_reply(); and as kipc_callv() for content, with ELOOP also
 * for AF_UNIX sockets and io_uring instances if the caller has nodes and did not say
 * KIPC_CALL_NO_NESTED.
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
 * As long as a one-way message is kept, the next one for the node does not come.
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

/*
 * Mailboxes: bounded queues of messages with names, which outlive the processes that
 * use them. A mailbox is a file descriptor: it can be polled, inherited, passed on, and
 * read() and write() with one message each. The shortest writer and reader:
 *
 *	box = kipc_mailbox_open(NULL, "example.log",
 *				KIPC_MAILBOX_WRITE | KIPC_MAILBOX_CREATE, 0666, NULL);
 *	kipc_mailbox_send(box, "hello", 5, 0, KIPC_FOREVER);
 *
 *	box = kipc_mailbox_open(NULL, "example.log",
 *				KIPC_MAILBOX_READ | KIPC_MAILBOX_CREATE, 0666, NULL);
 *	size = kipc_mailbox_recv(box, buffer, sizeof(buffer), KIPC_FOREVER, NULL);
 *
 * All functions on a mailbox may be called from any thread at any time. They are system
 * calls and keep nothing in the process. The errors that they list are those of the
 * commands in <linux/kipc.h>, where their meaning stands. Waiting is ended with -EINTR by a
 * signal whose handler was installed without SA_RESTART, and goes on after others. A
 * descriptor that is no mailbox gets -ENOTTY.
 */

/**
 * struct kipc_mailbox_options - how a new mailbox is made
 * @kind: KIPC_MAILBOX_QUEUE, KIPC_MAILBOX_WORK or KIPC_MAILBOX_BROADCAST
 * @policy: when it is full: KIPC_MAILBOX_BLOCK, KIPC_MAILBOX_FAIL or KIPC_MAILBOX_DROP. A
 *	broadcast drops, whatever stands here.
 * @messages_max: how many messages it can hold; 0: KIPC_MAILBOX_MESSAGES_DEFAULT
 * @size_max: largest payload in bytes; 0: KIPC_MAILBOX_SIZE_DEFAULT
 * @history: of a broadcast: how many of the last messages late readers still get
 * @deliveries_max: of a work queue: after so many deliveries that were not acknowledged a
 *	message goes to @dead_letter; 0: never
 * @dead_letter: with @deliveries_max: the descriptor of another mailbox, open for writing
 * @lease: of a work queue: how long a lease may last, and does if nothing else is said, in
 *	nanoseconds; 0: until the receiver dies
 *
 * All 0 is a queue of the default size whose senders wait when it is full.
 */
struct kipc_mailbox_options {
	enum kipc_mailbox_kind kind;
	enum kipc_mailbox_policy policy;
	uint32_t messages_max;
	uint32_t size_max;
	uint32_t history;
	uint32_t deliveries_max;
	int dead_letter;
	uint64_t lease;
};

/**
 * kipc_mailbox_open() - open a mailbox, or make one
 * @endpoint: in whose domain; NULL: that of the process
 * @name: its name; NULL: a new one without a name
 * @flags: KIPC_MAILBOX_READ, KIPC_MAILBOX_WRITE, KIPC_MAILBOX_CREATE,
 *	KIPC_MAILBOX_EXCLUSIVE, KIPC_MAILBOX_LAST_CLOSE, KIPC_MAILBOX_FIRST_COME,
 *	KIPC_MAILBOX_LABEL, KIPC_NONBLOCK. Without a name KIPC_MAILBOX_CREATE goes without
 *	saying.
 * @mode: permission bits of a new one: r may receive, w may send
 * @options: how a new one is made; NULL: all 0
 *
 * Without KIPC_MAILBOX_CREATE, @mode and @options are not looked at.
 *
 * Return: A file descriptor, close-on-exec; or -EACCES, -EBADF, -EDQUOT, -EEXIST, -EINVAL,
 * -EMFILE, -ENAMETOOLONG, -ENFILE, -ENOENT, -ENOMEM, -EPERM, -EPROTOTYPE, -EUSERS, and
 * without an endpoint what opening the device gets.
 */
int kipc_mailbox_open(struct kipc *endpoint, const char *name,
		      unsigned int flags, mode_t mode,
		      const struct kipc_mailbox_options *options);

/**
 * kipc_mailbox_wait() - open a mailbox as soon as it is there
 * @endpoint: in whose domain; NULL: that of the process
 * @name: its name
 * @flags: KIPC_MAILBOX_READ, KIPC_MAILBOX_WRITE, KIPC_NONBLOCK
 * @deadline: when to stop waiting for the name
 *
 * Return: As kipc_mailbox_open(), or -EINTR or -ETIMEDOUT, and never -ENOENT.
 */
int kipc_mailbox_wait(struct kipc *endpoint, const char *name,
		      unsigned int flags, uint64_t deadline);

/**
 * kipc_mailbox_unlink() - take a mailbox's name away
 * @endpoint: in whose domain; NULL: that of the process
 * @name: the name
 *
 * The mailbox itself ends when nobody has it open any more.
 *
 * Return: 0, or -EINVAL, -ENAMETOOLONG, -ENOENT, -EPERM, and without an endpoint what
 * opening the device gets.
 */
int kipc_mailbox_unlink(struct kipc *endpoint, const char *name);

/**
 * kipc_mailbox_send() - post a message
 * @mailbox: where
 * @data: the payload
 * @size: its size in bytes
 * @priority: 0, the least urgent, to KIPC_PRIORITY_MAX
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 *
 * Return: 0, or -EAGAIN, -EBADF, -EFAULT, -EINTR, -EINVAL, -EMSGSIZE, -ENOMEM, -EPIPE or
 * -ETIMEDOUT.
 */
int kipc_mailbox_send(int mailbox, const void *data, size_t size,
		      unsigned int priority, uint64_t deadline);

/**
 * struct kipc_mailbox_send_options - what else a message has
 * @priority: 0, the least urgent, to KIPC_PRIORITY_MAX
 * @flags: KIPC_CLEAR: wipe the payload when the message is gone
 * @attachments: what travels with it
 * @attachment_count: how many
 * @endpoint: whose handles and nodes are attached; NULL: there are only files
 */
struct kipc_mailbox_send_options {
	unsigned int priority;
	unsigned int flags;
	const struct kipc_attachment *attachments;
	size_t attachment_count;
	struct kipc *endpoint;
};

/**
 * kipc_mailbox_send_with() - post a message, with all that it can have
 * @mailbox: where
 * @vec: the payload, gathered from these
 * @vec_count: how many
 * @options: what else it has; NULL: all 0
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 * @sequence: gets the message's number, unless NULL
 *
 * Return: As kipc_mailbox_send(), or -E2BIG, -EACCES, -EDQUOT, -ELOOP, -ENXIO or -EXDEV.
 */
int kipc_mailbox_send_with(int mailbox, const struct iovec *vec,
			   size_t vec_count,
			   const struct kipc_mailbox_send_options *options,
			   uint64_t deadline, uint64_t *sequence);

/**
 * kipc_mailbox_send_batch() - post several messages in one system call
 * @mailbox: where
 * @messages: the messages; each gets its number
 * @count: how many, 1 to KIPC_BATCH_MAX
 * @deadline: when to stop waiting for room; KIPC_NO_WAIT: do not wait
 *
 * Return: How many were posted, from the first on; or if there is none, as
 * kipc_mailbox_send_with().
 */
int kipc_mailbox_send_batch(int mailbox, struct kipc_mailbox_send *messages,
			    unsigned int count, uint64_t deadline);

/**
 * kipc_mailbox_recv() - take the next message
 * @mailbox: from where
 * @data: where to put its payload
 * @size: how many bytes may be put there
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 * @mail: gets what there is to know of it; NULL if that is of no interest. In a work queue
 *	the token is needed to acknowledge it.
 *
 * A message that does not fit stays where it is.
 *
 * Return: The payload's size in bytes; or -EAGAIN, -EBADF, -EFAULT, -EINTR, -EINVAL (a work
 * queue, and @mail is NULL), -EMSGSIZE, -ENOMEM, -EPIPE or -ETIMEDOUT.
 */
ssize_t kipc_mailbox_recv(int mailbox, void *data, size_t size,
			  uint64_t deadline, struct kipc_mail *mail);

/**
 * struct kipc_mailbox_recv_options - what else is wanted
 * @priority_min: take only what is at least as urgent
 * @attachments: where to put attachments
 * @attachments_max: how many may be put there
 * @endpoint: gets the handles that are attached; NULL: a message with handles is refused
 * @label: where to put the sender's security label; it is not terminated
 * @label_max: how many bytes may be put there
 * @lease: in a work queue: when the lease is to end; 0: as the mailbox has it
 */
struct kipc_mailbox_recv_options {
	unsigned int priority_min;
	struct kipc_attachment *attachments;
	size_t attachments_max;
	struct kipc *endpoint;
	char *label;
	size_t label_max;
	uint64_t lease;
};

/**
 * kipc_mailbox_recv_with() - take the next message, with all that it has
 * @mailbox: from where
 * @vec: where to scatter its payload
 * @vec_count: how many
 * @options: what else is wanted; NULL: all 0
 * @deadline: when to give up; KIPC_NO_WAIT: do not wait
 * @mail: gets what there is to know of it; also the sizes if the error is -EMSGSIZE
 *
 * Return: As kipc_mailbox_recv(), or -EACCES, -EDQUOT, -EMFILE, -ENOTCONN or -EXDEV.
 */
ssize_t kipc_mailbox_recv_with(int mailbox, const struct iovec *vec,
			       size_t vec_count,
			       const struct kipc_mailbox_recv_options *options,
			       uint64_t deadline, struct kipc_mail *mail);

/**
 * kipc_mailbox_recv_batch() - take several messages in one system call
 * @mailbox: from where
 * @messages: where to put each of them, and what is told of it
 * @count: how many at most, 1 to KIPC_BATCH_MAX
 * @deadline: when to give up waiting for the first; KIPC_NO_WAIT: do not wait
 *
 * Return: How many were received; or if there is none, as kipc_mailbox_recv_with().
 */
int kipc_mailbox_recv_batch(int mailbox, struct kipc_mailbox_recv *messages,
			    unsigned int count, uint64_t deadline);

/**
 * kipc_mailbox_send_recv() - post a message to one mailbox, take the next from another
 * @mailbox: from where
 * @to: where to; becomes -1 when the message was posted, and with -1 none is posted
 * @data: the payload
 * @size: its size in bytes
 * @priority: 0, the least urgent, to KIPC_PRIORITY_MAX
 * @into: where to put the payload that is received
 * @into_size: how many bytes may be put there
 * @deadline: when to stop waiting, for room and for a message; KIPC_NO_WAIT: do not wait
 * @mail: gets what there is to know of the message; also its size if the error is -EMSGSIZE
 *
 * With this, a request and its answer are one system call on each side. If it fails with
 * @to being -1 the message was posted, and only the receipt is left to be done. Not for work
 * queues to receive from with @mail NULL.
 *
 * Return: The size of the payload received; or as kipc_mailbox_send() and
 * kipc_mailbox_recv(), or -EPROTOTYPE.
 */
ssize_t kipc_mailbox_send_recv(int mailbox, int *to, const void *data,
			       size_t size, unsigned int priority, void *into,
			       size_t into_size, uint64_t deadline,
			       struct kipc_mail *mail);

/**
 * kipc_mailbox_peek() - look at a message, and leave it where it is
 * @mailbox: where
 * @index: which: 0 is the one that would be received next
 * @data: where to put its payload; what does not fit is left out
 * @size: how many bytes may be put there
 * @mail: gets what there is to know of it
 *
 * Return: 0, or -EAGAIN (there is no message), -EBADF, -EFAULT, -EINTR or -ERANGE (there are
 * fewer messages).
 */
int kipc_mailbox_peek(int mailbox, uint64_t index, void *data, size_t size,
		      struct kipc_mail *mail);

/**
 * kipc_mailbox_ack() - a leased message is done
 * @mailbox: of which
 * @token: of its lease
 *
 * Return: 0, or -EBADF or -ENXIO (the lease has ended: somebody else gets the message).
 */
int kipc_mailbox_ack(int mailbox, uint64_t token);

/**
 * kipc_mailbox_give_back() - somebody else is to have a leased message
 * @mailbox: of which
 * @token: of its lease
 *
 * Return: As kipc_mailbox_ack().
 */
int kipc_mailbox_give_back(int mailbox, uint64_t token);

/**
 * kipc_mailbox_extend() - keep a leased message for longer
 * @mailbox: of which
 * @token: of its lease
 * @deadline: when the lease is to end; 0: as late as the mailbox allows
 *
 * Return: As kipc_mailbox_ack().
 */
int kipc_mailbox_extend(int mailbox, uint64_t token, uint64_t deadline);

/**
 * kipc_mailbox_lease() - do that to several leased messages in one system call
 * @mailbox: of which
 * @action: KIPC_LEASE_ACK, KIPC_LEASE_RETURN or KIPC_LEASE_EXTEND
 * @tokens: of their leases
 * @count: how many, 1 to KIPC_BATCH_MAX
 * @deadline: with KIPC_LEASE_EXTEND: as for kipc_mailbox_extend(); else 0
 *
 * Return: How many were done, from the first on: if they are fewer than @count, the lease
 * of the next one has ended. If there is none: -E2BIG, -EBADF, -EFAULT, -EINVAL or -ENXIO.
 */
int kipc_mailbox_lease(int mailbox, enum kipc_lease_action action,
		       const uint64_t *tokens, unsigned int count,
		       uint64_t deadline);

/**
 * kipc_mailbox_purge() - throw away all that is queued
 * @mailbox: where
 * @purged: gets how many messages that were, unless NULL
 *
 * Return: 0, or -EBADF.
 */
int kipc_mailbox_purge(int mailbox, uint64_t *purged);

/**
 * kipc_mailbox_info() - how a mailbox was made, and what is in it
 * @mailbox: which
 * @info: gets it
 *
 * Return: 0.
 */
int kipc_mailbox_info(int mailbox, struct kipc_mailbox_info *info);

/**
 * kipc_mailbox_notify() - be told once when a message comes to the empty mailbox
 * @mailbox: which
 * @eventfd: an eventfd, to which 1 is added; -1: no longer
 *
 * Return: 0, or -EBADF, -EBUSY (somebody asked already), -EINVAL or -ENXIO.
 */
int kipc_mailbox_notify(int mailbox, int eventfd);

/*
 * Regions: memory that processes map rather than copy. What a process has of one is a view,
 * a file descriptor that is good for a range of it, to be read, or to be read and written.
 * It can be mapped, polled, inherited, passed on, and made into other views with as much or
 * less; and who made them can take them away. The shortest writer and reader:
 *
 *	view = kipc_region_open(NULL, "example.frame",
 *				KIPC_REGION_READ | KIPC_REGION_WRITE |
 *				KIPC_REGION_CREATE, 0644, 1 << 20);
 *	kipc_region_map(view, &memory, &size);
 *
 *	view = kipc_region_wait(NULL, "example.frame", KIPC_REGION_READ, KIPC_FOREVER);
 *	kipc_region_map(view, &memory, &size);
 *
 * All functions may be called from any thread at any time. They are system calls and keep
 * nothing in the process. The errors that they list are those of the commands in
 * <linux/kipc.h>, where their meaning stands. A descriptor that is no view gets -ENOTTY.
 */

/**
 * kipc_region_open() - open a region, or make one
 * @endpoint: in whose domain; NULL: that of the process
 * @name: its name; NULL: a new one without a name
 * @flags: KIPC_REGION_READ, which is always needed, KIPC_REGION_WRITE, KIPC_REGION_OWN,
 *	KIPC_REGION_CREATE, KIPC_REGION_EXCLUSIVE, KIPC_REGION_HUGE. Without a name
 *	KIPC_REGION_CREATE goes without saying.
 * @mode: permission bits of a new one: r may read, w may write
 * @size: of a new one, in bytes, whole pages
 *
 * Without KIPC_REGION_CREATE, @mode and @size are not looked at.
 *
 * Return: A descriptor of a view of all of it, close-on-exec; or -EACCES, -EDQUOT, -EEXIST,
 * -EINVAL, -EMFILE, -ENAMETOOLONG, -ENFILE, -ENOENT, -ENOMEM, -EPERM, -EPROTOTYPE, and
 * without an endpoint what opening the device gets.
 */
int kipc_region_open(struct kipc *endpoint, const char *name,
		     unsigned int flags, mode_t mode, uint64_t size);

/**
 * kipc_region_wait() - open a region as soon as it is there
 * @endpoint: in whose domain; NULL: that of the process
 * @name: its name
 * @flags: KIPC_REGION_READ, KIPC_REGION_WRITE, KIPC_REGION_OWN
 * @deadline: when to stop waiting for the name
 *
 * Return: As kipc_region_open(), or -EINTR or -ETIMEDOUT, and never -ENOENT.
 */
int kipc_region_wait(struct kipc *endpoint, const char *name,
		     unsigned int flags, uint64_t deadline);

/**
 * kipc_region_unlink() - take a region's name away
 * @endpoint: in whose domain; NULL: that of the process
 * @name: the name
 *
 * The region itself ends when nobody has a view of it, or a mapping, any more.
 *
 * Return: As kipc_mailbox_unlink().
 */
int kipc_region_unlink(struct kipc *endpoint, const char *name);

/**
 * kipc_region_view() - make a view from a view
 * @view: from which
 * @flags: KIPC_REGION_READ, and KIPC_REGION_WRITE
 * @offset: where in @view it begins, in bytes, whole pages
 * @size: in bytes, whole pages; 0: up to the end of @view
 * @id: gets its number, by which it can be revoked, unless NULL
 *
 * Return: A descriptor, close-on-exec; or -EACCES, -EDQUOT, -EINVAL, -EKEYREVOKED, -ELOOP,
 * -EMFILE, -ENFILE or -ENOMEM.
 */
int kipc_region_view(int view, unsigned int flags, uint64_t offset,
		     uint64_t size, uint64_t *id);

/**
 * kipc_region_revoke() - take a view away, and all that were made from it
 * @view: from which it was made; or one with KIPC_REGION_OWN
 * @id: its number
 *
 * When this returns no process has a mapping of it.
 *
 * Return: 0, or -EKEYREVOKED or -ENXIO.
 */
int kipc_region_revoke(int view, uint64_t id);

/**
 * kipc_region_revoke_all() - take away all views that one can
 * @view: from which they were made; with KIPC_REGION_OWN: all others
 *
 * Return: 0, or -EKEYREVOKED.
 */
int kipc_region_revoke_all(int view);

/**
 * kipc_region_views() - list the views that can be revoked
 * @view: by which
 * @entries: gets them, in the order in which they were made
 * @count: how many fit, at least 1
 * @cursor: 0; then as it comes back, until it is 0 again
 *
 * Return: How many there are; or -EINVAL, -EKEYREVOKED or -ENOMEM.
 */
int kipc_region_views(int view, struct kipc_view_entry *entries,
		      unsigned int count, uint64_t *cursor);

/**
 * kipc_region_seal() - seal a region against writing
 * @view: a view of its owner
 * @seals: KIPC_REGION_SEAL_SEAL, KIPC_REGION_SEAL_WRITE, KIPC_REGION_SEAL_FUTURE_WRITE
 *
 * Return: 0, or -EBUSY, -EINVAL, -EKEYREVOKED or -EPERM.
 */
int kipc_region_seal(int view, unsigned int seals);

/**
 * kipc_region_info() - what a view and its region are
 * @view: which
 * @info: gets it
 *
 * Return: 0.
 */
int kipc_region_info(int view, struct kipc_region_info *info);

/**
 * kipc_region_map() - map all of a view
 * @view: which
 * @memory: gets the address; munmap() ends it
 * @size: gets its size in bytes
 *
 * It can be written to if the view may write and the region is not sealed. To map a part of
 * it, or a private copy, mmap() the descriptor. Touching it gets SIGBUS when the view was
 * revoked, or there is no memory.
 *
 * Return: 0, or what mmap() gets: -EKEYREVOKED, -ENOMEM.
 */
int kipc_region_map(int view, void **memory, size_t *size);

/*
 * Chunks: a region that is cut into slots of one size, for messages that are large or that
 * many are to read. Its owner takes a loan of a free chunk, writes to it, and attaches it to
 * messages, by whatever way; who receives one reads it where it is. Nothing is copied or
 * mapped for that, so the size does not matter. A chunk is free again when the loan, the
 * messages and all leases are gone, or who had them has died.
 *
 *	kipc_chunks_new(view, 4, &chunks);              both, once
 *
 *	kipc_chunk_loan(chunks, &chunk);                publisher
 *	kipc_attachment_set_chunk(&attachment, chunks, &chunk);
 *	... send it ...
 *	kipc_chunk_release(chunks, &chunk);
 *
 *	... receive an attachment ...                   subscriber
 *	kipc_chunk_take(chunks, &attachment, &chunk);
 *	kipc_chunk_release(chunks, &chunk);
 *
 * All functions may be called from any thread at any time, and only a chunk that two use at
 * the same time is their own concern.
 */

struct kipc_chunks;

/**
 * struct kipc_chunk - a chunk that this process has
 * @data: where it is mapped
 * @size: its size in bytes
 * @number: which one it is, from 0 on
 * @lease: the number of the loan or lease; 0: it has none
 */
struct kipc_chunk {
	void *data;
	size_t size;
	uint32_t number;
	uint32_t lease;
};

/**
 * struct kipc_chunk_options - how a region is cut
 * @size: bytes of a chunk; rounded up to a multiple of KIPC_CHUNK_ALIGN
 * @count: how many, 1 to KIPC_CHUNKS_MAX
 * @leases_max: most leases of one subscriber; 0: KIPC_LEASES_DEFAULT
 *
 * The publisher never has to wait for subscribers if there are more chunks than all of them
 * can have leases, messages can carry, and it has loans itself.
 */
struct kipc_chunk_options {
	uint64_t size;
	unsigned int count;
	unsigned int leases_max;
};

/**
 * kipc_region_open_chunks() - open a region that is cut into chunks, or make one
 * @endpoint: in whose domain; NULL: that of the process
 * @name: its name; NULL: a new one without a name
 * @flags: KIPC_REGION_READ, which is always needed, KIPC_REGION_WRITE,
 *	KIPC_REGION_EXCLUSIVE, KIPC_REGION_HUGE; KIPC_REGION_CREATE goes without saying
 * @mode: permission bits of a new one: r is enough for subscribers
 * @options: how a new one is cut
 *
 * To open one that is there use kipc_region_open() or kipc_region_wait().
 *
 * Return: As kipc_region_open().
 */
int kipc_region_open_chunks(struct kipc *endpoint, const char *name,
			    unsigned int flags, mode_t mode,
			    const struct kipc_chunk_options *options);

/**
 * kipc_chunks_new() - have chunks of a region
 * @view: a view of the region; the caller may close it then
 * @leases: how many at once, loans and leases, 1 to KIPC_LEASES_MAX
 * @chunks: gets it
 *
 * Maps the view. From then on each chunk of the region that the process receives is leased to
 * it. Once in a process for each region. It ends with the process, and does not go over to its
 * children.
 *
 * Return: 0, or -EBUSY (another process has chunks through this view), -EDQUOT (more than
 * are left for it), -EEXIST (this process has already), -EINVAL, -EKEYREVOKED, -EMFILE, -ENOMEM,
 * -ENOTTY (not a view) or -EPROTOTYPE (the region has no chunks).
 */
int kipc_chunks_new(int view, unsigned int leases, struct kipc_chunks **chunks);

/**
 * kipc_chunks_free() - have none any more
 * @chunks: from kipc_chunks_new(); or NULL
 *
 * All loans and leases end, and the mapping.
 */
void kipc_chunks_free(struct kipc_chunks *chunks);

/**
 * kipc_chunk_loan() - take a free chunk, to write to it
 * @chunks: through a view with KIPC_REGION_OWN and KIPC_REGION_WRITE
 * @chunk: gets it; its bytes are as they were left
 *
 * Return: 0, or -EAGAIN (none is free; poll() of a view says POLLOUT when one is), -EDQUOT
 * (as many as were asked for), -EKEYREVOKED or -EPERM.
 */
int kipc_chunk_loan(struct kipc_chunks *chunks, struct kipc_chunk *chunk);

/**
 * kipc_chunk_next() - give a chunk back and take a free one, in one system call
 * @chunks: as for kipc_chunk_loan()
 * @chunk: a loan or a lease; gets the new loan. It stays as it is if this fails.
 *
 * Return: As kipc_chunk_loan(), or -ENXIO (it is none of this process).
 */
int kipc_chunk_next(struct kipc_chunks *chunks, struct kipc_chunk *chunk);

/**
 * kipc_chunk_take() - a chunk that was received with a mailbox's message
 * @chunks: of the region
 * @attachment: as it was received
 * @chunk: gets it, to be released
 *
 * Return: 0, or -EBADF (not a chunk), or -ENOTCONN (the process had no leases of its region
 * when it came, or it is another region).
 */
int kipc_chunk_take(struct kipc_chunks *chunks,
		    const struct kipc_attachment *attachment,
		    struct kipc_chunk *chunk);

/**
 * kipc_request_take_chunk() - keep a chunk that came with a request
 * @request: the request
 * @index: of the attachment
 * @chunks: of the region
 * @chunk: gets it, to be released; one that was lent is gone with the reply
 *
 * Those that are not taken go back with the request.
 *
 * Return: As kipc_chunk_take(), or -EALREADY or -EINVAL (no such attachment).
 */
int kipc_request_take_chunk(struct kipc_request *request, size_t index,
			    struct kipc_chunks *chunks,
			    struct kipc_chunk *chunk);

/**
 * kipc_result_take_chunk() - keep a chunk that came with a reply
 * @result: of a call
 * @index: of the attachment
 * @chunks: of the region
 * @chunk: gets it, to be released
 *
 * Return: As kipc_request_take_chunk().
 */
int kipc_result_take_chunk(struct kipc_result *result, size_t index,
			   struct kipc_chunks *chunks,
			   struct kipc_chunk *chunk);

/**
 * kipc_chunk_release() - give a loan or a lease back
 * @chunks: of the region
 * @chunk: which; nothing is in it after that
 *
 * Return: 0, or -EKEYREVOKED (all are gone) or -ENXIO (it was released, or lent and the
 * call is over).
 */
int kipc_chunk_release(struct kipc_chunks *chunks, struct kipc_chunk *chunk);

/**
 * kipc_attachment_set_chunk() - make an attachment of a chunk
 * @attachment: to be filled in
 * @chunks: of the region
 * @chunk: a loan; it stays the caller's, to be released when it was sent
 */
void kipc_attachment_set_chunk(struct kipc_attachment *attachment,
			       const struct kipc_chunks *chunks,
			       const struct kipc_chunk *chunk);

/**
 * kipc_chunk_list() - who has which chunk
 * @view: with KIPC_REGION_OWN
 * @entries: gets it, in the order of the chunks
 * @count: how many fit, at least 1
 * @cursor: 0; then as it comes back, until it is 0 again
 *
 * Return: How many entries there are; or -EINVAL, -EKEYREVOKED, -ENOMEM, -EPERM or
 * -EPROTOTYPE.
 */
int kipc_chunk_list(int view, struct kipc_chunk_entry *entries,
		    unsigned int count, uint64_t *cursor);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

/* What can be built in the memory of a region */
#include "kipc_lock.h"
#include "kipc_ring.h"

#endif /* KIPC_H */
