// SPDX-License-Identifier: GPL-2.0-only
/* A message that was received from a mailbox, or looked at, and its printing. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "encode.h"
#include "json.h"
#include "mail.h"
#include "output.h"
#include "tool.h"

struct mail *mail_new(size_t size_max)
{
	struct mail *mail = calloc(1, sizeof(*mail));

	if (!mail)
		return NULL;
	mail->room = size_max;
	mail->data = malloc(size_max + 1);
	if (!mail->data) {
		free(mail);
		return NULL;
	}
	return mail;
}

static void let_go(struct mail *mail, struct kipc *endpoint)
{
	for (size_t i = 0; i < mail->about.attachment_count; i++) {
		const struct kipc_attachment *attachment =
			&mail->attachments[i];

		if (attachment->type == KIPC_ATTACH_FD)
			close((int)attachment->id);
		else if (attachment->type == KIPC_ATTACH_HANDLE)
			kipc_handle_drop(endpoint, attachment->id);
	}
	if (mail->about.attachment_count)
		tool_error("message %llu: what was attached to it is lost: %u attachments",
			   (unsigned long long)mail->about.sequence,
			   mail->about.attachment_count);
}

int mail_receive(struct mail *mail, int mailbox, struct kipc *endpoint,
		 unsigned int priority_min, uint64_t deadline)
{
	const struct iovec iov = {
		.iov_base = mail->data, .iov_len = mail->room,
	};
	const struct kipc_mailbox_recv_options options = {
		.priority_min = priority_min,
		.attachments = mail->attachments,
		.attachments_max = KIPC_ATTACHMENTS_MAX,
		.endpoint = endpoint,
		.label = mail->label,
		.label_max = sizeof(mail->label),
	};
	ssize_t size = kipc_mailbox_recv_with(mailbox, &iov, 1, &options,
					      deadline, &mail->about);

	if (size < 0)
		return (int)size;
	let_go(mail, endpoint);
	return 0;
}

static void add_payload(struct json_object *object, const struct mail *mail)
{
	size_t size = mail->about.size;
	char *text;

	if (encode_is_utf8(mail->data, size)) {
		json_object_object_add(object, "text",
				       json_object_new_string_len(mail->data,
								  (int)size));
		return;
	}
	text = encode_base64(mail->data, size);
	if (text)
		json_add_text(object, "base64", text);
	free(text);
}

static void add_label(struct json_object *object, const struct mail *mail)
{
	size_t size = strnlen(mail->label, mail->about.label_size);

	if (!encode_is_utf8(mail->label, size))
		size = 0;
	json_object_object_add(object, "label",
			       json_object_new_string_len(mail->label,
							  (int)size));
}

static struct json_object *as_json(const struct mail *mail)
{
	const struct kipc_mail *about = &mail->about;
	struct json_object *object = json_object_new_object();

	if (!object)
		return NULL;
	json_add_number(object, "sequence", about->sequence);
	json_add_number(object, "priority", about->priority);
	json_add_number(object, "size", about->size);
	json_add_number(object, "age", about->age);
	json_add_number(object, "missed", about->missed);
	json_add_number(object, "deliveries", about->deliveries);
	json_add_number(object, "token", about->token);
	json_add_number(object, "lease_end", about->lease_end);
	json_add_number(object, "attachments", about->attachment_count);
	json_add_number(object, "pid", about->pid);
	json_add_number(object, "tid", about->tid);
	json_add_number(object, "uid", about->euid);
	json_add_number(object, "gid", about->egid);
	add_label(object, mail);
	add_payload(object, mail);
	return object;
}

/* In one piece, for others may write to the same pipe */
static int print_json(const struct mail *mail)
{
	struct json_object *object = as_json(mail);
	const char *text;
	char *line;
	int size;
	int ret;

	if (!object)
		return -ENOMEM;
	text = json_object_to_json_string_ext(object,
					      JSON_C_TO_STRING_SPACED |
					      JSON_C_TO_STRING_NOSLASHESCAPE);
	size = text ? asprintf(&line, "%s\n", text) : -1;
	json_object_put(object);
	if (size < 0)
		return -ENOMEM;
	ret = output_write(line, (size_t)size);
	free(line);
	return ret;
}

int mail_print(struct mail *mail, enum mail_format format)
{
	size_t size = mail->about.size;

	if (format == MAIL_JSON)
		return print_json(mail);
	if (format == MAIL_TEXT)
		mail->data[size++] = '\n';
	return output_write(mail->data, size);
}

void mail_free(struct mail *mail)
{
	if (mail)
		free(mail->data);
	free(mail);
}
