#!/usr/bin/env bash
# All crash tests: every call of every destination, and kills by the clock. Builds what it needs.
# Usage: tests/crash/run.sh [--kills N] [--seed N] [--at-once N] [DESTINATION...]   (200, 20261124, 24, all of them)
set -euo pipefail
cd "$(dirname "$0")/../.."

cmake/install-dependencies.sh test
cmake --preset release >/dev/null
cmake --build --preset release --target crash_matrix
build/release/bin/crash_matrix "$@"
