//! An element whose creations and drops are counted, and a fuse that makes a chosen call of user code panic, or drop
//! another value.
//!
//! Counters and fuses are thread-local, and each test runs on its own thread.

use core::any::Any;
use core::cell::{Cell, RefCell};
use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread::panicking;

use super::values::Sample;

thread_local! {
    /// For each element number, whether that element is still alive.
    static ALIVE: RefCell<Vec<bool>> = const { RefCell::new(Vec::new()) };
    /// The number of uses and drops of elements that had already been dropped. `Drop` must not panic to report them.
    static FAULTS: Cell<usize> = const { Cell::new(0) };
    /// The numbers of elements that were cloned, once for each clone.
    static CLONED: RefCell<Vec<u32>> = const { RefCell::new(Vec::new()) };
    /// The number of calls of each kind.
    static CALLS: Cell<[usize; Call::ALL.len()]> = const { Cell::new([0; Call::ALL.len()]) };
    /// The active fuse.
    static FUSE: Cell<Option<Fuse>> = const { Cell::new(None) };
}

/// Whether an entry is so large that it is stored behind a counted pointer: the same tests are compiled for both.
pub(crate) const LARGE_ENTRIES: bool = option_env!("LARGE_ENTRIES").is_some();

/// An element with a unique number. It is equal to all elements with the same value.
pub(crate) struct Tracked {
    value: u32,
    mark: u32,
    number: u32,
    /// An element has 12 bytes, so that a pair of them fits into three words, or 28.
    _large: [u32; if LARGE_ENTRIES { 4 } else { 0 }],
}

impl Tracked {
    /// Returns a new element.
    pub(crate) fn new(value: u64) -> Self {
        Self::marked(value, 0)
    }

    /// Returns a new element with a mark that distinguishes it from equal elements.
    pub(crate) fn marked(value: u64, mark: u64) -> Self {
        let number = ALIVE.with_borrow_mut(|alive| {
            alive.push(true);
            alive.len() - 1
        });
        let [value, mark] = [value, mark].map(|number| u32::try_from(number).expect("small numbers are used"));
        Tracked { value, mark, number: number as u32, _large: Default::default() }
    }

    /// Returns the value of the element. Counts a fault if the element has been dropped.
    pub(crate) fn value(&self) -> u64 {
        if !ALIVE.with_borrow(|alive| alive.get(self.number as usize) == Some(&true)) {
            FAULTS.set(FAULTS.get() + 1);
        }
        self.value.into()
    }

    /// Returns the mark that distinguishes the element and its clones from equal elements.
    pub(crate) fn mark(&self) -> u64 {
        self.value();
        self.mark.into()
    }

    /// Changes the value of the element.
    pub(crate) fn set(&mut self, value: u64) {
        self.value();
        self.value = u32::try_from(value).expect("small numbers are used");
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
        let was_alive = ALIVE.with_borrow_mut(|alive| {
            alive.get_mut(self.number as usize).is_some_and(|alive| core::mem::replace(alive, false))
        });
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
        CLONED.with_borrow_mut(|cloned| cloned.push(self.number));
        Tracked::marked(value, self.mark.into())
    }
}

/// For `entry_ref`, which converts a borrowed element into an owned one.
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

/// Runs `test`, and checks that every element created in it is dropped exactly once and never used after that.
#[track_caller]
pub(crate) fn balanced<R>(test: impl FnOnce() -> R) -> R {
    ALIVE.with_borrow_mut(Vec::clear);
    FAULTS.set(0);
    let result = test();
    let (created, leaked) = ALIVE.with_borrow(|alive| {
        let leaked = alive.iter().filter(|alive| **alive).count();
        (alive.len(), leaked)
    });
    assert!(created > 0, "the test created no elements");
    assert_eq!(leaked, 0, "some of {created} elements were never dropped");
    assert_eq!(FAULTS.get(), 0, "elements were used or dropped after their drop");
    result
}

/// Runs `operation`, and returns how often it clones elements that existed before.
pub(crate) fn clones_of_present_elements(operation: impl FnOnce()) -> usize {
    let present = ALIVE.with_borrow(Vec::len);
    CLONED.with_borrow_mut(Vec::clear);
    operation();
    CLONED.with_borrow(|cloned| cloned.iter().filter(|&&number| (number as usize) < present).count())
}

/// The kinds of user code in which a fuse can blow.
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
    /// A closure or iterator that is passed to the operation. It calls [`burn`] itself.
    Closure,
    /// An equality that can fail. It calls [`blows`], and returns an error instead of panicking.
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

/// Runs `operation`, and returns how often it makes calls of each kind.
pub(crate) fn count_calls(operation: impl FnOnce()) -> [usize; Call::ALL.len()] {
    CALLS.set(Default::default());
    operation();
    CALLS.get()
}

/// A fuse, which blows in one call of user code.
struct Fuse {
    /// The kind of calls that are counted.
    call: Call,
    /// The number of calls before the one in which the fuse blows.
    left: usize,
    /// What happens when the fuse blows.
    charge: Charge,
}

enum Charge {
    Panic,
    /// Drops this value, and then panics in this call or in a later drop.
    Loss(Box<dyn Any>, Panics),
}

/// Where the panic happens after a value was dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Panics {
    /// In the call that dropped the value.
    Here,
    /// In the drop of an element, after this number of other drops.
    InDrop(usize),
}

/// The payload of a panic of a blown fuse.
struct Blown;

/// Counts a call. Returns true if the fuse blows in this call, which then must panic.
pub(crate) fn blows(call: Call) -> bool {
    // A second panic during unwinding would abort the process.
    if panicking() {
        return false;
    }
    let mut calls = CALLS.get();
    calls[call as usize] += 1;
    CALLS.set(calls);
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

/// Counts a call, and panics if the fuse blows in it.
pub(crate) fn burn(call: Call) {
    if blows(call) {
        // Unlike `panic!`, this prints nothing. There are thousands of these panics.
        resume_unwind(Box::new(Blown));
    }
}

/// Runs `operation` with a fuse. Returns its result unless it panicked, and the fuse unless it blew.
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

/// Runs `operation` with a fuse that blows in the `nth` call of the kind, counted from 0. Returns its result, or `None`
/// if the fuse blew.
pub(crate) fn with_fuse<R>(call: Call, nth: usize, operation: impl FnOnce() -> R) -> Option<R> {
    let (result, left) = run_with(Fuse { call, left: nth, charge: Charge::Panic }, operation);
    result.filter(|_| left.is_some())
}

/// The outcome of an operation during which a value should be dropped.
pub(crate) enum Loss<V> {
    /// The operation made too few calls to drop the value. The number is how many calls were missing.
    Kept(V, usize),
    /// The value was dropped, and the operation returned. The number is how many drops were missing for a panic.
    Through(usize),
    /// The value was dropped, and the fuse blew after that.
    Blown,
}

/// Runs `operation`, drops `value` in the `nth` call of the kind, counted from 0, and then blows a fuse as `panics`
/// says. Drops of elements in `value` are not counted.
pub(crate) fn with_loss<V: 'static>(
    value: V,
    call: Call,
    nth: usize,
    panics: Panics,
    operation: impl FnOnce(),
) -> Loss<V> {
    let (result, left) = run_with(Fuse { call, left: nth, charge: Charge::Loss(Box::new(value), panics) }, operation);
    // The operation must not catch a panic. With an error instead of a panic, it returns normally.
    assert!(result.is_none() == left.is_none() || call == Call::Error && left.is_none());
    match left {
        Some(Fuse { left, charge: Charge::Loss(value, _), .. }) => {
            Loss::Kept(*value.downcast().expect("the type is unchanged"), left)
        }
        Some(Fuse { left, charge: Charge::Panic, .. }) => Loss::Through(left),
        None => Loss::Blown,
    }
}
