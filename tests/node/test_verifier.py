"""The verifier: good signatures, each by itself, with the process or without it."""

import asyncio
import io
import os
import signal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.node import verifier as verifier_module
from cfi.node.verifier import Verifier, decode_batch, encode_batch, is_signed, serve
from tests.node.chain import transfer

GOOD = transfer(1)
FORGED = GOOD[:-1] + bytes((GOOD[-1] ^ 1,))
GARBAGE = b"garbage"
BATCH = [GOOD, FORGED, GARBAGE, transfer(2), b""]
VERDICTS = bytes((1, 0, 0, 1, 0))
MOST_SECONDS = 30


@given(st.lists(st.binary(max_size=50)))
def test_a_batch_comes_out_as_it_went_in(transactions: list[bytes]) -> None:
    data = encode_batch(transactions)
    assert int.from_bytes(data[:4], "big") == len(data) - 4
    assert decode_batch(data[4:]) == transactions


def test_what_is_signed() -> None:
    assert [int(is_signed(each)) for each in BATCH] == list(VERDICTS)


def test_batches_are_answered_in_order_until_the_pipe_closes() -> None:
    answers = io.BytesIO()
    serve(io.BytesIO(encode_batch(BATCH) + encode_batch([GOOD])), answers)
    assert answers.getvalue() == VERDICTS + b"\x01"


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


async def killed_between() -> tuple[list[bytes], list[bool]]:
    """Verdicts with the process, after its death, and once it is known; whether it was alive."""
    verifier = Verifier()
    await verifier.start()
    try:
        first, alive = await verifier.verify(BATCH), verifier.alive
        assert verifier._process is not None
        verifier._process.send_signal(signal.SIGKILL)
        verdicts = [first, await verifier.verify(BATCH), await verifier.verify(BATCH)]
        return verdicts, [alive, verifier.alive]
    finally:
        await verifier.stop()


def test_when_the_process_dies_the_ledger_verifies_by_itself() -> None:
    verdicts, alive = asyncio.run(asyncio.wait_for(killed_between(), MOST_SECONDS))
    assert verdicts == [VERDICTS] * 3
    assert alive == [True, False]


def test_without_a_process_too() -> None:
    verifier = Verifier()
    assert asyncio.run(verifier.verify(BATCH)) == VERDICTS
    asyncio.run(verifier.stop())


def test_batches_of_several_askers_do_not_mix() -> None:
    async def several() -> list[bytes]:
        verifier = Verifier()
        await verifier.start()
        try:
            return list(await asyncio.gather(*(verifier.verify(each) for each in asked)))
        finally:
            await verifier.stop()

    asked = [[GOOD], [FORGED, GOOD], BATCH, []]
    told = asyncio.run(asyncio.wait_for(several(), MOST_SECONDS))
    assert told == [b"\x01", b"\x00\x01", VERDICTS, b""]
