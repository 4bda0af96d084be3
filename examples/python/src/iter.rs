//! Iterators. Each keeps its map alive and is safe to share: a lock is held while entries are taken, and while it is held
//! no Python code runs.

use std::hint::black_box;
use std::sync::{Mutex, PoisonError};

use perennial::trie::Iter;
use pyo3::gc::{PyTraverseError, PyVisit};
use pyo3::prelude::*;
use pyo3::sync::MutexExt;
use self_cell::self_cell;

use crate::entry::{Element, Entry};
use crate::map::PersistentMap;
use crate::set::PersistentSet;

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

/// What is left of an iteration: a batch, the next one last, and what comes after it.
struct Rest<C, I> {
    batch: Vec<I>,
    /// How many entries the next batch has.
    size: usize,
    cursor: C,
}

/// Defines an iterator class over `$collection`, which yields what `$taken` takes from an entry.
macro_rules! iterators {
    ($($(#[$doc:meta])* $name:ident: $cursor:ident over $collection:ty, $item:ty = $taken:path; touching $touch:path;)+) => {$(
        $(#[$doc])*
        #[pyclass(frozen, module = "pypersistent")]
        pub struct $name(Mutex<Rest<$cursor, $item>>);

        impl $name {
            pub fn new(collection: &Bound<'_, $collection>) -> Self {
                let cursor = $cursor::new(collection.clone().unbind(), |collection| collection.get().trie().iter());
                Self(Mutex::new(Rest { batch: Vec::new(), size: BATCH_MIN, cursor }))
            }
        }

        #[pymethods]
        impl $name {
            fn __iter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
                slf.clone()
            }

            fn __next__(&self, py: Python<'_>) -> Option<$item> {
                let mut rest = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
                let Rest { batch, size, cursor } = &mut *rest;
                if batch.is_empty() {
                    cursor.with_dependent_mut(|_, left| {
                        black_box(left.clone().take(*size).fold(0, |all, entry| all ^ $touch(entry, py)));
                        batch.extend(left.take(*size).map(|entry| $taken(entry, py)));
                    });
                    batch.reverse();
                    *size = BATCH_MAX.min(2 * *size);
                }
                batch.pop()
            }

            fn __length_hint__(&self, py: Python<'_>) -> usize {
                let rest = self.0.lock_py_attached(py).unwrap_or_else(PoisonError::into_inner);
                rest.batch.len() + rest.cursor.borrow_dependent().len()
            }

            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                // Whoever holds the lock is in the middle of a step, and this is then no garbage.
                self.0.try_lock().map_or(Ok(()), |rest| visit.call(rest.cursor.borrow_owner()))
            }
        }
    )+};
}

iterators! {
    /// An iterator over the keys of a map.
    KeyIterator: MapCursor over PersistentMap, Py<PyAny> = key; touching touch_key;
    /// An iterator over the values of a map.
    ValueIterator: MapCursor over PersistentMap, Py<PyAny> = value; touching touch_value;
    /// An iterator over the pairs of key and value of a map.
    ItemIterator: MapCursor over PersistentMap, (Py<PyAny>, Py<PyAny>) = item; touching touch_item;
    /// An iterator over the elements of a set.
    ElementIterator: SetCursor over PersistentSet, Py<PyAny> = element; touching touch_element;
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
