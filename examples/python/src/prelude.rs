//! What nearly every module uses.

pub(crate) use perennial::trie::HashTrie;
pub(crate) use pyo3::basic::CompareOp;
pub(crate) use pyo3::exceptions::{PyKeyError, PyRuntimeError, PyTypeError, PyValueError};
pub(crate) use pyo3::gc::{PyTraverseError, PyVisit};
pub(crate) use pyo3::prelude::*;
pub(crate) use pyo3::types::{PyDict, PyFrozenSet, PyList, PyMapping, PySet, PyString, PyTuple, PyType};
pub(crate) use pyo3::{PyClass, intern};

pub(crate) use crate::collection::{Body, Collection, list, size_of, subclass, with_trie};
pub(crate) use crate::collector::{self, Shown, counted};
pub(crate) use crate::deferred::Deferred;
pub(crate) use crate::entry::{
    Element, Entry, Keyed, Part, Query, add, assign, build, find, found, remove, same_key, same_value, value_at,
    without,
};
pub(crate) use crate::iter::{Owner, iterate};
pub(crate) use crate::map::PersistentMap;
pub(crate) use crate::map_mutation::MapMutation;
pub(crate) use crate::mutation::{Mutation, borrow, borrow_mut};
pub(crate) use crate::set::PersistentSet;
pub(crate) use crate::set_mutation::SetMutation;
pub(crate) use crate::set_operators::{Operation, SetLike, answer, compare, is_set, shorter_first};
pub(crate) use crate::source::{entries, given, map_of, map_trie, set_trie};
pub(crate) use crate::views::{ItemsView, KeysView, ValuesView};
pub(crate) use crate::{nested, pickle};

/// Any object of Python.
pub type Object<'py> = Bound<'py, PyAny>;

/// A new object of Python, or an exception.
pub type Made<'py> = PyResult<Bound<'py, PyAny>>;
