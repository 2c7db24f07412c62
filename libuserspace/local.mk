# SPDX-License-Identifier: GPL-2.0-only
#
# More tests of the library: those of its own once more under ThreadSanitizer,
# and the public header in a C++ program.

TSAN_FLAGS := -O1 -g -fsanitize=thread -fno-omit-frame-pointer

TSAN_OBJECTS := $(patsubst %.c,$(B)/obj/tsan/%.o, \
	$(LIB_SRC) $(filter-out %_test.c,$(LIB_TEST_SRC)))
TSAN_TESTS := $(patsubst libuserspace/tests/%.c,$(B)/tsan/tests/%_tsan, \
	$(filter %_test.c,$(LIB_TEST_SRC)))
CXX_TEST := $(B)/san/tests/cxx_test

$(B)/obj/tsan/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(TSAN_FLAGS) $(KIPC_CFLAGS) $(CPPFLAGS) $(call inc_of,$<) \
		-MMD -MP -c -o $@ $<

# The fake kernel stands in for sys.o.
$(B)/tsan/tests/%_tsan: $(B)/obj/tsan/libuserspace/tests/%.o \
		$(filter-out %/src/sys.o,$(TSAN_OBJECTS))
	@mkdir -p $(@D)
	$(CC) $(TSAN_FLAGS) $(LDFLAGS) -pthread -o $@ $^

$(CXX_TEST): libuserspace/tests/cxx_test.cc $(B)/san/libkipc.a \
		$(wildcard libuserspace/include/*.h) uapi/linux/kipc.h
	@mkdir -p $(@D)
	$(CXX) -std=c++11 -Wall -Wextra -Werror -pedantic -O1 -g $(SANITIZE) \
		$(LDFLAGS) $(INC_libuserspace/examples) -pthread -o $@ \
		$(filter %.cc %.a,$^)

lib-tests: $(TSAN_TESTS) $(CXX_TEST)
