"""The stubs name what the module has, with its parameters, and tell a type checker what is right and what is not."""

import pathlib
import subprocess
import sys


def run(*arguments):
    done = subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_stubs_are_those_of_the_module(tmp_path):
    # The extension module stands in a package of the same name, which hands on all it has.
    allowed = tmp_path / "allowed"
    allowed.write_text("pypersistent.pypersistent\n")
    run("mypy.stubtest", "pypersistent", "--allowlist", str(allowed))


def test_a_type_checker_takes_right_uses_and_refuses_wrong_ones(tmp_path):
    uses = pathlib.Path(__file__).with_name("typed_uses.py")
    run("mypy", "--strict", "--cache-dir", str(tmp_path), str(uses))
