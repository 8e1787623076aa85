"""Contracts give the same bytes everywhere: no I/O, clock, chance, float, set order or shared state."""

import pytest

from tests.architecture.purity import faults
from tests.architecture.tree import modules, text

PLANTED = [
    # sentence                          source
    ("a clock", "import time"),
    ("a calendar", "from datetime import date"),
    ("chance", "import random"),
    ("secrets", "from secrets import token_bytes"),
    ("the machine", "import os"),
    ("files", "from pathlib import Path"),
    ("sockets", "import socket"),
    ("tasks", "import asyncio"),
    ("threads", "import threading"),
    ("mathematics in floating point", "import math"),
    ("regular expressions, whose classes are Unicode's", "import re"),
    ("Unicode's tables", "import unicodedata"),
    ("decimals", "from decimal import Decimal"),
    ("logging", "import logging"),
    ("another package of ours", "from cfi.node import main"),
    ("a bare package", "import contracts"),
    ("a relative import", "from . import codec"),
    ("a name that only begins like an allowed one", "import typing_other"),
    ("division", "a = 6 / 2"),
    ("division in place", "def f(a: int) -> None:\n    a /= 2"),
    ("a negative power", "a = 2 ** -1"),
    ("a float", "HALF = 0.5"),
    ("a complex number", "a = 1j"),
    ("float", "def f(a: str) -> object:\n    return float(a)"),
    ("float as a function", "a = map(float, b)"),
    ("round", "a = round(b)"),
    ("hash", "a = hash(b)"),
    ("id", "a = sorted(b, key=id)"),
    ("open", "open('a')"),
    ("print", "print('a')"),
    ("eval", "eval('a')"),
    ("int of text", "a = int(b)"),
    ("Fraction of text", "a = Fraction('2 / 3')"),
    ("Fraction of formatted text", "a = Fraction(f'{b}')"),
    ("Fraction of decoded text", "a = Fraction(b.decode())"),
    ("lower", "a = b.lower()"),
    ("isdigit", "a = b.isdigit()"),
    ("splitlines", "a = b.splitlines()"),
    ("split at what Unicode calls blank", "a = b.split()"),
    ("strip what Unicode calls blank", "a = b.strip()"),
    ("a list of the module", "SEEN = []"),
    ("a mapping of the module", "SEEN: dict[str, int] = {}"),
    ("a made mapping of the module", "SEEN = dict(a=1)"),
    ("a default mapping of the module", "SEEN = collections.defaultdict(int)"),
    ("a list of a class", "class A:\n    seen = []"),
    ("a global variable", "def f() -> None:\n    global a\n    a = 1"),
    ("a cache", "@functools.lru_cache(maxsize=None)\ndef f() -> None: ..."),
    ("a plain cache", "from functools import cache\n@cache\ndef f() -> None: ..."),
    ("asynchronous code", "async def f() -> None: ..."),
    ("a dataclass that changes", "@dataclass(slots=True, kw_only=True)\nclass A:\n    a: int"),
    ("a dataclass without slots", "@dataclass(frozen=True)\nclass A:\n    a: int"),
    ("a bare dataclass", "@dataclass\nclass A:\n    a: int"),
    ("a loop over a set", "for a in {1, 2}: ..."),
    ("a loop over a made set", "for a in set(b): ..."),
    ("a list of a set", "a = list(frozenset(b))"),
    ("a list over a set", "a = [b for b in {1, 2}]"),
    ("a mapping over a set", "a = {b: 1 for b in set(c)}"),
    ("a set joined", "a = ','.join({'a', 'b'})"),
    ("a set unpacked", "a = [*{1, 2}]"),
    ("a set taken apart", "a, b = {1, 2}"),
    ("a set by name", "def f() -> None:\n    a = {1}\n    for b in a: ..."),
    ("a set by annotation", "def f(a: frozenset[int]) -> None:\n    for b in a: ..."),
    ("a set of a set's name", "def f(a: set[int]) -> object:\n    return tuple(a | c)"),
    ("a set of a class", "class A:\n    a: frozenset[int]\n    def f(self) -> object:\n        return list(self.a)"),
    ("a set that a function returns", "def f() -> set[int]: ...\nfor a in f(): ..."),
    ("any element of a set", "def f(a: set[int]) -> int:\n    return a.pop()"),
    ("a constant set", "A: Final[frozenset[int]] = B\nfor a in A: ..."),
    ("a set's union", "for a in {1}.union(b): ..."),
    ("keys less keys", "for a in b.keys() - c.keys(): ..."),
    ("keys in both", "a = list(b.keys() & c)"),
    ("a set written out", "def f(a: set[int]) -> object:\n    return f'{a}'"),
    ("a set as text", "def f(a: set[int]) -> object:\n    return str(a)"),
    ("the first of the greatest", "def f(a: set[int]) -> object:\n    return max(a, key=len)"),
    ("chance of a library", "from nacl.utils import random"),
    ("a key made by chance", "from nacl.bindings import crypto_sign_keypair"),
    ("a whole library with chance in it", "import nacl.bindings"),
    ("division by name", "from operator import truediv"),
    ("division as a method", "a = b.__truediv__(2)"),
    ("a float as a method", "a = b.__float__()"),
    ("a hash as a method", "a = b.__hash__()"),
    ("packed floats", "import struct"),
    ("a power by name", "a = pow(2, -1)"),
    ("a power that is worked out", "def f(a: int) -> object:\n    return 2 ** (0 - a)"),
    ("int as a function", "a = list(map(int, b))"),
    ("Fraction as a function", "a = list(map(Fraction, b))"),
    ("Fraction of an argument", "def f(a: str) -> object:\n    return Fraction(a)"),
    ("lower as a function", "a = list(map(str.lower, b))"),
    ("repr", "a = repr(b)"),
    ("a list of the module, times three", "SEEN = [0] * 3"),
    ("a list of the module, in order", "SEEN = sorted(())"),
    ("a cache around a function", "f = lru_cache(g)"),
    ("a function's attribute", "def f(a: int) -> None:\n    f.seen = a"),
    ("a default that remembers", "def f(a: int, seen: dict[int, int] = {}) -> None: ..."),
]

LAWFUL = [
    ("exact numbers", "from fractions import Fraction\na = Fraction(1, 3) + 7 // 2"),
    ("membership of a set", "A = frozenset((1, 2))\na = 1 in A"),
    ("a set in order", "for a in sorted({2, 1}): ..."),
    ("a set without an order to see", "a = sum(b for b in {1, 2})"),
    ("a set of a set", "def f() -> set[int]:\n    return {b for b in {1, 2}}"),
    ("a mapping that can't change", "A = MappingProxyType({1: 2})"),
    ("a tuple", "A = (1, 2)"),
    ("our own modules", "from cfi.contracts.wire import codec\nimport cfi.contracts.wire.limits"),
    ("a list in a function", "def f() -> None:\n    a = []"),
    ("a value", "@dataclass(frozen=True, slots=True, kw_only=True)\nclass A:\n    a: int"),
    ("bytes to a number", "a = int.from_bytes(b, 'big')"),
    ("splitting at a given mark", "a = b.split(',')"),
    ("the exported names", "__all__ = ['a']"),
    ("a power with a modulus", "a = pow(2, -1, 7)"),
    ("a test of a type", "a = isinstance(b, int)"),
    ("the greatest of a set", "def f(a: set[int]) -> object:\n    return max(a)"),
    ("keys in their order", "def f(b: dict[int, int]) -> object:\n    return list(b.keys())"),
]


@pytest.mark.parametrize(("sentence", "source"), PLANTED, ids=lambda value: value[:40])
def test_what_is_banned_is_found(sentence: str, source: str) -> None:
    assert faults(source, "contracts/rules/planted.py"), sentence


@pytest.mark.parametrize(("sentence", "source"), LAWFUL, ids=lambda value: value[:40])
def test_what_is_lawful_passes(sentence: str, source: str) -> None:
    assert faults(source, "contracts/rules/lawful.py") == [], sentence


def test_a_message_is_keyword_only() -> None:
    source = "@dataclass(frozen=True, slots=True)\nclass A:\n    a: int"
    assert faults(source, "contracts/wire/messages/custody/planted.py")
    assert not faults(source, "contracts/state/lawful.py")


def test_numbers_are_read_in_one_module() -> None:
    for source in ("a = int('7')", "a = 10 ** len(b)"):
        assert not faults(source, "contracts/wire/quantities.py")


def test_contracts_are_pure() -> None:
    found = {str(path): faults(text(path), str(path)) for path, _ in modules("contracts")}
    assert len(found) > 5
    assert {path: what for path, what in found.items() if what} == {}
