"""What a node knows of a transaction by the SHA-256 of all its bytes, signature included, so that
it verifies each signature once.  (ours 0043)

Never by the act's id, which says nothing of the signature. What decides blocks reads only what the
bytes alone decide, for nodes that remember and nodes that don't must come to the same results.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Generic, TypeAlias, TypeVar

from cfi.contracts.transition.act import Act, Inadmissible, InadmissibleError, read_verified_act
from cfi.node.mempool import Mempool, Waiting

_READ_BYTES: Final = 32 * 1024 * 1024
_REFUSED_BYTES: Final = 16 * 1024 * 1024
_EACH_BYTES: Final = 512
"""What a verdict counts beside the transaction's own bytes."""
_MOST_GONE: Final = 100_000

V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Never:
    """Why bytes enter no block, whatever comes."""

    reason: Inadmissible
    detail: str


Verdict: TypeAlias = Act | Never
_LASTING: Final = (Inadmissible.EXPIRED, Inadmissible.DUPLICATE, Inadmissible.MALFORMED)
"""What an act that waited can't get rid of again."""
_DECIDED: Final = Never(Inadmissible.DUPLICATE, "this act is already in the history")


class Recent(Generic[V]):
    """The last values by key, in two halves: when the younger is full, the older is forgotten."""

    __slots__ = ("_half", "_taken", "older", "younger")

    def __init__(self, room: int) -> None:
        """At least half of the room is kept, at most all of it and what came last."""
        self._half = room // 2
        self._taken = 0
        self.younger: dict[bytes, V] = {}
        self.older: dict[bytes, V] = {}

    def __len__(self) -> int:
        return len(self.younger) + len(self.older)

    def get(self, key: bytes) -> V | None:
        """The value under a key, or None."""
        found = self.younger.get(key)
        return self.older.get(key) if found is None else found

    def put(self, key: bytes, value: V, size: int) -> None:
        """Keep a value that takes so much of the room."""
        if self._taken >= self._half:
            self.older, self.younger, self._taken = self.younger, {}, 0
        self.younger[key] = value
        self._taken += size


class Memory:
    """Verdicts on what waits and, within bounds, on what was seen last. What strangers send pushes
    out nothing but what strangers sent.
    """

    def __init__(self) -> None:
        self._mempool = Mempool()
        self._read: Recent[Verdict] = Recent(_READ_BYTES)
        self._refused: Recent[Verdict] = Recent(_REFUSED_BYTES)
        self._gone: Recent[Never] = Recent(_MOST_GONE)

    def look_into(self, mempool: Mempool) -> None:
        """Know what waits there."""
        self._mempool = mempool

    def verdict(self, digest: bytes) -> Verdict | None:
        """What the bytes alone decide: that they are this act, or that they are none; None if it
        isn't known.
        """
        waiting = self._mempool.get(digest)
        if waiting is not None:
            return waiting.act
        found = self._read.get(digest)
        return self._refused.get(digest) if found is None else found

    def at_the_door(self, digest: bytes) -> Verdict | None:
        """What is known of bytes that ask to wait; None if they are to be verified."""
        gone, read, refused = self._gone, self._read, self._refused
        # Most that come are new: this passes over them in one call.
        if (
            digest in gone.younger
            or digest in gone.older
            or self._mempool.get(digest) is not None
            or digest in read.younger
            or digest in read.older
            or digest in refused.younger
            or digest in refused.older
        ):
            return gone.get(digest) or self.verdict(digest)
        return None

    def gone(self, digest: bytes) -> Never | None:
        """Why these bytes need not be looked at again, whatever they say; None if it isn't known.
        Nothing that decides a block may ask.
        """
        return self._gone.get(digest)

    def act(self, transaction: bytes) -> Act:
        """The act of a block's transaction, verified here if it is new; raises InadmissibleError,
        or what reading it raises.
        """
        digest = sha256(transaction).digest()
        verdict = self.verdict(digest)
        if verdict is None:
            verdict = _verified(transaction)
            self._read.put(digest, verdict, _EACH_BYTES + len(transaction))
        if isinstance(verdict, Never):
            raise InadmissibleError(verdict.reason, verdict.detail)
        return verdict

    def refused(self, digest: bytes, verdict: Verdict, size: int) -> None:
        """Keep the verdict on bytes of this length that may not wait now."""
        if self.verdict(digest) is None:
            self._refused.put(digest, verdict, _EACH_BYTES + size)

    def let_go(self, digest: bytes, why: Never) -> None:
        """These bytes need not be looked at again."""
        self._gone.put(digest, why, 1)

    def decided(self, acts: Iterable[Act]) -> None:
        """These stand in the history."""
        for act in acts:
            self._gone.put(act.bytes_hash, _DECIDED, 1)

    def drop(self, waiting: Waiting, why: InadmissibleError | None = None) -> None:
        """What waited waits no longer; where the reason may pass, it may come back."""
        act = waiting.act
        self._mempool.remove(act.bytes_hash)
        if why is not None and why.reason in _LASTING:
            self.let_go(act.bytes_hash, Never(why.reason, why.detail))
        else:
            self.refused(act.bytes_hash, act, len(waiting.transaction))


def _verified(transaction: bytes) -> Verdict:
    try:
        return read_verified_act(transaction)
    except InadmissibleError as error:
        return Never(error.reason, error.detail)
