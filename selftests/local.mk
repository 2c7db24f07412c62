# SPDX-License-Identifier: GPL-2.0-only

# Also built for 32 bits, as NAME_test32
SELFTESTS_32 := abi_test

# Seconds on the stock kernel; the debug kernel gets three times as many
TIMEOUT_storm_test := 350
TIMEOUT_share_test := 150
TIMEOUT_chain_storm_test := 300
TIMEOUT_mailbox_storm_test := 150
TIMEOUT_region_storm_test := 150
TIMEOUT_chunk_storm_test := 150
TIMEOUT_fuzz_test := 150
TIMEOUT_demo_test := 150
TIMEOUT_freeze_race_test := 150
TIMEOUT_freeze_watch_test := 150
TIMEOUT_handle_test := 150
TIMEOUT_cve_race_test := 150
TIMEOUT_cve_poll_test := 150
TIMEOUT_large_test := 150
TIMEOUT_interrupted_test := 100

# Also built to be linked at run time, with all that they are to be run with: these
# are for libkipc-mq.so, see mq_*_preload_test.sh
DYNAMIC_TESTS := mq_test mq_message_test mq_notify_test
# What pthread_cancel() loads, so that it is seen to be needed
DYNAMIC_LIBS := -Wl,--no-as-needed -lgcc_s
DYNAMIC := $(DYNAMIC_TESTS:%=$(B)/dynamic/%) $(B)/dynamic/libkipc-mq.so

$(DYNAMIC_TESTS:%=$(B)/dynamic/%): $(B)/dynamic/%: $(B)/obj/lib/selftests/%.o \
		$(B)/selftests/helpers.a
	$(call link_program,,$(DYNAMIC_LIBS))

$(B)/dynamic/libkipc-mq.so: $(B)/lib/libkipc-mq.so
	@mkdir -p $(@D)
	$(call say,COPY,$@)
	$(Q)cp $< $@

selftests: $(DYNAMIC)
