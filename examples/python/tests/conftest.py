import gc

import pytest


class Key:
    """A key of a chosen hash that counts the calls of its methods, and fails at a chosen one."""

    calls = 0
    fail_at = None
    eq_calls = 0
    hash_calls = 0

    def __init__(self, name, hash_value=0):
        self.name, self.hash_value = name, hash_value

    @classmethod
    def reset(cls, fail_at=None):
        cls.calls, cls.eq_calls, cls.hash_calls, cls.fail_at = 0, 0, 0, fail_at

    @classmethod
    def called(cls):
        cls.calls += 1
        if cls.calls == cls.fail_at:
            raise Failure(cls.calls)

    def __eq__(self, other):
        Key.eq_calls += 1
        Key.called()
        return isinstance(other, Key) and self.name == other.name

    def __hash__(self):
        Key.hash_calls += 1
        Key.called()
        return self.hash_value

    def __repr__(self):
        Key.called()
        return f"Key({self.name!r})"


class Failure(Exception):
    pass


@pytest.fixture(autouse=True)
def clean():
    Key.reset()
    yield
    Key.reset()
    gc.collect()
