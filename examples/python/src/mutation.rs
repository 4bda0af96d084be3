//! What a map and a set under construction have in common.

use std::mem;

use perennial::trie::HashTrie;
use pyo3::PyClass;
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::False;
use pyo3::pyclass::{PyClassGuard, PyClassGuardMut};
use pyo3::types::PyTuple;

use crate::collection::{Collection, subclass, with_trie};
use crate::collector::{self, Shown};
use crate::deferred::Deferred;

/// A collection under construction.
pub struct Mutation<C: Collection> {
    state: State<C>,
    shown: Shown,
}

pub enum State<C: Collection> {
    /// What the mutation was made from, and the trie, once there may be a change. Until then the collector would not
    /// see through a root that both have.
    Open(Py<C>, Option<Deferred<C::Entry>>),
    Finished(Py<PyAny>),
    /// The garbage collector has broken a cycle.
    Cleared,
}

impl<C: Collection> Mutation<C> {
    pub fn new(base: &Bound<'_, C>) -> Self {
        Self { state: State::Open(base.clone().unbind(), None), shown: Shown::default() }
    }

    pub fn trie(&self) -> PyResult<&HashTrie<C::Entry>> {
        match &self.state {
            State::Open(base, trie) => Ok(trie.as_ref().map_or_else(|| base.get().trie(), |trie| &trie.0)),
            State::Finished(_) | State::Cleared => Err(finished()),
        }
    }

    /// Returns what is there now.
    pub fn snapshot<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, C>> {
        match &self.state {
            State::Open(base, None) if subclass(base.bind(py)).is_none() => Ok(base.bind(py).clone()),
            _ => C::plain(py, self.trie()?.clone()),
        }
    }

    /// Returns the trie for one change.
    pub fn trie_mut(&mut self) -> PyResult<&mut HashTrie<C::Entry>> {
        collector::stored(1);
        match &mut self.state {
            State::Open(base, trie) => Ok(&mut trie.get_or_insert_with(|| Deferred(base.get().trie().clone())).0),
            State::Finished(_) | State::Cleared => Err(finished()),
        }
    }

    /// Puts `new` in place of the trie, which is returned: to drop it may run Python code. `old` is what the trie was
    /// when `new` was made from it. Raises RuntimeError if it has changed since.
    pub fn replace(&mut self, old: &HashTrie<C::Entry>, new: HashTrie<C::Entry>) -> PyResult<Deferred<C::Entry>> {
        let trie = self.trie_mut()?;
        if !trie.ptr_eq(old) {
            return Err(PyRuntimeError::new_err("the mutation has been changed while it was being updated"));
        }
        Ok(Deferred(mem::replace(trie, new)))
    }

    /// Removes all entries. The trie is returned: to drop it may run Python code.
    pub fn take(&mut self) -> PyResult<Deferred<C::Entry>> {
        Ok(Deferred(mem::take(self.trie_mut()?)))
    }

    /// Returns the collection, the same one each time, and what else was there: to drop it may run Python code.
    pub fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, State<C>)> {
        let collection = match &self.state {
            State::Open(base, _) => with_trie(base.bind(py), self.trie()?.clone())?,
            State::Finished(collection) => collection.bind(py).clone(),
            State::Cleared => return Err(finished()),
        };
        let finished = State::Finished(collection.clone().unbind());
        Ok((collection, mem::replace(&mut self.state, finished)))
    }

    pub fn visit(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        match &self.state {
            State::Open(base, trie) => {
                visit.call(base)?;
                trie.as_ref().map_or(Ok(()), |trie| collector::show(&trie.0, &self.shown, visit))
            }
            State::Finished(collection) => visit.call(collection),
            State::Cleared => Ok(()),
        }
    }

    /// Forgets everything. What was there is returned: to drop it may run Python code.
    pub fn clear(&mut self) -> State<C> {
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
