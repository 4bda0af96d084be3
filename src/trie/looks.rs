//! For tests: how often a thread looks at a node other than to compare or count references of it.

use core::cell::Cell;

std::thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

pub(super) fn count() {
    LOOKS.with(|looks| looks.set(looks.get() + 1));
}

/// Returns the result of `operation`, and how many looks there are in it.
pub(super) fn during<R>(operation: impl FnOnce() -> R) -> (R, usize) {
    let before = LOOKS.get();
    let result = operation();
    (result, LOOKS.get() - before)
}
