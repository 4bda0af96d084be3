//! `serde`: a map as a map, a set as a sequence, a patch as a map from each key to its change.
//!
//! A change is an enum with the variants `added(V)`, `removed(V)` and `changed(V, V)`: in JSON,
//! `{"a":{"added":1},"b":{"changed":[2,3]}}`. A pair of options would be shorter, but many formats do not distinguish
//! `Some(None)`, or `Some(())`, from `None`.

use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::marker::PhantomData;

use serde_core::de::{self, Deserialize, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde_core::ser::{Serialize, SerializeTupleVariant, Serializer};

use crate::map::{Edit, Patch};
use crate::trie::and_drop;
use crate::{PersistentMap, PersistentSet, TransientMap, TransientSet};

/// Passes the items that `next` returns to `insert`, which returns `false` for an item that is there already. With
/// `unique` that is an error.
///
/// The items are not gathered first: the input may repeat them as often as it likes.
fn insert_all<T, E: de::Error>(
    unique: bool,
    mut next: impl FnMut() -> Result<Option<T>, E>,
    mut insert: impl FnMut(T) -> bool,
) -> Result<(), E> {
    while let Some(item) = next()? {
        if !insert(item) && unique {
            return Err(E::custom("a key occurs twice"));
        }
    }
    Ok(())
}

impl<K: Serialize, V: Serialize, S> Serialize for PersistentMap<K, V, S> {
    /// Serializes the entries in the order of 32 bits of their hashes. It is the same for equal maps with equal
    /// hashers, except among entries that agree in these bits. The default hasher differs from run to run of a program.
    ///
    /// # Examples
    ///
    /// With a hasher that is the same in every run, so is the text:
    ///
    /// ```
    /// use perennial::{PersistentMap, persistent_map};
    /// use std::hash::{BuildHasherDefault, DefaultHasher};
    ///
    /// type Stable<K, V> = PersistentMap<K, V, BuildHasherDefault<DefaultHasher>>;
    ///
    /// let mut map: Stable<&str, u32> = Stable::default(); // `new` is for the default hasher only
    /// map.extend([("b", 2), ("a", 1)]);
    /// let same = persistent_map! { map.hasher().clone(); "a" => 1, "b" => 2 };
    /// assert_eq!(serde_json::to_string(&map)?, serde_json::to_string(&same)?);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_map(self.table.trie.in_stored_order().map(|(key, value)| (key, value)))
    }
}

impl<'de, K, V, S> Deserialize<'de> for PersistentMap<K, V, S>
where
    K: Deserialize<'de> + Eq + Hash,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    /// Deserializes a map. If a key occurs more than once, the last value is used.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Collection::<Self> { unique: false, of: PhantomData })
    }
}

/// # Deserializing, with the feature `serde`
impl<K, V, S> PersistentMap<K, V, S> {
    /// Deserializes a map in which each key occurs once, for `#[serde(deserialize_with = ...)]`.
    ///
    /// # Errors
    ///
    /// Returns an error if a key occurs more than once. `Deserialize` uses the last value instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentMap;
    ///
    /// let read = |json| {
    ///     PersistentMap::<String, u32>::deserialize_unique(&mut serde_json::Deserializer::from_str(json))
    /// };
    /// assert_eq!(read(r#"{"a": 1, "b": 2}"#).unwrap().len(), 2);
    /// assert!(read(r#"{"a": 1, "a": 2}"#).is_err());
    /// ```
    pub fn deserialize_unique<'de, D>(deserializer: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
        K: Deserialize<'de> + Eq + Hash,
        V: Deserialize<'de>,
        S: BuildHasher + Default,
    {
        deserializer.deserialize_map(Collection::<Self> { unique: true, of: PhantomData })
    }
}

impl<T: Serialize, S> Serialize for PersistentSet<T, S> {
    /// Serializes the elements in the order of 32 bits of their hashes. It is the same for equal sets with equal
    /// hashers, except among elements that agree in these bits.
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.table.trie.in_stored_order())
    }
}

impl<'de, T, S> Deserialize<'de> for PersistentSet<T, S>
where
    T: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
{
    /// Deserializes a set. If there are equal elements, the first one is kept.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Collection::<Self> { unique: false, of: PhantomData })
    }
}

/// # Deserializing, with the feature `serde`
impl<T, S> PersistentSet<T, S> {
    /// Deserializes a set in which each element occurs once, for `#[serde(deserialize_with = ...)]`.
    ///
    /// # Errors
    ///
    /// Returns an error if there are equal elements. `Deserialize` keeps the first of them instead.
    ///
    /// # Examples
    ///
    /// ```
    /// use perennial::PersistentSet;
    ///
    /// let read = |json| {
    ///     PersistentSet::<u32>::deserialize_unique(&mut serde_json::Deserializer::from_str(json))
    /// };
    /// assert_eq!(read("[1, 2]").unwrap().len(), 2);
    /// assert!(read("[1, 1]").is_err());
    /// ```
    pub fn deserialize_unique<'de, D>(deserializer: D) -> Result<Self, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + Eq + Hash,
        S: BuildHasher + Default,
    {
        deserializer.deserialize_seq(Collection::<Self> { unique: true, of: PhantomData })
    }
}

impl<K: Serialize, V: Serialize, S> Serialize for Patch<K, V, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        self.edits.serialize(serializer)
    }
}

impl<'de, K, V, S> Deserialize<'de> for Patch<K, V, S>
where
    K: Deserialize<'de> + Eq + Hash,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    /// Deserializes a patch. If there are several changes of one key, the last one is kept.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { edits: Deserialize::deserialize(deserializer)? })
    }
}

/// The visitor that builds a `C`.
struct Collection<C> {
    /// Whether a key that occurs twice is an error.
    unique: bool,
    of: PhantomData<C>,
}

impl<'de, K, V, S> Visitor<'de> for Collection<PersistentMap<K, V, S>>
where
    K: Deserialize<'de> + Eq + Hash,
    V: Deserialize<'de>,
    S: BuildHasher + Default,
{
    type Value = PersistentMap<K, V, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut collected = TransientMap::with_hasher(S::default());
        let insert = |(key, value)| collected.insert(key, value).is_none();
        match and_drop(insert_all(self.unique, || map.next_entry(), insert), map) {
            Ok(()) => Ok(collected.into_persistent()),
            Err(error) => Err(and_drop(error, collected)),
        }
    }
}

impl<'de, T, S> Visitor<'de> for Collection<PersistentSet<T, S>>
where
    T: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
{
    type Value = PersistentSet<T, S>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sequence")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut collected = TransientSet::with_hasher(S::default());
        match and_drop(insert_all(self.unique, || seq.next_element(), |item| collected.insert(item)), seq) {
            Ok(()) => Ok(collected.into_persistent()),
            Err(error) => Err(and_drop(error, collected)),
        }
    }
}

/// The names of the variants of `Edit`.
const VARIANTS: [&str; 3] = ["added", "removed", "changed"];

impl<V: Serialize> Serialize for Edit<V> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let [added, removed, changed] = VARIANTS;
        match (&self.before, &self.after) {
            (None, Some(value)) => serializer.serialize_newtype_variant("Edit", 0, added, value),
            (Some(value), None) => serializer.serialize_newtype_variant("Edit", 1, removed, value),
            (Some(old), Some(new)) => {
                let mut values = serializer.serialize_tuple_variant("Edit", 2, changed, 2)?;
                values.serialize_field(old)?;
                values.serialize_field(new)?;
                values.end()
            }
            (None, None) => unreachable!("an edit has a value before or after"),
        }
    }
}

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Edit<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Edit", &VARIANTS, EditVisitor(PhantomData))
    }
}

struct EditVisitor<V>(PhantomData<V>);

impl<'de, V: Deserialize<'de>> Visitor<'de> for EditVisitor<V> {
    type Value = Edit<V>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an added or removed value, or a changed value before and after")
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Edit<V>, A::Error> {
        let (Variant(index), content) = data.variant()?;
        Ok(match index {
            0 => Edit { before: None, after: Some(content.newtype_variant()?) },
            1 => Edit { before: Some(content.newtype_variant()?), after: None },
            _ => content.tuple_variant(2, self)?,
        })
    }

    /// Returns the old and the new value of a `changed` variant.
    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Edit<V>, A::Error> {
        let mut value = |index| values.next_element()?.ok_or_else(|| de::Error::invalid_length(index, &"two values"));
        let edit = match value(0) {
            Ok(old) => match value(1) {
                Ok(new) => Ok(Edit { before: Some(old), after: Some(new) }),
                Err(error) => Err(and_drop(error, old)),
            },
            Err(error) => Err(error),
        };
        and_drop(edit, values)
    }
}

/// The index of a variant, which a format may encode as its name.
struct Variant(usize);

impl<'de> Deserialize<'de> for Variant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(VariantVisitor)
    }
}

struct VariantVisitor;

impl Visitor<'_> for VariantVisitor {
    type Value = Variant;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`added`, `removed` or `changed`")
    }

    fn visit_u64<E: de::Error>(self, index: u64) -> Result<Variant, E> {
        let known = usize::try_from(index).ok().filter(|&index| index < VARIANTS.len());
        known.map(Variant).ok_or_else(|| E::invalid_value(de::Unexpected::Unsigned(index), &self))
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Variant, E> {
        let known = VARIANTS.iter().position(|variant| *variant == name);
        known.map(Variant).ok_or_else(|| E::unknown_variant(name, &VARIANTS))
    }

    fn visit_bytes<E: de::Error>(self, name: &[u8]) -> Result<Variant, E> {
        let known = VARIANTS.iter().position(|variant| variant.as_bytes() == name);
        known.map(Variant).ok_or_else(|| E::invalid_value(de::Unexpected::Bytes(name), &self))
    }
}
