#!/usr/bin/env bash
# Counts the instructions of fixed workloads, and compares them with the file `counts`. Fails if a workload takes over 5
# % more. `--bless` updates the file.
set -euo pipefail
cd "$(dirname "$0")"

limit=5
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The counts are valid only for the compiler, the allocator and the CPU architecture with which they were made.
made_with() {
    rustc --version
    getconf GNU_LIBC_VERSION
    uname -m
}
here="# $(made_with | paste -sd, | sed 's/,/, /g')"

if [ "${1-}" != --bless ] && [ "$(head -n 1 counts)" != "$here" ]; then
    printf 'skipped: the counts were made with other versions\n%s\nnot with\n%s\n' "$(head -n 1 counts)" "$here"
    exit
fi

cargo build --locked --quiet --release
program=${CARGO_TARGET_DIR:-target}/release/instructions

# count NAME: prints the number of instructions in calls of the function `counted`.
count() {
    valgrind --tool=callgrind --toggle-collect='instructions::counted*' --callgrind-out-file="$work/$1" \
        "$program" "$1" >"$work/log" 2>&1 || { cat "$work/log" >&2; return 1; }
    awk '$1 == "summary:" { print $2 }' "$work/$1"
}

names=$("$program")
{
    printf '%s\n' "$here"
    for name in $names; do
        printf '%s %s\n' "$name" "$(count "$name")"
    done
} >"$work/counts"

if [ "${1-}" = --bless ]; then
    cp "$work/counts" counts
    cat counts
    exit
fi

# A count of 0 is an error: nothing was counted.
awk -v limit="$limit" '
    /^#/ { next }
    NR == FNR { before[$1] = $2; next }
    {
        change = $1 in before && before[$1] > 0 && $2 > 0 ? ($2 / before[$1] - 1) * 100 : 100
        verdict = change > limit ? "WORSE" : change < -limit ? "better: run.sh --bless stores it" : ""
        printf "%-14s %12d %+7.1f %% %s\n", $1, $2, change, verdict
        if (change > limit) worse = worse " " $1
        seen++
    }
    END {
        if (worse != "" || !seen) { printf "more than %d %% worse:%s\n", limit, worse; exit 1 }
    }
' counts "$work/counts"
