"""A node verifies each signature once: over gossip, rounds, decisions, resending and asking again."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from cfi.contracts.transition.act import Act, Inadmissible, read_verified_act
from cfi.contracts.transition.examined import Examined
from cfi.contracts.wire.headers import Timestamp
from cfi.node import memory
from cfi.node.application import Application
from cfi.node.clock import machine_time
from cfi.node.link import Kind
from cfi.node.verifier import Verifier
from tests.faults.running import application
from tests.node.consensus.cometbft.asking import (
    FINALIZE,
    PROCESS,
    Asked,
    Engine,
    check,
    code_of,
    new_home,
    prepare,
    proposal,
    with_engine,
)
from tests.node.consensus.cometbft.test_driver import ACCEPT, REJECT, chosen, status
from tests.node.consensus.cometbft.test_following import submitted
from tests.spoilt import spoilt

ACTS: Final = [application(number) for number in range(5)]
FORGED: Final = spoilt(ACTS[0])
GARBAGE: Final = b"garbage"


@dataclass(slots=True)
class Counted:
    """What was verified, by the verifier and by the ledger itself."""

    piped: list[bytes] = field(default_factory=list)
    inline: list[bytes] = field(default_factory=list)

    def once(self, *transactions: bytes) -> bool:
        """True if each of these, and nothing else, was verified, and once."""
        return sorted(self.piped + self.inline) == sorted(transactions)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    made, examine = Counted(), Verifier.examine

    async def counting(self: Verifier, transactions: list[bytes]) -> list[Examined]:
        made.piped.extend(transactions)
        return await examine(self, transactions)

    def verify(transaction: bytes) -> Act:
        made.inline.append(transaction)
        return read_verified_act(transaction)

    monkeypatch.setattr(Verifier, "examine", counting)
    monkeypatch.setattr(memory, "read_verified_act", verify)
    return made


def in_seconds(seconds: int) -> Timestamp:
    """A time of a later round."""
    return Timestamp(seconds=machine_time().seconds + seconds, nanos=0)


def test_what_waits_is_verified_by_the_verifier_alone(tmp_path: Path, counted: Counted) -> None:
    async def work(_: Asked, engine: Engine) -> None:
        for each in ACTS:
            assert code_of(await engine.said(check(each))) == 0
        assert chosen(await engine.said(prepare(ACTS, 1))) == ACTS
        for later in range(3):
            asked = proposal(PROCESS, ACTS, 1, in_seconds(later))
            assert status(await engine.said(asked)) == ACCEPT
        await engine.said(proposal(FINALIZE, ACTS[:4], 1))
        await engine.decide(ACTS[:4], 1)
        for each in ACTS:
            await engine.said(check(each, again=True))
        assert (counted.piped, counted.inline) == (ACTS, [])

    with_engine(new_home(tmp_path / "n"), work)


def test_what_a_proposal_brings_is_known_to_later_rounds_and_to_gossip(
    tmp_path: Path, counted: Counted
) -> None:
    async def work(ledger: Asked, engine: Engine) -> None:
        for later in range(3):
            asked = proposal(PROCESS, ACTS, 1, in_seconds(later))
            assert status(await engine.said(asked)) == ACCEPT
        for each in ACTS[:2]:
            assert code_of(await engine.said(check(each))) == 0
        assert len(ledger.mempool) == 2
        await engine.decide(ACTS, 1)
        assert len(ledger.mempool) == 0
        for each in ACTS:
            assert code_of(await engine.said(check(each))) == Inadmissible.DUPLICATE
        assert counted.once(*ACTS)

    with_engine(new_home(tmp_path / "n"), work)


def test_what_no_block_may_hold_is_known_too(tmp_path: Path, counted: Counted) -> None:
    async def work(_: Asked, engine: Engine) -> None:
        for _round in range(3):
            assert code_of(await engine.said(check(FORGED))) == Inadmissible.BAD_SIGNATURE
            assert code_of(await engine.said(check(GARBAGE))) == Inadmissible.MALFORMED
            for bad in (FORGED, GARBAGE):
                assert status(await engine.said(proposal(PROCESS, [bad], 1))) == REJECT
            assert chosen(await engine.said(prepare([FORGED, GARBAGE], 1))) == []
        assert counted.once(FORGED, GARBAGE)

    with_engine(new_home(tmp_path / "n"), work)


def test_what_is_sent_again_is_known(tmp_path: Path, counted: Counted) -> None:
    """Many times at once, while it waits, and when it is decided."""

    async def work(ledger: Asked, engine: Engine) -> None:
        peer = await submitted(ledger, ACTS[0], ACTS[0], FORGED, ACTS[0], FORGED)
        told = [await peer.next() for _ in range(5)]
        assert {(kind, tag) for kind, tag, _ in told} == {
            (Kind.ADMITTED, 0),
            *((Kind.REJECTED, tag) for tag in range(1, 5)),
        }
        assert code_of(await engine.said(check(ACTS[0]))) == 0
        peer.send((Kind.SUBMIT, 9, ACTS[0]))
        kind, tag, (name, _) = await peer.next()
        assert (kind, tag, name) == (Kind.REJECTED, 9, "DUPLICATE")
        await engine.decide(ACTS[:1], 1)
        peer.send((Kind.SUBMIT, 10, ACTS[0]))
        kind, tag, (name, _) = await peer.next()
        assert (kind, tag, name) == (Kind.REJECTED, 10, "DUPLICATE")
        peer.writer.close()
        assert counted.once(ACTS[0], FORGED)

    with_engine(new_home(tmp_path / "n"), work)


def test_gossip_and_a_submission_of_the_same_bytes_share_a_verdict(
    tmp_path: Path, counted: Counted
) -> None:
    async def work(ledger: Asked, engine: Engine) -> None:
        engine.send(check(ACTS[0]))
        peer = await submitted(ledger, ACTS[0])
        assert code_of((await engine.next())[1]) == 0
        assert (await peer.next())[0] is Kind.ADMITTED
        assert len(ledger.mempool) == 1
        peer.writer.close()
        assert counted.once(ACTS[0])

    with_engine(new_home(tmp_path / "n"), work)


def test_what_found_no_room_may_come_again(tmp_path: Path, counted: Counted) -> None:
    async def work(ledger: Asked, engine: Engine) -> None:
        ledger.mempool._most = 1
        assert code_of(await engine.said(check(ACTS[0]))) == 0
        for _ in range(2):
            assert code_of(await engine.said(check(ACTS[1]))) == 20_001
        ledger.mempool._most = 2
        assert code_of(await engine.said(check(ACTS[1]))) == 0
        assert counted.once(*ACTS[:2])

    with_engine(new_home(tmp_path / "n"), work)


def test_of_what_waits_no_longer_the_verifier_is_not_asked_again(
    tmp_path: Path, counted: Counted
) -> None:
    short = [application(40 + number, valid_until=1) for number in range(3)]

    async def work(ledger: Asked, engine: Engine) -> None:
        for each in (*ACTS[:2], *short):
            assert code_of(await engine.said(check(each))) == 0
        await engine.decide(ACTS[:1], 1)
        assert len(ledger.mempool) == 1
        for again in (True, False):
            for each in short:
                told = code_of(await engine.said(check(each, again=again)))
                assert told == Inadmissible.EXPIRED
            told = code_of(await engine.said(check(ACTS[0], again=again)))
            assert told == Inadmissible.DUPLICATE
        assert code_of(await engine.said(check(ACTS[1], again=True))) == 0
        assert code_of(await engine.said(check(ACTS[4], again=True))) == Inadmissible.EXPIRED
        assert counted.once(*ACTS[:2], *short)

    with_engine(new_home(tmp_path / "n"), work)


def test_what_raises_an_error_raises_it_once(
    tmp_path: Path, counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a mistake of ours")

    async def work(ledger: Asked, engine: Engine) -> None:
        for _ in range(3):
            assert code_of(await engine.said(check(ACTS[0]))) == Inadmissible.MALFORMED
        assert ledger.node.application.quarantine.count == 1
        assert counted.once(ACTS[0])

    monkeypatch.setattr(Application, "check", fail)
    with_engine(new_home(tmp_path / "n"), work)
