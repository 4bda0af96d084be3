//! The macros, as programs before the edition of 2018 import them.

#[macro_use]
extern crate perennial_im as im;

#[test]
fn macros_are_imported_with_the_crate() {
    let map: im::HashMap<u8, im::HashSet<u8>> = hashmap! { 1 => hashset![2, 3] };
    assert_eq!((map[&1].len(), ordmap! { 1 => 2 }.len(), ordset![1].len(), vector![1].len()), (2, 1, 1, 1));
    assert_eq!(get_in!(map, &1).map(im::HashSet::len), Some(2));
}
