"""The views of a map, against those of a dict."""

import itertools
import operator

import pytest
from conftest import Key
from pypersistent import PersistentMap

D = {"a": 1, "b": 2, "c": 3}
M = PersistentMap(D)
OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]
COMPARISONS = [operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt]


def test_len_in_iter():
    assert len(M.keys()) == len(M.values()) == len(M.items()) == 3
    assert "a" in M.keys() and "x" not in M.keys()
    assert 1 in M.values() and 9 not in M.values()
    assert ("a", 1) in M.items() and ("a", 2) not in M.items() and ("x", 1) not in M.items()
    assert "a" not in M.items() and ("a",) not in M.items()
    assert set(M.keys()) == set(D) and sorted(M.values()) == [1, 2, 3] and dict(M.items()) == D
    assert M.keys().mapping is M and M.values().mapping is M and M.items().mapping is M


@pytest.mark.parametrize("other", [{"a": 1}, {"a": 1, "b": 2, "c": 3}, {"x": 1, "a": 9}, {}])
def test_algebra_and_comparison(other):
    pairs = [(M.keys(), D.keys(), other.keys()), (M.items(), D.items(), other.items())]
    for (ours, theirs, other), op in itertools.product(pairs, OPERATORS):
        for others in (other, set(other), list(other)):
            assert op(ours, others) == op(theirs, others) and type(op(ours, others)) is set
        assert op(other, ours) == op(other, theirs) and op(set(other), ours) == op(set(other), theirs)
        assert ours.isdisjoint(other) == theirs.isdisjoint(other)
    for (ours, theirs, other), op in itertools.product(pairs, COMPARISONS):
        assert op(ours, other) is op(theirs, other) and op(ours, set(other)) is op(theirs, set(other))
        assert op(other, ours) is op(other, theirs)


def test_equal_to_those_of_a_dict():
    assert M.keys() == D.keys() and D.keys() == M.keys() and M.items() == D.items() == M.items()
    assert M.keys() == PersistentMap(D).keys() and M.keys() != ["a", "b", "c"]
    assert M.values() != PersistentMap(D).values() and D.values() != {**D}.values()
    with pytest.raises(TypeError):
        M.keys() < 1
    with pytest.raises(TypeError):
        hash(M.keys())


def test_repr():
    one = PersistentMap(a=1)
    assert repr(one.keys()) == "KeysView(['a'])"
    assert repr(one.values()) == "ValuesView([1])"
    assert repr(one.items()) == "ItemsView([('a', 1)])"
    loop = []
    m = PersistentMap(a=loop)
    loop.append(m.values())
    assert "..." in repr(m.values())


def test_algebra_looks_at_the_shorter_side():
    seen = []

    class Seen(str):
        def __hash__(self):
            seen.append(self)
            return super().__hash__()

        __eq__ = str.__eq__

    m = PersistentMap({Seen(i): i for i in range(1000)})
    few = {Seen(5): 5, Seen(7): -7, Seen("x"): 1}
    for keys in (few.keys(), set(few), list(few)):
        seen.clear()
        assert m.keys() & keys == {"5", "7"} and len(seen) < 40
        seen.clear()
        assert not m.keys().isdisjoint(keys) and len(seen) < 40
        assert PersistentMap.fromkeys(["y"]).keys().isdisjoint(m.keys()) and len(seen) < 40
    seen.clear()
    assert set(few) & m.keys() == list(few) & m.keys() == {"5", "7"} and len(seen) < 40
    assert m.items() & few.items() == {("5", 5)} and len(seen) < 40
    assert PersistentMap(few).keys() & m.keys() == PersistentMap(few).keys() & set(m) == {"5", "7"}


def test_values_that_have_no_hash():
    ours, theirs = PersistentMap({1: [], 2: 2}), {1: [], 2: 2}
    for items in (ours.items(), theirs.items()):
        assert items & [[1, 2], "ab", 5, (2, 2), (3, 3)] == {(2, 2)}
        assert not items.isdisjoint([(1, [])]) and (1, []) in items
        with pytest.raises(TypeError, match="unhashable"):
            items & [(1, [])]
    assert ours.items() == theirs.items() == ours.items() != {1: [], 2: 3}.items()
    assert ours.items() != PersistentMap({1: [], 2: 3}).items() and ours.items() <= theirs.items()


def test_versions_are_compared_by_what_they_do_not_share():
    m = PersistentMap({Key(i, 7 * i): i for i in range(1000)})
    five = Key(5, 35)
    other = m.set(five, 5.0).set("new", 1).delete("new")
    Key.reset()
    assert m.items() == other.items() and not m.items() != other.items() and m.keys() == other.keys()
    assert m.keys() != other.delete(five).keys() and m.items() != other.set(five, 0).items()
    assert Key.hash_calls < 200
