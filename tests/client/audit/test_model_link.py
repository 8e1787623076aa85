"""The pipe to the model: verdicts come back in order, and silence is no agreement."""

from io import BytesIO

import cbor2
import pytest

from cfi.client.audit import model_process
from cfi.client.audit.findings import DisagreementError
from cfi.client.audit.model_link import MOST_AHEAD, ModelLink
from tests.client.audit.histories import History, begin, replayed

NOTHING: list[bytes] = []


def test_an_honest_history_is_agreed_to(history: History) -> None:
    with ModelLink() as model:
        model.send(0, [], [], begin().rows)
        for each in replayed(history):
            model.send(each.height, each.transactions, each.receipts, each.rows)
        totals = model.finish()
        assert model.settled == len(history)
    assert [row["retired"] for row in totals] == [600, 1_200]


def test_the_height_that_differs_is_named(history: History) -> None:
    first = replayed(history)[0]
    with ModelLink() as model:
        model.send(0, [], [], begin().rows)
        model.send(1, first.transactions, first.receipts[:-1], first.rows)
        with pytest.raises(DisagreementError) as raised:
            model.finish()
        assert model.settled == 0
    found = raised.value.disagreement
    assert (found.height, found.what) == (1, "independent model: number of receipts")
    assert (found.expected, found.found) == ("5", "4")


def test_verdicts_are_read_while_heights_are_sent() -> None:
    with ModelLink() as model:
        for height in range(MOST_AHEAD + 10):
            model.send(height, [], [], [])
        assert model.settled == 9
        assert model.finish() == []


def test_records_that_cannot_be_read_are_a_disagreement() -> None:
    with ModelLink() as model:
        model.send(0, [b"x"], [b"y"], [])
        with pytest.raises(DisagreementError) as raised:
            model.finish()
    assert raised.value.disagreement.what == "independent model: records"


def send_and_finish(model: ModelLink, heights: int) -> None:
    for height in range(heights):
        model.send(height, [], [], [])
    model.finish()
    model.finish()


@pytest.mark.parametrize("heights", [0, 1, MOST_AHEAD + 1])
def test_a_model_that_stopped_has_not_agreed(heights: int) -> None:
    with ModelLink() as model:
        model._process.kill()
        model._process.wait()
        with pytest.raises(DisagreementError, match="the independent model stopped"):
            send_and_finish(model, heights)


def framed(content: object) -> bytes:
    data = cbor2.dumps(content)
    return len(data).to_bytes(4, "big") + data


ANSWERS = [
    #  sentence                     heights                                         answers
    ("nothing",                     b"",                                            b"[]\n"),
    ("an empty height",             framed([[], [], []]),                           b"null\n[]\n"),
    ("a receipt too many",          framed([[], [b""], []]),                        b'{"what": "number of receipts", "expected": "0", "found": "1"}\n[]\n'),
    ("a row without a key",         framed([[], [], [[b"", b""]]]),                 b"null\n[]\n"),
    ("a row without a table",       framed([[], [], [[b"rAx\x00", b"\x00"]]]),      b'{"what": "records", "expected": "readable", "found": "index out of range"}\n[]\n'),
    ("no height",                   framed(7),                                      b'{"what": "records", "expected": "readable", "found": "no array of the expected width"}\n[]\n'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "heights", "answers"), ANSWERS, ids=[row[0] for row in ANSWERS]
)
def test_what_the_process_answers(sentence: str, heights: bytes, answers: bytes) -> None:
    out = BytesIO()
    model_process.serve(BytesIO(heights), out)
    assert out.getvalue() == answers
