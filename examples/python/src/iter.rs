//! Iterators over large maps and sets. Each keeps its map alive until it is exhausted. Several threads may share one.

use std::hint::black_box;
use std::{thread, vec};

use perennial::trie::Iter;
use pyo3::pyclass::PyClassGuardMut;
use self_cell::self_cell;

use crate::prelude::*;

/// Up to so many keys, values or elements are iterated over as a list, which takes half the time.
const LIST_MAX: usize = 1024;

/// Up to so many pairs. More new tuples at a time would set the garbage collector off, and take longer then.
const PAIRS_MAX: usize = 256;

/// The most entries that are taken at once. The objects lie far apart in memory, so a batch is first touched in a loop
/// that does nothing else, in which the processor fetches many at a time. At a million strings this takes a third off.
const BATCH_MAX: usize = 128;

/// The entries of the first batch; each further one is twice as large.
const BATCH_MIN: usize = 4;

pub enum Owner {
    Map(Py<PersistentMap>),
    Set(Py<PersistentSet>),
}

#[derive(Clone)]
enum Left<'a> {
    Map(Iter<'a, Entry>),
    Set(Iter<'a, Element>),
}

self_cell! {
    struct Cursor {
        owner: Owner,
        #[covariant]
        dependent: Left,
    }
}

impl Left<'_> {
    fn len(&self) -> usize {
        match self {
            Left::Map(left) => left.len(),
            Left::Set(left) => left.len(),
        }
    }

    /// Takes a part of each of so many entries.
    fn batch(&mut self, py: Python<'_>, part: Part, size: usize) -> vec::IntoIter<Taken> {
        match self {
            Left::Map(left) => batch(left, py, part, size),
            Left::Set(left) => batch(left, py, part, size),
        }
    }
}

/// A part of an entry. A pair becomes a tuple when the iterator is not borrowed: that may start the garbage collector.
type Taken = (Py<PyAny>, Option<Py<PyAny>>);

fn untie<'py>(py: Python<'py>, taken: Taken) -> Made<'py> {
    match taken {
        (key, Some(value)) => Ok((key, value).into_pyobject(py)?.into_any()),
        (one, None) => Ok(one.into_bound(py)),
    }
}

fn batch<T: Keyed>(left: &mut Iter<'_, T>, py: Python<'_>, part: Part, size: usize) -> vec::IntoIter<Taken> {
    let touch = |object: &Py<PyAny>| object.bind(py).get_type_ptr().addr();
    let touched = left.clone().take(size).map(|entry| match part {
        Part::Key => touch(entry.key()),
        Part::Value => touch(entry.value()),
        Part::Item => touch(entry.key()) ^ touch(entry.value()),
    });
    black_box(touched.fold(0, |all, one| all ^ one));
    let taken = left.take(size).map(|entry| match part {
        Part::Key => (entry.key().clone_ref(py), None),
        Part::Value => (entry.value().clone_ref(py), None),
        Part::Item => (entry.key().clone_ref(py), Some(entry.value().clone_ref(py))),
    });
    taken.collect::<Vec<_>>().into_iter()
}

/// An iterator over a map or a set.
#[pyclass(module = "pypersistent")]
pub struct EntryIterator {
    part: Part,
    batch: vec::IntoIter<Taken>,
    /// How many entries the next batch has.
    size: usize,
    /// What comes after the batch.
    cursor: Option<Cursor>,
}

/// Returns an iterator over a part of each entry.
pub fn iterate<'py, C: Collection>(collection: &Bound<'py, C>, part: Part) -> Made<'py> {
    let (py, trie) = (collection.py(), collection.get().trie());
    if trie.len() <= if let Part::Item = part { PAIRS_MAX } else { LIST_MAX } {
        return Ok(list(py, trie, part)?.try_iter()?.into_any());
    }
    let cursor = Cursor::new(C::owner(collection.clone().unbind()), |owner| match owner {
        Owner::Map(map) => Left::Map(map.get().trie().iter()),
        Owner::Set(set) => Left::Set(set.get().trie().iter()),
    });
    let iterator = EntryIterator { part, batch: Vec::new().into_iter(), size: BATCH_MIN, cursor: Some(cursor) };
    Ok(Bound::new(py, iterator)?.into_any())
}

/// Borrows an iterator. Without the global lock another thread may have it, but not for long: it runs no Python code
/// meanwhile.
fn borrow_mut<'a>(iterator: &'a Bound<'_, EntryIterator>) -> PyClassGuardMut<'a, EntryIterator> {
    loop {
        match iterator.as_any().extract() {
            Ok(guard) => return guard,
            Err(_) => iterator.py().detach(thread::yield_now),
        }
    }
}

#[pymethods]
impl EntryIterator {
    fn __iter__<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
        slf.clone()
    }

    fn __next__<'py>(slf: &Bound<'py, Self>) -> PyResult<Option<Object<'py>>> {
        let py = slf.py();
        let mut rest = borrow_mut(slf);
        let Self { part, batch, size, cursor } = &mut *rest;
        if let (0, Some(cursor)) = (batch.len(), &mut *cursor) {
            *batch = cursor.with_dependent_mut(|_, left| left.batch(py, *part, *size));
            *size = BATCH_MAX.min(2 * *size);
        }
        let next = batch.next();
        // Dropped when the iterator is not borrowed any more: that may run Python code.
        let _exhausted = if next.is_none() { cursor.take() } else { None };
        drop(rest);
        next.map(|taken| untie(py, taken)).transpose()
    }

    fn __length_hint__(slf: &Bound<'_, Self>) -> usize {
        let rest = borrow_mut(slf);
        rest.batch.len() + rest.cursor.as_ref().map_or(0, |cursor| cursor.borrow_dependent().len())
    }

    /// Pickled as those of a dict: as an iterator over a list of what is left.
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Object<'py>, (Bound<'py, PyList>,))> {
        let py = slf.py();
        let rest = borrow_mut(slf);
        let mut left = rest.batch.as_slice().to_vec();
        if let Some(cursor) = &rest.cursor {
            left.extend(cursor.borrow_dependent().clone().batch(py, rest.part, usize::MAX));
        }
        drop(rest);
        let left = left.into_iter().map(|taken| untie(py, taken)).collect::<PyResult<Vec<_>>>()?;
        Ok((py.import("builtins")?.getattr("iter")?, (PyList::new(py, left)?,)))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        match self.cursor.as_ref().map(Cursor::borrow_owner) {
            Some(Owner::Map(map)) => visit.call(map),
            Some(Owner::Set(set)) => visit.call(set),
            None => Ok(()),
        }
    }
}
