//! Guards for methods that go down into nested values.

use std::cell::RefCell;

use pyo3::exceptions::PyRecursionError;

use crate::prelude::*;

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
pub fn repr<'py>(object: &Object<'py>, brackets: [&str; 2], parts: impl Iterator<Item = Made<'py>>) -> Made<'py> {
    let py = object.py();
    // It may have changed, or be an older one: then it prints one line.
    let _ = tell_pprint(py);
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

/// Returns `Name({…})` of the entries of a trie.
pub fn repr_of_trie<'py, T: Keyed>(object: &Object<'py>, trie: &HashTrie<T>) -> Made<'py> {
    repr(object, ["{", "}"], trie.iter().map(|entry| entry.repr(object.py())))
}

/// Prints `Name({…})` on several lines, as what `pprint` calls for a map or a set that is too long for one.
#[pyfunction]
fn print<'py>(
    printer: &Object<'py>,
    object: &Object<'py>,
    stream: &Object<'py>,
    indent: usize,
    allowance: usize,
    context: &Object<'py>,
    level: usize,
) -> PyResult<()> {
    let open = format!("{}(", object.get_type().name()?);
    stream.call_method1("write", (&open,))?;
    let indent = indent + open.chars().count();
    printer.call_method1("_format", (contents(object)?, stream, indent, allowance + 1, context, level))?;
    stream.call_method1("write", (")",))?;
    Ok(())
}

/// The same for IPython.
pub fn print_in_ipython(object: &Object<'_>, printer: &Object<'_>, cycle: bool) -> PyResult<()> {
    let open = format!("{}(", object.get_type().name()?);
    if cycle {
        printer.call_method1("text", (open + "...)",))?;
        return Ok(());
    }
    let width = open.chars().count();
    printer.call_method1("begin_group", (width, open))?;
    printer.call_method1("pretty", (contents(object)?,))?;
    printer.call_method1("end_group", (width, ")"))?;
    Ok(())
}

/// Returns a dict or a set of what is in the object.
fn contents<'py>(object: &Object<'py>) -> Made<'py> {
    let (dict, set) = (object.py().get_type::<PyDict>(), object.py().get_type::<PySet>());
    if object.is_instance_of::<PersistentMap>() { dict.call1((object,)) } else { set.call1((object,)) }
}

/// Tells `pprint` how to print maps and sets, if it has been imported. It calls `repr` first, and so this function: to
/// import it with this module would double the time that takes.
fn tell_pprint(py: Python<'_>) -> PyResult<()> {
    let modules = py.import("sys")?.getattr("modules")?;
    if let Ok(pprint) = modules.get_item("pprint") {
        let printers = pprint.getattr("PrettyPrinter")?.getattr("_dispatch")?;
        for class in [py.get_type::<PersistentMap>(), py.get_type::<PersistentSet>()] {
            printers.set_item(class.getattr("__repr__")?, wrap_pyfunction!(print, py)?)?;
        }
    }
    Ok(())
}
