/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every transition of a call, one-way messages, notifications, and
 * what happens to endpoints and nodes. "kipc trace" and "kipc top" live on them.
 *
 * Endpoints' ids are those of debugfs and fdinfo. The thread is that of the trace
 * record. A call is known by the endpoint it goes to and its token there; the
 * call that it is made for by the endpoint that makes it and @parent. A one-way
 * message is known by the endpoint it goes to and its slice there, which is
 * nobody else's until it was received and freed.
 *
 * What is queued is told with the queue's lock held, and what is received after
 * that, so the one always comes before the other.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kipc

#if !defined(KIPC_CORE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KIPC_CORE_TRACE_H

#include <linux/kipc.h>
#include <linux/sched.h>
#include <linux/tracepoint.h>

TRACE_DEFINE_ENUM(KIPC_STAGE_NOT_QUEUED);
TRACE_DEFINE_ENUM(KIPC_STAGE_WITHDRAWN);
TRACE_DEFINE_ENUM(KIPC_STAGE_RECEIVED);
TRACE_DEFINE_ENUM(KIPC_STAGE_REPLY_LOST);
TRACE_DEFINE_ENUM(KIPC_STAGE_DONE);
TRACE_DEFINE_ENUM(KIPC_MSG_CALL);
TRACE_DEFINE_ENUM(KIPC_MSG_SEND);
TRACE_DEFINE_ENUM(KIPC_MSG_NOTIFY);
TRACE_DEFINE_ENUM(KIPC_MSG_DEATH);
TRACE_DEFINE_ENUM(KIPC_MSG_NO_SENDERS);
TRACE_DEFINE_ENUM(KIPC_MSG_NAMES);
TRACE_DEFINE_ENUM(KIPC_MSG_CANCELED);
TRACE_DEFINE_ENUM(KIPC_MSG_FROZEN);

#define show_kipc_stage(stage)						\
	__print_symbolic(stage,						\
			 { KIPC_STAGE_NOT_QUEUED, "not-queued" },	\
			 { KIPC_STAGE_WITHDRAWN, "withdrawn" },		\
			 { KIPC_STAGE_RECEIVED, "received" },		\
			 { KIPC_STAGE_REPLY_LOST, "reply-lost" },	\
			 { KIPC_STAGE_DONE, "done" })

#define show_kipc_kind(kind)						\
	__print_symbolic(kind,						\
			 { KIPC_MSG_CALL, "call" },			\
			 { KIPC_MSG_SEND, "send" },			\
			 { KIPC_MSG_NOTIFY, "notify" },			\
			 { KIPC_MSG_DEATH, "death" },			\
			 { KIPC_MSG_NO_SENDERS, "no-senders" },		\
			 { KIPC_MSG_NAMES, "names" },			\
			 { KIPC_MSG_CANCELED, "canceled" },		\
			 { KIPC_MSG_FROZEN, "frozen" })

/* With the process, whose name and number are gone when somebody asks later */
TRACE_EVENT(kipc_endpoint_open,
	TP_PROTO(u64 endpoint, u32 domain),
	TP_ARGS(endpoint, domain),
	TP_STRUCT__entry(
		__field(u64, endpoint)
		__field(u32, domain)
		__field(int, process)
		__array(char, comm, TASK_COMM_LEN)
	),
	TP_fast_assign(
		__entry->endpoint = endpoint;
		__entry->domain = domain;
		__entry->process = current->tgid;
		memcpy(__entry->comm, current->group_leader->comm,
		       TASK_COMM_LEN);
	),
	TP_printk("endpoint=%llu domain=%u process=%d comm=%s",
		  __entry->endpoint, __entry->domain, __entry->process,
		  __entry->comm)
);

DECLARE_EVENT_CLASS(kipc_endpoint,
	TP_PROTO(u64 endpoint),
	TP_ARGS(endpoint),
	TP_STRUCT__entry(
		__field(u64, endpoint)
	),
	TP_fast_assign(
		__entry->endpoint = endpoint;
	),
	TP_printk("endpoint=%llu", __entry->endpoint)
);

DEFINE_EVENT(kipc_endpoint, kipc_endpoint_close,
	TP_PROTO(u64 endpoint), TP_ARGS(endpoint));
DEFINE_EVENT(kipc_endpoint, kipc_endpoint_freeze,
	TP_PROTO(u64 endpoint), TP_ARGS(endpoint));
DEFINE_EVENT(kipc_endpoint, kipc_endpoint_thaw,
	TP_PROTO(u64 endpoint), TP_ARGS(endpoint));

DECLARE_EVENT_CLASS(kipc_node,
	TP_PROTO(u64 endpoint, u32 node),
	TP_ARGS(endpoint, node),
	TP_STRUCT__entry(
		__field(u64, endpoint)
		__field(u32, node)
	),
	TP_fast_assign(
		__entry->endpoint = endpoint;
		__entry->node = node;
	),
	TP_printk("endpoint=%llu node=%u", __entry->endpoint, __entry->node)
);

DEFINE_EVENT(kipc_node, kipc_node_create,
	TP_PROTO(u64 endpoint, u32 node), TP_ARGS(endpoint, node));
DEFINE_EVENT(kipc_node, kipc_node_destroy,
	TP_PROTO(u64 endpoint, u32 node), TP_ARGS(endpoint, node));

/* A name is no string, it has a size. */
TRACE_EVENT(kipc_name_publish,
	TP_PROTO(u64 endpoint, u32 node, const char *name, u32 size),
	TP_ARGS(endpoint, node, name, size),
	TP_STRUCT__entry(
		__field(u64, endpoint)
		__field(u32, node)
		__dynamic_array(char, name, size)
	),
	TP_fast_assign(
		__entry->endpoint = endpoint;
		__entry->node = node;
		memcpy(__get_dynamic_array(name), name, size);
	),
	TP_printk("endpoint=%llu node=%u name=%.*s", __entry->endpoint,
		  __entry->node, __get_dynamic_array_len(name),
		  (char *)__get_dynamic_array(name))
);

/* @parent is the token of a call that @from serves, or 0. */
TRACE_EVENT(kipc_call_queued,
	TP_PROTO(u64 from, u64 to, u64 token, u64 parent, u32 depth, u32 node,
		 u32 code, u64 size),
	TP_ARGS(from, to, token, parent, depth, node, code, size),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u64, token)
		__field(u64, parent)
		__field(u64, size)
		__field(u32, depth)
		__field(u32, node)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->token = token;
		__entry->parent = parent;
		__entry->size = size;
		__entry->depth = depth;
		__entry->node = node;
		__entry->code = code;
	),
	TP_printk("from=%llu to=%llu token=%llu parent=%llu depth=%u node=%u code=%u size=%llu",
		  __entry->from, __entry->to, __entry->token, __entry->parent,
		  __entry->depth, __entry->node, __entry->code, __entry->size)
);

TRACE_EVENT(kipc_send_queued,
	TP_PROTO(u64 from, u64 to, u64 slice, u32 node, u32 code, u64 size),
	TP_ARGS(from, to, slice, node, code, size),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u64, slice)
		__field(u64, size)
		__field(u32, node)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->slice = slice;
		__entry->size = size;
		__entry->node = node;
		__entry->code = code;
	),
	TP_printk("from=%llu to=%llu slice=%llu node=%u code=%u size=%llu",
		  __entry->from, __entry->to, __entry->slice, __entry->node,
		  __entry->code, __entry->size)
);

DECLARE_EVENT_CLASS(kipc_refused,
	TP_PROTO(u64 from, u64 to, u32 node, u32 code, int error),
	TP_ARGS(from, to, node, code, error),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u32, node)
		__field(u32, code)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->node = node;
		__entry->code = code;
		__entry->error = error;
	),
	TP_printk("from=%llu to=%llu node=%u code=%u error=%d", __entry->from,
		  __entry->to, __entry->node, __entry->code, __entry->error)
);

/* It was not queued. */
DEFINE_EVENT(kipc_refused, kipc_call_refused,
	TP_PROTO(u64 from, u64 to, u32 node, u32 code, int error),
	TP_ARGS(from, to, node, code, error));
DEFINE_EVENT(kipc_refused, kipc_send_refused,
	TP_PROTO(u64 from, u64 to, u32 node, u32 code, int error),
	TP_ARGS(from, to, node, code, error));

TRACE_EVENT(kipc_received,
	TP_PROTO(u64 to, const struct kipc_message *message),
	TP_ARGS(to, message),
	TP_STRUCT__entry(
		__field(u64, to)
		__field(u64, token)
		__field(u64, slice)
		__field(u64, size)
		__field(u64, bits)
		__field(u64, cookie)
		__field(u32, kind)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->to = to;
		__entry->token = message->token;
		__entry->slice = message->offset;
		__entry->size = message->size;
		__entry->bits = message->bits;
		__entry->cookie = message->cookie;
		__entry->kind = message->kind;
		__entry->code = message->code;
	),
	TP_printk("to=%llu %s token=%llu slice=%llu code=%u size=%llu bits=%#llx cookie=%#llx",
		  __entry->to, show_kipc_kind(__entry->kind), __entry->token,
		  __entry->slice, __entry->code, __entry->size, __entry->bits,
		  __entry->cookie)
);

TRACE_EVENT(kipc_call_replied,
	TP_PROTO(u64 by, u64 token, u32 code, u64 size, int error),
	TP_ARGS(by, token, code, size, error),
	TP_STRUCT__entry(
		__field(u64, by)
		__field(u64, token)
		__field(u64, size)
		__field(u32, code)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->by = by;
		__entry->token = token;
		__entry->size = size;
		__entry->code = code;
		__entry->error = error;
	),
	TP_printk("by=%llu token=%llu code=%u size=%llu error=%d", __entry->by,
		  __entry->token, __entry->code, __entry->size, __entry->error)
);

DECLARE_EVENT_CLASS(kipc_call_ended,
	TP_PROTO(u64 to, u64 token, int stage, int error),
	TP_ARGS(to, token, stage, error),
	TP_STRUCT__entry(
		__field(u64, to)
		__field(u64, token)
		__field(int, stage)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->to = to;
		__entry->token = token;
		__entry->stage = stage;
		__entry->error = error;
	),
	TP_printk("to=%llu token=%llu stage=%s error=%d", __entry->to,
		  __entry->token, show_kipc_stage(__entry->stage),
		  __entry->error)
);

/* The caller has its result */
DEFINE_EVENT(kipc_call_ended, kipc_call_done,
	TP_PROTO(u64 to, u64 token, int stage, int error),
	TP_ARGS(to, token, stage, error));
/* The caller took it back, or left, before it had one */
DEFINE_EVENT(kipc_call_ended, kipc_call_given_up,
	TP_PROTO(u64 to, u64 token, int stage, int error),
	TP_ARGS(to, token, stage, error));
/* The node or its owner died, or the receiver could not take it */
DEFINE_EVENT(kipc_call_ended, kipc_call_failed,
	TP_PROTO(u64 to, u64 token, int stage, int error),
	TP_ARGS(to, token, stage, error));

TRACE_EVENT(kipc_notify,
	TP_PROTO(u64 from, u64 to, u32 node, u64 bits),
	TP_ARGS(from, to, node, bits),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u64, bits)
		__field(u32, node)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->bits = bits;
		__entry->node = node;
	),
	TP_printk("from=%llu to=%llu node=%u bits=%#llx", __entry->from,
		  __entry->to, __entry->node, __entry->bits)
);

/* A mailbox accepted a message, or is about to hand it to a receiver */
TRACE_EVENT(kipc_mailbox_post,
	TP_PROTO(u64 mailbox, u64 sequence, u32 priority, u32 size),
	TP_ARGS(mailbox, sequence, priority, size),
	TP_STRUCT__entry(
		__field(u64, mailbox)
		__field(u64, sequence)
		__field(u32, priority)
		__field(u32, size)
	),
	TP_fast_assign(
		__entry->mailbox = mailbox;
		__entry->sequence = sequence;
		__entry->priority = priority;
		__entry->size = size;
	),
	TP_printk("mailbox=%llu sequence=%llu priority=%u size=%u",
		  __entry->mailbox, __entry->sequence, __entry->priority,
		  __entry->size)
);

/* A receiver has a message in hand; with a token, if it is leased */
TRACE_EVENT(kipc_mailbox_receive,
	TP_PROTO(u64 mailbox, u64 sequence, u32 deliveries, u64 token),
	TP_ARGS(mailbox, sequence, deliveries, token),
	TP_STRUCT__entry(
		__field(u64, mailbox)
		__field(u64, sequence)
		__field(u64, token)
		__field(u32, deliveries)
	),
	TP_fast_assign(
		__entry->mailbox = mailbox;
		__entry->sequence = sequence;
		__entry->token = token;
		__entry->deliveries = deliveries;
	),
	TP_printk("mailbox=%llu sequence=%llu deliveries=%u token=%llu",
		  __entry->mailbox, __entry->sequence, __entry->deliveries,
		  __entry->token)
);

#endif /* KIPC_CORE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH core
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
