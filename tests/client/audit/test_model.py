"""RB 4.3, 5.3: the independent model's books agree with an honest ledger, and with no other."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import cbor2
import pytest

from cfi.client.audit.model import MismatchError, Model
from cfi.client.audit.replay import Replayed
from tests.client.audit.histories import History, begin, replayed
from tests.node.chain import COMPANY

TRADING = b"rA" + f"{COMPANY}/1".encode() + b"\x00"
RETIREMENT = b"rA" + f"{COMPANY}/2".encode() + b"\x00"
MOVEMENTS = b"mA" + f"{COMPANY}/1".encode() + b"\x00"
SUMMARY, LOT, RETIRED = b"\x01", b"\x31", b"\x32"
SUPPLY, PAGE = b"p\xb0", b"p\xb1"
NAME = f"{COMPANY}/1"


@dataclass(frozen=True, slots=True)
class Shown:
    """A height as the model is shown it."""

    transactions: list[bytes]
    receipts: list[bytes]
    rows: list[tuple[bytes, bytes | None]]


def first_heights(history: History) -> list[Shown]:
    """The genesis and the first height."""
    first: Replayed = replayed(history[:1])[0]
    return [
        Shown([], [], begin().rows),
        Shown(list(first.transactions), first.receipts, list(first.rows)),
    ]


def judged(heights: list[Shown]) -> Model:
    model = Model()
    for each in heights:
        model.take(each.transactions, each.receipts, each.rows)
    return model


def edited(prefix: bytes, change: Callable[[list[Any]], object]) -> Callable[[Shown], Shown]:
    """Every row under a prefix changed."""
    place = 12 if prefix[:1] == b"r" else 0

    def edit(shown: Shown) -> Shown:
        rows: list[tuple[bytes, bytes | None]] = []
        hits = 0
        for key, row in shown.rows:
            if key.startswith(prefix) and row is not None:
                items = cbor2.loads(row[place:])
                change(items)
                rows.append((key, row[:place] + cbor2.dumps(items)))
                hits += 1
            else:
                rows.append((key, row))
        assert hits, "something is changed"
        return replace(shown, rows=rows)

    return edit


def without(prefix: bytes) -> Callable[[Shown], Shown]:
    """Without the rows under a prefix."""
    return lambda shown: replace(
        shown, rows=[row for row in shown.rows if not row[0].startswith(prefix)]
    )


def put(position: int, value: Any) -> Callable[[list[Any]], object]:
    return lambda items: items.__setitem__(position, value)


def add(position: int, amount: int) -> Callable[[list[Any]], object]:
    return lambda items: items.__setitem__(position, items[position] + amount)


def without_receipts(shown: Shown) -> Shown:
    return replace(shown, receipts=shown.receipts[:-1])


def receipts_swapped(shown: Shown) -> Shown:
    return replace(shown, receipts=shown.receipts[::-1])


def refused(shown: Shown) -> Shown:
    items = cbor2.loads(shown.receipts[0])
    items[5] = 301
    return replace(shown, receipts=[cbor2.dumps(items), *shown.receipts[1:]])


def done(shown: Shown) -> Shown:
    items = cbor2.loads(shown.receipts[3])
    items[5] = 0
    return replace(shown, receipts=[*shown.receipts[:3], cbor2.dumps(items), *shown.receipts[4:]])


class TestAnHonestLedger:
    def test_agrees(self, history: History) -> None:
        heights = replayed(history)
        model = judged(
            [Shown([], [], begin().rows)]
            + [Shown(list(each.transactions), each.receipts, each.rows) for each in heights]
        )
        assert model.totals() == [
            {"type": 1, "vintage": 2003, "issued": 10_000, "held": 9_400, "retired": 600, "cancelled": 0, "sold_outside": 0},
            {"type": 2, "vintage": 2004, "issued": 2_000, "held": 800, "retired": 1_200, "cancelled": 0, "sold_outside": 0},
        ]  # fmt: skip


MISMATCHES = [
    #  sentence                                   change                                       what differs
    ("an account says more than its entries",     edited(TRADING + SUMMARY, put(2, [[1, 2003, 1]])), f"totals of {NAME}"),
    ("a movement is not counted",                 edited(TRADING + SUMMARY, add(3, -1)),       f"number of movements of {NAME}"),
    ("the chain of movements is another",         edited(TRADING + SUMMARY, put(4, bytes(32))), f"chain of movements of {NAME}"),
    ("an account's first row isn't there",        without(b"rA"),                              f"number of movements of {NAME}"),
    ("movements aren't there",                    without(MOVEMENTS),                          "what act 0 moved"),
    ("a movement is of another height",           edited(MOVEMENTS, put(1, 7)),                f"height of a movement of {NAME}"),
    ("a movement has another act",                edited(MOVEMENTS, put(0, bytes(32))),        "what act 0 moved"),
    ("a movement has more tonnes",                edited(MOVEMENTS, add(6, 1)),                "what act 0 moved"),
    ("a movement goes the other way",             edited(MOVEMENTS, put(7, True)),             "what act 0 moved"),
    ("a lot has more tonnes",                     edited(TRADING + LOT, add(3, 1)),            "serials of XA-2003"),
    ("a lot has fewer tonnes",                    edited(TRADING + LOT, add(3, -1)),           f"lots of {NAME}"),
    ("a lot begins with another serial",          edited(RETIREMENT + RETIRED, add(2, 10**6)), "greatest serial of XA-2003"),
    ("a lot is of another vintage",               edited(TRADING + LOT, put(1, 1999)),         f"lots of {NAME}"),
    ("a retired lot isn't there",                 without(RETIREMENT + RETIRED),               f"lots of {COMPANY}/2"),
    ("more is said to be issued",                 edited(SUPPLY, add(2, 100)),                 "tonnes of XA-2003 in accounts"),
    ("more is said to be retired",                edited(SUPPLY, add(3, 100)),                 "tonnes of XA-2003 retired"),
    ("some is said to be cancelled",              edited(SUPPLY, add(4, 100)),                 "tonnes of XA-2003 in accounts"),
    ("a page isn't there",                        without(PAGE),                               "tonnes of XA-2003 retired on pages"),
    ("a page shows another end",                  edited(PAGE, lambda row: row[3][0].__setitem__(2, 2)), "serials of XA-2003"),
    ("a receipt is missing",                      without_receipts,                            "number of receipts"),
    ("receipts stand in another order",           receipts_swapped,                            "act of receipt 0"),
    ("an act that moved something is refused",    refused,                                     "what act 0 moved"),
    ("an act that moved nothing is done",         done,                                        "what act 3 moved"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "change", "what"), MISMATCHES, ids=[row[0] for row in MISMATCHES]
)
def test_a_ledger_that_says_otherwise_is_noticed(
    history: History, sentence: str, change: Callable[[Shown], Shown], what: str
) -> None:
    genesis, first = first_heights(history)
    with pytest.raises(MismatchError) as raised:
        judged([genesis, change(first)])
    assert raised.value.what == what
    assert raised.value.expected != raised.value.found


def test_an_account_without_a_first_row_is_noticed(history: History) -> None:
    genesis, _ = first_heights(history)
    with pytest.raises(MismatchError, match="first row of"):
        judged([without(b"rA")(genesis)])


def test_the_model_shares_no_code_with_the_ledger() -> None:
    told = "import sys, cfi.client.audit.model_process; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    ours = [name for name in run.stdout.split() if name.startswith("cfi")]
    assert "cfi.client.audit.model" in ours
    assert not [name for name in ours if not name.startswith("cfi.client") and name != "cfi"]
    assert "cbor2" not in run.stdout.split()
