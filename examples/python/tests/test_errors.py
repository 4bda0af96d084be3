"""Whatever Python code raises comes out as it is, and leaves everything as it was."""

import pytest
from conftest import Failure, Key
from pypersistent import PersistentMap, PersistentSet

HASHES = [0, 1, 1, 2, 2, 2, 2**61 - 1, -1]


def keys(prefix="k"):
    """Some with equal hashes, and more of one hash than a leaf holds."""
    chosen = [Key(f"{prefix}{i}", h) for i, h in enumerate(HASHES)]
    return chosen + [Key(f"{prefix}s{i}", 5) for i in range(20)]


def operations():
    """Each makes its operands, and the call to fail in."""
    ours = PersistentMap({k: i for i, k in enumerate(keys())})
    same = PersistentMap({k: i for i, k in enumerate(keys())})
    other = PersistentMap({k: i for i, k in enumerate(keys("other"))})
    one, new, absent = keys()[3], Key("new", 2), Key("absent", 5)
    ours_set, same_set, other_set = PersistentSet(ours), PersistentSet(same), PersistentSet(other)
    mutation = ours.mutate()
    python_dict = {k: i for i, k in enumerate(keys())}
    calls = {
        "get": lambda: ours.get(one),
        "getitem": lambda: ours[one],
        "in": lambda: absent in ours,
        "assoc": lambda: ours.assoc(new, 1),
        "replace": lambda: ours.assoc(one, 1),
        "dissoc": lambda: ours.dissoc(one),
        "dissoc absent": lambda: ours.dissoc(absent),
        "update": lambda: ours.update(other),
        "update pairs": lambda: ours.update([(k, 1) for k in keys("pairs")]),
        "update dict": lambda: ours.update(python_dict),
        "or": lambda: ours | same,
        "eq": lambda: ours == same,
        "eq dict": lambda: ours == python_dict,
        "hash": lambda: hash(PersistentMap({k: 0 for k in ours})),
        "diff": lambda: ours.diff(same),
        "repr": lambda: repr(ours),
        "build": lambda: PersistentMap([(k, 1) for k in keys() * 2]),
        "from dict": lambda: PersistentMap(python_dict),
        "items view": lambda: ours.items() == same.items(),
        "keys view": lambda: ours.keys() & same.keys(),
        "mutation set": lambda: mutation.set(Key("fresh", 5), 1),
        "mutation replace": lambda: mutation.set(one, 1),
        "mutation del": lambda: mutation.pop(one, None),
        "mutation get": lambda: mutation.get(absent),
        "mutation update": lambda: mutation.update(other),
        "set build": lambda: PersistentSet(keys() * 2),
        "set add": lambda: ours_set.add(new),
        "set remove": lambda: ours_set.remove(one),
        "set or": lambda: ours_set | same_set,
        "set and": lambda: ours_set & same_set,
        "set sub": lambda: ours_set - other_set,
        "set xor": lambda: ours_set ^ same_set,
        "set eq": lambda: ours_set == same_set,
        "set le": lambda: ours_set <= set(same),
        "set hash": lambda: hash(PersistentSet(ours_set | other_set)),
    }
    return calls, (ours, same, other, ours_set, same_set, other_set), mutation


NAMES = list(operations()[0])


def shown(collections):
    return [sorted(map(_name, c)) for c in collections]


def _name(key):
    return key.name


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_at_each_step(name):
    calls, _, _ = operations()
    Key.reset()
    calls[name]()
    steps = Key.calls
    assert steps > 0, "the operation calls the keys"
    # Every step of a short one; of a long one every third or so, as it repeats itself.
    chosen = range(1, steps + 1, max(1, steps // 100))
    fired = 0
    for step in chosen:
        Key.reset()
        calls, collections, mutation = operations()
        before, length = shown(collections), len(mutation)
        Key.reset(fail_at=step)
        with pytest.raises(Failure) as caught:
            calls[name]()
        assert caught.value.args == (step,) and Key.calls == step
        fired += 1
        Key.reset()
        assert shown(collections) == before and len(mutation) == length
        for collection in collections:
            assert all(key in collection for key in collection)
        assert all(key in mutation for key in collections[0])
        calls[name]()
    assert fired == len(chosen) >= min(steps, 100)


def test_values_that_cannot_be_compared():
    class Proud:
        def __eq__(self, other):
            raise Failure

    a, b = PersistentMap(x=Proud()), PersistentMap(x=Proud())
    for call in (lambda: a == b, lambda: a == {"x": 1}, lambda: a.diff(b), lambda: ("x", 1) in a.items()):
        with pytest.raises(Failure):
            call()
    assert a == a and a.set("x", a["x"]) is a


def test_equality_that_is_not_a_bool():
    class Odd:
        def __init__(self, truth):
            self.truth = truth

        def __hash__(self):
            return 1

        def __eq__(self, other):
            return self

        def __bool__(self):
            if self.truth is None:
                raise Failure
            return self.truth

    assert PersistentMap({Odd(True): 1})[Odd(True)] == 1
    assert Odd(False) not in PersistentMap({Odd(False): 1})
    with pytest.raises(Failure):
        PersistentMap({Odd(None): 1})[Odd(None)]


def test_not_implemented_falls_back_on_identity():
    class Plain:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            return NotImplemented

    a, b = Plain(), Plain()
    m = PersistentMap({a: 1, b: 2})
    assert len(m) == 2 and m[a] == 1 and m[b] == 2 and Plain() not in m


def test_iterators_and_mappings_that_fail():
    def failing(n):
        yield from ((i, i) for i in range(n))
        raise Failure

    class Mapping:
        def __init__(self, where):
            self.where = where

        def keys(self):
            if self.where == "keys":
                raise Failure
            return [1, 2]

        def __getitem__(self, key):
            raise Failure

    class Items:
        @property
        def items(self):
            raise Failure

    base = PersistentMap(a=1)
    for source in (lambda: failing(0), lambda: failing(100), lambda: Mapping("keys"), lambda: Mapping(""), Items):
        with pytest.raises(Failure):
            PersistentMap(source())
        with pytest.raises(Failure):
            base.update(source())
    with pytest.raises(Failure):
        PersistentSet(failing(50))
    assert base == {"a": 1}


def test_a_dict_that_changes_meanwhile():
    class Adder:
        def __hash__(self):
            source[len(source)] = None
            return 1

    source = {}
    source.update({Adder(): i for i in range(3)})
    assert len(PersistentMap(source)) >= 3
    hungry = {}

    class Eater:
        def __eq__(self, other):
            hungry.clear()
            return True

        __hash__ = None

    hungry.update({i: Eater() for i in range(5)})
    assert (PersistentMap({i: object() for i in range(5)}) == hungry) in (True, False)


def test_base_exceptions_pass():
    class Stop:
        def __hash__(self):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PersistentMap().get(Stop())


def test_what_an_element_raises_is_the_cause():
    class Bad:
        def __iter__(self):
            raise TypeError("mine")

    with pytest.raises(TypeError, match="element #0 .* 'Bad'") as raised:
        PersistentMap([Bad()])
    assert str(raised.value.__cause__) == "mine"


def test_repr_with_a_lone_surrogate():
    class Odd:
        def __repr__(self):
            return "\udc80"

    odd = Odd()
    m = PersistentMap({odd: odd})
    assert repr(m) == "PersistentMap({\udc80: \udc80})"
    assert repr(m.keys()) == "KeysView([\udc80])"
    assert repr(PersistentSet([odd]).mutate()) == "SetMutation({\udc80})"
