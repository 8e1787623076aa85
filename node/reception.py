"""Where transactions come in: verified in batches, judged, given room, answered with receipts."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from cfi.contracts.transition.act import Inadmissible, InadmissibleError
from cfi.contracts.transition.examined import Examined, act_from
from cfi.contracts.wire.limits import MAX_TRANSACTION_BYTES
from cfi.node.admission import AdmissionBook
from cfi.node.application import Application
from cfi.node.audience import Listener
from cfi.node.link import Kind
from cfi.node.mempool import HolderOverQuotaError, Mempool, MempoolFullError, Waiting
from cfi.node.verification import Verification

_SUBMISSION_ROOM: Final = 100_000
_SUBMISSION_BYTES: Final = 32 * 1024 * 1024
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


class Reception:
    """Judges what comes in; what is admitted goes into the mempool."""

    def __init__(
        self,
        application: Application,
        mempool: Mempool,
        admission: AdmissionBook,
        offer: Callable[[list[Waiting]], None],
    ) -> None:
        """`offer` is told of each batch of submissions that was admitted."""
        self._application = application
        self._admission = admission
        self._offer = offer
        self.mempool = mempool
        self._verification: Verification[Applicant] = Verification(
            _SUBMISSION_ROOM, _SUBMISSION_BYTES, self._judge
        )

    def start(self) -> "asyncio.Future[None]":
        """Begin to verify; the future ends when that does, with what ended it."""
        return self._verification.start()

    async def stop(self) -> None:
        """End the verifier."""
        await self._verification.stop()

    def receive(self, applicant: Applicant) -> None:
        """Take a transaction in for its verdict."""
        if len(applicant.transaction) > MAX_TRANSACTION_BYTES:
            applicant.refuse(Inadmissible.MALFORMED.name, "longer than 65,536 bytes")
        elif not self._verification.put(applicant):
            applicant.refuse(MEMPOOL_FULL, "too many transactions wait to be verified")

    def _judge(self, batch: list[Applicant], examined: list[Examined]) -> None:
        admitted: list[Waiting] = []
        for applicant, known in zip(batch, examined, strict=True):
            waiting = self._let_in(applicant, known)
            if waiting is not None and applicant.listener is not None:
                admitted.append(waiting)
        if admitted:
            self._admit(admitted)

    def _let_in(self, applicant: Applicant, known: Examined) -> Waiting | None:
        try:
            waiting = self._understand(applicant, known)
        except InadmissibleError as error:
            applicant.refuse(error.reason.name, error.detail)
        except HolderOverQuotaError as error:
            applicant.refuse(HOLDER_OVER_QUOTA, str(error))
        except MempoolFullError as error:
            applicant.refuse(MEMPOOL_FULL, str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
            self._application.quarantine.keep(applicant.transaction, error)
            applicant.refuse(Inadmissible.MALFORMED.name, "it raised an error and is quarantined")
        else:
            self._application.remember(waiting.act)
            applicant.take(waiting)
            return waiting
        return None

    def _admit(self, admitted: list[Waiting]) -> None:
        receipts = self._admission.admit(
            [waiting.act.act_id for waiting in admitted], time.time_ns() // 1_000_000
        )
        for waiting, receipt in zip(admitted, receipts, strict=True):
            assert waiting.listener is not None, "who listens gets a receipt"
            waiting.listener.tell(Kind.ADMITTED, receipt)
        self._offer(admitted)

    def _understand(self, applicant: Applicant, known: Examined) -> Waiting:
        """The same bytes from the engine's peers and from a peer of ours wait once, and ours hears
        what becomes of them.
        """
        act = act_from(applicant.transaction, known)
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
