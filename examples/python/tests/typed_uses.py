# pyright: reportUnnecessaryTypeIgnoreComment=true
"""For type checkers (`test_stubs.py` runs them): what they infer, and after `type: ignore` what they must refuse."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field

from typing_extensions import assert_type

from pypersistent import MapMutation, PersistentMap, PersistentSet, SetMutation

ages = PersistentMap({"ada": 36})
assert_type(ages, PersistentMap[str, int])
pairs = [("ada", 36)]
assert_type(PersistentMap(pairs), PersistentMap[str, int])
assert_type(PersistentMap((name, 36) for name in "ab"), PersistentMap[str, int])
assert_type(PersistentMap(ada=36), PersistentMap[str, int])
assert_type(PersistentMap({"bob": 7}, ada=36), PersistentMap[str, int])
assert_type(PersistentMap.create(ada=36), PersistentMap[str, int])
assert_type(ages["ada"], int)
assert_type(ages.get("ada"), int | None)
assert_type(ages.get("ada", 0), int)
assert_type(ages.get("ada", ""), int | str)
assert_type(ages.items_list(), list[tuple[str, int]])
assert_type(dict(ages), dict[str, int])
assert_type([name for name in ages], list[str])
assert_type(ages.dissoc("ada"), PersistentMap[str, int])
assert_type(ages.remove("ada"), PersistentMap[str, int])
assert_type(PersistentMap.fromkeys(["ada"], 36), PersistentMap[str, int])
assert_type(ages.update_with(lambda old, new: old + new, {"ada": 1}), PersistentMap[str, int])
added, removed, changed = ages.diff({"ada": "x"})
assert_type((added, removed, changed), tuple[dict[str, str], dict[str, int], dict[str, tuple[int, str]]])
ages["bob"] = 7  # type: ignore[index]
ages[7]  # type: ignore[index]
PersistentMap({[]: 1})  # type: ignore[type-var]
PersistentMap({1: 1}, ada=36)  # type: ignore[arg-type]
misnamed: PersistentMap[int, int] = ages  # type: ignore[assignment]

# Values of another type widen the type, so that the map with the old type stays what it is.
assert_type(ages.set("bob", 7), PersistentMap[str, int])
assert_type(ages.set("bob", "seven"), PersistentMap[str, int | str])
assert_type(ages | {"bob": 7}, PersistentMap[str, int])
assert_type(ages | {"bob": "x"}, PersistentMap[str, int | str])
assert_type({"bob": "x"} | ages, PersistentMap[str, int | str])
assert_type(ages | {7: 7}, PersistentMap[str | int, int])
assert_type(ages | ages.set("bob", None), PersistentMap[str, int | None])
assert_type(ages.update({"bob": 7}, eve=8), PersistentMap[str, int])
assert_type(ages.update({"bob": "x"}), PersistentMap[str, int | str])
narrow: PersistentMap[str, int] = ages.set("bob", "x")  # type: ignore[arg-type]
ages.set([], 2)  # type: ignore[call-overload]
ages | 7  # type: ignore[operator]


# The type of values is covariant, as that of a `Mapping`.
def count(entries: PersistentMap[str, object]) -> int:
    return len(entries)


def total(entries: Mapping[str, float]) -> float:
    return sum(entries.values())


def widened(entries: PersistentMap[str, int]) -> PersistentMap[str, float]:
    return entries


def narrowed(entries: PersistentMap[str, float]) -> PersistentMap[str, int]:
    return entries  # type: ignore[return-value]


count(ages)
total(ages)


class Ages(PersistentMap[str, int]):
    """The calls of a subclass make objects of the subclass."""


assert_type(Ages(), Ages)
assert_type(Ages({"ada": 36}), Ages)
assert_type(Ages(ada=36), Ages)
assert_type(Ages({"ada": 36}).set("bob", 7), Ages)
assert_type(Ages({"ada": 36}).dissoc("ada"), Ages)
assert_type(Ages({"ada": 36}) | {"bob": 7}, Ages)
assert_type(Ages({"ada": 36}) | {"bob": "x"}, PersistentMap[str, int | str])
Ages({"ada": "36"})  # type: ignore[arg-type]
Ages(ada="36")  # type: ignore[call-overload]


@dataclass(frozen=True)
class Directory:
    ages: PersistentMap[str, int] = field(default_factory=PersistentMap)
    names: PersistentSet[str] = field(default_factory=PersistentSet)


assert_type(Directory().ages, PersistentMap[str, int])
assert_type(Directory().names, PersistentSet[str])

with ages.mutate() as changes:
    assert_type(changes, MapMutation[str, int])
    changes["bob"] = 7
    changes["bob"] = "seven"  # type: ignore[assignment]
    assert_type(changes.pop("ada"), int)
    assert_type(changes.setdefault("ada", 36), int)
    assert_type([name for name in changes], list[str])
assert_type(changes.finish(), PersistentMap[str, int])

names = PersistentSet(ages)
assert_type(names, PersistentSet[str])
assert_type(names | {"bob"}, PersistentSet[str])
assert_type(names.conj(1), PersistentSet[str | int])
assert_type(names.remove("ada"), PersistentSet[str])
assert_type(PersistentSet.create("ada"), PersistentSet[str])
assert_type(names.diff({1}), tuple[set[int], set[str]])
hashables: PersistentSet[Hashable] = names
names.conj([])  # type: ignore[type-var]


class Names(PersistentSet[str]):
    """As `Ages`."""


assert_type(Names(["ada"]), Names)
assert_type(Names(["ada"]).discard("ada"), Names)

with names.mutate() as elements:
    assert_type(elements, SetMutation[str])
    elements.add("bob")
    elements.add(7)  # type: ignore[arg-type]
assert_type(elements.finish(), PersistentSet[str])

# Comparisons with what is no `PersistentSet` but a set.
if names == {"ada"} or names == frozenset(["ada"]) or ages.keys() == {"ada"}:
    pass
mutable = names.mutate()
if mutable == {"ada"} or mutable == names or mutable < {"ada"}:
    pass
mutable < ["ada"]  # type: ignore[operator]
mutable |= {"bob"}
# Keywords are keys, so they need a map of strings.
numbered = PersistentMap({1: "one"})
numbered.update(two="two")  # type: ignore[call-overload]
numbered.mutate().update(two="two")  # type: ignore[call-arg]
assert_type(ages.update(bob=7), PersistentMap[str, int])


class Checked(PersistentMap[str, int]):
    def __init__(self, source: dict[str, int]) -> None:
        super().__init__(source)


assert_type(Checked({"ada": 36}), Checked)
