//! What the garbage collector is shown, and when.
//!
//! The collector takes an object for garbage if all references to it come from garbage. A reference in a node that
//! several maps share must not be counted once for each of them, so a map shows only the nodes that it alone has. Then
//! a cycle through a shared node is not found as long as the node is shared. To show less than there is does no harm:
//! what is not shown counts as referred to from elsewhere.
//!
//! A new version has its root for itself, and so all that no older version refers to any more. If `m = m.set(k, v)` is
//! the only version, then this is everything: a young object that the collector would walk through each time that it
//! looks for garbage among young ones. So collections of young objects are shown large tries only as far as a credit
//! lasts, which grows by the entries that are stored: then the walks take no longer than what was done before them.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use perennial::trie::HashTrie;
use pyo3::exceptions::PyKeyError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::entry::Keyed;

/// How many entries are shown to every collection. At most so many young objects wait for one.
const SMALL: usize = 256;

/// What a new version adds to the credit: about as many entries and nodes as it has copied.
pub const VERSION: usize = 32;

/// How much of the credit the next collection can have if this one has not used it.
const CARRY: usize = 1 << 14;

/// The generation that holds all objects.
const OLDEST: u32 = 2;

/// True while the collector looks at young objects only.
static YOUNG: AtomicBool = AtomicBool::new(false);

/// How many collections there have been.
static COLLECTION: AtomicU32 = AtomicU32::new(0);

/// How many entries of large tries collections of young objects may still be shown.
static CREDIT: AtomicUsize = AtomicUsize::new(0);

/// Called at the start and at the end of each collection.
#[pyfunction]
fn note_collection(phase: &str, info: &Bound<'_, PyDict>) -> PyResult<()> {
    let generation = info.get_item("generation")?.ok_or_else(|| PyKeyError::new_err("generation"))?;
    YOUNG.store(phase == "start" && generation.extract::<u32>()? < OLDEST, Ordering::Relaxed);
    COLLECTION.fetch_add(1, Ordering::Relaxed);
    if phase == "stop" {
        CREDIT.fetch_min(CARRY, Ordering::Relaxed);
    }
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
    let note = wrap_pyfunction!(note_collection, module)?;
    let name = note.getattr("__qualname__")?;
    // A module that is imported a second time has its function there already.
    for there in &callbacks {
        if there.getattr_opt("__qualname__")?.is_some_and(|there| there.eq(&name).unwrap_or(false)) {
            return Ok(());
        }
    }
    callbacks.append(note)
}

/// Adds to the credit. Nothing is lost if two threads do so at once, except some of it.
#[inline]
pub fn stored(entries: usize) {
    CREDIT.store(CREDIT.load(Ordering::Relaxed).saturating_add(entries), Ordering::Relaxed);
}

/// Whether an object was shown to the last collection that came by: twice the number of the collection, and one more
/// if it was. The collector walks through an object several times and must see the same each time.
#[derive(Default)]
pub struct Shown(AtomicU32);

impl Shown {
    /// Returns true if a large trie can be shown to the collection that is going on.
    fn is_covered(&self, len: usize) -> bool {
        let collection = COLLECTION.load(Ordering::Relaxed);
        let last = self.0.load(Ordering::Relaxed);
        if last >> 1 == collection & (u32::MAX >> 1) {
            return last & 1 == 1;
        }
        let credit = CREDIT.load(Ordering::Relaxed);
        let shown = len <= credit;
        if shown {
            CREDIT.store(credit - len, Ordering::Relaxed);
        }
        self.0.store(collection << 1 | u32::from(shown), Ordering::Relaxed);
        shown
    }
}

/// Shows the collector what `trie` alone refers to.
pub fn show<T: Keyed>(trie: &HashTrie<T>, shown: &Shown, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
    if trie.len() > SMALL && YOUNG.load(Ordering::Relaxed) && !shown.is_covered(trie.len()) {
        return Ok(());
    }
    trie.try_for_each_unshared(|entry| entry.visit(visit))
}
