//! `MapMutation`: a map under construction.

use perennial::trie::HashTrie;
use pyo3::exceptions::PyKeyError;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::collection::{Collection, in_order, size_of};
use crate::collector::counted;
use crate::entry::{Entry, Query, add, assign, find, remove};
use crate::iter::KeyIterator;
use crate::map::{PersistentMap, key_error, updated};
use crate::mutation::{Mutation, State, after_body, borrow, borrow_mut};
use crate::nested;
use crate::pickle;
use crate::source::given;
use crate::views::{ItemsView, KeysView, ValuesView};

/// A mutable copy of a map, made by `PersistentMap.mutate()`. Not for several threads at once: a call that meets
/// another one in progress raises RuntimeError.
#[pyclass(weakref, mapping, generic, module = "pypersistent")]
pub struct MapMutation(Mutation<PersistentMap>);

impl MapMutation {
    pub fn new(base: &Bound<'_, PersistentMap>) -> Self {
        Self(Mutation::new(base))
    }
}

/// Returns the map as it is now.
fn snapshot<'py>(slf: &Bound<'py, MapMutation>) -> PyResult<Bound<'py, PersistentMap>> {
    borrow(slf)?.0.snapshot(slf.py())
}

// What is removed or replaced is dropped when the mutation is not borrowed any more: that may run Python code.
#[pymethods]
impl MapMutation {
    /// Gives the key this value.
    fn set(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        Self::__setitem__(slf, key, value)
    }

    fn __setitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(key)?;
        let _replaced = assign(borrow_mut(slf)?.0.trie_mut()?, &query, value)?;
        Ok(())
    }

    fn __delitem__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(key)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        removed.map(drop).ok_or_else(|| key_error(key))
    }

    /// Removes the key and returns its value, or the default. Raises KeyError if there is neither.
    #[pyo3(signature = (key, default=None, /), text_signature = "($self, key, /, *default)")]
    fn pop<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        #[pyo3(from_py_with = given)] default: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        removed.map(|entry| entry.value.into_bound(key.py())).or(default).ok_or_else(|| key_error(key))
    }

    /// Removes an entry and returns the pair of key and value. Raises KeyError if there is none.
    fn popitem(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let mut mutation = borrow_mut(slf)?;
        // Without a hash, so that an entry goes whose key has another hash by now.
        let removed = mutation.0.trie_mut()?.extract_if(|_| true).next();
        removed
            .map(|Entry { key, value }| (key, value))
            .ok_or_else(|| PyKeyError::new_err("popitem(): the mutation is empty"))
    }

    /// Returns the value of the key. If there is none, gives it the default first.
    #[pyo3(signature = (key, default=None, /))]
    fn setdefault<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let query = Query::new(key)?;
        let mut mutation = borrow_mut(slf)?;
        let trie = mutation.0.trie_mut()?;
        if let Some(entry) = find(trie, &query)? {
            return Ok(entry.value.bind(py).clone());
        }
        let default = default.cloned().unwrap_or_else(|| py.None().into_bound(py));
        add(trie, &query, Entry { key: key.clone().unbind(), value: default.clone().unbind() });
        Ok(default)
    }

    /// Returns the value of the key, or the default.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        key: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let query = Query::new(key)?;
        let mutation = borrow(slf)?;
        let found = find(mutation.0.trie()?, &query)?;
        Ok(found.map(|entry| entry.value.bind(key.py())).or(default).cloned())
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        match find(borrow(slf)?.0.trie()?, &query)? {
            Some(entry) => Ok(entry.value.bind(key.py()).clone()),
            None => Err(key_error(key)),
        }
    }

    fn __contains__(slf: &Bound<'_, Self>, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        let query = Query::new(key)?;
        Ok(find(borrow(slf)?.0.trie()?, &query)?.is_some())
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Ok(borrow(slf)?.0.trie()?.len())
    }

    /// Adds the entries of all others: mappings or iterables of pairs, and keywords. The last value of a key wins. If
    /// anything fails, nothing has changed.
    #[pyo3(signature = (*others, **entries))]
    fn update(slf: &Bound<'_, Self>, others: &Bound<'_, PyTuple>, entries: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        // It has its own entries already.
        let others = others.iter().filter(|other| !other.is(slf));
        // Not borrowed while the others are read: they may read this mutation.
        let old = borrow(slf)?.0.trie()?.clone();
        let new = counted(updated(slf.py(), old.clone(), others, entries)?);
        let _replaced = borrow_mut(slf)?.0.replace(&old, new)?;
        Ok(())
    }

    /// The same as `update`.
    fn __ior__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        Self::update(slf, &PyTuple::new(slf.py(), [other])?, None)
    }

    /// Removes all entries.
    fn clear(slf: &Bound<'_, Self>) -> PyResult<()> {
        let _removed = borrow_mut(slf)?.0.take()?;
        Ok(())
    }

    /// Returns the map with all changes, the same one each time. The mutation cannot be used after it.
    fn finish<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        let (finished, _rest) = borrow_mut(slf)?.0.finish(slf.py())?;
        Ok(finished)
    }

    fn __enter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    #[pyo3(signature = (*exception))]
    fn __exit__(slf: &Bound<'_, Self>, exception: &Bound<'_, PyTuple>) -> PyResult<bool> {
        after_body(exception, Self::finish(slf))
    }

    /// Iterates over the keys that are there now, whatever changes meanwhile.
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        KeyIterator::over(&snapshot(slf)?)
    }

    /// Returns the keys that are there now.
    fn keys(slf: &Bound<'_, Self>) -> PyResult<KeysView> {
        Ok(KeysView { map: snapshot(slf)?.unbind() })
    }

    /// Returns the values that are there now.
    fn values(slf: &Bound<'_, Self>) -> PyResult<ValuesView> {
        Ok(ValuesView { map: snapshot(slf)?.unbind() })
    }

    /// Returns the pairs of key and value that are there now.
    fn items(slf: &Bound<'_, Self>) -> PyResult<ItemsView> {
        Ok(ItemsView { map: snapshot(slf)?.unbind() })
    }

    fn __eq__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        match other.cast::<Self>() {
            Ok(other) => snapshot(slf)?.get().__eq__(snapshot(other)?.as_any()),
            Err(_) => snapshot(slf)?.get().__eq__(other),
        }
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        // Not of a finished one.
        let Ok(map) = snapshot(slf) else {
            return Ok("MapMutation(...)".into_pyobject(slf.py())?.into_any());
        };
        nested::repr(slf, ["{", "}"], in_order(map.get().trie()).into_iter().map(|entry| entry.repr(slf.py())))
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        Err(pickle::refused(slf))
    }

    fn __sizeof__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        size_of(slf, borrow(slf)?.0.trie().unwrap_or(&HashTrie::new()))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.visit(&visit)
    }

    fn __clear__(slf: &Bound<'_, Self>) -> PyResult<()> {
        let _cleared: State<PersistentMap> = borrow_mut(slf)?.0.clear();
        Ok(())
    }
}
