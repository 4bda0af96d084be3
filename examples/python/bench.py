"""Times `pypersistent` beside dict and beside other persistent maps.

    pip install --no-deps --target rivals immutables pyrsistent rpds-py pypersistent
    python bench.py --rivals rivals            # sizes up to a million, about an hour
    python bench.py --rivals rivals --quick    # one small size, in seconds

Each contender does each task on the same keys, in turns, for several rounds; the medians are compared. What a task
starts from is built before the clock runs, every result is compared with the dict's, and the cyclic collector rests while
the clock runs, as in `timeit`, except in tasks that end in "collector on". Single operations are done both ways. The
clock is that of the processor, so that other programs disturb less. Writes tables (`bench.md`) and a chart (`bench.svg`)
into the directory `--out`.
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
KINDS = {
    "int": lambda i: i,
    "strided int": lambda i: i << 20,
    "str": lambda i: f"key{i}",
}


class Contender:
    """How the tasks are written for one library. The defaults are those of a library without a faster way."""

    name = version = ""
    crashes_on = ()
    # Tasks that end the interpreter, and with how many entries.
    crashes_in = {}
    # The methods that a single operation calls.
    SET, DELETE = "set", "delete"

    def setter(self, m):
        return getattr(m, self.SET)

    def deleter(self, m):
        return getattr(m, self.DELETE)

    def build(self, d): ...
    def assoc(self, m, k, v): ...
    def dissoc(self, m, k): ...

    def fill(self, m, keys):
        """Many insertions, the fastest way for keys that come one by one."""
        for k in keys:
            m = self.assoc(m, k, k)
        return m

    def empty_out(self, m, keys):
        for k in keys:
            m = self.dissoc(m, k)
        return m

    def update(self, m, d):
        return m.update(d)

    def merge(self, m, other):
        return m.update(other)

    def diff(self, old, new):
        none = object()
        changed = {k: (old.get(k, none), v) for k, v in new.items() if old.get(k, none) is not v}
        return {k: v for k, (_, v) in changed.items()}, {k for k in old if k not in new}


class Ours(Contender):
    name = "ours"

    def build(self, d):
        return pypersistent.PersistentMap(d)

    def assoc(self, m, k, v):
        return m.assoc(k, v)

    def dissoc(self, m, k):
        return m.dissoc(k)

    def fill(self, m, keys):
        with m.mutate() as t:
            for k in keys:
                t[k] = k
        return t.finish()

    def empty_out(self, m, keys):
        with m.mutate() as t:
            for k in keys:
                del t[k]
        return t.finish()

    def diff(self, old, new):
        added, removed, changed = old.diff(new)
        return added | {k: v for k, (_, v) in changed.items()}, set(removed)


class Dict(Contender):
    name = "dict"

    def build(self, d):
        return dict(d)

    def setter(self, m):
        return lambda k, v: self.assoc(m, k, v)

    def deleter(self, m):
        return lambda k: self.empty_out(m, (k,))

    # A dict that others still use has to be copied first; one that is being filled has not.
    def assoc(self, m, k, v):
        m = dict(m)
        m[k] = v
        return m

    def fill(self, m, keys):
        m = dict(m)
        for k in keys:
            m[k] = k
        return m

    def empty_out(self, m, keys):
        m = dict(m)
        for k in keys:
            del m[k]
        return m

    def update(self, m, d):
        return m | d

    def merge(self, m, other):
        return m | other


class Immutables(Contender):
    name = "immutables"

    def __init__(self, module):
        self.Map = module.Map

    def build(self, d):
        return self.Map(d)

    def assoc(self, m, k, v):
        return m.set(k, v)

    def dissoc(self, m, k):
        return m.delete(k)

    fill, empty_out = Ours.fill, Ours.empty_out


class Pyrsistent(Contender):
    name = "pyrsistent"
    DELETE = "remove"

    def __init__(self, module):
        self.pmap = module.pmap

    def build(self, d):
        return self.pmap(d)

    def assoc(self, m, k, v):
        return m.set(k, v)

    def dissoc(self, m, k):
        return m.remove(k)

    def fill(self, m, keys):
        t = m.evolver()
        for k in keys:
            t[k] = k
        return t.persistent()

    def empty_out(self, m, keys):
        t = m.evolver()
        for k in keys:
            del t[k]
        return t.persistent()


class Rpds(Contender):
    name = "rpds"
    SET, DELETE = "insert", "remove"

    def __init__(self, module):
        self.Map = module.HashTrieMap

    def build(self, d):
        return self.Map(d)

    def assoc(self, m, k, v):
        return m.insert(k, v)

    def dissoc(self, m, k):
        return m.remove(k)


class Ancestor(Contender):
    name = "pypersistent 2"
    SET, DELETE = "assoc", "dissoc"
    # A thousand changes to 10 000 such keys end the interpreter.
    crashes_on = ("strided int",)
    crashes_in = {"merge of two, half in common": 1_000_000}

    def __init__(self, module):
        self.Map = module.PersistentDict

    def build(self, d):
        return self.Map.from_dict(d)

    def assoc(self, m, k, v):
        return m.assoc(k, v)

    def dissoc(self, m, k):
        return m.dissoc(k)

    # One by one, since its own update crashes the interpreter now and then, for a million strings.
    def update(self, m, d):
        for k, v in d.items():
            m = m.assoc(k, v)
        return m

    def merge(self, m, other):
        return m.merge(other)


RIVALS = {"immutables": Immutables, "pyrsistent": Pyrsistent, "rpds": Rpds}


def contenders(directory):
    """Dict first, which the others are compared with, then ours, then what is found in the directory."""
    found = [Dict(), Ours()]
    found[0].version = platform.python_version()
    if directory is None:
        return found
    sys.path.append(directory)
    for name, contender in RIVALS.items():
        try:
            found.append(contender(importlib.import_module(name)))
        except ImportError as error:
            print(f"without {name}: {error}", file=sys.stderr)
    # It has the name of our module, so it is loaded from its file, and ours put back in its place.
    spec = importlib.machinery.PathFinder.find_spec("pypersistent", [directory])
    if spec is not None:
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules["pypersistent"] = pypersistent
        found.append(Ancestor(module))
    return found


class Load:
    """The keys of one run, and what follows from them."""

    def __init__(self, kind, n):
        rng = random.Random(n)
        make = KINDS[kind]
        self.n = n
        self.keys = [make(i) for i in range(n)]
        self.d = {k: k for k in self.keys}
        # Equal keys that are other objects, in an order that has nothing to do with that of insertion.
        self.queries = [make(i) for i in range(n)]
        rng.shuffle(self.queries)
        self.misses = [make(i) for i in range(n, 2 * n)]
        tenth = max(1, n // 10)
        self.some = self.queries[:tenth]
        self.change = {k: None for k in self.some}
        self.other = {make(i): None for i in range(n // 2, n + n // 2)}
        self.few = self.queries[:10]
        self.bases = {}

    def base(self, contender):
        """The map of all keys, made once."""
        if contender.name not in self.bases:
            made = self.bases[contender.name] = contender.build(self.d)
            assert dict(made.items()) == self.d, contender.name
        return self.bases[contender.name]


def look_up(m, keys):
    for k in keys:
        m[k]


def look_for(m, keys, misses):
    count = 0
    for k, miss in zip(keys, misses):
        count += (k in m) + (miss in m)
    return count


def look_for_absent(m, misses):
    count = 0
    for miss in misses:
        count += miss in m
    return count


def iterate_keys(m):
    for _ in m:
        pass


def iterate_items(m):
    for _, _ in m.items():
        pass


def versions(contender, m, key):
    return [contender.assoc(m, key, i) for i in range(100)]


def one_by_one(c, m, keys):
    # A dict is filled in place either way.
    return c.fill(m, keys) if isinstance(c, Dict) else Contender.fill(c, m, keys)


def amid_lists(c, box, keys):
    """Changes that come with ten new lists each, all of which stay: so the collector has work.

    Nothing but the variable refers to the map, and so all its nodes are its own.
    """
    m, lists = box.pop(), []
    for k in keys:
        if isinstance(c, Dict):
            m[k] = []
        else:
            m = c.assoc(m, k, [])
        lists.append([[] for _ in range(10)])
    box.append(m)
    return box


class Task:
    """What is timed, whether a result is right, what it starts from, and how many operations it is."""

    def __init__(self, name, run, right, start=lambda c, load: (load.base(c),), count=lambda c, load: 1):
        self.name, self.run, self.right, self.start, self.count = name, run, right, start, count
        self.collector = name.endswith("collector on")


def empty(c, load):
    return (c.build({}),)


def holds(expected):
    """Is the result a map of what is expected of the load?"""
    return lambda load, result: dict(result.items()) == expected(load)


def ran(load, result):
    """The loops over a map return nothing; that its entries are right was checked when it was built."""
    return result is None


TASKS = [
    Task("construction from a dict", lambda c, load: c.build(load.d), holds(lambda load: load.d), lambda c, load: ()),
    Task("insertion, one by one", lambda c, load, m: one_by_one(c, m, load.keys), holds(lambda load: load.d), empty),
    Task("insertion, in a batch", lambda c, load, m: c.fill(m, load.keys), holds(lambda load: load.d), empty),
    Task("lookup", lambda c, load, m: look_up(m, load.queries), ran),
    Task("lookup, in order of insertion", lambda c, load, m: look_up(m, load.keys), ran),
    Task("contains", lambda c, load, m: look_for(m, load.queries, load.misses), lambda load, r: r == load.n),
    Task("update of a tenth", lambda c, load, m: c.update(m, load.change), holds(lambda load: load.d | load.change)),
    Task(
        "deletion of a tenth",
        lambda c, load, m: c.empty_out(m, load.some),
        holds(lambda load: {k: v for k, v in load.d.items() if k not in load.change}),
    ),
    Task("iteration over keys", lambda c, load, m: iterate_keys(m), ran),
    Task("iteration over items", lambda c, load, m: iterate_items(m), ran),
    Task(
        "100 variants",
        lambda c, load, m: versions(c, m, load.few[0]),
        lambda load, r: [m[load.few[0]] for m in r] == list(range(100)) and len(r[0]) == load.n,
    ),
    *(
        Task(
            f"1000 changes amid new lists, collector {state}",
            lambda c, load, box: amid_lists(c, box, load.queries[:1000]),
            lambda load, box: dict(box[0].items()) == load.d | {k: [] for k in load.queries[:1000]},
            lambda c, load: ([c.build(load.d)],),
        )
        for state in ("off", "on")
    ),
    Task(
        "merge of two, half in common",
        lambda c, load, a, b: c.merge(a, b),
        holds(lambda load: load.d | load.other),
        lambda c, load: (load.base(c), c.build(load.other)),
    ),
    Task(
        "equality, built apart",
        lambda c, load, a, b: a == b,
        lambda load, r: r is True,
        lambda c, load: (load.base(c), c.build(dict(reversed(load.d.items())))),
    ),
    Task(
        "equality of versions",
        lambda c, load, a, b: a == b,
        lambda load, r: r is True,
        lambda c, load: (load.base(c), back_and_forth(c, load.base(c), load)),
    ),
    Task(
        "diff of versions, 10 changes",
        lambda c, load, a, b: c.diff(a, b),
        lambda load, r: r == ({k: 0 for k in load.few[1:]}, {load.few[0]}),
        lambda c, load: (load.base(c), changed(c, load.base(c), load)),
    ),
]


def without(d, k):
    return {other: v for other, v in d.items() if other != k}


def set_each(call, keys):
    for k in keys:
        result = call(k, None)
    return result


def delete_each(call, keys):
    for k in keys:
        result = call(k)
    return result


def some_keys(c, load):
    """Those that a single operation is done with. To copy a large dict takes too long for many."""
    return load.few if isinstance(c, Dict) and load.n > 10_000 else load.queries[:1000]


def mutate_each(c, m, keys):
    for i in range(0, len(keys) - 2, 3):
        result = c.fill(m, keys[i : i + 3])
    return result


# Single operations: what is done how many times. The last result is checked.
SINGLE = [
    Task(
        "set a key that is there",
        lambda c, load, call, keys: (set_each(call, keys), keys[-1]),
        lambda load, r: dict(r[0].items()) == load.d | {r[1]: None},
        lambda c, load: (c.setter(load.base(c)), some_keys(c, load)),
        lambda c, load: len(some_keys(c, load)),
    ),
    Task(
        "delete a key",
        lambda c, load, call, keys: (delete_each(call, keys), keys[-1]),
        lambda load, r: dict(r[0].items()) == without(load.d, r[1]),
        lambda c, load: (c.deleter(load.base(c)), some_keys(c, load)),
        lambda c, load: len(some_keys(c, load)),
    ),
    Task(
        "mutate, set three, finish",
        lambda c, load, m: mutate_each(c, m, some_keys(c, load)),
        holds(lambda load: load.d),
        count=lambda c, load: len(some_keys(c, load)) // 3,
    ),
    Task(
        "look for an absent key",
        lambda c, load, m: look_for_absent(m, load.misses),
        lambda load, r: r == 0,
        count=lambda c, load: load.n,
    ),
    Task("iterate over keys, each", lambda c, load, m: iterate_keys(m), ran, count=lambda c, load: load.n),
    Task(
        "construct from a dict, each",
        lambda c, load: c.build(load.d),
        holds(lambda load: load.d),
        lambda c, load: (),
        lambda c, load: load.n,
    ),
]


def back_and_forth(c, m, load):
    k = load.few[0]
    return c.assoc(c.assoc(m, k, None), k, m[k])


def changed(c, m, load):
    for k in load.few[1:]:
        m = c.assoc(m, k, 0)
    return c.empty_out(m, load.few[:1])


def timed(task, contender, load, start, repeat, collector):
    gc.collect()
    if not collector:
        gc.disable()
    before = time.process_time()
    for _ in range(repeat):
        result = task.run(contender, load, *start)
    took = (time.process_time() - before) / repeat / task.count(contender, load)
    gc.enable()
    if task.right(load, result):
        return took
    if isinstance(contender, (Dict, Ours)):
        raise AssertionError(f"{contender.name}: wrong result of {task.name} at {load.n}")
    # Some other libraries have faults; a time that a wrong result took is none.
    return math.nan


# Who takes longer for a task is left out with more keys of the kind: some libraries need quadratic time for some keys.
TOO_SLOW = 1


def measure(task, found, load, rounds, collector=None):
    """The median time of each contender, in turns."""
    found = [c for c in found if load.n < c.crashes_in.get(task.name, math.inf)]
    collector = task.collector if collector is None else collector
    starts = {c.name: task.start(c, load) for c in found}
    times = {c.name: [] for c in found}
    rng = random.Random(0)
    for _ in range(rounds):
        # In another order each time: one leaves the caches to the next as it likes.
        for c in rng.sample(found, len(found)):
            # What takes microseconds is done many times over.
            slow = task.name == "100 variants" and c.name == "dict"
            repeat = max(1, (200 if slow else 20_000) // load.n)
            times[c.name].append(timed(task, c, load, starts[c.name], repeat, collector))
    return {name: statistics.median(all_) for name, all_ in times.items()}


MEMORY = "memory, bytes per entry"


def resident():
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * 4096


def memory(found, kind, n, arguments):
    """Bytes per entry, keys and values apart, each in a process of its own."""
    sizes = {}
    for c in found:
        command = [sys.executable, __file__, "--memory", c.name, kind, str(n), *arguments]
        sizes[c.name] = float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return sizes


def print_memory(found, name, kind, n):
    (contender,) = [c for c in found if c.name == name]
    make = KINDS[kind]
    keys = [make(i) for i in range(n)]
    gc.collect()
    before = resident()
    m = contender.fill(contender.build({}), keys)
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


def table(results, names):
    """One table a kind and size: dict's figure, and what the others need in terms of it."""
    for (kind, n), rows in results.items():
        yield f"\n{kind} keys, {n:,} entries\n"
        yield "| task | dict | " + " | ".join(f"{name} / dict" for name in names[1:]) + " |"
        yield "|---" * (len(names) + 1) + "|"
        for task, row in rows.items():
            base = row["dict"]
            first = f"{base:.1f} B" if task == MEMORY else shown(base)
            yield f"| {task} | {first} | " + " | ".join(ratio(row.get(name), base) for name in names[1:]) + " |"


def single(found, tasks, sizes, rounds):
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
        for task in tasks:
            off, on = (measure(task, found, load, rounds, collector) for collector in (False, True))
            cells = (f"{shown(off[c.name])} / {shown(on[c.name])}" for c in found)
            yield f"| {task.name} | {n:,} | " + " | ".join(cells) + " |"
        gc.unfreeze()


COLORS = ["#888888", "#1f77b4", "#ff7f0e", "#2ca02c", "#d62728", "#9467bd"]


def chart(title, rows, names):
    """Bars of the ratios to dict, on a logarithmic scale; shorter is better."""
    ratios = {task: [row.get(name, math.nan) / row["dict"] for name in names[1:]] for task, row in rows.items()}
    exponents = [math.log10(r) for all_ in ratios.values() for r in all_ if not math.isnan(r)]
    low, high = math.floor(min([*exponents, 0])), math.ceil(max([*exponents, 0]))
    left, width, bar, gap = 230, 560, 9, 10
    group = bar * (len(names) - 1) + gap
    height = 70 + group * len(ratios)

    def x(exponent):
        return left + width * (exponent - low) / (high - low or 1)

    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 30}" height="{height}" font-family="sans-serif" font-size="12">'
    yield '<rect width="100%" height="100%" fill="white"/>'
    yield f'<text x="10" y="18" font-weight="bold">{title}</text>'
    for i, name in enumerate(names[1:]):
        yield f'<rect x="{10 + 130 * i}" y="28" width="10" height="10" fill="{COLORS[i + 1]}"/><text x="{24 + 130 * i}" y="37">{name}</text>'
    for exponent in range(low, high + 1):
        stroke = "#000" if exponent == 0 else "#ddd"
        yield f'<line x1="{x(exponent):.1f}" x2="{x(exponent):.1f}" y1="60" y2="{height}" stroke="{stroke}"/>'
        yield f'<text x="{x(exponent):.1f}" y="56" text-anchor="middle">{10.0**exponent:g}</text>'
    for row, (task, all_) in enumerate(ratios.items()):
        top = 66 + group * row
        yield f'<text x="{left - 8}" y="{top + group / 2}" text-anchor="end">{task}</text>'
        for i, ratio in enumerate(all_):
            if math.isnan(ratio):
                continue
            start, end = sorted((x(0), x(math.log10(ratio))))
            yield f'<rect x="{start:.1f}" y="{top + bar * i}" width="{max(end - start, 1):.1f}" height="{bar - 1}" fill="{COLORS[i + 1]}"/>'
    yield "</svg>"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", help="the directory that other libraries are installed in")
    parser.add_argument("--quick", action="store_true", help="one small size, two rounds")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--tasks", nargs="+", default=[""], help="only tasks with one of these in their names")
    parser.add_argument("--single", action="store_true", help="only single operations")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--memory", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    found = contenders(given.rivals)
    if given.memory:
        name, kind, n = given.memory
        return print_memory(found, name, kind, int(n))
    sizes, rounds = ([1000], 2) if given.quick else (given.sizes, given.rounds)
    names, results = [c.name for c in found], {}
    for kind in [] if given.single else given.kinds:
        fast_enough = [c for c in found if kind not in c.crashes_on]
        for n in sizes:
            load = Load(kind, n)
            rows = results[kind, n] = {}
            for task in TASKS:
                if any(part in task.name for part in given.tasks):
                    row = rows[task.name] = measure(task, fast_enough, load, rounds)
                    print(kind, n, task.name, {k: shown(v) for k, v in row.items()}, file=sys.stderr, flush=True)
            if n >= 10_000 and any(part in MEMORY for part in given.tasks):
                arguments = ["--rivals", given.rivals] if given.rivals else []
                rows[MEMORY] = memory(fast_enough, kind, n, arguments)
            slow = {name for task, row in rows.items() for name in row if task != MEMORY and row[name] > TOO_SLOW}
            fast_enough = [c for c in fast_enough if c.name not in slow or isinstance(c, (Dict, Ours))]
    lines = [f"CPython {platform.python_version()}, {platform.machine()}, medians of {rounds} interleaved rounds."]
    lines += table(results, names)
    tasks = [task for task in SINGLE if any(part in task.name for part in given.tasks)]
    if tasks:
        for line in single(found, tasks, [20, *sizes[1:]], rounds):
            print(line, file=sys.stderr, flush=True)
            lines.append(line)
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "bench.md").write_text("\n".join(lines) + "\n")
    if results:
        (kind, n), rows = list(results.items())[-1]
        title = f"Time in terms of dict's: {kind} keys, {n:,} entries (shorter is better)"
        (given.out / "bench.svg").write_text("\n".join(chart(title, rows, names)) + "\n")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
