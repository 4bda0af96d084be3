"""Values nested too deep raise RecursionError, whatever the size of the stack, and those nested less deep work."""

import subprocess
import sys

import pytest

# In a process of its own, since a fault here ends the process.
PROGRAM = """
import copy, pickle, sys, threading
from pypersistent import PersistentMap, PersistentSet

class Box:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x

    def __hash__(self):
        return hash(self.x)

    def __repr__(self):
        return repr(self.x)

def nest(depth):
    x = 0
    for _ in range(depth):
        x = {wrap}
    return x

def run():
    a, b = nest({depth}), nest({depth})
    for name in {operations}:
        operation = eval("lambda: " + name, globals() | {{"a": a, "b": b}})
        try:
            operation()
            print(name, flush=True)
        except RecursionError:
            print(name, "- too deep", flush=True)
    assert nest(3) == nest(3)

# The limit of the interpreter must not be what saves us.
sys.setrecursionlimit(10**6)
if {stack}:
    threading.stack_size({stack})
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
else:
    run()
"""

EQUAL = ["a == b", "a != b"]
DICTS = ["a == {0: b[0]}", "{0: b[0]} == a"]
DIFF = ["a.diff(b)", "a.mutate() == b", *DICTS, "(0, b[0]) in a.items()", "b[0] in a.values()"]
VIEWS = ["a.items() == b.items()", "a.items() <= b.items()", "a.items() >= {0: b[0]}.items()", "repr(a.items())"]
REPRS = ["repr(a)", "repr(a.mutate())", "repr(a.values())"]
COPIES = ["pickle.dumps(a)", "pickle.dumps(a, 0)", "copy.deepcopy(a)"]
CASES = {
    "PersistentMap({0: x})": [*EQUAL, *DIFF, *VIEWS, *COPIES, *REPRS, "hash(a)"],
    "PersistentMap({i: i for i in range(99)} | {0: x})": [*EQUAL, *DIFF[-2:], *VIEWS, *COPIES, "repr(a)", "hash(a)"],
    "PersistentMap({0: [x]})": [*EQUAL, *DIFF, *VIEWS, *COPIES, "repr(a)"],
    "{0: PersistentMap({0: x})}": [*EQUAL, *COPIES, "repr(a)"],
    "PersistentMap({0: (x,)})": [*EQUAL, *DIFF, *VIEWS, "repr(a)", "hash(a)"],
    "PersistentMap({0: Box(x)})": [*EQUAL, *DIFF, *VIEWS, "repr(a)", "hash(a)"],
    "PersistentMap({0: x}).items()": [*EQUAL, "a <= b", "repr(a)"],
}
STACKS = pytest.mark.parametrize("stack", [0, 512 * 1024], ids=["main", "small"])


def outcome(**parts):
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(**parts)], capture_output=True, text=True, timeout=300)
    return done.stdout.splitlines(), done.returncode, done.stderr[-2000:]


@STACKS
@pytest.mark.parametrize("wrap", CASES)
def test_too_deep(wrap, stack):
    expected = [f"{name} - too deep" for name in CASES[wrap]]
    assert outcome(operations=CASES[wrap], wrap=wrap, stack=stack, depth=30_000) == (expected, 0, "")


@STACKS
@pytest.mark.parametrize("wrap", CASES)
def test_deep_enough(wrap, stack):
    """CPython 3.12 allows some 1500 levels of its own. Copies take more of the stack."""
    operations = [name for name in CASES[wrap] if name not in COPIES]
    depth = 100 if stack else 250
    assert outcome(operations=operations, wrap=wrap, stack=stack, depth=depth) == (operations, 0, "")


@STACKS
@pytest.mark.parametrize("wrap", ["PersistentMap({x: 0})", "PersistentSet([(x,)])", "PersistentSet([Box(x)])"])
def test_deep_keys(wrap, stack):
    """The hash of a level is known when the next one is made. Where it is not, in `Box`, it goes down each time."""
    operations = ["hash(a)", "a == b", "repr(a)", "nest(30_000)"]
    lines, status, errors = outcome(operations=operations, wrap=wrap, stack=stack, depth=100)
    assert (status, errors) == (0, "") and len(lines) == len(operations)
