"""What another process tells of a transaction is what reading it here would."""

from typing import NoReturn

import cbor2
import pytest

from cfi.contracts.transition import examined as examined_module
from cfi.contracts.transition.act import Inadmissible, InadmissibleError, read_verified_act
from cfi.contracts.transition.examined import (
    NoAnswerError,
    act_from,
    answer_to,
    examine,
    read_answer,
)
from tests.node.chain import transfer
from tests.spoilt import spoilt

GOOD = transfer(1)
FORGED = spoilt(GOOD)
GARBAGE = b"garbage"


def test_an_act_comes_out_of_its_parts() -> None:
    (told,) = read_answer(answer_to([GOOD]), 1)
    assert act_from(GOOD, told) == read_verified_act(GOOD)


@pytest.mark.parametrize(
    ("transaction", "reason"),
    [(FORGED, Inadmissible.BAD_SIGNATURE), (GARBAGE, Inadmissible.MALFORMED)],
)
def test_the_reason_against_one_comes_out_too(transaction: bytes, reason: Inadmissible) -> None:
    with pytest.raises(InadmissibleError) as alone:
        read_verified_act(transaction)
    with pytest.raises(InadmissibleError) as caught:
        act_from(transaction, examine(transaction))
    assert caught.value.reason is reason
    assert caught.value.detail == alone.value.detail


def test_what_reading_raises_is_raised_by_who_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def stumble(_: bytes) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(examined_module, "read_verified_act", stumble)
    monkeypatch.setattr(examined_module, "read_verified_parts", stumble)
    assert examine(GOOD) == []
    with pytest.raises(ZeroDivisionError):
        act_from(GOOD, [])


@pytest.mark.parametrize(
    "answer", [b"", b"\xff", cbor2.dumps([]), cbor2.dumps([[], []]), cbor2.dumps({1: 2})]
)
def test_an_answer_tells_something_of_each(answer: bytes) -> None:
    with pytest.raises(NoAnswerError):
        read_answer(answer, 1)
