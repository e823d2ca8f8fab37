# Words that ./swell, ./test and ./bench share. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=$root/.cache
build_packages=(g++ cmake ninja-build ccache pkg-config libyaml-dev libsqlite3-dev
    nlohmann-json3-dev libcli11-dev libgtest-dev libgmock-dev libbenchmark-dev zlib1g-dev libjemalloc-dev)
test_packages=(prometheus procps)
export CCACHE_DIR=${CCACHE_DIR:-$cache/ccache}

say() { printf 'swell: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

# install STAMP PACKAGE…: installs what is missing; remembers by STAMP so that the next call costs nothing.
install() {
    local stamp=$cache/installed-$1 wanted missing=()
    shift
    wanted="$*"
    [[ -r $stamp && $(<"$stamp") == "$wanted" ]] && return 0
    command -v dpkg-query >/dev/null || die "this is not a Debian machine: install by hand: $wanted"
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
    done
    if ((${#missing[@]})); then
        ((EUID == 0)) || die "missing packages; run as root: apt-get install ${missing[*]}"
        say "installing ${missing[*]}"
        apt_install "${missing[@]}"
    fi
    mkdir -p "$cache"
    printf '%s' "$wanted" >"$stamp"
}

# Services that come with a package (prometheus, nginx) must not start by themselves.
apt_install() {
    local policy=/usr/sbin/policy-rc.d ours='' log
    mkdir -p "$cache"
    log=$cache/apt.log
    if [[ ! -e $policy ]]; then
        printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=1
    fi
    local status=0
    {
        DEBIAN_FRONTEND=noninteractive apt-get update -q &&
            DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
    } </dev/null >"$log" 2>&1 || status=$?
    [[ -n $ours ]] && rm -f "$policy"
    ((status == 0)) || {
        tail -n 20 "$log" >&2
        die "apt-get failed (the whole output is in $log)"
    }
}

# build PRESET TARGET…: configures once, then builds what is out of date. Quiet when there is nothing to do.
build() {
    local preset=$1 dir=$root/build/$1 log
    shift
    mkdir -p "$dir"
    log=$dir/build.log
    exec 9>"$dir/.lock"
    flock -n 9 || {
        say "another build of $preset is running; waiting for it"
        flock 9
    }
    if [[ ! -e $dir/build.ninja ]]; then
        say "configuring ($preset)"
        (cd "$root" && cmake --preset "$preset") >"$log" 2>&1 || {
            rm -f "$dir/build.ninja"
            tail -n 40 "$log" >&2
            die "cmake failed"
        }
    fi
    local ninja=(ninja -C "$dir")
    [[ -t 2 ]] || ninja+=(--quiet)
    if ! "${ninja[@]}" -n "$@" 2>/dev/null | grep -q 'no work to do'; then
        say "building ($preset); the first time takes some minutes"
        "${ninja[@]}" "$@" >&2 || die "the build failed"
    fi
    exec 9>&-
}
