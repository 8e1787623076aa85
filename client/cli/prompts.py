"""What a command asks of whoever sits at the terminal, and what it says where nobody does."""

import sys

import click

from cfi.client.cli.ending import BAD_INPUT, leave


def require_agreed(question: str) -> None:
    """Ask before anything is sent; ends the command unless somebody agrees."""
    try:
        agreed = click.confirm(question, err=True)
    except click.Abort:
        _leave_where_nobody_is("to agree: give --yes")
        raise
    if not agreed:
        raise click.Abort


def asked_passphrase(confirm: bool, option: str) -> str:
    """What somebody types; `option` names a file that may hold it instead."""
    try:
        text: str = click.prompt(
            "Passphrase", hide_input=True, confirmation_prompt=confirm, err=True
        )
    except click.Abort:
        _leave_where_nobody_is(f"to type the passphrase: give {option}")
        raise
    return text


def _leave_where_nobody_is(what: str) -> None:
    """Say why a question has no answer, unless somebody at a terminal broke off."""
    if not sys.stdin.isatty():
        click.echo(err=True)
        leave(f"nobody is here {what}", BAD_INPUT)
