# SPDX-License-Identifier: GPL-2.0-only
# Its tests start many processes.
TIMEOUT_tool_test := 240
TIMEOUT_tool_mailbox_test := 180
TIMEOUT_tool_mailbox_pipe_test := 240
TIMEOUT_tool_trace_test := 120
TIMEOUT_tool_top_test := 180
TIMEOUT_trace_test := 120

# kipc --version tells the project's version.
$(B)/obj/%/tools/kipc/main.o: override CPPFLAGS += -DKIPC_VERSION='"$(VERSION)"'
