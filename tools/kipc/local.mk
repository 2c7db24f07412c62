# SPDX-License-Identifier: GPL-2.0-only
# Its test starts many processes.
TIMEOUT_tool_test := 120

# kipc --version tells the project's version.
$(B)/obj/%/tools/kipc/main.o: override CPPFLAGS += -DKIPC_VERSION='"$(VERSION)"'
