//! For tests: counts how often a thread reads a node, other than to compare pointers or to access its reference
//! count.

use core::cell::Cell;

std::thread_local! {
    static LOOKS: Cell<usize> = const { Cell::new(0) };
}

pub(crate) fn count() {
    LOOKS.with(|looks| looks.set(looks.get() + 1));
}

/// Returns the result of `operation` and the number of node reads during it.
pub(crate) fn during<R>(operation: impl FnOnce() -> R) -> (R, usize) {
    let before = LOOKS.get();
    let result = operation();
    (result, LOOKS.get() - before)
}
