// SPDX-License-Identifier: GPL-2.0-only
/* What the kernel's tracepoints tell, decoded. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "tool.h"

static const char *const names[EVENT_TYPES] = {
	[EVENT_OPEN] = "kipc_endpoint_open",
	[EVENT_CLOSE] = "kipc_endpoint_close",
	[EVENT_NODE_CREATE] = "kipc_node_create",
	[EVENT_NODE_DESTROY] = "kipc_node_destroy",
	[EVENT_PUBLISH] = "kipc_name_publish",
	[EVENT_CALL] = "kipc_call_queued",
	[EVENT_CALL_REFUSED] = "kipc_call_refused",
	[EVENT_SEND] = "kipc_send_queued",
	[EVENT_SEND_REFUSED] = "kipc_send_refused",
	[EVENT_NOTIFY] = "kipc_notify",
	[EVENT_RECEIVED] = "kipc_received",
	[EVENT_REPLIED] = "kipc_call_replied",
	[EVENT_FAILED] = "kipc_call_failed",
	[EVENT_GIVEN_UP] = "kipc_call_given_up",
	[EVENT_DONE] = "kipc_call_done",
};

/* Where the tracepoints' fields go: what one name means is the same in all */
static const struct {
	const char *name;
	size_t offset;
	size_t size;
} places[] = {
#define TEXT(name) \
	{ name, offsetof(struct event, text), KIPC_NAME_MAX + 1 }
#define U64(name, member)	{ name, offsetof(struct event, member), 8 }
#define U32(name, member)	{ name, offsetof(struct event, member), 4 }
	U32("common_pid", tid),
	U64("endpoint", to),
	U64("from", from),
	U64("to", to),
	U64("by", to),
	U64("token", token),
	U64("parent", parent),
	U64("slice", slice),
	U64("size", size),
	U64("bits", bits),
	U64("cookie", cookie),
	U32("node", node),
	U32("code", code),
	U32("kind", kind),
	U32("depth", depth),
	U32("domain", domain),
	U32("process", process),
	U32("error", error),
	U32("stage", stage),
	TEXT("comm"),
	TEXT("name"),
#undef TEXT
#undef U64
#undef U32
};

const char *event_name(enum event_type type)
{
	return names[type];
}

static void add_field(struct event_format *format,
		      struct tep_format_field *field)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(places); i++)
		if (!strcmp(places[i].name, field->name))
			break;
	if (i == ARRAY_SIZE(places) || format->count == EVENT_FIELDS_MAX)
		return;
	format->fields[format->count] = field;
	format->offsets[format->count] = places[i].offset;
	format->sizes[format->count] = places[i].size;
	format->count++;
}

/* Let libtraceevent read the description of a tracepoint */
static struct tep_event *describe(struct tep_handle *tep, const char *name)
{
	char *text;
	int size;

	text = tracefs_event_file_read(NULL, "kipc", name, "format", &size);
	if (!text)
		return NULL;
	tep_parse_event(tep, text, (unsigned long)size, "kipc");
	free(text);
	return tep_find_event_by_name(tep, "kipc", name);
}

static int learn(struct event_decoder *decoder, enum event_type type)
{
	struct event_format *format = &decoder->formats[type];
	struct tep_format_field **fields;

	format->event = describe(decoder->tep, names[type]);
	if (!format->event)
		return -ENOPROTOOPT;
	add_field(format, tep_find_common_field(format->event, "common_pid"));
	fields = tep_event_fields(format->event);
	if (!fields)
		return -ENOMEM;
	for (size_t i = 0; fields[i]; i++)
		add_field(format, fields[i]);
	free(fields);
	return 0;
}

int event_decoder_init(struct event_decoder *decoder, unsigned int types)
{
	enum tep_endian endian = tep_is_bigendian() ? TEP_BIG_ENDIAN :
						      TEP_LITTLE_ENDIAN;
	int ret = 0;

	*decoder = (struct event_decoder){ 0 };
	decoder->tep = tep_alloc();
	if (!decoder->tep)
		return -ENOMEM;
	tep_set_file_bigendian(decoder->tep, endian);
	tep_set_local_bigendian(decoder->tep, endian);
	for (int i = 0; !ret && i < EVENT_TYPES; i++)
		if (types & EVENT_BIT(i))
			ret = learn(decoder, i);
	return ret;
}

/* A text that is part of the record, or, if it is dynamic, lies behind it */
static void read_text(const struct tep_format_field *field, const char *data,
		      int size, char *text, size_t room)
{
	unsigned int at = (unsigned int)field->offset;
	unsigned int length = (unsigned int)field->size;
	uint32_t place;

	if (field->flags & TEP_FIELD_IS_DYNAMIC) {
		memcpy(&place, data + at, sizeof(place));
		at = place & 0xffff;
		length = place >> 16;
	}
	if (at + length > (unsigned int)size)
		return;
	if (length >= room)
		length = (unsigned int)room - 1;
	memcpy(text, data + at, length);
}

static void read_field(const struct event_format *format, size_t i, void *data,
		       int size, struct event *event)
{
	struct tep_format_field *field = format->fields[i];
	char *to = (char *)event + format->offsets[i];
	unsigned long long value;
	uint32_t narrow;

	if (format->sizes[i] == sizeof(event->text)) {
		read_text(field, data, size, to, sizeof(event->text));
		return;
	}
	if (field->offset + field->size > size ||
	    tep_read_number_field(field, data, &value))
		return;
	narrow = (uint32_t)value;
	if (format->sizes[i] == sizeof(value))
		memcpy(to, &value, sizeof(value));
	else
		memcpy(to, &narrow, sizeof(narrow));
}

bool event_decode(const struct event_decoder *decoder, void *data, int size,
		  struct event *event)
{
	struct tep_record record = { .data = data, .size = size };
	int id = tep_data_type(decoder->tep, &record);

	*event = (struct event){ 0 };
	for (int type = 0; type < EVENT_TYPES; type++) {
		const struct event_format *format = &decoder->formats[type];

		if (!format->event || format->event->id != id)
			continue;
		event->type = type;
		for (size_t i = 0; i < format->count; i++)
			read_field(format, i, data, size, event);
		return true;
	}
	return false;
}

void event_decoder_deinit(struct event_decoder *decoder)
{
	tep_free(decoder->tep);
}
