#!/usr/bin/env bash
# Builds everything and runs all tests. Installs what is missing from Debian's packages. Ends with ctest's closing line.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake/install-dependencies.sh test
cmake/install-duckdb.sh || echo "libduckdb: the tests of DuckDB and Parquet will be skipped" >&2
cmake --preset release
cmake --build --preset release
ctest --preset release --parallel "$(nproc)"
