"""What works with a dict or a set of Python works with ours."""

import collections.abc
import operator
import pprint
import re

import pytest
from pypersistent import PersistentMap, PersistentSet

IN_PLACE = [operator.ior, operator.iand, operator.isub, operator.ixor]
OPERATORS = [operator.or_, operator.and_, operator.sub, operator.xor]


@pytest.mark.parametrize("change", IN_PLACE)
def test_set_operators_in_place(change):
    for right in ({2, 3, 9}, PersistentSet([2, 3, 9]), PersistentSet([2, 3, 9]).mutate(), dict.fromkeys([2, 3, 9]).keys()):
        base = PersistentSet([1, 2, 3])
        mutation = base.mutate()
        assert change(mutation, right) is mutation
        assert mutation.finish() == change({1, 2, 3}, {2, 3, 9}) and base == {1, 2, 3}


@pytest.mark.parametrize("change", IN_PLACE)
def test_set_operators_in_place_with_itself(change):
    for elements in (set(), {1, 2, 3}, set(range(100))):
        mutation = PersistentSet(elements).mutate()
        change(mutation, mutation)
        assert mutation == change(set(elements), set(elements))


@pytest.mark.parametrize("change", IN_PLACE)
def test_set_operators_in_place_take_sets_only(change):
    mutation = PersistentSet([1]).mutate()
    for other in ([1], "1", 1, {1: 2}):
        with pytest.raises(TypeError):
            change(mutation, other)
    with pytest.raises(TypeError):
        change(mutation, 5)
    assert mutation.finish() == {1}


@pytest.mark.parametrize("combine", OPERATORS)
def test_set_operators_of_a_mutation(combine):
    mutation = PersistentSet([1, 2, 3]).mutate()
    for other in ({2, 3, 9}, PersistentSet([2, 3, 9]), PersistentSet([2, 3, 9]).mutate()):
        assert combine(mutation, other) == combine({1, 2, 3}, {2, 3, 9})
        assert combine(other, mutation) == combine({2, 3, 9}, {1, 2, 3})
    assert mutation == {1, 2, 3}
    for other in ([1], 1):
        with pytest.raises(TypeError):
            combine(mutation, other)
        with pytest.raises(TypeError):
            combine(other, mutation)


def test_a_mutation_is_a_mutable_set():
    mutation = PersistentSet([1, 2, 3]).mutate()
    assert isinstance(mutation, collections.abc.MutableSet)
    names = {name for name in dir(collections.abc.MutableSet) if not name.startswith("_") or name.endswith("r__")}
    assert names > {"add", "pop", "isdisjoint", "__or__", "__ior__", "__rxor__"}
    assert not [name for name in names if not hasattr(mutation, name)]
    assert mutation.isdisjoint([4, 5]) and not mutation.isdisjoint(iter([3])) and mutation.isdisjoint({4})
    assert {1, 2} <= mutation and mutation >= {1, 2} and mutation == {1, 2, 3} == set(mutation)


def test_the_default_of_get_may_be_named():
    for m in (PersistentMap(), PersistentMap().mutate()):
        assert m.get(1, default=3) == 3 == m.get(1, 3) and m.get(1) is None
    assert PersistentMap({1: 2}).get(1, default=3) == 2


def test_or_in_place_takes_pairs():
    m = old = PersistentMap(a=1)
    m |= [("a", 2), ("b", 3)]
    assert m == {"a": 2, "b": 3} and old == {"a": 1}
    m |= {"c": 4}
    m |= PersistentMap(d=5)
    same = m
    m |= {"c": 4}
    assert m == {"a": 2, "b": 3, "c": 4, "d": 5} and m is same
    for other in (5, ["abc"]):
        with pytest.raises((TypeError, ValueError)):
            m |= other
    with pytest.raises(TypeError):
        m | [("a", 2)]

    class Sub(PersistentMap):
        pass

    sub = Sub(a=1)
    sub |= [("b", 2)]
    assert type(sub) is Sub and sub == {"a": 1, "b": 2}


def test_pprint_breaks_lines():
    class Sub(PersistentMap):
        pass

    contents = {i: "word" * 3 for i in range(10)}
    for kind in (PersistentMap, Sub):
        name, lines = kind.__name__, pprint.pformat(contents).splitlines()
        expected = [f"{name}({lines[0]}"] + [" " * (len(name) + 1) + line for line in lines[1:]]
        assert pprint.pformat(kind(contents)) == "\n".join(expected) + ")"
    assert pprint.pformat(PersistentMap(a=1)) == "PersistentMap({'a': 1})"
    nested = pprint.pformat({"key": PersistentMap({"inner": PersistentMap(contents)})})
    assert len(nested.splitlines()) == 10 and max(map(len, nested.splitlines())) <= 80
    words = {str(i) * 12 for i in range(9)}
    assert pprint.pformat(PersistentSet(words)).splitlines()[:2] == [
        "PersistentSet({'000000000000',", "               '111111111111',"
    ]
    holder = []
    holder.append(PersistentMap({"self": holder, **{str(i): "long" * 9 for i in range(3)}}))
    assert "<Recursion on" in pprint.pformat(holder)


class Printer:
    """As much of IPython's as is needed."""

    def __init__(self):
        self.calls = []

    def begin_group(self, indent, opening):
        self.calls.append((indent, opening))

    def pretty(self, contents):
        self.calls.append(contents)

    def end_group(self, dedent, closing):
        self.calls.append((dedent, closing))

    def text(self, text):
        self.calls.append(text)


def test_ipython_is_told_what_is_in_it():
    for object, contents in ((PersistentMap(a=1), {"a": 1}), (PersistentSet("a"), {"a"})):
        name = type(object).__name__ + "("
        printer = Printer()
        object._repr_pretty_(printer, False)
        # `end_group` takes back what `begin_group` has indented.
        assert printer.calls == [(len(name), name), contents, (len(name), ")")]
        printer = Printer()
        object._repr_pretty_(printer, True)
        assert printer.calls == [name + "...)"]


def test_in_ipython():
    pretty = pytest.importorskip("IPython.lib.pretty")
    contents = {i: "word" * 3 for i in range(10)}
    lines = pretty.pretty(PersistentMap(contents)).splitlines()
    assert lines[0].startswith("PersistentMap({") and len(lines) == 10
    assert all(re.fullmatch(" {15}[0-9]: 'wordwordword'(,|}\\))", line) for line in lines[1:])
    assert pretty.pretty(PersistentSet([1, 2])) == "PersistentSet({1, 2})"


def test_finish_without_a_change_returns_the_collection():
    class SubMap(PersistentMap):
        pass

    class SubSet(PersistentSet):
        pass

    for base in (PersistentMap(a=1), PersistentMap(), SubMap({i: i for i in range(100)})):
        assert base.mutate().finish() is base
        mutation = base.mutate()
        mutation.pop("absent", None)
        mutation.update(base)
        if "a" in base:
            mutation["a"] = base["a"]
        assert mutation.finish() is base is mutation.finish()
    for base in (PersistentSet([1]), PersistentSet(), SubSet(range(100))):
        assert base.mutate().finish() is base
        mutation = base.mutate()
        mutation.discard("absent")
        mutation.add(1) if 1 in base else None
        mutation.update(base)
        assert mutation.finish() is base
    base = SubMap(a=1)
    mutation = base.mutate()
    mutation["b"] = 2
    del mutation["b"]
    assert mutation.finish() == base and type(mutation.finish()) is SubMap
