/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A message that was received from a mailbox, or looked at, and how it is printed.
 *
 * What is attached to a message is of no use on the command line: it is let go of,
 * and standard error says so.
 */
#ifndef TOOL_MAIL_H
#define TOOL_MAIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <kipc.h>

/* Longest security label in bytes */
#define MAIL_LABEL_MAX	4096

/**
 * enum mail_format - how a message is printed
 * @MAIL_TEXT: the payload, and a line end
 * @MAIL_RAW: the payload, byte for byte
 * @MAIL_JSON: an object on a line, with all that is known of it
 */
enum mail_format {
	MAIL_TEXT,
	MAIL_RAW,
	MAIL_JSON,
};

/* What --json prints, for the help of the commands that have it */
#define MAIL_JSON_DOC \
	"  {\"sequence\", \"priority\", \"size\", \"age\", \"missed\", \"deliveries\",\n" \
	"   \"token\", \"lease_end\", \"attachments\", \"pid\", \"tid\", \"uid\", \"gid\",\n" \
	"   \"label\", \"text\" or \"base64\"}\n" \
	"Times are in nanoseconds, \"lease_end\" as CLOCK_MONOTONIC has them, 0: none;\n" \
	"\"missed\" tells how many messages were dropped before this one; a payload\n" \
	"that is no UTF-8 comes as base64.\n"

/**
 * struct mail - a message, with memory for any that can come
 * @about: what is known of it
 * @data: its payload
 * @room: how many bytes fit there, but for one more that is for a line end
 * @label: its sender's security label
 * @attachments: what was attached to it
 */
struct mail {
	struct kipc_mail about;
	char *data;
	size_t room;
	char label[MAIL_LABEL_MAX];
	struct kipc_attachment attachments[KIPC_ATTACHMENTS_MAX];
};

/**
 * mail_new() - memory for the messages of a mailbox
 * @size_max: largest payload in bytes
 *
 * Return: the memory; NULL if there is none.
 */
struct mail *mail_new(size_t size_max);

/**
 * mail_receive() - receive the next message
 * @mail: where it goes
 * @mailbox: from where
 * @endpoint: for handles that are attached
 * @priority_min: take only what is at least as urgent
 * @deadline: when to give up
 *
 * Return: 0 or -errno, as kipc_mailbox_recv_with().
 */
int mail_receive(struct mail *mail, int mailbox, struct kipc *endpoint,
		 unsigned int priority_min, uint64_t deadline);

/**
 * mail_print() - write it to standard output
 * @mail: the message
 * @format: how
 *
 * Return: 0, or -errno as output_write(), or -ENOMEM.
 */
int mail_print(struct mail *mail, enum mail_format format);

/**
 * mail_free() - free the memory
 * @mail: the message; NULL does nothing
 */
void mail_free(struct mail *mail);

#endif
