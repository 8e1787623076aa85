"""What a fault test finds when tonnes are lost, come from nowhere, or are retired unasked."""

from pathlib import Path
from typing import Any, Final

import pytest

from cfi.contracts.wire.quantities import Count, Height, SmallCode
from cfi.contracts.wire.receipts import DONE, Receipt, encode_receipt
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.schema import Hash
from tests.faults.network.market import MOVED, Market
from tests.faults.network.relays import Relays
from tests.faults.network.running import Net
from tests.faults.running import History, TonnesByKind

BEGAN, ENDED = 5, 9
ISSUED: Final = 1_000
RETIRING: Final = Hash(b"r" * 32)


def tonnes(held: int, retired: int, issued: int = ISSUED) -> TonnesByKind:
    return [
        {
            "type": 1,
            "vintage": 2003,
            "issued": issued,
            "held": held,
            "retired": retired,
            "cancelled": 0,
            "sold_outside": 0,
        }
    ]


def place(code: int) -> list[Any]:
    """Where an act stands, and its receipt."""
    receipt = Receipt(
        act_id=RETIRING,
        height=Height(ENDED),
        index=Count(0),
        message_number=SmallCode(302),
        code=SmallCode(code),
        section="",
        facts=(),
    )
    return [ENDED, 0, encode_receipt(receipt)]


def conserves(after: TonnesByKind, code: int = DONE) -> None:
    """The check, of a network in which one act retired."""
    net = Net([], Relays(), Market(Path(), BEGAN, ()), retiring=[RETIRING])
    net._conserves(
        History(
            places={RETIRING: [place(code)]},
            tonnes={BEGAN: tonnes(ISSUED, 0), ENDED: after},
        )
    )


def test_what_was_retired_is_counted() -> None:
    conserves(tonnes(ISSUED - MOVED, MOVED))


FOUND: Final = {
    "tonnes are lost": tonnes(ISSUED - MOVED - 100, MOVED),
    "tonnes come from nowhere": tonnes(ISSUED - MOVED + 100, MOVED),
    "more are issued": tonnes(ISSUED - MOVED + 100, MOVED, ISSUED + 100),
    "more are retired than acts say": tonnes(ISSUED - MOVED - 100, MOVED + 100),
    "an act that retires does nothing": tonnes(ISSUED, 0),
}


@pytest.mark.parametrize("after", FOUND.values(), ids=FOUND)
def test_what_is_not_conserved_is_found(after: TonnesByKind) -> None:
    with pytest.raises(AssertionError):
        conserves(after)


def test_a_refused_act_retires_nothing() -> None:
    with pytest.raises(AssertionError):
        conserves(tonnes(ISSUED - MOVED, MOVED), Refusal.NOT_AUTHORISED)
