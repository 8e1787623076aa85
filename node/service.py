"""The ledger process: takes transactions and questions on its own socket, and decides blocks.

Everything that touches the state runs on one thread. The engine's disk writes happen between
messages; the gateway, which talks to the
world, is another process.
"""

import asyncio
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cbor2
from typing_extensions import override

from cfi.contracts.transition.act import Inadmissible, InadmissibleError, read_act
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.limits import MAX_BLOCK_BYTES, MAX_TRANSACTION_BYTES
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.consensus.embedded import Decided, EmbeddedEngine
from cfi.node.link import FrameError, FrameReader, Kind, frame
from cfi.node.mempool import HolderOverQuotaError, Mempool, MempoolFullError, Waiting
from cfi.node.queries import Queries, QuestionError
from cfi.node.storage.database import DamagedError
from cfi.node.verification import Verification

_LOG: Final = logging.getLogger(__name__)
BLOCK_INTERVAL_SECONDS: Final = 0.25
STALE_HEADER_SECONDS: Final = 0.5
_FRAME_ROOM: Final = 4_096
_EACH_IN_BLOCK: Final = 5
_SUBMISSION_ROOM: Final = 100_000


def machine_time() -> Timestamp:
    """The machine's clock: only headers carry it."""
    return Timestamp.of_nanos(time.time_ns())


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


@dataclass(frozen=True, slots=True)
class Submitted:
    """A transaction that waits for its signature's verdict, and who is told."""

    peer: Connection
    tag: int
    transaction: bytes


class Service:
    """Ties the socket, the mempool, the verifier and the engine together."""

    def __init__(
        self,
        engine: EmbeddedEngine,
        application: Application,
        admission: AdmissionBook,
        empty_block_interval: float,
    ) -> None:
        self._engine = engine
        self._application = application
        self._admission = admission
        self._empty_block_interval = empty_block_interval
        self.mempool = Mempool()
        self._queries = Queries(engine, application, self.mempool, admission)
        self._verification: Verification[Submitted] = Verification(_SUBMISSION_ROOM, self._admit)
        self._followers: dict[Connection, int] = {}
        self._wake = asyncio.Event()
        self._damage: asyncio.Queue[DamagedError] = asyncio.Queue()
        self._root_is_new = True

    async def run(self, socket: Path, stop: asyncio.Event) -> None:
        """Serve until asked to stop; raises what stopped it otherwise."""
        loop = asyncio.get_running_loop()
        verifying = self._verification.start()
        server = await loop.create_unix_server(lambda: Connection(self), _free(socket))
        duties = (self._make_blocks(), self._until_a_read_fails(), _until(verifying))
        work = [asyncio.create_task(each) for each in duties]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait([*work, stopping], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in (*work, stopping):
                task.cancel()
            await asyncio.gather(*work, stopping, return_exceptions=True)
            server.close()
            await self._verification.stop()
            _free(socket)

    def take(self, peer: Connection, kind: int, tag: int, content: bytes) -> None:
        """Act on one frame."""
        if kind == Kind.SUBMIT:
            self._submit(peer, tag, content)
        elif kind == Kind.ASK:
            self._answer(peer, tag, content)
        elif kind == Kind.FOLLOW:
            self._followers[peer] = tag
        else:
            peer.send(Kind.FAULT, tag, cbor2.dumps(["bad-question", f"kind {kind} asks nothing"]))

    def forget(self, peer: Connection) -> None:
        """A peer is gone."""
        self._followers.pop(peer, None)

    def _submit(self, peer: Connection, tag: int, transaction: bytes) -> None:
        if len(transaction) > MAX_TRANSACTION_BYTES:
            _reject(peer, tag, Inadmissible.MALFORMED.name, "longer than 65,536 bytes")
            return
        if not self._verification.put(Submitted(peer, tag, transaction)):
            _reject(peer, tag, "MEMPOOL_FULL", "too many transactions wait to be verified")

    def _answer(self, peer: Connection, tag: int, content: bytes) -> None:
        try:
            path, parameters = cbor2.loads(content)
            peer.send(Kind.RESULT, tag, cbor2.dumps(self._queries.answer(path, parameters)))
        except QuestionError as error:
            peer.send(Kind.FAULT, tag, cbor2.dumps([error.name, str(error)]))
        except DamagedError as error:
            self._damage.put_nowait(error)
        except (cbor2.CBORDecodeError, TypeError, ValueError, KeyError) as error:
            peer.send(
                Kind.FAULT, tag, cbor2.dumps(["bad-question", f"{type(error).__name__}: {error}"])
            )

    async def _until_a_read_fails(self) -> None:
        raise await self._damage.get()

    def _admit(self, batch: list[Submitted], verdicts: bytes) -> None:
        admitted: list[Waiting] = []
        for submitted, good in zip(batch, verdicts, strict=True):
            peer, tag = submitted.peer, submitted.tag
            try:
                waiting = self._understand(submitted, good)
                self.mempool.add(waiting)
            except InadmissibleError as error:
                _reject(peer, tag, error.reason.name, error.detail)
            except HolderOverQuotaError as error:
                _reject(peer, tag, "HOLDER_OVER_QUOTA", str(error))
            except MempoolFullError as error:
                _reject(peer, tag, "MEMPOOL_FULL", str(error))
            else:
                self._application.remember(waiting.act)
                admitted.append(waiting)
        if not admitted:
            return
        receipts = self._admission.admit(
            [waiting.act.act_id for waiting in admitted], time.time_ns() // 1_000_000
        )
        for waiting, receipt in zip(admitted, receipts, strict=True):
            peer, tag = waiting.listener
            peer.send(Kind.ADMITTED, tag, receipt)
        self._wake.set()

    def _understand(self, submitted: Submitted, good: int) -> Waiting:
        act = read_act(submitted.transaction)
        if not good:
            raise InadmissibleError(
                Inadmissible.BAD_SIGNATURE, "the signature doesn't verify under the strict rule"
            )
        self._application.check(act)
        if act.act_id in self.mempool:
            raise InadmissibleError(Inadmissible.DUPLICATE, "this act waits already")
        found = self._application.committed_view.keys.place(act.key)
        assert found is not None, "the check found the key"
        return Waiting(submitted.transaction, act, found, (submitted.peer, submitted.tag))

    async def _make_blocks(self) -> None:
        last = 0.0
        while True:
            await self._wait_for_work()
            await asyncio.sleep(max(0.0, last + BLOCK_INTERVAL_SECONDS - time.monotonic()))
            last = time.monotonic()
            if len(self.mempool) and self._header_is_stale():
                self._publish(self._engine.make_block([]))
            waiting = self.mempool.first(MAX_BLOCK_BYTES - _FRAME_ROOM, _EACH_IN_BLOCK)
            self._publish(self._engine.make_block([each.transaction for each in waiting]), waiting)

    async def _wait_for_work(self) -> None:
        """Until a transaction waits, or a root waits for the header that proves it, or it is time
        for a sign of life.
        """
        if self._root_is_new or len(self.mempool):
            return
        self._wake.clear()
        try:
            await asyncio.wait_for(self._wake.wait(), self._empty_block_interval)
        except TimeoutError:
            return

    def _header_is_stale(self) -> bool:
        age = machine_time().total_nanos - self._engine.next_block_time.total_nanos
        return age > STALE_HEADER_SECONDS * 1_000_000_000

    def _publish(self, decided: Decided, offered: list[Waiting] | None = None) -> None:
        self._root_is_new = decided.changed
        decided_hashes: dict[bytes, None] = {}
        for index, outcome in enumerate(decided.outcomes):
            assert outcome.act is not None, "the embedded engine decides no inadmissible act"
            decided_hashes[outcome.act.bytes_hash] = None
            waiting = self.mempool.remove(outcome.act.bytes_hash)
            if waiting is not None:
                peer, tag = waiting.listener
                peer.send(
                    Kind.COMMITTED, tag, cbor2.dumps([decided.height, index, outcome.receipt_bytes])
                )
        self._drop_hopeless(offered or [], decided_hashes)
        header = decided.block.header
        told = cbor2.dumps([decided.height, header.app_hash, header.time.seconds])
        for follower, tag in self._followers.items():
            follower.send(Kind.BLOCK, tag, told)

    def _drop_hopeless(self, offered: list[Waiting], decided: dict[bytes, None]) -> None:
        """What was offered to a block and not taken is asked again; what has become inadmissible
        leaves.
        """
        for waiting in offered:
            if waiting.act.bytes_hash in decided:
                continue
            try:
                self._application.check_live(waiting.act)
            except InadmissibleError as error:
                self.mempool.remove(waiting.act.bytes_hash)
                peer, tag = waiting.listener
                peer.send(Kind.DROPPED, tag, cbor2.dumps([error.reason.name, error.detail]))


def _reject(peer: Connection, tag: int, name: str, detail: str) -> None:
    peer.send(Kind.REJECTED, tag, cbor2.dumps([name, detail]))


def _free(socket: Path) -> str:
    """The socket's path, with nothing left there by an earlier run; only the owner may enter its
    folder.
    """
    socket.parent.chmod(0o700)
    socket.unlink(missing_ok=True)
    return str(socket)


async def _until(ended: "asyncio.Future[None]") -> None:
    await ended
