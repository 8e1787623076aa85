"""Tables for people: what they say is shown as it is, and whole."""

from typing import Final

from rich.console import Console

_WIDTH: Final = 200
"""Characters of a line where no terminal sets a bound: a hash in a table stays in one line."""


def printer() -> Console:
    """Prints to standard output and takes nothing of a text for markup: names and messages are
    others' words.
    """
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDTH
    return console
