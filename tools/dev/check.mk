# SPDX-License-Identifier: GPL-2.0-only
#
# The steps of "make check", and what each of them needs. check.sh runs this
# with as many jobs as there are CPUs; the longest chains come first.

STEP := tools/dev/step.sh
CHECKS := tools/dev/checks
QEMU := selftests/qemu

STEPS := kernel-debug kernel-stock programs module-debug module-stock \
	 selftests-debug selftests-stock lib-tests compile-gcc compile-clang \
	 checkpatch sparse coccinelle demo install kernel-doc shellcheck uapi \
	 layers sizes spdx man

.PHONY: all list $(STEPS)
all: $(STEPS)
list:
	@echo $(STEPS)

kernel-debug:
	@$(STEP) $@ $(QEMU)/kernel.sh debug
kernel-stock:
	@$(STEP) $@ $(QEMU)/kernel.sh stock
programs:
	@$(STEP) $@ make --no-print-directory -j"$$(nproc)" lib tools guest

module-debug: kernel-debug
	@$(STEP) $@ $(CHECKS)/module.sh debug
module-stock: kernel-stock
	@$(STEP) $@ $(CHECKS)/module.sh stock

selftests-debug: module-debug programs
	@$(STEP) $@ $(QEMU)/check.sh --kernel debug \
		--ko build/check/module-debug/kipc.ko \
		--log build/check/guest-debug
selftests-stock: module-stock programs
	@$(STEP) $@ $(QEMU)/check.sh --kernel stock \
		--ko build/check/module-stock/kipc.ko \
		--log build/check/guest-stock
demo: module-stock programs
	@KO=build/check/module-stock/kipc.ko $(STEP) $@ tools/dev/demo.sh

lib-tests compile-gcc compile-clang:
	@$(STEP) $@ make --no-print-directory $@

install: programs
sparse install: kernel-stock
checkpatch sparse coccinelle kernel-doc shellcheck uapi layers sizes spdx man install:
	@$(STEP) $@ $(CHECKS)/$@.sh
