//! What all that is a set has in common: sets, their mutations, and views of keys and of items.

use crate::prelude::*;

/// An operation that makes a set of two.
#[derive(Clone, Copy)]
pub enum Operation {
    Union,
    Intersection,
    Difference,
    SymmetricDifference,
}

pub trait SetLike: PyClass {
    /// Returns what an operator makes of both, with `other` on the left side if `reflected`: a set of Python.
    fn operate<'py>(slf: &Bound<'py, Self>, operation: Operation, other: &Object<'py>, reflected: bool) -> Made<'py> {
        let set = slf.as_any();
        let py = set.py();
        let method = match operation {
            Operation::Union => "union",
            Operation::Difference => "difference",
            Operation::SymmetricDifference => "symmetric_difference",
            // Only what both have is hashed, if `other` is the shorter one.
            Operation::Intersection => {
                let (shorter, longer) = shorter_first(set, other)?;
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
        let (left, right) = if reflected { (other, set) } else { (set, other) };
        py.get_type::<PySet>().call1((left,))?.call_method1(method, (right,))
    }
}

/// Defines the operators of a class.
macro_rules! set_operators {
    ($class:ident) => {
        set_operators! { $class:
            __or__, __ror__ = Union;
            __and__, __rand__ = Intersection;
            __sub__, __rsub__ = Difference;
            __xor__, __rxor__ = SymmetricDifference;
        }
    };
    ($class:ident: $($operator:ident, $reflected:ident = $operation:ident;)+) => {
        #[pymethods]
        impl $class {
            $(
                fn $operator<'py>(slf: &Bound<'py, Self>, other: &Object<'py>) -> Made<'py> {
                    Self::operate(slf, Operation::$operation, other, false)
                }

                fn $reflected<'py>(slf: &Bound<'py, Self>, other: &Object<'py>) -> Made<'py> {
                    Self::operate(slf, Operation::$operation, other, true)
                }
            )+

            /// Returns true if the iterable has none of the elements.
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
    };
}
pub(crate) use set_operators;

/// Returns both sides, the one to iterate over first: the shorter one, or the one that is no set.
pub fn shorter_first<'a, 'py>(
    set: &'a Object<'py>,
    other: &'a Object<'py>,
) -> PyResult<(&'a Object<'py>, &'a Object<'py>)> {
    Ok(if is_set(other)? && other.len()? > set.len()? { (set, other) } else { (other, set) })
}

/// Returns true for a set, a view of a dict or a map, and what is registered as one.
pub fn is_set(object: &Object<'_>) -> PyResult<bool> {
    if object.is_instance_of::<PySet>() || object.is_instance_of::<PyFrozenSet>() {
        return Ok(true);
    }
    let abc = object.py().import(intern!(object.py(), "collections.abc"))?;
    object.is_instance(&abc.getattr(intern!(object.py(), "Set"))?)
}

/// Compares two sets in the wider sense.
pub fn compare<'py>(slf: &Object<'py>, other: &Object<'py>, op: CompareOp) -> Made<'py> {
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
    answer(py, holds)
}

/// Returns True or False.
pub fn answer(py: Python<'_>, holds: bool) -> Made<'_> {
    Ok(holds.into_pyobject(py)?.to_owned().into_any())
}

/// Returns true if every element of `a` is in `b`.
fn is_within(a: &Object<'_>, b: &Object<'_>) -> PyResult<bool> {
    nested::deeper(|| {
        for element in a.try_iter()? {
            if !b.contains(element?)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}
