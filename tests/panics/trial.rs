//! Runs an operation with fuses that blow in each call of a kind in turn.
//!
//! Either the call panics. Or it drops a twin of the subject, the other owner of its nodes, so that the operation has
//! the last reference to a node that it is copying; then the call panics, or later the destructor of an element does.

use core::iter;
use core::ops::{BitOr, BitXor};
use std::collections::{BTreeMap, BTreeSet};
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::{CLONE, DROP};
use crate::common::hashers::Kind;
use crate::common::tracked::{
    Call, LARGE_ENTRIES, Loss, Panics, Tracked, balanced, clones_of_present_elements, count_calls, with_fuse, with_loss,
};

/// The contents of a collection: the keys and values of its entries.
pub(crate) type Contents = BTreeMap<u64, u64>;

/// A collection on which operations are run.
pub(crate) trait Subject: Sized {
    /// The type of the versions that can share nodes: the subject itself, or for a transient the persistent collection.
    type Version: Clone + 'static;

    /// Returns a version with the keys from 0 to `size`.
    fn sample(kind: Kind, size: u64) -> Self::Version;
    fn of(version: Self::Version) -> Self;
    fn version(self) -> Self::Version;
    /// Validates the structure, and returns the contents.
    fn contents(version: &Self::Version) -> Contents;
    /// Inserts an entry and removes one.
    fn edit(version: &mut Self::Version);
    /// Replaces the entry of key 1.
    fn touch(kind: Kind, version: &mut Self::Version);
    /// Returns true if a collection newly built from the same contents is equal and has the same shape.
    fn is_canonical(kind: Kind, version: &Self::Version, contents: &Contents) -> bool;

    /// Returns a second operand for an operation on two collections.
    fn operand(_version: &Self::Version, situation: Situation, operand: Operand) -> Self::Version {
        unreachable!("no operation takes {operand:?} in {situation:?}")
    }
}

/// The second operand of an operation on two collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    /// Shares most nodes with the first.
    Related,
    /// Shares nothing with the first.
    Apart,
    /// Has a hasher that disagrees with that of the first.
    OtherHasher,
}

/// The other owner of the subject's nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin {
    /// There is no other owner.
    None,
    /// It shares all nodes.
    Whole,
    /// It was edited, so that it shares all leaves except one, and not the root.
    Edited,
}

/// The scope of an operation, which determines the permitted contents after a panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Edits one entry, completely or not at all. It is run with several keys.
    Entry,
    /// Makes a new version, or only reads: completely or not at all.
    Version,
    /// Like `Version`, with two operands.
    Two,
    /// Edits many entries in place: after a panic, each is either as before or as after the operation.
    Part,
}

/// A set of kinds of calls.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Calls(u16);

impl Calls {
    pub(crate) const NONE: Self = Self(0);

    pub(crate) const fn of(calls: &[Call]) -> Self {
        let (mut set, mut at) = (0, 0);
        while at < calls.len() {
            set |= 1 << calls[at] as u16;
            at += 1;
        }
        Self(set)
    }

    fn has(self, call: Call) -> bool {
        self.0 & Self::of(&[call]).0 > 0
    }

    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOr for Calls {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitXor for Calls {
    type Output = Self;

    fn bitxor(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }
}

impl core::fmt::Debug for Calls {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_set().entries(Call::ALL.iter().filter(|&&call| self.has(call))).finish()
    }
}

/// The arguments of an operation.
pub(crate) struct Given<V> {
    pub(crate) kind: Kind,
    pub(crate) key: u64,
    pub(crate) other: V,
}

/// A row in a table of operations.
pub(crate) struct Operation<S: Subject> {
    /// The name in the public interface, and the variant after a comma.
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    /// The kinds of user code that it calls on a subject that owns all of its nodes, in at least one situation.
    pub(crate) calls: Calls,
    /// The kinds of user code that it calls only if the subject shares all of its nodes, or only if it owns them.
    pub(crate) if_shared: Calls,
    pub(crate) run: fn(&mut S, &Given<S::Version>),
}

/// The hasher and the size of a subject before the operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) kind: Kind,
    pub(crate) size: u64,
}

const fn situation(kind: Kind, size: u64) -> Situation {
    Situation { kind, size }
}

/// The situations for operations on one subject: no bucket, a small one, a full one that splits, two that are joined,
/// many buckets, and similar ones with colliding keys.
const SITUATIONS: &[Situation] = if cfg!(miri) {
    &[situation(Kind::Good, 17), situation(Kind::Constant, 17)]
} else {
    &[
        situation(Kind::Good, 0),
        situation(Kind::Good, 1),
        situation(Kind::Good, 5),
        situation(Kind::Good, 16),
        situation(Kind::Good, 17),
        situation(Kind::Good, 40),
        situation(Kind::TopBits, 20),
        situation(Kind::Deep, 24),
        situation(Kind::Constant, 16),
        situation(Kind::Constant, 17),
        situation(Kind::Constant, 19),
    ]
};

/// The situations for operations on two subjects, which make many more calls: small leaves, branches, and collisions.
const SITUATIONS_OF_TWO: &[Situation] =
    &[situation(Kind::Good, 5), situation(Kind::Good, 17), situation(Kind::TopBits, 20), situation(Kind::Constant, 17)];

/// The situations in which the twin is dropped. The operation then copies a single bucket, a bucket that splits once or
/// on all levels, leaves that are joined, nodes that become wider or narrower, or a bucket that becomes a collision
/// node, or the reverse.
const SITUATIONS_OF_LOSS: &[Situation] = if cfg!(miri) {
    SITUATIONS
} else {
    &[
        situation(Kind::Good, 5),
        situation(Kind::Good, 16),
        situation(Kind::Good, 17),
        situation(Kind::Good, 40),
        situation(Kind::TopBits, 20),
        situation(Kind::Deep, 16),
        situation(Kind::Deep, 17),
        situation(Kind::Constant, 16),
        situation(Kind::Constant, 17),
        situation(Kind::Constant, 19),
    ]
};

/// The situations with several leaves, in which a twin can share only some of them.
const SITUATIONS_OF_EDITED_TWINS: &[Situation] =
    &[situation(Kind::Good, 17), situation(Kind::Good, 40), situation(Kind::TopBits, 20), situation(Kind::Deep, 17)];

/// Returns true if each key in `now` has the value from before the operation or the value from after it.
fn partly_done(now: &Contents, before: &Contents, after: &Contents) -> bool {
    let mut keys = before.keys().chain(after.keys()).chain(now.keys());
    keys.all(|key| now.get(key) == before.get(key) || now.get(key) == after.get(key))
}

/// A run of an operation in one situation, with the expected contents before and after the operation.
struct Trial<'a, S: Subject> {
    operation: &'a Operation<S>,
    situation: Situation,
    key: u64,
    operand: Operand,
    twin: Twin,
    before: Contents,
    after: Contents,
    of_twin: Contents,
    other: Contents,
}

impl<S: Subject> Trial<'_, S> {
    fn prepare(&self) -> (S::Version, Option<S::Version>, Given<S::Version>) {
        let Situation { kind, size } = self.situation;
        let version = S::sample(kind, size);
        let mut twin = (self.twin != Twin::None).then(|| version.clone());
        if let (Twin::Edited, Some(twin)) = (self.twin, &mut twin) {
            S::touch(kind, twin);
        }
        let other = match self.operation.scope {
            Scope::Two => S::operand(&version, self.situation, self.operand),
            _ => S::sample(kind, 0),
        };
        (version, twin, Given { kind, key: self.key, other })
    }

    fn run(&self, version: S::Version, given: &Given<S::Version>) -> S::Version {
        let mut subject = S::of(version);
        (self.operation.run)(&mut subject, given);
        subject.version()
    }

    /// Checks and returns the contents of the subject after the operation.
    fn check(&self, version: &S::Version, given: &Given<S::Version>, blew: bool) -> Contents {
        let now = S::contents(version);
        match (blew, self.operation.scope) {
            (false, _) => assert_eq!(now, self.after),
            (true, Scope::Part) => assert!(partly_done(&now, &self.before, &self.after), "{now:?}"),
            (true, _) => assert!(now == self.before || now == self.after, "{now:?}"),
        }
        assert_eq!(S::contents(&given.other), self.other);
        now
    }

    /// Checks that the subject can still be edited after the operation.
    fn go_on(&self, version: S::Version, given: &Given<S::Version>) {
        let mut version = self.run(version, given);
        S::edit(&mut version);
        S::contents(&version);
    }

    /// Runs the operation with a fuse in the `nth` call. Returns true if the fuse blew.
    fn blow(&self, call: Call, nth: usize) -> bool {
        let (version, twin, given) = self.prepare();
        let mut subject = S::of(version);
        let blew = with_fuse(call, nth, || (self.operation.run)(&mut subject, &given)).is_none();
        let version = subject.version();
        self.check(&version, &given, blew);
        if let Some(twin) = twin {
            assert_eq!(S::contents(&twin), self.of_twin);
        }
        self.go_on(version, &given);
        blew
    }

    /// Runs the operation, drops the twin in the `nth` call, and panics in that call or in a later drop.
    fn lose(&self, call: Call, nth: usize, panics: Panics) -> Loss<()> {
        let (version, twin, given) = self.prepare();
        let twin = twin.expect("there is a twin");
        let mut subject = S::of(version);
        let loss = with_loss(twin, call, nth, panics, || (self.operation.run)(&mut subject, &given));
        let version = subject.version();
        let now = self.check(&version, &given, matches!(loss, Loss::Blown));
        let loss = match loss {
            Loss::Kept(twin, left) => {
                assert_eq!(S::contents(&twin), self.of_twin);
                Loss::Kept((), left)
            }
            Loss::Through(left) => Loss::Through(left),
            Loss::Blown => {
                assert!(S::is_canonical(given.kind, &version, &now), "the shape is not canonical: {now:?}");
                Loss::Blown
            }
        };
        self.go_on(version, &given);
        loss
    }

    /// Returns the result of `run`. If it panics, prints the trial, counts it in `broken`, and returns `None`.
    fn attempt<R>(&self, broken: &mut usize, at: core::fmt::Arguments<'_>, run: impl FnOnce() -> R) -> Option<R> {
        let run = || {
            // `balanced` requires at least one element.
            let _one = Tracked::new(0);
            run()
        };
        let result = catch_unwind(AssertUnwindSafe(|| balanced(run)));
        if result.is_err() {
            let Trial { operation, situation, key, operand, twin, .. } = self;
            eprintln!("{}: {situation:?}, key {key}, {operand:?}, twin: {twin:?}, {at}", operation.name);
            *broken += 1;
        }
        result.ok()
    }

    /// Returns how often the operation makes calls of each kind.
    fn calls(&self, broken: &mut usize) -> Counts {
        let calls = self.attempt(broken, format_args!("calls counted"), || {
            let (version, _twin, given) = self.prepare();
            let mut subject = S::of(version);
            let calls = count_calls(|| (self.operation.run)(&mut subject, &given));
            drop((subject, given));
            calls
        });
        calls.unwrap_or_default()
    }

    /// Blows the fuse in the calls that are in the sample. Returns the number of panics.
    fn blow_all(&self, calls: Counts, sample: &mut Sample, broken: &mut usize) -> usize {
        let mut blown = 0;
        for (call, count) in Call::ALL.into_iter().zip(calls) {
            for nth in (0..count).filter(|_| sample.next(BLOWN_IN)) {
                let blew = self.attempt(broken, format_args!("panic in {call:?} number {nth}"), || {
                    assert!(self.blow(call, nth), "the fuse did not blow");
                });
                blown += usize::from(blew.is_some());
            }
        }
        blown
    }

    /// Drops the twin in calls of a kind, each time with a panic in that call and with panics in later drops. Returns
    /// the number of these calls, and the number of panics in drops.
    fn lose_all(&self, call: Call, calls: usize, broken: &mut usize) -> [usize; 2] {
        let [mut losses, mut blown] = [0, 0];
        for nth in picked(calls) {
            let at = format_args!("twin lost in {call:?} number {nth}, drops counted");
            let drops = self.attempt(broken, at, || match self.lose(call, nth, Panics::InDrop(usize::MAX)) {
                Loss::Through(left) => usize::MAX - left,
                _ => panic!("the twin was not dropped, or there was a panic"),
            });
            losses += 1;
            let in_drops = picked(drops.unwrap_or(0)).into_iter().map(Panics::InDrop);
            for panics in iter::once(Panics::Here).chain(in_drops) {
                let at = format_args!("twin lost in {call:?} number {nth}, then a panic: {panics:?}");
                self.attempt(broken, at, || {
                    assert!(matches!(self.lose(call, nth, panics), Loss::Blown), "the fuse did not blow");
                });
                blown += usize::from(matches!(panics, Panics::InDrop(_)));
            }
        }
        [losses, blown]
    }
}

/// Returns the first, the middle and the last number below `count`. All numbers would cause five million panics, and
/// calls for entries of the same leaf are similar.
fn picked(count: usize) -> BTreeSet<usize> {
    [0, count / 2, count.saturating_sub(1)].into_iter().filter(|&nth| nth < count).collect()
}

/// Returns the trials of an operation in all `situations`.
fn trials<'a, S: Subject>(
    operation: &'a Operation<S>,
    twin: Twin,
    situations: &'a [Situation],
) -> impl Iterator<Item = Trial<'a, S>> {
    situations.iter().flat_map(move |&situation| {
        let keys = match operation.scope {
            Scope::Entry if cfg!(miri) => BTreeSet::from([8, 1000]),
            Scope::Entry => BTreeSet::from([0, situation.size / 2, situation.size, 1000]),
            _ => BTreeSet::from([0]),
        };
        let operands: &[_] = match operation.scope {
            Scope::Two => &[Operand::Related, Operand::Apart, Operand::OtherHasher],
            _ => &[Operand::Related],
        };
        keys.into_iter().flat_map(move |key| {
            operands.iter().map(move |&operand| {
                let [before, after, of_twin, other] = Default::default();
                let mut trial = Trial { operation, situation, key, operand, twin, before, after, of_twin, other };
                let (version, twin, given) = trial.prepare();
                trial.before = S::contents(&version);
                trial.of_twin = twin.as_ref().map(S::contents).unwrap_or_default();
                trial.other = S::contents(&given.other);
                trial.after = S::contents(&trial.run(version, &given));
                trial
            })
        })
    })
}

/// Returns for each operation the greatest number of present elements that it clones in any situation, and the number
/// of elements in its operands then. All nodes have another owner. An operand whose hasher disagrees is left out: all
/// of its entries are inserted into a new trie.
pub(crate) fn most_clones<S: Subject>(operations: &[Operation<S>]) -> Vec<(&'static str, Scope, usize, usize)> {
    let most = |operation: &Operation<S>| {
        let two = operation.scope == Scope::Two;
        let situations = if two { SITUATIONS_OF_TWO } else { SITUATIONS };
        let trials = trials(operation, Twin::Whole, situations).filter(|trial| trial.operand != Operand::OtherHasher);
        let counts = trials.map(|trial| {
            let (version, twin, given) = trial.prepare();
            // In an operation on two collections, the second one shares most nodes with the first, or none.
            let _other = given.other.clone();
            let mut subject = S::of(version);
            let clones = clones_of_present_elements(|| (operation.run)(&mut subject, &given));
            drop(twin);
            (clones, 2 * (trial.before.len() + trial.other.len()))
        });
        let (clones, elements) = counts.max().expect("there are situations");
        (operation.name, operation.scope, clones, elements)
    };
    operations.iter().map(most).collect()
}

/// Counters for each kind of call.
type Counts = [usize; Call::ALL.len()];

/// Returns the kinds of calls that occurred.
fn called(counts: Counts) -> Calls {
    let called = Call::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    called.fold(Calls::NONE, |set, (call, _)| set | Calls::of(&[call]))
}

/// One in this number of calls panics, and one in this number of trials drops the twin, in a sample.
const BLOWN_IN: u64 = 32;
const LOST_IN: u64 = 32;

/// Chooses among all trials: all of them if the environment variable `PANICS` is `all`, otherwise a random sample,
/// whose seed is printed. With `PANICS=SEED` the sample is the same again.
struct Sample(Option<u64>);

impl Sample {
    fn of_environment() -> Self {
        let seed = match std::env::var("PANICS") {
            _ if cfg!(miri) => 1,
            Ok(all) if all == "all" => return Self(None),
            Ok(seed) => seed.parse().expect("PANICS is `all` or a number"),
            Err(_) => RandomState::new().hash_one(0),
        };
        println!("a sample: PANICS={seed} repeats it, PANICS=all runs everything");
        Self(Some(seed))
    }

    const fn is_all(&self) -> bool {
        self.0.is_none()
    }

    /// Returns `true` once in about `n` calls.
    fn next(&mut self, n: u64) -> bool {
        let Some(state) = &mut self.0 else { return true };
        *state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(1);
        (*state >> 32) % n == 0
    }
}

/// Runs the operations with a fuse in calls of user code, in every situation: in every call, or in a sample of them.
/// Then drops the twin in some of these calls, and panics in some of the drops after that. Prints the numbers of
/// panics.
pub(crate) fn check<S: Subject>(group: &str, operations: &[Operation<S>]) {
    let mut sample = Sample::of_environment();
    let mut wrong = Vec::new();
    let mut totals = [0; 5];
    for operation in operations {
        let mut broken = 0;
        let two = operation.scope == Scope::Two;
        let situations = match operation.scope {
            Scope::Two if cfg!(miri) => &SITUATIONS_OF_TWO[1..2],
            Scope::Two => SITUATIONS_OF_TWO,
            _ => SITUATIONS,
        };

        // With two operands there is no twin, because one of the operands shares most nodes with the other.
        let shared = if two { &[] } else { situations };
        let mut blown = [0, 0];
        let mut made: [Counts; 2] = Default::default();
        for (which, (twin, situations)) in [(Twin::None, situations), (Twin::Whole, shared)].into_iter().enumerate() {
            for trial in trials(operation, twin, situations) {
                let calls = trial.calls(&mut broken);
                made[which] = core::array::from_fn(|at| made[which][at] + calls[at]);
                blown[which] += trial.blow_all(calls, &mut sample, &mut broken);
            }
        }
        let on_shared = if two { operation.calls } else { operation.calls ^ operation.if_shared };
        let expected = [operation.calls, if two { Calls::NONE } else { on_shared }];
        // Entries behind pointers are neither cloned nor dropped with their leaf, so there are fewer such calls than
        // the tables say.
        let copies = CLONE.and(DROP);
        let but_clones = |calls: Calls| if LARGE_ENTRIES { calls.and(copies) ^ copies } else { calls };
        // Under Miri there are too few situations for all kinds of calls to occur.
        if !cfg!(miri) && made.map(called).map(but_clones) != expected.map(but_clones) {
            wrong.push(format!("{}: expected {expected:?}, found {:?}", operation.name, made.map(called)));
        }

        let whole = if two { situations } else { SITUATIONS_OF_LOSS };
        let edited = if two || cfg!(miri) { &[] } else { SITUATIONS_OF_EDITED_TWINS };
        let lost = [(Twin::Whole, whole), (Twin::Edited, edited)].map(|(twin, situations)| {
            let [mut losses, mut blown]: [Counts; 2] = Default::default();
            for trial in trials(operation, twin, situations) {
                let calls = trial.calls(&mut broken);
                for (at, call) in Call::ALL.into_iter().enumerate() {
                    // Of each kind, at least one call is tried.
                    let first = calls[at] > 0 && losses[at] == 0;
                    if operation.calls.and(operation.if_shared).has(call) && (first || sample.next(LOST_IN)) {
                        let [more_losses, more_blown] = trial.lose_all(call, calls[at], &mut broken);
                        losses[at] += more_losses;
                        blown[at] += more_blown;
                    }
                }
            }
            [losses, blown]
        });
        let [[losses, in_drops], _] = lost;
        // Whether elements are dropped depends on the moment at which the twin is dropped.
        let except_drop = |calls: Calls| but_clones(calls).and(DROP) ^ DROP;
        if !cfg!(miri) && except_drop(called(losses)) != except_drop(on_shared) {
            wrong.push(format!("{}: expected {on_shared:?}, lost in {:?}", operation.name, called(losses)));
        }
        // If the other owner of a shared node is dropped while the operation copies the node, the operation drops the
        // node.
        let drops = on_shared.has(Call::Drop) || on_shared.has(Call::Clone);
        let dropped = called(in_drops) != Calls::NONE;
        // A sample may be without such a drop.
        let may_differ = cfg!(miri) || LARGE_ENTRIES || drops && !sample.is_all();
        if drops != dropped && !may_differ {
            wrong.push(format!("{}: dropped after a loss: expected {drops}", operation.name));
        }

        let sum = |counts: &Counts| counts.iter().sum::<usize>();
        let [owned, shared] = blown;
        let [losses, in_drops] = [0, 1].map(|which| lost.iter().map(|counts| sum(&counts[which])).sum::<usize>());
        println!(
            "{:<44} {owned:>6} owned {shared:>6} shared {losses:>5} losses {in_drops:>6} in drops after, {broken} broken",
            operation.name
        );
        for (total, count) in totals.iter_mut().zip([owned, shared, losses, in_drops, broken]) {
            *total += count;
        }
    }
    let [owned, shared, losses, in_drops, broken] = totals;
    println!("{group}: {owned} owned, {shared} shared, {losses} losses, {in_drops} in drops after, {broken} broken");
    assert!(wrong.is_empty(), "the calls differ from the table:\n{}", wrong.join("\n"));
    assert_eq!(broken, 0, "some trials failed");
}
