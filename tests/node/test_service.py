"""The ledger process on its socket: what is submitted, asked and followed, and what it answers."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import cbor2
import pytest

from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import transaction
from cfi.contracts.transition.act import Act, read_verified_act
from cfi.contracts.transition.block import Execution
from cfi.contracts.wire.admission import is_genuine, read_admission
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.contracts.wire.receipts import decode_receipt
from cfi.contracts.wire.signatures import public_key_of
from cfi.node import reception
from cfi.node.consensus.embedded import EmbeddedEngine
from cfi.node.link import MAX_FRAME_BYTES, Kind, frame
from cfi.node.service import free_socket, show_socket
from tests.node.chain import CHAIN_ID, USER_SEED, signed, transfer
from tests.node.talking import (
    ADMISSION_SEED,
    OTHER_SEED,
    Parts,
    Peer,
    connected,
    ledger_parts,
    with_peer,
)
from tests.spoilt import spoilt

GOOD = transfer(1)
MESSAGE = read_verified_act(GOOD).message
FORGED = spoilt(GOOD)

REJECTED = [
    #  sentence                              transaction                                                              name
    ("with a bad signature",                 FORGED,                                                                  "BAD_SIGNATURE"),
    ("of another chain",                     transaction(SigningKey(USER_SEED), "sim-other", MESSAGE, 100),           "OTHER_CHAIN"),
    ("of a key that nobody has",             signed(MESSAGE, seed=bytes(range(32))),                                  "NO_LIVE_KEY"),
    ("that expired",                         signed(MESSAGE, valid_until=0),                                          "EXPIRED"),
    ("too far ahead",                        signed(MESSAGE, valid_until=100_000),                                    "TOO_FAR_AHEAD"),
    ("that is no transaction",               b"garbage",                                                              "MALFORMED"),
    ("that is longer than any",              bytes(MAX_TRANSACTION_BYTES + 1),                                        "MALFORMED"),
]  # fmt: skip


class TestASubmission:
    def test_is_admitted_and_then_committed(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            kind, told = await peer.submit(GOOD)
            assert kind is Kind.ADMITTED
            admission = read_admission(cbor2.dumps(told))
            assert admission.act_id == read_verified_act(GOOD).act_id
            assert is_genuine(admission)
            assert (admission.chain_id, admission.node_key) == (
                CHAIN_ID,
                public_key_of(ADMISSION_SEED),
            )
            kind, tag, (height, index, receipt) = await peer.next()
            assert (kind, tag) == (Kind.COMMITTED, 1)
            assert decode_receipt(receipt).done
            assert parts.application.store.receipt(admission.act_id) == (height, index, receipt)
            assert len(parts.mempool) == 0

        with_peer(tmp_path, work)

    def test_a_second_time_is_a_duplicate(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send((Kind.SUBMIT, 1, GOOD), (Kind.SUBMIT, 2, GOOD))
            told = await peer.several(3)
            assert set(told) == {(Kind.ADMITTED, 1), (Kind.COMMITTED, 1), (Kind.REJECTED, 2)}
            assert told[Kind.REJECTED, 2] == ["DUPLICATE", "this act waits already"]
            kind, again = await peer.submit(GOOD)
            assert (kind, again[0]) == (Kind.REJECTED, "DUPLICATE")

        with_peer(tmp_path, work)

    def test_that_may_not_be_is_rejected_with_its_reason(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            told = [await peer.submit(bad) for _, bad, _ in REJECTED]
            for (sentence, _, name), (kind, content) in zip(REJECTED, told, strict=True):
                assert (sentence, kind, content[0]) == (sentence, Kind.REJECTED, name)
            assert len(parts.mempool) == 0

        with_peer(tmp_path, work)

    def test_good_ones_of_a_batch_go_on(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send(
                *(
                    (Kind.SUBMIT, tag, raw)
                    for tag, raw in enumerate([FORGED, GOOD, b"", transfer(2)])
                )
            )
            told = await peer.several(6)
            assert {tag for kind, tag in told if kind is Kind.REJECTED} == {0, 2}
            assert {tag for kind, tag in told if kind is Kind.COMMITTED} == {1, 3}
            receipts = [read_admission(cbor2.dumps(told[Kind.ADMITTED, tag])) for tag in (1, 3)]
            assert [each.sequence for each in receipts] == [1, 2]

        with_peer(tmp_path, work)

    def test_goes_on_where_its_peer_leaves(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            leaving = await connected(parts)
            assert (await leaving.submit(GOOD))[0] is Kind.ADMITTED
            leaving.writer.close()
            act_id = read_verified_act(GOOD).act_id
            await parts.until(lambda: parts.application.store.receipt(act_id) is not None)
            assert (await peer.ask("status"))[0] is Kind.RESULT

        with_peer(tmp_path, work)


class TestNoRoom:
    def test_in_the_mempool(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            parts.mempool._most = 1
            peer.send((Kind.SUBMIT, 1, GOOD), (Kind.SUBMIT, 2, transfer(2)))
            told = await peer.several(3)
            assert told[Kind.REJECTED, 2] == ["MEMPOOL_FULL", "1 transactions wait"]
            assert (Kind.COMMITTED, 1) in told
            assert (await peer.submit(transfer(2)))[0] is Kind.ADMITTED

        with_peer(tmp_path, work)

    def test_for_one_holder_leaves_room_for_another(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            parts.mempool._most_of_holder = 1
            others = signed(MESSAGE, 9, seed=OTHER_SEED)
            raws = [GOOD, transfer(2), others]
            peer.send(*((Kind.SUBMIT, tag, raw) for tag, raw in enumerate(raws)))
            told = await peer.several(5)
            assert told[Kind.REJECTED, 1][0] == "HOLDER_OVER_QUOTA"
            assert {tag for kind, tag in told if kind is Kind.COMMITTED} == {0, 2}

        with_peer(tmp_path, work)

    def test_before_the_verifier(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send(*((Kind.SUBMIT, tag, transfer(tag)) for tag in range(3)))
            told = await peer.several(4)
            assert told[Kind.REJECTED, 2] == [
                "MEMPOOL_FULL",
                "too many transactions wait to be verified",
            ]
            assert (Kind.COMMITTED, 0) in told

        monkeypatch.setattr(reception, "_SUBMISSION_ROOM", 1)
        with_peer(tmp_path, work)

    def test_for_too_many_of_the_same_at_once(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send(*((Kind.SUBMIT, tag, FORGED) for tag in range(3)))
            told = await peer.several(3)
            assert [told[Kind.REJECTED, tag][0] for tag in range(3)] == [
                "BAD_SIGNATURE",
                "BAD_SIGNATURE",
                "MEMPOOL_FULL",
            ]

        monkeypatch.setattr(reception, "_MOST_OF_THE_SAME", 2)
        with_peer(tmp_path, work)


class TestAnAdmittedAct:
    def test_that_becomes_inadmissible_is_dropped_with_its_reason(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        poison = read_verified_act(GOOD)
        honest = Execution.execute

        def execute(self: Execution, act: Act) -> Any:
            if act.act_id == poison.act_id:
                raise ZeroDivisionError("a mistake of ours")
            return honest(self, act)

        async def work(parts: Parts, peer: Peer) -> None:
            peer.send((Kind.SUBMIT, 1, GOOD), (Kind.SUBMIT, 2, transfer(2)))
            told = await peer.several(4)
            assert set(told) == {
                (Kind.ADMITTED, 1),
                (Kind.ADMITTED, 2),
                (Kind.DROPPED, 1),
                (Kind.COMMITTED, 2),
            }
            assert "quarantined" in told[Kind.DROPPED, 1][1]
            assert len(parts.mempool) == 0

        monkeypatch.setattr(Execution, "execute", execute)
        with_peer(tmp_path, work)

    def test_that_found_no_room_waits_for_the_next_block(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send((Kind.SUBMIT, 1, GOOD), (Kind.SUBMIT, 2, transfer(2)))
            told = await peer.several(4)
            assert told[Kind.COMMITTED, 2][0] > told[Kind.COMMITTED, 1][0]

        monkeypatch.setattr("cfi.node.application.MAX_BLOCK_GAS", 1)
        with_peer(tmp_path, work)


class TestTime:
    def test_after_a_pause_an_empty_block_sets_the_time_first(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            parts.maker.empty_block_interval = 60.0
            await asyncio.sleep(1.2)
            height = parts.engine.height
            await peer.submit(GOOD)
            _, _, (decided, _, _) = await peer.next()
            assert decided == height + 2
            between, block = parts.engine.block(height + 1), parts.engine.block(decided)
            assert between is not None and between.transactions == ()
            assert block is not None and list(block.transactions) == [GOOD]

        with_peer(tmp_path, work)


class TestQuestions:
    def test_are_answered_by_path(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            kind, told = await peer.ask("status")
            assert (kind, told["chain_id"]) == (Kind.RESULT, CHAIN_ID)

        with_peer(tmp_path, work)

    def test_that_cannot_be_answered_get_a_fault(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            assert await peer.ask("weather") == (
                Kind.FAULT,
                ["unknown-path", "nothing answers weather"],
            )
            assert (await peer.ask("receipt"))[1][0] == "bad-question"
            for content in (
                b"",
                b"\xff",
                cbor2.dumps(1),
                cbor2.dumps(["status"]),
                cbor2.dumps([1, 2, 3]),
            ):
                peer.send((Kind.ASK, 3, content))
                kind, tag, told = await peer.next()
                assert (kind, tag, told[0]) == (Kind.FAULT, 3, "bad-question")

        with_peer(tmp_path, work)

    def test_of_no_kind_get_a_fault(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            peer.send((Kind.BLOCK, 4, b""))
            assert await peer.next() == (Kind.FAULT, 4, ["bad-question", "kind 16 asks nothing"])

        with_peer(tmp_path, work)


class TestAFollower:
    def test_hears_of_each_block(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            peer.send((Kind.FOLLOW, 8, b""))
            told = [await peer.next() for _ in range(3)]
            assert {(kind, tag) for kind, tag, _ in told} == {(Kind.BLOCK, 8)}
            heights = [content[0] for _, _, content in told]
            assert heights == list(range(heights[0], heights[0] + 3))
            for _, _, (height, app_hash, seconds) in told:
                block = parts.engine.block(height)
                assert block is not None
                assert (block.header.app_hash, block.header.time.seconds) == (app_hash, seconds)

        with_peer(tmp_path, work)

    def test_that_left_is_forgotten(self, tmp_path: Path) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            follower = await connected(parts)
            follower.send((Kind.FOLLOW, 8, b""))
            await follower.next()
            follower.writer.close()
            await parts.until(lambda: len(parts.service._audience) == 1)
            assert (await peer.ask("status"))[0] is Kind.RESULT

        with_peer(tmp_path, work)


class TestTheSocket:
    @pytest.mark.parametrize("length", [0, MAX_FRAME_BYTES + 1])
    def test_closes_on_what_is_no_frame(self, tmp_path: Path, length: int) -> None:
        async def work(parts: Parts, peer: Peer) -> None:
            wrong = await connected(parts)
            wrong.writer.write(length.to_bytes(4, "big") + bytes(8))
            with pytest.raises(EOFError):
                await wrong.next()
            wrong.writer.close()
            assert (await peer.ask("status"))[0] is Kind.RESULT

        with_peer(tmp_path, work)

    def test_takes_a_frame_in_pieces(self, tmp_path: Path) -> None:
        async def work(_: Parts, peer: Peer) -> None:
            for byte in frame(Kind.SUBMIT, 1, GOOD):
                peer.writer.write(bytes((byte,)))
                await peer.writer.drain()
            assert (await peer.next())[0] is Kind.ADMITTED

        with_peer(tmp_path, work)

    def test_is_its_owners_alone_and_goes_with_the_service(self, tmp_path: Path) -> None:
        async def work(parts: Parts, _: Peer) -> None:
            assert parts.socket.parent.stat().st_mode & 0o777 == 0o700

        with_peer(tmp_path, work)
        assert not (tmp_path / "run" / "ledger.sock").exists()


def test_who_finds_the_socket_is_not_refused(tmp_path: Path) -> None:
    place = tmp_path / "ledger.sock"
    with socket.socket(socket.AF_UNIX) as bound, socket.socket(socket.AF_UNIX) as caller:
        bound.bind(free_socket(place))
        assert not place.exists()
        bound.listen()
        show_socket(place)
        caller.connect(str(place))


def test_what_stops_the_service_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    parts = ledger_parts(tmp_path)
    parts.socket.write_bytes(b"left by an earlier run")
    monkeypatch.setattr(EmbeddedEngine, "make_block", full)

    async def serve() -> None:
        await parts.service.run(parts.socket, asyncio.Event())

    with pytest.raises(OSError, match="No space"):
        asyncio.run(serve())
    assert not parts.socket.exists()
    parts.chain.close()
