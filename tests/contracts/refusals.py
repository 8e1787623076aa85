"""Tables of refusals: a refused act answers with code, section and facts; no trace is left."""

from typing import Any

import pytest

from cfi.contracts.wire.refusal import Fact
from tests.contracts.ledger import Ledger

Change = dict[str, Any]
Answer = tuple[str, str, dict[str, Any]]


def case(sentence: str, change: Change, code: str, section: str, **facts: Fact) -> Any:
    """A line of a table: what is changed of a lawful act, and how the rule answers."""
    return pytest.param(change, (code, section, facts), id=sentence)


def refuses(
    ledger: Ledger,
    message: Any,
    answer: Answer,
    *,
    by: str = "company-a",
    user: str | None = None,
) -> None:
    """Decide a message that has to be refused."""
    before = ledger.tables()
    ledger.when(message, by, user)
    code, section, facts = answer
    ledger.refused(code, section, facts)
    assert ledger.tables() == before
