"""Asking a ledger one question, from another thread."""

import asyncio
import errno
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import cbor2
import pytest

from cfi.node.ask import FaultError, UnreachableError, ask
from cfi.node.link import Kind, frame
from tests.node.chain import CHAIN_ID
from tests.node.talking import Parts, Peer, with_peer


def test_a_question_is_answered_or_a_fault_is_told(tmp_path: Path) -> None:
    async def work(parts: Parts, _: Peer) -> None:
        said = await asyncio.to_thread(ask, parts.socket, "status")
        assert said["chain_id"] == CHAIN_ID
        with pytest.raises(FaultError, match="unknown-path: nothing answers weather"):
            await asyncio.to_thread(ask, parts.socket, "weather")

    with_peer(tmp_path, work)


def test_nobody_answers(tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match="is it started"):
        ask(tmp_path / "none.sock", "status")


def test_who_may_not_ask_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def closed(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(socket.socket, "connect", closed)
    with pytest.raises(UnreachableError, match="is closed to this user"):
        ask(tmp_path / "s", "status")


def test_what_answers_without_a_frame_is_no_ledger(tmp_path: Path) -> None:
    wait = answering(tmp_path / "s", b"HTTP/1.1 400 Bad Request")
    with pytest.raises(UnreachableError, match="no ledger answers"):
        ask(tmp_path / "s", "status")
    wait()


def answering(path: Path, *pieces: bytes) -> Callable[[], None]:
    """Answer one connection on a socket with these pieces, then close."""
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    listening.listen()

    def answer() -> None:
        with listening, listening.accept()[0] as link:
            link.recv(1 << 16)
            for piece in pieces:
                link.sendall(piece)

    thread = threading.Thread(target=answer)
    thread.start()
    return thread.join


RESULT = frame(Kind.RESULT, 1, cbor2.dumps({"height": 7}))


def test_an_answer_may_come_in_pieces(tmp_path: Path) -> None:
    wait = answering(tmp_path / "s", RESULT[:3], RESULT[3:11], RESULT[11:])
    assert ask(tmp_path / "s", "status") == {"height": 7}
    wait()


def test_half_an_answer_is_none(tmp_path: Path) -> None:
    wait = answering(tmp_path / "s", RESULT[:11])
    with pytest.raises(UnreachableError):
        ask(tmp_path / "s", "status")
    wait()
