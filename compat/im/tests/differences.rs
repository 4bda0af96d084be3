//! What differs from `im`, as the README says: on the left `im`, on the right this crate.

use std::hash::{Hash, Hasher};

/// A key that is equal to others of its number, which its tag tells apart.
#[derive(Clone, Copy, Debug)]
struct Tagged(u8, char);

impl PartialEq for Tagged {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl Eq for Tagged {}

impl Hash for Tagged {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

/// Expands to the results of the same expression on both crates.
macro_rules! both {
    ($result:expr) => {
        (
            {
                use im_upstream::*;
                $result
            },
            {
                use perennial_im::*;
                $result
            },
        )
    };
}

#[test]
fn a_union_keeps_our_values() {
    let unions = both!(hashmap! { 1 => "ours" }.union(hashmap! { 1 => "theirs", 2 => "" })[&1]);
    assert_eq!(unions, ("theirs", "ours"));
}

#[test]
fn a_map_keeps_the_key_and_a_set_keeps_the_new_element() {
    let tags = both!({
        let mut map = hashmap! { Tagged(1, 'a') => 1 };
        map.insert(Tagged(1, 'b'), 2);
        map.keys().next().unwrap().1
    });
    assert_eq!(tags, ('b', 'a'));
    let tags = both!({
        let mut set = hashset! { Tagged(1, 'a') };
        let old = set.insert(Tagged(1, 'b')).unwrap();
        (old.1, set.iter().next().unwrap().1, set.update(Tagged(1, 'c')).iter().next().unwrap().1)
    });
    assert_eq!(tags, (('a', 'b', 'c'), ('a', 'b', 'c')));
    let tags = both!({
        let mut set = hashset! { Tagged(1, 'a') };
        set.extend([Tagged(1, 'b')]);
        set.iter().next().unwrap().1
    });
    assert_eq!(tags, ('b', 'a'));
}

#[test]
fn empty_maps_are_the_same_version() {
    assert_eq!(both!(HashMap::<u8, u8>::new().ptr_eq(&HashMap::new())), (false, true));
}

#[test]
fn values_in_shared_nodes_are_not_compared() {
    let equal = both!({
        let map = hashmap! { 1 => f64::NAN };
        (map == map.clone(), map == map.update(1, f64::NAN), map.partial_cmp(&map.update(1, f64::NAN)))
    });
    assert_eq!(equal, ((false, false, None), (true, false, None)));
}

#[test]
fn hashes_do_not_depend_on_the_hasher_of_the_map() {
    let hash = |map: &dyn Fn(&mut std::hash::DefaultHasher)| {
        let mut state = std::hash::DefaultHasher::new();
        map(&mut state);
        state.finish()
    };
    let equal = both!({
        let [a, b]: [HashMap<u8, u8, std::hash::RandomState>; 2] = [(); 2].map(|()| (0..100).map(|n| (n, n)).collect());
        (a == b, hash(&|state| a.hash(state)) == hash(&|state| b.hash(state)), a.cmp(&b).is_eq())
    });
    assert_eq!(equal, ((true, false, false), (true, true, true)));
}

#[test]
fn maps_with_the_default_hasher_are_iterated_alike_within_a_process() {
    let alike = both!({
        let [a, b]: [HashMap<u8, u8>; 2] = [(); 2].map(|()| (0..100).map(|n| (n, n)).collect());
        a.iter().eq(&b)
    });
    assert_eq!(alike, (false, true));
}

#[test]
fn the_map_and_the_set_of_perennial_are_within_reach() {
    use perennial_im::{HashMap, HashSet, hashmap, hashset};

    let old = hashmap! { 1 => "a", 2 => "b" };
    let new = old.update(2, "c");
    assert_eq!(old.as_perennial().diff(new.as_perennial()).count(), 1);
    assert_eq!(HashMap::from(old.as_perennial().merge(new.as_perennial())), new);
    let set = hashset! { 1 };
    assert_eq!(HashSet::from(set.as_perennial().conj(2)).relative_complement(set), hashset! { 2 });
}
