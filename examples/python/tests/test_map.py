"""One test for each capability of a map, against dict where dict has it."""

import collections
import collections.abc
import copy
import pickle
import weakref

import pytest
from pypersistent import PersistentMap, PersistentSet

D = {"a": 1, "b": 2, None: None, (1, 2): [3], 1.5: "x"}


def big(n=5000):
    return {f"key{i}": i for i in range(n)}


def test_constructors():
    assert PersistentMap() == {} and len(PersistentMap()) == 0
    assert PersistentMap(D) == D == PersistentMap(D.items()) == PersistentMap(list(D.items()))
    assert PersistentMap([["a", 1], ("b", 2)], c=3) == {"a": 1, "b": 2, "c": 3}
    assert PersistentMap(PersistentMap(a=1), a=2) == {"a": 2}
    assert PersistentMap.from_dict(D) == D
    assert PersistentMap.create(a=1, source=2, self=3) == {"a": 1, "source": 2, "self": 3}
    assert PersistentMap(source=1) == {"source": 1}
    assert PersistentMap(collections.OrderedDict(D)) == D
    assert PersistentMap(collections.ChainMap({"a": 1}, {"b": 2})) == {"a": 1, "b": 2}
    assert PersistentMap(big()) == big()
    assert PersistentMap((k, v) for k, v in big().items()) == big()


def test_of_equal_keys_the_first_stays_with_the_last_value():
    expected = dict([(1, "a"), (True, "b"), (1.0, "c")])
    for made in (
        PersistentMap([(1, "a"), (True, "b"), (1.0, "c")]),
        PersistentMap([(1, "a")]).assoc(True, "b").assoc(1.0, "c"),
        PersistentMap({1: "a"}).update({True: "b"}, [(1.0, "c")]),
        PersistentMap({1: "a"}) | {True: "c"},
        {1: "a"} | PersistentMap({1.0: "c"}),
        PersistentMap([(i, i) for i in range(40)] + [(1, "a"), (True, "b"), (1.0, "c")]).update(
            {}
        ),
    ):
        assert made[1] == made[True] == made[1.0] == "c"
        (key,) = [key for key in made if key == 1]
        assert type(key) is int
    assert expected == {1: "c"}


@pytest.mark.parametrize("source", [1, [1], [(1, 2, 3)], [(1,)], [None], object(), "ab"])
def test_constructor_refuses_what_dict_refuses(source):
    with pytest.raises((TypeError, ValueError)):
        dict(source)
    with pytest.raises((TypeError, ValueError)):
        PersistentMap(source)
    with pytest.raises((TypeError, ValueError)):
        PersistentMap(a=1).update(source)


@pytest.mark.parametrize("name", ["assoc", "set"])
def test_add_and_replace(name):
    empty = PersistentMap()
    one = getattr(empty, name)("a", 1)
    two = getattr(one, name)("a", 2)
    assert (empty, one, two) == ({}, {"a": 1}, {"a": 2})
    assert getattr(two, name)("a", two["a"]) is two
    assert getattr(two, name)(None, None) == {"a": 2, None: None}


@pytest.mark.parametrize("name", ["dissoc", "delete"])
def test_remove(name):
    m = PersistentMap(a=1, b=2)
    assert getattr(m, name)("a") == {"b": 2}
    assert getattr(m, name)("absent") is m
    assert m == {"a": 1, "b": 2}


def test_lookup():
    m = PersistentMap(D)
    for key, value in D.items():
        assert m[key] is value and m.get(key) is value and key in m and m.contains(key)
    assert m.get("absent") is None and m.get("absent", 7) == 7 and m.get(None, 7) is None
    assert "absent" not in m and not m.contains("absent")
    for key in ("absent", (1,), (1, 2, 3), ()):
        with pytest.raises(KeyError) as caught:
            m[key]
        assert caught.value.args == (key,)
    with pytest.raises(TypeError, match="unhashable"):
        m[[]]
    assert len(m) == len(D) and m and not PersistentMap()


@pytest.mark.parametrize("name", ["update", "merge"])
def test_update(name):
    m = PersistentMap(a=1, b=2)
    update = getattr(m, name)
    assert update({"b": 3}) == {"a": 1, "b": 3}
    assert update(PersistentMap(b=3, c=4)) == {"a": 1, "b": 3, "c": 4}
    assert update([("b", 3)], {"b": 4}, b=5) == {"a": 1, "b": 5}
    assert update(others=1, entries=2) == {"a": 1, "b": 2, "others": 1, "entries": 2}
    assert update() is m and update({}) is m and update(m) is m and update({"a": m["a"]}) is m
    assert m == {"a": 1, "b": 2}

    class WithItems:
        def items(self):
            return iter([("b", 3)])

    class WithKeys:
        def keys(self):
            return ["b"]

        def __getitem__(self, key):
            return key * 2

    assert update(WithItems()) == {"a": 1, "b": 3}
    assert update(WithKeys()) == {"a": 1, "b": "bb"}


def test_or():
    m = PersistentMap(a=1, b=2)
    assert m | {"b": 3} == {"a": 1, "b": 3} and type(m | {}) is PersistentMap
    assert {"b": 3, "c": 4} | m == {"a": 1, "b": 2, "c": 4} and type({} | m) is PersistentMap
    assert m | PersistentMap(b=3) == {"a": 1, "b": 3}
    before = m
    m |= {"c": 3}
    assert m == {"a": 1, "b": 2, "c": 3} and before == {"a": 1, "b": 2}
    for other in (1, [("a", 1)], None, {"a"}):
        with pytest.raises(TypeError):
            m | other
        with pytest.raises(TypeError):
            other | m


def test_clear_and_copies():
    m = PersistentMap(a=[1])
    assert m.clear() == {} and m == {"a": [1]}
    assert m.copy() is m and copy.copy(m) is m
    deep = copy.deepcopy(m)
    assert deep == m and deep["a"] is not m["a"]


def test_iteration_and_lists():
    d = big(1000)
    m = PersistentMap(d)
    assert sorted(m) == sorted(d) == sorted(m.keys()) == sorted(m.keys_list())
    assert sorted(m.values()) == sorted(d.values()) == sorted(m.values_list())
    assert sorted(m.items()) == sorted(d.items()) == sorted(m.items_list())
    assert list(zip(m.keys(), m.values())) == list(m.items())
    it = iter(m)
    assert iter(it) is it and it.__length_hint__() == 1000
    next(it)
    assert it.__length_hint__() == 999 and len(list(it)) == 999
    assert next(it, "end") == "end" and next(it, "end") == "end"


def test_iterators_keep_the_map_alive():
    for make in (iter, lambda m: iter(m.values()), lambda m: iter(m.items())):
        it = make(PersistentMap({i: str(i) * 3 for i in range(500)}))
        assert len(list(it)) == 500


def test_equality_and_hash():
    m, d = PersistentMap(big()), big()
    other = PersistentMap(sorted(big().items(), reverse=True))
    assert m == other and not m != other and hash(m) == hash(other) and m == d and d == m
    assert m != other.set("key7", 8) and m != other.delete("key7") and m != d | {"key7": 8}
    assert d | {"key7": 8} != m and m != other.delete("key7").set("key-7", 7)
    assert {m: 1}[other] == 1
    assert PersistentMap({1: 2}) == PersistentMap({True: 2.0})
    assert hash(PersistentMap({1: 2})) == hash(PersistentMap({True: 2.0}))
    assert m != 1 and m != None and m.__eq__(1) is NotImplemented  # noqa: E711
    with pytest.raises(TypeError, match="unhashable"):
        hash(PersistentMap(a=[]))
    hashes = {hash(PersistentMap({i: j})) for i in range(50) for j in range(50)}
    assert len(hashes) == 2500
    assert hash(PersistentMap({1: 2, 3: 4})) != hash(PersistentMap({1: 4, 3: 2}))


def test_nan():
    nan = float("nan")
    m = PersistentMap({nan: nan})
    assert m[nan] is nan and float("nan") not in m and len(m.set(float("nan"), 1)) == 2
    # As in a dict, an object is equal to itself.
    assert m == PersistentMap({nan: nan}) and {nan: nan} == {nan: nan}
    assert m != PersistentMap({nan: float("nan")})


def test_repr():
    assert repr(PersistentMap()) == "PersistentMap({})"
    assert repr(PersistentMap({"b": 2})) == "PersistentMap({'b': 2})"
    m = PersistentMap(a=1, b="x")
    assert eval(repr(m)) == m and str(m) == repr(m)
    inner = []
    m = PersistentMap(a=inner)
    inner.append(m)
    assert repr(m) == "PersistentMap({'a': [PersistentMap({...})]})"
    assert repr(m) == repr(m)

    class Named(PersistentMap):
        pass

    assert repr(Named(a=1)) == "Named({'a': 1})"


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_pickle(protocol):
    m = PersistentMap(big()).set("self", PersistentMap(a=(1, 2)))
    back = pickle.loads(pickle.dumps(m, protocol))
    assert back == m and type(back) is PersistentMap


class Subclass(PersistentMap):
    def total(self):
        return sum(self.values())


def test_subclass():
    m = Subclass(a=1, b=2)
    m.note = "kept"
    assert m.total() == 3 and isinstance(m, PersistentMap) and m == {"a": 1, "b": 2}
    assert type(m.set("c", 3)) is PersistentMap and type(Subclass.from_dict({})) is Subclass
    assert type(Subclass.create(a=1)) is Subclass
    back = pickle.loads(pickle.dumps(m))
    assert type(back) is Subclass and back == m and back.note == "kept"
    assert type(m.copy()) is Subclass


def test_weak_references():
    m = PersistentMap(a=1)
    ref = weakref.ref(m)
    assert ref() is m
    del m
    assert ref() is None


def test_abstract_classes_and_match():
    m = PersistentMap(kind="point", x=1, y=2)
    assert isinstance(m, collections.abc.Mapping) and issubclass(PersistentMap, collections.abc.Mapping)
    assert isinstance(m.keys(), collections.abc.KeysView)
    assert isinstance(m.items(), collections.abc.ItemsView)
    assert isinstance(m.values(), collections.abc.ValuesView)
    match m:
        case {"kind": "point", "x": x, **rest}:
            assert x == 1 and rest == {"y": 2}
        case _:
            pytest.fail("a map is a mapping")
    assert dict(m) == {**m} == {"kind": "point", "x": 1, "y": 2}
    assert collections.ChainMap({}, m)["x"] == 1


def test_generic_alias():
    alias = PersistentMap[str, int]
    assert alias.__origin__ is PersistentMap and alias.__args__ == (str, int)
    assert alias(a=1) == {"a": 1}
    assert PersistentSet[int].__args__ == (int,)


def test_immutability():
    m = PersistentMap(a=1)
    for change in (
        lambda: m.__setitem__("a", 2),
        lambda: m.__delitem__("a"),
        lambda: setattr(m, "x", 1),
    ):
        with pytest.raises((AttributeError, TypeError)):
            change()
    with pytest.raises(TypeError):
        m["a"] = 2


def test_diff():
    shared = object()
    old = PersistentMap({"same": shared, "gone": 1, "new value": 1, "equal": [1]})
    new = PersistentMap({"same": shared, "new value": 2, "equal": [1], "added": 3})
    assert old.diff(new) == ({"added": 3}, {"gone": 1}, {"new value": (1, 2)})
    assert old.diff(dict(new)) == old.diff(new)
    assert old.diff(old) == ({}, {}, {}) and old.diff({}) == ({}, dict(old), {})
    m = PersistentMap(big())
    assert m.diff(m.set("key1", -1).delete("key2").set("new", 0)) == (
        {"new": 0},
        {"key2": 2},
        {"key1": (1, -1)},
    )


def test_old_versions_stay():
    d, versions = {}, []
    m = PersistentMap()
    for i in range(300):
        m = m.set(i % 97, i) if i % 3 else m.delete(i % 89)
        d = {**d, i % 97: i} if i % 3 else {k: v for k, v in d.items() if k != i % 89}
        versions.append((m, d))
    assert all(m == d for m, d in versions)
