//! What the garbage collector is shown, and when.
//!
//! The collector takes an object for garbage if all references to it come from garbage. A reference in a node that
//! several maps share must not be counted once for each of them, so a map shows only the nodes that it alone has. Then
//! a cycle through a shared node is not found as long as the node is shared. To show less than there is does no harm:
//! what is not shown counts as referred to from elsewhere.
//!
//! A new version has its root for itself, and so all that no older version refers to any more. If `m = m.set(k, v)` is
//! the only version, then this is everything: a young object that the collector would walk through each time that it
//! looks for garbage among young ones. So large tries show nothing to such a collection, only to one of all objects.

use std::sync::atomic::{AtomicBool, Ordering};

use perennial::trie::HashTrie;
use pyo3::exceptions::PyKeyError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::entry::Keyed;

/// How many entries are shown to every collection. At most so many young objects wait for one.
const SMALL: usize = 256;

/// The generation that holds all objects.
const OLDEST: u32 = 2;

/// True while the collector looks at young objects only. It does not change within a collection, which walks through
/// objects several times and must see the same each time.
static YOUNG: AtomicBool = AtomicBool::new(false);

/// Called at the start and at the end of each collection.
#[pyfunction]
fn note_collection(phase: &str, info: &Bound<'_, PyDict>) -> PyResult<()> {
    let generation = info.get_item("generation")?.ok_or_else(|| PyKeyError::new_err("generation"))?;
    YOUNG.store(phase == "start" && generation.extract::<u32>()? < OLDEST, Ordering::Relaxed);
    Ok(())
}

/// Has the collector say which objects it looks at.
pub fn watch(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    // Without the global lock all collections are of all objects, whatever the generation that they are said to be of.
    if py.import("sys")?.getattr("version")?.extract::<String>()?.contains("free-threading") {
        return Ok(());
    }
    let callbacks = py.import("gc")?.getattr("callbacks")?.cast_into::<PyList>()?;
    callbacks.append(wrap_pyfunction!(note_collection, module)?)
}

/// Shows the collector what `trie` alone refers to.
pub fn show<T: Keyed>(trie: &HashTrie<T>, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
    if trie.len() > SMALL && YOUNG.load(Ordering::Relaxed) {
        return Ok(());
    }
    trie.try_for_each_unshared(|entry| entry.visit(visit))
}
