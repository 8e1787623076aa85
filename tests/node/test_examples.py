"""Examples in the help and in the guides can be pasted: each is a command line that `cfi` takes."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from cfi.node.main import main
from cfi.node.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
STANDS_FOR = {
    "ACT_ID": "00" * 32,
    "HEX": "00" * 32,
    "ROOT": "00" * 32,
    "ID": "00" * 32,
    "URL": "http://127.0.0.1:8470",
    "N": "1",
}
"""What an example has in place of a value that only the reader knows."""


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that has none below it, with the words that lead to it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, (*path, name))


LEAVES = dict(leaves(main))


def examples(text: str) -> list[str]:
    """The command lines that a help text gives: one after `Example:`, or some after `Examples:`."""
    found = re.findall(r"Example: (cfi .*?)(?:\n\s*\n|$)", text, re.DOTALL)
    listed = re.search(r"Examples:\n(.*)", text, re.DOTALL)
    return found + ([line.strip() for line in listed[1].splitlines() if line.strip()] if listed else [])


def in_page(text: str) -> Iterator[str]:
    """The command lines in a page's code blocks, without their comments."""
    for block in re.findall(r"^```[^\n]*\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        for line in block.replace("\\\n", " ").splitlines():
            if line.startswith("cfi "):
                plain = re.sub(r"\s{2,}[a-z].*$|\s#.*$|\s<<.*$|\s>\s.*$", "", line)
                if "(" not in plain:  # a choice of forms, to read
                    yield plain


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Says how `cfi` ends for a command line, of which nothing is done and no file is looked at."""
    for command in LEAVES.values():
        monkeypatch.setattr(command, "callback", lambda **_: None)
    monkeypatch.setattr(click.Path, "convert", lambda _, value, *__: Path(value))
    monkeypatch.delenv("CFI_GATEWAY", raising=False)

    def ends(line: str) -> str:
        for part in line.split(" | "):
            words = [STANDS_FOR.get(each, each) for each in shlex.split(re.sub(r"[\[\]]|\.\.\.$", "", part))]
            told = CliRunner().invoke(main, words[1:], env={"COLUMNS": "200"})
            if told.exit_code:
                return f"{line}: {told.output}"
        return ""

    return ends


@pytest.mark.parametrize("path", LEAVES, ids=" ".join)
def test_each_command_gives_an_example_that_it_takes(path: tuple[str, ...], taken: Any) -> None:
    given = examples(LEAVES[path].help or "")
    assert given, "no example"
    assert [fault for line in given if (fault := taken(line))] == []


@pytest.mark.parametrize("group", [main, LEAVES and main.get_command(click.Context(main), "testnet")], ids=["cfi", "testnet"])
def test_the_lines_below_a_groups_help_are_taken(group: click.Group, taken: Any) -> None:
    lines = [re.split(r"\s{2,}", line)[0] for line in (group.epilog or "").splitlines() if line.startswith("cfi ")]
    assert lines
    assert [fault for line in lines if (fault := taken(line))] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_lines_of_a_page_are_taken(page: Path, taken: Any) -> None:
    assert [fault for line in in_page(page.read_text()) if (fault := taken(line))] == []


def test_a_gateway_on_this_machine_has_the_port_that_it_has_by_default() -> None:
    usual = Settings().listen
    texts = [command.help or "" for command in LEAVES.values()]
    texts += [page.read_text() for page in [*PAGES, ROOT / "docs/protocol/openapi.yaml"]]
    found = {each for text in texts for each in re.findall(r"127\.0\.0\.1:8\d+", text)}
    assert found == {usual}


def test_the_pages_have_lines() -> None:
    assert sum(1 for page in PAGES for _ in in_page(page.read_text())) > 20
