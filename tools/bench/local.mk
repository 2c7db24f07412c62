# SPDX-License-Identifier: GPL-2.0-only
#
# The benchmark's programs for systems whose libraries are only to be had as
# shared objects (tools/bench/foreign.h): kipc-bench with one of them linked in.
# They are built by "make bench" if their packages are there.

FOREIGN_DIR := tools/bench/foreign
INC_$(FOREIGN_DIR) := -Itools/bench -I$(FOREIGN_DIR) \
	$(addprefix -isystem ,$(wildcard /usr/include/iceoryx/v*))

FOREIGN_SRC_iceoryx := $(FOREIGN_DIR)/peer_iceoryx.c $(FOREIGN_DIR)/roudi.c
FOREIGN_LIBS_iceoryx := -liceoryx_binding_c
FOREIGN_SRC_zmq := $(FOREIGN_DIR)/peer_zmq.c
FOREIGN_LIBS_zmq := -lzmq

# Those whose headers are here
FOREIGN := $(if $(wildcard /usr/include/iceoryx/v*/iceoryx_binding_c),iceoryx) \
	   $(if $(wildcard /usr/include/zmq.h),zmq)
FOREIGN_SRC := $(foreach f,$(FOREIGN),$(FOREIGN_SRC_$(f)))
