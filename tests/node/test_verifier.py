"""The verifier: good signatures, each by itself, with the process or without it."""

import asyncio
import io
import os
import signal

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.transition.examined import Examined, answer_to
from cfi.node import verifier as verifier_module
from cfi.node.verifier import Verifier, decode_batch, encode_batch, serve
from tests.node.chain import transfer
from tests.spoilt import spoilt

GOOD = transfer(1)
FORGED = spoilt(GOOD)
GARBAGE = b"garbage"
BATCH = [GOOD, FORGED, GARBAGE, transfer(2), b""]
EXAMINED = cbor2.loads(answer_to(BATCH))
MOST_SECONDS = 30


@given(st.lists(st.binary(max_size=50)))
def test_a_batch_comes_out_as_it_went_in(transactions: list[bytes]) -> None:
    data = encode_batch(transactions)
    assert int.from_bytes(data[:4], "big") == len(data) - 4
    assert decode_batch(data[4:]) == transactions


def test_batches_are_answered_in_order_until_the_pipe_closes() -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(encode_batch(BATCH) + encode_batch([GOOD])), answers)
    told = answers.getvalue()
    first = int.from_bytes(told[:4], "big")
    assert cbor2.loads(told[4 : 4 + first]) == EXAMINED
    assert cbor2.loads(told[8 + first :]) == EXAMINED[:1]


def test_the_process_serves_its_own_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[object] = []
    before = signal.getsignal(signal.SIGINT)
    with open(os.devnull, "rb") as pipe:  # noqa: PTH123
        monkeypatch.setattr("cfi.node.verifier.os.fdopen", lambda *_: pipe)
        monkeypatch.setattr(verifier_module, "serve", lambda *pipes: served.extend(pipes))
        verifier_module.main()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.signal(signal.SIGINT, before)
    assert served == [pipe, pipe]


async def killed_between() -> tuple[list[list[Examined]], list[bool]]:
    """Verdicts with the process, after its death, and once it is known; whether it was alive."""
    verifier = Verifier()
    await verifier.start()
    try:
        first, alive = await verifier.examine(BATCH), verifier.alive
        assert verifier._process is not None
        verifier._process.send_signal(signal.SIGKILL)
        verdicts = [first, await verifier.examine(BATCH), await verifier.examine(BATCH)]
        return verdicts, [alive, verifier.alive]
    finally:
        await verifier.stop()


def test_when_the_process_dies_the_ledger_verifies_by_itself() -> None:
    verdicts, alive = asyncio.run(asyncio.wait_for(killed_between(), MOST_SECONDS))
    assert verdicts == [EXAMINED] * 3
    assert alive == [True, False]


def test_without_a_process_too() -> None:
    verifier = Verifier()
    assert asyncio.run(verifier.examine(BATCH)) == EXAMINED
    asyncio.run(verifier.stop())


def test_batches_of_several_askers_do_not_mix() -> None:
    async def several() -> list[list[Examined]]:
        verifier = Verifier()
        await verifier.start()
        try:
            return list(await asyncio.gather(*(verifier.examine(each) for each in asked)))
        finally:
            await verifier.stop()

    asked = [[GOOD], [FORGED, GOOD], BATCH, []]
    told = asyncio.run(asyncio.wait_for(several(), MOST_SECONDS))
    assert told == [cbor2.loads(answer_to(batch)) for batch in asked]


@pytest.mark.parametrize("answer", [["one", "two"], {1: 2}, 5])
def test_nonsense_is_no_answer(monkeypatch: pytest.MonkeyPatch, answer: object) -> None:
    loads = cbor2.loads

    async def work() -> tuple[list[Examined], bool]:
        verifier = Verifier()
        await verifier.start()
        try:
            told = iter((answer,))
            monkeypatch.setattr(cbor2, "loads", lambda *a, **k: next(told, None) or loads(*a, **k))
            return await verifier.examine([GOOD]), verifier.alive
        finally:
            await verifier.stop()

    told = asyncio.run(asyncio.wait_for(work(), MOST_SECONDS))
    assert told == (EXAMINED[:1], False)
