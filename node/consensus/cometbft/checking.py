"""Whether bytes may wait in CometBFT's mempool: a lookup for known ones and for all that are asked
about again, else the verifier.
"""

from hashlib import sha256
from typing import Final

from cfi.contracts.transition.act import Inadmissible, InadmissibleError
from cfi.node.application import Application
from cfi.node.audience import Listener
from cfi.node.consensus.cometbft import responses
from cfi.node.consensus.cometbft.requests import CheckTx
from cfi.node.consensus.cometbft.server import Reply
from cfi.node.counters import Counters
from cfi.node.link import Kind
from cfi.node.mempool import Mempool, Waiting
from cfi.node.reception import HOLDER_OVER_QUOTA, MEMPOOL_FULL, Reception

_CODES: Final = {each.name: int(each) for each in Inadmissible} | {
    MEMPOOL_FULL: 20_001,
    HOLDER_OVER_QUOTA: 20_002,
}
_POISONOUS: Final = "it raised an error here and is quarantined"


class Gossiped:
    """A transaction that CometBFT asks about and that isn't known here yet."""

    __slots__ = ("_checker", "_reply", "listener", "transaction")

    def __init__(self, checker: "Checker", reply: Reply, transaction: bytes) -> None:
        self._checker = checker
        self._reply = reply
        self.transaction = transaction
        self.listener: Listener | None = None

    def refuse(self, name: str, detail: str) -> None:
        """CometBFT may not hold it."""
        del detail
        self._checker.refuse(self._reply, name)

    def take(self, waiting: Waiting) -> None:
        """CometBFT may hold it."""
        self._checker.allow(self._reply, waiting)


class Checker:
    """Keeps the ledger's mempool and CometBFT's in step."""

    def __init__(
        self,
        application: Application,
        mempool: Mempool,
        reception: Reception,
        counters: Counters,
    ) -> None:
        self._application = application
        self._memory = application.memory
        self._mempool = mempool
        self._reception = reception
        self._counters = counters

    def check(self, request: CheckTx, reply: Reply) -> None:
        """Answer now or after the verifier; raises nothing, whatever the bytes are."""
        digest = sha256(request.transaction).digest()
        waiting = self._mempool.get(digest)
        if waiting is not None:
            self._check_waiting(waiting, reply)
        elif request.again:
            # CometBFT holds only what waited here: it was decided, or let go.
            why = self._memory.gone(digest)
            self.refuse(reply, (Inadmissible.EXPIRED if why is None else why.reason).name)
        else:
            self._reception.receive(Gossiped(self, reply, request.transaction), digest)

    def _check_waiting(self, waiting: Waiting, reply: Reply) -> None:
        try:
            self._application.check_live(waiting.act)
        except InadmissibleError as error:
            # What a block holds that isn't committed yet still waits: its commit tells.
            if error.reason is not Inadmissible.DUPLICATE:
                self._drop(waiting, error)
            self.refuse(reply, error.reason.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
            self._application.quarantine.keep(waiting.transaction, error)
            self._drop(waiting, InadmissibleError(Inadmissible.MALFORMED, _POISONOUS))
            self.refuse(reply, Inadmissible.MALFORMED.name)
        else:
            self.allow(reply, waiting)

    def allow(self, reply: Reply, waiting: Waiting) -> None:
        """CometBFT may hold a transaction."""
        self._counters.taken += 1
        reply.fill(responses.checked(responses.OK, self._application.gas_of(waiting.act)))

    def refuse(self, reply: Reply, name: str) -> None:
        """CometBFT may not hold a transaction, for a reason with a stable name."""
        self._counters.refuse(name)
        reply.fill(responses.checked(_CODES[name], 0))

    def drop_expired(self, height: int) -> None:
        """Let go what could enter no block above a height: CometBFT doesn't say what it evicts."""
        for waiting in self._mempool.expired(height):
            detail = f"valid until height {waiting.act.valid_until}"
            self._drop(waiting, InadmissibleError(Inadmissible.EXPIRED, detail))

    def _drop(self, waiting: Waiting, why: InadmissibleError) -> None:
        self._memory.drop(waiting, why)
        if waiting.listener is not None:
            waiting.listener.tell_why(Kind.DROPPED, why.reason.name, why.detail)
