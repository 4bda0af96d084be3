"""The garbage collector, deep nesting, and memory."""

import gc
import random
import subprocess
import sys
import time
import weakref

import pytest
from pypersistent import PersistentMap, PersistentSet, SetMutation


class Node:
    pass


def cycle_through(make):
    node = Node()
    node.me = make(node)
    return weakref.ref(node)


@pytest.mark.parametrize(
    "make",
    [
        lambda node: PersistentMap(a=node),
        lambda node: PersistentMap({node: 1}),
        lambda node: PersistentMap({i: [] for i in range(500)} | {"a": node}),
        lambda node: PersistentMap(a=PersistentMap(b=node)),
        lambda node: PersistentSet([node]),
        lambda node: PersistentSet([PersistentMap(a=1), node, *range(100)]),
        lambda node: PersistentMap(a=node).keys(),
        lambda node: PersistentMap(a=node).values(),
        lambda node: PersistentMap(a=node).items(),
        lambda node: iter(PersistentMap(a=node).values()),
        lambda node: iter(PersistentMap(dict.fromkeys(range(2000)) | {"a": node})),
        lambda node: iter(PersistentMap(dict.fromkeys(range(2000), node)).values()),
        lambda node: iter(PersistentMap(a=node, b=2).items()),
        lambda node: iter(PersistentSet([node])),
        lambda node: iter(PersistentSet([node, *range(2000)])),
        lambda node: PersistentMap(a=node).mutate(),
        lambda node: PersistentSet([node]).mutate(),
        lambda node: type("Sub", (PersistentMap,), {"node": node})(a=1).mutate(),
        lambda node: PersistentMap(a=1).set("a", node).set("b", node),
    ],
)
def test_cycles_are_collected(make):
    gc.collect()
    ref = cycle_through(make)
    assert ref() is not None
    gc.collect()
    assert ref() is None


@pytest.mark.parametrize("make", [lambda node: PersistentMap({0: node}), lambda node: PersistentSet([node])])
@pytest.mark.parametrize("finish", [False, True])
def test_cycles_through_a_collection_and_its_mutation_are_collected(make, finish):
    def through_both(node):
        collection = make(node)
        mutation = collection.mutate()
        view = mutation.keys() if isinstance(collection, PersistentMap) else iter(mutation)
        if finish:
            assert mutation.finish() is collection
        return collection, mutation, view

    gc.collect()
    ref = cycle_through(through_both)
    assert ref() is not None
    gc.collect()
    assert ref() is None


def into(mutation, value):
    mutation.add(value) if isinstance(mutation, SetMutation) else mutation.set("me", value)


@pytest.mark.parametrize("make", [PersistentMap, PersistentSet])
def test_a_mutation_in_itself(make):
    m, box = make().mutate(), Node()
    ref = weakref.ref(m)
    box.m = m
    into(m, box)
    del m, box
    gc.collect()
    assert ref() is None


@pytest.mark.parametrize("make", [PersistentMap, PersistentSet])
def test_a_finished_mutation_in_its_own_map(make):
    m, box = make().mutate(), Node()
    box.m = m
    into(m, box)
    m.finish()
    ref = weakref.ref(m)
    del m, box
    gc.collect()
    assert ref() is None


def test_shared_nodes_are_not_taken_for_garbage():
    """Were an entry counted once for each map that shares it, the collector would free it while it is in use."""
    kept = [PersistentMap({i: [i] for i in range(1000)})]
    for i in range(50):
        kept.append(kept[-1].set(i, [i, i]))
        gc.collect()
    assert all(m[500] == [500] and len(m) == 1000 for m in kept)
    one, other = PersistentMap(a=[1]), None
    other = one.copy().set("b", [2]).delete("b")
    for _ in range(3):
        gc.collect()
    assert one["a"] == [1] == other["a"]


def test_a_cycle_through_a_shared_node_waits_until_it_is_shared_no_more():
    node = Node()
    base = PersistentMap({i: None for i in range(1000)} | {"node": node})
    other = base.set("other", 1).delete(1)
    node.me = base
    ref = weakref.ref(node)
    del node, base
    gc.collect()
    assert ref() is not None, "alive: the other version refers to it"
    del other
    gc.collect()
    assert ref() is None


def test_traverse_shows_what_is_owned():
    inner = [object() for _ in range(100)]
    m = PersistentMap(enumerate(inner))
    assert {id(o) for o in inner} <= {id(o) for o in gc.get_referents(m)}
    sharer = m.mutate()
    sharer.pop("absent", None)  # Now it has the trie, not only the map.
    assert not {id(o) for o in inner} & {id(o) for o in gc.get_referents(m)}
    del sharer
    assert {id(o) for o in inner} <= {id(o) for o in gc.get_referents(m)}


@pytest.mark.parametrize(
    "wrap",
    [
        "PersistentMap({0: x})",
        "PersistentMap({0: [x]})",
        "PersistentMap({i: x for i in range(2)}).set(2, (x,))",
        "PersistentMap(a=x).mutate()",
        "PersistentMap(a=x).values()",
        "iter(PersistentMap(a=x).items())",
        "PersistentSet([x])",
    ],
)
def test_deep_nesting_is_dropped(wrap):
    """In a process and a thread of its own, with a small stack."""
    if "Set" in wrap:
        # The hash of a set goes down; one of objects that hash by identity does not.
        wrap = "PersistentSet([type('Box', (), {'x': x})()])"
    program = f"""
import gc, sys, threading
from pypersistent import PersistentMap, PersistentSet
def run():
    x = None
    for _ in range({20_000 if "Box" in wrap else 200_000}):
        x = {wrap}
    del x
    gc.collect()
    print("dropped")
threading.stack_size(512 * 1024)
thread = threading.Thread(target=run)
thread.start()
thread.join()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300)
    assert (done.returncode, done.stdout) == (0, "dropped\n"), done.stderr


def test_objects_die_with_their_last_version():
    node = Node()
    ref = weakref.ref(node)
    one = PersistentMap({i: None for i in range(100)}).set("node", node)
    two = one.set("x", 1)
    del node, one
    assert ref() is not None
    two = two.delete("node")
    assert ref() is None and len(two) == 101


@pytest.mark.parametrize("size", [3, 2000])
def test_an_exhausted_iterator_lets_go(size):
    m = PersistentMap(dict.fromkeys(range(size - 1)) | {"node": Node()})
    ref = weakref.ref(m["node"])
    iterators = [iter(m), iter(m.values()), iter(m.items()), iter(PersistentSet(m.values()))]
    for iterator in iterators:
        list(iterator)
    del m
    gc.collect()
    assert ref() is None and [next(iterator, "end") for iterator in iterators] == ["end"] * 4
    assert [iterator.__length_hint__() for iterator in iterators] == [0] * 4


def test_reference_counts():
    key, value = Node(), Node()
    before = sys.getrefcount(key), sys.getrefcount(value)
    m = PersistentMap({key: value})
    for i in range(200):
        m = m.set(i, value)
    t = m.mutate()
    t[key] = key
    del t[key]
    list(m), list(m.items()), m.items_list(), m == m.copy(), m | {key: 1}, m.get(key), m.diff({key: 2})
    it = iter(m.items())
    next(it)
    del m, t, it
    gc.collect()
    assert (sys.getrefcount(key), sys.getrefcount(value)) == before


MAKES = [
    lambda node, more: PersistentMap({node: 1} | dict.fromkeys(more)),
    lambda node, more: PersistentMap(dict.fromkeys(more)).set("node", node),
    lambda node, more: PersistentMap({node: 1} | dict.fromkeys(more)).mutate(),
    lambda node, more: PersistentSet([node, *more]),
]


@pytest.fixture
def by_hand():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("size", [200, 300, 50_000])
@pytest.mark.parametrize("make", MAKES)
def test_a_cycle_through_a_new_collection_is_found_by_young_collections(by_hand, make, size):
    refs = [cycle_through(lambda node: make(node, range(size))) for _ in range(3)]
    gc.collect(0)
    assert [ref() for ref in refs] == [None] * 3


ODD, EVEN = range(1, 4000, 2), range(0, 4000, 2)
ODD_MAP, EVEN_MAP = PersistentMap.fromkeys(ODD), PersistentMap.fromkeys(EVEN)
ODD_SET, EVEN_SET, ALL_SET = PersistentSet(ODD), PersistentSet(EVEN), PersistentSet(range(4000))
MERGES = [
    lambda: ODD_MAP | EVEN_MAP,
    lambda: ODD_MAP.update(dict.fromkeys(EVEN)),
    lambda: ODD_MAP.update(dict.fromkeys(EVEN[:1500])),
    lambda: ODD_MAP.update_with(max, dict.fromkeys(EVEN)),
    lambda: ODD_SET | EVEN_SET,
    lambda: ODD_SET ^ EVEN_SET,
    lambda: ALL_SET & EVEN_SET,
    lambda: ALL_SET - EVEN_SET,
]


@pytest.mark.parametrize("merge", MERGES)
def test_what_a_merge_stores_counts_as_work(by_hand, merge):
    def make(node):
        merged = merge()
        return merged.set("me", node) if isinstance(merged, PersistentMap) else merged.add(node)

    refs = [cycle_through(make) for _ in range(30)]
    gc.collect(0)
    assert [ref() for ref in refs] == [None] * 30


def test_versions_that_are_kept_do_not_use_up_the_credit(by_hand):
    state, history, refs = PersistentMap.fromkeys(range(5000)), [], []
    gc.collect()
    for i in range(200):
        state = state.set(i, i)
        history.append(state)
        refs.append(cycle_through(lambda node: PersistentMap({0: node} | dict.fromkeys(range(1, 300)))))
    gc.collect(0)
    assert sum(ref() is not None for ref in refs) == 0


def test_each_young_generation_has_its_credit(by_hand):
    nodes = [Node() for _ in range(500)]
    for node in nodes:
        node.me = PersistentMap({0: node} | dict.fromkeys(range(1, 300)))
    refs = [weakref.ref(node) for node in nodes]
    gc.collect(0)
    del nodes, node
    gc.collect(1)
    assert sum(ref() is not None for ref in refs) == 0


def test_callbacks_of_others_do_no_harm():
    program = """
import gc
class Odd:
    def __getattr__(self, name): raise ValueError(name)
    def __call__(self, *arguments): pass
def note_collection(*arguments): pass
gc.callbacks += [Odd(), note_collection]
import pypersistent
print(len(gc.callbacks))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "3\n", done.stderr


def filled(m, size):
    with m.mutate() as t:
        for i in range(size):
            t[i] = None
    return t.finish()


def test_a_mutation_counts_as_work(by_hand):
    ref = cycle_through(lambda node: filled(PersistentMap(node=node), 50_000))
    gc.collect(0)
    assert ref() is None


def test_a_cycle_through_a_cheap_version_of_a_large_map_waits_for_a_full_collection(by_hand):
    base = PersistentMap(dict.fromkeys(range(50_000)))
    gc.collect()
    node = Node()
    node.me = base.set("node", node)
    ref = weakref.ref(node)
    del node, base
    for generation in [0, 1]:
        gc.collect(generation)
        assert ref() is not None
    gc.collect()
    assert ref() is None


def test_cycles_do_not_pile_up():
    """A cycle through each of many large maps: most are gone long before a full collection."""
    gc.collect()
    refs = [cycle_through(lambda node: PersistentMap({0: node} | dict.fromkeys(range(1, 300)))) for _ in range(5000)]
    assert sum(ref() is not None for ref in refs) < 2500


def test_a_second_import_does_not_watch_twice():
    program = """
import gc, sys
for _ in range(3):
    import pypersistent
    for name in [name for name in sys.modules if name.startswith("pypersistent")]:
        del sys.modules[name]
print(len(gc.callbacks))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.stdout == "1\n", done.stderr


def test_young_collections_do_not_walk_through_the_newest_version():
    m = PersistentMap({i: [] for i in range(100_000)})
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        gc.collect()
        full = time.process_time() - start
        start = time.process_time()
        for i in range(100):
            m = m.set(i, [])
            gc.collect(0)
        assert time.process_time() - start < 2 * full
    finally:
        gc.enable()
    assert len(gc.get_referents(m)) > 200_000, "outside of collections all is shown"


@pytest.mark.parametrize("generation", [0, 1, 2])
def test_what_only_a_large_map_refers_to_stays(generation):
    gc.collect()
    m = PersistentMap({i: Node() for i in range(1000)})
    refs = [weakref.ref(node) for node in m.values()]
    for i in range(5):
        m = m.set(("new", i), Node())
        gc.collect(generation)
    assert all(ref() is not None for ref in refs)
    # A cycle that refers to the map, but not through it, is found though the collector sees nothing of the map.
    loop = [m.delete(0)]
    loop.append(loop)
    del m, loop
    gc.collect(generation)
    assert all(ref() is None for ref in refs)


@pytest.mark.parametrize("generation", [0, 1, 2])
def test_random_graphs(generation):
    """Maps of all sizes that refer to each other through objects: nothing is freed that something reaches."""
    rng = random.Random(generation)
    nodes = [Node() for _ in range(50)]
    for step in range(300):
        node = rng.choice(nodes)
        entries = {i: rng.choice(nodes) if rng.random() < 0.02 else None for i in range(rng.choice([3, 100, 400]))}
        node.map = rng.choice([node.map, PersistentMap()]) | entries if hasattr(node, "map") else PersistentMap(entries)
        if step % 3 == 0:
            node.older = node.map.set("x", Node())
        if step % 10 == 0:
            nodes[rng.randrange(50)] = Node()
            gc.collect(generation)
        for node in nodes:
            for map in (getattr(node, "map", {}), getattr(node, "older", {})):
                assert all(value is None or type(value) is Node for value in map.values())
