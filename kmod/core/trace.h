/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tracepoints: every transition of a call, and what happens to endpoints and
 * nodes. A call is known by the id of the endpoint it goes to and its token
 * there; endpoints' ids are those of debugfs and fdinfo. The process and the
 * thread are those of the trace record.
 */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kipc

#if !defined(KIPC_CORE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KIPC_CORE_TRACE_H

#include <linux/kipc.h>
#include <linux/tracepoint.h>

TRACE_DEFINE_ENUM(KIPC_STAGE_NOT_QUEUED);
TRACE_DEFINE_ENUM(KIPC_STAGE_WITHDRAWN);
TRACE_DEFINE_ENUM(KIPC_STAGE_RECEIVED);
TRACE_DEFINE_ENUM(KIPC_STAGE_REPLY_LOST);
TRACE_DEFINE_ENUM(KIPC_STAGE_DONE);

#define show_kipc_stage(stage)						\
	__print_symbolic(stage,						\
			 { KIPC_STAGE_NOT_QUEUED, "not-queued" },	\
			 { KIPC_STAGE_WITHDRAWN, "withdrawn" },		\
			 { KIPC_STAGE_RECEIVED, "received" },		\
			 { KIPC_STAGE_REPLY_LOST, "reply-lost" },	\
			 { KIPC_STAGE_DONE, "done" })

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

DEFINE_EVENT(kipc_endpoint, kipc_endpoint_open,
	TP_PROTO(u64 endpoint), TP_ARGS(endpoint));
DEFINE_EVENT(kipc_endpoint, kipc_endpoint_close,
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

TRACE_EVENT(kipc_call_queued,
	TP_PROTO(u64 from, u64 to, u64 token, u32 node, u32 code, u64 size),
	TP_ARGS(from, to, token, node, code, size),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u64, token)
		__field(u64, size)
		__field(u32, node)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->token = token;
		__entry->size = size;
		__entry->node = node;
		__entry->code = code;
	),
	TP_printk("from=%llu to=%llu token=%llu node=%u code=%u size=%llu",
		  __entry->from, __entry->to, __entry->token, __entry->node,
		  __entry->code, __entry->size)
);

TRACE_EVENT(kipc_send_queued,
	TP_PROTO(u64 from, u64 to, u32 node, u32 code, u64 size),
	TP_ARGS(from, to, node, code, size),
	TP_STRUCT__entry(
		__field(u64, from)
		__field(u64, to)
		__field(u64, size)
		__field(u32, node)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->from = from;
		__entry->to = to;
		__entry->size = size;
		__entry->node = node;
		__entry->code = code;
	),
	TP_printk("from=%llu to=%llu node=%u code=%u size=%llu",
		  __entry->from, __entry->to, __entry->node, __entry->code,
		  __entry->size)
);

TRACE_EVENT(kipc_received,
	TP_PROTO(u64 to, u32 kind, u64 token, u32 code, u64 size),
	TP_ARGS(to, kind, token, code, size),
	TP_STRUCT__entry(
		__field(u64, to)
		__field(u64, token)
		__field(u64, size)
		__field(u32, kind)
		__field(u32, code)
	),
	TP_fast_assign(
		__entry->to = to;
		__entry->token = token;
		__entry->size = size;
		__entry->kind = kind;
		__entry->code = code;
	),
	TP_printk("to=%llu %s token=%llu code=%u size=%llu", __entry->to,
		  __entry->token ? "call" : "send", __entry->token,
		  __entry->code, __entry->size)
);

TRACE_EVENT(kipc_call_replied,
	TP_PROTO(u64 by, u64 token, u32 code, int error),
	TP_ARGS(by, token, code, error),
	TP_STRUCT__entry(
		__field(u64, by)
		__field(u64, token)
		__field(u32, code)
		__field(int, error)
	),
	TP_fast_assign(
		__entry->by = by;
		__entry->token = token;
		__entry->code = code;
		__entry->error = error;
	),
	TP_printk("by=%llu token=%llu code=%u error=%d", __entry->by,
		  __entry->token, __entry->code, __entry->error)
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

#endif /* KIPC_CORE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_PATH core
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
