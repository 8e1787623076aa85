"""The verification's thread: batches in order, bounded room, and what ends it is said."""

import asyncio
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

import cbor2
import pytest

from cfi.contracts.transition.examined import Examined, answer_to
from cfi.node import verification as verification_module
from cfi.node.verification import Verification
from cfi.node.verifier import Verifier
from tests.node.chain import transfer
from tests.spoilt import spoilt

T = TypeVar("T")
GOOD = transfer(1)
FORGED = spoilt(GOOD)
MOST_SECONDS = 30.0
Delivered = list[tuple[list[bytes], list[Examined]]]


@dataclass(frozen=True, slots=True)
class Submitted:
    """What waits for its verdict."""

    transaction: bytes


def run(work: Awaitable[T]) -> T:
    """Run a test's work, within bounds."""

    async def bounded() -> T:
        return await asyncio.wait_for(work, MOST_SECONDS)

    return asyncio.run(bounded())


async def delivered(*transactions: bytes) -> Delivered:
    """What is delivered for these, put in before the thread begins."""
    told: Delivered = []
    verification: Verification[Submitted] = Verification(
        100, 10**6, lambda batch, examined: told.append(([each.transaction for each in batch], examined))
    )
    for each in transactions:
        assert verification.put(Submitted(each))
    ended = verification.start()
    await verification.stop()
    await ended
    return told


def test_each_gets_its_own_verdict() -> None:
    batch = [GOOD, FORGED, b"garbage", transfer(2)]
    assert run(delivered(*batch)) == [(batch, cbor2.loads(answer_to(batch)))]


def test_what_waits_is_still_verified_when_it_stops() -> None:
    assert run(delivered()) == []
    assert run(delivered(GOOD)) == [([GOOD], cbor2.loads(answer_to([GOOD])))]


@pytest.mark.parametrize(
    ("name", "bound"), [("MOST_IN_BATCH", 2), ("MOST_BATCH_BYTES", len(GOOD) + 1)]
)
def test_a_batch_has_a_bound(monkeypatch: pytest.MonkeyPatch, name: str, bound: int) -> None:
    monkeypatch.setattr(verification_module, name, bound)
    told = run(delivered(GOOD, FORGED, GOOD))
    assert [len(examined) for _, examined in told] == [2, 1]


def test_there_is_so_much_room() -> None:
    verification: Verification[Submitted] = Verification(2, 10**6, lambda *_: None)
    assert [verification.put(Submitted(GOOD)) for _ in range(3)] == [True, True, False]


def test_there_is_room_for_so_many_bytes_until_they_are_verified() -> None:
    async def work() -> None:
        verified = asyncio.Event()
        verification: Verification[Submitted] = Verification(
            9, 2 * len(GOOD), lambda *_: verified.set()
        )
        assert [verification.put(Submitted(GOOD)) for _ in range(3)] == [True, True, False]
        ended = verification.start()
        await verified.wait()
        assert verification.put(Submitted(GOOD))
        await verification.stop()
        await ended

    run(work())


def test_one_that_never_began_stops_at_once() -> None:
    verification: Verification[Submitted] = Verification(2, 10**6, lambda *_: None)
    run(verification.stop())


def test_what_ends_the_thread_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> NoReturn:
        raise OSError(24, "Too many open files")

    async def work() -> Any:
        verification: Verification[Submitted] = Verification(2, 10**6, lambda *_: None)
        try:
            await verification.start()
        finally:
            await verification.stop()

    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda told: seen.append(told.exc_type))
    monkeypatch.setattr(Verifier, "start", fail)
    with pytest.raises(OSError, match="Too many open files"):
        run(work())
    assert seen == [OSError]


@pytest.mark.parametrize(
    "finish",
    [verification_module._finish, lambda ended: verification_module._fail(ended, OSError())],
)
def test_an_end_that_nobody_waits_for_any_more_is_no_fault(finish: Any) -> None:
    async def work() -> None:
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ended.cancel()
        finish(ended)
        assert ended.cancelled()

    run(work())
