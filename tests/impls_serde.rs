//! Tests the serialization of maps, sets and patches in a text format and in a binary one.

mod common;

use core::fmt::{Debug, Display, Formatter};

use perennial::map::Patch;
use perennial::{PersistentMap, PersistentSet, persistent_map, persistent_set};
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize as DeriveDeserialize, Serialize};

use common::hashers::{Kind, TestState};
use common::tracked::{Call, Tracked, balanced, count_calls, with_fuse};
use common::{scaled, validate};

/// Writes `value` in both formats and reads it back. Returns its JSON.
fn round_trip<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) -> String {
    let bytes = postcard::to_allocvec(value).unwrap();
    assert_eq!(&postcard::from_bytes::<T>(&bytes).unwrap(), value);
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(&serde_json::from_str::<T>(&json).unwrap(), value);
    json
}

#[test]
fn serialization_does_not_depend_on_history() {
    type Map = PersistentMap<u32, u32, TestState>;
    let forth: Map = (0..500).map(|n| (n, n * n)).collect();
    let mut back = Map::default();
    back.extend((0..900).rev().map(|n| (n, n * n)));
    back.retain(|n, _| *n < 500);
    assert!(!forth.iter().eq(back.iter()), "the iteration orders differ");
    assert_eq!(serde_json::to_string(&forth).unwrap(), serde_json::to_string(&back).unwrap());
    let [forth, back] = [forth, back].map(|map| map.into_keys().collect::<PersistentSet<u32, TestState>>());
    assert_eq!(serde_json::to_string(&forth).unwrap(), serde_json::to_string(&back).unwrap());
}

#[test]
fn maps_serialize_as_maps_and_sets_as_sequences() {
    assert_eq!(round_trip(&persistent_map! { String::from("a") => 1 }), r#"{"a":1}"#);
    assert_eq!(round_trip(&persistent_map! { 7 => Some(()) }.update_values(|_, _| None)), r#"{"7":null}"#);
    assert_eq!(round_trip(&PersistentMap::<u8, u8>::new()), "{}");
    assert_eq!(round_trip(&persistent_set! { 7 }), "[7]");
    assert_eq!(round_trip(&PersistentSet::<u8>::new()), "[]");
}

#[test]
fn deserialized_collections_are_valid() {
    for n in [1, 17, 300, scaled(30_000, 400) as u32] {
        let map: PersistentMap<u32, String> = (0..n).map(|key| (key, format!("value {key}"))).collect();
        round_trip(&map);
        let json = serde_json::to_vec(&map).unwrap();
        let read: PersistentMap<u32, String> = serde_json::from_slice(&json).unwrap();
        validate(&read);
        assert!(read.same_shape(&map));
        let set: PersistentSet<u32> = map.keys().copied().collect();
        round_trip(&set);
        // With another hasher, and from another collection type with the same format.
        let few: PersistentMap<u32, String, TestState> = serde_json::from_slice(&json).unwrap();
        assert_eq!(few.hasher().0, Kind::Good);
        assert_eq!(few.len(), map.len());
        let std: std::collections::HashMap<u32, String> = serde_json::from_slice(&json).unwrap();
        let bytes = postcard::to_allocvec(&std).unwrap();
        assert_eq!(postcard::from_bytes::<PersistentMap<u32, String>>(&bytes).unwrap(), map);
    }
}

#[test]
fn keys_can_borrow_from_the_input() {
    #[derive(Serialize, DeriveDeserialize)]
    struct Page<'a> {
        #[serde(borrow)]
        words: PersistentMap<&'a str, u32>,
        #[serde(borrow)]
        seen: PersistentSet<&'a str>,
    }
    let json = r#"{"words":{"rose":3},"seen":["rose"]}"#;
    let page: Page<'_> = serde_json::from_str(json).unwrap();
    assert_eq!(page.words, persistent_map! { "rose" => 3 });
    assert!(page.seen.contains("rose"));
    assert_eq!(serde_json::to_string(&page).unwrap(), json);
}

#[test]
fn the_last_value_of_a_duplicate_key_wins() {
    let map: PersistentMap<String, u8> = serde_json::from_str(r#"{"a":1,"b":2,"a":3}"#).unwrap();
    assert_eq!(map, PersistentMap::from([(String::from("a"), 3), (String::from("b"), 2)]));
    let set: PersistentSet<u8> = serde_json::from_str("[1,2,1]").unwrap();
    assert_eq!(set.len(), 2);
}

#[test]
fn patches_serialize_the_change_of_each_key() {
    let patch = |old: &[(&str, i8)], new: &[(&str, i8)]| {
        let map = |entries: &[(&str, i8)]| entries.iter().map(|&(key, value)| (key.to_owned(), value)).collect();
        Patch::<String, i8>::between(&map(old), &map(new))
    };
    assert_eq!(round_trip(&patch(&[], &[("a", 1)])), r#"{"a":{"added":1}}"#);
    assert_eq!(round_trip(&patch(&[("a", 1)], &[])), r#"{"a":{"removed":1}}"#);
    assert_eq!(round_trip(&patch(&[("a", 1)], &[("a", 2)])), r#"{"a":{"changed":[1,2]}}"#);
    assert_eq!(round_trip(&patch(&[("a", 1)], &[("a", 1)])), "{}");

    let old: PersistentMap<u16, u32> = (0..1000).map(|key| (key, 0)).collect();
    let new: PersistentMap<u16, u32> = (500..1500).map(|key| (key, key.into())).collect();
    let patch = Patch::between(&old, &new);
    round_trip(&patch);
    let read: Patch<u16, u32> = serde_json::from_str(&serde_json::to_string(&patch).unwrap()).unwrap();
    assert_eq!(read.len(), 1500);
    assert_eq!(old.apply(&read), Ok(new));
}

#[test]
fn values_that_are_null_in_json_survive_a_round_trip() {
    let old = persistent_map! { 1 => (), 2 => () };
    round_trip(&Patch::between(&old, &persistent_map! { 2 => (), 3 => () }));
    let old = persistent_map! { 1 => None, 2 => Some(2) };
    round_trip(&Patch::between(&old, &persistent_map! { 1 => Some(1), 3 => None }));
}

#[test]
fn malformed_input_is_an_error() {
    fn error<T: DeserializeOwned + Debug>(json: &str) -> String {
        serde_json::from_str::<T>(json).unwrap_err().to_string()
    }
    let message = error::<PersistentMap<u8, u8>>("[1]");
    assert!(message.contains("expected a map"), "{message}");
    let message = error::<PersistentSet<u8>>("{}");
    assert!(message.contains("expected a sequence"), "{message}");
    let message = error::<PersistentMap<String, u8>>(r#"{"a":1,"b":256}"#);
    assert!(message.contains("256"), "{message}");
    let message = error::<Patch<String, u8>>(r#"{"a":{"moved":1}}"#);
    assert!(message.contains("unknown variant `moved`"), "{message}");
    let message = error::<Patch<String, u8>>(r#"{"a":{"changed":[1]}}"#);
    assert!(message.contains("expected two values"), "{message}");
    let message = error::<Patch<String, u8>>(r#"{"a":{"changed":[1,2,3]}}"#);
    assert!(message.contains("trailing"), "{message}");
    // A patch with one change, whose key is 0 and whose kind, 3, does not exist.
    let error = postcard::from_bytes::<Patch<u8, u8>>(&[1, 0, 3, 0]).unwrap_err();
    assert!(matches!(error, postcard::Error::SerdeDeCustom), "{error}");
}

/// An iterator that announces the largest possible number of items.
struct Boast<I>(I);

impl<I: Iterator> Iterator for Boast<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (usize::MAX, Some(usize::MAX))
    }
}

#[test]
fn announced_lengths_are_not_trusted() {
    // A length of 2^63, followed by two bytes. Allocating so much memory would panic or abort.
    let bytes = [128, 128, 128, 128, 128, 128, 128, 128, 128, 1, 1, 2];
    assert!(postcard::from_bytes::<PersistentMap<u8, u8>>(&bytes).is_err());
    assert!(postcard::from_bytes::<PersistentSet<u64>>(&bytes).is_err());
    assert!(postcard::from_bytes::<Patch<u8, u8>>(&bytes).is_err());
    let items = Boast([1_u64, 2, 3].into_iter());
    let set = PersistentSet::<u64>::deserialize(SeqDeserializer::<_, Error>::new(items));
    assert_eq!(set.unwrap().len(), 3);
    let entries = Boast([(1_u64, 2_u64), (3, 4)].into_iter());
    let map = PersistentMap::<u64, u64>::deserialize(MapDeserializer::<_, Error>::new(entries));
    assert_eq!(map.unwrap().len(), 2);
}

#[test]
fn deserialization_stops_at_the_first_error() {
    // The 100th item is not a `u8`.
    let mut read = 0;
    let items = (0..1000_u64).inspect(|_| read += 1).map(|n| if n == 99 { 256 } else { n % 90 });
    assert!(PersistentSet::<u8>::deserialize(SeqDeserializer::<_, Error>::new(items)).is_err());
    assert_eq!(read, 100);
    let mut read = 0;
    let entries = (0..1000_u64).inspect(|_| read += 1).map(|n| (n % 90, if n == 99 { 256 } else { 0 }));
    assert!(PersistentMap::<u8, u8>::deserialize(MapDeserializer::<_, Error>::new(entries)).is_err());
    assert_eq!(read, 100);
}

/// An error that owns an element.
#[derive(Debug)]
struct OwningError(#[expect(dead_code, reason = "it is only dropped")] Tracked);

impl Display for OwningError {
    fn fmt(&self, f: &mut Formatter<'_>) -> core::fmt::Result {
        f.write_str("an error")
    }
}

impl std::error::Error for OwningError {}

impl de::Error for OwningError {
    fn custom<T: Display>(_: T) -> Self {
        Self(Tracked::new(1))
    }
}

/// An input of `left` equal numbers that owns an element. Before the number `fails`, counted from the end, there is an
/// error.
struct Input {
    left: u64,
    fails: u64,
    owned: Tracked,
}

impl Input {
    fn next(&mut self) -> Result<Option<u64>, OwningError> {
        if self.left == self.fails {
            return Err(OwningError(Tracked::new(2)));
        }
        let next = self.left.checked_sub(1);
        self.left = next.unwrap_or(0);
        Ok(next.map(|_| self.owned.value()))
    }
}

impl<'de> SeqAccess<'de> for Input {
    type Error = OwningError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, OwningError> {
        self.next()?.map(|number| seed.deserialize(de::IntoDeserializer::into_deserializer(number))).transpose()
    }
}

impl<'de> MapAccess<'de> for Input {
    type Error = OwningError;

    fn next_key_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, OwningError> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, OwningError> {
        seed.deserialize(de::IntoDeserializer::into_deserializer(self.owned.value()))
    }
}

impl<'de> Deserializer<'de> for Input {
    type Error = OwningError;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, OwningError> {
        unreachable!("only maps and sequences are read")
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OwningError> {
        visitor.visit_map(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OwningError> {
        visitor.visit_seq(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct tuple tuple_struct struct enum identifier ignored_any
    }
}

/// A key or value that is read from a number.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Item(Tracked);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(|number| Self(Tracked::new(number)))
    }
}

#[test]
fn a_panic_in_a_drop_leaks_neither_the_collection_nor_the_error() {
    let input = |fails| Input { left: 3, fails, owned: Tracked::new(7) };
    let mut panics = 0;
    for fails in [9, 1, 3] {
        let runs: [&dyn Fn(); 2] =
            [&|| drop(PersistentMap::<Item, Item, TestState>::deserialize(input(fails))), &|| {
                drop(PersistentSet::<Item, TestState>::deserialize(input(fails)))
            }];
        for run in runs {
            let drops = balanced(|| count_calls(run)[Call::Drop as usize]);
            for nth in 0..drops {
                balanced(|| assert!(with_fuse(Call::Drop, nth, run).is_none()));
                panics += 1;
            }
        }
    }
    assert!(panics > 20);
}
