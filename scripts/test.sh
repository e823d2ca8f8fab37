# The body of ./test. Sourced, never run.
#
# dev (ASan, UBSan) runs every test program of a folder; release runs the end-to-end tests, at the
# speed that users see; tsan runs the programs with threads in them.

tsan_programs=(base_test http_test metrics_instruments_test trial_load_test)

passed=0 failed=0 skipped=0 failures=()

# run_program PRESET PROGRAM: one GoogleTest program; adds up its cases. Its output is kept in a log.
run_program() {
    local preset=$1 program=$2 log=$root/build/$1/$2.log status=0 started=$SECONDS
    (cd "$root" && timeout 1500 "build/$preset/bin/$program" --gtest_brief=1) </dev/null >"$log" 2>&1 || status=$?
    local ok bad skip
    ok=$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    bad=$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    skip=$(sed -n 's/^\[  SKIPPED \] \([0-9]*\) test.*/\1/p' "$log" | tail -n 1)
    ok=${ok:-0} bad=${bad:-0} skip=${skip:-0}
    ((status != 0 && bad == 0)) && bad=1
    if ((ok + bad + skip == 0)); then
        bad=1
        printf 'the program ran no test\n' >>"$log"
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
    printf '%-8s %-32s %4d passed %3d failed %3d skipped  %4ds\n' "$preset" "$program" "$ok" "$bad" "$skip" $((SECONDS - started))
    if ((skip > 0)); then
        grep -A3 'Skipped$' "$log" | grep -vE '^(--|$)|Skipped$' | sort -u | sed 's/^/         skipped: /' || true
    fi
    if ((bad > 0)); then
        failures+=("$preset/$program")
        tail -n 80 "$log"
    fi
}

# Every public header compiles alone.
check_headers() {
    local started=$SECONDS
    if (build dev headers); then  # its own shell: a failure is counted, not the end
        passed=$((passed + 1))
        printf '%-8s %-32s %4d passed %3d failed %3d skipped  %4ds\n' dev "headers compile alone" 1 0 0 $((SECONDS - started))
    else
        failed=$((failed + 1)) failures+=("dev/headers")
    fi
}

wanted() {
    local program=$1 word
    shift
    (($# == 0)) && return 0
    for word in "$@"; do [[ $program == *"$word"* ]] && return 0; done
    return 1
}

run_tests() {
    install build "${build_packages[@]}"
    install test "${test_packages[@]}"
    local programs end_to_end program selected=()
    if [[ ! -e build/dev/build.ninja ]]; then
        say "configuring (dev)"
        cmake --preset dev >/dev/null
    fi
    ninja -C build/dev --quiet build.ninja >/dev/null  # the lists follow the CMake files
    mapfile -t programs <build/dev/tests.txt
    mapfile -t end_to_end <build/dev/end_to_end.txt
    if [[ ${1:-} == --list ]]; then
        printf '%s\n' "${programs[@]}" "${end_to_end[@]}"
        return 0
    fi
    for program in "${programs[@]}"; do
        if [[ $program == conformance_test ]]; then
            end_to_end+=("$program")  # thousands of recorded cases: at full speed
        elif wanted "$program" "$@"; then
            selected+=("$program")
        fi
    done
    if ((${#selected[@]})); then
        build dev "${selected[@]}" swell examples
        for program in "${selected[@]}"; do run_program dev "$program"; done
    fi
    selected=()
    for program in "${tsan_programs[@]}"; do
        if wanted "$program" "$@"; then selected+=("$program"); fi
    done
    if ((${#selected[@]})); then
        build tsan "${selected[@]}"
        for program in "${selected[@]}"; do run_program tsan "$program"; done
    fi
    if (($# == 0)); then check_headers; fi
    selected=()
    for program in "${end_to_end[@]}"; do
        if wanted "$program" "$@"; then selected+=("$program"); fi
    done
    if ((${#selected[@]})); then
        build release swell examples "${selected[@]}"
        for program in "${selected[@]}"; do run_program release "$program"; done
    fi
    ((${#failures[@]})) && printf 'failed: %s\n' "${failures[@]}"
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
    ((failed == 0 && passed > 0))
}
