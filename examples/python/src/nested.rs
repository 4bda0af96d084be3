//! Guards for methods that go down into nested values.

use std::cell::RefCell;

use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;
use pyo3::types::PyString;

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
///
/// They are joined as objects, since a string of Python can have what one of Rust cannot: lone surrogates.
pub fn repr<'py>(
    object: &Bound<'py, PyAny>,
    brackets: [&str; 2],
    parts: impl Iterator<Item = PyResult<Bound<'py, PyAny>>>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = object.py();
    let address = object.as_ptr() as usize;
    let name = object.get_type().name()?;
    let [open, close] = brackets;
    if IN_REPR.with_borrow(|in_progress| in_progress.contains(&address)) {
        return Ok(PyString::new(py, &format!("{name}({open}...{close})")).into_any());
    }
    IN_REPR.with_borrow_mut(|in_progress| in_progress.push(address));
    let parts = deeper(|| parts.collect::<PyResult<Vec<_>>>());
    IN_REPR.with_borrow_mut(|in_progress| in_progress.retain(|&other| other != address));
    let joined = PyString::new(py, ", ").call_method1("join", (parts?,))?;
    PyString::new(py, &format!("{name}({open}")).add(joined)?.add(format!("{close})"))
}
