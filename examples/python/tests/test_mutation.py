"""`mutate()` and `finish()`."""

import collections.abc
from collections import ChainMap

import pytest
from pypersistent import MapMutation, PersistentMap, PersistentSet


def test_context_manager():
    base = PersistentMap(a=1, b=2)
    with base.mutate() as m:
        assert isinstance(m, MapMutation) and "a" in m and m["a"] == 1 and m.get("x", 5) == 5
        m["c"] = 3
        m.set("a", 10)
        del m["b"]
        assert len(m) == 2 and m.pop("c") == 3 and m.pop("c", "default") == "default"
        m.update({"d": 4}, [("e", 5)], f=6)
    done = m.finish()
    assert done == {"a": 10, "d": 4, "e": 5, "f": 6} and type(done) is PersistentMap
    assert m.finish() is done
    assert base == {"a": 1, "b": 2}


def test_errors_of_keys():
    m = PersistentMap(a=1).mutate()
    for call in (lambda: m["x"], lambda: m.__delitem__("x"), lambda: m.pop("x")):
        with pytest.raises(KeyError) as caught:
            call()
        assert caught.value.args == ("x",)
    with pytest.raises(TypeError):
        m.pop("x", 1, 2)
    assert m.pop("x", None) is None
    with pytest.raises(KeyError, match="empty"):
        PersistentMap().mutate().popitem()
    assert m.finish() == {"a": 1}


def test_use_after_the_end_raises():
    m = PersistentMap(a=1).mutate()
    m.finish()
    for call in (
        lambda: m.set("a", 1),
        lambda: m.__setitem__("a", 1),
        lambda: m.__delitem__("a"),
        lambda: m.pop("a"),
        lambda: m.update(a=1),
        lambda: m.clear(),
        lambda: m.setdefault("a"),
        lambda: m.popitem(),
        lambda: m == {},
        lambda: iter(m),
        lambda: m.items(),
        lambda: m["a"],
        lambda: m.get("a"),
        lambda: "a" in m,
        lambda: len(m),
    ):
        with pytest.raises(ValueError, match="has been finished"):
            call()


def test_the_base_is_untouched_if_the_body_raises():
    base = PersistentMap({i: i for i in range(100)})
    with pytest.raises(ZeroDivisionError):
        with base.mutate() as m:
            m.update({i: -i for i in range(200)})
            1 / 0
    assert base == {i: i for i in range(100)}
    with pytest.raises(ValueError):
        m["a"] = 1


def test_many():
    base = PersistentMap({i: str(i) for i in range(1000)})
    m = base.mutate()
    for i in range(2000):
        m[i] = i
    for i in range(0, 2000, 3):
        del m[i]
    assert m.finish() == {i: i for i in range(2000) if i % 3}
    assert base == {i: str(i) for i in range(1000)}


def test_the_first_of_equal_keys_stays():
    m = PersistentMap({1: "a"}).mutate()
    m[True] = "b"
    m[1.0] = "c"
    (item,) = m.finish().items()
    assert item == (1, "c") and type(item[0]) is int


def test_a_failed_update_changes_nothing():
    m = PersistentMap(a=1).mutate()
    with pytest.raises(TypeError):
        m.update({"b": 2}, 3)
    assert m.finish() == {"a": 1}


def test_use_from_within():
    """A comparison or a destructor that comes back to the mutation meets it in use, or whole."""
    found = []

    class Nosy:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            with pytest.raises(RuntimeError, match="in use"):
                m[self] = 0
            found.append("compared")
            return False

    class Dying:
        def __del__(self):
            found.append(len(m))

    m = PersistentMap({Nosy(): 1}).mutate()
    m[Nosy()] = 1
    assert found == ["compared"] and len(m) == 2
    m["x"] = Dying()
    m["x"] = 1
    del m["x"]
    assert found == ["compared", 3]
    m.update({"y": Dying()})
    m.update({"y": None})
    assert found == ["compared", 3, 3] and len(m.finish()) == 3


def test_what_a_dict_has():
    m, d = PersistentMap(a=1, b=2).mutate(), {"a": 1, "b": 2}
    assert isinstance(m, collections.abc.MutableMapping) and m == d and d == m and m == PersistentMap(d)
    assert m == PersistentMap(d).mutate() and m != {"a": 1} and PersistentMap(d) == m and m != 1 and m == m
    assert repr(m)[12:-1] in (repr(d), repr({"b": 2, "a": 1})) and sorted(m) == ["a", "b"] and dict(m) == d
    assert m.keys() == d.keys() and sorted(m.values()) == [1, 2] and m.items() == d.items()
    assert m.setdefault("a", 9) == 1 and m.setdefault("c", 3) == 3 and m.setdefault("d") is None
    assert m == d | {"c": 3, "d": None} and m.popitem() in (d | {"c": 3, "d": None}).items() and len(m) == 3
    with pytest.raises(TypeError, match="unhashable"):
        hash(m)
    m.clear()
    assert len(m) == 0 and m == {} and not m
    m["me"] = m
    assert repr(m) == "MapMutation({'me': MapMutation({...})})"
    m.finish()
    assert repr(m) == "MapMutation(...)"


class Changing:
    """Its hash changes."""

    def __init__(self):
        self.hash = 1

    def __hash__(self):
        return self.hash


def test_pop_removes_what_has_another_hash_by_now():
    for count in (1, 5, 100):
        keys = [Changing() for _ in range(count)]
        m, s = PersistentMap.fromkeys(keys).mutate(), PersistentSet(keys).mutate()
        for i, key in enumerate(keys):
            key.hash = i + 2
        assert {m.popitem()[0] for _ in keys} == {s.pop() for _ in keys} == set(keys)
        assert not m and not s


def test_an_update_by_itself_changes_nothing():
    m, s = PersistentMap(a=1).mutate(), PersistentSet("a").mutate()
    m.update(m, b=2)
    s.update(s, "b")
    assert m == {"a": 1, "b": 2} and s.finish() == {"a", "b"}


def test_iteration_sees_what_was_there():
    m = PersistentMap({i: i for i in range(2000)}).mutate()
    for key in m:
        m[key] = -key
        m[-key - 1] = None
        del m[key]
    assert m == {-key - 1: None for key in range(2000)}
    taken = []
    while m:
        taken.append(m.popitem()[0])
    assert sorted(taken) == [-key - 1 for key in range(2000)][::-1]


def test_sets():
    base = PersistentSet([1, 2])
    with base.mutate() as m:
        m.add(3)
        m.add(3)
        m.discard(1)
        m.discard(9)
        m.remove(2)
        with pytest.raises(KeyError) as caught:
            m.remove((9,))
        assert caught.value.args == ((9,),) and len(m) == 1 and 3 in m and 2 not in m and list(m) == [3]
        m.update([4, 5], {6})
        with pytest.raises(TypeError):
            m.update([7], 8)
        assert m == {3, 4, 5, 6} == set(m) and m == PersistentSet([3, 4, 5, 6]) and m != {3} and m >= {3, 4}
        assert m == PersistentSet([6, 5, 4, 3]).mutate() and eval(repr(m)[12:-1]) == {3, 4, 5, 6}
        popped = m.pop()
        assert popped in {3, 4, 5, 6}
    done = m.finish()
    assert done is m.finish() == {3, 4, 5, 6} - {popped} and type(done) is PersistentSet and base == {1, 2}
    assert repr(m) == "SetMutation(...)"
    unusable = [lambda: m.add(1), lambda: m.discard(1), lambda: 1 in m, lambda: len(m), lambda: m.update([1])]
    for call in (*unusable, m.clear, m.pop):
        with pytest.raises(ValueError, match="has been finished"):
            call()
    m = base.mutate()
    m.clear()
    with pytest.raises(KeyError, match="empty"):
        m.pop()
    assert m.finish() == set()


def test_a_destructor_meets_a_set_whole():
    found = []

    class Dying:
        def __del__(self):
            found.append(len(m))

    m = PersistentSet([1]).mutate()
    for remove in (lambda: m.discard(key), lambda: m.remove(key), m.pop, m.clear):
        key = Dying()
        m.add(key)
        pop = remove == m.pop
        if pop:
            del key
        remove()
        if not pop:
            key = None
    assert found == [1, 1, 1, 0]


def test_an_update_may_read_the_mutation():
    t = PersistentMap(a=1, b=2).mutate()
    t.update((key, t[key] + 1) for key in list(t))
    t.update(ChainMap({"z": 1}, t))
    t |= {"c": 9}
    assert t == {"a": 2, "b": 3, "z": 1, "c": 9}
    s = PersistentSet([1, 2]).mutate()
    s.update(i for i in range(5) if i not in s)
    s |= {7}
    s |= s
    assert s == {0, 1, 2, 3, 4, 7}
    with pytest.raises(TypeError):
        s |= [1]


def test_an_update_that_changes_the_mutation_itself_is_refused():
    def keys(t):
        yield "a", 1
        t["b"] = 2

    t = PersistentMap().mutate()
    with pytest.raises(RuntimeError, match="changed while"):
        t.update(keys(t))
    assert t == {"b": 2}


class Even(PersistentMap):
    def __init__(self, *_, **__):
        if len(self) % 2:
            raise ValueError("odd")


def test_an_exception_of_the_body_goes_before_one_of_the_result():
    with pytest.raises(KeyError, match="body"), Even(a=1, b=2).mutate() as t:
        t["c"] = 1
        raise KeyError("body")
    with pytest.raises(ValueError, match="odd"), Even(a=1, b=2).mutate() as t:
        t["c"] = 1
