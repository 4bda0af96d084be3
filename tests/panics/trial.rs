//! How an operation is tried: a fuse is laid in one kind of call, and blown at each of these calls in turn.
//!
//! Either the call panics; or it drops a twin of the subject, the other owner of its nodes, so that the operation is left
//! with the last reference to a node that it is copying, and then panics, or the destructor of an element does later.

use core::iter;
use core::ops::{BitOr, BitXor};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::DROP;
use crate::common::hashers::Kind;
use crate::common::tracked::{Call, Loss, Panics, Tracked, balanced, with_fuse, with_loss};

/// What a collection holds: the key of each entry with its value.
pub(crate) type Contents = BTreeMap<u64, u64>;

/// What operations are tried on.
pub(crate) trait Subject: Sized {
    /// The version of it that others can share: itself, or for a transient the collection it is made of.
    type Version: Clone + 'static;

    /// A version with the keys from 0 to `size`.
    fn sample(kind: Kind, size: u64) -> Self::Version;
    fn of(version: Self::Version) -> Self;
    fn version(self) -> Self::Version;
    /// What it holds, after a check of its structure.
    fn contents(version: &Self::Version) -> Contents;
    /// Inserts an entry and removes one.
    fn edit(version: &mut Self::Version);
    /// Replaces the entry of key 1.
    fn touch(kind: Kind, version: &mut Self::Version);
    /// Whether it is equal to a collection that is newly made of the same contents, and of the same shape.
    fn is_canonical(kind: Kind, version: &Self::Version, contents: &Contents) -> bool;

    /// Another operand for an operation that takes two: one that shares most with `version`, one that shares nothing,
    /// or one whose hasher disagrees.
    fn operand(_version: &Self::Version, situation: Situation, operand: Operand) -> Self::Version {
        unreachable!("no operation takes {operand:?} in {situation:?}")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operand {
    Related,
    Apart,
    OtherHasher,
}

/// The other owner of the subject's nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin {
    /// There is none.
    None,
    /// It shares all.
    Whole,
    /// It has had an edit, so that it shares all leaves but one, and not the root.
    Edited,
}

/// What the operation works on, and so what a panic may leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// One entry: all is done or nothing. It is tried at several keys.
    Entry,
    /// A new version, or nothing but a look: all is done or nothing.
    Version,
    /// The same of two operands.
    Two,
    /// Many entries in place: each is as before or as after.
    Part,
}

/// Sets of kinds of calls.
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

/// What an operation is told.
pub(crate) struct Given<V> {
    pub(crate) kind: Kind,
    pub(crate) key: u64,
    pub(crate) other: V,
}

/// A row in a table of operations.
pub(crate) struct Operation<S: Subject> {
    /// The name in the interface, and after a comma what is special here.
    pub(crate) name: &'static str,
    pub(crate) scope: Scope,
    /// The user code that it calls, in one situation or another, on a subject that owns all of its nodes.
    pub(crate) calls: Calls,
    /// The kinds of calls that it makes only on a subject that shares all of them, or only on one that does not.
    pub(crate) if_shared: Calls,
    pub(crate) run: fn(&mut S, &Given<S::Version>),
}

/// What a subject looks like before the operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Situation {
    pub(crate) kind: Kind,
    pub(crate) size: u64,
}

const fn situation(kind: Kind, size: u64) -> Situation {
    Situation { kind, size }
}

/// No bucket, one that is small, one that is full and splits, two that merge, many; and the like where keys collide.
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

/// Those for operations on two subjects, which make many more calls: small leaves, branches, and collisions.
const SITUATIONS_OF_TWO: &[Situation] =
    &[situation(Kind::Good, 5), situation(Kind::Good, 17), situation(Kind::TopBits, 20), situation(Kind::Constant, 17)];

/// Those in which the twin is lost. What is copied meanwhile is a bare bucket, one that splits once or all the way down,
/// leaves that are joined, of nodes that get wider or narrower, and a bucket or collision node that becomes the other.
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

/// Those of them that have several leaves, so that a twin can share only some.
const SITUATIONS_OF_EDITED_TWINS: &[Situation] =
    &[situation(Kind::Good, 17), situation(Kind::Good, 40), situation(Kind::TopBits, 20), situation(Kind::Deep, 17)];

/// Whether each key has in `now` what it had before the operation, or what it has after it.
fn partly_done(now: &Contents, before: &Contents, after: &Contents) -> bool {
    let mut keys = before.keys().chain(after.keys()).chain(now.keys());
    keys.all(|key| now.get(key) == before.get(key) || now.get(key) == after.get(key))
}

/// An operation to be tried in one situation, with what the subject holds before it and after it.
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

    /// Checks and returns what the operation has left in the subject.
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

    /// Checks that what the operation has left can be more than read.
    fn go_on(&self, version: S::Version, given: &Given<S::Version>) {
        let mut version = self.run(version, given);
        S::edit(&mut version);
        S::contents(&version);
    }

    /// Runs the operation with the fuse at the `nth` call. Returns whether it blew.
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

    /// Runs the operation, drops the twin in the `nth` call, and panics there or in a drop after that.
    fn lose(&self, call: Call, nth: usize, panics: Panics) -> Loss<()> {
        let (version, twin, given) = self.prepare();
        let twin = twin.expect("there is a twin to lose");
        let mut subject = S::of(version);
        let loss = with_loss(twin, call, nth, panics, || (self.operation.run)(&mut subject, &given));
        let version = subject.version();
        let now = self.check(&version, &given, matches!(loss, Loss::Blown));
        let loss = match loss {
            Loss::Merge(twin, left) => {
                assert_eq!(S::contents(&twin), self.of_twin);
                Loss::Merge((), left)
            }
            Loss::Through(left) => Loss::Through(left),
            Loss::Blown => {
                assert!(S::is_canonical(given.kind, &version, &now), "not of the shape that {now:?} has");
                Loss::Blown
            }
        };
        self.go_on(version, &given);
        loss
    }

    /// What `run` returns, unless the trial shows that something is broken.
    fn attempt<R>(&self, broken: &mut usize, at: core::fmt::Arguments<'_>, run: impl FnOnce() -> R) -> Option<R> {
        let run = || {
            // So that there is an element even if the subject has none.
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

    /// Blows the fuse at every call of a kind. Returns how many there were.
    fn blow_all(&self, call: Call, broken: &mut usize) -> usize {
        let mut blown = 0;
        let mut nth = 0;
        while self.attempt(broken, format_args!("panic in {call:?} number {nth}"), || self.blow(call, nth))
            == Some(true)
        {
            blown += 1;
            // Miri is too slow to try them all.
            nth = if cfg!(miri) { 4 * nth + 1 } else { nth + 1 };
        }
        blown
    }

    /// Loses the twin in calls of a kind, and each time panics there and in drops after that. Returns how many losses and
    /// how many panics in drops there were.
    fn lose_all(&self, call: Call, broken: &mut usize) -> [usize; 2] {
        let [mut losses, mut blown] = [0, 0];
        let at = format_args!("calls of {call:?} counted");
        let calls = self.attempt(broken, at, || match self.lose(call, usize::MAX, Panics::Here) {
            Loss::Merge((), left) => usize::MAX - left,
            _ => panic!("the twin was not to be lost"),
        });
        for nth in picked(calls.unwrap_or(0)) {
            let at = format_args!("twin lost in {call:?} number {nth}, drops counted");
            let drops = self.attempt(broken, at, || match self.lose(call, nth, Panics::InDrop(usize::MAX)) {
                Loss::Through(left) => usize::MAX - left,
                _ => panic!("the twin was to be lost, and nothing to panic"),
            });
            losses += 1;
            let in_drops = picked(drops.unwrap_or(0)).into_iter().map(Panics::InDrop);
            for panics in iter::once(Panics::Here).chain(in_drops) {
                let at = format_args!("twin lost in {call:?} number {nth}, then a panic: {panics:?}");
                self.attempt(broken, at, || {
                    assert!(matches!(self.lose(call, nth, panics), Loss::Blown), "the fuse was to blow");
                });
                blown += usize::from(matches!(panics, Panics::InDrop(_)));
            }
        }
        [losses, blown]
    }
}

/// The first, the middle and the last number below `count`, to be tried in place of all: these would make five million
/// panics, and the entries of one leaf are much the same.
fn picked(count: usize) -> BTreeSet<usize> {
    [0, count / 2, count.saturating_sub(1)].into_iter().filter(|&nth| nth < count).collect()
}

/// The trials of an operation, each in one of the situations.
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

/// Counts by the kind of call.
type Counts = [usize; Call::ALL.len()];

/// The kinds of calls of which there were some.
fn called(counts: Counts) -> Calls {
    let called = Call::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0);
    called.fold(Calls::NONE, |set, (call, _)| set | Calls::of(&[call]))
}

/// Blows a fuse at every call of user code that these operations make, in every situation, and prints how many blew.
/// Then loses the subject's twin in some of these calls, and panics in some of the drops after that.
pub(crate) fn check<S: Subject>(group: &str, operations: &[Operation<S>]) {
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

        // Of two subjects one shares most with the other anyway.
        let shared = if two { &[] } else { situations };
        let blown = [(Twin::None, situations), (Twin::Whole, shared)].map(|(twin, situations)| {
            let mut blown: Counts = Default::default();
            for trial in trials(operation, twin, situations) {
                for (call, blown) in Call::ALL.into_iter().zip(&mut blown) {
                    *blown += trial.blow_all(call, &mut broken);
                }
            }
            blown
        });
        let on_shared = if two { operation.calls } else { operation.calls ^ operation.if_shared };
        let expected = [operation.calls, if two { Calls::NONE } else { on_shared }];
        // Miri tries too few situations to see each call.
        if !cfg!(miri) && blown.map(called) != expected {
            wrong.push(format!("{}: expected {expected:?}, blew in {:?}", operation.name, blown.map(called)));
        }

        let whole = if two { situations } else { SITUATIONS_OF_LOSS };
        let edited = if two || cfg!(miri) { &[] } else { SITUATIONS_OF_EDITED_TWINS };
        let lost = [(Twin::Whole, whole), (Twin::Edited, edited)].map(|(twin, situations)| {
            let [mut losses, mut blown]: [Counts; 2] = Default::default();
            for trial in trials(operation, twin, situations) {
                for (at, call) in Call::ALL.into_iter().enumerate() {
                    if operation.calls.and(operation.if_shared).has(call) {
                        let [more_losses, more_blown] = trial.lose_all(call, &mut broken);
                        losses[at] += more_losses;
                        blown[at] += more_blown;
                    }
                }
            }
            [losses, blown]
        });
        let [[losses, in_drops], _] = lost;
        // Whether anything that the twin had is dropped depends on when it is lost.
        let but_drop = |calls: Calls| calls.and(DROP) ^ DROP;
        if !cfg!(miri) && but_drop(called(losses)) != but_drop(on_shared) {
            wrong.push(format!("{}: expected {on_shared:?}, lost in {:?}", operation.name, called(losses)));
        }
        // A shared node whose other owner is lost while it is copied is dropped by the operation.
        let drops = on_shared.has(Call::Drop) || on_shared.has(Call::Clone);
        if !cfg!(miri) && drops != (called(in_drops) != Calls::NONE) {
            wrong.push(format!("{}: dropped after a loss: expected {drops}", operation.name));
        }

        let sum = |counts: &Counts| counts.iter().sum::<usize>();
        let [owned, shared] = blown.each_ref().map(sum);
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
    assert!(wrong.is_empty(), "the calls are not those of the table:\n{}", wrong.join("\n"));
    assert_eq!(broken, 0, "some trials left something broken");
}
