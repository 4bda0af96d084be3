"""For a type checker (`test_stubs.py` runs it): what it infers, and after `type: ignore` what it must refuse."""

from typing_extensions import assert_type

from pypersistent import MapMutation, PersistentMap, PersistentSet

ages = PersistentMap({"ada": 36})
assert_type(ages, PersistentMap[str, int])
assert_type(PersistentMap([("ada", 36)]), PersistentMap[str, int])
assert_type(PersistentMap.create(ada=36), PersistentMap[str, int])
assert_type(ages.set("bob", 7), PersistentMap[str, int])
assert_type(ages | {"bob": 7}, PersistentMap[str, int])
assert_type(ages["ada"], int)
assert_type(ages.get("ada"), int | None)
assert_type(ages.get("ada", 0), int)
assert_type(ages.items_list(), list[tuple[str, int]])
assert_type(dict(ages), dict[str, int])
assert_type([name for name in ages], list[str])
ages.set(1, 2)  # type: ignore[arg-type]
ages.set("bob", "seven")  # type: ignore[arg-type]
ages["bob"] = 7  # type: ignore[index]
PersistentMap({[]: 1})  # type: ignore[type-var]

with ages.mutate() as changes:
    assert_type(changes, MapMutation[str, int])
    changes["bob"] = 7
    changes["bob"] = "seven"  # type: ignore[assignment]
    assert_type(changes.pop("ada"), int)
assert_type(changes.finish(), PersistentMap[str, int])

names = PersistentSet(ages)
assert_type(names, PersistentSet[str])
assert_type(names | {"bob"}, PersistentSet[str])
assert_type(names.conj(1), PersistentSet[str | int])
assert_type(names.remove("ada"), PersistentSet[str])
names.conj([])  # type: ignore[type-var]
