#!/usr/bin/env bash
# Builds hosts in C and C++ against an installed tree, as its users would, and runs them: against the installed plugin
# and, when it is installed too, the emulator.
# Usage: tests/consumer/run.sh PREFIX     (where `cmake --install` put the project)
set -euo pipefail

[ $# -eq 1 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
prefix=$(cd "$1" && pwd)
plugin=$prefix/lib/bulk_input/libbulk_input_klaviyo.so
emulator=$prefix/bin/klaviyo-emulator
work=$(mktemp -d)
emulator_pid=
finish() {
  [ -z "$emulator_pid" ] || kill "$emulator_pid"
  rm -rf "$work"
}
trap finish EXIT

# Prints what a step said only when it fails.
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }; }

quietly cmake -S "$here" -B "$work/build" -DCMAKE_PREFIX_PATH="$prefix"
quietly cmake --build "$work/build"
quietly ctest --test-dir "$work/build" --output-on-failure

# A wrong configuration comes back as text.
echo 'no_such_key: 1' >"$work/wrong.yml"
if "$work/build/pull_batches" "$plugin" "$work/wrong.yml" 2>"$work/refusal" || ! grep -q no_such_key "$work/refusal"; then
  echo "a wrong configuration was taken, or refused without its key:" >&2
  cat "$work/refusal" >&2
  exit 1
fi

# A whole source comes through the C host.
if [ -x "$emulator" ]; then
  mkfifo "$work/listening"
  "$emulator" --port 0 >"$work/listening" &
  emulator_pid=$!
  read -r line <"$work/listening"
  cat >"$work/lists.yml" <<CONFIG
type: klaviyo
data_source: lists
api_token: pk_emulator
base_url: ${line##* }
CONFIG
  "$work/build/pull_batches" "$plugin" "$work/lists.yml"
fi
echo "consumer: passed"
