"""The interface of the package `immutables`, as a small class over ours."""

import pytest
from pypersistent import PersistentMap


class Map(PersistentMap):
    """`delete` raises KeyError, unlike that of a `PersistentMap`."""

    delete = PersistentMap.remove


def test_usage():
    m = Map(a=1)
    n = m.set("b", 2)
    assert (m, n) == ({"a": 1}, {"a": 1, "b": 2}) and type(n) is Map
    with pytest.raises(KeyError):
        m.delete("z")
    assert n.delete("a") == {"b": 2} and type(n.delete("a")) is Map
    with n.mutate() as mm:
        mm["a"] = 100
        del mm["b"]
        mm.set("y", "y")
    assert mm.finish() == {"a": 100, "y": "y"} and n == {"a": 1, "b": 2}
    assert type(m.update({"c": 3}, d=4)) is Map and m.update({"c": 3}) == {"a": 1, "c": 3}
    assert m.get("z") is None and m["a"] == 1 and hash(m) == hash(Map(a=1))
