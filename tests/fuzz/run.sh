#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Builds the fuzz targets with clang, libFuzzer and the sanitizers, and runs each for some seconds from
# its corpus. What it finds stays in the build directory; a reproducer goes into tests/data/fuzz/.
#
# usage: tests/fuzz/run.sh [SECONDS [TARGET…]]      5 seconds, all targets; BUILD_DIR: where
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=${BUILD_DIR:-$root/build-fuzz}
seconds=${1:-5}
[ $# -gt 0 ] && shift

if [ ! -f "$build/build.ninja" ]; then
  CC=${CC_FUZZ:-clang} meson setup "$build" "$root" -Dfuzzing=true -Dbuildtype=debugoptimized \
    -Db_sanitize=address,undefined -Db_lundef=false -Dc_args=-fsanitize=fuzzer-no-link \
    -Ddesktop=disabled -Dintrospection=disabled -Dvapi=disabled \
    -Dsystemd=disabled >"$root/build-fuzz.log" 2>&1 || { cat "$root/build-fuzz.log"; exit 1; }
  rm -f "$root/build-fuzz.log"
fi
if [ $# -eq 0 ]; then
  # shellcheck disable=SC2046
  set -- $(cd "$root/tests/data/fuzz" && for d in */; do echo "${d%/}"; done)
fi
targets=
for target in "$@"; do targets="$targets tests/fuzz/fuzz-$target"; done
# shellcheck disable=SC2086
ninja -C "$build" $targets >"$build/fuzz-ninja.log" || { tail -50 "$build/fuzz-ninja.log"; exit 1; }

# GLib's atoms and type system are for life; only what a run loses is of interest.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:abort_on_error=1:allocator_may_return_null=0"
export UBSAN_OPTIONS="${UBSAN_OPTIONS:-}:halt_on_error=1:print_stacktrace=1"
export G_DEBUG=fatal-warnings

echo "1..$#"
failed=0
number=0
for target in "$@"; do
  number=$((number + 1))
  corpus=$build/corpus/$target
  log=$build/fuzz-$target.log
  dictionary=$root/tests/data/fuzz/$target.dict
  mkdir -p "$corpus"
  set +e
  "$build/tests/fuzz/fuzz-$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
    -max_len=8192 -print_final_stats=1 -artifact_prefix="$build/found-$target-" \
    $([ -f "$dictionary" ] && echo "-dict=$dictionary") \
    "$corpus" "$root/tests/data/fuzz/$target" >"$log" 2>&1
  status=$?
  set -e
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  if [ $status -eq 0 ]; then
    echo "ok $number - fuzz-$target ($runs runs in $seconds s)"
  else
    failed=1
    echo "not ok $number - fuzz-$target"
    tail -60 "$log" | sed 's/^/# /'
  fi
done
exit $failed
