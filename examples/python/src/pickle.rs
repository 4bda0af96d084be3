//! What `pickle` and `copy` are told of an object.

use crate::prelude::*;

/// Returns the class, what `__getnewargs__` returns, and the state of a subclass, its slots included.
///
/// `object` does this by itself from protocol 2 on. What it makes in older ones loses the content of a class that is
/// not written in Python, and what it makes in newer ones can be written in older ones.
pub fn reduce<'py>(object: &Object<'py>, protocol: isize) -> Made<'py> {
    // Pickle calls this at each level of nested values.
    nested::deeper(|| object.py().get_type::<PyAny>().call_method1("__reduce_ex__", (object, protocol.max(2))))
}

/// Returns the error for an object that cannot be pickled, as the interpreter words it.
pub fn refused(object: &Object<'_>) -> PyErr {
    match object.get_type().name() {
        Ok(name) => PyTypeError::new_err(format!("cannot pickle '{name}' object")),
        Err(error) => error,
    }
}
