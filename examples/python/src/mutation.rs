//! `MapMutation`: a map in the making.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use perennial::HashTrie;
use pyo3::exceptions::{PyRuntimeError, PyTypeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use pyo3::types::{PyDict, PyTuple};

use crate::collector;
use crate::deferred::Deferred;
use crate::entry::{Entry, Query, find, insert, remove};
use crate::map::{PersistentMap, key_error, updated};

/// A mutable copy of a map, made by `PersistentMap.mutate()`. Not for several threads at once: a call that meets another
/// one at work raises RuntimeError.
#[pyclass(frozen, weakref, generic, module = "pypersistent")]
pub struct MapMutation(Mutex<State>);

enum State {
    Open(Deferred<Entry>),
    /// A call has taken the trie out, to work on it without the lock: it may run Python code.
    AtWork,
    Finished(Py<PersistentMap>),
    /// The garbage collector has broken a cycle.
    Cleared,
}

impl From<HashTrie<Entry>> for MapMutation {
    fn from(trie: HashTrie<Entry>) -> Self {
        Self(Mutex::new(State::Open(Deferred(trie))))
    }
}

impl MapMutation {
    fn lock(&self, py: Python<'_>) -> MutexGuard<'_, State> {
        self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets `work` have the trie.
    fn with<R>(&self, py: Python<'_>, work: impl FnOnce(&mut HashTrie<Entry>) -> PyResult<R>) -> PyResult<R> {
        let mut state = self.lock(py);
        let mut trie = match &mut *state {
            State::Open(trie) => mem::take(&mut trie.0),
            State::AtWork => return Err(PyRuntimeError::new_err("the mutation is at work in another call")),
            State::Finished(_) | State::Cleared => {
                return Err(PyValueError::new_err("the mutation has been finished"));
            }
        };
        *state = State::AtWork;
        drop(state);
        let result = work(&mut trie);
        *self.lock(py) = State::Open(Deferred(trie));
        result
    }
}

#[pymethods]
impl MapMutation {
    /// Without this, `iter` would try the keys 0, 1, 2 and so on.
    #[classattr]
    const __iter__: Option<Py<PyAny>> = None;

    /// Gives the key this value.
    fn set(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        self.__setitem__(key, value)
    }

    fn __setitem__(&self, key: &Bound<'_, PyAny>, value: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(key)?;
        let entry = Entry { key: key.clone().unbind(), value: value.clone().unbind() };
        // What was replaced is dropped after the trie is back in its place: that may run Python code.
        let _replaced = self.with(key.py(), |trie| {
            let replaced = insert(trie, &query, entry)?;
            Ok(replaced.and_then(|old| {
                if old.key.is(key) {
                    return Some(old);
                }
                // Of equal keys the first one stays.
                let entry = Entry { key: old.key, value: value.clone().unbind() };
                replace_key(trie, &query, entry)
            }))
        })?;
        Ok(())
    }

    fn __delitem__(&self, key: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(key)?;
        let removed = self.with(key.py(), |trie| remove(trie, &query))?;
        removed.map(drop).ok_or_else(|| key_error(key))
    }

    /// Removes the key and answers its value, or the default; without one, raises KeyError if there is no such key.
    #[pyo3(signature = (key, /, *default))]
    fn pop<'py>(&self, key: &Bound<'py, PyAny>, default: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        if default.len() > 1 {
            let given = default.len() + 1;
            return Err(PyTypeError::new_err(format!("pop() accepts 1 to 2 positional arguments, got {given}")));
        }
        let query = Query::new(key)?;
        match self.with(key.py(), |trie| remove(trie, &query))? {
            Some(entry) => Ok(entry.value.into_bound(key.py())),
            None => default.get_item(0).map_err(|_| key_error(key)),
        }
    }

    /// The value of the key, or the default.
    #[pyo3(signature = (key, default=None, /))]
    fn get<'py>(
        &self,
        key: &Bound<'py, PyAny>,
        default: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Option<Bound<'py, PyAny>>> {
        let query = Query::new(key)?;
        self.with(key.py(), |trie| Ok(find(trie, &query)?.map(|entry| entry.value.bind(key.py())).or(default).cloned()))
    }

    fn __getitem__<'py>(&self, key: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(key)?;
        let found = self.with(key.py(), |trie| Ok(find(trie, &query)?.map(|entry| entry.value.clone_ref(key.py()))))?;
        found.map(|value| value.into_bound(key.py())).ok_or_else(|| key_error(key))
    }

    fn __contains__(&self, key: &Bound<'_, PyAny>) -> PyResult<bool> {
        let query = Query::new(key)?;
        self.with(key.py(), |trie| Ok(find(trie, &query)?.is_some()))
    }

    fn __len__(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |trie| Ok(trie.len()))
    }

    /// Adds the entries of all others: mappings or iterables of pairs, and keywords. The last value wins; if anything
    /// fails, nothing has changed.
    #[pyo3(signature = (*others, **entries))]
    fn update(&self, others: &Bound<'_, PyTuple>, entries: Option<&Bound<'_, PyDict>>) -> PyResult<()> {
        let _replaced = self.with(others.py(), |trie| {
            let updated = updated(trie.clone(), others, entries)?;
            Ok(Deferred(mem::replace(trie, updated)))
        })?;
        Ok(())
    }

    /// The map with all changes, the same one each time. The mutation cannot be used after it.
    fn finish(&self, py: Python<'_>) -> PyResult<Py<PersistentMap>> {
        if let State::Finished(map) = &*self.lock(py) {
            return Ok(map.clone_ref(py));
        }
        let trie = self.with(py, |trie| Ok(trie.clone()))?;
        let map = Py::new(py, PersistentMap::from(trie))?;
        let finished = mem::replace(&mut *self.lock(py), State::Finished(map.clone_ref(py)));
        drop(finished);
        Ok(map)
    }

    fn __enter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, _exception: &Bound<'_, PyTuple>, py: Python<'_>) -> PyResult<bool> {
        self.finish(py)?;
        Ok(false)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.0.try_lock().as_deref() {
            Ok(State::Open(trie)) => collector::show(&trie.0, &visit),
            Ok(State::Finished(map)) => visit.call(map),
            // Whoever works on it or holds the lock refers to it, and it is no garbage.
            Ok(State::AtWork | State::Cleared) | Err(_) => Ok(()),
        }
    }

    fn __clear__(&self, py: Python<'_>) {
        let cleared = mem::replace(&mut *self.lock(py), State::Cleared);
        drop(cleared);
    }
}

/// Puts `entry`, whose key is equal to the one of `query` that has taken its place, back with it.
fn replace_key(trie: &mut HashTrie<Entry>, query: &Query<'_, '_>, entry: Entry) -> Option<Entry> {
    trie.insert(query.hash(), entry, |there, _| there.key.is(query.key))
}
