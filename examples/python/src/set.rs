//! `PersistentSet`.

use std::sync::atomic::{AtomicIsize, Ordering};

use perennial::map::Merge;
use perennial::trie::{HashTrie, SetOp};
use pyo3::basic::CompareOp;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFrozenSet, PyList, PySet, PyTuple, PyType};

use crate::collection::{Collection, in_order, list, size_of, with_trie};
use crate::collector::{self, Shown, counted};
use crate::deferred::Deferred;
use crate::entry::{Element, Query, add, find, remove, same_key};
use crate::iter::ElementIterator;
use crate::map::{NO_HASH, key_error};
use crate::nested;
use crate::pickle;
use crate::set_mutation::SetMutation;
use crate::source::{given, set_trie};
use crate::views::{compare, is_set};

/// An immutable set that shares memory with the versions it was made from.
#[pyclass(frozen, subclass, weakref, generic, module = "pypersistent")]
pub struct PersistentSet {
    trie: Deferred<Element>,
    hash: AtomicIsize,
    shown: Shown,
}

type Trie = HashTrie<Element>;

impl Collection for PersistentSet {
    type Entry = Element;

    #[inline]
    fn trie(&self) -> &Trie {
        &self.trie.0
    }

    fn plain(py: Python<'_>, trie: Trie) -> PyResult<Bound<'_, Self>> {
        Bound::new(py, Self::from(trie))
    }
}

impl From<Trie> for PersistentSet {
    fn from(trie: Trie) -> Self {
        collector::stored(collector::VERSION);
        Self { trie: Deferred(trie), hash: AtomicIsize::new(NO_HASH), shown: Shown::default() }
    }
}

/// An operation that makes a set of two.
pub type Operation = fn(Python<'_>, &Trie, &Trie) -> PyResult<Trie>;

pub fn union(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_merge(b, SetOp::UNION, |a, b| same_key(py, a, b), |_, _| Ok(Merge::Left))
}

pub fn intersection(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_merge(b, SetOp::INTERSECTION, |a, b| same_key(py, a, b), |_, _| Ok(Merge::Left))
}

pub fn difference(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_merge(b, SetOp::DIFFERENCE, |a, b| same_key(py, a, b), |_, _| Ok(Merge::Remove))
}

pub fn symmetric_difference(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_merge(b, SetOp::SYMMETRIC_DIFFERENCE, |a, b| same_key(py, a, b), |_, _| Ok(Merge::Remove))
}

/// Returns what `operation` makes of a trie and each of `others`, any iterables.
pub fn combined(mut trie: Trie, operation: Operation, others: &Bound<'_, PyTuple>) -> PyResult<Trie> {
    for other in others {
        trie = operation(others.py(), &trie, &set_trie(&other)?)?;
    }
    Ok(counted(trie))
}

/// `operation` with each of `others`.
fn method<'py>(
    slf: &Bound<'py, PersistentSet>,
    operation: Operation,
    others: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    with_trie(slf, combined(slf.get().trie().clone(), operation, others)?)
}

/// `operation` as an operator, which takes sets only; with `slf` on the right side, if `reflected`.
pub fn operator<'py>(
    slf: &Bound<'py, PersistentSet>,
    operation: Operation,
    other: &Bound<'py, PyAny>,
    reflected: bool,
) -> PyResult<Bound<'py, PyAny>> {
    let py = slf.py();
    if !is_set(other)? {
        return Ok(py.NotImplemented().into_bound(py));
    }
    let (ours, theirs) = (slf.get().trie(), set_trie(other)?);
    let trie = if reflected { operation(py, &theirs, ours) } else { operation(py, ours, &theirs) }?;
    with_trie(slf, counted(trie))
}

#[pymethods]
impl PersistentSet {
    #[new]
    #[pyo3(signature = (iterable=None, /), text_signature = "(iterable=(), /)")]
    fn new(#[pyo3(from_py_with = given)] iterable: Option<Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(iterable.as_ref().map_or(Ok(HashTrie::new()), set_trie)?.into())
    }

    /// There is nothing left to do. A subclass may call it, and its own `__new__` may have other parameters.
    #[pyo3(signature = (*_arguments, **_keywords))]
    fn __init__(&self, _arguments: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) {}

    /// Returns the set of the arguments.
    #[classmethod]
    #[pyo3(signature = (*elements))]
    fn create<'py>(cls: &Bound<'py, PyType>, elements: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        cls.call1((elements,))
    }

    /// Returns a set with the element. The same set, if it has it already.
    fn conj<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let query = Query::new(element)?;
        if find(slf.get().trie(), &query)?.is_some() {
            return Ok(slf.clone().into_any());
        }
        let mut trie = slf.get().trie().clone();
        add(&mut trie, &query, Element(element.clone().unbind()));
        with_trie(slf, trie)
    }

    /// The same as `conj`.
    fn add<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Self::conj(slf, element)
    }

    /// Returns a set without the element. The same set, if it does not have it.
    fn disj<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &Query::new(element)?)?;
        with_trie(slf, trie)
    }

    /// The same as `disj`.
    fn discard<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        Self::disj(slf, element)
    }

    /// Returns a set without the element. Raises KeyError if it is not there.
    fn remove<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &Query::new(element)?)?.ok_or_else(|| key_error(element))?;
        with_trie(slf, trie)
    }

    /// Returns the empty set.
    fn clear<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        with_trie(slf, HashTrie::new())
    }

    /// Returns the set itself, since nothing can change it.
    fn copy<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __contains__(&self, element: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(find(self.trie(), &Query::new(element)?)?.is_some())
    }

    /// The same as `element in set`.
    fn contains(&self, element: &Bound<'_, PyAny>) -> PyResult<bool> {
        self.__contains__(element)
    }

    fn __len__(&self) -> usize {
        self.trie().len()
    }

    fn __iter__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        ElementIterator::over(slf)
    }

    /// Returns a mutable copy, in which many changes cost less than in the set:
    /// `with set.mutate() as s: ...; s.finish()`.
    fn mutate(slf: &Bound<'_, Self>) -> SetMutation {
        SetMutation::new(slf)
    }

    /// Returns what has changed from this set to `newer`: the set of the elements added, and of those removed.
    fn diff<'py>(&self, newer: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PySet>, Bound<'py, PySet>)> {
        let py = newer.py();
        let newer = set_trie(newer)?;
        let (added, removed) = (PySet::empty(py)?, PySet::empty(py)?);
        self.trie().try_diff(
            &newer,
            |a, b| same_key(py, a, b),
            |old, new| match (old, new) {
                (None, Some(new)) => added.add(&new.0),
                (Some(old), None) => removed.add(&old.0),
                _ => Ok(()),
            },
        )?;
        Ok((added, removed))
    }

    /// Returns the elements of this set and of all others.
    #[pyo3(signature = (*others))]
    fn union<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        method(slf, union, others)
    }

    /// The same as `union`.
    #[pyo3(signature = (*others))]
    fn update<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        method(slf, union, others)
    }

    /// Returns the elements that all others have too.
    #[pyo3(signature = (*others))]
    fn intersection<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        method(slf, intersection, others)
    }

    /// Returns the elements that no other has.
    #[pyo3(signature = (*others))]
    fn difference<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
        method(slf, difference, others)
    }

    /// Returns the elements that only one of both has.
    fn symmetric_difference<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        with_trie(slf, symmetric_difference(slf.py(), slf.get().trie(), &set_trie(other)?)?)
    }

    fn __or__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, union, other, false)
    }

    fn __ror__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, union, other, true)
    }

    fn __and__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, intersection, other, false)
    }

    fn __rand__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, intersection, other, true)
    }

    fn __sub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, difference, other, false)
    }

    fn __rsub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, difference, other, true)
    }

    fn __xor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, symmetric_difference, other, false)
    }

    fn __rxor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
        operator(slf, symmetric_difference, other, true)
    }

    /// Returns true if the iterable has all elements of this set.
    fn issubset(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(difference(other.py(), self.trie(), &set_trie(other)?)?.is_empty())
    }

    /// Returns true if this set has all elements of the iterable.
    fn issuperset(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(difference(other.py(), &set_trie(other)?, self.trie())?.is_empty())
    }

    /// Returns true if the iterable has no element of this set.
    pub fn isdisjoint(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(intersection(other.py(), self.trie(), &set_trie(other)?)?.is_empty())
    }

    pub fn __richcmp__<'py>(
        slf: &Bound<'py, Self>,
        other: &Bound<'py, PyAny>,
        op: CompareOp,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = slf.py();
        let (Ok(theirs), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Self>(), op) else {
            return compare(slf, other, op);
        };
        let equal = nested::deeper(|| slf.get().trie().try_eq(theirs.get().trie(), |a, b| same_key(py, a, b)))?;
        Ok((equal == matches!(op, CompareOp::Eq)).into_pyobject(py)?.to_owned().into_any())
    }

    /// Returns the hash of an equal frozenset.
    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        let known = self.hash.load(Ordering::Relaxed);
        if known != NO_HASH {
            return Ok(known);
        }
        let hash = nested::deeper(|| PyFrozenSet::new(py, self.trie().iter().map(|element| &element.0))?.hash())?;
        self.hash.store(hash, Ordering::Relaxed);
        Ok(hash)
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        nested::repr(slf, ["{", "}"], in_order(slf.get().trie()).into_iter().map(|element| element.repr(slf.py())))
    }

    fn _repr_pretty_(slf: &Bound<'_, Self>, printer: &Bound<'_, PyAny>, cycle: bool) -> PyResult<()> {
        nested::print_in_ipython(slf, printer, cycle)
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: isize) -> PyResult<Bound<'py, PyAny>> {
        pickle::reduce(slf, protocol)
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyList>,)> {
        Ok((list(py, self.trie(), |element| &element.0)?,))
    }

    fn __sizeof__(slf: &Bound<'_, Self>) -> PyResult<usize> {
        size_of(slf, slf.get().trie())
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        collector::show(self.trie(), &self.shown, &visit)
    }
}
