#!/usr/bin/env bash
# Installs what the project builds and tests with, from Debian's packages, when something of it is missing.
# Usage: cmake/install-dependencies.sh [build|test|ci]   (default build; each includes the ones before it)
set -euo pipefail

build=(cmake ninja-build g++ pkg-config libcurl4-openssl-dev libssl-dev libsimdjson-dev nlohmann-json3-dev
  libyaml-cpp-dev libspdlog-dev libcli11-dev libhowardhinnant-date-dev tzdata libsqlite3-dev libcpp-httplib-dev libdeflate-dev libzstd-dev zlib1g-dev libpq-dev sqlite3 curl)
test=(libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev openssl python3 zstd strace postgresql)
ci=(clang clang-format libclang-rt-14-dev)

case "${1:-build}" in
  build) wanted=("${build[@]}") ;;
  test) wanted=("${build[@]}" "${test[@]}") ;;
  ci) wanted=("${build[@]}" "${test[@]}" "${ci[@]}") ;;
  *) echo "usage: $0 [build|test|ci]" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)" = installed ] || missing+=("$package")
done
[ "${#missing[@]}" -gt 0 ] || exit 0

sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "missing packages: ${missing[*]}; install them as root" >&2; exit 1; }
  sudo=(sudo)
fi
echo "installing: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${sudo[@]}" apt-get update -qq >&2
"${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
