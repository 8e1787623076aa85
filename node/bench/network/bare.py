"""What the ledger is measured against: an application behind the same socket that verifies each
signature once, keeps nothing and decides nothing: `python -m cfi.node.bench.network.bare SOCKET`.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from cfi.client.memory import settle_memory
from cfi.node.bench.transfers import is_signed
from cfi.node.consensus.cometbft import requests, responses
from cfi.node.consensus.cometbft.server import AbciServer, Reply
from cfi.node.duties import until_one_ends

_REFUSED: Final = 1
_GAS: Final = 1
_RESULT: Final = b""
"""Code 0, and nothing else."""


class BareApplication:
    """Answers on the thread of its loop, as the ledger does."""

    def __init__(self) -> None:
        self._height = 0
        self._decided = 0
        self._verified: dict[bytes, None] = {}
        self._answers: Mapping[type[requests.Request], Callable[[Any], bytes]] = {
            requests.CheckTx: self._check,
            requests.PrepareProposal: lambda asked: responses.prepared(asked.transactions),
            requests.ProcessProposal: self._process,
            requests.FinalizeBlock: self._finalize,
            requests.Commit: self._commit,
            requests.Flush: lambda _: responses.FLUSHED,
            requests.Echo: lambda asked: responses.echo(asked.message),
            requests.Info: self._info,
            requests.InitChain: lambda _: responses.chain_begun(b""),
            requests.Query: lambda _: responses.queried(responses.OK),
        }

    def take(self, request: requests.Request, reply: Reply) -> None:
        """Answer now."""
        reply.fill(self._answers[type(request)](request))

    def _check(self, asked: requests.CheckTx) -> bytes:
        good = asked.again or self._is_good(asked.transaction)
        return responses.checked(responses.OK if good else _REFUSED, _GAS)

    def _process(self, asked: requests.ProcessProposal) -> bytes:
        return responses.processed(all(map(self._is_good, asked.transactions)))

    def _finalize(self, asked: requests.FinalizeBlock) -> bytes:
        """What was decided may have come by block sync, and was not proposed here then."""
        for transaction in asked.transactions:
            self._is_good(transaction)
            self._verified.pop(transaction, None)
        self._decided = asked.height
        return responses.finalized([_RESULT] * len(asked.transactions), (), None, b"")

    def _commit(self, _: requests.Commit) -> bytes:
        self._height = self._decided
        return responses.COMMITTED

    def _info(self, _: requests.Info) -> bytes:
        standing = responses.Standing(
            version="bare", app_version=1, height=self._height, app_hash=b""
        )
        return responses.info(standing)

    def _is_good(self, transaction: bytes) -> bool:
        """Verified once: a known one is looked up."""
        if transaction in self._verified:
            return True
        good = is_signed(transaction)
        if good:
            self._verified[transaction] = None
        return good


async def serve(socket: Path) -> None:
    """Serve until SIGTERM."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await until_one_ends(AbciServer(socket, BareApplication()).run(), stop.wait())


if __name__ == "__main__":
    settle_memory()
    asyncio.run(serve(Path(sys.argv[1])))
