#!/usr/bin/env bash
# Compares the public interface with the listings in tests/public_api/, so that no change of it goes unseen.
# `tests/public_api.sh --bless` writes the listings anew.
#
# It needs a nightly toolchain and `cargo install cargo-public-api`, and says so where they are not to be had.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo public-api --version >/dev/null 2>&1 || ! cargo +nightly --version >/dev/null 2>&1; then
    printf 'skipped: no cargo-public-api or no nightly toolchain here\n'
    exit
fi

# listing FLAGS...: the interface, except implementations that every type has. Compilers print derived methods each in
# their own way, and the marker that `derive(PartialEq)` leaves in other places: here the methods are all printed alike,
# and the marker not at all.
listing() {
    cargo +nightly public-api --color never -ss "$@" 2>/dev/null |
        sed -E '/StructuralPartialEq/d
            s/(::clone\(&self\) -> |::default\(\) -> ).*/\1Self/
            s/(::eq\(&self, ).*(\) -> bool)/\1\&Self\2/'
}

status=0
for features in default all; do
    committed=tests/public_api/$features.txt
    flags=()
    [ "$features" = all ] && flags=(--all-features)
    if [ "${1:-}" = --bless ]; then
        listing "${flags[@]}" >"$committed"
    elif ! diff -u "$committed" <(listing "${flags[@]}"); then
        status=1
    fi
    printf '%s features: %s items\n' "$features" "$(wc -l <"$committed")"
done
if [ "$status" != 0 ]; then
    printf 'the public interface has changed: if that is meant, run tests/public_api.sh --bless\n'
fi
exit "$status"
