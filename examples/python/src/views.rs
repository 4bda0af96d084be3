//! Views of a map: its keys, its values, its items.

use crate::map::{same_items, same_keys};
use crate::prelude::*;
use crate::set_operators::set_operators;

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

        impl SetLike for $name {}

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
