//! Tests all forms of `persistent_map!` and `persistent_set!`, also in code that has no names in scope.

use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use perennial::{PersistentMap, PersistentSet, persistent_map, persistent_set};

/// Code without any names in scope, not even those of the prelude.
mod bare {
    #![no_implicit_prelude]

    pub(crate) type Map<S = ::perennial::RandomState> = ::perennial::PersistentMap<&'static str, u8, S>;
    pub(crate) type Set<S = ::perennial::RandomState> = ::perennial::PersistentSet<u8, S>;

    pub(crate) fn maps<S: ::std::hash::BuildHasher + ::std::clone::Clone>(hasher: &S) -> ([Map; 2], [Map<S>; 2]) {
        (
            [::perennial::persistent_map! {}, ::perennial::persistent_map! { "a" => 1, "b" => 2 }],
            [
                ::perennial::persistent_map! { ::std::clone::Clone::clone(hasher); },
                ::perennial::persistent_map! { ::std::clone::Clone::clone(hasher); "a" => 1, "b" => 2, },
            ],
        )
    }

    pub(crate) fn sets<S: ::std::hash::BuildHasher + ::std::clone::Clone>(hasher: &S) -> ([Set; 2], [Set<S>; 2]) {
        (
            [::perennial::persistent_set! {}, ::perennial::persistent_set! { 1, 2 }],
            [
                ::perennial::persistent_set! { ::std::clone::Clone::clone(hasher); },
                ::perennial::persistent_set! { ::std::clone::Clone::clone(hasher); 1, 2, },
            ],
        )
    }
}

/// A hasher that can be recognized by its number.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Numbered(u8);

impl BuildHasher for Numbered {
    type Hasher = DefaultHasher;

    fn build_hasher(&self) -> DefaultHasher {
        DefaultHasher::new()
    }
}

type Fixed = BuildHasherDefault<DefaultHasher>;

static NO_ENTRIES: PersistentMap<u8, u8, Fixed> = persistent_map! { Fixed::new(); };
static NO_ELEMENTS: PersistentSet<u8, Fixed> = persistent_set! { Fixed::new(); };

#[test]
fn macros_need_no_names_in_scope() {
    let ([empty, map], [under, map_under]) = bare::maps(&Numbered(7));
    assert!(empty.is_empty() && under.is_empty());
    assert_eq!(map, PersistentMap::from([("a", 1), ("b", 2)]));
    assert!(map_under.len() == 2 && map_under["a"] == 1 && map_under["b"] == 2);
    assert_eq!([under.hasher(), map_under.hasher()], [&Numbered(7); 2]);

    let ([empty, set], [under, set_under]) = bare::sets(&Numbered(8));
    assert!(empty.is_empty() && under.is_empty());
    assert_eq!(set, PersistentSet::from([1, 2]));
    assert!(set_under.len() == 2 && set_under.contains(&1) && set_under.contains(&2));
    assert_eq!([under.hasher(), set_under.hasher()], [&Numbered(8); 2]);
}

#[test]
fn macros_accept_any_expression_as_the_hasher() {
    assert!(NO_ENTRIES.is_empty() && NO_ELEMENTS.is_empty());
    let hasher = Numbered(1);
    assert_eq!(persistent_map! { hasher; 1 => 2 }.hasher(), &hasher);
    assert_eq!(persistent_map! { { let n = 2; Numbered(n) }; 1 => 2, 1 => 3 }, persistent_map! { hasher; 1 => 3 });
    assert_eq!(persistent_set! { Numbered(3); [1, 2], [1, 2] }.hasher(), &Numbered(3));
    assert_eq!(persistent_set! { if hasher == Numbered(1) { Fixed::new() } else { Fixed::default() }; 1 }.len(), 1);
}

#[test]
fn duplicates_are_treated_as_by_collect() {
    assert_eq!(persistent_map! { "a" => 1, "a" => 2 }["a"], 2);
    assert_eq!(persistent_map! { Fixed::new(); "a" => 1, "a" => 2 }["a"], 2);
    let [first, second] = [vec![1], vec![1]];
    let kept = first.as_ptr();
    let set = persistent_set! { Fixed::new(); first, second };
    assert_eq!(set.iter().map(Vec::as_ptr).collect::<Vec<_>>(), [kept]);
}

/// The macros behave like functions whose arguments contain temporaries.
#[test]
fn temporaries_live_to_the_end_of_the_statement() {
    assert_eq!(persistent_map! { "a" => &String::from("b") }["a"], "b");
    assert_eq!(persistent_map! { Fixed::new(); &*String::from("a") => &String::from("b") }["a"], "b");
    assert!(persistent_set! { Fixed::new(); String::from("a").as_str() }.contains("a"));
}
