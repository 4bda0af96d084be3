//! Views of a map: its keys, its values, its items.

use pyo3::basic::CompareOp;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::types::{PySet, PyTuple};

use crate::collection::Collection;
use crate::entry::{Part, Query, find, same_value, value_at};
use crate::iter::iterate;
use crate::map::{PersistentMap, same_items, same_keys};
use crate::set_operators::{Operation, SetLike, answer, compare, is_set, set_operators};
use crate::{Made, Object, nested, pickle};

/// Defines views of a part of each entry.
macro_rules! views {
    ($($(#[$doc:meta])* $name:ident: $part:path;)+) => {$(
        $(#[$doc])*
        #[pyclass(frozen, generic, module = "pypersistent")]
        pub struct $name(pub Py<PersistentMap>);

        #[pymethods]
        impl $name {
            /// The map.
            #[getter]
            fn mapping(&self, py: Python<'_>) -> Py<PersistentMap> {
                self.0.clone_ref(py)
            }

            fn __len__(&self) -> usize {
                self.0.get().trie().len()
            }

            fn __iter__<'py>(&self, py: Python<'py>) -> Made<'py> {
                iterate(self.0.bind(py), $part)
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                let parts = slf.try_iter()?.map(|element| Ok(element?.repr()?.into_any()));
                nested::repr(slf, ["[", "]"], parts)
            }

            fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<()> {
                Err(pickle::refused(slf))
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                visit.call(&self.0)
            }
        }
    )+};
}

views! {
    /// The keys of a map, as a set.
    KeysView: Part::Key;
    /// The items of a map, pairs of key and value, as a set.
    ItemsView: Part::Item;
    /// The values of a map.
    ValuesView: Part::Value;
}

/// Makes views sets. `$contains` tells whether a map has an element, and `$same` whether two maps have the same ones.
macro_rules! set_views {
    ($($name:ident: $contains:path, $same:path;)+) => {$(
        set_operators!($name);

        impl SetLike for $name {
            fn operate<'py>(
                slf: &Bound<'py, Self>,
                operation: Operation,
                other: &Object<'py>,
                reflected: bool,
            ) -> Made<'py> {
                operate(slf, operation, other, reflected)
            }
        }

        #[pymethods]
        impl $name {
            fn __contains__(&self, element: &Object<'_>) -> PyResult<bool> {
                $contains(self.0.get(), element)
            }

            fn __richcmp__<'py>(slf: &Bound<'py, Self>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
                match (op, other.cast::<Self>()) {
                    (CompareOp::Eq | CompareOp::Ne, Ok(theirs)) => {
                        let equal = $same(slf.py(), slf.get().0.get(), theirs.get().0.get())?;
                        answer(slf.py(), equal == matches!(op, CompareOp::Eq))
                    }
                    _ => compare(slf, other, op),
                }
            }

            /// Returns true if the iterable has no element of the view.
            fn isdisjoint(slf: &Bound<'_, Self>, other: &Object<'_>) -> PyResult<bool> {
                let (shorter, longer) = shorter_first(slf, other)?;
                for element in shorter.try_iter()? {
                    if longer.contains(element?)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
        }
    )+};
}

set_views! {
    KeysView: has_key, same_keys;
    ItemsView: has_item, same_items;
}

fn has_key(map: &PersistentMap, key: &Object<'_>) -> PyResult<bool> {
    Ok(find(map.trie(), &Query::new(key)?)?.is_some())
}

fn has_item(map: &PersistentMap, item: &Object<'_>) -> PyResult<bool> {
    match item.cast::<PyTuple>() {
        Ok(pair) if pair.len() == 2 => match value_at(map.trie(), &Query::new(&pair.get_item(0)?)?)? {
            Some(value) => same_value(item.py(), value.as_unbound(), pair.get_item(1)?.as_unbound()),
            None => Ok(false),
        },
        _ => Ok(false),
    }
}

/// Returns both sides, the one to iterate over first: the shorter one, or the one that is no set.
fn shorter_first<'a, 'py>(
    view: &'a Object<'py>,
    other: &'a Object<'py>,
) -> PyResult<(&'a Object<'py>, &'a Object<'py>)> {
    Ok(if is_set(other)? && other.len()? > view.len()? { (view, other) } else { (other, view) })
}

/// Returns a set of Python.
fn operate<'py>(view: &Object<'py>, operation: Operation, other: &Object<'py>, reflected: bool) -> Made<'py> {
    let py = view.py();
    let method = match operation {
        Operation::Union => "union",
        Operation::Difference => "difference",
        Operation::SymmetricDifference => "symmetric_difference",
        // Only what both have is hashed, if `other` is the shorter one.
        Operation::Intersection => {
            let (shorter, longer) = shorter_first(view, other)?;
            let both = PySet::empty(py)?;
            for element in shorter.try_iter()? {
                let element = element?;
                if longer.contains(&element)? {
                    both.add(element)?;
                }
            }
            return Ok(both.into_any());
        }
    };
    let (left, right) = if reflected { (other, view) } else { (view, other) };
    py.get_type::<PySet>().call1((left,))?.call_method1(method, (right,))
}
