//! `PersistentSet`.

use perennial::map::Merge;
use perennial::trie::SetOp;

use crate::collection::persistent;
use crate::prelude::*;
use crate::set_operators::set_operators;

/// An immutable set that shares memory with the versions it was made from.
#[pyclass(frozen, subclass, weakref, generic, module = "pypersistent")]
pub struct PersistentSet(Body<Element>);

type Trie = HashTrie<Element>;

persistent!(PersistentSet of Element: Part::Key, Owner::Set, SetMutation, disj(element));
set_operators!(PersistentSet);

impl PersistentSet {
    pub fn compare<'py>(slf: &Bound<'py, Self>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
        let (Ok(theirs), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Self>(), op) else {
            return compare(slf, other, op);
        };
        let py = slf.py();
        let equal = nested::deeper(|| slf.get().trie().try_eq(theirs.get().trie(), |a, b| same_key(py, a, b)))?;
        answer(py, equal == matches!(op, CompareOp::Eq))
    }

    /// Returns the hash of an equal frozenset.
    fn compute_hash(&self, py: Python<'_>) -> PyResult<isize> {
        PyFrozenSet::new(py, self.trie().iter().map(|element| &element.0))?.hash()
    }
}

impl SetLike for PersistentSet {
    fn operate<'py>(slf: &Bound<'py, Self>, operation: Operation, other: &Object<'py>, reflected: bool) -> Made<'py> {
        let py = slf.py();
        if !is_set(other)? {
            return Ok(py.NotImplemented().into_bound(py));
        }
        let (ours, theirs) = (slf.get().trie(), &set_trie(other)?);
        let (left, right) = if reflected { (theirs, ours) } else { (ours, theirs) };
        with_trie(slf, counted(combine(py, left, operation, right)?))
    }
}

fn combine(py: Python<'_>, left: &Trie, operation: Operation, right: &Trie) -> PyResult<Trie> {
    let op = match operation {
        Operation::Union => SetOp::UNION,
        Operation::Intersection => SetOp::INTERSECTION,
        Operation::Difference => SetOp::DIFFERENCE,
        Operation::SymmetricDifference => SetOp::SYMMETRIC_DIFFERENCE,
    };
    let stays = matches!(operation, Operation::Union | Operation::Intersection);
    let both = |_: &Element, _: &Element| Ok(if stays { Merge::Left } else { Merge::Remove });
    left.try_merge(right, op, |a, b| same_key(py, a, b), both)
}

/// Returns what `operation` makes of a trie and each of `others`, any iterables.
pub fn combined(mut trie: Trie, operation: Operation, others: &Bound<'_, PyTuple>) -> PyResult<Trie> {
    for other in others {
        trie = combine(others.py(), &trie, operation, &set_trie(&other)?)?;
    }
    Ok(counted(trie))
}

/// `operation` with each of `others`.
fn method<'py>(slf: &Bound<'py, PersistentSet>, operation: Operation, others: &Bound<'py, PyTuple>) -> Made<'py> {
    with_trie(slf, combined(slf.get().trie().clone(), operation, others)?)
}

#[pymethods]
impl PersistentSet {
    #[new]
    #[pyo3(signature = (iterable=None, /), text_signature = "(iterable=(), /)")]
    fn new(#[pyo3(from_py_with = given)] iterable: Option<Object<'_>>) -> PyResult<Self> {
        Ok(iterable.as_ref().map_or(Ok(HashTrie::new()), set_trie)?.into())
    }

    /// Returns the set of the arguments.
    #[classmethod]
    #[pyo3(signature = (*elements))]
    fn create<'py>(cls: &Bound<'py, PyType>, elements: &Bound<'py, PyTuple>) -> Made<'py> {
        cls.call1((elements,))
    }

    /// Returns a set with the element. The same set, if it has it already.
    fn conj<'py>(slf: &Bound<'py, Self>, element: &Object<'py>) -> Made<'py> {
        let query = Query::new(element)?;
        if find(slf.get().trie(), &query)?.is_some() {
            return Ok(slf.clone().into_any());
        }
        let mut trie = slf.get().trie().clone();
        add(&mut trie, &query, Element(element.clone().unbind()));
        with_trie(slf, trie)
    }

    /// Returns what has changed from this set to `newer`: the set of the elements added, and of those removed.
    fn diff<'py>(&self, newer: &Object<'py>) -> PyResult<(Bound<'py, PySet>, Bound<'py, PySet>)> {
        let py = newer.py();
        let newer = set_trie(newer)?;
        let (added, removed) = (PySet::empty(py)?, PySet::empty(py)?);
        let same = |a: &Element, b: &Element| same_key(py, a, b);
        self.trie().try_diff(&newer, same, |old, new| match (old, new) {
            (None, Some(new)) => added.add(&new.0),
            (Some(old), None) => removed.add(&old.0),
            _ => Ok(()),
        })?;
        Ok((added, removed))
    }

    /// Returns the elements of this set and of all others.
    #[pyo3(signature = (*others))]
    fn union<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> Made<'py> {
        method(slf, Operation::Union, others)
    }

    /// Returns the elements that all others have too.
    #[pyo3(signature = (*others))]
    fn intersection<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> Made<'py> {
        method(slf, Operation::Intersection, others)
    }

    /// Returns the elements that no other has.
    #[pyo3(signature = (*others))]
    fn difference<'py>(slf: &Bound<'py, Self>, others: &Bound<'py, PyTuple>) -> Made<'py> {
        method(slf, Operation::Difference, others)
    }

    /// Returns the elements that only one of both has.
    fn symmetric_difference<'py>(slf: &Bound<'py, Self>, other: &Object<'py>) -> Made<'py> {
        method(slf, Operation::SymmetricDifference, &PyTuple::new(slf.py(), [other])?)
    }

    /// Returns true if the iterable has all elements of this set.
    fn issubset(&self, other: &Object<'_>) -> PyResult<bool> {
        Ok(combine(other.py(), self.trie(), Operation::Difference, &set_trie(other)?)?.is_empty())
    }

    /// Returns true if this set has all elements of the iterable.
    fn issuperset(&self, other: &Object<'_>) -> PyResult<bool> {
        Ok(combine(other.py(), &set_trie(other)?, Operation::Difference, self.trie())?.is_empty())
    }
}
