#!/usr/bin/env bash
# Builds the fuzz targets and runs each over its corpus, then for a while on its own.
# Usage: tests/fuzz/run.sh [seconds per target]   (default 60)
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
cmake/install-dependencies.sh ci
cmake --preset fuzz
cmake --build --preset fuzz --target config_fuzz next_link_fuzz page_fuzz task_fuzz time_fuzz
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for target in config next_link page task time; do
  echo "-- $target"
  mkdir -p "$work/$target"
  "build/fuzz/bin/${target}_fuzz" "$work/$target" "tests/fuzz/corpus/$target" -max_total_time="$seconds" -timeout=5 \
    -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 -verbosity=0 -artifact_prefix="$work/" 2>&1 | tail -n 12
done
