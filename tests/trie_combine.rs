//! Tests the operations of `HashTrie` on whole tries with an equality that can fail: results agree with a model, an
//! error in any call is returned and changes nothing, and shared nodes are not visited.

mod common;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::convert::Infallible;

use perennial::map::Merge;
use perennial::trie::{HashTrie, SetOp};
use proptest::prelude::*;

use common::proptest_config;

const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proptest-regressions/trie_combine.txt");

type Entry = (u16, char);
type Model = BTreeMap<u16, char>;

/// Returns one of few different hashes, so that leaves contain several entries with the same hash.
fn hash(key: u16) -> u64 {
    u64::from(key % 37)
}

fn by_key(a: &Entry, b: &Entry) -> bool {
    a.0 == b.0
}

fn same(a: &Entry, b: &Entry) -> Result<bool, Infallible> {
    Ok(by_key(a, b))
}

fn trie(entries: impl IntoIterator<Item = Entry>) -> HashTrie<Entry> {
    let entries: Vec<_> = entries.into_iter().collect();
    let hashed = entries.into_iter().map(|entry| (hash(entry.0), entry));
    HashTrie::try_build(hashed, same, |stored, new| stored.1 = new.1).unwrap()
}

fn model(trie: &HashTrie<Entry>) -> Model {
    let model: Model = trie.iter().copied().collect();
    assert_eq!(model.len(), trie.len(), "an entry occurs twice or is not counted");
    trie.validate();
    model
}

/// An equality that counts its calls and fails in one of them.
struct Failing {
    calls: Cell<usize>,
    at: usize,
}

impl Failing {
    fn new(at: usize) -> Self {
        Self { calls: Cell::new(0), at }
    }

    fn same(&self, a: &Entry, b: &Entry) -> Result<bool, usize> {
        let call = self.calls.replace(self.calls.get() + 1);
        if call == self.at { Err(call) } else { Ok(a.0 == b.0) }
    }
}

/// Runs `operation` with an equality that fails in each call in turn. Checks that each error is returned, and that
/// there are no calls after it.
fn fails_everywhere<R>(mut operation: impl FnMut(&Failing) -> Result<R, usize>) {
    let whole = Failing::new(usize::MAX);
    assert!(operation(&whole).is_ok());
    let calls = whole.calls.get();
    assert!(calls > 0, "nothing was compared");
    for at in 0..calls {
        let failing = Failing::new(at);
        assert_eq!(operation(&failing).err(), Some(at));
        assert_eq!(failing.calls.get(), at + 1);
    }
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let few = prop::collection::vec((0..400_u16, prop::char::range('a', 'c')), 0..40);
    let many = prop::collection::vec((0..400_u16, prop::char::range('a', 'c')), 0..400);
    prop_oneof![few, many]
}

/// The set operations, with what each does with entries that both tries have.
const OPERATIONS: [(SetOp, Merge<Entry>); 4] = [
    (SetOp::UNION, Merge::Right),
    (SetOp::INTERSECTION, Merge::Left),
    (SetOp::DIFFERENCE, Merge::Remove),
    (SetOp::SYMMETRIC_DIFFERENCE, Merge::Remove),
];

/// Checks that each operation without an error type gives the result of the one that can fail.
fn infallible_forms_agree(a: &HashTrie<Entry>, b: &HashTrie<Entry>) {
    let equal = |x: &HashTrie<Entry>, y: &HashTrie<Entry>| x.len() == y.len() && x.eq(y, |x, y| x == y);
    for (op, kept) in OPERATIONS {
        let merged = a.merge(b, op, by_key, |_, _| kept);
        assert!(equal(&merged, &a.try_merge(b, op, same, |_, _| Ok(kept)).unwrap()));
    }
    assert!(equal(&HashTrie::build(a.iter().map(|&entry| (hash(entry.0), entry)), by_key, |_, _| ()), a));
    let mut seen = 0;
    a.diff(b, by_key, |_, _| seen += 1);
    let mut expected = 0;
    a.try_diff(b, same, |_, _| {
        expected += 1;
        Ok(())
    })
    .unwrap();
    assert_eq!(seen, expected);
    let mut unshared = 0;
    a.for_each_unshared(|_| unshared += 1);
    let mut expected = 0;
    a.try_for_each_unshared(|_| {
        expected += 1;
        Ok::<_, Infallible>(())
    })
    .unwrap();
    assert_eq!(unshared, expected);
    let ordered = a.iter_in_hash_order(|entry| hash(entry.0));
    assert_eq!((ordered.len(), ordered.count()), (a.len(), a.len()));
}

proptest! {
    #![proptest_config(proptest_config(64, 1, REGRESSIONS))]

    #[test]
    fn results_agree_with_a_model(base in entries(), ours in entries(), theirs in entries()) {
        let base = trie(base);
        // The first pair of tries shares nothing, the second shares the nodes of a common base.
        let both = |a: &HashTrie<Entry>, more: Vec<Entry>| a.merge(&trie(more), SetOp::UNION, by_key, |_, _| Merge::Right);
        for (a, b) in [(trie(ours.clone()), trie(theirs.clone())), (both(&base, ours), both(&base, theirs))] {
            let (ma, mb) = (model(&a), model(&b));
            let union = |kept: fn(&Entry, &Entry) -> Merge<Entry>| model(&a.merge(&b, SetOp::UNION, by_key, kept));
            let right_wins: Model = ma.iter().chain(&mb).map(|(&k, &v)| (k, v)).collect();
            let left_wins: Model = mb.iter().chain(&ma).map(|(&k, &v)| (k, v)).collect();
            prop_assert_eq!(union(|_, _| Merge::Left), left_wins);
            prop_assert_eq!(&union(|_, _| Merge::Right), &right_wins);
            prop_assert_eq!(&union(|_, b| Merge::New(*b)), &right_wins);
            let left = |keep: &dyn Fn(&u16) -> bool| -> Model { ma.clone().into_iter().filter(|(k, _)| keep(k)).collect() };
            prop_assert_eq!(model(&a.merge(&b, SetOp::INTERSECTION, by_key, |_, _| Merge::Left)), left(&|k| mb.contains_key(k)));
            let without = left(&|k| !mb.contains_key(k));
            prop_assert_eq!(model(&a.merge(&b, SetOp::DIFFERENCE, by_key, |_, _| Merge::Remove)), without.clone());
            let only_b = mb.clone().into_iter().filter(|(k, _)| !ma.contains_key(k));
            let one_side: Model = without.into_iter().chain(only_b).collect();
            prop_assert_eq!(model(&a.merge(&b, SetOp::SYMMETRIC_DIFFERENCE, by_key, |_, _| Merge::Remove)), one_side);
            prop_assert_eq!(a.try_eq(&b, |a, b| Ok::<_, Infallible>(a == b)).unwrap(), ma == mb);
            prop_assert!(a.try_eq(&trie(ma.clone()), |a, b| Ok::<_, Infallible>(a == b)).unwrap());

            let mut newer = ma.clone();
            a.try_diff(&b, same, |old, new| {
                match (old, new) {
                    (Some(old), None) => assert_eq!(newer.remove(&old.0), Some(old.1)),
                    (None, Some(new)) => assert_eq!(newer.insert(new.0, new.1), None),
                    (Some(old), Some(new)) => assert_eq!(newer.insert(new.0, new.1), Some(old.1)),
                    (None, None) => unreachable!("a change has at least one entry"),
                }
                Ok(())
            }).unwrap();
            prop_assert_eq!(&newer, &mb);
            infallible_forms_agree(&a, &b);
            prop_assert_eq!((model(&a), model(&b)), (ma, mb));
        }
    }

    #[test]
    fn build_equals_single_insertions(entries in entries()) {
        let mut expected = HashTrie::new();
        for &entry in &entries {
            expected.insert(hash(entry.0), entry, |a, b| a.0 == b.0);
        }
        let built = trie(entries);
        prop_assert!(built.same_shape(&expected));
        prop_assert_eq!(model(&built), model(&expected));
    }
}

#[test]
fn errors_of_every_call_are_returned() {
    let a = trie((0..100).map(|key| (key, 'a')));
    let b = trie((50..150).map(|key| (key, 'b')));
    let (before_a, before_b) = (model(&a), model(&b));
    for (op, kept) in OPERATIONS {
        fails_everywhere(|failing| a.try_merge(&b, op, |a, b| failing.same(a, b), |_, _| Ok(kept)));
    }
    fails_everywhere(|failing| a.try_eq(&trie(before_a.clone()), |a, b| failing.same(a, b)));
    fails_everywhere(|failing| a.try_diff(&b, |a, b| failing.same(a, b), |_, _| Ok(())));
    fails_everywhere(|failing| {
        let twice = (0..100).chain(0..100).map(|key| (hash(key), (key, 'a')));
        HashTrie::try_build(twice, |a, b| failing.same(a, b), |_, _| ())
    });
    let undecided = a.try_merge(&b, SetOp::UNION, |a, b| Ok(a.0 == b.0), |_, _| Err("undecided"));
    assert_eq!(undecided.err(), Some("undecided"));
    assert_eq!(a.try_diff(&b, |a, b| Ok(a.0 == b.0), |_, _| Err("enough")).err(), Some("enough"));
    assert_eq!((model(&a), model(&b)), (before_a, before_b));
}

/// With an iterator of known length and with one of unknown length.
#[test]
fn build_takes_no_items_after_an_error() {
    for exact in [false, true] {
        for failing_at in [0, 5, 60] {
            let taken = Cell::new(0);
            let compared = Cell::new(0);
            let items = (0..100_000).inspect(|_| taken.set(taken.get() + 1)).map(|n: u32| (7, (n % 40) as u16));
            let same = |a: &u16, b: &u16| {
                assert!(compared.get() <= failing_at, "nothing is compared after the error");
                compared.set(compared.get() + 1);
                if compared.get() > failing_at { Err(taken.get()) } else { Ok(a == b) }
            };
            let built = if exact {
                HashTrie::try_build(items, same, |_, _| ())
            } else {
                HashTrie::try_build(items.filter(|_| true), same, |_, _| ())
            };
            assert_eq!(built.err(), Some(taken.get()));
            assert_eq!(compared.get(), failing_at + 1);
            assert!(exact || taken.get() < 100, "{}", taken.get());
        }
    }
}

#[test]
fn closures_are_not_called_after_an_error() {
    let a = trie((0..100).map(|key| (key, 'a')));
    let b = trie((50..150).map(|key| (key, 'b')));
    /// Fails in call `at`, and panics if it is called again.
    struct Once {
        at: usize,
        calls: Cell<usize>,
    }
    impl Once {
        fn call<R>(&self, result: R) -> Result<R, ()> {
            assert!(self.calls.get() <= self.at, "nothing is called after the error");
            self.calls.set(self.calls.get() + 1);
            if self.calls.get() > self.at { Err(()) } else { Ok(result) }
        }
    }
    fn at_each(run: impl Fn(&Once) -> Result<(), ()>) {
        let calls = (0..).find(|&at| run(&Once { at, calls: Cell::new(0) }).is_ok());
        assert!(calls > Some(50), "{calls:?}");
    }
    for (op, kept) in OPERATIONS {
        at_each(|once| a.try_merge(&b, op, |a, b| once.call(a.0 == b.0), |_, _| once.call(kept)).map(drop));
    }
    at_each(|once| a.try_diff(&b, |a, b| once.call(a.0 == b.0), |_, _| once.call(())));
    at_each(|once| a.try_eq(&trie(model(&a)), |a, b| once.call(a == b)).map(drop));
    at_each(|once| {
        a.clone().try_for_each_unshared(|_| once.call(())).and(trie(model(&a)).try_for_each_unshared(|_| once.call(())))
    });
}

#[test]
fn shared_nodes_are_not_visited() {
    let old = trie((0..5000).map(|key| (key, 'a')));
    let mut new = old.clone();
    new.insert(hash(7), (7, 'b'), |a, b| a.0 == b.0);
    let never = |_: &Entry, _: &Entry| -> Result<bool, Infallible> { unreachable!("nothing differs") };
    assert!(old.try_eq(&old.clone(), never).unwrap());
    let calls = Cell::new(0);
    let counting = |a: &Entry, b: &Entry| {
        calls.set(calls.get() + 1);
        same(a, b)
    };
    let mut changes = 0;
    old.try_diff(&new, counting, |_, _| {
        changes += 1;
        Ok(())
    })
    .unwrap();
    // One leaf differs: the one with the hash of the key. All keys with the same remainder have this hash.
    assert!((1..=5000_usize.div_ceil(37)).contains(&changes), "{changes}");
    assert!(old.try_merge(&old.clone(), SetOp::UNION, never, |_, _| unreachable!()).unwrap().ptr_eq(&old));
    assert!(old.try_merge(&old.clone(), SetOp::DIFFERENCE, never, |_, _| unreachable!()).unwrap().is_empty());
    let none = HashTrie::new();
    assert!(old.try_merge(&none, SetOp::UNION, never, |_, _| unreachable!()).unwrap().ptr_eq(&old));
}

#[test]
fn try_for_each_unshared_visits_only_unshared_entries() {
    let visited = |trie: &HashTrie<Entry>| {
        let mut visited = Model::new();
        trie.try_for_each_unshared(|&(key, value)| {
            assert_eq!(visited.insert(key, value), None, "visited twice");
            Ok::<_, Infallible>(())
        })
        .unwrap();
        visited
    };
    let spread = |key: u16| u64::from(key) << 40;
    let mut old = HashTrie::new();
    for key in 0..5000 {
        old.insert(spread(key), (key, 'a'), |a, b| a.0 == b.0);
    }
    assert_eq!(visited(&old), model(&old), "nothing is shared");
    let mut new = old.clone();
    assert!(visited(&old).is_empty() && visited(&new).is_empty(), "the root is shared");
    new.insert(spread(7), (7, 'b'), |a, b| a.0 == b.0);
    let (ours, theirs) = (visited(&old), visited(&new));
    assert_eq!((ours.get(&7), theirs.get(&7)), (Some(&'a'), Some(&'b')));
    assert!(ours.len() <= 32 && theirs.len() <= 32, "they share everything except one leaf each");
    drop(old);
    assert_eq!(visited(&new), model(&new));
    let stopped = new.try_for_each_unshared(|entry| if entry.0 == 7 { Err(7) } else { Ok(()) });
    assert_eq!(stopped, Err(7));
    assert_eq!(visited(&HashTrie::new()), Model::new());
}
