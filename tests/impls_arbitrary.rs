//! Tests `Arbitrary`, which makes maps and sets from a fuzzer's bytes.

mod common;

use arbitrary::{Arbitrary, Unstructured};
use perennial::{PersistentMap, PersistentSet};

use common::validate;

#[test]
fn collections_have_the_items_of_a_vec_from_the_same_bytes() {
    let mut random = 1_u32;
    let bytes: Vec<u8> = core::iter::repeat_with(|| {
        random = random.wrapping_mul(0x0019_660d).wrapping_add(0x3c6e_f35f);
        (random >> 24) as u8
    })
    .take(2000)
    .collect();
    let mut most = 0;
    for start in 0..bytes.len() {
        let bytes = &bytes[start..];
        let items: Vec<(u8, u16)> = Vec::arbitrary(&mut Unstructured::new(bytes)).unwrap();
        let map: PersistentMap<u8, u16> = Arbitrary::arbitrary(&mut Unstructured::new(bytes)).unwrap();
        validate(&map);
        assert_eq!(map, items.iter().copied().collect());
        let set: PersistentSet<(u8, u16)> = Arbitrary::arbitrary(&mut Unstructured::new(bytes)).unwrap();
        assert_eq!(set, items.into_iter().collect());
        most = most.max(map.len());

        let items: Vec<(u8, u16)> = Vec::arbitrary_take_rest(Unstructured::new(bytes)).unwrap();
        let map: PersistentMap<u8, u16> = Arbitrary::arbitrary_take_rest(Unstructured::new(bytes)).unwrap();
        assert_eq!(map, items.iter().copied().collect());
        let set: PersistentSet<(u8, u16)> = Arbitrary::arbitrary_take_rest(Unstructured::new(bytes)).unwrap();
        assert_eq!(set, items.into_iter().collect());
    }
    assert!(most > 5, "at most {most} entries");
}
