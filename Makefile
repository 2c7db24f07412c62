# SPDX-License-Identifier: GPL-2.0-only
#
# Builds kipc: the kernel module, the library, the tools and the tests.
# "make help" lists the targets. Everything that is built goes below build/.
#
# One makefile for all of userspace: a .c file in the right folder is built and
# linked without being named here. A folder's local.mk, where there is one, adds
# settings. The kernel module is built by kbuild, through tools/dev/module.sh.

VERSION := 0.1.0
SOVERSION := 0

KDIR ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local
BINDIR ?= $(PREFIX)/bin
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
CC = gcc
CLANG ?= clang
PKG_CONFIG ?= pkg-config
CFLAGS ?= -O2 -g

B := build
WARNINGS := -Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes \
	    -Wpointer-arith -Wwrite-strings -Wvla
KIPC_CFLAGS := -std=gnu11 $(WARNINGS) -pthread
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all \
	    -fno-omit-frame-pointer

# V=1 shows the commands, as with kbuild.
ifeq ($(V),1)
Q :=
say :=
else
Q := @
say = @printf '  %-7s %s\n' $(1) $(2)
endif

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all help lib tools examples selftests demo-bin bench-bin lib-tests \
	module module-if-possible guest check demo vm bench install \
	install-module install-user uninstall clean compile-gcc compile-clang \
	deps FORCE

all: lib tools module-if-possible

help:
	@echo 'For everybody:'
	@echo '  make           module for the running kernel (or KDIR=), library, tool'
	@echo '  make demo      show kipc at work in a virtual machine (FILE= to choose'
	@echo '                 the text whose words are counted)'
	@echo '  make vm        a shell in a virtual machine with kipc loaded'
	@echo '  make install   install what make built (DESTDIR=, PREFIX=$(PREFIX))'
	@echo '  make uninstall remove it again, but for the module'
	@echo
	@echo 'For developers:'
	@echo '  make check     every test, on two kernels, in virtual machines'
	@echo '  make bench     cost of a round trip beside other IPC systems'
	@echo '  make module    only the kernel module: build/<release>/kipc.ko'
	@echo '  make lib       only the library; likewise tools, examples, selftests'
	@echo '  make lib-tests run the tests of the library that need no kernel'
	@echo '  make clean     remove build/'
	@echo
	@echo 'vm, demo, check and bench install missing Debian packages if they may.'
	@echo 'KERNEL=debug (with vm, demo) boots the kernel with all checkers on.'
	@echo 'ACCEL=kvm makes the virtual machines use the hardware.'
	@echo 'Documentation/testing.rst tells more.'

# ---------------------------------------------------------------- sources ---

LIB_SRC := $(wildcard libuserspace/src/*.c)
LIB_TEST_SRC := $(wildcard libuserspace/tests/*.c)
EXAMPLE_SRC := $(wildcard libuserspace/examples/*.c)
TOOL_SRC := $(wildcard tools/kipc/*.c)
DEMO_SRC := $(wildcard tools/demo/*.c)
BENCH_SRC := $(wildcard tools/bench/*.c)
SELFTEST_SRC := $(wildcard selftests/*.c)
SELFTESTS_32 :=
TOOL_LIBS = $(shell $(PKG_CONFIG) --libs json-c libtracefs)
TOOL_STATIC_LIBS = $(shell $(PKG_CONFIG) --static --libs json-c libtracefs)

-include $(wildcard */local.mk */*/local.mk)

# What a folder's files may include
INC_libuserspace/src := -Ilibuserspace/include -Iuapi
INC_libuserspace/tests := -Ilibuserspace/include -Ilibuserspace/src -Iuapi
INC_libuserspace/examples := -Ilibuserspace/include -Iuapi
INC_tools/kipc := -Ilibuserspace/include -Iuapi \
	$(shell $(PKG_CONFIG) --cflags json-c libtracefs 2>/dev/null)
INC_tools/demo := -Ilibuserspace/include -Iuapi
INC_tools/bench := $(INC_tools/kipc)
# The harness makes functions without a prototype, gives tests a parameter that
# few need, and compares whatever it gets.
INC_selftests := -isystem $(B)/kselftest -Iuapi -D_GNU_SOURCE \
	-Wno-missing-prototypes -Wno-unused-parameter -Wno-sign-compare
INC_lib_selftests := $(INC_selftests) -Ilibuserspace/include
dir_of = $(patsubst %/,%,$(dir $(1)))
inc_of = $(if $(filter selftests/lib_%,$(1)),$(INC_lib_selftests),$(INC_$(call dir_of,$(1))))

# ------------------------------------------------- objects, in each variant ---

# lib: what is installed and what the tests use; san: with the sanitizers;
# m32: for 32 bits; gcc and clang: only to see whether it compiles warning-free.
VARIANT_lib := $(CC) $(CFLAGS) -fPIC
VARIANT_san := $(CC) -O1 -g $(SANITIZE)
VARIANT_m32 := $(CC) $(CFLAGS) -m32
VARIANT_gcc := $(CC) -O2 -Werror
VARIANT_clang := $(CLANG) -O2 -Werror

objects = $(patsubst %.c,$(B)/obj/$(1)/%.o,$(2))

define compile_rule
$(B)/obj/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC,$$@)
	$$(Q)$$(VARIANT_$(1)) $$(KIPC_CFLAGS) $$(CPPFLAGS) $$(call inc_of,$$<) \
		$$(if $$(filter libuserspace/src/%,$$<),-fvisibility=hidden) \
		-MMD -MP -c -o $$@ $$<
endef
$(foreach v,lib san m32 gcc clang,$(eval $(call compile_rule,$(v))))

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

USER_SRC := $(LIB_SRC) $(MQ_SRC) $(LIB_TEST_SRC) $(EXAMPLE_SRC) $(TOOL_SRC) $(DEMO_SRC) \
	    $(BENCH_SRC) $(FOREIGN_SRC) $(SELFTEST_SRC)
compile-gcc: $(call objects,gcc,$(USER_SRC))
compile-clang: $(call objects,clang,$(USER_SRC))

# ---------------------------------------------------------------- library ---

LIB_A := $(B)/lib/libkipc.a
LIB_SO := $(B)/lib/libkipc.so.$(VERSION)

lib: $(LIB_A) $(LIB_SO)

$(LIB_A): $(call objects,lib,$(LIB_SRC))
$(B)/san/libkipc.a: $(call objects,san,$(LIB_SRC))
$(LIB_A) $(B)/san/libkipc.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(LIB_SO): $(call objects,lib,$(LIB_SRC)) libuserspace/libkipc.map
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -pthread -Wl,-z,defs \
		-Wl,-soname,libkipc.so.$(SOVERSION) \
		-Wl,--version-script=libuserspace/libkipc.map \
		-o $@ $(filter %.o,$^)
	@ln -sf $(@F) $(@D)/libkipc.so.$(SOVERSION)
	@ln -sf libkipc.so.$(SOVERSION) $(@D)/libkipc.so

FORCE:

# -------------------------------------------------------------- programs ---

tools: $(B)/bin/kipc
examples: $(EXAMPLE_SRC:libuserspace/examples/%.c=$(B)/examples/%)
demo-bin: $(B)/demo/kipc-demo
bench-bin: $(B)/bench/kipc-bench

# link_program(options, libraries): all that the target depends on
define link_program
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $(1) -pthread -o $@ \
		$(filter %.o,$^) $(filter %.a,$^) $(2)
endef

$(B)/bin/kipc: $(call objects,lib,$(TOOL_SRC)) $(LIB_A)
	$(call link_program,,$(TOOL_LIBS))
# libtraceevent could load plugins, a static program cannot.
NO_DLOPEN := -Wl,--wrap=dlopen,--defsym=__wrap_dlopen=abort
$(B)/static/kipc: $(call objects,lib,$(TOOL_SRC)) $(LIB_A)
	$(call link_program,-static $(NO_DLOPEN),$(TOOL_STATIC_LIBS))
$(B)/demo/kipc-demo: $(call objects,lib,$(DEMO_SRC)) $(LIB_A)
	$(call link_program,-static)
$(B)/bench/kipc-bench: $(call objects,lib,$(BENCH_SRC)) $(LIB_A)
	$(call link_program,-static,$(TOOL_STATIC_LIBS))
# Of the archive comes all but the peer that stands for the one linked in.
$(B)/foreign/bench.a: $(call objects,lib,$(BENCH_SRC))
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^
define foreign_rule
.PHONY: bench-$(1)
bench-$(1): $(B)/foreign/kipc-bench-$(1)
$(B)/foreign/kipc-bench-$(1): $(call objects,lib,$(FOREIGN_SRC_$(1))) \
		$(B)/foreign/bench.a $(LIB_A)
	$$(call link_program,,$(FOREIGN_LIBS_$(1)) -ljson-c)
endef
$(foreach f,$(FOREIGN),$(eval $(call foreign_rule,$(f))))
$(B)/examples/%: $(B)/obj/lib/libuserspace/examples/%.o $(LIB_A)
	$(call link_program,-static)

# ------------------------------------------------------------------ tests ---

LIB_TESTS := $(patsubst libuserspace/tests/%.c,$(B)/san/tests/%, \
	$(filter %_test.c,$(LIB_TEST_SRC)))
LIB_TEST_HELPERS := $(filter-out %_test.c,$(LIB_TEST_SRC))
SELFTESTS := $(patsubst selftests/%.c,%,$(filter %_test.c,$(SELFTEST_SRC)))
SELFTEST_HELPERS := $(filter-out %_test.c,$(SELFTEST_SRC))
KSELFTEST := $(B)/kselftest/kselftest_harness.h

$(B)/san/tests/%_test: $(B)/obj/san/libuserspace/tests/%_test.o \
		$(call objects,san,$(LIB_TEST_HELPERS)) $(B)/san/libkipc.a
	$(call link_program,$(SANITIZE))

lib-tests: $(LIB_TESTS)
	@tools/dev/run-tests.sh $^

selftests: $(SELFTESTS:%=$(B)/selftests/%) \
	   $(SELFTESTS_32:%=$(B)/selftests/%32) $(B)/selftests/timeouts

# The harness is the kernel's own, out of its source package.
$(KSELFTEST): selftests/qemu/kernel.sh
	@mkdir -p $(@D)
	$(call say,COPY,$@)
	$(Q)source=$$(selftests/qemu/kernel.sh source) && \
		cp "$$source"/tools/testing/selftests/kselftest.h \
		"$$source"/tools/testing/selftests/kselftest_harness.h $(@D)
	@touch $@
$(foreach v,lib m32 gcc clang,$(call objects,$(v),$(SELFTEST_SRC))): | $(KSELFTEST)

$(B)/selftests/helpers.a: $(call objects,lib,$(SELFTEST_HELPERS))
$(B)/selftests/helpers32.a: $(call objects,m32,$(SELFTEST_HELPERS))
$(B)/selftests/helpers.a $(B)/selftests/helpers32.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^

$(B)/selftests/lib_%_test: $(B)/obj/lib/selftests/lib_%_test.o \
		$(B)/selftests/helpers.a $(LIB_A)
	$(call link_program,-static)
$(B)/selftests/%_test: $(B)/obj/lib/selftests/%_test.o $(B)/selftests/helpers.a
	$(call link_program,-static)
$(B)/selftests/%_test32: $(B)/obj/m32/selftests/%_test.o \
		$(B)/selftests/helpers32.a
	$(call link_program,-m32 -static)

# Seconds that a test may take, where a local.mk says so
$(B)/selftests/timeouts: FORCE
	@mkdir -p $(@D)
	@: >$@
	@$(foreach t,$(filter TIMEOUT_%,$(.VARIABLES)), \
		echo '$(t:TIMEOUT_%=%) $($(t))' >>$@;)

# All that a guest gets
guest: $(B)/static/kipc examples demo-bin selftests

# ----------------------------------------------------------------- module ---

module:
	@tools/dev/module.sh '$(KDIR)' $(MODULE_FLAGS)

module-if-possible:
	@if [ -e '$(KDIR)/Makefile' ]; then \
		tools/dev/module.sh '$(KDIR)' $(MODULE_FLAGS); \
	else \
		tools/dev/module.sh --missing '$(KDIR)'; \
	fi

# -------------------------------------------------------- virtual machines ---

check:
	@tools/dev/check.sh

demo:
	@tools/dev/demo.sh $(if $(FILE),'$(FILE)')

vm:
	@tools/dev/vm.sh

bench:
	@tools/dev/bench.sh

deps:
	@tools/dev/deps.sh build guest check

# ---------------------------------------------------------------- install ---

INSTALL := install
LIB_HEADERS := $(wildcard libuserspace/include/*.h)
MAN_SRC := $(wildcard libuserspace/man/*.[1-8] tools/kipc/*.[1-8])

install: install-user install-module

install-user: lib tools
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig \
		$(DESTDIR)$(INCLUDEDIR)/linux
	$(INSTALL) -m 755 $(B)/bin/kipc $(DESTDIR)$(BINDIR)/kipc
	$(INSTALL) -m 644 $(LIB_HEADERS) $(DESTDIR)$(INCLUDEDIR)/
	$(INSTALL) -m 644 uapi/linux/kipc.h $(DESTDIR)$(INCLUDEDIR)/linux/
	$(INSTALL) -m 644 $(LIB_A) $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 755 $(LIB_SO) $(MQ_SO) $(DESTDIR)$(LIBDIR)/
	ln -sf libkipc.so.$(VERSION) \
		$(DESTDIR)$(LIBDIR)/libkipc.so.$(SOVERSION)
	ln -sf libkipc.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libkipc.so
	sed -e 's,@PREFIX@,$(PREFIX),g' -e 's,@LIBDIR@,$(LIBDIR),g' \
		-e 's,@INCLUDEDIR@,$(INCLUDEDIR),g' \
		-e 's,@VERSION@,$(VERSION),g' libuserspace/libkipc.pc.in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/libkipc.pc
	tools/dev/man.sh install '$(DESTDIR)$(MANDIR)' $(MAN_SRC)
	$(if $(DESTDIR),,-ldconfig)

install-module:
	@tools/dev/module.sh --install '$(KDIR)' '$(DESTDIR)'

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/kipc \
		$(LIB_HEADERS:libuserspace/include/%=$(DESTDIR)$(INCLUDEDIR)/%) \
		$(DESTDIR)$(INCLUDEDIR)/linux/kipc.h \
		$(DESTDIR)$(LIBDIR)/libkipc.a $(DESTDIR)$(LIBDIR)/libkipc.so* \
		$(DESTDIR)$(LIBDIR)/libkipc-mq.so \
		$(DESTDIR)$(LIBDIR)/pkgconfig/libkipc.pc
	tools/dev/man.sh uninstall '$(DESTDIR)$(MANDIR)' $(MAN_SRC)

clean:
	rm -rf $(B)
