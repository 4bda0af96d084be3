//! `PersistentMap`.

use std::sync::atomic::{AtomicIsize, Ordering};

use perennial::map::Merge;
use perennial::trie::{HashTrie, SetOp};
use pyo3::exceptions::PyKeyError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyTuple, PyType};

use crate::collection::{Collection, LEAF_MAX, in_order, list, make, size_of, with_trie};
use crate::collector::{self, Shown, counted};
use crate::deferred::Deferred;
use crate::entry::{Entry, Query, assign, find, remove, same_key, same_value};
use crate::iter::KeyIterator;
use crate::map_mutation::MapMutation;
use crate::nested;
use crate::pickle;
use crate::source::{entries, given, map_of, map_trie};
use crate::views::{ItemsView, KeysView, ValuesView};

/// The hash that stands for "not computed yet"; Python has no object of this hash.
pub const NO_HASH: isize = -1;

/// An immutable mapping that shares memory with the versions it was made from.
#[pyclass(frozen, subclass, weakref, mapping, generic, module = "pypersistent")]
pub struct PersistentMap {
    trie: Deferred<Entry>,
    hash: AtomicIsize,
    shown: Shown,
}

impl Collection for PersistentMap {
    type Entry = Entry;

    #[inline]
    fn trie(&self) -> &HashTrie<Entry> {
        &self.trie.0
    }

    fn plain(py: Python<'_>, trie: HashTrie<Entry>) -> PyResult<Bound<'_, Self>> {
        Bound::new(py, Self::from(trie))
    }
}

impl From<HashTrie<Entry>> for PersistentMap {
    fn from(trie: HashTrie<Entry>) -> Self {
        collector::stored(collector::VERSION);
        Self { trie: Deferred(trie), hash: AtomicIsize::new(NO_HASH), shown: Shown::default() }
    }
}

/// Returns `KeyError(key)`, also for a key that is a tuple.
#[cold]
pub fn key_error(key: &Bound<'_, PyAny>) -> PyErr {
    PyKeyError::new_err((key.clone().unbind(),))
}

/// Returns the union of both tries; the keys are those of the left, the values those of the right one.
pub fn union(py: Python<'_>, left: &HashTrie<Entry>, right: &HashTrie<Entry>) -> PyResult<HashTrie<Entry>> {
    if left.len().max(right.len()) <= LEAF_MAX {
        // In the order of insertion.
        let mut union = left.clone();
        for entry in in_order(right) {
            assign(&mut union, &Query::new(entry.key.bind(py))?, entry.value.bind(py))?;
        }
        return Ok(union);
    }
    let same = |a: &Entry, b: &Entry| same_key(py, a, b);
    left.try_merge(right, SetOp::UNION, same, |a, b| {
        Ok(if a.value.is(&b.value) {
            Merge::Left
        } else if a.key.is(&b.key) {
            Merge::Right
        } else {
            Merge::New(Entry { key: a.key.clone_ref(py), value: b.value.clone_ref(py) })
        })
    })
}

/// Returns what `trie` becomes with all `others` and `keywords`.
pub fn updated<'py>(
    py: Python<'py>,
    mut trie: HashTrie<Entry>,
    others: impl IntoIterator<Item = Bound<'py, PyAny>>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<HashTrie<Entry>> {
    for other in others.into_iter().chain(keywords.map(|keywords| keywords.as_any().clone())) {
        if let Ok(other) = other.cast::<PersistentMap>() {
            trie = union(py, &trie, other.get().trie())?;
            continue;
        }
        let entries = entries(&other)?;
        if entries.len() < trie.len() {
            for Entry { key, value } in entries {
                assign(&mut trie, &Query::new(key.bind(py))?, value.bind(py))?;
            }
        } else {
            trie = union(py, &trie, &map_of(py, entries)?)?;
        }
    }
    Ok(trie)
}

/// Returns the trie of the other side of `==` or `|`, if it is a mapping.
fn mapping_trie(other: &Bound<'_, PyAny>) -> PyResult<Option<HashTrie<Entry>>> {
    other.cast::<PyMapping>().is_ok().then(|| map_trie(other)).transpose()
}

#[pymethods]
impl PersistentMap {
    #[new]
    #[pyo3(signature = (source=None, /, **entries), text_signature = "(source=(), /, **entries)")]
    fn new(
        #[pyo3(from_py_with = given)] source: Option<Bound<'_, PyAny>>,
        entries: Option<&Bound<'_, PyDict>>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        let trie = source.as_ref().map_or(Ok(HashTrie::new()), map_trie)?;
        Ok(updated(py, trie, [], entries)?.into())
    }

    /// There is nothing left to do. A subclass may call it, and its own `__new__` may have other parameters.
    #[pyo3(signature = (*_arguments, **_keywords))]
    fn __init__(&self, _arguments: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) {}

    /// Returns the map of a mapping's entries.
    #[classmethod]
    fn from_dict<'py>(cls: &Bound<'py, PyType>, mapping: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        cls.call1((mapping,))
    }

    /// Returns the map of the keyword arguments.
    #[classmethod]
    #[pyo3(signature = (**entries))]
    fn create<'py>(cls: &Bound<'py, PyType>, entries: Option<&Bound<'py, PyDict>>) -> PyResult<Bound<'py, PyAny>> {
        cls.call((), entries)
    }

    /// Returns a map in which each of the keys has this value.
    #[classmethod]
    #[pyo3(signature = (keys, value=None, /))]
    fn fromkeys<'py>(
        cls: &Bound<'py, PyType>,
        keys: &Bound<'py, PyAny>,
        value: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = cls.py();
        let value = value.map_or(py.None(), |value| value.clone().unbind());
        let entry = |key: PyResult<Bound<'_, PyAny>>| Ok(Entry { key: key?.unbind(), value: value.clone_ref(py) });
        let entries = keys.try_iter()?.map(entry).collect::<PyResult<_>>()?;
        make::<Self>(py, Some(cls), map_of(py, entries)?)
    }

    /// Returns a map in which the key has this value. The same map, if it has that very value already.
    fn assoc<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        let mut trie = slf.get().trie().clone();
        assign(&mut trie, &query, value)?;
        with_trie(slf, trie)
    }

    /// The same as `assoc`.
    fn set<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        value: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::assoc(slf, key, value)
    }

    /// Returns a map without the key. The same map, if it does not have the key.
    fn dissoc<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &query)?;
        with_trie(slf, trie)
    }

    /// The same as `dissoc`.
    fn delete<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Self::dissoc(slf, key)
    }

    /// Returns a map without the key. Raises KeyError if it does not have the key.
    fn remove<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &query)?.ok_or_else(|| key_error(key))?;
        with_trie(slf, trie)
    }

    /// Returns the value of the key, or the default.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let found = find(self.trie(), &Query::new(key)?)?;
        Ok(found.map(|entry| entry.value.bind(key.py())).or(default).cloned())
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match find(self.trie(), &Query::new(key)?)? {
            Some(entry) => Ok(entry.value.bind(key.py()).clone()),
            None => Err(key_error(key)),
        }
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(find(self.trie(), &Query::new(key)?)?.is_some())
    }

    /// The same as `key in map`.
    fn contains(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.__contains__(key)
    }

    fn __len__(&self) -> usize {
        self.trie().len()
    }

    /// Returns a map that has the entries of all others too: mappings or iterables of pairs, and keywords. The last
    /// value of a key wins.
    #[pyo3(signature = (*others, **entries))]
    fn update<'py>(
        slf: &Bound<'py, Self>,
        others: &Bound<'py, PyTuple>,
        entries: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        with_trie(slf, counted(updated(slf.py(), slf.get().trie().clone(), others, entries)?))
    }

    /// The same as `update`.
    #[pyo3(signature = (*others, **entries))]
    fn merge<'py>(
        slf: &Bound<'py, Self>,
        others: &Bound<'py, PyTuple>,
        entries: Option<&Bound<'py, PyDict>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        Self::update(slf, others, entries)
    }

    /// Returns a map that has the entries of all others too. A key that is there already gets the value
    /// `function(old, new)`.
    #[pyo3(signature = (function, /, *others))]
    fn update_with<'py>(
        slf: &Bound<'py, Self>,
        function: &Bound<'py, PyAny>,
        others: &Bound<'py, PyTuple>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let mut trie = slf.get().trie().clone();
        for other in others {
            for Entry { key, value } in entries(&other)? {
                let query = Query::new(key.bind(py))?;
                let value = match find(&trie, &query)? {
                    Some(there) => function.call1((&there.value, value))?,
                    None => value.into_bound(py),
                };
                assign(&mut trie, &query, &value)?;
            }
        }
        with_trie(slf, counted(trie))
    }

    fn __or__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match mapping_trie(other)? {
            Some(other) => with_trie(slf, counted(union(py, slf.get().trie(), &other)?)),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    }

    fn __ror__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        match mapping_trie(other)? {
            Some(other) => with_trie(slf, counted(union(py, &other, slf.get().trie())?)),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    }

    /// Returns the empty map.
    fn clear<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        with_trie(slf, HashTrie::new())
    }

    /// Returns the map itself, since nothing can change it.
    fn copy<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    /// Returns a mutable copy, in which many changes cost less than in the map:
    /// `with map.mutate() as m: ...; m.finish()`.
    fn mutate(slf: &Bound<'_, Self>) -> MapMutation {
        MapMutation::new(slf)
    }

    /// Returns what has changed from this map to `newer`: dicts of the entries added, of those removed, and of the keys
    /// whose values are not equal, with the pair of both values.
    fn diff<'py>(
        &self,
        newer: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let py = newer.py();
        let newer = map_trie(newer)?;
        let (added, removed, changed) = (PyDict::new(py), PyDict::new(py), PyDict::new(py));
        let same = |a: &Entry, b: &Entry| same_key(py, a, b);
        self.trie().try_diff(&newer, same, |old, new| match (old, new) {
            (None, Some(new)) => added.set_item(&new.key, &new.value),
            (Some(old), None) => removed.set_item(&old.key, &old.value),
            (Some(old), Some(new)) if !same_value(py, &old.value, &new.value)? => {
                changed.set_item(&old.key, (&old.value, &new.value))
            }
            _ => Ok(()),
        })?;
        Ok((added, removed, changed))
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        KeyIterator::over(slf)
    }

    /// Returns the keys, as a set that looks at the map.
    fn keys(slf: Py<Self>) -> KeysView {
        KeysView { map: slf }
    }

    /// Returns the values, as a view of the map.
    fn values(slf: Py<Self>) -> ValuesView {
        ValuesView { map: slf }
    }

    /// Returns the pairs of key and value, as a set that looks at the map.
    fn items(slf: Py<Self>) -> ItemsView {
        ItemsView { map: slf }
    }

    /// Returns a list of the keys.
    fn keys_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), |entry| &entry.key)
    }

    /// Returns a list of the values.
    fn values_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), |entry| &entry.value)
    }

    /// Returns a list of the pairs of key and value.
    fn items_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), |entry| (&entry.key, &entry.value))
    }

    pub fn __eq__<'py>(&self, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let py = other.py();
        let equal = if let Ok(other) = other.cast::<Self>() {
            same_items(py, self, other.get())?
        } else if let Ok(dict) = other.cast::<PyDict>() {
            self.trie().len() == dict.len() && nested::deeper(|| self.is_within(dict))?
        } else {
            return Ok(py.NotImplemented().into_bound(py));
        };
        Ok(equal.into_pyobject(py)?.to_owned().into_any())
    }

    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        let known = self.hash.load(Ordering::Relaxed);
        if known != NO_HASH {
            return Ok(known);
        }
        let hash = nested::deeper(|| {
            self.trie().iter().try_fold(0x9e37_79b9_7f4a_7c15_u64, |sum, entry| {
                let hash = spread(entry.key.bind(py).hash()?).rotate_left(32) ^ entry.value.bind(py).hash()? as u64;
                // Entries are added up, since their order does not matter.
                PyResult::Ok(sum.wrapping_add(spread(hash as isize)))
            })
        })?;
        let hash = if hash as isize == NO_HASH { NO_HASH - 1 } else { hash as isize };
        self.hash.store(hash, Ordering::Relaxed);
        Ok(hash)
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        nested::repr(slf, ["{", "}"], in_order(slf.get().trie()).into_iter().map(|entry| entry.repr(slf.py())))
    }

    fn _repr_pretty_(slf: &Bound<'_, Self>, printer: &Bound<'_, PyAny>, cycle: bool) -> PyResult<()> {
        nested::print_in_ipython(slf, printer, cycle)
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: isize) -> PyResult<Bound<'py, PyAny>> {
        pickle::reduce(slf, protocol)
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyList>,)> {
        Ok((self.items_list(py)?,))
    }

    fn __sizeof__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        size_of(slf, slf.get().trie())
    }

    /// There is nothing to clear: like a tuple, a map is part of a cycle only with something that can change.
    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        collector::show(self.trie(), &self.shown, &visit)
    }
}

/// Returns true if both maps have the same keys.
pub fn same_keys(py: Python<'_>, a: &PersistentMap, b: &PersistentMap) -> PyResult<bool> {
    nested::deeper(|| a.trie().try_eq(b.trie(), |a, b| same_key(py, a, b)))
}

/// Returns true if both maps have the same keys with the same values.
pub fn same_items(py: Python<'_>, a: &PersistentMap, b: &PersistentMap) -> PyResult<bool> {
    let same = |a: &Entry, b: &Entry| Ok(same_key(py, a, b)? && same_value(py, &a.value, &b.value)?);
    nested::deeper(|| a.trie().try_eq(b.trie(), same))
}

/// Returns a hash in which small differences are spread over all bits.
fn spread(hash: isize) -> u64 {
    let product = u128::from(hash as u64) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

impl PersistentMap {
    /// Returns true if the dict, which is of the same length, has all entries.
    fn is_within(&self, dict: &Bound<'_, PyDict>) -> PyResult<bool> {
        let py = dict.py();
        for entry in self.trie() {
            match dict.get_item(&entry.key)? {
                Some(value) if same_value(py, &entry.value, value.as_unbound())? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}
