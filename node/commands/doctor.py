"""`cfi doctor`: whether all that stands on the disk is whole."""

import os
import sys
from pathlib import Path

import click

from cfi.client.cli.options import json_option
from cfi.node.command_line import EXIT_NOT_VERIFIED, home_option, show, told
from cfi.node.doctor import examine
from cfi.node.home import Home


@click.command()
@home_option
@json_option
@told
def doctor(root: Path, as_json: bool) -> None:
    """Read everything on the disk with its checksums while the node is stopped.

    Example: cfi doctor --home ./node
    """
    home = Home(root)
    home.require()
    lock = home.lock()
    try:
        findings = examine(home)
    finally:
        os.close(lock)
    show({finding.what: finding.sentence for finding in findings}, as_json)
    sys.exit(0 if all(finding.sound for finding in findings) else EXIT_NOT_VERIFIED)
