//! What maps and sets have in common.

use std::sync::atomic::{AtomicIsize, Ordering};

use pyo3::pyclass::boolean_struct::True;

use crate::prelude::*;

/// The hash that stands for "not computed yet"; Python has no object of this hash.
const NO_HASH: isize = -1;

/// What an object of both classes consists of.
pub struct Body<T: Keyed> {
    pub trie: Deferred<T>,
    pub shown: Shown,
    hash: AtomicIsize,
}

impl<T: Keyed> From<HashTrie<T>> for Body<T> {
    fn from(trie: HashTrie<T>) -> Self {
        collector::stored(collector::VERSION);
        Self { trie: Deferred(trie), hash: AtomicIsize::new(NO_HASH), shown: Shown::default() }
    }
}

/// A class whose objects are a trie each.
pub trait Collection: PyClass<Frozen = True> + Sync {
    type Entry: Keyed;

    fn body(&self) -> &Body<Self::Entry>;

    #[inline]
    fn trie(&self) -> &HashTrie<Self::Entry> {
        &self.body().trie.0
    }

    /// Returns an object of this class, not of a subclass.
    fn plain(py: Python<'_>, trie: HashTrie<Self::Entry>) -> PyResult<Bound<'_, Self>>;

    fn owner(slf: Py<Self>) -> Owner;
}

/// Defines what the classes of maps and sets have in common. They are pickled as a list of the `$contents` of entries,
/// and `$without` is their name for the removal of a `$key`.
macro_rules! persistent {
    ($class:ident of $entry:ident: $contents:path, $owner:path, $mutation:ident, $without:ident($key:ident)) => {
        impl Collection for $class {
            type Entry = $entry;

            #[inline]
            fn body(&self) -> &Body<$entry> {
                &self.0
            }

            fn plain(py: Python<'_>, trie: HashTrie<$entry>) -> PyResult<Bound<'_, Self>> {
                Bound::new(py, Self::from(trie))
            }

            fn owner(slf: Py<Self>) -> Owner {
                $owner(slf)
            }
        }

        impl From<HashTrie<$entry>> for $class {
            fn from(trie: HashTrie<$entry>) -> Self {
                Self(trie.into())
            }
        }

        #[pymethods]
        impl $class {
            /// There is nothing left to do. A subclass may call it, and its own `__new__` may have other parameters.
            #[pyo3(signature = (*_arguments, **_keywords))]
            fn __init__(&self, _arguments: &Bound<'_, PyTuple>, _keywords: Option<&Bound<'_, PyDict>>) {}

            /// Returns one without this. The same object, if it is not there.
            fn $without<'py>(slf: &Bound<'py, Self>, $key: &Object<'py>) -> Made<'py> {
                Ok(without(slf, $key)?.0)
            }

            /// Returns one without this. Raises KeyError if it is not there.
            fn remove<'py>(slf: &Bound<'py, Self>, $key: &Object<'py>) -> Made<'py> {
                let (rest, removed) = without(slf, $key)?;
                found(removed, $key)?;
                Ok(rest)
            }

            /// Returns an empty one.
            fn clear<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                with_trie(slf, HashTrie::new())
            }

            /// Returns the object itself, since nothing can change it.
            fn copy<'py>(slf: &Bound<'py, Self>) -> Bound<'py, Self> {
                slf.clone()
            }

            fn __contains__(&self, $key: &Object<'_>) -> PyResult<bool> {
                Ok(find(self.trie(), &Query::new($key)?)?.is_some())
            }

            /// The same as `in`.
            fn contains(&self, $key: &Object<'_>) -> PyResult<bool> {
                self.__contains__($key)
            }

            fn __len__(&self) -> usize {
                self.trie().len()
            }

            fn __iter__<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                iterate(slf, Part::Key)
            }

            /// Returns a mutable copy, in which many changes cost less:
            /// `with old.mutate() as new: ...; new.finish()`.
            fn mutate(slf: &Bound<'_, Self>) -> $mutation {
                $mutation(Mutation::new(slf))
            }

            fn __richcmp__<'py>(slf: &Bound<'py, Self>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
                Self::compare(slf, other, op)
            }

            fn __hash__(&self, py: Python<'_>) -> PyResult<isize> {
                self.0.hash(|| self.compute_hash(py))
            }

            fn __repr__<'py>(slf: &Bound<'py, Self>) -> Made<'py> {
                nested::repr_of_trie(slf, slf.get().trie())
            }

            fn _repr_pretty_(slf: &Bound<'_, Self>, printer: &Object<'_>, cycle: bool) -> PyResult<()> {
                nested::print_in_ipython(slf, printer, cycle)
            }

            fn __reduce_ex__<'py>(slf: &Bound<'py, Self>, protocol: isize) -> Made<'py> {
                pickle::reduce(slf, protocol)
            }

            fn __getnewargs__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyList>,)> {
                Ok((list(py, self.trie(), $contents)?,))
            }

            fn __sizeof__(slf: &Bound<'_, Self>) -> PyResult<usize> {
                size_of(slf, slf.get().trie())
            }

            /// There is nothing to clear: like a tuple, it is part of a cycle only with something that can change.
            fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
                collector::show(self.trie(), &self.0.shown, &visit)
            }
        }
    };
}
pub(crate) use persistent;

impl<T: Keyed> Body<T> {
    /// Returns the hash, computed once.
    pub fn hash(&self, compute: impl FnOnce() -> PyResult<isize>) -> PyResult<isize> {
        let known = self.hash.load(Ordering::Relaxed);
        if known != NO_HASH {
            return Ok(known);
        }
        let hash = match nested::deeper(compute)? {
            NO_HASH => NO_HASH - 1,
            hash => hash,
        };
        self.hash.store(hash, Ordering::Relaxed);
        Ok(hash)
    }
}

/// Returns the class of an object if it is a subclass of `C`.
pub fn subclass<'py, C: Collection>(object: &Bound<'py, C>) -> Option<Bound<'py, PyType>> {
    let object = object.as_any();
    (!object.is_exact_instance_of::<C>()).then(|| object.get_type())
}

/// Returns `slf` if it has this very trie, otherwise a new collection of its class. A subclass is called with one of
/// `C`.
pub fn with_trie<'py, C: Collection>(slf: &Bound<'py, C>, trie: HashTrie<C::Entry>) -> Made<'py> {
    if trie.ptr_eq(slf.get().trie()) {
        return Ok(slf.clone().into_any());
    }
    let plain = C::plain(slf.py(), trie)?;
    match subclass(slf) {
        Some(class) => class.call1((plain,)),
        None => Ok(plain.into_any()),
    }
}

/// Returns a list of a part of each entry.
pub fn list<'py, T: Keyed>(py: Python<'py>, trie: &HashTrie<T>, part: Part) -> PyResult<Bound<'py, PyList>> {
    match part {
        Part::Key => PyList::new(py, trie.iter().map(T::key)),
        Part::Value => PyList::new(py, trie.iter().map(T::value)),
        Part::Item => PyList::new(py, trie.iter().map(|entry| (entry.key(), entry.value()))),
    }
}

/// Returns the bytes that an object and all nodes of its trie take, also those that others share.
pub fn size_of<T>(object: &Object<'_>, trie: &HashTrie<T>) -> PyResult<usize> {
    let own = object.py().get_type::<PyAny>().call_method1("__sizeof__", (object,))?;
    Ok(own.extract::<usize>()? + trie.memory_usage().bytes)
}
