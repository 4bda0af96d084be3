//! What the tries hold, and when two keys are the same.

use perennial::HashTrie;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;

/// What a trie finds by a key.
pub trait Keyed: Clone + Send + Sync + 'static {
    fn key(&self) -> &Py<PyAny>;

    /// Shows the collector what the entry refers to.
    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError>;
}

/// A key and its value. The trie keeps 32 bits of the hash beside it.
#[derive(Clone)]
pub struct Entry {
    pub key: Py<PyAny>,
    pub value: Py<PyAny>,
}

impl Keyed for Entry {
    #[inline]
    fn key(&self) -> &Py<PyAny> {
        &self.key
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.key)?;
        visit.call(&self.value)
    }
}

/// An element of a set.
#[derive(Clone)]
pub struct Element(pub Py<PyAny>);

impl Keyed for Element {
    #[inline]
    fn key(&self) -> &Py<PyAny> {
        &self.0
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.0)
    }
}

/// A key that is looked for, with its hash.
pub struct Query<'a, 'py> {
    pub key: &'a Bound<'py, PyAny>,
    hash: isize,
}

impl<'a, 'py> Query<'a, 'py> {
    #[inline]
    pub fn new(key: &'a Bound<'py, PyAny>) -> PyResult<Self> {
        Ok(Self { key, hash: key.hash()? })
    }

    /// The hash for the trie, which mixes it.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.hash as u64
    }

    /// Is this the key that `entry` has? As in a dict: an object is the same as itself, and `==` is asked only if the
    /// hashes are equal. The trie asks about all entries whose hash has the same low bits.
    #[inline]
    fn is_of(&self, entry: &impl Keyed) -> PyResult<bool> {
        let there = entry.key().bind(self.key.py());
        Ok(there.is(self.key) || (there.hash()? == self.hash && there.eq(self.key)?))
    }
}

/// Have both the same key?
pub fn same_key<T: Keyed>(py: Python<'_>, a: &T, b: &T) -> PyResult<bool> {
    let (a, b) = (a.key().bind(py), b.key().bind(py));
    Ok(a.is(b) || (a.hash()? == b.hash()? && a.eq(b)?))
}

/// Are both the same object, or equal?
pub fn same_value(py: Python<'_>, a: &Py<PyAny>, b: &Py<PyAny>) -> PyResult<bool> {
    Ok(a.is(b) || a.bind(py).eq(b)?)
}

/// The entry with the key.
#[inline]
pub fn find<'t, T: Keyed>(trie: &'t HashTrie<T>, query: &Query<'_, '_>) -> PyResult<Option<&'t T>> {
    trie.try_find(query.hash(), |entry| query.is_of(entry))
}

/// Puts `entry` in. An equal one is handed out.
#[inline]
pub fn insert<T: Keyed>(trie: &mut HashTrie<T>, query: &Query<'_, '_>, entry: T) -> PyResult<Option<T>> {
    trie.try_insert(query.hash(), entry, |there, _| query.is_of(there))
}

/// Puts `entry`, which has the very key of an entry that is there, in the place of that one, or adds it. Asks nothing.
#[inline]
pub fn put<T: Keyed>(trie: &mut HashTrie<T>, query: &Query<'_, '_>, entry: T) -> Option<T> {
    trie.insert(query.hash(), entry, |there, new| there.key().is(new.key()))
}

/// Takes the entry with the key out.
#[inline]
pub fn remove<T: Keyed>(trie: &mut HashTrie<T>, query: &Query<'_, '_>) -> PyResult<Option<T>> {
    trie.try_remove(query.hash(), |entry| query.is_of(entry))
}

/// A trie of all `entries`. Of equal keys the first one stays, and `replace` brings its entry up to date.
pub fn build<T: Keyed>(py: Python<'_>, entries: Vec<T>, replace: impl FnMut(&mut T, T)) -> PyResult<HashTrie<T>> {
    let hashed = entries.into_iter().map(|entry| Ok((entry.key().bind(py).hash()? as u64, entry)));
    let hashed = hashed.collect::<PyResult<Vec<_>>>()?;
    HashTrie::try_build(hashed.into_iter(), |a, b| same_key(py, a, b), replace)
}
