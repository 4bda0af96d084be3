"""Times `pypersistent` beside dict and beside other persistent maps, and prints the tables of README.md.

    pip install --no-deps --target rivals immutables pyrsistent rpds-py pypersistent
    python bench.py --rivals rivals            # sizes up to a million, about an hour
    python bench.py --rivals rivals --quick    # one small size, in seconds

Each contender does each task on the same keys, in turns, for several rounds; the medians are compared. What a task
starts from is built before the clock runs, every result is compared with the dict's, and the cyclic collector rests while
the clock runs, as in `timeit`, except in tasks that end in "collector on". Single operations are done both ways. The
clock is that of the processor, so that other programs disturb less. `--out` writes the tables to `bench.md` there.
"""

import argparse
import gc
import importlib.machinery
import importlib.util
import math
import pathlib
import platform
import random
import statistics
import subprocess
import sys
import time

import pypersistent

SIZES = [100, 10_000, 1_000_000]
KINDS = {"int": lambda i: i, "strided int": lambda i: i << 20, "str": lambda i: f"key{i}"}


class Contender:
    """How the tasks are written for one library. The names of its methods are given, and those of its builder."""

    def __init__(self, name, build, assoc, dissoc, batch=None, merge="update", update="update", avoid=()):
        self.name, self.build, self.batch, self.avoid = name, build, batch, avoid
        self.methods = {"assoc": assoc, "dissoc": dissoc, "merge": merge, "update": update}

    def bound(self, m, method):
        return getattr(m, self.methods[method])

    def call(self, m, method, *arguments):
        return self.bound(m, method)(*arguments)

    def one_by_one(self, m, keys):
        for k in keys:
            m = self.call(m, "assoc", k, k)
        return m

    def fill(self, m, keys):
        """Many insertions, the fastest way for keys that come one by one."""
        if not self.batch:
            return self.one_by_one(m, keys)
        begin, end = self.batch
        t = getattr(m, begin)()
        for k in keys:
            t[k] = k
        return getattr(t, end)()

    def empty_out(self, m, keys):
        if not self.batch:
            for k in keys:
                m = self.call(m, "dissoc", k)
            return m
        begin, end = self.batch
        t = getattr(m, begin)()
        for k in keys:
            del t[k]
        return getattr(t, end)()

    def update(self, m, d):
        if self.methods["update"]:
            return self.call(m, "update", d)
        for k, v in d.items():
            m = self.call(m, "assoc", k, v)
        return m

    def diff(self, old, new):
        if hasattr(old, "diff"):
            added, removed, changed = old.diff(new)
            return added | {k: v for k, (_, v) in changed.items()}, set(removed)
        none = object()
        return {k: v for k, v in new.items() if old.get(k, none) is not v}, {k for k in old if k not in new}


class CopiedDict(dict):
    """A dict of which each change makes a copy, unless it is being filled."""

    def set(self, k, v):
        m = dict(self)
        m[k] = v
        return m

    def delete(self, k):
        m = dict(self)
        del m[k]
        return m


class Dict(Contender):
    """The others are compared with it."""

    def __init__(self):
        super().__init__("dict", dict, "set", "delete")

    def bound(self, m, method):
        return m.__or__ if method in ("merge", "update") else getattr(CopiedDict, self.methods[method]).__get__(m)

    def fill(self, m, keys):
        m = dict(m)
        for k in keys:
            m[k] = k
        return m

    one_by_one = fill

    def empty_out(self, m, keys):
        m = dict(m)
        for k in keys:
            del m[k]
        return m


def contenders(directory):
    """Dict first, then ours, then what is found in the directory."""
    mutation = ("mutate", "finish")
    found = [Dict(), Contender("ours", pypersistent.PersistentMap, "set", "delete", mutation)]
    if directory is None:
        return found
    sys.path.append(directory)
    for name, made in {
        "immutables": lambda module: Contender("immutables", module.Map, "set", "delete", mutation),
        "pyrsistent": lambda module: Contender("pyrsistent", module.pmap, "set", "remove", ("evolver", "persistent")),
        "rpds": lambda module: Contender("rpds", module.HashTrieMap, "insert", "remove"),
    }.items():
        try:
            found.append(made(importlib.import_module(name)))
        except ImportError as error:
            print(f"without {name}: {error}", file=sys.stderr)
    # It has the name of our module, so it is loaded from its file, and ours put back in its place.
    spec = importlib.machinery.PathFinder.find_spec("pypersistent", [directory])
    if spec is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules["pypersistent"] = pypersistent
        # It is updated one by one, since its own update ends the interpreter now and then, as a merge of a million
        # does, and a thousand changes to strided keys.
        avoid = ("strided int", "merge of two, half in common")
        build = module.PersistentDict.from_dict
        found.append(Contender("pypersistent 2", build, "assoc", "dissoc", merge="merge", update=None, avoid=avoid))
    return found


class Load:
    """The keys of one run, and what follows from them."""

    def __init__(self, kind, n):
        rng, make = random.Random(n), KINDS[kind]
        self.n = n
        self.keys = [make(i) for i in range(n)]
        self.d = {k: k for k in self.keys}
        # Equal keys that are other objects, in an order that has nothing to do with that of insertion.
        self.queries = [make(i) for i in range(n)]
        rng.shuffle(self.queries)
        self.misses = [make(i) for i in range(n, 2 * n)]
        self.change = {k: None for k in self.queries[: max(1, n // 10)]}
        self.other = {make(i): None for i in range(n // 2, n + n // 2)}
        self.few = self.queries[:10]
        self.bases = {}

    def base(self, contender):
        """The map of all keys, made once."""
        if contender.name not in self.bases:
            made = self.bases[contender.name] = contender.build(self.d)
            assert dict(made.items()) == self.d, contender.name
        return self.bases[contender.name]

    def some(self, c):
        """The keys of a single operation. To copy a large dict takes too long for many."""
        return self.few if isinstance(c, Dict) and self.n > 10_000 else self.queries[:1000]


class Task:
    """What is timed, what the result must be, what it starts from, and how many operations it is."""

    def __init__(self, name, run, expected, start=lambda c, load: (load.base(c),), count=lambda c, load: 1):
        self.name, self.run, self.expected, self.start, self.count = name, run, expected, start, count


def look_up(m, keys):
    for k in keys:
        m[k]


def count_present(m, keys):
    count = 0
    for k in keys:
        count += k in m
    return count


def iterate(iterable):
    for _ in iterable:
        pass


def amid_lists(c, box, keys):
    """Changes that come with ten new lists each, all of which stay: so the collector has work.

    Nothing but the variable refers to the map, and so all its nodes are its own.
    """
    m, lists = box.pop(), []
    for k in keys:
        if isinstance(c, Dict):
            m[k] = []
        else:
            m = c.call(m, "assoc", k, [])
        lists.append([[] for _ in range(10)])
    return m


def changed(c, m, load):
    for k in load.few[1:]:
        m = c.call(m, "assoc", k, 0)
    return c.call(m, "dissoc", load.few[0])


def back_and_forth(c, m, k):
    return c.call(c.call(m, "assoc", k, None), "assoc", k, m[k])


def each(c, m, method, load, *arguments):
    call = c.bound(m, method)
    for k in load.some(c):
        result = call(k, *arguments)
    return result


def mutate_each(c, m, keys):
    for i in range(0, len(keys) - 2, 3):
        result = c.fill(m, keys[i : i + 3])
    return result


def without(d, keys):
    return {k: v for k, v in d.items() if k not in keys}


def all_of(load, c):
    return load.d


def nothing(load, c):
    """The loops over a map return nothing; that its entries are right was checked when it was built."""


def empty(c, load):
    return (c.build({}),)


def no_start(c, load):
    return ()


TASKS = [
    Task("construction from a dict", lambda c, load: c.build(load.d), all_of, no_start),
    Task("insertion, one by one", lambda c, load, m: c.one_by_one(m, load.keys), all_of, empty),
    Task("insertion, in a batch", lambda c, load, m: c.fill(m, load.keys), all_of, empty),
    Task("lookup", lambda c, load, m: look_up(m, load.queries), nothing),
    Task("lookup, in order of insertion", lambda c, load, m: look_up(m, load.keys), nothing),
    Task(
        "contains",
        lambda c, load, m: count_present(m, load.queries) + count_present(m, load.misses),
        lambda load, c: load.n,
    ),
    Task("update of a tenth", lambda c, load, m: c.update(m, load.change), lambda load, c: load.d | load.change),
    Task(
        "deletion of a tenth",
        lambda c, load, m: c.empty_out(m, load.change),
        lambda load, c: without(load.d, load.change),
    ),
    Task("iteration over keys", lambda c, load, m: iterate(m), nothing),
    Task("iteration over items", lambda c, load, m: iterate(m.items()), nothing),
    Task(
        "100 variants",
        lambda c, load, m: [c.call(m, "assoc", load.few[0], i) for i in range(100)][99],
        lambda load, c: load.d | {load.few[0]: 99},
    ),
    *(
        Task(
            f"1000 changes amid new lists, collector {state}",
            lambda c, load, box: amid_lists(c, box, load.queries[:1000]),
            lambda load, c: load.d | {k: [] for k in load.queries[:1000]},
            # One for each repetition.
            lambda c, load: ([c.build(load.d) for _ in range(repetitions(load))],),
        )
        for state in ("off", "on")
    ),
    Task(
        "merge of two, half in common",
        lambda c, load, a, b: c.call(a, "merge", b),
        lambda load, c: load.d | load.other,
        lambda c, load: (load.base(c), c.build(load.other)),
    ),
    Task(
        "equality, built apart",
        lambda c, load, a, b: a == b,
        lambda load, c: True,
        lambda c, load: (load.base(c), c.build(dict(reversed(load.d.items())))),
    ),
    Task(
        "equality of versions",
        lambda c, load, a, b: a == b,
        lambda load, c: True,
        lambda c, load: (load.base(c), back_and_forth(c, load.base(c), load.few[0])),
    ),
    Task(
        "diff of versions, 10 changes",
        lambda c, load, a, b: c.diff(a, b),
        lambda load, c: ({k: 0 for k in load.few[1:]}, {load.few[0]}),
        lambda c, load: (load.base(c), changed(c, load.base(c), load)),
    ),
]

# What is done how many times. The last result is checked.
SINGLE = [
    Task(
        "set a key that is there",
        lambda c, load, m: each(c, m, "assoc", load, None),
        lambda load, c: load.d | {load.some(c)[-1]: None},
        count=lambda c, load: len(load.some(c)),
    ),
    Task(
        "delete a key",
        lambda c, load, m: each(c, m, "dissoc", load),
        lambda load, c: without(load.d, load.some(c)[-1:]),
        count=lambda c, load: len(load.some(c)),
    ),
    Task(
        "mutate, set three, finish",
        lambda c, load, m: mutate_each(c, m, load.some(c)),
        all_of,
        count=lambda c, load: len(load.some(c)) // 3,
    ),
    Task(
        "look for an absent key",
        lambda c, load, m: count_present(m, load.misses),
        lambda load, c: 0,
        count=lambda c, load: load.n,
    ),
    Task("iterate over keys, each", lambda c, load, m: iterate(m), nothing, count=lambda c, load: load.n),
    Task("construct from a dict, each", lambda c, load: c.build(load.d), all_of, no_start, lambda c, load: load.n),
]


def repetitions(load):
    """What takes microseconds is done many times over."""
    return max(1, 20_000 // load.n)


def timed(task, c, load, collector):
    start, repeat = task.start(c, load), repetitions(load)
    if task.name == "100 variants" and isinstance(c, Dict):
        repeat = max(1, repeat // 100)
    gc.collect()
    if not collector:
        gc.disable()
    before = time.process_time()
    for _ in range(repeat):
        result = task.run(c, load, *start)
    took = (time.process_time() - before) / repeat / task.count(c, load)
    gc.enable()
    expected = task.expected(load, c)
    if (dict(result.items()) if isinstance(expected, dict) else result) == expected:
        return took
    assert c.name not in ("dict", "ours"), f"{c.name}: wrong result of {task.name} at {load.n}"
    # Some other libraries have faults; a time that a wrong result took is none.
    return math.nan


# Who takes longer for a task is left out with more keys of the kind: some libraries need quadratic time for some keys.
TOO_SLOW = 1


def measure(task, found, load, rounds, collector):
    """The median time of each contender, in turns."""
    found = [c for c in found if load.n < 1_000_000 or task.name not in c.avoid]
    times = {c.name: [] for c in found}
    rng = random.Random(0)
    for _ in range(rounds):
        # In another order each time: one leaves the caches to the next as it likes.
        for c in rng.sample(found, len(found)):
            times[c.name].append(timed(task, c, load, collector))
    return {name: statistics.median(all_) for name, all_ in times.items()}


MEMORY = "memory, bytes per entry"


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def memory(c, kind, n, rivals):
    """Bytes per entry, keys and values apart, in a process of its own."""
    command = [sys.executable, __file__, "--memory", c.name, kind, str(n), *(["--rivals", rivals] if rivals else [])]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def print_memory(found, name, kind, n):
    (c,) = [c for c in found if c.name == name]
    keys = [KINDS[kind](i) for i in range(n)]
    gc.collect()
    before = resident()
    m = c.fill(c.build({}), keys)
    gc.collect()
    assert len(m) == n
    print((resident() - before) / n)


def shown(seconds):
    if math.isnan(seconds):
        return "wrong"
    for unit, scale in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def ratio(figure, base):
    if figure is None:
        return "left out"
    return "wrong" if math.isnan(figure) else f"{figure / base:.3g}"


def compare(found, kind, sizes, given, rounds):
    """One table a size: dict's figure, and what the others need in terms of it."""
    found = [c for c in found if kind not in c.avoid]
    for n in sizes:
        yield f"\n{kind} keys, {n:,} entries\n"
        yield "| task | dict | " + " | ".join(f"{c.name} / dict" for c in found[1:]) + " |"
        yield "|---" * (len(found) + 1) + "|"
        load, slow = Load(kind, n), set()
        for task in TASKS:
            row = measure(task, found, load, rounds, task.name.endswith("collector on"))
            slow |= {name for name, figure in row.items() if figure > TOO_SLOW}
            ratios = (ratio(row.get(c.name), row["dict"]) for c in found[1:])
            yield f"| {task.name} | {shown(row['dict'])} | " + " | ".join(ratios) + " |"
        if n >= 10_000:
            base, *others = (memory(c, kind, n, given.rivals) for c in found)
            yield f"| {MEMORY} | {base:.1f} B | " + " | ".join(ratio(other, base) for other in others) + " |"
        found = [c for c in found if c.name not in slow or c.name in ("dict", "ours")]


def single(found, sizes, rounds):
    """Times of single operations on maps of strings, with the collector off and on."""
    yield "\nSingle operations, str keys, with the collector off / on\n"
    yield "| operation | entries | " + " | ".join(c.name for c in found) + " |"
    yield "|---" * (len(found) + 2) + "|"
    for n in sizes:
        load = Load("str", n)
        for c in found:
            load.base(c)
        # So that the collections before each run do not walk through what stays.
        gc.freeze()
        for task in SINGLE:
            off, on = (measure(task, found, load, rounds, collector) for collector in (False, True))
            cells = (f"{shown(off[c.name])} / {shown(on[c.name])}" for c in found)
            yield f"| {task.name} | {n:,} | " + " | ".join(cells) + " |"
        gc.unfreeze()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", help="the directory that other libraries are installed in")
    parser.add_argument("--quick", action="store_true", help="one small size, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", nargs="*", choices=KINDS, default=list(KINDS), help="none: only single operations")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = contenders(given.rivals)
    if given.memory:
        name, kind, n = given.memory
        return print_memory(found, name, kind, int(n))
    sizes, rounds = ([1000], 2) if given.quick else (given.sizes, given.rounds)
    given.out.mkdir(parents=True, exist_ok=True)
    with open(given.out / "bench.md", "w") as out:
        tables = [compare(found, kind, sizes, given, rounds) for kind in given.kinds]
        for table in [*tables, single(found, [20, *sizes[1:]], rounds)]:
            for line in table:
                print(line, flush=True)
                print(line, file=out)


if __name__ == "__main__":
    main()
