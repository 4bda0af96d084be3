//! How an operation is tried: a fuse is laid in one kind of call, and blown at each of these calls in turn.

use core::ops::{BitOr, BitXor};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use crate::common::hashers::Kind;
use crate::common::tracked::{Call, Tracked, balanced, with_fuse};

/// What a collection holds: the key of each entry with its value.
pub(crate) type Contents = BTreeMap<u64, u64>;

/// What operations are tried on.
pub(crate) trait Subject: Sized {
    /// The version of it that others can share: itself, or for a transient the collection it is made of.
    type Version: Clone;

    /// A version with the keys from 0 to `size`.
    fn sample(kind: Kind, size: u64) -> Self::Version;
    fn of(version: Self::Version) -> Self;
    fn version(self) -> Self::Version;
    /// What it holds, after a check of its structure.
    fn contents(version: &Self::Version) -> Contents;
    /// Inserts an entry and removes one.
    fn edit(version: &mut Self::Version);

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
        f.debug_set().entries(Call::ALL.iter().filter(|&&call| self.0 & Self::of(&[call]).0 > 0)).finish()
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
    shared: bool,
    before: Contents,
    after: Contents,
    other: Contents,
}

impl<S: Subject> Trial<'_, S> {
    fn prepare(&self) -> (S::Version, Given<S::Version>) {
        let Situation { kind, size } = self.situation;
        let version = S::sample(kind, size);
        let other = match self.operation.scope {
            Scope::Two => S::operand(&version, self.situation, self.operand),
            _ => S::sample(kind, 0),
        };
        (version, Given { kind, key: self.key, other })
    }

    fn run(&self, version: S::Version, given: &Given<S::Version>) -> S::Version {
        let mut subject = S::of(version);
        (self.operation.run)(&mut subject, given);
        subject.version()
    }

    /// Runs the operation with the fuse at the `nth` call. Answers whether it blew.
    fn blow(&self, call: Call, nth: usize) -> bool {
        let (version, given) = self.prepare();
        let twin = self.shared.then(|| version.clone());

        let mut subject = S::of(version);
        let blew = with_fuse(call, nth, || (self.operation.run)(&mut subject, &given)).is_none();
        let version = subject.version();

        let now = S::contents(&version);
        match (blew, self.operation.scope) {
            (false, _) => assert_eq!(now, self.after),
            (true, Scope::Part) => assert!(partly_done(&now, &self.before, &self.after), "{now:?}"),
            (true, _) => assert!(now == self.before || now == self.after, "{now:?}"),
        }
        if let Some(twin) = twin {
            assert_eq!(S::contents(&twin), self.before);
        }
        assert_eq!(S::contents(&given.other), self.other);

        // It is not only readable.
        let mut version = self.run(version, &given);
        S::edit(&mut version);
        S::contents(&version);
        blew
    }

    /// Blows the fuse at every call of a kind. Answers how many there were.
    fn blow_all(&self, call: Call) -> usize {
        let mut blown = 0;
        let mut nth = 0;
        loop {
            let blow = || {
                // So that there is an element even if the subject has none.
                let _one = Tracked::new(0);
                self.blow(call, nth)
            };
            match catch_unwind(AssertUnwindSafe(|| balanced(blow))) {
                Ok(true) => blown += 1,
                Ok(false) => return blown,
                Err(panic) => {
                    let Trial { operation, situation, key, operand, shared, .. } = self;
                    eprintln!(
                        "{}: {situation:?}, key {key}, {operand:?}, shared: {shared}, panic in {call:?} number {nth}",
                        operation.name
                    );
                    resume_unwind(panic);
                }
            }
            // Miri is too slow to try them all.
            nth = if cfg!(miri) { 4 * nth + 1 } else { nth + 1 };
        }
    }
}

/// The trials of an operation, each in one situation.
fn trials<S: Subject>(operation: &Operation<S>, shared: bool) -> impl Iterator<Item = Trial<'_, S>> {
    // Of two subjects one shares most with the other anyway.
    let situations = match operation.scope {
        Scope::Two if shared => &[],
        Scope::Two if cfg!(miri) => &SITUATIONS_OF_TWO[1..2],
        Scope::Two => SITUATIONS_OF_TWO,
        _ => SITUATIONS,
    };
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
                let [before, after, other] = Default::default();
                let mut trial = Trial { operation, situation, key, operand, shared, before, after, other };
                let (version, given) = trial.prepare();
                trial.before = S::contents(&version);
                trial.other = S::contents(&given.other);
                trial.after = S::contents(&trial.run(version, &given));
                trial
            })
        })
    })
}

/// Blows a fuse at every call of user code that these operations make, in every situation, and prints how many blew.
pub(crate) fn check<S: Subject>(operations: &[Operation<S>]) {
    let mut wrong = Vec::new();
    for operation in operations {
        let mut blown = [[0; Call::ALL.len()]; 2];
        for shared in [false, true] {
            for trial in trials(operation, shared) {
                for (call, blown) in Call::ALL.into_iter().zip(&mut blown[usize::from(shared)]) {
                    *blown += trial.blow_all(call);
                }
            }
        }
        let [owned, shared] = blown.map(|blown| blown.iter().sum::<usize>());
        println!("{:<44} {owned:>7} owned {shared:>7} shared, 0 broken", operation.name);
        let if_shared = match operation.scope {
            Scope::Two => operation.calls,
            _ => operation.if_shared,
        };
        let expected = [operation.calls, operation.calls ^ if_shared];
        let called = blown.map(|blown| {
            let called = Call::ALL.into_iter().zip(blown).filter(|(_, blown)| *blown > 0);
            called.fold(Calls::NONE, |set, (call, _)| set | Calls::of(&[call]))
        });
        // Miri tries too few situations to see each call.
        if !cfg!(miri) && called != expected {
            wrong.push(format!("{}: expected {expected:?}, blew in {called:?}", operation.name));
        }
    }
    assert!(wrong.is_empty(), "the calls are not those of the table:\n{}", wrong.join("\n"));
}
