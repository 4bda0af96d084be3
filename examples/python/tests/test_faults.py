"""The faults of an earlier system of this kind, each of which must not come back."""

import gc
import resource

from conftest import Key
from pypersistent import PersistentMap, PersistentSet


def test_merge_of_distinct_ints_keeps_all():
    left = PersistentMap({i: i for i in range(50_000)})
    right = PersistentMap({i: -i for i in range(50_000, 100_000)})
    for merged in (left | right, right | left, left.update(right), left.merge(dict(right))):
        assert len(merged) == 100_000 == len(set(merged))
        assert merged[7] == 7 and merged[77_777] == -77_777


def test_merges_of_entry_and_subtree():
    for n, m in ((1, 100), (100, 1), (16, 17), (1, 1), (1000, 16)):
        left = {i: "left" for i in range(n)}
        right = {i + n // 2: "right" for i in range(m)}
        assert PersistentMap(left) | PersistentMap(right) == left | right


def test_one_of_two_colliding_keys_is_removed():
    for k in range(1, 200):
        m = PersistentMap({k: "k", -k: "-k", -1: 0, -2: 0})
        for key in (k, -k):
            rest = m.dissoc(key)
            assert len(rest) == len(m) - 1 and key not in rest and -key in rest
    a, b, c = Key("a", 1), Key("b", 1), Key("c", 1)
    m = PersistentMap({a: 1, b: 2, c: 3})
    assert len(m.dissoc(b)) == 2 and m.dissoc(b)[a] == 1 and m.dissoc(b)[c] == 3


def test_equal_hashes_of_different_ints():
    modulus = 2**61 - 1
    d = {k + j * modulus: (k, j) for k in range(50) for j in range(30)}
    assert hash(3) == hash(3 + modulus)
    m = PersistentMap(d)
    assert m == d and all(m[key] == value for key, value in d.items())
    for key in list(d)[::2]:
        m, _ = m.dissoc(key), d.pop(key)
    assert m == d and len(m) == len(d)


def test_a_colliding_key_is_updated_in_the_new_version_only():
    keys = [Key(str(i), 1) for i in range(40)]
    old = PersistentMap({k: "old" for k in keys})
    new = old
    for k in keys:
        new = new.assoc(k, "new")
    assert set(old.values()) == {"old"} and set(new.values()) == {"new"} and len(new) == 40


def rss():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * resource.getpagesize()


def test_replaced_nodes_do_not_leak():
    def round():
        m = PersistentMap()
        for i in range(20_000):
            m = m.assoc(f"key{i}", [i])
        for i in range(0, 20_000, 2):
            m = m.dissoc(f"key{i}")
        s = PersistentSet(m) | PersistentSet(range(20_000))
        t = m.mutate()
        t.update({i: str(i) for i in range(20_000)})
        return len(t.finish() | m) + len(s - PersistentSet(m))

    for _ in range(3):
        round()
    gc.collect()
    before = rss()
    for _ in range(8):
        round()
    gc.collect()
    assert rss() - before < 8_000_000, "one round holds more than that"


def test_an_iterator_outlives_its_map():
    m = PersistentMap({i: object() for i in range(1000)})
    it = iter(m.items())
    next(it)
    del m
    gc.collect()
    assert len(list(it)) == 999


def test_equality_is_asked_only_for_equal_hashes():
    n = 5000
    keys = [Key(i, 7 * i) for i in range(n)]
    m = PersistentMap({k: 0 for k in keys})
    for k in keys:
        m = m.assoc(k, 1)
    assert Key.eq_calls == 0
    again = [Key(i, 7 * i) for i in range(n)]
    absent = [Key(-i, 7 * i + 3) for i in range(n)]
    Key.reset()
    assert all(k in m for k in again) and Key.eq_calls == n
    Key.reset()
    assert not any(k in m for k in absent) and Key.eq_calls == 0


def test_the_hash_is_computed_once():
    m = PersistentMap({Key(i, i): 0 for i in range(16)})
    t = m.mutate()
    for operation in (
        lambda k: m.get(k),
        lambda k: k in m,
        lambda k: m.assoc(k, 1),
        lambda k: m.dissoc(k),
        lambda k: t.set(k, 1),
        lambda k: t.pop(k),
    ):
        k = Key(3, 3)
        calls = []
        k.__class__ = type("Counting", (Key,), {"__hash__": lambda self: calls.append(1) or 3})
        operation(k)
        assert len(calls) == 1
