//! Random programs that work on several live versions: their steps, and how to run them and a std `HashMap` in
//! parallel.

pub(crate) mod derive;
pub(crate) mod edit;
mod version;

use proptest::prelude::*;

use super::hashers::Kind;
use super::scaled;
use super::values::Sample;
use derive::{Derive, derivations, derive};
use edit::{Edit, apply, edits};
use version::{Version, digest, gather, walk};

/// The number of versions that are alive at the same time.
const VERSIONS: usize = 5;

/// A step of a program. Any number can name a version: the remainder of its division by the number of versions counts.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Derive(usize, Derive),
    /// Edits a version, or a clone of it that becomes a new version.
    Edit(usize, bool, Edit),
    Compare(usize, usize),
    /// Converts a version into an owning iterator, and takes this number of items.
    Consume(usize, usize),
    Drop(usize),
}

pub(crate) fn programs() -> impl Strategy<Value = Vec<Step>> {
    let at = any::<usize>;
    let step = prop_oneof![
        4 => (at(), derivations()).prop_map(|(at, derive)| Step::Derive(at, derive)),
        8 => (at(), any::<bool>(), edits()).prop_map(|(at, keep, edit)| Step::Edit(at, keep, edit)),
        1 => (at(), at()).prop_map(|(a, b)| Step::Compare(a, b)),
        1 => (at(), 0..300_usize).prop_map(|(at, n)| Step::Consume(at, n)),
        1 => at().prop_map(Step::Drop),
    ];
    prop::collection::vec(step, 1..scaled(40, 8))
}

/// Runs `program`, and reads every live version after every step.
pub(crate) fn run<K: Sample, V: Sample>(kind: Kind, program: &[Step]) {
    let mut versions = vec![Version::<K, V>::empty(kind)];
    for (i, step) in program.iter().enumerate() {
        let changed = take_step(&mut versions, step);
        if versions.len() > VERSIONS {
            versions.remove(0);
        }
        if versions.is_empty() {
            versions.push(Version::empty(kind));
        }
        // Miri is too slow to read all versions after every step.
        if !cfg!(miri) || i + 1 == program.len() {
            versions.iter().for_each(Version::read);
        }
        if changed {
            versions.last().expect("there is a version").read_closely();
        }
    }
}

/// Takes a step. Returns true if it made a new last version.
fn take_step<K: Sample, V: Sample>(versions: &mut Vec<Version<K, V>>, step: &Step) -> bool {
    let len = versions.len();
    match *step {
        Step::Derive(at, ref how) => {
            let new = derive(versions, at % len, how);
            versions.push(new);
            true
        }
        Step::Edit(at, keep, ref edit) => {
            let mut version = match keep {
                true => versions[at % len].clone(),
                false => versions.remove(at % len),
            };
            apply(&mut version, edit);
            versions.push(version);
            true
        }
        Step::Compare(a, b) => {
            let (a, b) = (&versions[a % len], &versions[b % len]);
            let equal = a.model == b.model;
            assert_eq!(a.map == b.map, equal);
            assert_eq!(b.map == a.map, equal);
            assert!(equal || !a.map.ptr_eq(&b.map));
            if equal {
                assert_eq!(digest(&a.map), digest(&b.map));
            }
            false
        }
        Step::Consume(at, n) => {
            consume(versions.remove(at % len), n);
            false
        }
        Step::Drop(at) => {
            versions.remove(at % len);
            false
        }
    }
}

/// Consumes a map with each owning iterator, completely and partly.
fn consume<K: Sample, V: Sample>(version: Version<K, V>, n: usize) {
    let Version { map, model } = version;
    let len = model.len();
    let same = |entries: Vec<(K, V)>| {
        assert_eq!(entries.len(), len);
        assert!(entries.iter().all(|(k, v)| model.get(k) == Some(v)));
    };
    let keys: Vec<_> = map.keys().cloned().collect();
    let values: Vec<_> = map.values().cloned().collect();
    assert_eq!(walk(map.clone().into_keys(), len), keys);
    assert_eq!(gather(map.clone().into_keys()), keys);
    assert_eq!(walk(map.clone().into_values(), len), values);
    assert_eq!(gather(map.clone().into_values()), values);
    same(walk(map.clone().into_iter(), len));
    same(gather(map.clone().into_iter()));
    same(map.clone().into_transient().into_iter().collect());
    let mut transient = map.clone().into_transient();
    assert_eq!(transient.drain().len(), len);
    assert!(transient.is_empty());

    let mut rest = map.into_iter();
    let mut entries: Vec<_> = rest.by_ref().take(n).collect();
    assert_eq!(rest.len(), len.saturating_sub(n));
    assert!(rest.clone().eq(rest.clone().collect::<Vec<_>>()));
    if n % 2 == 0 {
        entries.extend(gather(rest));
        same(entries);
    }
}
