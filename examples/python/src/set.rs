//! `PersistentSet`.

use std::sync::atomic::{AtomicIsize, Ordering};

use perennial::HashTrie;
use perennial::trie::Kept;
use pyo3::basic::CompareOp;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PyList, PyTuple};

use crate::collector;
use crate::deferred::Deferred;
use crate::entry::{Element, Query, find, put, remove, same_key};
use crate::iter::ElementIterator;
use crate::map::{NO_HASH, key_error};
use crate::nested;
use crate::pickle;
use crate::source::set_trie;
use crate::views::{compare, is_set};

/// PersistentSet(iterable=(), /)
/// --
///
/// An immutable set that shares memory with the versions it was made from.
#[pyclass(frozen, subclass, weakref, generic, module = "pypersistent")]
pub struct PersistentSet {
    trie: Deferred<Element>,
    hash: AtomicIsize,
}

type Trie = HashTrie<Element>;

impl PersistentSet {
    pub fn trie(&self) -> &Trie {
        &self.trie.0
    }
}

impl From<Trie> for PersistentSet {
    fn from(trie: Trie) -> Self {
        Self { trie: Deferred(trie), hash: AtomicIsize::new(NO_HASH) }
    }
}

/// `slf` if the trie is still the same, else a new set.
fn with_trie<'py>(slf: &Bound<'py, PersistentSet>, trie: Trie) -> PyResult<Bound<'py, PersistentSet>> {
    if trie.ptr_eq(slf.get().trie()) {
        return Ok(slf.clone());
    }
    Bound::new(slf.py(), PersistentSet::from(trie))
}

/// One of the operations that make a set of two.
type Operation = fn(Python<'_>, &Trie, &Trie) -> PyResult<Trie>;

fn union(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_union(b, |a, b| same_key(py, a, b), |_, _| Ok(Kept::Left))
}

fn intersection(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_intersection(b, |a, b| same_key(py, a, b))
}

fn difference(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_difference(b, |a, b| same_key(py, a, b))
}

fn symmetric_difference(py: Python<'_>, a: &Trie, b: &Trie) -> PyResult<Trie> {
    a.try_symmetric_difference(b, |a, b| same_key(py, a, b))
}

/// `operation` with each of `others`, any iterables.
fn method<'py>(
    slf: &Bound<'py, PersistentSet>,
    operation: Operation,
    others: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PersistentSet>> {
    let mut trie = slf.get().trie().clone();
    for other in others {
        trie = operation(slf.py(), &trie, &set_trie(&other)?)?;
    }
    with_trie(slf, trie)
}

/// `operation` as an operator, which takes sets only; with `slf` on the right side, if `reflected`.
fn operator<'py>(
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
    Ok(with_trie(slf, trie)?.into_any())
}

#[pymethods]
impl PersistentSet {
    #[new]
    #[pyo3(signature = (iterable=None, /))]
    fn new(iterable: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        Ok(iterable.map_or(Ok(HashTrie::new()), set_trie)?.into())
    }

    /// A set with the element. The same set, if it has it already.
    fn conj<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let query = Query::new(element)?;
        if find(slf.get().trie(), &query)?.is_some() {
            return Ok(slf.clone());
        }
        let mut trie = slf.get().trie().clone();
        put(&mut trie, &query, Element(element.clone().unbind()));
        with_trie(slf, trie)
    }

    /// The same as `conj`.
    fn add<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        Self::conj(slf, element)
    }

    /// A set without the element. The same set, if it does not have it.
    fn disj<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &Query::new(element)?)?;
        with_trie(slf, trie)
    }

    /// The same as `disj`.
    fn discard<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        Self::disj(slf, element)
    }

    /// A set without the element. Raises KeyError if it is not there.
    fn remove<'py>(slf: &Bound<'py, Self>, element: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
        let mut trie = slf.get().trie().clone();
        remove(&mut trie, &Query::new(element)?)?.ok_or_else(|| key_error(element))?;
        with_trie(slf, trie)
    }

    /// The empty set.
    fn clear<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, Self>> {
        with_trie(slf, HashTrie::new())
    }

    /// The set itself, since nothing can change it.
    fn copy<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __copy__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __contains__(&self, element: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(find(self.trie(), &Query::new(element)?)?.is_some())
    }

    fn __len__(&self) -> usize {
        self.trie().len()
    }

    fn __iter__(slf: &Bound<'_, Self>) -> ElementIterator {
        ElementIterator::new(slf)
    }

    /// The elements of this set and of all others.
    #[pyo3(signature = (*others))]
    fn union<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Self>> {
        method(slf, union, others)
    }

    /// The same as `union`.
    #[pyo3(signature = (*others))]
    fn update<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Self>> {
        method(slf, union, others)
    }

    /// The elements that all others have too.
    #[pyo3(signature = (*others))]
    fn intersection<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Self>> {
        method(slf, intersection, others)
    }

    /// The elements that no other has.
    #[pyo3(signature = (*others))]
    fn difference<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, Self>> {
        method(slf, difference, others)
    }

    /// The elements that only one of both has.
    fn symmetric_difference<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, Self>> {
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

    /// Has the iterable all elements of this set?
    fn issubset(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(difference(other.py(), self.trie(), &set_trie(other)?)?.is_empty())
    }

    /// Has this set all elements of the iterable?
    fn issuperset(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(difference(other.py(), &set_trie(other)?, self.trie())?.is_empty())
    }

    /// Has the iterable no element of this set?
    fn isdisjoint(&self, other: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(intersection(other.py(), self.trie(), &set_trie(other)?)?.is_empty())
    }

    fn __richcmp__<'py>(
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

    /// That of an equal frozenset.
    fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
        let known = self.hash.load(Ordering::Relaxed);
        if known != NO_HASH {
            return Ok(known);
        }
        let hash = nested::deeper(|| PyFrozenSet::new(py, self.trie().iter().map(|element| &element.0))?.hash())?;
        self.hash.store(hash, Ordering::Relaxed);
        Ok(hash)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        let part = |element: &Element| Ok(element.0.bind(slf.py()).repr()?.to_str()?.to_owned());
        nested::repr(slf, ["{", "}"], slf.get().trie().iter().map(part))
    }

    fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: isize) -> PyResult<Bound<'py, PyAny>> {
        pickle::reduce(slf, protocol)
    }

    fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyList>,)> {
        Ok((PyList::new(py, self.trie().iter().map(|element| &element.0))?,))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        collector::show(self.trie(), &visit)
    }
}
