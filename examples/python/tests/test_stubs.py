"""The stubs name what the module has, with its parameters, and tell type checkers what is right and what is not."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

USES = str(pathlib.Path(__file__).with_name("typed_uses.py"))


def run(*arguments):
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stubs_are_those_of_the_module(tmp_path):
    # The extension module stands in a package of the same name, which hands on all it has. Only by an `__init__` can a
    # stub tell that a call of a subclass makes an object of the subclass.
    allowed = tmp_path / "allowed"
    allowed.write_text("pypersistent.pypersistent\npypersistent.PersistentMap.__init__\n")
    run("mypy.stubtest", "pypersistent", "--allowlist", str(allowed))


def test_mypy_takes_right_uses_and_refuses_wrong_ones(tmp_path):
    run("mypy", "--strict", "--cache-dir", str(tmp_path), USES)


def test_pyright_takes_right_uses_and_refuses_wrong_ones():
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("no pyright here")
    run("pyright", "--pythonpath", sys.executable, USES)
