# SPDX-License-Identifier: GPL-2.0-only

# Also built for 32 bits, as NAME_test32
SELFTESTS_32 := abi_test

# Seconds on the stock kernel; the debug kernel gets three times as many
TIMEOUT_storm_test := 200
