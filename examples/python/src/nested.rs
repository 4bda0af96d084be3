//! Guards for methods that go down into nested values.

use std::cell::RefCell;

use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;

/// Bytes of the stack that are left for what does not ask: dropping, comparing two strings, the interpreter itself.
const STACK_LEFT_MIN: usize = 64 << 10;

thread_local! {
    /// The objects whose `repr` is in progress.
    static IN_REPR: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Runs `work`, which may call methods of nested values, unless the stack is nearly used up.
///
/// The interpreter counts levels: too many for the stack in some versions, and none for hashes in any. How many fit
/// depends on what lies between two maps and on the thread, so the stack is measured.
pub fn deeper<R>(work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    if stacker::remaining_stack().is_some_and(|left| left < STACK_LEFT_MIN) {
        return Err(PyRecursionError::new_err("maximum recursion depth exceeded"));
    }
    work()
}

/// Returns `Name({…})` of `parts`, joined by commas, or three dots in place of an object within itself.
pub fn repr(
    object: &Bound<'_, PyAny>,
    brackets: [&str; 2],
    mut parts: impl Iterator<Item = PyResult<String>>,
) -> PyResult<String> {
    let address = object.as_ptr() as usize;
    let name = object.get_type().name()?;
    let [open, close] = brackets;
    if IN_REPR.with_borrow(|in_progress| in_progress.contains(&address)) {
        return Ok(format!("{name}({open}...{close})"));
    }
    IN_REPR.with_borrow_mut(|in_progress| in_progress.push(address));
    let joined = deeper(|| {
        parts.try_fold(String::new(), |mut joined, part| {
            joined.push_str(if joined.is_empty() { "" } else { ", " });
            joined.push_str(&part?);
            PyResult::Ok(joined)
        })
    });
    IN_REPR.with_borrow_mut(|in_progress| in_progress.retain(|&other| other != address));
    Ok(format!("{name}({open}{}{close})", joined?))
}
