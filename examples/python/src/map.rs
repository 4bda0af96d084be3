//! `PersistentMap`.

use perennial::map::Merge;
use perennial::trie::SetOp;

use crate::collection::persistent;
use crate::prelude::*;

/// An immutable mapping that shares memory with the versions it was made from.
#[pyclass(frozen, subclass, weakref, mapping, generic, module = "pypersistent")]
pub struct PersistentMap(Body<Entry>);

persistent!(PersistentMap of Entry: Part::Item, Owner::Map, MapMutation, dissoc(key));

impl PersistentMap {
    pub fn compare<'py>(slf: &Bound<'py, Self>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
        let py = other.py();
        let equal = match (op, other.cast::<Self>(), other.cast::<PyDict>()) {
            (CompareOp::Eq | CompareOp::Ne, Ok(other), _) => same_items(py, slf.get(), other.get())?,
            (CompareOp::Eq | CompareOp::Ne, _, Ok(dict)) => {
                slf.get().trie().len() == dict.len() && nested::deeper(|| slf.get().is_within(dict))?
            }
            _ => return Ok(py.NotImplemented().into_bound(py)),
        };
        answer(py, equal == matches!(op, CompareOp::Eq))
    }

    fn compute_hash(&self, py: Python<'_>) -> PyResult<isize> {
        let hash = self.trie().iter().try_fold(0x9e37_79b9_7f4a_7c15_u64, |sum, entry| {
            let hash = spread(entry.key.bind(py).hash()?).rotate_left(32) ^ entry.value.bind(py).hash()? as u64;
            // Entries are added up, since their order does not matter.
            PyResult::Ok(sum.wrapping_add(spread(hash as isize)))
        })?;
        Ok(hash as isize)
    }
}

/// Returns the union of both tries; the keys are those of the left, the values those of the right one.
fn union(py: Python<'_>, left: &HashTrie<Entry>, right: &HashTrie<Entry>) -> PyResult<HashTrie<Entry>> {
    let same = |a: &Entry, b: &Entry| same_key(py, a, b);
    left.try_merge(right, SetOp::UNION, same, |a, b| {
        Ok(if a.value.is(&b.value) {
            Merge::Left
        } else if a.key.is(&b.key) {
            Merge::Right
        } else {
            Merge::New(Entry { key: a.key.clone_ref(py), value: b.value.clone_ref(py) })
        })
    })
}

/// Returns what `trie` becomes with all `others` and `keywords`.
pub fn updated<'py>(
    py: Python<'py>,
    mut trie: HashTrie<Entry>,
    others: impl IntoIterator<Item = Object<'py>>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<HashTrie<Entry>> {
    for other in others.into_iter().chain(keywords.map(|keywords| keywords.as_any().clone())) {
        if let Ok(other) = other.cast::<PersistentMap>() {
            trie = union(py, &trie, other.get().trie())?;
            continue;
        }
        let entries = entries(&other)?;
        if entries.len() < trie.len() {
            for Entry { key, value } in entries {
                assign(&mut trie, &Query::new(key.bind(py))?, value.bind(py))?;
            }
        } else {
            trie = union(py, &trie, &map_of(py, entries)?)?;
        }
    }
    Ok(counted(trie))
}

/// Returns `slf | other`, or `other | slf` if `reflected`.
fn operator<'py>(slf: &Bound<'py, PersistentMap>, other: &Object<'py>, reflected: bool) -> Made<'py> {
    let (py, ours) = (slf.py(), slf.get().trie());
    if other.cast::<PyMapping>().is_err() {
        return Ok(py.NotImplemented().into_bound(py));
    }
    let theirs = map_trie(other)?;
    let both = if reflected { union(py, &theirs, ours) } else { union(py, ours, &theirs) };
    with_trie(slf, counted(both?))
}

#[pymethods]
impl PersistentMap {
    #[new]
    #[pyo3(signature = (source=None, /, **entries), text_signature = "(source=(), /, **entries)")]
    fn new(
        #[pyo3(from_py_with = given)] source: Option<Object<'_>>,
        entries: Option<&Bound<'_, PyDict>>,
        py: Python<'_>,
    ) -> PyResult<Self> {
        let trie = source.as_ref().map_or(Ok(HashTrie::new()), map_trie)?;
        Ok(if entries.is_some() { updated(py, trie, [], entries)? } else { trie }.into())
    }

    /// Returns the map of a mapping's entries.
    #[classmethod]
    fn from_dict<'py>(cls: &Bound<'py, PyType>, mapping: &Object<'py>) -> Made<'py> {
        cls.call1((mapping,))
    }

    /// Returns the map of the keyword arguments.
    #[classmethod]
    #[pyo3(signature = (**entries))]
    fn create<'py>(cls: &Bound<'py, PyType>, entries: Option<&Bound<'py, PyDict>>) -> Made<'py> {
        cls.call((), entries)
    }

    /// Returns a map in which each of the keys has this value.
    #[classmethod]
    #[pyo3(signature = (keys, value=None, /))]
    fn fromkeys<'py>(cls: &Bound<'py, PyType>, keys: &Object<'py>, value: Option<Py<PyAny>>) -> Made<'py> {
        let py = cls.py();
        let value = value.unwrap_or_else(|| py.None());
        let entry = |key: Made<'_>| Ok(Entry { key: key?.unbind(), value: value.clone_ref(py) });
        let entries = keys.try_iter()?.map(entry).collect::<PyResult<_>>()?;
        cls.call1((Self::plain(py, map_of(py, entries)?)?,))
    }

    /// Returns a map in which the key has this value. The same map, if it has that very value already.
    fn assoc<'py>(slf: &Bound<'py, Self>, key: &Object<'py>, value: &Object<'py>) -> Made<'py> {
        let query = Query::new(key)?;
        let mut trie = slf.get().trie().clone();
        assign(&mut trie, &query, value)?;
        with_trie(slf, trie)
    }

    /// Returns the value of the key, or the default.
    #[pyo3(signature = (key, default=None))]
    fn get<'py>(&self, key: &Object<'py>, default: Option<Object<'py>>) -> PyResult<Option<Object<'py>>> {
        Ok(value_at(self.trie(), &Query::new(key)?)?.or(default))
    }

    fn __getitem__<'py>(&self, key: &Object<'py>) -> Made<'py> {
        found(value_at(self.trie(), &Query::new(key)?)?, key)
    }

    /// Returns a map that has the entries of all others too: mappings or iterables of pairs, and keywords. The last
    /// value of a key wins.
    #[pyo3(signature = (*others, **entries))]
    fn update<'py>(
        slf: &Bound<'py, Self>,
        others: &Bound<'py, PyTuple>,
        entries: Option<&Bound<'py, PyDict>>,
    ) -> Made<'py> {
        with_trie(slf, updated(slf.py(), slf.get().trie().clone(), others, entries)?)
    }

    /// Returns a map that has the entries of all others too. A key that is there already gets the value
    /// `function(old, new)`.
    #[pyo3(signature = (function, /, *others))]
    fn update_with<'py>(slf: &Bound<'py, Self>, function: &Object<'py>, others: &Bound<'py, PyTuple>) -> Made<'py> {
        let py = slf.py();
        let mut trie = slf.get().trie().clone();
        for other in others {
            for Entry { key, value } in entries(&other)? {
                let query = Query::new(key.bind(py))?;
                let value = match find(&trie, &query)? {
                    Some(there) => function.call1((&there.value, value))?,
                    None => value.into_bound(py),
                };
                assign(&mut trie, &query, &value)?;
            }
        }
        with_trie(slf, counted(trie))
    }

    fn __or__<'py>(slf: &Bound<'py, Self>, other: &Object<'py>) -> Made<'py> {
        operator(slf, other, false)
    }

    fn __ror__<'py>(slf: &Bound<'py, Self>, other: &Object<'py>) -> Made<'py> {
        operator(slf, other, true)
    }

    /// Returns what has changed from this map to `newer`: dicts of the entries added, of those removed, and of the keys
    /// whose values are not equal, with the pair of both values.
    fn diff<'py>(&self, newer: &Object<'py>) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let py = newer.py();
        let newer = map_trie(newer)?;
        let (added, removed, changed) = (PyDict::new(py), PyDict::new(py), PyDict::new(py));
        let same = |a: &Entry, b: &Entry| same_key(py, a, b);
        self.trie().try_diff(&newer, same, |old, new| match (old, new) {
            (None, Some(new)) => added.set_item(&new.key, &new.value),
            (Some(old), None) => removed.set_item(&old.key, &old.value),
            (Some(old), Some(new)) if !same_value(py, &old.value, &new.value)? => {
                changed.set_item(&old.key, (&old.value, &new.value))
            }
            _ => Ok(()),
        })?;
        Ok((added, removed, changed))
    }

    /// Returns the keys, as a set that looks at the map.
    fn keys(slf: Py<Self>) -> KeysView {
        KeysView(slf)
    }

    /// Returns the values, as a view of the map.
    fn values(slf: Py<Self>) -> ValuesView {
        ValuesView(slf)
    }

    /// Returns the pairs of key and value, as a set that looks at the map.
    fn items(slf: Py<Self>) -> ItemsView {
        ItemsView(slf)
    }

    /// Returns a list of the keys.
    fn keys_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), Part::Key)
    }

    /// Returns a list of the values.
    fn values_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), Part::Value)
    }

    /// Returns a list of the pairs of key and value.
    fn items_list<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.trie(), Part::Item)
    }
}

/// Returns true if both maps have the same keys.
pub fn same_keys(py: Python<'_>, a: &PersistentMap, b: &PersistentMap) -> PyResult<bool> {
    nested::deeper(|| a.trie().try_eq(b.trie(), |a, b| same_key(py, a, b)))
}

/// Returns true if both maps have the same keys with the same values.
pub fn same_items(py: Python<'_>, a: &PersistentMap, b: &PersistentMap) -> PyResult<bool> {
    let same = |a: &Entry, b: &Entry| Ok(same_key(py, a, b)? && same_value(py, &a.value, &b.value)?);
    nested::deeper(|| a.trie().try_eq(b.trie(), same))
}

/// Returns a hash in which small differences are spread over all bits.
fn spread(hash: isize) -> u64 {
    let product = u128::from(hash as u64) * 0xd6e8_feb8_6659_fd93;
    (product >> 64) as u64 ^ product as u64
}

impl PersistentMap {
    /// Returns true if the dict, which is of the same length, has all entries.
    fn is_within(&self, dict: &Bound<'_, PyDict>) -> PyResult<bool> {
        let py = dict.py();
        for entry in self.trie() {
            match dict.get_item(&entry.key)? {
                Some(value) if same_value(py, &entry.value, value.as_unbound())? => {}
                _ => return Ok(false),
            }
        }
        Ok(true)
    }
}
