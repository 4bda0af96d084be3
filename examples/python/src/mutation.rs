//! What a map and a set under construction have in common.

use std::mem;

use pyo3::pyclass::boolean_struct::False;
use pyo3::pyclass::{PyClassGuard, PyClassGuardMut};

use crate::prelude::*;

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

    /// Removes an entry without a hash, so that one goes whose key has another hash by now.
    pub fn pop(&mut self) -> PyResult<C::Entry> {
        let removed = self.trie_mut()?.extract_if(|_| true).next();
        removed.ok_or_else(|| PyKeyError::new_err("pop from an empty mutation"))
    }

    /// Returns the collection, the same one each time, and what else was there: to drop it may run Python code.
    pub fn finish<'py>(&mut self, py: Python<'py>) -> PyResult<(Object<'py>, State<C>)> {
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

/// Defines what the mutations of maps and sets have in common.
///
/// What is removed is dropped when the mutation is not borrowed any more: that may run Python code.
macro_rules! mutation {
    ($class:ident of $collection:ident, $key:ident) => {
        /// Returns what is there now.
        fn snapshot<'py>(slf: &Bound<'py, $class>) -> PyResult<Bound<'py, $collection>> {
            borrow(slf)?.0.snapshot(slf.py())
        }

        #[pymethods]
        impl $class {
            fn __contains__(slf: &Bound<'_, Self>, $key: &Object<'_>) -> PyResult<bool> {
                let query = Query::new($key)?;
                Ok(find(borrow(slf)?.0.trie()?, &query)?.is_some())
            }

            fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                Ok(borrow(slf)?.0.trie()?.len())
            }

            /// Removes everything.
            fn clear(slf: &Bound<'_, Self>) -> PyResult<()> {
                let _removed = Deferred(std::mem::take(borrow_mut(slf)?.0.trie_mut()?));
                Ok(())
            }

            /// Returns the result of all changes, the same object each time: what the mutation was made from, if there
            /// are none. The mutation cannot be used after it.
            fn finish<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                let (finished, _rest) = borrow_mut(slf)?.0.finish(slf.py())?;
                Ok(finished)
            }

            fn __enter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
                slf.clone()
            }

            #[pyo3(signature = (*exception))]
            fn __exit__(slf: &Bound<'_, Self>, exception: &Bound<'_, PyTuple>) -> PyResult<bool> {
                match Self::finish(slf) {
                    // An exception of the body goes before one of `finish`.
                    Err(error) if exception.is_empty() || exception.get_item(0)?.is_none() => Err(error),
                    _ => Ok(false),
                }
            }

            /// Iterates over what is there now, whatever changes meanwhile.
            fn __iter__<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                iterate(&snapshot(slf)?, Part::Key)
            }

            fn __richcmp__<'py>(slf: &Bound<'py, Self>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
                match other.cast::<Self>() {
                    Ok(other) => $collection::compare(&snapshot(slf)?, snapshot(other)?.as_any(), op),
                    Err(_) => $collection::compare(&snapshot(slf)?, other, op),
                }
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                match snapshot(slf) {
                    Ok(now) => nested::repr_of_trie(slf, now.get().trie()),
                    // A finished one.
                    Err(_) => Ok(concat!(stringify!($class), "(...)").into_pyobject(slf.py())?.into_any()),
                }
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
                let _cleared = borrow_mut(slf)?.0.clear();
                Ok(())
            }
        }
    };
}
pub(crate) use mutation;

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
