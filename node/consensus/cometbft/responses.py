"""What the application answers to CometBFT: the responses of ABCI 2.0.  (CometBFT 0.38)

Each function returns a whole message: its length, and the envelope with the response.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from cfi.contracts.state.snapshot import Snapshot
from cfi.contracts.wire.protobuf import data, delimited, integer, message, varint
from cfi.contracts.wire.validators import Validator
from cfi.node.state_sync import AppliedChunk, Offer

OK: Final = 0
_EXCEPTION, _ECHO, _FLUSH, _INFO, _INIT_CHAIN, _QUERY = 1, 2, 3, 4, 6, 7
_CHECK_TX, _COMMIT, _LIST_SNAPSHOTS, _OFFER_SNAPSHOT = 9, 12, 13, 14
_LOAD_SNAPSHOT_CHUNK, _APPLY_SNAPSHOT_CHUNK, _PREPARE, _PROCESS, _FINALIZE = 15, 16, 17, 18, 21
_ACCEPT, _REJECT = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where the application stands."""

    version: str
    app_version: int
    height: int
    """The last committed one; 0 before the first."""
    app_hash: bytes


def _response(number: int, body: bytes) -> bytes:
    return delimited(message(number, body))


def exception(sentence: str) -> bytes:
    """Something is wrong that CometBFT must not survive."""
    return _response(_EXCEPTION, data(1, sentence.encode()))


def echo(said: bytes) -> bytes:
    """The same back."""
    return _response(_ECHO, data(1, said))


FLUSHED: Final = _response(_FLUSH, b"")
COMMITTED: Final = _response(_COMMIT, b"")
"""No height is given up: an auditor wants them all."""


def info(standing: Standing) -> bytes:
    """Where the application stands."""
    body = b"".join(
        (
            data(1, b"cfi-ledger"),
            data(2, standing.version.encode()),
            integer(3, standing.app_version),
            integer(4, standing.height),
            data(5, standing.app_hash),
        )
    )
    return _response(_INFO, body)


def chain_begun(app_hash: bytes) -> bytes:
    """The root at genesis. Validators and parameters stay as genesis has them."""
    return _response(_INIT_CHAIN, data(3, app_hash))


@cache
def queried(code: int) -> bytes:
    """Yes (0) or no."""
    return _response(_QUERY, integer(1, code))


@cache
def checked(code: int, gas: int) -> bytes:
    """A verdict on waiting bytes, with the work that they want."""
    return _response(_CHECK_TX, integer(1, code) + integer(5, gas))


def snapshots(listed: Sequence[Snapshot]) -> bytes:
    """The snapshots that are there."""
    return _response(_LIST_SNAPSHOTS, b"".join(message(1, _snapshot(each)) for each in listed))


def offered(verdict: Offer) -> bytes:
    """What becomes of an offered snapshot."""
    return _response(_OFFER_SNAPSHOT, integer(1, verdict))


def chunk(content: bytes) -> bytes:
    """A chunk of a snapshot; empty if it isn't there."""
    return _response(_LOAD_SNAPSHOT_CHUNK, data(1, content))


def applied(chunk: AppliedChunk) -> bytes:
    """What becomes of a chunk, which ones to fetch again, and whom to ask no more."""
    # Numbers of a repeated field stand packed in one.
    again = b"".join(varint(each) for each in chunk.refetch_chunks)
    senders = b"".join(message(3, each.encode()) for each in chunk.reject_senders)
    return _response(_APPLY_SNAPSHOT_CHUNK, integer(1, chunk.result) + data(2, again) + senders)


def prepared(transactions: Sequence[bytes]) -> bytes:
    """What the block is to hold."""
    return _response(_PREPARE, b"".join(message(1, each) for each in transactions))


@cache
def processed(accepted: bool) -> bytes:
    """Whether a proposed block is acceptable."""
    return _response(_PROCESS, integer(1, _ACCEPT if accepted else _REJECT))


def finalized(
    results: Sequence[bytes],
    updates: Sequence[Validator],
    app_version: int | None,
    app_hash: bytes,
) -> bytes:
    """The results of a decided block, encoded as they are hashed, and what the engine is to know;
    the version is given only where it changes.
    """
    parts = [message(2, each) for each in results]
    parts += [message(3, _validator(each)) for each in updates]
    if app_version is not None:
        parts.append(message(4, message(4, integer(1, app_version))))
    parts.append(data(5, app_hash))
    return _response(_FINALIZE, b"".join(parts))


def _validator(validator: Validator) -> bytes:
    return message(1, message(1, validator.public_key)) + integer(2, validator.voting_power)


def _snapshot(snapshot: Snapshot) -> bytes:
    return b"".join(
        (
            integer(1, snapshot.height),
            integer(2, snapshot.format),
            integer(3, snapshot.chunks),
            data(4, snapshot.hash),
            data(5, snapshot.metadata),
        )
    )
