# SPDX-License-Identifier: GPL-2.0-only
#
# libkipc-mq.so: POSIX message queues on mailboxes, for LD_PRELOAD. The library is
# part of it, so that it needs no other file. mqueue.h calls pointers non-null that
# Linux lets be NULL, and with _FORTIFY_SOURCE defines what is defined here.

MQ_SRC := $(wildcard libuserspace/mq/*.c)
MQ_SO := $(B)/lib/libkipc-mq.so

INC_libuserspace/mq := -Ilibuserspace/include -Iuapi -D_GNU_SOURCE \
	-U_FORTIFY_SOURCE -fno-delete-null-pointer-checks

$(MQ_SO): $(MQ_SRC:%.c=$(B)/obj/lib/%.o) $(B)/lib/libkipc.a \
		libuserspace/mq/mq.map
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -pthread -Wl,-z,defs \
		-Wl,-soname,$(@F) -Wl,--version-script=libuserspace/mq/mq.map \
		-o $@ $(filter %.o,$^) $(filter %.a,$^)

lib: $(MQ_SO)
