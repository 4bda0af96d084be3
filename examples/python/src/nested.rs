//! Guards for what goes down into nested values: `repr`, which may come back to where it was, and `hash`.

use std::cell::{Cell, RefCell};

use pyo3::exceptions::PyRecursionError;
use pyo3::prelude::*;

/// How deep hashes may nest. `==` and `repr` of values are guarded by the interpreter, hashes are not.
const HASH_DEPTH_MAX: u32 = 1000;

thread_local! {
    static HASH_DEPTH: Cell<u32> = const { Cell::new(0) };
    /// The objects whose `repr` is at work.
    static IN_REPR: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Runs `work` one level deeper.
pub fn hashing<R>(work: impl FnOnce() -> PyResult<R>) -> PyResult<R> {
    let depth = HASH_DEPTH.get();
    if depth >= HASH_DEPTH_MAX {
        return Err(PyRecursionError::new_err("maximum recursion depth exceeded while hashing"));
    }
    HASH_DEPTH.set(depth + 1);
    let result = work();
    HASH_DEPTH.set(depth);
    result
}

/// `Name({…})` of `parts`, joined by commas; three dots in place of an object within itself.
pub fn repr(
    object: &Bound<'_, PyAny>,
    brackets: [&str; 2],
    mut parts: impl Iterator<Item = PyResult<String>>,
) -> PyResult<String> {
    let address = object.as_ptr() as usize;
    let name = object.get_type().name()?;
    let [open, close] = brackets;
    if IN_REPR.with_borrow(|at_work| at_work.contains(&address)) {
        return Ok(format!("{name}({open}...{close})"));
    }
    IN_REPR.with_borrow_mut(|at_work| at_work.push(address));
    let joined = parts.try_fold(String::new(), |mut joined, part| {
        joined.push_str(if joined.is_empty() { "" } else { ", " });
        joined.push_str(&part?);
        PyResult::Ok(joined)
    });
    IN_REPR.with_borrow_mut(|at_work| at_work.retain(|&other| other != address));
    Ok(format!("{name}({open}{}{close})", joined?))
}
