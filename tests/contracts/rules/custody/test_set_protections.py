"""What tightens holds at once; what loosens holds after the present delay or the programme's,
whichever is longer.
"""

import pytest

from cfi.contracts.state.protection import protection_of
from cfi.contracts.wire.limits import MAX_TRANSFER_DELAY_SECONDS
from cfi.contracts.wire.messages.custody.set_protections import SetProtections
from cfi.contracts.wire.quantities import Seconds
from cfi.contracts.wire.text import HolderId
from tests.contracts.ledger import NOW, Ledger
from tests.contracts.room import fill
from tests.contracts.rules.custody.market import DAY, given_protection

A = HolderId("company-a")


def setting(days: int, *, second: bool = False) -> SetProtections:
    return SetProtections(delay=Seconds(days * DAY), second_approver=second)


def in_force(ledger: Ledger) -> tuple[int, bool]:
    """Days of delay and whether a second person is asked for."""
    protection = protection_of(ledger.state, A, ledger.now)
    return protection.delay // DAY, protection.second_approver


CHANGES = [
    # sentence, before, wanted, at once, after the present delay of two days
    ("a longer delay holds at once", (2, False), (5, False), (5, False), (5, False)),
    ("a second person is asked for at once", (2, False), (2, True), (2, True), (2, True)),
    ("a shorter delay holds after the present one", (2, False), (1, False), (2, False), (1, False)),
    ("the second person is let go after the delay", (2, True), (2, False), (2, True), (2, False)),
    (
        "of a mixed change the stricter holds at once",
        (2, True),
        (5, False),
        (5, True),
        (5, False),
    ),
    ("the same again changes nothing", (2, True), (2, True), (2, True), (2, True)),
]


@pytest.mark.parametrize(("sentence", "before", "wanted", "at_once", "later"), CHANGES)
def test_when_a_change_holds(
    ledger: Ledger,
    sentence: str,
    before: tuple[int, bool],
    wanted: tuple[int, bool],
    at_once: tuple[int, bool],
    later: tuple[int, bool],
) -> None:
    ledger.parameter("loosening_delay_seconds", DAY)
    given_protection(ledger, A, delay=before[0] * DAY, second_approver=before[1])
    ledger.when(setting(wanted[0], second=wanted[1]))
    assert in_force(ledger) == at_once, sentence
    ledger.pass_time(2 * DAY - 1)
    assert in_force(ledger) == at_once, sentence
    ledger.pass_time(1)
    assert in_force(ledger) == later, sentence


def test_without_protections_the_first_holds_at_once(ledger: Ledger) -> None:
    assert in_force(ledger) == (0, False)
    ledger.when(setting(3, second=True))
    ledger.done(effective_from=NOW)
    assert in_force(ledger) == (3, True)


def test_the_receipt_says_from_when_a_loosening_holds(ledger: Ledger) -> None:
    given_protection(ledger, A, delay=9 * DAY)
    ledger.when(setting(0))
    ledger.done(effective_from=NOW + 9 * DAY)


LOOSENINGS = [
    # sentence, before, wanted
    ("a second person without a delay isn't let go at once", (0, True), (0, False)),
    ("a short delay doesn't end sooner than the programme's", (1, False), (0, False)),
    ("a longer delay doesn't let the second person go sooner", (0, True), (5, False)),
]


@pytest.mark.parametrize(("sentence", "before", "wanted"), LOOSENINGS)
def test_what_loosens_waits_at_least_the_programmes_delay(
    ledger: Ledger, sentence: str, before: tuple[int, bool], wanted: tuple[int, bool]
) -> None:
    given_protection(ledger, A, delay=before[0] * DAY, second_approver=before[1])
    ledger.when(setting(wanted[0], second=wanted[1]))
    ledger.done(effective_from=NOW + 7 * DAY)
    stricter = (max(before[0], wanted[0]), before[1] or wanted[1])
    ledger.pass_time(7 * DAY - 1)
    assert in_force(ledger) == stricter, sentence
    ledger.pass_time(1)
    assert in_force(ledger) == wanted, sentence


def test_what_tightens_needs_no_delay_of_the_programmes(ledger: Ledger) -> None:
    given_protection(ledger, A, delay=DAY)
    ledger.when(setting(2, second=True))
    ledger.done(effective_from=NOW)


def test_a_second_loosening_begins_the_delay_anew(ledger: Ledger) -> None:
    ledger.parameter("loosening_delay_seconds", DAY)
    given_protection(ledger, A, delay=2 * DAY)
    ledger.when(setting(1))
    ledger.pass_time(DAY)
    ledger.when(setting(0))
    ledger.pass_time(DAY)
    assert in_force(ledger) == (2, False)
    ledger.pass_time(DAY)
    assert in_force(ledger) == (0, False)


def test_the_delay_has_a_bound(ledger: Ledger) -> None:
    before = ledger.tables()
    ledger.when(setting(31))
    ledger.refused("DELAY_TOO_LONG", "ours", {"delay": 31 * DAY})
    assert ledger.tables() == before
    ledger.when(SetProtections(delay=Seconds(MAX_TRANSFER_DELAY_SECONDS), second_approver=False))
    ledger.done()


def test_a_full_holder_may_still_protect_itself(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, A, monkeypatch, for_safety=1)
    ledger.when(setting(1))
    ledger.done()


def test_records_have_a_bound(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(ledger, A, monkeypatch, for_safety=0)
    ledger.when(setting(1))
    ledger.refused("TOO_MANY_RECORDS", "ours", {"holder_id": "company-a"})
