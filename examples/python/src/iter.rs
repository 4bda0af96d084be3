//! Iterators over large maps and sets. Each keeps its map alive until it is exhausted. Several threads may share one.

use std::hint::black_box;
use std::thread;

use perennial::trie::Iter;
use pyo3::PyClass;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::pyclass::PyClassGuardMut;
use pyo3::pyclass::boolean_struct::False;
use pyo3::types::PyList;
use self_cell::self_cell;

use crate::collection::{Collection, list};
use crate::entry::{Element, Entry};
use crate::map::PersistentMap;
use crate::set::PersistentSet;

/// Up to so many keys, values or elements are iterated over as a list, which takes half the time.
const LIST_MAX: usize = 1024;

/// Up to so many pairs. More new tuples at a time would set the garbage collector off, and take longer then.
const PAIRS_MAX: usize = 256;

/// The most entries that are taken at once. The objects lie far apart in memory, so a batch is first touched in a loop
/// that does nothing else, in which the processor fetches many at a time. At a million strings this takes a third off.
const BATCH_MAX: usize = 128;

/// The entries of the first batch; each further one is twice as large.
const BATCH_MIN: usize = 4;

type Entries<'a> = Iter<'a, Entry>;
type Elements<'a> = Iter<'a, Element>;

self_cell! {
    struct MapCursor {
        owner: Py<PersistentMap>,
        #[covariant]
        dependent: Entries,
    }
}

self_cell! {
    struct SetCursor {
        owner: Py<PersistentSet>,
        #[covariant]
        dependent: Elements,
    }
}

/// Borrows an iterator. Without the global lock another thread may have it, but not for long: it runs no Python code
/// meanwhile.
fn borrow_mut<'a, T: PyClass<Frozen = False>>(iterator: &'a Bound<'_, T>) -> PyClassGuardMut<'a, T> {
    loop {
        match iterator.as_any().extract() {
            Ok(guard) => return guard,
            Err(_) => iterator.py().detach(thread::yield_now),
        }
    }
}

/// Defines an iterator class over `$collection`, which yields what `$take` takes from an entry. Up to `$list_max` of
/// them are iterated over as a list.
macro_rules! iterators {
    ($(
        $(#[$doc:meta])*
        $name:ident: $cursor:ident over $collection:ty, $item:ty = $take:path, touching $touch:path;
        lists of $list_max:path;
    )+) => {$(
        $(#[$doc])*
        #[pyclass(module = "pypersistent")]
        pub struct $name {
            /// Entries to be yielded, the next one last.
            batch: Vec<$item>,
            /// How many entries the next batch has.
            size: usize,
            /// What comes after the batch.
            cursor: Option<$cursor>,
        }

        impl $name {
            /// Returns an iterator, of this class if there are many entries.
            pub fn over<'py>(collection: &Bound<'py, $collection>) -> PyResult<Bound<'py, PyAny>> {
                let (py, trie) = (collection.py(), collection.get().trie());
                if trie.len() <= $list_max {
                    return Ok(list(py, trie, |entry| $take(entry, py))?.try_iter()?.into_any());
                }
                let cursor = $cursor::new(collection.clone().unbind(), |collection| collection.get().trie().iter());
                Ok(Bound::new(py, Self { batch: Vec::new(), size: BATCH_MIN, cursor: Some(cursor) })?.into_any())
            }
        }

        #[pymethods]
        impl $name {
            fn __iter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
                slf.clone()
            }

            fn __next__(slf: &Bound<'_, Self>) -> Option<$item> {
                let py = slf.py();
                // Dropped when the iterator is not borrowed any more: that may run Python code.
                let _exhausted;
                let mut rest = borrow_mut(slf);
                let Self { batch, size, cursor } = &mut *rest;
                if batch.is_empty() {
                    cursor.as_mut()?.with_dependent_mut(|_, left| {
                        black_box(left.clone().take(*size).fold(0, |all, entry| all ^ $touch(entry, py)));
                        batch.extend(left.take(*size).map(|entry| $take(entry, py)));
                    });
                    batch.reverse();
                    *size = BATCH_MAX.min(2 * *size);
                }
                let next = batch.pop();
                if next.is_none() {
                    _exhausted = cursor.take();
                }
                next
            }

            fn __length_hint__(slf: &Bound<'_, Self>) -> usize {
                let rest = borrow_mut(slf);
                rest.batch.len() + rest.cursor.as_ref().map_or(0, |cursor| cursor.borrow_dependent().len())
            }

            /// Pickled as those of a dict: as an iterator over a list of what is left.
            fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyList>,))> {
                let py = slf.py();
                let rest = borrow_mut(slf);
                let mut left: Vec<_> = rest.batch.iter().rev().cloned().collect();
                if let Some(cursor) = &rest.cursor {
                    left.extend(cursor.borrow_dependent().clone().map(|entry| $take(entry, py)));
                }
                drop(rest);
                Ok((py.import("builtins")?.getattr("iter")?, (PyList::new(py, left)?,)))
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                self.cursor.as_ref().map_or(Ok(()), |cursor| visit.call(cursor.borrow_owner()))
            }
        }
    )+};
}

iterators! {
    /// An iterator over the keys of a map.
    KeyIterator: MapCursor over PersistentMap, Py<PyAny> = key, touching touch_key; lists of LIST_MAX;
    /// An iterator over the values of a map.
    ValueIterator: MapCursor over PersistentMap, Py<PyAny> = value, touching touch_value; lists of LIST_MAX;
    /// An iterator over the pairs of key and value of a map.
    ItemIterator: MapCursor over PersistentMap, (Py<PyAny>, Py<PyAny>) = item, touching touch_item; lists of PAIRS_MAX;
    /// An iterator over the elements of a set.
    ElementIterator: SetCursor over PersistentSet, Py<PyAny> = element, touching touch_element; lists of LIST_MAX;
}

fn key(entry: &Entry, py: Python<'_>) -> Py<PyAny> {
    entry.key.clone_ref(py)
}

fn value(entry: &Entry, py: Python<'_>) -> Py<PyAny> {
    entry.value.clone_ref(py)
}

fn item(entry: &Entry, py: Python<'_>) -> (Py<PyAny>, Py<PyAny>) {
    (key(entry, py), value(entry, py))
}

fn element(element: &Element, py: Python<'_>) -> Py<PyAny> {
    element.0.clone_ref(py)
}

/// Reads something of the object, no matter what.
fn touch(object: &Py<PyAny>, py: Python<'_>) -> usize {
    object.bind(py).get_type_ptr().addr()
}

fn touch_key(entry: &Entry, py: Python<'_>) -> usize {
    touch(&entry.key, py)
}

fn touch_value(entry: &Entry, py: Python<'_>) -> usize {
    touch(&entry.value, py)
}

fn touch_item(entry: &Entry, py: Python<'_>) -> usize {
    touch(&entry.key, py) ^ touch(&entry.value, py)
}

fn touch_element(element: &Element, py: Python<'_>) -> usize {
    touch(&element.0, py)
}
