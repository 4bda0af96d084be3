"""Runs the test suites of other libraries, and those of CPython, on our classes.

    python tests/foreign/run.py [--markdown] [SUITE...]

The suites come from source distributions, which pip fetches, and from the package `test` of the interpreter. None is
kept here. Modules in `names` stand for the libraries: they map names and add nothing. Each failure that is left is by
design, and `reasons.py` says why. The exit status is 1 if a failure has no reason or a test with a reason passes.
"""

import argparse
import importlib.util
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile
from xml.etree import ElementTree

from reasons import REASONS

HERE = pathlib.Path(__file__).parent

IMMUTABLES = ["test_map.py", "test_none_keys.py", "test_issue24.py", "test_pattern_matching.py"]

# The name of a suite, the distribution (none: CPython), the module of names, and what pytest runs.
SUITES = [
    ("immutables, map", "immutables==0.21", "immutables", IMMUTABLES),
    ("pyrsistent, map", "pyrsistent==0.20.0", "pyrsistent", ["map_test.py"]),
    ("pyrsistent, set", "pyrsistent==0.20.0", "pyrsistent", ["set_test.py"]),
    ("rpds, map", "rpds-py==2026.9.1", "rpds", ["test_hash_trie_map.py"]),
    ("rpds, set", "rpds-py==2026.9.1", "rpds", ["test_hash_trie_set.py"]),
    ("pypersistent 2, map", "pypersistent==2.0.0", "older", ["test_persistent_map_cpp.py", "test_integrity.py"]),
    ("pypersistent 2, set", "pypersistent==2.0.0", "older", ["test_persistent_hash_set.py"]),
    ("CPython, HamtTest", None, None, ["HamtTest"]),
    ("CPython, frozenset", None, None, ["FrozenSetTest"]),
    ("CPython, frozenset, on a subclass", None, None, ["FrozenSetSubclassTest"]),
    ("CPython, dict views", None, None, ["DictViewsTest"]),
    ("CPython, mapping, on maps", None, None, ["MapTest"]),
    ("CPython, mapping, on mutations", None, None, ["MutationTest"]),
]


def has_tests():
    """Returns true if the interpreter comes with its tests; those of some systems have but a part of the package."""
    return all(importlib.util.find_spec(name) for name in ("test", "test.test_set"))


def fetch(distribution, folder):
    """Returns the folder of the unpacked source distribution, or None if pip cannot fetch it."""
    name = distribution.partition("==")[0]
    target = folder / name
    if not target.exists():
        target.mkdir()
        # Only its tests are of use, and they run on every Python.
        options = ["-q", "--no-deps", "--ignore-requires-python", "--no-binary", name, "--dest", target]
        subprocess.run([sys.executable, "-m", "pip", "download", *options, distribution])
        for archive in list(target.iterdir()):
            shutil.unpack_archive(archive, target)
            archive.unlink()
    return next(target.iterdir(), None)


def run(source, names, parts, folder):
    """Returns the tests that were run, each with the message of its failure or None."""
    path, options = [HERE], []
    if source:
        path.append(source)
        options = ["-p", f"names.{names}", "--noconftest"]
        tests = [source / "tests" / part for part in parts]
    else:
        tests = [f"{HERE / 'cpython.py'}::{part}" for part in parts]
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", "-c", os.devnull, "--rootdir", folder, "-p", "no:cacheprovider"]
    path += filter(None, [os.environ.get("PYTHONPATH")])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))}
    command += [*options, f"--junitxml={report}", *tests]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(f"pytest failed with {done.returncode}:\n{done.stdout}{done.stderr}")
    return list(outcomes(ElementTree.parse(report)))


def outcomes(report):
    for test in report.iter("testcase"):
        failures = [child.get("message", "") for child in test if child.tag in ("failure", "error")]
        if failures or test.find("skipped") is None:
            yield test.get("name"), failures[0] if failures else None


def judge(name, found):
    """Returns the reasons for the failures of a suite, each with its tests, and what is wrong with the outcomes."""
    reasons = {test: reason for reason, tests in REASONS[name].items() for test in tests}
    left, wrong = {}, []
    for test, message in found:
        if message is None and test in reasons:
            wrong.append(f"{name}: {test} passes, but there is a reason why it fails: {reasons[test]}")
        elif message is not None and test not in reasons:
            wrong.append(f"{name}: {test} fails for no reason: {message[:300]}")
        elif message is not None:
            left.setdefault(reasons[test], []).append(test)
    return left, wrong


def text(name, version, passed, left):
    print(f"{name} ({version}): {passed}")
    for reason, tests in left.items():
        print(f"    {reason}: {', '.join(tests)}")


def markdown(name, version, passed, left):
    reasons = "; ".join(f"{reason} ({len(tests)})" for reason, tests in left.items())
    print(f"| {name} | {version} | {passed} | {reasons} |")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--markdown", action="store_true", help="print the table of README.md")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help="parts of the names of suites; all, if none")
    arguments = parser.parse_args()
    show, wrong = text, []
    if arguments.markdown:
        show = markdown
        print("| suite | version | passed | left, by design |\n|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, distribution, names, parts in SUITES:
            if arguments.suites and not any(part in name for part in arguments.suites):
                continue
            if not distribution and not has_tests():
                print(f"{name}: skipped, since this Python comes without its tests")
                continue
            source = fetch(distribution, pathlib.Path(folder)) if distribution else None
            if distribution and not source:
                print(f"{name}: skipped, since pip cannot fetch {distribution}")
                continue
            found = run(source, names, parts, pathlib.Path(folder))
            left, faults = judge(name, found)
            passed = f"{sum(message is None for _, message in found)} of {len(found)}"
            show(name, distribution.partition("==")[2] if distribution else platform.python_version(), passed, left)
            wrong += faults
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
