#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# mq_notify_test (being told of messages) on mailboxes: the program is
# the same, but linked at run time, and with libkipc-mq.so before the C library.

exec env LD_PRELOAD=/kipc/dynamic/libkipc-mq.so /kipc/dynamic/mq_notify_test
