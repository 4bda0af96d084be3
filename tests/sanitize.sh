#!/usr/bin/env bash
# Finds faults that tests alone do not detect. Run `tests/sanitize.sh [--long] STEP...` from anywhere in a checkout.
# Without --long some steps run fewer tests.
#
#   miri             undefined behaviour: the unit tests of the trie, with strict provenance and with tree borrows, for
#                    a 32-bit target and for a big-endian target, and random programs on maps; without --long only some
#                    of the unit tests, except with strict provenance
#   oldest           the unit tests of the trie with the oldest triomphe that Cargo.toml permits; with --long also in Miri
#   asan             invalid memory accesses and leaks, with AddressSanitizer; without --long only in the unit tests and
#                    in some other tests
#   tsan             data races, with ThreadSanitizer, in the tests of threads and of rayon
#   valgrind         invalid memory accesses and leaks, with valgrind
#   aarch64          the unit tests on an emulated AArch64 CPU, where tags are searched with NEON; with --long also random
#                    programs on maps and a sample of the panics
#   wasm             the unit tests in Node, where tags are searched with simd128; not those that catch a panic
#   fuzz SECONDS     runs each fuzz target for this time
#   mutants [FILE]   mutations of the trie, or of one of its files, that no test detects; takes about two hours
#   coverage         line coverage of the tests
#   all              miri, oldest, asan, tsan, valgrind, aarch64, wasm, coverage, and a minute of fuzzing; with --long half an hour of
#                    fuzzing, and mutants
#
# Missing tools are installed. If that fails, the step is skipped with a message.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TERM_COLOR=never
target=$(rustc -vV | sed -n 's/^host: //p')
long=
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# have NAME TEST INSTALL: succeeds if a tool is available, after installing it if necessary. Otherwise prints a message.
have() {
    if eval "$2" >"$logs/have" 2>&1 || { eval "$3" >"$logs/have" 2>&1 && eval "$2" >"$logs/have" 2>&1; }; then
        return
    fi
    printf 'skipped: no %s here (%s)\n' "$1" "$(tail -n 1 "$logs/have")"
    return 1
}

have_nightly() {
    have "nightly compiler with $1" "rustup component list --toolchain nightly --installed | grep -q ^$1" \
        "rustup toolchain install nightly --profile minimal --component $1"
}

have_cargo() {
    have "cargo-$1" "cargo $1 --version" "cargo install --locked cargo-$1"
}

have_package() {
    have "$1" "command -v $1" "apt-get -o DPkg::Lock::Timeout=300 install --yes $2"
}

# tests LOG COMMAND...: runs tests and prints the results. Prints the end of the log and fails if a test fails or none
# ran.
tests() {
    local log=$logs/$1
    shift
    if ! "$@" >"$log" 2>&1; then
        tail -n 100 "$log"
        printf 'failed: %s\n' "$*"
        return 1
    fi
    if ! grep -E '^test result: ok\. [1-9]' "$log"; then
        printf 'no test ran: %s\n' "$*"
        return 1
    fi
}

# The tests of the files with unsafe code, and some tests of whole tries, one of which uses nodes with all slots.
some_of_trie=(trie::node::{bucket,child,tags} trie::tests::{edits,iterators,tries_drop,a_destructor})

# Property tests read files with failed cases, so isolation is disabled. Backtraces are disabled because each takes
# seconds.
miri_under() {
    local flags="-Zmiri-$1 -Zmiri-disable-isolation" which=(trie) large=("${some_of_trie[@]}")
    if [ -n "$long" ]; then
        large=(trie)
    fi
    if [ -z "$long" ] && [ "$1" = tree-borrows ]; then
        which=("${some_of_trie[@]}")
    fi
    local -x RUST_BACKTRACE=0
    MIRIFLAGS=$flags tests "miri-$1" cargo +nightly miri test --locked --lib -- "${which[@]}"
    # With entries behind pointers.
    LARGE_ENTRIES=1 MIRIFLAGS=$flags tests "miri-large-$1" cargo +nightly miri test --locked --lib \
        --target-dir target/miri-large -- "${large[@]}"
    MIRIFLAGS=$flags tests "miri-$1-model" cargo +nightly miri test --locked --test model u64_to_unit
    if [ -n "$long" ]; then
        MIRIFLAGS=$flags tests "miri-$1-all" cargo +nightly miri test --locked --test model --test leaks --test threads
    fi
    printf 'passed under -Zmiri-%s\n' "$1"
}

# miri_on TARGET
miri_on() {
    have "library for Miri on $1" "cargo +nightly miri setup --target $1" true || return 0
    local which=(trie)
    if [ -z "$long" ]; then
        which=("${some_of_trie[@]}")
    fi
    RUST_BACKTRACE=0 MIRIFLAGS='-Zmiri-strict-provenance -Zmiri-disable-isolation' \
        tests "miri-$1" cargo +nightly miri test --locked --lib --target "$1" -- "${which[@]}"
    printf 'passed on %s\n' "$1"
}

# The shorter runs, one after the other: tree borrows, a 32-bit target, and a big-endian target.
miri_others() {
    miri_under tree-borrows
    miri_on i686-unknown-linux-gnu
    miri_on s390x-unknown-linux-gnu
}

# Two runs at the same time, because each uses only one core.
miri() {
    have_nightly miri && have 'library for Miri' 'cargo +nightly miri setup' true || return 0
    local job jobs=() status=0
    miri_under strict-provenance &
    jobs+=("$!")
    miri_others &
    jobs+=("$!")
    for job in "${jobs[@]}"; do
        wait "$job" || status=1
    done
    return "$status"
}

# The unsafe code relies on the position of the reference count in triomphe's `Arc`, which no version guarantees. This
# runs in a copy of the repository, because it changes the lock file. Only triomphe gets its oldest version: the oldest
# versions of the other dependencies of the tests do not compile. In Miri the copy has its own target directory: Miri
# compiles in the directory that is named in the target directory, so with a shared one it would test this repository
# instead of the copy.
oldest() {
    local copy=$logs/copy version
    version=$(sed -n 's/^triomphe = { version = "\([0-9.]*\)".*/\1/p' Cargo.toml)
    mkdir "$copy"
    git ls-files -z | xargs -0 cp --parents -t "$copy"
    cargo update --quiet --manifest-path "$copy/Cargo.toml" triomphe --precise "$version"
    printf 'triomphe %s\n' "$version"
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target} \
        tests oldest cargo test --locked --manifest-path "$copy/Cargo.toml" --lib trie
    if [ -n "$long" ] && have_nightly miri && have 'library for Miri' 'cargo +nightly miri setup' true; then
        RUST_BACKTRACE=0 MIRIFLAGS='-Zmiri-strict-provenance -Zmiri-disable-isolation' CARGO_TARGET_DIR=$copy/target \
            tests oldest-miri cargo +nightly miri test --locked --manifest-path "$copy/Cargo.toml" --lib -- trie
    fi
}

# All tests except `small_stack`, whose stack is too small for instrumented code, and `git_history`, which needs an
# example.
all_tests() {
    printf '%s\n' --all-features --lib
    find tests -maxdepth 1 -name '*.rs' -printf '--test=%f\n' | sed 's/\.rs$//' | grep -vxE -- '--test=(small_stack|git_history)'
}

# AddressSanitizer makes stack frames larger, so the threads get a larger stack.
asan() {
    have_nightly rustc || return 0
    local -a what=(--lib --test leaks --test hostile --test set_model)
    if [ -n "$long" ]; then
        mapfile -t what < <(all_tests)
    fi
    RUST_MIN_STACK=16777216 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/asan \
        tests asan cargo +nightly test --locked --no-fail-fast --target "$target" "${what[@]}"
}

# Std is compiled with ThreadSanitizer too: otherwise there are false reports in its mutexes and channels. Rayon needs
# no suppressions. The skipped test uses only one thread, and would take 0.7 times as long as all others together.
tsan() {
    have_nightly rust-src || return 0
    RUSTFLAGS=-Zsanitizer=thread TSAN_OPTIONS=suppressions=$PWD/tests/tsan.supp CARGO_TARGET_DIR=target/tsan \
        tests tsan cargo +nightly test --locked -Zbuild-std --target "$target" --features rayon \
        --test threads --test impls_rayon -- --skip operands_survive_panics
}

valgrind() {
    have_package valgrind valgrind || return 0
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER='valgrind -q --leak-check=full --errors-for-leak-kinds=definite,indirect --show-leak-kinds=definite,indirect --error-exitcode=1' \
        tests valgrind cargo test --locked --release --lib --test hashers --test leaks
}

# fuzz SECONDS
fuzz() {
    have_nightly rustc && have_cargo fuzz || return 0
    local name
    for name in $(cargo +nightly fuzz list --fuzz-dir tests/fuzz); do
        if ! cargo +nightly fuzz run --fuzz-dir tests/fuzz "$name" -- \
            -max_total_time="$1" -max_len=1024 >"$logs/fuzz" 2>&1; then
            tail -n 100 "$logs/fuzz"
            return 1
        fi
        printf '%s: %s\n' "$name" "$(grep '^Done' "$logs/fuzz")"
    done
}

# mutants [FILE]: runs the unit tests, which take a second, on each mutation; then the tests of maps and sets on the
# mutations that survived. Survivors must be listed in tests/mutants.md, with a reason and without line and column.
mutants() {
    have_cargo mutants || return 0
    local survivor status=0
    mkdir -p target/mutants
    mutants_by "${1:-src/trie/**/*.rs}" --lib
    if [ -s target/mutants/mutants.out/missed.txt ]; then
        mutants_by "${1:-src/trie/**/*.rs}" --iterate --lib --test={algebra,allocations,hashers,memory_usage,model,order,set_model,trie_combine}
    fi
    while read -r survivor; do
        if ! grep -qxF -- "* \`$survivor\`" tests/mutants.md; then
            printf 'survived: %s\n' "$survivor"
            status=1
        fi
    done < <(sed 's/:[0-9]*:[0-9]*:/:/' target/mutants/mutants.out/missed.txt)
    return "$status"
}

# mutants_by FILE [--iterate] TARGET...: the targets are passed to all runs of cargo, so that it does not build other
# tests and examples.
mutants_by() {
    local file=$1 option options=() status=0
    shift
    for option in "$@"; do
        [ "$option" = --iterate ] || option=--cargo-arg=$option
        options+=("$option")
    done
    # Runs a test binary and stops it at the first failure.
    cat >"$logs/runner" <<'END'
#!/usr/bin/env bash
exec 3< <(exec "$@" 2>&1)
while IFS= read -r line <&3; do
    printf '%s\n' "$line"
    if [[ $line == *' FAILED' ]]; then
        kill "$!"
        exit 1
    fi
done
wait "$!"
END
    chmod +x "$logs/runner"
    CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER=$logs/runner CARGO_PROFILE_TEST_DEBUG=0 RUST_BACKTRACE=0 \
        PROPTEST_MAX_SHRINK_TIME=1 cargo mutants --no-shuffle --output target/mutants --file "$file" "${options[@]}" ||
        status=$?
    # 2 means that some mutations survived, 3 that some timed out.
    [[ $status == [023] ]]
}

aarch64() {
    local target=aarch64-unknown-linux-gnu linker=aarch64-linux-gnu-gcc
    have_package "$linker" 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross' || return 0
    have_package qemu-aarch64 qemu-user || return 0
    have "target $target" "rustup target list --installed | grep -q $target" "rustup target add $target" || return 0
    local -x CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER=$linker
    local -x CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER='qemu-aarch64 -L /usr/aarch64-linux-gnu'
    tests aarch64 cargo test --locked --release --target "$target" --lib ${long:+--test model --test panics}
}

wasm() {
    local target=wasm32-wasip1
    have node 'command -v node' false || return 0
    have "target $target" "rustup target list --installed | grep -q $target" "rustup target add $target" || return 0
    local -x CARGO_TARGET_WASM32_WASIP1_RUNNER="node --no-warnings $PWD/tests/wasi.mjs"
    local -x CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS=-Ctarget-feature=+simd128
    # A panic ends the program there.
    tests wasm cargo test --locked --release --target "$target" --lib -- --skip check::tests --skip a_destructor
}

coverage() {
    have_cargo llvm-cov || return 0
    if ! rustup component list --installed | grep -q llvm-tools; then
        have_package llvm-cov-19 llvm-19 || return 0
        export LLVM_COV=llvm-cov-19 LLVM_PROFDATA=llvm-profdata-19
    fi
    local -a what
    mapfile -t what < <(all_tests)
    cargo llvm-cov --locked "${what[@]}" --summary-only --fail-under-lines 95 \
        --ignore-filename-regex '/tests' 2>"$logs/coverage" || { tail -n 50 "$logs/coverage"; return 1; }
}

all() {
    local step
    for step in miri oldest asan tsan valgrind aarch64 wasm coverage; do
        run "$step"
    done
    if [ -n "$long" ]; then
        run fuzz 1800
        run mutants
    else
        run fuzz 60
    fi
}

# run STEP...: prints a heading, runs the step, and prints the time that it took.
run() {
    local start=$SECONDS
    printf '\n== %s\n' "$*"
    "$@"
    printf -- '-- %s: %d s\n' "$1" "$((SECONDS - start))"
}

if [ "${1:-}" = --long ]; then
    long=1
    shift
fi
case ${1:-} in
miri | oldest | asan | tsan | valgrind | aarch64 | wasm | coverage | all) for step in "$@"; do run "$step"; done ;;
fuzz | mutants) run "$@" ;;
*)
    sed -n '2,/^set /{/^#/s/^# \?//p}' "$0"
    exit 2
    ;;
esac
