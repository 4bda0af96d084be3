//! The same random program runs on `im` and on this crate, and every step must have the same result.
//!
//! The steps are written once, in `map.rs` and `set.rs`, which are compiled twice: as modules of `upstream`, where `im`
//! is the name of `im` itself, and of `ours`, where it is the name of this crate.

mod common;
mod ours;
mod upstream;

use common::{Rng, Weak};

/// A program that runs step by step. Equal seeds lead to equal programs.
trait Program {
    /// The names of the steps.
    const NAMES: &'static [&'static str];

    fn new(seed: u64) -> Self;

    /// Takes the step of this index, and shows what came of it.
    fn step(&mut self, index: usize) -> String;
}

const STEPS_EACH: usize = 60_000;
/// After so many steps the program starts anew.
const STEPS_IN_A_ROW: usize = 500;

/// Runs both programs side by side.
fn compare<A: Program, B: Program>(what: &str) {
    assert_eq!(A::NAMES, B::NAMES);
    let mut taken = vec![0; A::NAMES.len()];
    for seed in 0..(STEPS_EACH / STEPS_IN_A_ROW) as u64 {
        let (mut rng, mut theirs, mut ours) = (Rng::new(!seed), A::new(seed), B::new(seed));
        for step in 0..STEPS_IN_A_ROW {
            let index = rng.below(taken.len());
            taken[index] += 1;
            let (expected, found) = (theirs.step(index), ours.step(index));
            assert_eq!(found, expected, "{what}, seed {seed}, step {step}: `{}`", A::NAMES[index]);
        }
    }
    let least = taken.iter().min().unwrap();
    println!("{what}: {STEPS_EACH} steps, each of {} kinds at least {least} times", taken.len());
    assert!(*least > 100);
}

#[test]
fn maps_with_the_default_hasher() {
    compare::<upstream::map::Maps<upstream::State>, ours::map::Maps<ours::State>>("maps");
}

#[test]
fn maps_with_a_weak_hasher() {
    compare::<upstream::map::Maps<Weak>, ours::map::Maps<Weak>>("maps with a weak hasher");
}

#[test]
fn sets_with_the_default_hasher() {
    compare::<upstream::set::Sets<upstream::State>, ours::set::Sets<ours::State>>("sets");
}

#[test]
fn sets_with_a_weak_hasher() {
    compare::<upstream::set::Sets<Weak>, ours::set::Sets<Weak>>("sets with a weak hasher");
}

/// A wrong step must not go unnoticed: here a program is compared with one that errs in one step of a thousand.
#[test]
#[should_panic(expected = "`insert`")]
fn a_wrong_result_is_found() {
    struct Wrong(ours::map::Maps<Weak>, usize);

    impl Program for Wrong {
        const NAMES: &'static [&'static str] = <ours::map::Maps<Weak>>::NAMES;

        fn new(seed: u64) -> Self {
            Self(Program::new(seed), 0)
        }

        fn step(&mut self, index: usize) -> String {
            let result = self.0.step(index);
            self.1 += usize::from(Self::NAMES[index] == "insert");
            if Self::NAMES[index] == "insert" && self.1 == 10 { result + "!" } else { result }
        }
    }

    compare::<upstream::map::Maps<Weak>, Wrong>("a wrong program");
}
