"""Where transactions come in: verified in batches, judged, given room, answered with receipts."""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Protocol

from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError
from cfi.contracts.transition.examined import Examined, act_from
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.audience import Listener
from cfi.node.link import Kind
from cfi.node.memory import Never, Verdict
from cfi.node.mempool import HolderOverQuotaError, Mempool, MempoolFullError, Waiting
from cfi.node.verification import Verification

_SUBMISSION_ROOM: Final = 100_000
_SUBMISSION_BYTES: Final = 32 * 1024 * 1024
_MOST_OF_THE_SAME: Final = 8
_NO_ROOM: Final = "too many transactions wait to be verified"
_POISONOUS: Final = Never(Inadmissible.MALFORMED, "it raised an error and is quarantined")
MEMPOOL_FULL: Final = "MEMPOOL_FULL"
HOLDER_OVER_QUOTA: Final = "HOLDER_OVER_QUOTA"


class Applicant(Protocol):
    """A transaction that waits for its signature's verdict."""

    @property
    def transaction(self) -> bytes:
        """The bytes to verify."""

    @property
    def listener(self) -> Listener | None:
        """Who gets an admission receipt and hears later what becomes of it."""

    def refuse(self, name: str, detail: str) -> None:
        """It doesn't come in, for a reason with a stable name."""

    def take(self, waiting: Waiting) -> None:
        """It waits for its block from now on."""


@dataclass(slots=True)
class Submitted:
    """A transaction that a peer of the ledger's socket submitted."""

    listener: Listener
    transaction: bytes

    def refuse(self, name: str, detail: str) -> None:
        """Tell the peer why not."""
        self.listener.tell_why(Kind.REJECTED, name, detail)

    def take(self, waiting: Waiting) -> None:
        """The peer's admission receipt says it."""


@dataclass(slots=True)
class Inquiry:
    """Bytes that are with the verifier, and all who wait for its verdict."""

    digest: bytes
    transaction: bytes
    applicants: list[Applicant]


class Reception:
    """Judges what comes in; what is admitted goes into the mempool. Only bytes that aren't known
    go to the verifier.
    """

    def __init__(
        self,
        application: Application,
        mempool: Mempool,
        admission: AdmissionBook,
        offer: Callable[[list[Waiting]], None],
    ) -> None:
        """`offer` is told of each batch of submissions that was admitted."""
        self._application = application
        self._memory = application.memory
        self._memory.look_into(mempool)
        self._admission = admission
        self._offer = offer
        self.mempool = mempool
        self._inquiries: dict[bytes, Inquiry] = {}
        self._known: list[tuple[Applicant, Act]] = []
        self._verification: Verification[Inquiry] = Verification(
            _SUBMISSION_ROOM, _SUBMISSION_BYTES, self._judge
        )

    def start(self) -> "asyncio.Future[None]":
        """Begin to verify; the future ends when that does, with what ended it."""
        return self._verification.start()

    async def stop(self) -> None:
        """End the verifier."""
        await self._verification.stop()

    def receive(self, applicant: Applicant, digest: bytes | None = None) -> None:
        """Take a transaction in for its verdict; the SHA-256 of its bytes is worked out if it isn't
        given.
        """
        if len(applicant.transaction) > MAX_TRANSACTION_BYTES:
            applicant.refuse(Inadmissible.MALFORMED.name, "longer than 65,536 bytes")
            return
        if digest is None:
            digest = sha256(applicant.transaction).digest()
        verdict = self._memory.at_the_door(digest)
        if verdict is None:
            self._inquire(applicant, digest)
        elif isinstance(verdict, Never):
            applicant.refuse(verdict.reason.name, verdict.detail)
        else:
            self._let_in_soon(applicant, verdict)

    def _inquire(self, applicant: Applicant, digest: bytes) -> None:
        """Ask the verifier, once for the same bytes however many bring them."""
        inquiry = self._inquiries.get(digest)
        if inquiry is None:
            inquiry = Inquiry(digest, applicant.transaction, [applicant])
            if not self._verification.put(inquiry):
                applicant.refuse(MEMPOOL_FULL, _NO_ROOM)
                return
            self._inquiries[digest] = inquiry
        elif len(inquiry.applicants) < _MOST_OF_THE_SAME:
            inquiry.applicants.append(applicant)
        else:
            applicant.refuse(MEMPOOL_FULL, _NO_ROOM)

    def _let_in_soon(self, applicant: Applicant, act: Act) -> None:
        """All that are known and come in one turn of the loop share an admission's signature."""
        if not self._known:
            asyncio.get_running_loop().call_soon(self._let_in_known)
        self._known.append((applicant, act))

    def _let_in_known(self) -> None:
        known, self._known = self._known, []
        self._let_in_all(known)

    def _judge(self, batch: list[Inquiry], examined: list[Examined]) -> None:
        good: list[tuple[Applicant, Act]] = []
        for inquiry, told in zip(batch, examined, strict=True):
            del self._inquiries[inquiry.digest]
            verdict = self._learn(inquiry, told)
            for applicant in inquiry.applicants:
                if isinstance(verdict, Never):
                    applicant.refuse(verdict.reason.name, verdict.detail)
                else:
                    good.append((applicant, verdict))
        self._let_in_all(good)

    def _learn(self, inquiry: Inquiry, told: Examined) -> Verdict:
        """What the verifier tells of the bytes; kept if they are no act."""
        digest, transaction = inquiry.digest, inquiry.transaction
        try:
            return act_from(transaction, told)
        except InadmissibleError as error:
            verdict = Never(error.reason, error.detail)
            self._memory.refused(digest, verdict, len(transaction))
            return verdict
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
            return self._quarantine(digest, transaction, error)

    def _let_in_all(self, good: Iterable[tuple[Applicant, Act]]) -> None:
        admitted: list[Waiting] = []
        for applicant, act in good:
            waiting = self._let_in(applicant, act)
            if waiting is not None and applicant.listener is not None:
                admitted.append(waiting)
        if admitted:
            self._admit(admitted)

    def _let_in(self, applicant: Applicant, act: Act) -> Waiting | None:
        try:
            waiting = self._waiting(applicant, act)
        except InadmissibleError as error:
            name, detail = error.reason.name, error.detail
        except HolderOverQuotaError as error:
            name, detail = HOLDER_OVER_QUOTA, str(error)
        except MempoolFullError as error:
            name, detail = MEMPOOL_FULL, str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
            never = self._quarantine(act.bytes_hash, applicant.transaction, error)
            name, detail = never.reason.name, never.detail
        else:
            applicant.take(waiting)
            return waiting
        self._memory.refused(act.bytes_hash, act, len(applicant.transaction))
        applicant.refuse(name, detail)
        return None

    def _quarantine(self, digest: bytes, transaction: bytes, error: Exception) -> Never:
        self._application.quarantine.keep(transaction, error)
        self._memory.let_go(digest, _POISONOUS)
        return _POISONOUS

    def _admit(self, admitted: list[Waiting]) -> None:
        receipts = self._admission.admit(
            [(waiting.act.act_id, waiting.act.valid_until) for waiting in admitted],
            self._application.committed_height,
            time.time_ns() // 1_000_000,
        )
        for waiting, receipt in zip(admitted, receipts, strict=True):
            assert waiting.listener is not None, "who listens gets a receipt"
            waiting.listener.tell(Kind.ADMITTED, receipt)
        self._offer(admitted)

    def _waiting(self, applicant: Applicant, act: Act) -> Waiting:
        """The same bytes from the engine's peers and from a peer of ours wait once, and ours hears
        what becomes of them.
        """
        holder = self._application.check(act)
        waiting = self.mempool.get(act.bytes_hash)
        if waiting is not None and None in (waiting.listener, applicant.listener):
            waiting.listener = waiting.listener or applicant.listener
            return waiting
        if act.act_id in self.mempool:
            raise InadmissibleError(Inadmissible.DUPLICATE, "this act waits already")
        waiting = Waiting(applicant.transaction, act, holder, applicant.listener)
        self.mempool.add(waiting)
        return waiting
