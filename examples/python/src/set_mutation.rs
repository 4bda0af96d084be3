//! `SetMutation`: a set under construction.

use crate::mutation::mutation;
use crate::prelude::*;
use crate::set::combined;
use crate::set_operators::set_operators;

/// A mutable copy of a set, made by `PersistentSet.mutate()`. Not for several threads at once: a call that meets
/// another one in progress raises RuntimeError.
#[pyclass(weakref, generic, module = "pypersistent")]
pub struct SetMutation(pub Mutation<PersistentSet>);

mutation!(SetMutation of PersistentSet, element);
set_operators!(SetMutation);

impl SetLike for SetMutation {
    fn operate<'py>(slf: &Bound<'py, Self>, operation: Operation, other: &Object<'py>, reflected: bool) -> Made<'py> {
        PersistentSet::operate(&snapshot(slf)?, operation, other, reflected)
    }
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
fn change_by_set(slf: &Bound<'_, SetMutation>, operation: Operation, other: &Object<'_>) -> PyResult<()> {
    if !is_set(other)? {
        let name = other.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a set is required, not '{name}'")));
    }
    change(slf, operation, &PyTuple::new(slf.py(), [other])?)
}

#[pymethods]
impl SetMutation {
    /// Adds the element, unless it is there.
    fn add(slf: &Bound<'_, Self>, element: &Object<'_>) -> PyResult<()> {
        let query = Query::new(element)?;
        let mut mutation = borrow_mut(slf)?;
        let trie = mutation.0.trie_mut()?;
        if find(trie, &query)?.is_none() {
            add(trie, &query, Element(element.clone().unbind()));
        }
        Ok(())
    }

    /// Removes the element, if it is there.
    fn discard(slf: &Bound<'_, Self>, element: &Object<'_>) -> PyResult<()> {
        let query = Query::new(element)?;
        let _removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        Ok(())
    }

    /// Removes the element. Raises KeyError if it is not there.
    fn remove(slf: &Bound<'_, Self>, element: &Object<'_>) -> PyResult<()> {
        let query = Query::new(element)?;
        let removed = remove(borrow_mut(slf)?.0.trie_mut()?, &query)?;
        found(removed, element).map(drop)
    }

    /// Removes an element and returns it. Raises KeyError if there is none.
    fn pop(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        Ok(borrow_mut(slf)?.0.pop()?.0)
    }

    /// Adds the elements of all others, any iterables. If anything fails, nothing has changed.
    #[pyo3(signature = (*others))]
    fn update(slf: &Bound<'_, Self>, others: &Bound<'_, PyTuple>) -> PyResult<()> {
        change(slf, Operation::Union, others)
    }

    fn __ior__(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<()> {
        change_by_set(slf, Operation::Union, other)
    }

    fn __iand__(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<()> {
        change_by_set(slf, Operation::Intersection, other)
    }

    fn __isub__(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<()> {
        change_by_set(slf, Operation::Difference, other)
    }

    fn __ixor__(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<()> {
        change_by_set(slf, Operation::SymmetricDifference, other)
    }
}
