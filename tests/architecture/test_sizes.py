"""A function has at most 40 lines of code, a file 400."""

import pytest

from tests.architecture.sizes import size_faults
from tests.architecture.tree import files, text

SUFFIXES = (".py", ".go", ".ts", ".tsx", ".js")


def python(lines: int) -> str:
    return "def f() -> None:\n" + "    a = 1\n" * (lines - 1)


def go(lines: int) -> str:
    return "func f() {\n" + "\ta()\n" * (lines - 2) + "}\n"


def arrow(lines: int) -> str:
    return "const f = () => {\n" + "  a();\n" * (lines - 2) + "};\n"


@pytest.mark.parametrize(
    ("sentence", "source", "suffix", "faulty"),
    [
        ("a file of 400 lines", "a = 1\n" * 400, ".py", False),
        ("a file of 401 lines", "a = 1\n" * 401, ".py", True),
        ("a function of 40 lines", python(40), ".py", False),
        ("a function of 41 lines", python(41), ".py", True),
        ("a docstring is no code", python(40).replace("\n", '\n    """A.\n    B."""\n', 1), ".py", False),
        ("a comment is no code", python(40) + "    # why\n\n    # so\n", ".py", False),
        ("a method", "class A:\n    def f(self) -> None:\n" + "        a = 1\n" * 40, ".py", True),
        ("a call over 41 lines", "def f() -> None:\n    a(\n" + "        1,\n" * 40 + "    )", ".py", True),
        ("a Go function of 40 lines", go(40), ".go", False),
        ("a Go function of 41 lines", go(41), ".go", True),
        ("an arrow of 41 lines", arrow(41), ".ts", True),
        ("two short Go functions", go(30) + go(30), ".go", False),
    ],
)
def test_what_is_too_long_is_found(sentence: str, source: str, suffix: str, faulty: bool) -> None:
    assert bool(size_faults(source, suffix)) is faulty, sentence


def test_nothing_is_too_long() -> None:
    found = {str(path): size_faults(text(path), path.suffix) for path in files(*SUFFIXES)}
    assert len(found) > 50
    assert {path: what for path, what in found.items() if what} == {}
