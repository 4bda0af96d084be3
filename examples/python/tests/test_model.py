"""Random programs, each step done to a map and to a dict."""

import random

import pytest
from pypersistent import PersistentMap, PersistentSet


class Colliding:
    """A key with one of few hashes."""

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 3

    def __eq__(self, other):
        return isinstance(other, Colliding) and self.n == other.n

    def __repr__(self):
        return f"Colliding({self.n})"


KEYS = {
    "ints": lambda rng, size: rng.randrange(size),
    "strided": lambda rng, size: rng.randrange(size) << 20,
    "negative": lambda rng, size: rng.randrange(-size, size),
    "strings": lambda rng, size: f"key{rng.randrange(size)}",
    "equal numbers": lambda rng, size: rng.choice([int, float, complex])(rng.randrange(size)),
    "equal hashes": lambda rng, size: rng.randrange(size) + rng.randrange(9) * (2**61 - 1),
    "colliding": lambda rng, size: Colliding(rng.randrange(min(size, 60))),
    "tuples": lambda rng, size: (rng.randrange(size), None),
}


@pytest.mark.parametrize("kind", KEYS)
@pytest.mark.parametrize("size", [5, 40, 1500])
def test_program(kind, size):
    rng = random.Random(f"{kind}{size}")
    m, d, versions = PersistentMap(), {}, []

    def key():
        return KEYS[kind](rng, size)

    for step in range(400):
        choice = rng.random()
        old_m, old_d = m, d
        if choice < 0.4:
            k = key()
            m, d = m.set(k, step), {**d, k: step}
        elif choice < 0.6:
            k = key()
            m = m.dissoc(k)
            d = {k2: v for k2, v in d.items() if k2 != k}
        elif choice < 0.7:
            more = {key(): -step for _ in range(rng.randrange(size))}
            m, d = m.update(more), {**d, **more}
        elif choice < 0.8:
            t, d = m.mutate(), dict(d)
            for _ in range(rng.randrange(size)):
                k = key()
                if rng.random() < 0.5:
                    t[k] = d[k] = step
                else:
                    assert t.pop(k, None) == d.pop(k, None)
            m = t.finish()
        elif choice < 0.9 and versions:
            other_m, other_d = rng.choice(versions)
            m, d = (m | other_m, d | other_d) if rng.random() < 0.5 else (other_m | m, other_d | d)
        elif versions:
            m, d = rng.choice(versions)
        k = key()
        assert m.get(k, "none") == d.get(k, "none") and (k in m) == (k in d) and len(m) == len(d)
        if step % 10 == 0:
            check(m, d, old_m, old_d)
            versions.append((m, d))
    for m, d in versions:
        assert m == d and dict(m) == d


def check(m, d, old_m, old_d):
    assert m == d and m == PersistentMap(d) and len(set(m)) == len(d) and dict(m.items()) == d
    # The key that was there first stays, as in a dict.
    assert sorted(map(repr, m)) == sorted(map(repr, d))
    added, removed, changed = old_m.diff(m)
    assert added == {k: v for k, v in d.items() if k not in old_d}
    assert removed == {k: v for k, v in old_d.items() if k not in d}
    assert changed == {k: (old_d[k], v) for k, v in d.items() if k in old_d and old_d[k] != v}
    assert (old_m == m) == (old_d == d)
    ours, theirs = PersistentSet(m), PersistentSet(old_m)
    assert ours & theirs == d.keys() & old_d.keys() and ours ^ theirs == d.keys() ^ old_d.keys()
    assert ours - theirs == d.keys() - old_d.keys() and ours | theirs == d.keys() | old_d.keys()
