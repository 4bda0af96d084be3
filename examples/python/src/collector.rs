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

use crate::prelude::*;

/// A trie with so many entries of its own is shown to every collection. At most so many young objects wait for one.
const SMALL: usize = 256;

/// What a new version adds to the credit: about as many entries and nodes as it has copied.
pub const VERSION: usize = 32;

/// How much of the credit the next collection can have if this one has not used it.
const CARRY: usize = 1 << 14;

/// The generation that holds all objects.
const OLDEST: usize = 2;

/// The generation that a collection of young objects looks at; `OLDEST` during full ones, and while there is none.
static GENERATION: AtomicUsize = AtomicUsize::new(OLDEST);

/// How many collections have begun or ended.
static COLLECTION: AtomicU32 = AtomicU32::new(0);

/// How many entries of large tries may still be shown to collections of each generation but the oldest. An object that
/// is stored is looked at once in each generation.
static CREDIT: [AtomicUsize; OLDEST] = [const { AtomicUsize::new(0) }; OLDEST];

/// Called at the start and at the end of each collection.
#[pyfunction]
fn note_collection(phase: &str, info: &Bound<'_, PyDict>) -> PyResult<()> {
    let generation = info.get_item("generation")?.ok_or_else(|| PyKeyError::new_err("generation"))?;
    let generation = generation.extract::<usize>()?.min(OLDEST);
    COLLECTION.fetch_add(1, Ordering::Relaxed);
    if phase == "start" {
        GENERATION.store(generation, Ordering::Relaxed);
    } else {
        GENERATION.store(OLDEST, Ordering::Relaxed);
        for credit in CREDIT.iter().take(generation + 1) {
            credit.fetch_min(CARRY, Ordering::Relaxed);
        }
    }
    Ok(())
}

/// Whether the collector has been asked. A module may be imported a second time.
static WATCHED: AtomicBool = AtomicBool::new(false);

/// Has the collector say which objects it looks at.
pub fn watch(module: &Bound<'_, PyModule>) -> PyResult<()> {
    let py = module.py();
    // Without the global lock all collections are of all objects, whatever the generation that they are said to be of.
    let version = py.import("sys")?.getattr("version")?.extract::<String>()?;
    if version.contains("free-threading") || WATCHED.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let callbacks = py.import("gc")?.getattr("callbacks")?.cast_into::<PyList>()?;
    let note = wrap_pyfunction!(note_collection, module)?;
    callbacks.append(note)
}

/// Adds to the credit. Nothing is lost if two threads do so at once, except some of it.
#[inline]
pub fn stored(entries: usize) {
    for credit in &CREDIT {
        credit.store(credit.load(Ordering::Relaxed).saturating_add(entries), Ordering::Relaxed);
    }
}

/// Adds the entries to the credit that `trie` alone has. Returns it.
pub fn counted<T: Keyed>(trie: HashTrie<T>) -> HashTrie<T> {
    let mut own = 0;
    trie.for_each_unshared(|_| own += 1);
    stored(own);
    trie
}

/// Whether an object was shown to the last collection that came by: twice the number of the collection, and one more
/// if it was. The collector walks through an object several times and must see the same each time.
#[derive(Default)]
pub struct Shown(AtomicU32);

impl Shown {
    /// Returns true if a large trie can be shown to a collection that looks at `generation`.
    fn is_covered(&self, generation: usize, len: usize) -> bool {
        let collection = COLLECTION.load(Ordering::Relaxed);
        let last = self.0.load(Ordering::Relaxed);
        if last >> 1 == collection & (u32::MAX >> 1) {
            return last & 1 == 1;
        }
        let credit = CREDIT[generation].load(Ordering::Relaxed);
        let shown = len <= credit;
        if shown {
            CREDIT[generation].store(credit - len, Ordering::Relaxed);
        }
        self.0.store(collection << 1 | u32::from(shown), Ordering::Relaxed);
        shown
    }
}

/// Returns true if `trie` alone has few entries.
fn owns_few<T: Keyed>(trie: &HashTrie<T>) -> bool {
    let mut own = 0;
    let mut count = |_: &T| {
        own += 1;
        if own > SMALL { Err(()) } else { Ok(()) }
    };
    trie.len() <= SMALL || trie.try_for_each_unshared(&mut count).is_ok()
}

/// Shows the collector what `trie` alone refers to.
pub fn show<T: Keyed>(trie: &HashTrie<T>, shown: &Shown, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
    let generation = GENERATION.load(Ordering::Relaxed);
    if generation < OLDEST && !owns_few(trie) && !shown.is_covered(generation, trie.len()) {
        return Ok(());
    }
    trie.try_for_each_unshared(|entry| entry.visit(visit))
}
