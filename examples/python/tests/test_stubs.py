"""The stubs name what the module has, with its parameters, and tell type checkers what is right and what is not."""

import importlib.util
import pathlib
import subprocess
import sys

import pytest

USES = str(pathlib.Path(__file__).with_name("typed_uses.py"))


def run(folder, *arguments):
    """Runs a module of Python in a folder in which no stubs are but those of the installed package."""
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stubs_are_those_of_the_module(tmp_path):
    # The extension module stands in a package of the same name, which hands on all it has.
    allowed = tmp_path / "allowed"
    allowed.write_text("pypersistent.pypersistent\n")
    run(tmp_path, "mypy.stubtest", "pypersistent", "--allowlist", str(allowed))


def test_mypy_takes_right_uses_and_refuses_wrong_ones(tmp_path):
    run(tmp_path, "mypy", "--strict", USES)


def test_pyright_takes_right_uses_and_refuses_wrong_ones(tmp_path):
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("no pyright here")
    run(tmp_path, "pyright", "--pythonpath", sys.executable, USES)
