#!/usr/bin/env python3
"""Makes the sources of compat/imbl from those of compat/im: the methods are the same, the types have other parameters.

`compat/generate.py --check` fails if they are not up to date. What only one of the two crates has is listed here; a text
that is to be replaced must occur exactly as often as listed.
"""

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
NOTE = "// Made by compat/generate.py from compat/im: edit it there.\n\n"


def replace(text, old, new, count=1):
    """Replaces all occurrences, of which there must be `count`."""
    found = text.count(old)
    if found != count:
        sys.exit(f"{found} instead of {count} occurrences of:\n{old}")
    return text.replace(old, new)


def remove_items(text, *beginnings):
    """Removes the items at the top level that begin with these lines, with the empty line before each."""
    for beginning in beginnings:
        start = text.index(f"\n{beginning}")
        text = text[:start] + text[text.index("\n}\n", start) + 3 :]
    return text


def with_pointer(text):
    """Adds the parameter for the kind of pointer to each `impl` and type that has one for the hasher."""
    parts, rest = [], text
    while (start := re.search(r"\bimpl<", rest)) is not None:
        depth, end = 1, start.end()
        while depth > 0:
            depth += {"<": 1, ">": -1}.get(rest[end], 0)
            end += 1
        generics = rest[start.end() : end - 1]
        has_hasher = re.search(r"\bS[AB]?\b", generics) and not re.search(r"\bP\b", generics)
        parts += [rest[: start.end()], generics, ", P>" if has_hasher else ">"]
        rest = rest[end:]
    text = "".join([*parts, rest])
    text = re.sub(r"\bHash(Map|Set)<([^<>]*\bS[AB]?)>", r"GenericHash\1<\2, P>", text)
    text = re.sub(r"\bShared<S>", "Marked<S, P>", text)
    return re.sub(r"\b(\w*Entry<'\w+, K, V, S)>", r"\1, P>", text)


def common(text):
    """What is replaced in all files."""
    text = re.sub(r"<Q: Hash \+ Eq \+ \?Sized>", "<Q: Hash + Equivalent<KEY> + ?Sized>", text)
    text = re.sub(r"\n    where\n        [KA]: Borrow<Q>,\n    \{", " {", text)
    text = text.replace("S: BuildHasher", "S: BuildHasher + Clone").replace("SA: BuildHasher", "SA: BuildHasher + Clone")
    text = text.replace("SB: BuildHasher", "SB: BuildHasher + Clone")
    text = with_pointer(text)
    text = text.replace("`im`", "`imbl`").replace("`imbl` 15.1", "`imbl` 7.0").replace("use im::", "use imbl::")
    text = text.replace("use perennial_im as im;", "use perennial_imbl as imbl;")
    return text.replace("im_upstream", "imbl_upstream").replace("perennial_im::", "perennial_imbl::")


ORDER = """    /// Iterates over the {items} in an order that follows from them and the hasher alone. O(n) to exhaust, and
    /// O(log n) for the first {item}.
    ///
    /// Equal {name}s with one hasher are iterated alike, except for {keys} whose hashes agree in the 32 bits that the {name}
    /// stores. The iterator of [`as_perennial`](Self::as_perennial) takes a seventh of the time, in an order that depends
    /// on the {name}'s history.
"""


def collection(text, name, kind, generics, keys, items, item):
    """What is replaced in the files of maps and sets."""
    text = replace(text, "use std::cmp::Ordering;\n", "")
    text = replace(text, "use std::hash::{BuildHasher, Hash, Hasher};\n", "use std::hash::{BuildHasher, Hash};\n")
    text = replace(text, "use std::sync::Arc;\n", "")
    text = replace(text, "use perennial::trie::IntoIterInStoredOrder;\n", "")
    text = replace(text, "use crate::shared::Shared;\n", "use crate::marked::Marked;\n")
    text = replace(text, "use perennial::{Persistent", "use imbl_upstream::shared_ptr::DefaultSharedPtr;\nuse perennial::{Equivalent, Persistent")
    order = ORDER.format(items=items, item=item, name=kind, keys=keys)
    text = replace(text, order, f"    /// Iterates over the {items}, in no particular order. O(n) to exhaust.\n")
    text = replace(text, "self.0.iter_in_stored_order()", "self.0.iter()")
    text = replace(text, "self.0.into_iter_in_stored_order()", "self.0.into_iter()")
    text = re.sub(r", in the order of \[`iter`\]\(\w+::iter\)", ", in no particular order", text)
    text = replace(text, "entries(self.0.iter_in_hash_order())", "entries(&self.0)")
    text = replace(
        text,
        "    pub fn with_hasher<RS>(hasher: RS) -> Self\n    where\n        Arc<S>: From<RS>,\n    {\n",
        "    pub fn with_hasher(hasher: S) -> Self {\n",
    )
    text = replace(text, "(Shared(hasher.into()))", "(Marked::new(hasher))")
    text = replace(text, "    pub fn hasher(&self) -> &Arc<S> {\n", "    pub fn hasher(&self) -> &S {\n")
    text = text.replace("Self::from_iter([", "std::iter::once(").replace("(k, v)])", "(k, v)).collect()").replace("once(a])", "once(a).collect()")
    # `new_from` is the only method without a bound that clones the hasher.
    new_from = f"        Hash{name}(Persistent{name}::with_hasher(self.0.hasher().clone()))\n"
    text = replace(text, new_from, f"        GenericHash{name}(Persistent{name}::with_hasher(self.0.hasher().clone()))\n")
    new_from = re.search(r"    pub fn new_from<.*\{\n", text).group()
    text = replace(text, new_from, new_from.replace(" {\n", "\n    where\n        S: Clone,\n    {\n"))
    text = replace(text, f"impl<{generics}, S> Clone for", f"impl<{generics}, S: Clone> Clone for")
    text = replace(text, f"Hash{name}(self.0", f"GenericHash{name}(self.0", int(name == "Map"))
    doc = f"/// The hash {kind} of `im`, over a [`Persistent{name}`].\n"
    text = replace(text, doc, f"/// The hash {kind} of `im`, over a [`Persistent{name}`]. The kind of pointer, `P`, is ignored.\n")
    text = replace(
        text,
        f"pub struct Hash{name}<{generics}, S = RandomState>(",
        f"pub struct GenericHash{name}<{generics}, S, P = DefaultSharedPtr>(",
    )
    alias = f"/// A [`GenericHash{name}`] with the default hasher.\npub type Hash{name}<{generics}> = GenericHash{name}<{generics}, RandomState, DefaultSharedPtr>;\n\n"
    return replace(text, "/// An iterator over the " + items + " of a " + kind + " by value", alias + "/// An iterator over the " + items + " of a " + kind + " by value")


def hashmap(text):
    text = remove_items(
        text,
        "impl<K: Hash + Eq + PartialOrd, V: PartialOrd, S: BuildHasher> PartialOrd for",
        "impl<K: Hash + Eq + Ord, V: Ord, S: BuildHasher> Ord for",
        "impl<K: Hash, V: Hash, S> Hash for",
        "iterator! {\n    /// An iterator over the keys",
        "iterator! {\n    /// An iterator over the values",
    )
    text = replace(text, "use crate::ordered::iterator;\n", "")
    text = replace(text, "{IterInStoredOrder as Iter, IterMut}", "{IntoIter as ConsumingIter, Iter, IterMut, Keys, Values}")
    text = collection(text, "Map", "map", "K, V", "keys", "entries", "entry")
    text = replace(text, "/// An iterator over the entries of a map by value: `A` is `(K, V)`.\npub type ConsumingIter<A> = IntoIterInStoredOrder<A>;\n\n", "")
    text = replace(text, "type IntoIter = ConsumingIter<(K, V)>;", "type IntoIter = ConsumingIter<K, V>;")
    text = replace(text, "        Keys(self.iter())\n", "        self.0.keys()\n")
    text = replace(text, "        Values(self.iter())\n", "        self.0.values()\n")
    text = replace(text, "&self.0.hasher().0\n", "self.0.hasher().get()\n")
    text = replace(text, "impl<K, V> HashMap<K, V> {", "impl<K, V, S: Default> HashMap<K, V, S> {")
    text = replace(text, "impl<K: Hash + Eq + Clone, V: Clone> HashMap<K, V> {", "impl<K: Hash + Eq + Clone, V: Clone, P> GenericHashMap<K, V, RandomState, P> {")
    text = replace(text, "impl<K: Hash + Eq + fmt::Debug, V: fmt::Debug, S: BuildHasher> fmt::Debug", "impl<K: fmt::Debug, V: fmt::Debug, S> fmt::Debug")
    text = replace(text, "impl<K: Hash + Eq + Borrow<Q>, Q: Hash + Eq + ?Sized, V, S: BuildHasher> Index", "impl<K: Hash + Eq, Q: Hash + Equivalent<K> + ?Sized, V, S: BuildHasher> Index")
    text = replace(text, "    K: Hash + Eq + Clone + Borrow<Q>,\n    Q: Hash + Eq + ?Sized,\n", "    K: Hash + Eq + Clone,\n    Q: Hash + Equivalent<K> + ?Sized,\n")
    text = replace(
        text,
        "    /// Inserts an entry, and returns",
        """    /// Returns the key as the map has it, and a mutable reference to its value.
    #[must_use]
    pub fn get_key_value_mut<Q: Hash + Eq + ?Sized>(&mut self, key: &Q) -> Option<(&K, &mut V)>
    where
        K: Borrow<Q>,
    {
        self.0.get_key_value_mut(key)
    }

    /// Inserts an entry, and returns""",
    )
    return common(text).replace("Equivalent<KEY>", "Equivalent<K>")


def hashset(text):
    text = remove_items(
        text,
        "impl<A: Hash + Eq + PartialOrd, S: BuildHasher> PartialOrd for",
        "impl<A: Hash + Eq + Ord, S: BuildHasher> Ord for",
        "impl<A: Hash, S> Hash for",
    )
    text = replace(text, "pub use perennial::set::IterInStoredOrder as Iter;", "pub use perennial::set::{IntoIter as ConsumingIter, Iter};")
    text = collection(text, "Set", "set", "A", "elements", "elements", "element")
    text = replace(text, "/// An iterator over the elements of a set by value.\npub type ConsumingIter<A> = IntoIterInStoredOrder<A>;\n\n", "")
    text = replace(text, "&self.0.hasher().0\n", "self.0.hasher().get()\n")
    text = replace(text, "impl<A> HashSet<A> {", "impl<A, S: Default> HashSet<A, S> {")
    text = replace(text, "impl<A: Hash + Eq + Clone> HashSet<A> {", "impl<A: Hash + Eq + Clone, S: BuildHasher + Default> HashSet<A, S> {")
    text = replace(text, "impl<A: Hash + Eq + fmt::Debug, S: BuildHasher> fmt::Debug", "impl<A: fmt::Debug, S> fmt::Debug")
    text += """
impl<A: Hash + Eq + Clone, S: BuildHasher + Default, const N: usize> From<[A; N]> for HashSet<A, S> {
    fn from(elements: [A; N]) -> Self {
        elements.into_iter().collect()
    }
}
"""
    return common(text).replace("Equivalent<KEY>", "Equivalent<A>")


def entry(text):
    text = replace(text, "PhantomData<&'a S>", "PhantomData<&'a (S, P)>", 2)
    return common(text).replace("name the hasher too", "name the hasher and the kind of pointer too").replace("which is not needed", "which are not needed")


def impls(text):
    text = replace(text, "serializer.collect_map(self.0.iter_in_hash_order())", "self.0.serialize(serializer)")
    text = replace(text, "serializer.collect_seq(self.0.iter_in_hash_order())", "self.0.serialize(serializer)")
    text = replace(text, "S: BuildHasher + Default + 'static,\n", "S: BuildHasher + Default + 'static,\n        P: 'static,\n")
    text = replace(text, "S: BuildHasher + Default + 'static> Arbitrary", "S: BuildHasher + Default + 'static, P: 'static> Arbitrary")
    text = replace(text, "use crate::{HashMap, HashSet};", "use crate::{GenericHashMap, GenericHashSet};", 3)
    text = common(text)
    return text.replace("P: 'static> Arbitrary for HashSet<A, S>", "P: 'static> Arbitrary for GenericHashSet<A, S, P>")


def proptest(text):
    text = replace(text, "use crate::{HashMap, HashSet, Shared};", "use crate::{GenericHashMap, GenericHashSet, HashMap, HashSet, Marked};")
    text = replace(text, "Shared::default()", "Marked::default()", 2)
    return common(replace(replace(text, "prop_map(HashMap)", "prop_map(GenericHashMap)"), "prop_map(HashSet)", "prop_map(GenericHashSet)"))


def shapes(text):
    # The iterators of `imbl` have destructors, so that several shapes do not compile with it.
    text = replace(text, "shapes!(upstream, im_upstream);\n", "")
    text = replace(text, " Each is compiled with `im` and with this crate.", "")
    text = replace(text, "perennial_im", "perennial_imbl")
    text = replace(text, "use std::collections::hash_map::RandomState;\n            ", "")
    text = replace(text, "fn count<K, V, S>(map: &HashMap<K, V, S>)", "fn count<K, V>(map: &HashMap<K, V>)")
    text = replace(text, "fn count_set<A, S>(set: &HashSet<A, S>)", "fn count_set<A>(set: &HashSet<A>)")
    return replace(text, "HashMap<u8, u8, RandomState>", "HashMap<u8, u8>")


FILES = {
    "src/hashmap.rs": hashmap,
    "src/hashmap/entry.rs": entry,
    "src/hashset.rs": hashset,
    "src/impls.rs": impls,
    "src/impls/proptest.rs": proptest,
    "tests/shapes.rs": shapes,
}


def main():
    stale = []
    for name, change in FILES.items():
        text = change((HERE / "im" / name).read_text())
        text = NOTE + text if not text.startswith("//!") else re.sub(r"\A((//!.*\n)+\n)", r"\1" + NOTE.replace("\\", ""), text)
        command = ["rustfmt", "--edition", "2024", "--config-path", str(HERE.parent), "--emit", "stdout"]
        text = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
        path = HERE / "imbl" / name
        if path.exists() and path.read_text() == text:
            continue
        stale.append(name)
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    print("written:" if "--check" not in sys.argv else "stale:", *stale or ["none"])
    sys.exit(bool(stale) and "--check" in sys.argv)


main()
