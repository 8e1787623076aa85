"""Drives the one application as CometBFT asks: ABCI 2.0 answered on the ledger's one thread.

A transaction that raises is quarantined and halts nobody; only a decided block that can't be
executed does, because going on would be a fork.
"""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

from cfi.client.tree_process import TreeProcessError
from cfi.contracts.state.genesis import GenesisError
from cfi.contracts.state.upgrades import app_version_at
from cfi.contracts.transition.block import Outcome
from cfi.contracts.transition.dispatch import UnsupportedVersionError
from cfi.contracts.wire.headers import Timestamp
from cfi.contracts.wire.protobuf import message
from cfi.contracts.wire.quantities import Instant
from cfi.genesis.cometbft import require_same_genesis
from cfi.node.application import Application, Finalized
from cfi.node.clock import machine_time
from cfi.node.consensus.cometbft import requests, responses
from cfi.node.consensus.cometbft.checking import Checker
from cfi.node.consensus.cometbft.follower import Follower, Told
from cfi.node.consensus.cometbft.peers import PeerFilter
from cfi.node.consensus.cometbft.server import Reply
from cfi.node.counters import Counters
from cfi.node.mempool import Mempool
from cfi.node.state_sync import StateSync

_LOG: Final = logging.getLogger(__name__)
IDLE_SECONDS: Final = 0.5
_REFUSED: Final = 1
_NANOS: Final = 1_000_000_000


class EngineMistakenError(Exception):
    """CometBFT asks for what can't be: the two don't stand on one chain."""


class CannotExecuteError(Exception):
    """A decided block can't be executed here: going on without it would be a fork."""

    def __init__(self, height: int, error: Exception) -> None:
        super().__init__(
            f"the block of height {height}, which the validators decided, can't be executed here: "
            f"{type(error).__name__}: {error}; keep this log for the developers; "
            "install a program that can and start again"
        )


class Driver:
    """Answers each request; what it raises ends the ledger."""

    def __init__(
        self,
        application: Application,
        genesis: bytes,
        mempool: Mempool,
        checker: Checker,
        follower: Follower,
        *,
        peers: PeerFilter,
        state_sync: StateSync,
        counters: Counters,
        commit_pause: float,
    ) -> None:
        """`commit_pause` is how many seconds CometBFT waits between a block and the next height."""
        self._application = application
        self._genesis = genesis
        self._mempool = mempool
        self._checker = checker
        self._follower = follower
        self._peers = peers
        self._counters = counters
        self._idle_nanos = int((IDLE_SECONDS + commit_pause) * _NANOS)
        self._version = version("cfi-ledger")
        self._committed_at: int | None = None
        self._refreshed = False
        self._decided_empty = False
        self._answers: Mapping[type[requests.Request], Callable[[Any], bytes]] = {
            requests.FinalizeBlock: self._finalize,
            requests.Commit: self._commit,
            requests.PrepareProposal: self._prepare,
            requests.ProcessProposal: self._process,
            requests.Flush: lambda _: responses.FLUSHED,
            requests.Echo: lambda asked: responses.echo(asked.message),
            requests.Info: self._info,
            requests.InitChain: self._begin_chain,
            requests.Query: self._query,
            **_state_sync_answers(state_sync),
        }

    def take(self, request: requests.Request, reply: Reply) -> None:
        """Answer, now or when a verdict is there."""
        if isinstance(request, requests.CheckTx):
            self._checker.check(request, reply)
        else:
            reply.fill(self._answers[type(request)](request))

    def _info(self, _: requests.Info) -> bytes:
        """Where the disk stands: a height that is only finalised will be finalised again."""
        committed = self._application.store.committed()
        height = 0 if committed is None else committed.height
        standing = responses.Standing(
            version=self._version,
            app_version=app_version_at(self._application.committed_view, height + 1),
            height=height,
            app_hash=b"" if committed is None else committed.app_hash,
        )
        return responses.info(standing)

    def _begin_chain(self, asked: requests.InitChain) -> bytes:
        """Nothing is made durable: this may come again until the first height is."""
        self._application.take_back()
        require_same_genesis(asked.app_state, self._genesis)
        terms = self._follower.terms
        if (asked.chain_id, asked.initial_height) != (terms.chain_id, 1):
            raise GenesisError("the engine's genesis is not derived from the signed one")
        if self._application.height != 0:
            raise EngineMistakenError("the engine begins a chain that has blocks here")
        return responses.chain_begun(self._application.app_hash)

    def _query(self, asked: requests.Query) -> bytes:
        if self._peers.admits(asked.path):
            return responses.queried(responses.OK)
        self._counters.refused_peers += 1
        return responses.queried(_REFUSED)

    def _prepare(self, asked: requests.PrepareProposal) -> bytes:
        if asked.transactions and self._is_idle(asked.time):
            return responses.prepared([])
        offered = _fitting(asked.transactions, asked.most_bytes)
        now = Instant(asked.time.seconds)
        try:
            chosen = self._application.prepare_proposal(offered, now, asked.misbehaviour)
        except UnsupportedVersionError:
            raise
        except Exception:  # noqa: BLE001 - whatever it is, nobody halts
            _LOG.exception("no block can be proposed but an empty one")
            chosen = []
        return responses.prepared(chosen)

    def _process(self, asked: requests.ProcessProposal) -> bytes:
        now = Instant(asked.time.seconds)
        try:
            reason = self._application.process_proposal(asked.transactions, now, asked.misbehaviour)
        except UnsupportedVersionError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, nobody halts
            _LOG.exception("a proposed block can't be executed")
            reason = f"it raised {type(error).__name__}"
        if reason is not None:
            self._counters.reject(reason)
            _LOG.error(
                "a proposed block is rejected", extra={"height": asked.height, "reason": reason}
            )
        return responses.processed(reason is None)

    def _finalize(self, asked: requests.FinalizeBlock) -> bytes:
        application = self._application
        application.take_back()
        if asked.height != application.height + 1:
            raise EngineMistakenError(
                f"the engine decides height {asked.height}, here {application.height} is the last"
            )
        decided = self._decide(asked)
        self._follower.decided(asked.height, asked.block_hash, asked.transactions)
        self._decided_empty = not asked.transactions
        return responses.finalized(
            decided.results,
            decided.validator_updates,
            decided.next_app_version,
            application.app_hash,
        )

    def _decide(self, asked: requests.FinalizeBlock) -> Finalized:
        now = Instant(asked.time.seconds)
        try:
            return self._application.finalize_block(asked.transactions, now, asked.misbehaviour)
        except (UnsupportedVersionError, TreeProcessError):
            raise
        except Exception as error:
            _LOG.exception("a decided block can't be executed")
            raise CannotExecuteError(asked.height, error) from error

    def _commit(self, _: requests.Commit) -> bytes:
        outcomes = self._application.commit()
        height = self._application.height
        told = self._settle(outcomes)
        self._checker.drop_expired(height)
        self._refreshed = self._decided_empty and len(self._mempool) > 0
        self._committed_at = self._counters.last_commit_nanos = machine_time().total_nanos
        self._follower.committed(height, told)
        return responses.COMMITTED

    def _settle(self, outcomes: list[Outcome]) -> list[Told]:
        """Take the decided acts out of the mempool; returns who is to hear of them."""
        told: list[Told] = []
        now = time.monotonic()
        for index, outcome in enumerate(outcomes):
            waiting = None if outcome.act is None else self._mempool.remove_act(outcome.act.act_id)
            if waiting is None:
                continue
            self._counters.decided(waiting, now)
            if waiting.listener is not None:
                told.append((waiting.listener, index, outcome.receipt_bytes))
        return told

    def _is_idle(self, block_time: Timestamp) -> bool:
        """True if the header would carry a time from before a pause: then an empty block comes
        first, whose votes set the time. Once: what follows such a block isn't put off again.
        """
        if self._refreshed:
            return False
        since = self._committed_at or block_time.total_nanos
        return machine_time().total_nanos - since > self._idle_nanos


def _fitting(transactions: Sequence[bytes], most_bytes: int) -> list[bytes]:
    """The first transactions that fit, each with its frame in the block."""
    fitting: list[bytes] = []
    room = most_bytes
    for transaction in transactions:
        room -= len(message(1, transaction))
        if room < 0:
            break
        fitting.append(transaction)
    return fitting


def _state_sync_answers(
    state_sync: StateSync,
) -> Mapping[type[requests.Request], Callable[[Any], bytes]]:
    return {
        requests.ListSnapshots: lambda _: responses.snapshots(state_sync.list_snapshots()),
        requests.OfferSnapshot: lambda asked: responses.offered(
            state_sync.offer_snapshot(asked.snapshot, asked.chunks, asked.digest, asked.app_hash)
        ),
        requests.LoadSnapshotChunk: lambda asked: responses.chunk(
            state_sync.load_snapshot_chunk(asked.height, asked.format, asked.index)
        ),
        requests.ApplySnapshotChunk: lambda asked: responses.applied(
            state_sync.apply_snapshot_chunk(asked.index, asked.chunk, asked.sender)
        ),
    }
