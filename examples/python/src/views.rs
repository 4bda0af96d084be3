//! Views of a map: its keys, its values, its items.

use pyo3::basic::CompareOp;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFrozenSet, PySet, PyTuple};

use crate::collection::Collection;
use crate::entry::{Query, find, same_value};
use crate::iter::{ItemIterator, KeyIterator, ValueIterator};
use crate::map::{PersistentMap, same_items, same_keys};
use crate::nested;
use crate::pickle;

/// Returns true for a set, a view of a dict or a map, and what is registered as one.
pub fn is_set(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    if object.is_instance_of::<PySet>() || object.is_instance_of::<PyFrozenSet>() {
        return Ok(true);
    }
    object.is_instance(
        &object.py().import(intern!(object.py(), "collections.abc"))?.getattr(intern!(object.py(), "Set"))?,
    )
}

/// Compares two sets in the wider sense.
pub fn compare<'py>(slf: &Bound<'py, PyAny>, other: &Bound<'py, PyAny>, op: CompareOp) -> PyResult<Bound<'py, PyAny>> {
    let py = slf.py();
    if !is_set(other)? {
        return Ok(py.NotImplemented().into_bound(py));
    }
    let (len, other_len) = (slf.len()?, other.len()?);
    let holds = match op {
        CompareOp::Eq => len == other_len && is_within(slf, other)?,
        CompareOp::Ne => len != other_len || !is_within(slf, other)?,
        CompareOp::Lt => len < other_len && is_within(slf, other)?,
        CompareOp::Le => len <= other_len && is_within(slf, other)?,
        CompareOp::Gt => len > other_len && is_within(other, slf)?,
        CompareOp::Ge => len >= other_len && is_within(other, slf)?,
    };
    Ok(holds.into_pyobject(py)?.to_owned().into_any())
}

/// Returns true if every element of `a` is in `b`.
pub fn is_within(a: &Bound<'_, PyAny>, b: &Bound<'_, PyAny>) -> PyResult<bool> {
    nested::deeper(|| {
        for element in a.try_iter()? {
            if !b.contains(element?)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// Returns both sides, the one to iterate over first: the shorter one, or the one that is no set.
fn shorter_first<'a, 'py>(
    view: &'a Bound<'py, PyAny>,
    other: &'a Bound<'py, PyAny>,
) -> PyResult<(&'a Bound<'py, PyAny>, &'a Bound<'py, PyAny>)> {
    Ok(if is_set(other)? && other.len()? > view.len()? { (view, other) } else { (other, view) })
}

/// Returns the elements that both have. Only these are hashed, if `other` is the shorter one.
fn intersection<'py>(view: &Bound<'py, PyAny>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
    let (shorter, longer) = shorter_first(view, other)?;
    let both = PySet::empty(view.py())?;
    for element in shorter.try_iter()? {
        let element = element?;
        if longer.contains(&element)? {
            both.add(element)?;
        }
    }
    Ok(both)
}

/// Returns what the method of this name of Python's sets makes of two iterables.
fn algebra<'py>(name: &str, left: &Bound<'py, PyAny>, right: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let left = left.py().get_type::<PySet>().call1((left,))?;
    left.call_method1(name, (right,))
}

/// Defines views that are sets, of the elements that `$iterator` yields. `$contains` tells whether a map has an
/// element, and `$same` whether two maps have the same elements.
macro_rules! set_views {
    ($($(#[$doc:meta])* $name:ident, $iterator:ident, $contains:path, $same:path;)+) => {$(
        $(#[$doc])*
        #[pyclass(frozen, generic, module = "pypersistent")]
        pub struct $name {
            pub map: Py<PersistentMap>,
        }

        #[pymethods]
        impl $name {
            /// The map.
            #[getter]
            fn mapping(&self, py: Python<'_>) -> Py<PersistentMap> {
                self.map.clone_ref(py)
            }

            fn __len__(&self) -> usize {
                self.map.get().trie().len()
            }

            fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                $iterator::over(self.map.bind(py))
            }

            fn __contains__(&self, element: &Bound<'_, PyAny>) -> PyResult<bool> {
                $contains(self.map.get(), element)
            }

            fn __richcmp__<'py>(
                slf: &Bound<'py, Self>,
                other: &Bound<'py, PyAny>,
                op: CompareOp,
            ) -> PyResult<Bound<'py, PyAny>> {
                let (Ok(theirs), CompareOp::Eq | CompareOp::Ne) = (other.cast::<Self>(), op) else {
                    return compare(slf, other, op);
                };
                let py = slf.py();
                let equal = $same(py, slf.get().map.get(), theirs.get().map.get())?;
                Ok((equal == matches!(op, CompareOp::Eq)).into_pyobject(py)?.to_owned().into_any())
            }

            fn __and__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
                intersection(slf, other)
            }

            fn __rand__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PySet>> {
                intersection(slf, other)
            }

            fn __or__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("union", slf, other)
            }

            fn __ror__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("union", other, slf)
            }

            fn __sub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("difference", slf, other)
            }

            fn __rsub__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("difference", other, slf)
            }

            fn __xor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("symmetric_difference", slf, other)
            }

            fn __rxor__<'py>(slf: &Bound<'py, Self>, other: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
                algebra("symmetric_difference", other, slf)
            }

            /// Returns true if the iterable has no element of the view.
            fn isdisjoint(slf: &Bound<'_, Self>, other: &Bound<'_, PyAny>) -> PyResult<bool> {
                let (shorter, longer) = shorter_first(slf, other)?;
                for element in shorter.try_iter()? {
                    if longer.contains(element?)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
                repr(slf)
            }

            fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
                Err(pickle::refused(slf))
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(&self.map)
            }
        }
    )+};
}

set_views! {
    /// The keys of a map, as a set.
    KeysView, KeyIterator, has_key, same_keys;
    /// The items of a map, pairs of key and value, as a set.
    ItemsView, ItemIterator, has_item, same_items;
}

fn has_key(map: &PersistentMap, key: &Bound<'_, PyAny>) -> PyResult<bool> {
    Ok(find(map.trie(), &Query::new(key)?)?.is_some())
}

fn has_item(map: &PersistentMap, item: &Bound<'_, PyAny>) -> PyResult<bool> {
    match item.cast::<PyTuple>() {
        Ok(pair) if pair.len() == 2 => match find(map.trie(), &Query::new(&pair.get_item(0)?)?)? {
            Some(entry) => same_value(item.py(), &entry.value, pair.get_item(1)?.as_unbound()),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// The values of a map.
#[pyclass(frozen, generic, module = "pypersistent")]
pub struct ValuesView {
    pub map: Py<PersistentMap>,
}

#[pymethods]
impl ValuesView {
    /// The map.
    #[getter]
    fn mapping(&self, py: Python<'_>) -> Py<PersistentMap> {
        self.map.clone_ref(py)
    }

    fn __len__(&self) -> usize {
        self.map.get().trie().len()
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        ValueIterator::over(self.map.bind(py))
    }

    fn __repr__<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        repr(slf)
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
        Err(pickle::refused(slf))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.map)
    }
}

/// Returns `Name([…])` of what a view iterates over.
fn repr<'py>(view: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    let parts = view.try_iter()?.map(|element| Ok(element?.repr()?.into_any()));
    nested::repr(view, ["[", "]"], parts)
}
