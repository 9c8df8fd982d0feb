#!/usr/bin/env bash
# Puts libduckdb.so into a folder, out of the npm package of DuckDB's own Node bindings.
# Usage: cmake/install-duckdb.sh [FOLDER]   (default build/duckdb, where the tests look)
set -euo pipefail

folder="${1:-$(dirname "$0")/../build/duckdb}"
version=1.5.6-r.1
case "$(uname -m)" in
  x86_64) package=@duckdb/node-bindings-linux-x64 ;;
  aarch64) package=@duckdb/node-bindings-linux-arm64 ;;
  *) echo "libduckdb: no package for $(uname -m)" >&2; exit 1 ;;
esac

[ ! -e "$folder/libduckdb.so" ] || exit 0
command -v npm >/dev/null || { echo "libduckdb: needs npm to fetch $package" >&2; exit 1; }
mkdir -p "$folder"
unpacked="$(mktemp -d)"
trap 'rm -rf "$unpacked"' EXIT
(cd "$unpacked" && timeout 300 npm pack --silent "$package@$version" >/dev/null) ||
  { echo "libduckdb: npm could not fetch $package@$version" >&2; exit 1; }
tar -xzf "$unpacked"/*.tgz -C "$unpacked"
cp "$unpacked/package/libduckdb.so" "$folder/libduckdb.so.new"
mv "$folder/libduckdb.so.new" "$folder/libduckdb.so"
