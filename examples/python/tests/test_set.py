"""Sets, against Python's."""

import collections.abc
import copy
import itertools
import operator
import pickle
import random
import weakref

import pytest
from pypersistent import PersistentSet


def test_constructors_and_lookup():
    assert PersistentSet() == set() and not PersistentSet()
    assert PersistentSet([1, 2, 1]) == {1, 2} and PersistentSet("abc") == {"a", "b", "c"}
    s = PersistentSet(range(1000))
    assert len(s) == 1000 and 7 in s and 1000 not in s and sorted(s) == list(range(1000))
    with pytest.raises(TypeError, match="unhashable"):
        PersistentSet([[]])
    for wrong in (1, None):
        with pytest.raises(TypeError):
            PersistentSet(wrong)
    assert PersistentSet.create(1, 2, 1) == {1, 2} and PersistentSet.create() == set()
    assert s.contains(7) and not s.contains(1000)


def test_add_and_remove():
    s = PersistentSet([1, 2])
    assert s.conj(3) == s.add(3) == {1, 2, 3} and s.conj(1) is s and s.add(1) is s
    assert s.disj(1) == s.discard(1) == s.remove(1) == {2}
    assert s.disj(9) is s and s.discard(9) is s
    with pytest.raises(KeyError) as caught:
        s.remove((9,))
    assert caught.value.args == ((9,),)
    assert s == {1, 2} and s.clear() == set() and s.copy() is s and copy.copy(s) is s


OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]
COMPARISONS = [operator.lt, operator.le, operator.eq, operator.ne, operator.ge, operator.gt]
METHODS = ["union", "intersection", "difference", "symmetric_difference"]
QUESTIONS = ["issubset", "issuperset", "isdisjoint"]


def test_algebra_is_that_of_sets():
    rng = random.Random(1)
    for size in (0, 1, 5, 100, 3000):
        for _ in range(6):
            a, b = ({rng.randrange(2 * size + 1) for _ in range(size)} for _ in range(2))
            if rng.random() < 0.3:
                b = a & b
            p, q = PersistentSet(a), PersistentSet(b)
            for op in OPERATORS:
                expected = op(a, b)
                assert op(p, q) == expected and op(p, b) == expected and op(a, q) == expected
                assert op(p, frozenset(b)) == expected
                assert {type(op(p, q)), type(op(p, b)), type(op(a, q))} <= {PersistentSet, set}
                assert type(op(p, q)) is type(op(p, b)) is PersistentSet
            for op in COMPARISONS:
                expected = op(a, b)
                assert op(p, q) is expected and op(p, b) is expected and op(a, q) is expected
            for name in METHODS:
                assert getattr(p, name)(iter(b)) == getattr(a, name)(b) == getattr(p, name)(q)
            for name in QUESTIONS:
                assert getattr(p, name)(list(b)) == getattr(a, name)(b) == getattr(p, name)(q)
            assert hash(p) == hash(frozenset(a))


def test_methods_of_many():
    s = PersistentSet([1, 2, 3])
    assert s.union([4], {5}) == s.update([4], {5}) == {1, 2, 3, 4, 5}
    assert s.intersection([1, 2], [2]) == {2} and s.difference([1], [2]) == {3}
    assert s.union() is s and s.intersection() is s and s.union([1]) is s and s | s is s


def test_operators_take_sets_only():
    s = PersistentSet([1])
    for op, other in itertools.product(OPERATORS + [operator.lt], ([1], 1, None, "a")):
        with pytest.raises(TypeError):
            op(s, other)
        with pytest.raises(TypeError):
            op(other, s)
    assert s | {2: 3}.keys() == {1, 2} and s != [1] and s != 1
    # Python gives its own set the first word.
    assert {1, 2} - s == {2} and frozenset([1]) == s


def test_hash_and_nesting():
    assert {PersistentSet([1, 2]): 3}[frozenset([1, 2])] == 3
    assert PersistentSet([PersistentSet([1])]) == {frozenset([1])}


def test_repr_and_pickle():
    assert repr(PersistentSet()) == "PersistentSet({})" and repr(PersistentSet([1])) == "PersistentSet({1})"
    s = PersistentSet(range(100))
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(s, protocol)) == s
    assert copy.deepcopy(s) == s


def test_references_and_abstract_class():
    s = PersistentSet([1])
    ref = weakref.ref(s)
    assert isinstance(s, collections.abc.Set) and not isinstance(s, collections.abc.MutableSet)
    del s
    assert ref() is None


def test_diff():
    s = PersistentSet(range(5000))
    assert s.diff(s.add(-1).remove(7)) == ({-1}, {7}) and s.diff(s) == (set(), set())
    assert s.diff(range(1, 5001)) == ({5000}, {0}) and {type(part) for part in s.diff([])} == {set}


class Names(PersistentSet):
    pass


def test_a_subclass_stays_one():
    s = Names("abc")
    for made in (
        *(s.add("a"), s.add("d"), s.discard("a"), s.discard("d"), s.remove("a")),
        *(s.clear(), s.copy(), s.mutate().finish()),
        *(s.union(), s.union("d"), s.update("d"), s.intersection("a"), s.difference("a"), s.symmetric_difference("d")),
        *(s | {"d"}, s & {"a"}, s - {"a"}, s ^ {"a"}, Names.create("a")),
    ):
        assert type(made) is Names
