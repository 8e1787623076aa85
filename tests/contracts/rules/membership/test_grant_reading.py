"""An auditor reads everything under a recorded grant."""

from dataclasses import replace

import pytest

from cfi.contracts.wire.messages.membership.grant_reading import GrantReading
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import EXCHANGE, NOW, Ledger
from tests.contracts.refusals import Answer, Change, case, refuses
from tests.contracts.rules.membership.applications import DOCUMENT

AUDITOR = HolderId("auditor-1")
LAWFUL = GrantReading(auditor=AUDITOR, from_at=NOW, to_at=Instant(NOW + 1_000), grounds=DOCUMENT)


@pytest.fixture
def ledger(ledger: Ledger) -> Ledger:
    """An auditor is registered."""
    ledger.given_holder(AUDITOR, HolderClass.AUDITOR, accounts=False)
    return ledger


def test_the_grant_is_kept_with_the_auditor(ledger: Ledger) -> None:
    assert ledger.when_both(LAWFUL).done
    grant = ledger.state.grants.get(AUDITOR)
    assert grant is not None
    assert (grant.from_at, grant.to_at) == (NOW, NOW + 1_000)


REFUSALS = [
    case(
        "an auditor is registered as one",
        {"auditor": HolderId("company-a")},
        "NOT_AN_AUDITOR",
        "ours",
        auditor="company-a",
    ),
    case(
        "an auditor is there",
        {"auditor": HolderId("nobody")},
        "UNKNOWN_HOLDER",
        "RB 2.2",
        holder_id="nobody",
    ),
    case(
        "a period ends after it begins",
        {"from_at": Instant(NOW + 1_000)},
        "NO_SUCH_PERIOD",
        "ours",
        from_at=NOW + 1_000,
        to_at=NOW + 1_000,
    ),
    case(
        "a period isn't past",
        {"from_at": Instant(NOW - 1), "to_at": NOW},
        "NO_SUCH_PERIOD",
        "ours",
        from_at=NOW - 1,
        to_at=NOW,
    ),
]


@pytest.mark.parametrize(("change", "answer"), REFUSALS)
def test_refusal(ledger: Ledger, change: Change, answer: Answer) -> None:
    refuses(ledger, replace(LAWFUL, **change), answer, by=EXCHANGE)
