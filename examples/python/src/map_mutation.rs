//! `MapMutation`: a map under construction.

use crate::map::updated;
use crate::mutation::mutation;
use crate::prelude::*;

/// A mutable copy of a map, made by `PersistentMap.mutate()`. Not for several threads at once: a call that meets
/// another one in progress raises RuntimeError.
#[pyclass(weakref, mapping, generic, module = "pypersistent")]
pub struct MapMutation(pub Mutation<PersistentMap>);

mutation!(MapMutation of PersistentMap, key);

#[pymethods]
impl MapMutation {
    /// Gives the key this value.
    fn set(slf: &Bound<'_, Self>, key: &Object<'_>, value: &Object<'_>) -> PyResult<()> {
        Self::__setitem__(slf, key, value)
    }

    fn __setitem__(slf: &Bound<'_, Self>, key: &Object<'_>, value: &Object<'_>) -> PyResult<()> {
        let query = Query::new(key)?;
        let _replaced = assign(borrow_mut(slf)?.0.trie_mut()?, &query, value)?;
        Ok(())
    }

    fn __delitem__(slf: &Bound<'_, Self>, key: &Object<'_>) -> PyResult<()> {
        let query = Query::new(key)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        found(removed, key).map(drop)
    }

    /// Removes the key and returns its value, or the default. Raises KeyError if there is neither.
    #[pyo3(signature = (key, default=None, /), text_signature = "($self, key, /, *default)")]
    fn pop<'py>(
        slf: &Bound<'py, Self>,
        key: &Object<'py>,
        #[pyo3(from_py_with = given)] default: Option<Object<'py>>,
    ) -> Made<'py> {
        let query = Query::new(key)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        found(removed.map(|entry| entry.value.into_bound(key.py())).or(default), key)
    }

    /// Removes an entry and returns the pair of key and value. Raises KeyError if there is none.
    fn popitem(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, Py<PyAny>)> {
        let Entry { key, value } = borrow_mut(slf)?.0.pop()?;
        Ok((key, value))
    }

    /// Returns the value of the key. If there is none, gives it the default first.
    #[pyo3(signature = (key, default=None, /))]
    fn setdefault<'py>(slf: &Bound<'py, Self>, key: &Object<'py>, default: Option<Object<'py>>) -> Made<'py> {
        let query = Query::new(key)?;
        let mut mutation = borrow_mut(slf)?;
        let trie = mutation.0.trie_mut()?;
        if let Some(value) = value_at(trie, &query)? {
            return Ok(value);
        }
        let default = default.unwrap_or_else(|| key.py().None().into_bound(key.py()));
        add(trie, &query, Entry { key: key.clone().unbind(), value: default.clone().unbind() });
        Ok(default)
    }

    /// Returns the value of the key, or the default.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(
        slf: &Bound<'py, Self>,
        key: &Object<'py>,
        default: Option<Object<'py>>,
    ) -> PyResult<Option<Object<'py>>> {
        let query = Query::new(key)?;
        Ok(value_at(borrow(slf)?.0.trie()?, &query)?.or(default))
    }

    fn __getitem__<'py>(slf: &Bound<'py, Self>, key: &Object<'py>) -> Made<'py> {
        let query = Query::new(key)?;
        found(value_at(borrow(slf)?.0.trie()?, &query)?, key)
    }

    /// Adds the entries of all others: mappings or iterables of pairs, and keywords. The last value of a key wins. If
    /// anything fails, nothing has changed.
    #[pyo3(signature = (*others, **entries))]
    fn update(slf: &Bound<'_, Self>, others: &Bound<'_, PyTuple>, entries: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        // It has its own entries already.
        let others = others.iter().filter(|other| !other.is(slf));
        // Not borrowed while the others are read: they may read this mutation.
        let old = borrow(slf)?.0.trie()?.clone();
        let new = updated(slf.py(), old.clone(), others, entries)?;
        let _replaced = borrow_mut(slf)?.0.replace(&old, new)?;
        Ok(())
    }

    /// The same as `update`.
    fn __ior__(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<()> {
        Self::update(slf, &PyTuple::new(slf.py(), [other])?, None)
    }

    /// Returns the keys that are there now.
    fn keys(slf: &Bound<'_, Self>) -> PyResult<KeysView> {
        Ok(KeysView(snapshot(slf)?.unbind()))
    }

    /// Returns the values that are there now.
    fn values(slf: &Bound<'_, Self>) -> PyResult<ValuesView> {
        Ok(ValuesView(snapshot(slf)?.unbind()))
    }

    /// Returns the pairs of key and value that are there now.
    fn items(slf: &Bound<'_, Self>) -> PyResult<ItemsView> {
        Ok(ItemsView(snapshot(slf)?.unbind()))
    }
}
