/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

#include <stddef.h>
#include <stdint.h>

/* A target takes any bytes and comes back. It is run by libFuzzer, or by fuzz-replay.c over the
 * corpus in tests/data/fuzz/. */
int LLVMFuzzerTestOneInput (const uint8_t *data, size_t size);
