"""Maps and iterators that many threads use at once."""

import sys
import threading

import pytest
from pypersistent import PersistentMap, PersistentSet

THREADS = 8


@pytest.fixture(autouse=True)
def frequent_switches():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(interval)


def together(work):
    failures, start = [], threading.Barrier(THREADS)

    def run(index):
        try:
            start.wait()
            work(index)
        except BaseException as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_versions_of_one_base():
    base = PersistentMap({i: str(i) for i in range(2000)})
    results = [None] * THREADS

    def work(index):
        m = base
        for i in range(500):
            m = m.set(i, index).delete(1999 - i)
            assert m[i] == index
        results[index] = m

    together(work)
    assert base == {i: str(i) for i in range(2000)}
    for index, m in enumerate(results):
        assert m == {i: index for i in range(500)} | {i: str(i) for i in range(500, 1500)}


def test_one_iterator():
    m = PersistentMap({i: i for i in range(20_000)})
    for it in (iter(m), iter(m.values()), iter(PersistentSet(m))):
        taken = [[] for _ in range(THREADS)]
        together(lambda index: taken[index].extend(it))
        assert sorted(sum(taken, [])) == list(range(20_000))


def test_keys_with_python_methods():
    class Key:
        def __init__(self, n):
            self.n = n

        def __hash__(self):
            return self.n % 50

        def __eq__(self, other):
            return self.n == other.n

    base = PersistentMap({Key(i): i for i in range(300)})

    def work(index):
        m = base
        for i in range(0, 300, 7):
            m = m.set(Key(i), index + 1000)
            assert m[Key(i)] == index + 1000 and base[Key(i)] == i
        assert m != base and (base | m) == m and len(m.diff(base)[2]) == len(range(0, 300, 7))

    together(work)


def test_one_mutation():
    m = PersistentMap().mutate()

    def work(index):
        for i in range(1000):
            while True:
                try:
                    m[index, i] = i
                    break
                except RuntimeError:
                    pass

    together(work)
    assert m.finish() == {(index, i): i for index in range(THREADS) for i in range(1000)}


def test_a_shared_variable():
    """Readers always see a whole version."""
    box = [PersistentMap({i: 0 for i in range(100)})]
    done = threading.Event()

    def work(index):
        if index == 0:
            for n in range(1, 300):
                with box[0].mutate() as m:
                    for i in range(100):
                        m[i] = n
                box[0] = m.finish()
            done.set()
        while not done.is_set():
            assert len(set(box[0].values())) == 1

    together(work)
