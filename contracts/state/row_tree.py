"""The rows of one owner: a tree of 2^d slots below the owner's leaf, and what hides its leaves.

A free slot and an empty subtree are 32 zero bytes; d is the least for which all taken slots are
below 2^d, so the root follows from the rows and their slots alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from hashlib import blake2b, sha256
from typing import Final

from cfi.contracts.wire.codec import CodecError, array, decode, encode
from cfi.contracts.wire.limits import MAX_ROWS_PER_OWNER
from cfi.contracts.wire.merkle import EMPTY_HASH, HASH_BYTES, INNER_PREFIX, LEAF_PREFIX, inner_hash

ZERO: Final = EMPTY_HASH
"""The leaf of a free slot."""
MAX_ROW_DEPTH: Final = (MAX_ROWS_PER_OWNER - 1).bit_length()
SEED_BYTES: Final = 32
SEED_PREFIX: Final = b"\x02"


class Blinder:
    """Keyed BLAKE2b-256 under an owner's seed of 32 bytes."""

    __slots__ = ("_keyed",)

    def __init__(self, seed: bytes) -> None:
        assert len(seed) == SEED_BYTES, "a seed has 32 bytes"
        self._keyed = blake2b(key=seed, digest_size=HASH_BYTES)

    def blind(self, data: bytes) -> bytes:
        """32 bytes that nobody without the seed can compute."""
        keyed = self._keyed.copy()
        keyed.update(data)
        return keyed.digest()


def row_blinding(blinder: Blinder, slot: int, written_at: int) -> bytes:
    """What hides a row written in a slot at a height: B("row" | slot | written_at)."""
    return blinder.blind(b"row" + slot.to_bytes(4, "big") + written_at.to_bytes(8, "big"))


def blinded_leaf(blinding: bytes, row: bytes) -> bytes:
    """A row's leaf hash: SHA-256(00 | blinding | row)."""
    return sha256(LEAF_PREFIX + blinding + row).digest()


def row_leaf(blinder: Blinder, slot: int, written_at: int, row: bytes) -> bytes:
    """The leaf hash of a row written in a slot at a height."""
    return blinded_leaf(row_blinding(blinder, slot, written_at), row)


def placed_leaf(blinder: Blinder, place: bytes, row: bytes) -> bytes:
    """The leaf hash of a row by its place: the slot (4 bytes) and the height (8 bytes)."""
    return sha256(LEAF_PREFIX + blinder.blind(b"row" + place) + row).digest()


def seed_commitment(seed: bytes) -> bytes:
    """What row 0 says of the seed: SHA-256(02 | seed)."""
    return sha256(SEED_PREFIX + seed).digest()


def owner_leaf_key(tag: int, blinder: Blinder, owner_id: bytes) -> bytes:
    """An owner's key in the outer tree: the table's tag and B("leaf" | owner id)."""
    return bytes((tag,)) + blinder.blind(b"leaf" + owner_id)


def owner_leaf_value(depth: int, rows_root: bytes) -> bytes:
    """An owner's value in the outer tree: d in one byte, and the root over its rows."""
    return bytes((depth,)) + rows_root


@dataclass(frozen=True, slots=True)
class RowTreeUndo:
    """What one change overwrote: the depth, and each node by level * 2^32 + place."""

    depth: int
    nodes: Mapping[int, bytes]


class RowTree:
    """The hashes over 2^depth slots, a list for each level; level 0 are the leaves."""

    __slots__ = ("_levels", "depth")

    def __init__(self, depth: int = 0) -> None:
        self.depth = depth
        self._levels = [[ZERO] * (1 << depth - level) for level in range(depth + 1)]

    @property
    def root(self) -> bytes:
        """32 bytes; all zero if every slot is free."""
        return self._levels[self.depth][0]

    def set_leaves(self, changes: Mapping[int, bytes]) -> RowTreeUndo:
        """Put leaf hashes into slots (ZERO frees one), fit the depth, return what was before."""
        undo: dict[int, bytes] = {}
        before = self.depth
        touched = sorted(changes)
        if touched and self._grow(touched[-1]) and touched[0] != 0:
            touched.insert(0, 0)
        leaves = self._levels[0]
        for slot in touched:
            old = undo[slot] = leaves[slot]
            leaves[slot] = changes.get(slot, old)
        for level in range(1, self.depth + 1):
            touched = self._hash_level(level, touched, undo)
        self._shrink(undo)
        return RowTreeUndo(before, undo)

    def undo(self, undo: RowTreeUndo) -> None:
        """Take back the latest `set_leaves`."""
        self._fit(undo.depth)
        for at, node in undo.nodes.items():
            level, place = at >> 32, at & 0xFFFF_FFFF
            if level <= undo.depth and place >> (undo.depth - level) == 0:
                self._levels[level][place] = node

    def path(self, slot: int) -> list[bytes]:
        """The siblings of a slot, from the leaf to below the root."""
        return self.path_at(slot, ())

    def path_at(self, slot: int, undos: Iterable[RowTreeUndo]) -> list[bytes]:
        """The siblings of a slot before the changes of these undos: all up to now, oldest first."""
        undone = list(undos)
        depth = undone[0].depth if undone else self.depth
        assert slot < 1 << depth, "the slot is in the tree"
        return [self._node(level, slot >> level ^ 1, undone) for level in range(depth)]

    def _node(self, level: int, place: int, undone: Iterable[RowTreeUndo]) -> bytes:
        for undo in undone:
            node = undo.nodes.get(level << 32 | place)
            if node is not None:
                return node
        if level > self.depth or place >= len(self._levels[level]):
            return ZERO
        return self._levels[level][place]

    def _hash_level(self, level: int, touched: list[int], undo: dict[int, bytes]) -> list[int]:
        """Hash the nodes of a level above touched ones, which come in order; returns their places,
        in order.
        """
        below, here, high = self._levels[level - 1], self._levels[level], level << 32
        places = []
        last = -1
        for child in touched:
            place = child >> 1
            if place == last:
                continue
            last = place
            places.append(place)
            undo[high | place] = here[place]
            left, right = below[2 * place], below[2 * place + 1]
            here[place] = (
                ZERO if left == ZERO == right else sha256(INNER_PREFIX + left + right).digest()
            )
        return places

    def _grow(self, slot: int) -> bool:
        """Make room for a slot; True if there was none."""
        assert slot < MAX_ROWS_PER_OWNER, "an owner has a cap of rows"
        depth = max(self.depth, slot.bit_length())
        grown = depth > self.depth
        self._fit(depth)
        return grown

    def _shrink(self, undo: dict[int, bytes]) -> None:
        """Drop the upper half while it is free."""
        depth = self.depth
        while depth and self._levels[depth - 1][1] == ZERO:
            undo.setdefault(depth << 32, self._levels[depth][0])
            depth -= 1
        self._fit(depth)

    def _fit(self, depth: int) -> None:
        """Cut or extend the levels to a depth; what is new is zero."""
        if depth == self.depth:
            return
        del self._levels[depth + 1 :]
        for level, nodes in enumerate(self._levels):
            size = 1 << depth - level
            del nodes[size:]
            nodes.extend([ZERO] * (size - len(nodes)))
        for level in range(len(self._levels), depth + 1):
            self._levels.append([ZERO] * (1 << depth - level))
        self.depth = depth


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProof:
    """One row, where and when it was written, and its siblings from the leaf up."""

    slot: int
    written_at: int
    row: bytes
    siblings: tuple[bytes, ...]

    @property
    def depth(self) -> int:
        """The depth of the tree it comes from."""
        return len(self.siblings)


def encode_row_proof(proof: RowProof) -> bytes:
    """A row's proof as CBOR: [slot, written_at, row, siblings joined]."""
    return encode([proof.slot, proof.written_at, proof.row, b"".join(proof.siblings)])


def decode_row_proof(data: bytes) -> RowProof:
    """Read a row's proof; raises CodecError for anything else."""
    items = array(decode(data))
    if len(items) != len(fields(RowProof)):
        raise CodecError("not a proof of a row")
    slot, written_at, row, joined = items
    if type(slot) is not int or type(written_at) is not int:
        raise CodecError("not a number")
    if not 0 <= slot < MAX_ROWS_PER_OWNER or written_at < 0:
        raise CodecError("a number outside its range")
    if type(row) is not bytes or type(joined) is not bytes:
        raise CodecError("not a byte string")
    if len(joined) > MAX_ROW_DEPTH * HASH_BYTES or len(joined) % HASH_BYTES:
        raise CodecError("not a run of hashes")
    siblings = (joined[at : at + HASH_BYTES] for at in range(0, len(joined), HASH_BYTES))
    return RowProof(slot=slot, written_at=written_at, row=row, siblings=tuple(siblings))


def verify_row(owner_value: bytes, blinding: bytes, proof: RowProof) -> bool:
    """True if the owner's leaf value holds the row in its slot under this blinding of 32 bytes.

    The owner checks the blinding against its seed, which also ties the height; others are shown it.
    """
    if len(owner_value) != 1 + HASH_BYTES or len(blinding) != HASH_BYTES:
        return False
    if owner_value[0] != proof.depth or proof.slot >= 1 << proof.depth:
        return False
    node = blinded_leaf(blinding, proof.row)
    for level, sibling in enumerate(proof.siblings):
        right = proof.slot >> level & 1
        node = inner_hash(sibling, node) if right else inner_hash(node, sibling)
    return node == owner_value[1:]
