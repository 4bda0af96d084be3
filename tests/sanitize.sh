#!/usr/bin/env bash
# Looks for what tests alone do not see: `tests/sanitize.sh [--long] STEP...` from anywhere in a checkout.
#
#   miri             undefined behaviour, in the unit tests of the trie (quick: under tree borrows in some) and programs on
#                    maps; the unit tests (quick: some) also on a target of 32 bits and on a big-endian one
#   oldest           the unit tests of the trie with the oldest triomphe that Cargo.toml permits; with --long also in Miri
#   asan             wrong reads and leaks, in all tests (quick: in those that count elements, and in the unit tests)
#   tsan             data races, in the tests of threads and of rayon
#   valgrind         wrong reads and leaks once more, by another tool
#   fuzz SECONDS     each fuzz target for so long
#   mutants [FILE]   mutations of the trie, or of one file of it, that no test notices; three quarters of an hour
#   coverage         the lines that no test runs
#   all              miri, oldest, asan, tsan, valgrind, coverage, and a minute of fuzzing; with --long half an hour, and mutants
#
# A tool that is not here is installed; where that fails its step is skipped, and says so.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TERM_COLOR=never
target=$(rustc -vV | sed -n 's/^host: //p')
long=
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# have NAME TEST INSTALL: whether a tool is here by now.
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
    have "$1" "command -v $1" "apt-get install --yes $2"
}

# tests LOG COMMAND...: shows the results of tests, or the end of everything if one fails or none ran.
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

# The tests of the files that have unsafe code, and some of whole tries, one of which fills nodes of all slots.
some_of_trie=(trie::{bucket,child,tags} trie::tests::{edits,iterators,tries_drop,a_destructor})

# Property tests look for the failures they have kept in files, which isolation forbids. A backtrace takes seconds.
miri_under() {
    local flags="-Zmiri-$1 -Zmiri-disable-isolation" which=(trie)
    if [ -z "$long" ] && [ "$1" = tree-borrows ]; then
        which=("${some_of_trie[@]}")
    fi
    local -x RUST_BACKTRACE=0
    MIRIFLAGS=$flags tests "miri-$1" cargo +nightly miri test --locked --lib -- "${which[@]}"
    MIRIFLAGS=$flags tests "miri-$1-model" cargo +nightly miri test --locked --test model numbers_to_nothing
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

# What takes less, one after the other: the other model of memory, pointers of 32 bits, and big-endian words.
miri_others() {
    miri_under tree-borrows
    miri_on i686-unknown-linux-gnu
    miri_on s390x-unknown-linux-gnu
}

# Two at once: each run keeps but one core busy.
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

# The unsafe code relies on where triomphe has the count, which no version promises. In a copy, as the lock file changes,
# but only there: the oldest versions of all that is tested with do not compile. The copy has Miri's files to itself, since
# Miri compiles when it runs, in the directory that those files name: from files of this one it would test this one.
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

# All tests but those on a small stack, which is too small for instrumented code, and those of an example, which need it.
all_tests() {
    printf '%s\n' --all-features --lib
    find tests -maxdepth 1 -name '*.rs' -printf '--test=%f\n' | sed 's/\.rs$//' | grep -vxE -- '--test=(small_stack|git_history)'
}

# Frames are larger under it, so that a small stack is too small.
asan() {
    have_nightly rustc || return 0
    local -a what=(--lib --test leaks --test hostile --test set_model)
    if [ -n "$long" ]; then
        mapfile -t what < <(all_tests)
    fi
    RUST_MIN_STACK=16777216 RUSTFLAGS=-Zsanitizer=address CARGO_TARGET_DIR=target/asan \
        tests asan cargo +nightly test --locked --no-fail-fast --target "$target" "${what[@]}"
}

# With std built in the same way: else there are false races in its mutexes and channels. Rayon has none that need to be
# suppressed. What is skipped is done by one thread, and would take 0.7 times as long as the rest.
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

# mutants [FILE]: by the unit tests, which take a second, then those that they miss by the tests of what is built on the
# trie. Survivors must stand in tests/mutants.md, with the reason, without line and column.
mutants() {
    have_cargo mutants || return 0
    local survivor status=0
    mkdir -p target/mutants
    mutants_by "${1:-src/trie/*.rs}" --lib
    if [ -s target/mutants/mutants.out/missed.txt ]; then
        mutants_by "${1:-src/trie/*.rs}" --iterate --lib --test={allocations,hashers,memory_usage,set_model,trie_combine}
    fi
    while read -r survivor; do
        if ! grep -qxF -- "* \`$survivor\`" tests/mutants.md; then
            printf 'survived: %s\n' "$survivor"
            status=1
        fi
    done < <(sed 's/:[0-9]*:[0-9]*:/:/' target/mutants/mutants.out/missed.txt)
    return "$status"
}

# mutants_by FILE [--iterate] TARGET...: the targets are for all of cargo's runs, lest it build other tests and examples.
mutants_by() {
    local file=$1 option options=() status=0
    shift
    for option in "$@"; do
        [ "$option" = --iterate ] || option=--cargo-arg=$option
        options+=("$option")
    done
    # Runs a program of tests until one fails.
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
    # Two: some are missed; three: some took too long.
    [[ $status == [023] ]]
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
    for step in miri oldest asan tsan valgrind coverage; do
        run "$step"
    done
    if [ -n "$long" ]; then
        run fuzz 1800
        run mutants
    else
        run fuzz 60
    fi
}

# run STEP...: under a heading, and with the time it took.
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
miri | oldest | asan | tsan | valgrind | coverage | all) for step in "$@"; do run "$step"; done ;;
fuzz | mutants) run "$@" ;;
*)
    sed -n '2,/^set /{/^#/s/^# \?//p}' "$0"
    exit 2
    ;;
esac
