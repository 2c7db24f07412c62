// SPDX-License-Identifier: GPL-2.0-only
/*
 * The text of the ABI's header as a string, so that abi_test can look for
 * commands that its table forgets.
 */
#include "abi_table.h"

__asm__(".pushsection .rodata\n"
	".global abi_header\n"
	"abi_header:\n"
	".incbin \"linux/kipc.h\"\n"
	".byte 0\n"
	".popsection\n");
