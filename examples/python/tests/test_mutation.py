"""`mutate()` and `finish()`."""

import pytest
from pypersistent import MapMutation, PersistentMap


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
    with pytest.raises(TypeError, match="not iterable"):
        iter(m)
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
    """A comparison or a destructor that comes back to the mutation meets it at work, or whole."""
    found = []

    class Nosy:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            with pytest.raises(RuntimeError, match="at work"):
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
