"""A command imports what it needs, and none of what the others need."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from cfi.client.cli.main import client
from cfi.node.main import main

RULES = "cfi.contracts.transition.dispatch"
ASKED = f"""
import sys
from click.testing import CliRunner
from cfi.node.main import main
assert "Usage" in CliRunner().invoke(main, [sys.argv[1], "--help"]).output
print({RULES!r} in sys.modules)
"""


def imports_the_rules(command: str) -> bool:
    told = subprocess.check_output([sys.executable, "-c", ASKED, command], text=True)
    return told.strip() == "True"


@pytest.mark.parametrize("group", [main, client])
def test_every_command_is_found_under_its_name(group: click.Group) -> None:
    names = group.list_commands(click.Context(group))
    assert names
    told = CliRunner().invoke(group, ["--help"]).stdout
    for name in names:
        found = group.get_command(click.Context(group), name)
        assert found is not None
        assert found.name == name
        assert f"\n  {name} " in told


def test_what_is_no_command_is_said() -> None:
    told = CliRunner().invoke(main, ["statsu"])
    assert told.exit_code == 2
    assert "No such command 'statsu'" in told.stderr


@pytest.mark.parametrize("command", ["status", "config", "key"])
def test_what_needs_no_rules_does_not_import_them(command: str) -> None:
    assert not imports_the_rules(command)


def test_what_needs_them_does() -> None:
    assert imports_the_rules("audit")
