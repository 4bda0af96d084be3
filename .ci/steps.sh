# The steps of `.ci/run`, and what they have in common. `.ci/run` reads this file.

# quietly LOG PATTERN COMMAND...: runs the command and prints the matching lines, or the end of the log if it fails.
quietly() {
    local log=$logs/$1 pattern=$2
    shift 2
    if ! "$@" >"$log" 2>&1; then
        tail -n 200 "$log"
        printf 'failed: %s\n' "$*"
        return 1
    fi
    grep -E "$pattern" "$log" || true
}

# some_passed LOG: fails if no test ran, because a filter matched nothing or all tests were ignored.
some_passed() {
    if ! grep -q '^test result: ok\. [1-9]' "$logs/$1"; then
        printf 'no test ran\n'
        return 1
    fi
}

# same NAME EXPECTED FOUND: fails if the two texts differ.
same() {
    if [ "$2" != "$3" ]; then
        printf '%s: expected\n%s\nbut found\n%s\n' "$1" "$2" "$3"
        return 1
    fi
    printf 'as expected: %s\n' "$1"
}

# have TOOL COMMAND...: succeeds if the tool is available, after installing it with the command if necessary. Otherwise
# prints a message.
have() {
    local tool=$1
    shift
    if ! command -v "$tool" >/dev/null && ! { "$@" >"$logs/$tool" 2>&1 && command -v "$tool" >/dev/null; }; then
        printf 'skipped: no %s here (%s)\n' "$tool" "$(tail -n 1 "$logs/$tool")"
        return 1
    fi
}

have_nightly() {
    if ! cargo +nightly --version >"$logs/nightly" 2>&1 &&
        ! rustup toolchain install nightly --profile minimal >"$logs/nightly" 2>&1; then
        printf 'skipped: no nightly toolchain here (%s)\n' "$(tail -n 1 "$logs/nightly")"
        return 1
    fi
}

components() {
    command -v git
    cargo fmt --version && cargo clippy --version && return
    rustup component add rustfmt clippy
}

# Runs the test command that the README names, so that the README stays correct.
readme_tests() {
    local -a command
    read -ra command < <(grep -xm1 'cargo test' README.md)
    quietly tests '^ +(Running|Doc-tests)|^test result' "${command[@]}"
    some_passed tests
}

documentation() {
    RUSTDOCFLAGS='-D warnings' cargo doc --locked --no-deps --all-features
    have_nightly || return 0
    # As docs.rs builds it.
    RUSTDOCFLAGS='--cfg docsrs -D warnings' cargo +nightly doc --locked --no-deps --all-features --target-dir target/docsrs
}

# All public items are documented. The lint `missing_docs` does not cover all of them.
documentation_coverage() {
    local total
    have_nightly || return 0
    # Older compilers print the table, newer ones write it to a file.
    RUSTDOCFLAGS='-Z unstable-options --show-coverage' CARGO_TARGET_DIR=target/coverage \
        cargo +nightly doc --locked --no-deps --all-features >"$logs/coverage" 2>"$logs/coverage.log" || {
        cat "$logs/coverage.log"
        return 1
    }
    total=$(cat "$logs/coverage" target/coverage/doc/perennial.txt 2>/dev/null | awk '/^\| Total/ { print $6 }')
    same 'share of documented items' '100.0%' "$total"
}

public_interface() {
    have_nightly || return 0
    have cargo-public-api cargo install --locked --quiet cargo-public-api || return 0
    tests/public_api.sh
}

spelling() {
    have typos python3 -m pip install --quiet typos || return 0
    typos
}

toml_format() {
    have taplo python3 -m pip install --quiet taplo || return 0
    quietly taplo '^ERROR' taplo fmt --check
}

# The targets of relative links in Markdown files exist. Rustdoc checks the links in the guide.
links() {
    local file link broken=0
    while IFS=: read -r file link; do
        if [ ! -e "$(dirname "$file")/${link%%#*}" ]; then
            printf '%s: no %s\n' "$file" "$link"
            broken=1
        fi
    done < <(git ls-files -z '*.md' ':!src/guide' | xargs -0 grep -oHE '\]\([^)#][^)]*\)' | sed -E 's/\]\(([^)]*)\)/\1/' | grep -vE ':https?:')
    return "$broken"
}

# Builds the package and checks its list of files. Requires access to the registry index.
package() {
    quietly package '^ +Packaged|^error' cargo package --locked --allow-dirty
    same 'files that users do not need' '' \
        "$(cargo package --list --locked --allow-dirty | grep -vE '^(src/|Cargo\.|\.cargo_vcs|README|CHANGELOG|SECURITY|LICENSE)' || true)"
}

example_undo() {
    local expected='typed              A1=tea A2=milk
edited             A2=milk!
undone twice       A1=tea A2=milk
redone             A2=milk
no redo after this A2=milk B1=new'
    cargo run --locked --quiet "${release[@]}" --example undo >"$logs/undo"
    same 'output of undo' "$expected" "$(head -n 5 "$logs/undo")"
    # The example asserts the saving, because the bytes depend on the random hasher.
    same 'lines with bytes' 2 "$(grep -c ' MB as ' "$logs/undo")"
}

example_config_layers() {
    cargo run --locked --quiet "${release[@]}" --example config_layers >"$logs/layers"
    printf '%s lines, asserted in the example\n' "$(wc -l <"$logs/layers")"
}

# Runs the example on this repository, as in the README. A shallow clone has fewer commits, which are counted too.
example_git_history() {
    local count found
    count=$(git rev-list --count --all)
    cargo run --locked --quiet "${release[@]}" --example git_history -- --verify | tee "$logs/history"
    found=$(awk '$1 == "commits" { print $2 }' "$logs/history")
    same 'number of commits' "$count" "$found"
    same 'checked by git' 'verify: OK' "$(grep -o '^verify: OK' "$logs/history")"
    cargo run --locked --quiet "${release[@]}" --example git_history -- \
        --diff "$(git rev-list --all --reverse --topo-order | head -n 1)" HEAD --verify |
        tee "$logs/history" | tail -n 1
    same 'changes checked by git' 'verify: OK' "$(grep -o '^verify: OK' "$logs/history")"
}

# Prints all features except `default`, one per line.
features() {
    sed -n '/^\[features\]/,/^\[dependencies\]/s/^\([a-z_]*\) = .*/\1/p' Cargo.toml | grep -vx default
}

# The crate compiles without warnings without features, with each feature, and with each pair of features. Clippy checks
# all features together. A loop of `cargo check` is faster than installing cargo-hack.
feature_pairs() {
    local -a all sets=('')
    local first second
    mapfile -t all < <(features)
    for first in "${!all[@]}"; do
        sets+=("${all[first]}")
        for ((second = 0; second < first; second++)); do
            sets+=("${all[first]} ${all[second]}")
        done
    done
    ((${#sets[@]} > 3))
    for first in "${sets[@]}"; do
        RUSTFLAGS='-D warnings' quietly features '^$' \
            cargo check --locked --no-default-features --features "$first" --target-dir target/features
    done
    printf '%s sets of %s\n' "${#sets[@]}" "${all[*]}"
}

# The crate compiles with the oldest dependencies that Cargo.toml permits. This runs in a copy of the repository,
# because it makes a new lock file.
minimal_versions() {
    have_nightly || return 0
    local copy=$logs/minimal
    mkdir "$copy"
    git ls-files -z | xargs -0 cp --parents -t "$copy"
    rm "$copy/Cargo.lock"
    (
        cd "$copy"
        cargo +nightly update --quiet -Z direct-minimal-versions
        grep -A 1 '^name = "rayon"' Cargo.lock
        cargo check --locked --all-features
    )
}

# Runs the tests that require optional features, which `cargo test` skips, and the examples in their documentation.
feature_tests() {
    local -a tests
    mapfile -t tests < <(git ls-files 'tests/impls_*.rs' | sed 's|tests/\(.*\)\.rs|--test=\1|')
    quietly impls '^ +Running|^test result' cargo test --locked --all-features --lib "${tests[@]}"
    some_passed impls
    quietly impls-doc '^test result' cargo test --locked --all-features --doc impls
    some_passed impls-doc
}

# The tests with tracked elements are compiled for entries that are stored in leaves. This compiles them for entries
# behind pointers.
large_entries() {
    LARGE_ENTRIES=1 quietly large-entries '^test result' cargo test --locked --target-dir target/large-entries \
        --lib --test panics --test leaks
    some_passed large-entries
}

# The crate works without `std`. A program that uses it also compiles for a target without `std`, if that can be
# installed.
no_std() {
    local target=thumbv7em-none-eabi crate=tests/no_std/Cargo.toml
    quietly no-std '^test ' cargo test --locked --manifest-path "$crate" --target-dir target/no_std
    some_passed no-std
    if ! rustup target add "$target" >"$logs/target" 2>&1; then
        printf 'not compiled for %s: %s\n' "$target" "$(tail -n 1 "$logs/target")"
        return
    fi
    cargo build --locked --manifest-path "$crate" --target-dir target/no_std --target "$target"
    rustup target add wasm32-unknown-unknown >"$logs/target" 2>&1 || return 0
    cargo check --locked --no-default-features --target-dir target/no_std --target wasm32-unknown-unknown
}

# A checkout whose files have carriage returns, as on Windows: the tests that read sources pass.
carriage_returns() {
    local copy=$logs/carriage_returns
    mkdir "$copy"
    git ls-files -z | xargs -0 cp --parents -t "$copy"
    git ls-files -z '*.rs' '*.md' '*.toml' '*.txt' | (cd "$copy" && xargs -0 sed -i 's/$/\r/')
    PANICS=1 quietly carriage-returns '^test result' cargo test --locked --manifest-path "$copy/Cargo.toml" \
        --target-dir target/large-entries \
        --test versions --test guide --test literals --test parity --test panics
    some_passed carriage-returns
}

# These examples check their results themselves.
example_snapshot_readers() {
    cargo run --locked --quiet "${release[@]}" --example snapshot_readers
}

example_word_count() {
    cargo run --locked --quiet "${release[@]}" --features rayon --example word_count
}

example_persist() {
    cargo run --locked --quiet "${release[@]}" --features serde --example persist
}

# peers_profile COMMAND...: compiles the benchmark program with fewer optimizations than for measurements, to save time.
peers_profile() {
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_OPT_LEVEL=1 "$@"
}

peers_program() {
    peers_profile cargo run --locked --quiet --release --manifest-path benches/peers/Cargo.toml -- "$@"
}

# The benchmarks and the fuzz targets are separate workspaces, which the checks of the root do not include. They share
# a target directory, because they have dependencies in common.
nested_lints() {
    local crate
    for crate in benches/peers benches/instructions benches/std tests/fuzz compat/im compat/imbl; do
        cargo fmt --manifest-path "$crate/Cargo.toml" --check
        cargo clippy --locked --all-targets --manifest-path "$crate/Cargo.toml" --target-dir target/nested -- -D warnings
    done
}

# All benchmarked maps give correct results, and a map with wrong results would be detected.
peers() {
    peers_profile quietly peers '^test ' cargo test --locked --release --manifest-path benches/peers/Cargo.toml \
        --test wrong_results
    some_passed peers
    peers_program --check
}

# The charts and tables are up to date with the stored figures.
charts_and_tables() {
    sha256sum README.md BENCHMARKS.md benches/results/*.svg >"$logs/rendered"
    peers_program --render
    sha256sum --quiet --check "$logs/rendered"
}

# The drop-ins for `im` and `imbl`: random programs on both crates, with the same results. The sources of the second are
# made from those of the first.
drop_in() {
    local crate
    compat/generate.py --check
    for crate in compat/im/Cargo.toml compat/imbl/Cargo.toml; do
        RUSTDOCFLAGS='-D warnings' cargo doc --quiet --locked --no-deps --all-features --manifest-path "$crate" \
            --target-dir target/drop-in
        quietly drop-in 'steps, each|^test result' cargo test --locked --all-features --manifest-path "$crate" \
            --target-dir target/drop-in -- --show-output
        some_passed drop-in
    done
}

# Replicas over a log, on a real server; without one, the tests print that they are skipped.
example_replicas() {
    local crate=examples/replicas/Cargo.toml
    have nats-server install_nats || return 0
    cargo fmt --manifest-path "$crate" --check
    cargo clippy --locked --all-targets --manifest-path "$crate" -- -D warnings
    quietly replicas '^test |^test result' cargo test --locked --manifest-path "$crate"
    some_passed replicas
}

install_nats() {
    apt-get update && apt-get -o DPkg::Lock::Timeout=300 install --yes nats-server
}

instructions() {
    have valgrind apt-get -o DPkg::Lock::Timeout=300 install --yes valgrind || return 0
    benches/instructions/run.sh
}

# The Python module is a separate crate: checks its format and lints, and tests one wheel on each CPython that is here.
python_crate() {
    cargo fmt --manifest-path examples/python/Cargo.toml --check
    cargo clippy --locked --manifest-path examples/python/Cargo.toml --all-targets -- -D warnings
}

# python_of VERSION: prints the path of a CPython of this version that can make virtual environments, on PATH or in
# pyenv.
python_of() {
    local python
    for python in "$(command -v "python$1")" "${PYENV_ROOT:-$HOME/.pyenv}/versions/$1".*/bin/python; do
        if [ -x "$python" ] && "$python" -c 'import venv, ensurepip' 2>/dev/null; then
            printf '%s\n' "$python"
            return
        fi
    done
    return 1
}

python_binding() {
    local version python env wheel='' known=''
    python_crate
    for version in 3.10 3.11 3.12 3.13 3.14; do
        if ! python=$(python_of "$version"); then
            printf 'skipped: no CPython %s with venv here\n' "$version"
            continue
        fi
        env=$logs/venv$version
        "$python" -m venv "$env"
        if [ -z "$wheel" ]; then
            "$env/bin/pip" wheel -q --no-deps -w "$logs/wheels" ./examples/python
            wheel=$(ls "$logs"/wheels/*.whl)
        fi
        "$env/bin/pip" install -q "$wheel[test]"
        printf '%s: ' "$("$env/bin/python" -VV | head -n 1)"
        quietly "pytest$version" 'passed|failed' \
            "$env/bin/python" -m pytest -q -p no:cacheprovider examples/python/tests
        # What fails in the suites of others was looked at in these versions.
        [ "$version" = 3.14 ] || known=$env
    done
    if [ -z "$wheel" ]; then
        return
    fi
    "$env/bin/python" examples/python/demo.py
    "$env/bin/python" examples/python/bench.py --quick --out "$logs/bench" >"$logs/bench.log" 2>&1 || {
        tail -n 50 "$logs/bench.log"
        return 1
    }
    printf 'benchmarks run, results checked\n'
    if [ -n "$known" ]; then
        quietly foreign '^[A-Za-z].*: (skipped|[0-9])' "$known/bin/python" examples/python/tests/foreign/run.py
    fi
}

format() {
    cargo fmt --all --check
}

# With all targets, so that the examples and tests are compiled too.
clippy() {
    cargo clippy --locked --all-targets --all-features -- -D warnings
}

# `cargo test` alone runs a third of the random cases and a sample of the panics. With optimizations, all panics take
# less time, although they have to be compiled; the need of stack and the costs are measured with optimizations, too.
thorough_tests() {
    CASES=all PANICS=all quietly thorough '^ +Running|^test result' cargo test --locked \
        --test={hostile,algebra,model,set_model,persistence,order,leaks,trie_combine}
    some_passed thorough
    PANICS=all quietly release '^ +Running|^test result' cargo test --locked "${release[@]}" \
        --test={small_stack,cost,panics}
    some_passed release
}

miri() {
    tests/sanitize.sh miri
}

sanitizers() {
    tests/sanitize.sh asan tsan
}

fuzzing() {
    tests/sanitize.sh fuzz 10
}

oldest_triomphe() {
    tests/sanitize.sh oldest
}

other_cpus() {
    tests/sanitize.sh aarch64 wasm
}
