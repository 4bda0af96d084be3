//! The features: each for both types, beside those of `im`.

#[cfg(feature = "serde")]
mod serde {
    use perennial_im::{HashMap, HashSet, hashmap, hashset, vector};

    #[test]
    fn json_is_that_of_im() {
        let (map, set) = (hashmap! { "a" => 1 }, hashset! { 1 });
        let ours = serde_json::to_string(&(&map, &set, vector![1])).unwrap();
        let theirs = (im_upstream::hashmap! { "a" => 1 }, im_upstream::hashset! { 1 }, vector![1]);
        assert_eq!(ours, serde_json::to_string(&theirs).unwrap());
    }

    #[test]
    fn what_is_written_is_read_and_depends_on_the_content_alone() {
        let map: HashMap<u16, u16> = (0..1000).map(|n| (n, n * 2)).collect();
        let mut other: HashMap<u16, u16> = (0..2000).rev().map(|n| (n, n * 2)).collect();
        other.retain(|n, _| *n < 1000);
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(json, serde_json::to_string(&other).unwrap());
        assert_eq!(serde_json::from_str::<HashMap<u16, u16>>(&json).unwrap(), map);

        let set: HashSet<u16> = map.keys().copied().collect();
        let mut other: HashSet<u16> = (0..2000_u16).rev().collect();
        other.retain(|n| *n < 1000);
        let json = serde_json::to_string(&set).unwrap();
        assert_eq!(json, serde_json::to_string(&other).unwrap());
        assert_eq!(serde_json::from_str::<HashSet<u16>>(&json).unwrap(), set);
    }
}

#[cfg(feature = "quickcheck")]
mod quickcheck {
    use perennial_im::{HashMap, HashSet};
    use quickcheck::{Arbitrary, Gen};

    #[test]
    fn collections_are_generated_and_shrink() {
        let mut g = Gen::new(50);
        let maps: Vec<HashMap<u8, u8>> = (0..20).map(|_| Arbitrary::arbitrary(&mut g)).collect();
        let map = maps.iter().max_by_key(|map| map.len()).unwrap();
        assert!(map.len() > 1 && map.shrink().any(|smaller| smaller.len() < map.len()));
        let sets: Vec<HashSet<u8>> = (0..20).map(|_| Arbitrary::arbitrary(&mut g)).collect();
        let set = sets.iter().max_by_key(|set| set.len()).unwrap();
        assert!(set.len() > 1 && set.shrink().any(|smaller| smaller.len() < set.len()));
    }
}

#[cfg(feature = "arbitrary")]
mod arbitrary {
    use arbitrary::{Arbitrary, Unstructured};
    use perennial_im::{HashMap, HashSet};

    #[test]
    fn collections_are_made_of_bytes() {
        let bytes: Vec<u8> = (1..=255).step_by(2).collect();
        let u = || Unstructured::new(&bytes);
        assert!(HashMap::<u8, u8>::arbitrary(&mut u()).unwrap().len() > 1);
        assert!(HashSet::<u8>::arbitrary(&mut u()).unwrap().len() > 1);
        assert!(HashMap::<u8, u8>::arbitrary_take_rest(u()).unwrap().len() > 1);
        assert!(HashSet::<u8>::arbitrary_take_rest(u()).unwrap().len() > 1);
    }
}

#[cfg(feature = "proptest")]
mod proptest {
    use perennial_im::proptest::{hash_map, hash_set, ord_map, ord_set, vector};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn strategies_keep_to_the_size(
            map in hash_map(any::<u16>(), any::<u8>(), 2..9),
            set in perennial_im::hashset::proptest::hash_set(any::<u16>(), 2..9),
            others in (hash_set(0_u8..3, 0..2), ord_map(0_u8..9, 0_u8..9, 0..3), ord_set(0_u8..9, 0..3)),
            numbers in vector(0_u8..9, 0..3),
        ) {
            prop_assert!((2..9).contains(&map.len()) && (2..9).contains(&set.len()));
            prop_assert!(others.0.len() < 2 && others.1.len() < 3 && others.2.len() < 3 && numbers.len() < 3);
        }
    }
}

#[cfg(feature = "rayon")]
mod rayon {
    use perennial_im::Vector;
    use rayon::prelude::*;

    #[test]
    fn a_vector_is_iterated_in_parallel() {
        let vector: Vector<u32> = (0..1000).collect();
        assert_eq!(vector.par_iter().sum::<u32>(), 499_500);
    }
}
