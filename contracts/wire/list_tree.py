"""CometBFT's Merkle tree over a list: its root, and proofs that an item stands in it.

SHA-256; a leaf is H(00 | item), an inner node H(01 | left | right), the empty list H(""); a list is
split at the largest power of two below its length.  (RFC 6962, 2.1)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
EMPTY_ROOT: Final = sha256(b"").digest()
_LEAF: Final = b"\x00"
_INNER: Final = b"\x01"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListProof:
    """Where an item stands, in a list of what length, and the hashes beside its way to the root."""

    index: int
    total: int
    aunts: tuple[bytes, ...]
    """Siblings from the leaf up, 32 bytes each."""


def list_root(items: Sequence[bytes]) -> bytes:
    """The 32-byte root over a list of items."""
    return levels_of(items)[-1][0] if items else EMPTY_ROOT


def levels_of(items: Sequence[bytes]) -> list[list[bytes]]:
    """The tree's levels over a list that isn't empty, from its leaves to its root."""
    # A lone last node goes up as it is: the same tree as by splitting at powers of two.
    levels = [[sha256(_LEAF + item).digest() for item in items]]
    while len(levels[-1]) > 1:
        levels.append(_level_above(levels[-1]))
    return levels


def prove_item(items: Sequence[bytes], index: int) -> ListProof:
    """The proof of the item at an index; raises IndexError where there is none."""
    if not 0 <= index < len(items):
        raise IndexError("no item stands there")
    return prove_in(levels_of(items), index)


def paths_in(levels: Sequence[Sequence[bytes]]) -> list[bytes]:
    """The path of every item, siblings from the leaf up joined, from the tree's levels."""
    paths = [b""]
    for level in reversed(levels[:-1]):
        beside = [level[at ^ 1] if at ^ 1 < len(level) else b"" for at in range(len(level))]
        paths = [sibling + paths[at >> 1] for at, sibling in enumerate(beside)]
    return paths


def prove_in(levels: Sequence[Sequence[bytes]], index: int) -> ListProof:
    """The proof of the item at an index, from the tree's levels."""
    aunts = []
    for height, level in enumerate(levels[:-1]):
        beside = index >> height ^ 1
        if beside < len(level):
            aunts.append(level[beside])
    return ListProof(index=index, total=len(levels[0]), aunts=tuple(aunts))


def verify_item(root: bytes, item: bytes, proof: ListProof) -> bool:
    """Whether an item stands at the proof's index in a list of the proof's length."""
    if not 0 <= proof.index < proof.total:
        return False
    if any(len(aunt) != HASH_BYTES for aunt in proof.aunts):
        return False
    node, at, last, aunts = _leaf(item), proof.index, proof.total - 1, list(proof.aunts)
    while last > 0:
        if at & 1 or at < last:
            if not aunts:
                return False
            aunt = aunts.pop(0)
            node = _inner(aunt, node) if at & 1 else _inner(node, aunt)
        at, last = at >> 1, last >> 1
    return not aunts and node == root


def _leaf(item: bytes) -> bytes:
    return sha256(_LEAF + item).digest()


def _inner(left: bytes, right: bytes) -> bytes:
    return sha256(_INNER + left + right).digest()


def _level_above(level: list[bytes]) -> list[bytes]:
    # Written out, as in `levels_of`: every block hashes each of its acts and results so.
    pairs = zip(level[0::2], level[1::2], strict=False)
    above = [sha256(_INNER + left + right).digest() for left, right in pairs]
    return above if len(level) & 1 == 0 else [*above, level[-1]]
