#!/usr/bin/env bash
# Builds the benches in release and runs them; Markdown tables on standard output, all else on standard error.
# Usage: tests/bench/run.sh [lanes|memory|rate|parse]...   (default: all, about 45 minutes)
#   ROWS=1000000   rows of the lanes bench        REPEAT=1   runs of each, of which the one of middle speed counts
#   MINUTES=4      of each run of the rate bench
set -euo pipefail
cd "$(dirname "$0")/../.."
build=build/bench
{
  cmake/install-dependencies.sh test
  cmake --preset release -B "$build" -DBULK_INPUT_BENCH=ON
  cmake --build "$build" --target lanes_bench rate_bench parse_bench
} >&2

lanes() {
  echo "### Rows per second by lanes"
  "$build/bin/lanes_bench" --rows "${ROWS:-1000000}" --repeat "${REPEAT:-1}"
}
memory() {
  for rows in 100000 1000000 10000000; do
    echo "### Peak memory, $rows rows"
    "$build/bin/lanes_bench" --rows "$rows" --lanes 32,16,8 --shapes skewed --span-days 300
  done
}
rate() {
  echo "### Share of the allowed requests"
  "$build/bin/rate_bench" --minutes "${MINUTES:-4}" --lanes 16,32 --shares 0.9,1.0
}
parse() {
  echo "### Parsing a page"
  "$build/bin/parse_bench" --benchmark_repetitions=5 --benchmark_report_aggregates_only=true 2>/dev/null |
    awk 'BEGIN { print "| benchmark | time | CPU | per second |"; print "|---|---|---|---|" }
         / *_median / { print "| " $1 " | " $2 " " $3 " | " $4 " " $5 " | " $7 " " $8 " |" }'
}

for part in "${@:-lanes memory rate parse}"; do
  for name in $part; do "$name"; done
done
