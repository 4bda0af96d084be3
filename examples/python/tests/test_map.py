"""One test for each capability of a map, against dict where dict has it."""

import collections
import collections.abc
import copy
import inspect
import operator
import pickle
import pydoc
import random
import sys
import weakref

import pypersistent
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


@pytest.mark.parametrize("source", [1, None, [1], [(1, 2, 3)], [(1,)], [None], object(), "ab"])
def test_constructor_refuses_what_dict_refuses(source):
    with pytest.raises((TypeError, ValueError)):
        dict(source)
    with pytest.raises((TypeError, ValueError)):
        PersistentMap(source)
    with pytest.raises((TypeError, ValueError)):
        PersistentMap(a=1).update(source)


def test_errors_name_the_element():
    for source, message in (
        ([("a", 1), 2], "element #1 of a map's entries is no pair but of type 'int'"),
        ([(1, 2, 3)], "element #0 of a map's entries has length 3; 2 is required"),
    ):
        for call in (PersistentMap, PersistentMap().update, PersistentMap().mutate().update):
            with pytest.raises((TypeError, ValueError), match=message):
                call(source)


def test_fromkeys():
    m = PersistentMap.fromkeys(iter("aba"), 1)
    assert m == {"a": 1, "b": 1} == dict.fromkeys("aba", 1) and PersistentMap.fromkeys([]) == {}
    assert PersistentMap.fromkeys(range(1000)) == dict.fromkeys(range(1000))
    assert type(Subclass.fromkeys("a")) is Subclass
    with pytest.raises(TypeError, match="unhashable"):
        PersistentMap.fromkeys([[]])


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


def test_remove_that_raises():
    m = PersistentMap(a=1, b=2)
    assert m.remove("a") == {"b": 2} and m == {"a": 1, "b": 2}
    for key in ("absent", (1, 2)):
        with pytest.raises(KeyError) as caught:
            m.remove(key)
        assert caught.value.args == (key,)


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


def test_update_with():
    m = PersistentMap(a=1, b=2)
    assert m.update_with(operator.add, {"b": 3, "c": 4}, [("c", 5)]) == {"a": 1, "b": 5, "c": 9}
    # Also of the keys in nodes that both share.
    assert m.update_with(operator.add, m) == {"a": 2, "b": 4} and m.update_with(max, m) is m
    assert m.update_with(operator.add) is m == {"a": 1, "b": 2}
    large = PersistentMap(big())
    assert large.update_with(operator.sub, large) == dict.fromkeys(big(), 0)
    with pytest.raises(ZeroDivisionError):
        m.update_with(lambda old, new: 1 / 0, {"a": 1})


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
    d = big(2000)
    m = PersistentMap(d)
    assert sorted(m) == sorted(d) == sorted(m.keys()) == sorted(m.keys_list())
    assert sorted(m.values()) == sorted(d.values()) == sorted(m.values_list())
    assert sorted(m.items()) == sorted(d.items()) == sorted(m.items_list())
    assert list(zip(m.keys(), m.values())) == list(m.items())
    it = iter(m)
    assert iter(it) is it and it.__length_hint__() == 2000
    next(it)
    assert it.__length_hint__() == 1999 and len(list(it)) == 1999
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


PROTOCOLS = pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))


@PROTOCOLS
def test_pickle(protocol):
    m = PersistentMap(big()).set("self", PersistentMap(a=(1, 2)))
    back = pickle.loads(pickle.dumps(m, protocol))
    assert back == m and type(back) is PersistentMap


class Subclass(PersistentMap):
    def total(self):
        return sum(self.values())


def test_a_subclass_stays_one():
    m = Subclass(a=1, b=2)
    assert m.total() == 3 and isinstance(m, PersistentMap) and m == {"a": 1, "b": 2}
    with m.mutate() as t:
        t["c"] = 3
    same = m.mutate().finish()
    assert t.finish() is t.finish() == {"a": 1, "b": 2, "c": 3} and same == m
    for made in (
        *(m.set("a", 1), m.set("a", 2), m.set("c", 3), m.delete("a"), m.delete("c"), m.remove("b")),
        *(m.clear(), m.copy(), m.mutate().finish()),
        *(m.update(), m.update({"a": 1}), m.update(c=3), m.merge(c=3), m.update_with(max, {"a": 5}), t.finish(), same),
        *(m | {}, m | {"c": 3}, m | PersistentMap(c=3), {"c": 3} | m, {} | m),
        *(Subclass.from_dict({}), Subclass.create(a=1), Subclass.fromkeys("a")),
    ):
        assert type(made) is Subclass
    assert type(PersistentMap(m)) is type(PersistentMap(a=1) | m) is PersistentMap


def test_the_call_of_a_subclass_may_fail():
    class Even(PersistentMap):
        def __init__(self, *args, **entries):
            if len(self) % 2:
                raise ValueError("odd")

    m = Even(a=1, b=2)
    with pytest.raises(ValueError, match="odd"):
        m.set("c", 3)
    t = m.mutate()
    t["c"] = 3
    with pytest.raises(ValueError, match="odd"):
        t.finish()
    t["d"] = 4
    assert t.finish() == {"a": 1, "b": 2, "c": 3, "d": 4} and type(t.finish()) is Even


class WithState(PersistentMap):
    __slots__ = ("note", "__dict__")


class WithOwnState(PersistentMap):
    def __getstate__(self):
        return {"written": True}


class OfTwo(PersistentMap):
    def __new__(cls, first, second):
        return super().__new__(cls, {"first": first, "second": second})

    def __getnewargs__(self):
        return self["first"], self["second"]


@PROTOCOLS
def test_state_of_a_subclass(protocol):
    m, own = WithState(a=[1]), WithOwnState(a=1)
    m.note, m.other, own.lost = ["slot"], "dict", True
    for back in (pickle.loads(pickle.dumps(m, protocol)), copy.deepcopy(m)):
        assert type(back) is WithState and back == m and (back.note, back.other) == (["slot"], "dict")
        assert back.note is not m.note and back["a"] is not m["a"]
    for back in (pickle.loads(pickle.dumps(own, protocol)), copy.deepcopy(own)):
        assert type(back) is WithOwnState and back == own and vars(back) == {"written": True}
    assert pickle.loads(pickle.dumps(OfTwo(1, 2), protocol)) == {"first": 1, "second": 2}
    s = WithSlot([1, 2])
    s.note = "kept"
    back = pickle.loads(pickle.dumps(s, protocol))
    assert type(back) is WithSlot and back == s and back.note == "kept"


class WithSlot(PersistentSet):
    __slots__ = ("note",)


@PROTOCOLS
def test_what_cannot_be_pickled(protocol):
    m = PersistentMap(a=1)
    for unfit in (m.keys(), m.values(), m.items(), m.mutate(), PersistentSet().mutate()):
        with pytest.raises(TypeError, match=f"cannot pickle '{type(unfit).__name__}' object"):
            pickle.dumps(unfit, protocol)
        with pytest.raises(TypeError, match="cannot pickle"):
            copy.deepcopy(unfit)


@PROTOCOLS
@pytest.mark.parametrize("size", [5, 2000])
def test_an_iterator_is_pickled_as_what_is_left(protocol, size):
    m = PersistentMap(big(size))
    for iterator in (iter(m), iter(m.values()), iter(m.items()), iter(PersistentSet(m))):
        for left in (size, size - 2, size - 3, 0):
            while iterator.__length_hint__() > left:
                next(iterator)
            back = pickle.loads(pickle.dumps(iterator, protocol))
            assert len(list(back)) == left and list(pickle.loads(pickle.dumps(iterator))) == list(copy.copy(iterator))


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


def test_all_ways_to_iterate_have_the_same_order():
    for m in (PersistentMap(dict.fromkeys("hello world")), PersistentMap(big()), PersistentMap(big(3000))):
        keys = list(m)
        assert keys == m.keys_list() == list(m.keys()) == [key for key, _ in m.items()] == list(m.mutate())
        assert list(m.values()) == m.values_list() == [m[key] for key in m] == [value for _, value in m.items_list()]
        assert keys == [key for key, _ in m.items_list()] and eval(repr(m)) == m


def test_size_in_memory():
    sizes = [sys.getsizeof(PersistentMap(big(n))) for n in (0, 1, 10, 100, 10_000)]
    assert sizes == sorted(set(sizes)) and 160_000 < sizes[-1] < 800_000
    m = PersistentMap(big())
    assert sys.getsizeof(m.set("new", 1)) > sys.getsizeof(m), "what is shared counts"
    assert sys.getsizeof(m.mutate()) > sizes[2] and sys.getsizeof(PersistentSet(big())) > sizes[2]
    t = m.mutate()
    t.finish()
    assert sys.getsizeof(t) < 500


def test_texts():
    assert pypersistent.__version__.split(".")[1].isdigit() and "versions that share memory" in pypersistent.__doc__
    for its, parameters in ((PersistentMap, "(source=(), /, **entries)"), (PersistentSet, "(iterable=(), /)")):
        assert str(inspect.signature(its)) == parameters
        text = pydoc.plaintext.document(its)
        assert text.count(parameters) == 1, text
        for name, method in vars(its).items():
            if not name.startswith("_"):
                assert method.__doc__, name


class Cooperative(PersistentMap):
    def __init__(self, *arguments, **keywords):
        super().__init__(*arguments, **keywords)
        self.note = len(self)


def test_a_subclass_may_call_the_initializer():
    m = Cooperative({"a": 1}, b=2)
    assert m == {"a": 1, "b": 2} and m.note == 2 and m.set("c", 3).note == 3


def test_small_maps_are_merged_alike_in_all_ways():
    rng = random.Random(1)
    for _ in range(300):
        left = {rng.randrange(20): "left" for _ in range(rng.randrange(9))}
        right = {rng.choice([float, int])(rng.randrange(20)): "right" for _ in range(rng.randrange(8))}
        m, other, expected = PersistentMap(left), PersistentMap(right), left | right
        mutation = m.mutate()
        mutation.update(right)
        operator = m.mutate()
        operator |= right
        merged = [m | right, m | other, left | other, m.update(right), m.update(other), m.update_with(max, other)]
        for merged in [*merged, PersistentMap(left).merge(right), mutation.finish(), operator.finish()]:
            assert merged == expected
            assert {key: type(key) for key in merged} == {key: type(key) for key in expected}
