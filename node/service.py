"""The ledger process: takes transactions and questions on its own socket, and decides blocks.

Everything that touches the state runs on one thread. The engine's disk writes happen between
messages; the gateway, which talks to the
world, is another process.
"""

import asyncio
import logging
from pathlib import Path
from typing import Final

import cbor2
from typing_extensions import override

from cfi.client.tree_process import TreeProcessError
from cfi.node.audience import Audience, Listener
from cfi.node.duties import Duty, until_one_ends
from cfi.node.link import FrameError, FrameReader, Kind, frame
from cfi.node.queries import Queries, QuestionError
from cfi.node.reception import Reception, Submitted
from cfi.node.storage.database import DamagedError

_LOG: Final = logging.getLogger(__name__)
_HIDDEN: Final = ".new"
"""What a socket's name ends with until it listens: who connects before is refused."""


class Connection(asyncio.Protocol):
    """One peer on the socket."""

    def __init__(self, service: "Service") -> None:
        self._service = service
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self._out: list[bytes] = []

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        """The peer is gone, cleanly or not: what it submitted goes on."""
        del exc
        self._transport = None
        self._service.forget(self)

    @override
    def data_received(self, data: bytes) -> None:
        """Take frames as they come."""
        try:
            for kind, tag, content in self._reader.feed(data):
                self._service.take(self, kind, tag, content)
        except FrameError:
            _LOG.warning("a peer on the socket sent no frame; closed")
            if self._transport is not None:
                self._transport.close()

    def send(self, kind: Kind, tag: int, content: bytes) -> None:
        """Queue a frame; frames of one turn go out together."""
        if not self._out:
            asyncio.get_running_loop().call_soon(self._flush)
        self._out.append(frame(kind, tag, content))

    def _flush(self) -> None:
        if self._transport is not None:
            self._transport.write(b"".join(self._out))
        self._out.clear()


class Service:
    """The socket's side of the ledger: hands on what comes in, and runs what it is for."""

    def __init__(
        self, queries: Queries, reception: Reception, audience: Audience, duties: tuple[Duty, ...]
    ) -> None:
        self._queries = queries
        self._reception = reception
        self._audience = audience
        self._duties = duties
        self._failures: asyncio.Queue[DamagedError | TreeProcessError] = asyncio.Queue()

    async def run(self, socket: Path, stop: asyncio.Event) -> None:
        """Serve until asked to stop; raises what stopped it otherwise."""
        loop = asyncio.get_running_loop()
        verifying = self._reception.start()
        bound = free_socket(socket)
        server = await loop.create_unix_server(lambda: Connection(self), bound)
        show_socket(socket)
        try:
            await until_one_ends(
                *(each.run() for each in self._duties),
                self._until_an_answer_fails(),
                _until(verifying),
                stop.wait(),
            )
        finally:
            server.close()
            await self._reception.stop()
            free_socket(socket)

    def take(self, peer: Connection, kind: int, tag: int, content: bytes) -> None:
        """Act on one frame."""
        if kind == Kind.SUBMIT:
            self._reception.receive(Submitted(Listener(peer, tag), content))
        elif kind == Kind.ASK:
            self._answer(peer, tag, content)
        elif kind == Kind.FOLLOW:
            self._audience.follow(peer, tag)
        else:
            peer.send(Kind.FAULT, tag, cbor2.dumps(["bad-question", f"kind {kind} asks nothing"]))

    def forget(self, peer: Connection) -> None:
        """A peer is gone."""
        self._audience.forget(peer)

    def _answer(self, peer: Connection, tag: int, content: bytes) -> None:
        try:
            path, parameters = cbor2.loads(content)
            peer.send(Kind.RESULT, tag, cbor2.dumps(self._queries.answer(path, parameters)))
        except QuestionError as error:
            peer.send(Kind.FAULT, tag, cbor2.dumps([error.name, str(error)]))
        except (DamagedError, TreeProcessError) as error:
            self._failures.put_nowait(error)
        except (cbor2.CBORDecodeError, TypeError, ValueError, KeyError) as error:
            peer.send(
                Kind.FAULT, tag, cbor2.dumps(["bad-question", f"{type(error).__name__}: {error}"])
            )

    async def _until_an_answer_fails(self) -> None:
        raise await self._failures.get()


def free_socket(socket: Path) -> str:
    """Where to bind what `show_socket` then puts in its place, with nothing left by an earlier run;
    only the owner may enter the folder.
    """
    socket.parent.chmod(0o700)
    hidden = socket.with_suffix(_HIDDEN)
    for each in (socket, hidden):
        each.unlink(missing_ok=True)
    return str(hidden)


def show_socket(socket: Path) -> None:
    """Put a socket that listens in its place: who finds it there is not refused."""
    socket.with_suffix(_HIDDEN).rename(socket)


async def _until(ended: "asyncio.Future[None]") -> None:
    await ended
