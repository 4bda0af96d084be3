//! What maps and sets are made from.

use std::cell::RefCell;

use crate::prelude::*;

/// Returns a trie of the entries of a mapping, or of an iterable of pairs. Of equal keys the first one stays, with the
/// last value.
pub fn map_trie(source: &Object<'_>) -> PyResult<HashTrie<Entry>> {
    match source.cast::<PersistentMap>() {
        Ok(map) => Ok(map.get().trie().clone()),
        Err(_) => map_of(source.py(), entries(source)?),
    }
}

pub fn map_of(py: Python<'_>, entries: Vec<Entry>) -> PyResult<HashTrie<Entry>> {
    build(py, entries, |there, new| there.value = new.value)
}

/// Returns the entries of a mapping, or of an iterable of pairs.
pub fn entries(source: &Object<'_>) -> PyResult<Vec<Entry>> {
    if let Ok(dict) = source.cast_exact::<PyDict>() {
        dict_entries(dict)
    } else if let Some(items) = source.getattr_opt(intern!(source.py(), "items"))? {
        pairs(&items.call0()?)
    } else if let Some(keys) = source.getattr_opt(intern!(source.py(), "keys"))? {
        let entry = |key: Made<'_>| {
            let key = key?;
            Ok(Entry { value: source.get_item(&key)?.unbind(), key: key.unbind() })
        };
        keys.call0()?.try_iter()?.map(entry).collect()
    } else {
        pairs(source)
    }
}

/// Taken out first, since no foreign code must run while the dict is iterated over.
fn dict_entries(dict: &Bound<'_, PyDict>) -> PyResult<Vec<Entry>> {
    let entries = RefCell::new(Vec::with_capacity(dict.len()));
    dict.locked_for_each(|key, value| {
        entries.borrow_mut().push(Entry { key: key.unbind(), value: value.unbind() });
        Ok(())
    })?;
    Ok(entries.into_inner())
}

fn pairs(source: &Object<'_>) -> PyResult<Vec<Entry>> {
    source.try_iter()?.enumerate().map(|(at, pair)| entry_of(at, &pair?)).collect()
}

/// A pair is most often a tuple, otherwise any iterable of two.
fn entry_of(at: usize, pair: &Object<'_>) -> PyResult<Entry> {
    let parts = match pair.cast_exact::<PyTuple>() {
        Ok(tuple) if tuple.len() == 2 => [tuple.get_item(0)?, tuple.get_item(1)?],
        _ => {
            let parts = pair.try_iter().map_err(|error| no_pair(at, pair, error))?;
            parts.collect::<PyResult<Vec<_>>>()?.try_into().map_err(|parts: Vec<_>| {
                let len = parts.len();
                PyValueError::new_err(format!("element #{at} of a map's entries has length {len}; 2 is required"))
            })?
        }
    };
    let [key, value] = parts.map(Bound::unbind);
    Ok(Entry { key, value })
}

/// Returns an error that names the element which cannot be iterated over, with `error` as its cause. What its own code
/// has raised is returned as it is, if it is no TypeError.
#[cold]
fn no_pair(at: usize, element: &Object<'_>, error: PyErr) -> PyErr {
    match element.get_type().name() {
        Ok(name) if error.is_instance_of::<PyTypeError>(element.py()) => {
            let named =
                PyTypeError::new_err(format!("element #{at} of a map's entries is no pair but of type '{name}'"));
            named.set_cause(element.py(), Some(error));
            named
        }
        _ => error,
    }
}

/// Returns a trie of the elements of an iterable. Of equal ones the first one stays.
pub fn set_trie(source: &Object<'_>) -> PyResult<HashTrie<Element>> {
    if let Ok(set) = source.cast::<PersistentSet>() {
        return Ok(set.get().trie().clone());
    }
    let elements = source.try_iter()?.map(|element| Ok(Element(element?.unbind()))).collect::<PyResult<_>>()?;
    build(source.py(), elements, |_, _| ())
}

/// Takes an argument that may be absent for what it is, so that None is not the same as no argument.
pub fn given<'py>(argument: &Object<'py>) -> PyResult<Option<Object<'py>>> {
    Ok(Some(argument.clone()))
}
