#!/usr/bin/env bash
# Measures one part beside its peer: ./bench store, ./bench proxy. Ends with `figure NAME VALUE` lines.
set -euo pipefail
source "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/scripts/common.sh"
name=${1:?which measurement? $(cd "$root/bench" && ls -d */ bench_*.cpp *_bench.cpp 2>/dev/null | tr '\n' ' ')}
shift
install build "${build_packages[@]}"
if [[ -x $root/bench/$name/run ]]; then
    build release swell
    exec "$root/bench/$name/run" "$@"
fi
build release "bench_$name"
exec "$root/build/release/bin/bench_$name" "$@"
