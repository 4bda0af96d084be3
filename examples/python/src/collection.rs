//! What maps and sets have in common.

use perennial::trie::HashTrie;
use pyo3::PyClass;
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyList, PyType};

use crate::entry::Keyed;

/// The entries of a trie of at most so many stand in one leaf, the newest last until one is removed.
pub const LEAF_MAX: usize = 16;

/// A class whose objects are a trie each.
pub trait Collection: PyClass<Frozen = True> + Sync {
    type Entry: Keyed;

    fn trie(&self) -> &HashTrie<Self::Entry>;

    /// Returns an object of this class, not of a subclass.
    fn plain(py: Python<'_>, trie: HashTrie<Self::Entry>) -> PyResult<Bound<'_, Self>>;
}

/// Returns the class of an object if it is a subclass of `C`.
pub fn subclass<'py, C: Collection>(object: &Bound<'py, C>) -> Option<Bound<'py, PyType>> {
    let object = object.as_any();
    (!object.is_exact_instance_of::<C>()).then(|| object.get_type())
}

/// Returns a collection of the class, or of `C`. A subclass is called with one of `C`.
pub fn make<'py, C: Collection>(
    py: Python<'py>,
    class: Option<&Bound<'py, PyType>>,
    trie: HashTrie<C::Entry>,
) -> PyResult<Bound<'py, PyAny>> {
    let plain = C::plain(py, trie)?;
    match class {
        Some(class) => class.call1((plain,)),
        None => Ok(plain.into_any()),
    }
}

/// Returns `slf` if it has this very trie, otherwise a new collection of its class.
pub fn with_trie<'py, C: Collection>(slf: &Bound<'py, C>, trie: HashTrie<C::Entry>) -> PyResult<Bound<'py, PyAny>> {
    if trie.ptr_eq(slf.get().trie()) {
        return Ok(slf.clone().into_any());
    }
    make::<C>(slf.py(), subclass(slf).as_ref(), trie)
}

/// Returns the entries, the oldest first if there are few.
pub fn in_order<T>(trie: &HashTrie<T>) -> Vec<&T> {
    let mut entries: Vec<_> = trie.iter().collect();
    if entries.len() <= LEAF_MAX {
        entries.reverse();
    }
    entries
}

/// Returns a list of what `take` takes from the entries.
pub fn list<'a, 'py, T, I: IntoPyObject<'py>>(
    py: Python<'py>,
    trie: &'a HashTrie<T>,
    take: impl Fn(&'a T) -> I,
) -> PyResult<Bound<'py, PyList>> {
    if trie.len() > LEAF_MAX {
        return PyList::new(py, trie.iter().map(take));
    }
    PyList::new(py, in_order(trie).into_iter().map(take))
}

/// Returns the bytes that an object and all nodes of its trie take, also those that others share.
pub fn size_of<T>(object: &Bound<'_, PyAny>, trie: &HashTrie<T>) -> PyResult<usize> {
    let own = object.py().get_type::<PyAny>().call_method1("__sizeof__", (object,))?;
    Ok(own.extract::<usize>()? + trie.memory_usage().bytes)
}
