#!/usr/bin/env bash
# Builds plugin, host and emulator, starts the emulator (a loopback Klaviyo), previews a source, loads three into a SQLite
# file, shows their rows, and runs once more, incrementally. Installs what is missing from Debian's packages.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

say "1. Build"
cmake/install-dependencies.sh test
cmake --preset release >/dev/null
cmake --build --preset release --target bulkload bulk_input_klaviyo klaviyo-emulator
bin=$PWD/build/release/bin

work=$(mktemp -d)
"$bin/klaviyo-emulator" --port 0 --key pk_quickstart >"$work/emulator.log" 2>&1 &
emulator=$!
trap 'kill "$emulator" 2>/dev/null; wait "$emulator" 2>/dev/null; rm -rf "$work"' EXIT
for _ in $(seq 100); do grep -q 'listening on' "$work/emulator.log" && break; sleep 0.1; done
export KLAVIYO_BASE_URL KLAVIYO_API_KEY=pk_quickstart
KLAVIYO_BASE_URL=$(sed -n 's/^klaviyo-emulator listening on //p' "$work/emulator.log")
say "2. A Klaviyo to read: the emulator at $KLAVIYO_BASE_URL"

database=$PWD/klaviyo-quickstart.db
rm -f "$database" "$database"-* "$database".lock
for source in events profiles lists; do
  cat >"$work/$source.yml" <<YAML
in:
  type: klaviyo
  data_source: $source
  api_token: "{{ env.KLAVIYO_API_KEY }}"
  base_url: "{{ env.KLAVIYO_BASE_URL }}"
  incremental: true
out:
  type: sqlite
  path: $database
  table: $source
  mode: append
YAML
done

say "3. Preview: bulkload preview lists.yml"
"$bin/bulkload" preview "$work/lists.yml" --log-level warn

say "4. Load: bulkload run SOURCE.yml -c SOURCE.diff.yml"
for source in events profiles lists; do "$bin/bulkload" run "$work/$source.yml" -c "$work/$source.diff.yml"; done

say "5. What is in $(basename "$database") now"
show() { sqlite3 -header -column "$database" "$1"; }
show "SELECT id, datetime, metric_name, profile_email FROM events ORDER BY datetime DESC LIMIT 5"
show "SELECT id, email, first_name, location_city, updated FROM profiles ORDER BY updated DESC LIMIT 5"
show "SELECT id, name, created, updated FROM lists ORDER BY updated DESC LIMIT 5"
count="SELECT (SELECT count(*) FROM events) AS events, (SELECT count(*) FROM profiles) AS profiles, (SELECT count(*) FROM lists) AS lists"
show "$count"

say "6. Seven new events come in, and the run is repeated: it reads only what is new"
curl -fsS -X POST "$KLAVIYO_BASE_URL/_emulator/grow" -d '{"source":"events","count":7,"age_sec":8}' >/dev/null
sleep 3  # a run reads up to ten seconds before now
"$bin/bulkload" run "$work/events.yml" -c "$work/events.diff.yml"
show "$count"
