//! What the tries hold, and when two keys are the same.

use std::mem;

use perennial::trie::Entry as Place;

use crate::prelude::*;

/// What a trie finds by a key.
pub trait Keyed: Clone + Send + Sync + 'static {
    fn key(&self) -> &Py<PyAny>;

    /// The value of the key, in a map.
    fn value(&self) -> &Py<PyAny> {
        self.key()
    }

    /// Shows the collector what the entry refers to.
    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(self.key())
    }

    /// Returns what a dict or a set shows of it.
    fn repr<'py>(&self, py: Python<'py>) -> Made<'py> {
        Ok(self.key().bind(py).repr()?.into_any())
    }
}

/// A part of an entry.
#[derive(Clone, Copy)]
pub enum Part {
    Key,
    Value,
    /// The pair of both.
    Item,
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

    fn value(&self) -> &Py<PyAny> {
        &self.value
    }

    fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.key)?;
        visit.call(&self.value)
    }

    fn repr<'py>(&self, py: Python<'py>) -> Made<'py> {
        self.key.bind(py).repr()?.add(": ")?.add(self.value.bind(py).repr()?)
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
}

/// A key that is looked for, with its hash.
pub struct Query<'a, 'py> {
    pub key: &'a Object<'py>,
    hash: isize,
}

impl<'a, 'py> Query<'a, 'py> {
    #[inline]
    pub fn new(key: &'a Object<'py>) -> PyResult<Self> {
        Ok(Self { key, hash: key.hash()? })
    }

    /// Returns the hash for the trie, which mixes it.
    #[inline]
    pub fn hash(&self) -> u64 {
        self.hash as u64
    }

    /// Returns true if `entry` has this key. As in a dict, an object is the same as itself, and `==` is called only if
    /// the hashes are equal. The trie asks about all entries whose hash has the same low bits.
    #[inline]
    fn is_of(&self, entry: &impl Keyed) -> PyResult<bool> {
        let there = entry.key().bind(self.key.py());
        Ok(there.is(self.key) || (self.has_hash(there)? && there.eq(self.key)?))
    }

    /// Returns true if the other key has the same hash. To compare two strings does no harm and takes less time.
    #[inline]
    fn has_hash(&self, there: &Object<'_>) -> PyResult<bool> {
        let strings = self.key.is_exact_instance_of::<PyString>() && there.is_exact_instance_of::<PyString>();
        Ok(strings || there.hash()? == self.hash)
    }
}

/// Returns true if both have the same key.
pub fn same_key<T: Keyed>(py: Python<'_>, a: &T, b: &T) -> PyResult<bool> {
    let (a, b) = (a.key().bind(py), b.key().bind(py));
    Ok(a.is(b) || (a.hash()? == b.hash()? && a.eq(b)?))
}

/// Returns true if both are the same object, or equal.
pub fn same_value(py: Python<'_>, a: &Py<PyAny>, b: &Py<PyAny>) -> PyResult<bool> {
    Ok(a.is(b) || a.bind(py).eq(b)?)
}

/// Returns the entry with the key.
#[inline]
pub fn find<'t, T: Keyed>(trie: &'t HashTrie<T>, query: &Query<'_, '_>) -> PyResult<Option<&'t T>> {
    trie.try_find(query.hash(), |entry| query.is_of(entry))
}

/// Returns the value of the key.
#[inline]
pub fn value_at<'py>(trie: &HashTrie<Entry>, query: &Query<'_, 'py>) -> PyResult<Option<Object<'py>>> {
    Ok(find(trie, query)?.map(|entry| entry.value.bind(query.key.py()).clone()))
}

/// Gives the key this value, and returns the one that it replaces: to drop it may run Python code. An equal key that is
/// there stays, and nothing changes if it has this very value.
#[inline]
pub fn assign(trie: &mut HashTrie<Entry>, query: &Query<'_, '_>, value: &Object<'_>) -> PyResult<Option<Py<PyAny>>> {
    let mut unchanged = false;
    let place = trie.try_entry(query.hash(), |there| {
        let found = query.is_of(there)?;
        unchanged = found && there.value.is(value);
        PyResult::Ok(found)
    })?;
    match place {
        Place::Occupied(_) if unchanged => Ok(None),
        Place::Occupied(mut place) => Ok(Some(mem::replace(&mut place.get_mut().value, value.clone().unbind()))),
        Place::Vacant(_) => {
            add(trie, query, Entry { key: query.key.clone().unbind(), value: value.clone().unbind() });
            Ok(None)
        }
    }
}

/// Adds `entry`, whose key is not in the trie.
///
/// It is not inlined, since that makes an assignment to a present key longer.
#[inline(never)]
pub fn add<T: Keyed>(trie: &mut HashTrie<T>, query: &Query<'_, '_>, entry: T) {
    trie.insert_unique(query.hash(), entry);
}

/// Removes the entry with the key, and returns it.
#[inline]
pub fn remove<T: Keyed>(trie: &mut HashTrie<T>, query: &Query<'_, '_>) -> PyResult<Option<T>> {
    trie.try_remove(query.hash(), |entry| query.is_of(entry))
}

/// Returns a collection without the key, and the entry that has been removed.
pub fn without<'py, C: Collection>(
    slf: &Bound<'py, C>,
    key: &Object<'py>,
) -> PyResult<(Object<'py>, Option<C::Entry>)> {
    let query = Query::new(key)?;
    let mut trie = slf.get().trie().clone();
    let removed = remove(&mut trie, &query)?;
    Ok((with_trie(slf, trie)?, removed))
}

/// Returns what is there, or raises KeyError(key), also for a key that is a tuple.
pub fn found<T>(there: Option<T>, key: &Object<'_>) -> PyResult<T> {
    there.ok_or_else(|| PyKeyError::new_err((key.clone().unbind(),)))
}

/// Returns a trie of all `entries`. Of equal keys the first one stays, and `replace` brings its entry up to date.
pub fn build<T: Keyed>(py: Python<'_>, entries: Vec<T>, replace: impl FnMut(&mut T, T)) -> PyResult<HashTrie<T>> {
    collector::stored(entries.len());
    let hashed = entries.into_iter().map(|entry| Ok((entry.key().bind(py).hash()? as u64, entry)));
    let hashed = hashed.collect::<PyResult<Vec<_>>>()?;
    HashTrie::try_build(hashed, |a, b| same_key(py, a, b), replace)
}
