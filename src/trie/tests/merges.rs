//! Tests the results of merges, and what they compare.

use super::*;

#[test]
fn merges_agree_with_a_model_whichever_nodes_are_shared() {
    let keys: u32 = if cfg!(miri) { 24 } else { 130 };
    for &hash in HASHES {
        let base = build((0..keys).map(|key| (key, key)), hash);
        for seed in 1..if cfg!(miri) { 2 } else { 9 } {
            let mut random = Random(seed);
            // Versions of one trie, with few or many changes; or, on the left, a trie that shares no nodes.
            let mut sides = [base.clone(), base.clone()];
            let mut values: [Vec<Option<u32>>; 2] =
                core::array::from_fn(|_| (0..2 * keys).map(|key| (key < keys).then_some(key)).collect());
            let changes = [1, keys / 20, keys][seed as usize % 3];
            for (side, values) in sides.iter_mut().zip(&mut values) {
                for step in 0..changes {
                    let key = random.below(2 * keys);
                    if random.below(2) == 0 {
                        insert(side, hash(key), key, step);
                        values[key as usize] = Some(step);
                    } else {
                        remove(side, hash(key), key);
                        values[key as usize] = None;
                    }
                }
            }
            if seed % 4 == 0 {
                let few = random.below(keys);
                values[0].iter_mut().skip(few as usize).for_each(|value| *value = None);
                sides[0] = build((0..).zip(&values[0]).filter_map(|(key, value)| Some((key, (*value)?))), hash);
            }
            let decisions = if cfg!(miri) { 4..5 } else { 0..5 };
            for (rule, decision) in (0..4).flat_map(|rule| decisions.clone().map(move |decision| (rule, decision))) {
                let rule = SetOp { left: rule & 1 == 1, right: rule & 2 == 2, shared: SharedPolicy::Visit };
                let mut calls = alloc::vec![0; 2 * keys as usize];
                let decide = |key: u32, left: u32, right: u32| match (decision + (decision == 4) as u32 * key) % 4 {
                    0 => Merge::Left,
                    1 => Merge::Right,
                    2 => Merge::New(left.wrapping_add(right)),
                    _ => Merge::Remove,
                };
                let merged = into_ok(sides[0].try_merge_with(
                    &sides[1],
                    rule,
                    |a, b| Ok(a.1 == b.1),
                    |a, b| {
                        assert_eq!(a.1, b.1);
                        calls[a.1 as usize] += 1;
                        Ok(match decide(a.1, *a.2, *b.2) {
                            Merge::Left => Merge::Left,
                            Merge::Right => Merge::Right,
                            Merge::New(value) => Merge::New((a.0, a.1, boxed(value))),
                            Merge::Remove => Merge::Remove,
                        })
                    },
                ));
                let expected: Vec<_> = (0..)
                    .zip(values[0].iter().zip(&values[1]))
                    .map(|(key, sides)| match sides {
                        (Some(left), Some(right)) => match decide(key, *left, *right) {
                            Merge::Left => Some(*left),
                            Merge::Right => Some(*right),
                            Merge::New(value) => Some(value),
                            Merge::Remove => None,
                        },
                        (left, None) => left.filter(|_| rule.left),
                        (None, right) => right.filter(|_| rule.right),
                    })
                    .collect();
                assert_contents(&merged, &expected, hash);
                for (times, sides) in calls.iter().zip(values[0].iter().zip(&values[1])) {
                    assert_eq!(*times, usize::from(sides.0.is_some() && sides.1.is_some()));
                }
                // If the decision is the same for all entries, the result is the same without visiting shared
                // subtrees.
                let shared = if decision == 0 {
                    SharedPolicy::Keep
                } else if decision == 3 {
                    SharedPolicy::Drop
                } else {
                    continue;
                };
                let both =
                    |_: &Entry, _: &Entry| Ok::<_, Infallible>(if decision == 0 { Merge::Left } else { Merge::Remove });
                let quick =
                    into_ok(sides[0].try_merge_with(&sides[1], SetOp { shared, ..rule }, |a, b| Ok(a.1 == b.1), both));
                assert_contents(&quick, &expected, hash);
                assert!(quick.same_shape(&merged));
            }
            for (side, values) in sides.iter().zip(&values) {
                assert_contents(side, values, hash);
            }

            // The pairs contain each entry once, except those in shared subtrees.
            let mut seen = [alloc::vec![0; 2 * keys as usize], alloc::vec![0; 2 * keys as usize]];
            for pair in sides[0].pairs(&sides[1], |a: &Entry, b: &Entry| Ok(a.1 == b.1)) {
                match pair {
                    Pair::Left(a) => {
                        assert!(values[1][a.1 as usize].is_none());
                        seen[0][a.1 as usize] += 1;
                    }
                    Pair::Right(b) => {
                        assert!(values[0][b.1 as usize].is_none());
                        seen[1][b.1 as usize] += 1;
                    }
                    Pair::Both(a, b) => {
                        assert_eq!(a.1, b.1);
                        seen[0][a.1 as usize] += 1;
                        seen[1][b.1 as usize] += 1;
                    }
                }
            }
            for key in 0..2 * keys as usize {
                let same = values[0][key] == values[1][key] && values[0][key].is_some();
                for side in 0..2 {
                    let times = usize::from(values[side][key].is_some());
                    assert!(seen[side][key] == times || seen[side][key] == 0 && same);
                }
            }
        }
    }
}

#[test]
fn a_merge_that_changes_nothing_returns_the_operand() {
    for &hash in HASHES {
        let keys: u32 = if cfg!(miri) { 40 } else { 300 };
        let all = build((0..keys).map(|key| (key, key)), hash);
        let half = build((0..keys / 2).map(|key| (key, key)), hash);
        let merge = |a: &Trie, b: &Trie, left, right, decide: fn() -> Merge<Entry>| {
            let rule = SetOp { left, right, shared: SharedPolicy::Keep };
            into_ok(a.try_merge_with(b, rule, |a, b| Ok(a.1 == b.1), |_, _| Ok(decide())))
        };
        assert!(merge(&all, &half, true, true, || Merge::Left).ptr_eq(&all));
        assert!(merge(&half, &all, true, true, || Merge::Right).ptr_eq(&all));
        assert!(merge(&all, &half, false, false, || Merge::Right).ptr_eq(&half));
        assert!(merge(&half, &all, false, false, || Merge::Left).ptr_eq(&half));
        assert!(merge(&all, &Trie::new(), true, true, || Merge::Left).ptr_eq(&all));
        assert!(merge(&Trie::new(), &all, true, true, || Merge::Left).ptr_eq(&all));
        assert!(merge(&all, &all.clone(), true, true, || Merge::Remove).ptr_eq(&all));
        assert!(merge(&half, &all, true, false, || Merge::Remove).is_empty());
    }
}

#[test]
fn a_merge_returns_an_operand_only_if_it_equals_the_result() {
    let left = |_: &Entry, _: &Entry| Ok::<_, Infallible>(Merge::Left);
    let neither = |_: &Entry, _: &Entry| Ok::<_, Infallible>(Merge::Remove);
    let same = |a: &Entry, b: &Entry| Ok::<_, Infallible>(a.1 == b.1);
    // The first leaf on the left is kept, but it does not cover the eighths with entries of the right side any more.
    let all = into_ok(eighths(&[0, 4, 6, 7]).try_merge_with(&eighths(&[2, 3]), SetOp::UNION, same, left));
    assert!(all.eq(&eighths(&[0, 2, 3, 4, 6, 7]), |a, b| a == b));
    // One leaf of a node remains, and it is shared with that node.
    for [stays, goes] in [[0, 6], [6, 0]] {
        let both = eighths(&[stays, goes]);
        let rest = into_ok(both.try_merge_with(&eighths(&[goes]), SetOp::DIFFERENCE, same, neither));
        assert!(rest.eq(&eighths(&[stays]), |a, b| a == b));
        assert_eq!(rest.not_shared_with(&both).nodes(), 0);
    }
}

#[test]
#[cfg_attr(miri, ignore = "safe code, for which Miri takes long")]
fn a_merge_returns_the_correct_length_whichever_nodes_are_shared() {
    let mut base = Trie::new();
    add_cluster(&mut base, 0, 40);
    let mut sides = [base.clone(), base];
    // An inner node that both sides have, one that only the left has, and one that only the right has.
    add_cluster(&mut sides[0], 1, 50);
    add_cluster(&mut sides[1], 2, 70);
    for (a, b) in [(&sides[0], &sides[1]), (&sides[1], &sides[0]), (&sides[0], &sides[0].clone())] {
        for rule in [SetOp::UNION, SetOp::INTERSECTION, SetOp::DIFFERENCE, SetOp::SYMMETRIC_DIFFERENCE] {
            let stays = matches!(rule.shared, SharedPolicy::Keep);
            let both = |_: &Entry, _: &Entry| Ok(if stays { Merge::Left } else { Merge::Remove });
            into_ok(a.try_merge_with(b, rule, |a, b| Ok(a.1 == b.1), both)).validate();
        }
    }
}

#[test]
fn few_entries_of_versions_with_one_change_are_compared() {
    let n: u32 = if cfg!(miri) { 300 } else { 50_000 };
    let base = build((0..n).map(|key| (key, key)), HASHES[0]);
    let mut changed = base.clone();
    insert(&mut changed, HASHES[0](7), 7, 8);
    let mut compared = 0;
    let pairs = base.pairs(&changed, |a: &Entry, b: &Entry| {
        compared += 1;
        Ok(a.1 == b.1)
    });
    assert_eq!(pairs.filter(|pair| matches!(pair, Pair::Both(a, b) if a.2 != b.2)).count(), 1);
    assert!(compared <= 40, "{compared} comparisons for one change");
    compared = 0;
    let same = |a: &Entry, b: &Entry| {
        compared += 1;
        Ok::<_, Infallible>(a.1 == b.1)
    };
    let merged = into_ok(base.try_merge_with(&changed, SetOp::UNION, same, |_, _| Ok(Merge::Right)));
    assert!(merged.ptr_eq(&changed) && compared <= 40, "{compared} comparisons for one change");
}
