//! An element that is counted from birth to drop, and a fuse that makes any call of user code panic, or drop something
//! else.
//!
//! Counts and fuses are kept per thread, and each test has a thread of its own.

use core::any::Any;
use core::cell::{Cell, RefCell};
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::panicking;

use super::values::Sample;

thread_local! {
    /// Whether the element of each number is still alive.
    static ALIVE: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
    /// Uses and drops of elements that were dead already: a `Drop` may not report them by a panic.
    static FAULTS: Cell<usize> = const { Cell::new(0) };
    /// The fuse that is set.
    static FUSE: Cell<Option<Fuse>> = const { Cell::new(None) };
}

/// An element, equal to others of the same value, and known by a number of its own.
pub(crate) struct Tracked {
    value: u64,
    mark: u64,
    number: usize,
}

impl Tracked {
    /// A new element.
    pub(crate) fn new(value: u64) -> Self {
        Self::marked(value, 0)
    }

    /// A new element that can be told from equal ones by its mark.
    pub(crate) fn marked(value: u64, mark: u64) -> Self {
        let number = ALIVE.with_borrow_mut(|alive| {
            alive.push(true);
            alive.len() - 1
        });
        Tracked { value, mark, number }
    }

    /// What the element stands for; notes a fault if it is dead.
    pub(crate) fn value(&self) -> u64 {
        if !ALIVE.with_borrow(|alive| alive.get(self.number) == Some(&true)) {
            FAULTS.set(FAULTS.get() + 1);
        }
        self.value
    }

    /// What tells the element from equal ones; its clones have it too.
    pub(crate) fn mark(&self) -> u64 {
        self.value();
        self.mark
    }

    /// Makes the element stand for `value`.
    pub(crate) fn set(&mut self, value: u64) {
        self.value();
        self.value = value;
    }
}

impl Default for Tracked {
    fn default() -> Self {
        burn(Call::Default);
        Tracked::new(0)
    }
}

impl Sample for Tracked {
    fn sample(number: u16) -> Self {
        Tracked::new(number.into())
    }
}

impl Drop for Tracked {
    fn drop(&mut self) {
        let was_alive = ALIVE
            .with_borrow_mut(|alive| alive.get_mut(self.number).is_some_and(|alive| core::mem::replace(alive, false)));
        if !was_alive {
            FAULTS.set(FAULTS.get() + 1);
        }
        burn(Call::Drop);
    }
}

impl Clone for Tracked {
    fn clone(&self) -> Self {
        let value = self.value();
        burn(Call::Clone);
        Tracked::marked(value, self.mark)
    }
}

/// What `entry_ref` makes of a borrowed element.
impl From<&Tracked> for Tracked {
    fn from(borrowed: &Tracked) -> Self {
        borrowed.clone()
    }
}

impl PartialEq for Tracked {
    fn eq(&self, other: &Self) -> bool {
        let values = (self.value(), other.value());
        burn(Call::Eq);
        values.0 == values.1
    }
}

impl Eq for Tracked {}

impl PartialOrd for Tracked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tracked {
    fn cmp(&self, other: &Self) -> Ordering {
        self.value().cmp(&other.value())
    }
}

impl Hash for Tracked {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let value = self.value();
        burn(Call::Hash);
        state.write_u64(value);
    }
}

impl core::fmt::Debug for Tracked {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let value = self.value();
        burn(Call::Debug);
        write!(f, "{value}")
    }
}

/// Runs `test` and checks that every element born in it was dropped once, and none used after that.
#[track_caller]
pub(crate) fn balanced<R>(test: impl FnOnce() -> R) -> R {
    ALIVE.with_borrow_mut(Vec::clear);
    FAULTS.set(0);
    let result = test();
    let (born, leaked) = ALIVE.with_borrow(|alive| {
        let leaked = alive.iter().filter(|alive| **alive).count();
        (alive.len(), leaked)
    });
    assert!(born > 0, "the test made no element");
    assert_eq!(leaked, 0, "of {born} elements some were never dropped");
    assert_eq!(FAULTS.get(), 0, "dead elements were used or dropped again");
    result
}

/// User code that a fuse can be laid in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Hash,
    Eq,
    Clone,
    Drop,
    Default,
    Debug,
    /// `BuildHasher::build_hasher`.
    BuildHasher,
    /// `Hasher::finish`.
    Hasher,
    /// `Clone` of the `BuildHasher`.
    CloneHasher,
    /// A closure or iterator given to the operation, which calls [`burn`] itself.
    Closure,
    /// An equality that can fail, which asks [`blows`] whether it shall: an error instead of a panic.
    Error,
}

impl Call {
    pub(crate) const ALL: [Call; 11] = [
        Call::Hash,
        Call::Eq,
        Call::Clone,
        Call::Drop,
        Call::Default,
        Call::Debug,
        Call::BuildHasher,
        Call::Hasher,
        Call::CloneHasher,
        Call::Closure,
        Call::Error,
    ];
}

/// A fuse, and what it sets off.
struct Fuse {
    call: Call,
    /// Calls that still go well.
    left: usize,
    charge: Charge,
}

enum Charge {
    Panic,
    /// Drops this value, and then panics here or in a drop.
    Loss(Box<dyn Any>, Panics),
}

/// Where the panic comes after a loss.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Panics {
    /// In the call that has dropped the value.
    Here,
    /// In the drop of an element, after so many other drops.
    InDrop(usize),
}

/// What a blown fuse panics with.
struct Blown;

/// Counts a call. Is it the one that the fuse is set to, and has to panic?
pub(crate) fn blows(call: Call) -> bool {
    // A second panic while the first unwinds would abort the process.
    if panicking() {
        return false;
    }
    let Some(fuse) = FUSE.take() else { return false };
    if fuse.call != call {
        FUSE.set(Some(fuse));
        return false;
    }
    match (fuse.left.checked_sub(1), fuse.charge) {
        (Some(left), charge) => FUSE.set(Some(Fuse { call, left, charge })),
        (None, Charge::Panic) => return true,
        (None, Charge::Loss(value, panics)) => {
            drop(value);
            match panics {
                Panics::Here => return true,
                Panics::InDrop(left) => FUSE.set(Some(Fuse { call: Call::Drop, left, charge: Charge::Panic })),
            }
        }
    }
    false
}

/// Counts a call, and panics if it is the one that the fuse is set to.
pub(crate) fn burn(call: Call) {
    if blows(call) {
        // Unlike `panic!` this prints nothing, thousands of times.
        resume_unwind(Box::new(Blown));
    }
}

/// Runs `operation` with a fuse. Returns its result unless it panicked, and what is left of the fuse.
fn run_with<R>(fuse: Fuse, operation: impl FnOnce() -> R) -> (Option<R>, Option<Fuse>) {
    FUSE.set(Some(fuse));
    let result = catch_unwind(AssertUnwindSafe(operation));
    let left = FUSE.take();
    match result {
        Ok(result) => (Some(result), left),
        Err(panic) if panic.is::<Blown>() => (None, left),
        Err(panic) => resume_unwind(panic),
    }
}

/// Runs `operation` with a fuse that blows at the `nth` (from 0) call of the kind, and answers its result,
/// or `None` if the fuse blew.
pub(crate) fn with_fuse<R>(call: Call, nth: usize, operation: impl FnOnce() -> R) -> Option<R> {
    let (result, left) = run_with(Fuse { call, left: nth, charge: Charge::Panic }, operation);
    result.filter(|_| left.is_some())
}

/// What became of an operation that was to lose a value.
pub(crate) enum Loss<V> {
    /// It made too few calls of the kind to lose the value; so many would have been left.
    Merge(V, usize),
    /// It lost the value and got through; so many drops would have been left.
    Through(usize),
    /// It lost the value, and the fuse blew after that.
    Blown,
}

/// Runs `operation`, drops `value` in the `nth` (from 0) call of the kind, and then blows a fuse as `panics` says. Drops
/// of elements in `value` do not count.
pub(crate) fn with_loss<V: 'static>(
    value: V,
    call: Call,
    nth: usize,
    panics: Panics,
    operation: impl FnOnce(),
) -> Loss<V> {
    let (result, left) = run_with(Fuse { call, left: nth, charge: Charge::Loss(Box::new(value), panics) }, operation);
    // A panic is not swallowed, unless it is an error instead.
    assert!(result.is_none() == left.is_none() || call == Call::Error && left.is_none());
    match left {
        Some(Fuse { left, charge: Charge::Loss(value, _), .. }) => {
            Loss::Merge(*value.downcast().expect("nobody changes the type"), left)
        }
        Some(Fuse { left, charge: Charge::Panic, .. }) => Loss::Through(left),
        None => Loss::Blown,
    }
}
