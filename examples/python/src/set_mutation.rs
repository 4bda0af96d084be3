//! `SetMutation`: a set under construction.

use perennial::trie::HashTrie;
use pyo3::basic::CompareOp;
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::collection::{Collection, in_order, size_of};
use crate::entry::{Element, Query, add, find, remove};
use crate::iter::ElementIterator;
use crate::map::key_error;
use crate::mutation::{Mutation, State, after_body, borrow, borrow_mut};
use crate::nested;
use crate::pickle;
use crate::set::{Operation, PersistentSet, combined, difference, intersection, operator, symmetric_difference, union};
use crate::views::is_set;

/// A mutable copy of a set, made by `PersistentSet.mutate()`. Not for several threads at once: a call that meets
/// another one in progress raises RuntimeError.
#[pyclass(weakref, generic, module = "pypersistent")]
pub struct SetMutation(Mutation<PersistentSet>);

impl SetMutation {
    pub fn new(base: &Bound<'_, PersistentSet>) -> Self {
        Self(Mutation::new(base))
    }
}

/// Returns the set as it is now.
fn snapshot<'py>(slf: &Bound<'py, SetMutation>) -> PyResult<Bound<'py, PersistentSet>> {
    borrow(slf)?.0.snapshot(slf.py())
}

/// Puts what `operation` makes of the set and each of `others` in its place. If anything fails, nothing has changed.
fn change(slf: &Bound<'_, SetMutation>, operation: Operation, others: &Bound<'_, PyTuple>) -> PyResult<()> {
    // Not borrowed while the others are read: they may read this mutation.
    let old = borrow(slf)?.0.trie()?.clone();
    let new = combined(old.clone(), operation, others)?;
    let _replaced = borrow_mut(slf)?.0.replace(&old, new)?;
    Ok(())
}

/// `operation` as an operator in place, which takes a set only.
fn change_by_set(slf: &Bound<'_, SetMutation>, operation: Operation, other: &Bound<'_, PyAny>) -> PyResult<()> {
    if !is_set(other)? {
        let name = other.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a set is required, not '{name}'")));
    }
    change(slf, operation, &PyTuple::new(slf.py(), [other])?)
}

// What is removed is dropped when the mutation is not borrowed any more: that may run Python code.
#[pymethods]
impl SetMutation {
    /// Adds the element, unless it is there.
    fn add(slf: &Bound<'_, Self>, element: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(element)?;
        let mut mutation = borrow_mut(slf)?;
        let trie = mutation.0.trie_mut()?;
        if find(trie, &query)?.is_none() {
            add(trie, &query, Element(element.clone().unbind()));
        }
        Ok(())
    }

    /// Removes the element, if it is there.
    fn discard(slf: &Bound<'_, Self>, element: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(element)?;
        let _removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        Ok(())
    }

    /// Removes the element. Raises KeyError if it is not there.
    fn remove(slf: &Bound<'_, Self>, element: &Bound<'_, PyAny>) -> PyResult<()> {
        let query = Query::new(element)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        removed.map(drop).ok_or_else(|| key_error(element))
    }

    /// Removes an element and returns it. Raises KeyError if there is none.
    fn pop(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let mut mutation = borrow_mut(slf)?;
        // Without a hash, so that an element goes whose hash is another by now.
        let removed = mutation.0.trie_mut()?.extract_if(|_| true).next();
        removed.map(|Element(element)| element).ok_or_else(|| PyKeyError::new_err("pop from an empty set"))
    }

    fn __contains__(slf: &Bound<'_, Self>, element: &Bound<'_, PyAny>) -> PyResult<bool> {
        let query = Query::new(element)?;
        Ok(find(borrow(slf)?.0.trie()?, &query)?.is_some())
    }

    fn __len__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        Ok(borrow(slf)?.0.trie()?.len())
    }

    /// Adds the elements of all others, any iterables. If anything fails, nothing has changed.
    #[pyo3(signature = (*others))]
    fn update(slf: &Bound<'_, Self>, others: &Bound<'_, PyTuple>) -> PyResult<()> {
        change(slf, union, others)
    }

    fn __ior__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        change_by_set(slf, union, other)
    }

    fn __iand__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        change_by_set(slf, intersection, other)
    }

    fn __isub__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        change_by_set(slf, difference, other)
    }

    fn __ixor__(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<()> {
        change_by_set(slf, symmetric_difference, other)
    }

    fn __or__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, union, other, false)
    }

    fn __ror__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, union, other, true)
    }

    fn __and__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, intersection, other, false)
    }

    fn __rand__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, intersection, other, true)
    }

    fn __sub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, difference, other, false)
    }

    fn __rsub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, difference, other, true)
    }

    fn __xor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, symmetric_difference, other, false)
    }

    fn __rxor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(&snapshot(slf)?, symmetric_difference, other, true)
    }

    /// Returns true if the iterable has no element of this set.
    fn isdisjoint(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        snapshot(slf)?.get().isdisjoint(other)
    }

    /// Removes all elements.
    fn clear(slf: &Bound<'_, Self>) -> PyResult<()> {
        let _removed = borrow_mut(slf)?.0.take()?;
        Ok(())
    }

    /// Returns the set with all changes, the same one each time. The mutation cannot be used after it.
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

    /// Iterates over the elements that are there now, whatever changes meanwhile.
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        ElementIterator::over(&snapshot(slf)?)
    }

    fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        match other.cast::<Self>() {
            Ok(other) => PersistentSet::__richcmp__(&snapshot(slf)?, snapshot(other)?.as_any(), op),
            Err(_) => PersistentSet::__richcmp__(&snapshot(slf)?, other, op),
        }
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        // Not of a finished one.
        let Ok(set) = snapshot(slf) else {
            return Ok("SetMutation(...)".into_pyobject(slf.py())?.into_any());
        };
        nested::repr(slf, ["{", "}"], in_order(set.get().trie()).into_iter().map(|element| element.repr(slf.py())))
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
        let _cleared: State<PersistentSet> = borrow_mut(slf)?.0.clear();
        Ok(())
    }
}
