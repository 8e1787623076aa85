"""The validators' guide names commands, options and settings that there are."""

import re
import shlex
from dataclasses import fields
from pathlib import Path
from typing import Final

import click
import pytest

from cfi.node.main import main
from cfi.node.settings import Settings, read_settings
from tests.architecture.tree import ROOT, text

GUIDE: Final = text(Path("docs/guides/validators.md"))
SETTINGS: Final = {field.name for field in fields(Settings)}
SHELL: Final = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
COMMANDS: Final = [line for line in SHELL if line.startswith("cfi ")]


def parse(line: str) -> None:
    """Raise click.UsageError unless a command takes these words."""
    words = shlex.split(line)[1:]
    command: click.Command | None = main
    while isinstance(command, click.Group):
        _, command, words = command.resolve_command(click.Context(command), words)
    assert command is not None
    command.make_parser(click.Context(command)).parse_args(words)


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_is_taken(line: str) -> None:
    parse(line)


def test_a_wrong_one_would_be_found() -> None:
    assert len(COMMANDS) >= 5
    with pytest.raises(click.UsageError, match="No such command"):
        parse("cfi engine export --home a")
    with pytest.raises(click.UsageError, match="No such option"):
        parse("cfi engine import --house a")


def test_the_unit_starts_the_node() -> None:
    (started,) = re.findall(r"^ExecStart=\S+/(cfi .*)$", GUIDE, re.MULTILINE)
    parse(started)


def test_the_ports_are_those_of_settings() -> None:
    rows = re.findall(r"^\| [^|]+ \| `(\w+)`(?:, empty)? \|", GUIDE, re.MULTILINE)
    assert len(rows) == 5
    for name in rows:
        assert name in SETTINGS
    for port, name in re.findall(r"^\| (\d+)/tcp \| `(\w+)` \|", GUIDE, re.MULTILINE):
        assert str(getattr(Settings(), name)).endswith(f":{port}")


def test_the_settings_shown_are_taken() -> None:
    shown = re.findall(r'^(\w+ = ".*")$', GUIDE, re.MULTILINE)
    assert len(shown) == 3
    read_settings("\n".join(shown))


def test_what_is_made_is_in_the_makefile() -> None:
    made = {word for line in SHELL if line.startswith("make ") for word in line.split()[1:]}
    targets = (ROOT / "Makefile").read_text()
    assert made
    assert all(re.search(rf"^{target}:", targets, re.MULTILINE) for target in made)
