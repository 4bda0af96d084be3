//! What a map and a set under construction have in common.

use std::mem;

use perennial::trie::HashTrie;
use pyo3::PyClass;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::False;
use pyo3::pyclass::{PyClassGuard, PyClassGuardMut};
use pyo3::types::{PyTuple, PyType};

use crate::collection::{Collection, make};
use crate::collector::{self, Shown};
use crate::deferred::Deferred;
use crate::entry::Keyed;

/// A trie under construction.
pub struct Mutation<T: Keyed> {
    state: State<T>,
    /// The class of the result, if it is a subclass.
    class: Option<Py<PyType>>,
    shown: Shown,
}

pub enum State<T: Keyed> {
    Open(Deferred<T>),
    Finished(Py<PyAny>),
    /// The garbage collector has broken a cycle.
    Cleared,
}

impl<T: Keyed> Mutation<T> {
    pub fn new(trie: HashTrie<T>, class: Option<Bound<'_, PyType>>) -> Self {
        Self { state: State::Open(Deferred(trie)), class: class.map(Bound::unbind), shown: Shown::default() }
    }

    pub fn trie(&self) -> PyResult<&HashTrie<T>> {
        match &self.state {
            State::Open(trie) => Ok(&trie.0),
            State::Finished(_) | State::Cleared => Err(finished()),
        }
    }

    /// Returns the trie for one change.
    pub fn trie_mut(&mut self) -> PyResult<&mut HashTrie<T>> {
        collector::stored(1);
        match &mut self.state {
            State::Open(trie) => Ok(&mut trie.0),
            State::Finished(_) | State::Cleared => Err(finished()),
        }
    }

    /// Puts `new` in place of the trie, which is returned: to drop it may run Python code. `old` is what the trie was
    /// when `new` was made from it. Raises RuntimeError if it has changed since.
    pub fn replace(&mut self, old: &HashTrie<T>, new: HashTrie<T>) -> PyResult<Deferred<T>> {
        let trie = self.trie_mut()?;
        if !trie.ptr_eq(old) {
            return Err(PyRuntimeError::new_err("the mutation has been changed while it was being updated"));
        }
        Ok(Deferred(mem::replace(trie, new)))
    }

    /// Removes all entries. The trie is returned: to drop it may run Python code.
    pub fn take(&mut self) -> PyResult<Deferred<T>> {
        Ok(Deferred(mem::take(self.trie_mut()?)))
    }

    /// Returns the collection, the same one each time.
    pub fn finish<'py, C: Collection<Entry = T>>(&mut self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let State::Finished(collection) = &self.state {
            return Ok(collection.bind(py).clone());
        }
        let collection = match &self.class {
            None => make::<C>(py, None, mem::take(self.trie_mut()?))?,
            // The call of a subclass may fail.
            Some(class) => make::<C>(py, Some(class.bind(py)), self.trie()?.clone())?,
        };
        self.state = State::Finished(collection.clone().unbind());
        Ok(collection)
    }

    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.class)?;
        match &self.state {
            State::Open(trie) => collector::show(&trie.0, &self.shown, visit),
            State::Finished(collection) => visit.call(collection),
            State::Cleared => Ok(()),
        }
    }

    /// Forgets everything. What was there is returned: to drop it may run Python code.
    pub fn clear(&mut self) -> State<T> {
        mem::replace(&mut self.state, State::Cleared)
    }
}

/// Returns what `__exit__` returns. An exception of the body goes before one of `finish`.
pub fn after_body(exception: &Bound<'_, PyTuple>, finished: PyResult<Bound<'_, PyAny>>) -> PyResult<bool> {
    match finished {
        Err(error) if exception.is_empty() || exception.get_item(0)?.is_none() => Err(error),
        _ => Ok(false),
    }
}

fn finished() -> PyErr {
    PyValueError::new_err("the mutation has been finished")
}

fn in_use() -> PyErr {
    PyRuntimeError::new_err("the mutation is in use by another call")
}

/// Borrows a mutation, unless a call is changing it.
pub fn borrow<'a, M: PyClass>(mutation: &'a Bound<'_, M>) -> PyResult<PyClassGuard<'a, M>> {
    mutation.as_any().extract().map_err(|_| in_use())
}

/// Borrows a mutation for a change, unless another call has borrowed it.
pub fn borrow_mut<'a, M: PyClass<Frozen = False>>(mutation: &'a Bound<'_, M>) -> PyResult<PyClassGuardMut<'a, M>> {
    mutation.as_any().extract().map_err(|_| in_use())
}
