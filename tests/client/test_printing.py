"""Tables for people say all of what they are given."""

import pytest
from rich.table import Table

from cfi.client.printing import printer


@pytest.mark.parametrize("text", ["[fe80::1]:8470", "sim-[/b]", "[bold]", ":smile:", "ab" * 32])
def test_a_text_is_shown_as_it_is(capsys: pytest.CaptureFixture[str], text: str) -> None:
    table = Table("", "")
    table.add_row("what it says", text)
    printer().print(table)
    assert text in capsys.readouterr().out
