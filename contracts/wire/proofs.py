"""Proofs of presence and absence, written as ICS23 `CommitmentProof`s.  (ICS23, SmtSpec)

The format comes from here, never from the proof: the leaf operation and each step are compared with
their only encoding, and a step goes the way in which that bit of SHA-256(key) points. So a proof is
a key, a value and the siblings on the way, nothing else.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from cfi.contracts.wire.limits import MAX_PROOF_BYTES
from cfi.contracts.wire.merkle import (
    EMPTY_HASH,
    HASH_BYTES,
    MAX_TREE_DEPTH,
    bit_at,
    hashed,
    inner_hash,
    leaf_hash,
)

T = TypeVar("T")
Fields = list[tuple[int, bytes]]

EXIST: Final = 1
NONEXIST: Final = 2
BATCH: Final = 3
COMPRESSED: Final = 4

_LEAF_OP: Final = bytes.fromhex("0801 1001 1801 2a0100")
"""SHA-256 of the leaf, of its key and of its value; no length; prefix 00."""
_GOES_LEFT: Final = bytes.fromhex("0801 120101 1a20")
"""SHA-256, prefix 01, and as suffix the right sibling that follows."""
_GOES_RIGHT: Final = bytes.fromhex("0801 122101")
"""SHA-256, prefix 01 and the left sibling that follows; no suffix."""
_BYTES: Final = 2
"""Protocol Buffers' wire type of all that a proof holds."""
_MAX_VARINT_BYTES: Final = 4
_MORE: Final = 0x80
_GREATEST_FIELD: Final = 4

# The field numbers of the messages inside.
_ENTRY: Final = 1
_LOOKUP: Final = 2
_KEY: Final = 1
_VALUE: Final = 2
_LEAF: Final = 3
_PATH: Final = 4
_LEFT: Final = 2
_RIGHT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Existence:
    """A key's value, and the sibling at each depth from the leaf up to below the root."""

    key: bytes
    value: bytes
    siblings: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Absence:
    """An absent key and its neighbours in the order of SHA-256(key); None beyond either end."""

    key: bytes
    left: Existence | None
    right: Existence | None


class _MalformedError(Exception):
    """The bytes are no proof of this format."""


# verification -------------------------------------------------------------------------------------
def verify_membership(root: bytes, proof: bytes, key: bytes, value: bytes) -> bool:
    """True if the proof shows that the key has this value under the root; never raises on bytes."""
    try:
        found = next((entry for entry in _entries(proof, _exist, EXIST) if entry.key == key), None)
    except _MalformedError:
        return False
    return found is not None and found.value == value and existence_root(found) == root


def verify_non_membership(root: bytes, proof: bytes, key: bytes) -> bool:
    """True if the proof shows that the root has no such key; never raises on bytes.

    The root of 32 zero bytes is the empty tree's; its proof has no bytes.
    """
    if root == EMPTY_HASH:
        return proof == b"" and key != b""
    try:
        entries = _entries(proof, _nonexist, NONEXIST)
    except _MalformedError:
        return False
    found = next((entry for entry in entries if _is_between(key, entry)), None)
    return found is not None and found.key == key and _is_absence(root, found)


def existence_root(proof: Existence) -> bytes:
    """The root to which a proof of presence leads."""
    key_hash = hashed(proof.key)
    node = leaf_hash(key_hash, proof.value)
    depth = len(proof.siblings)
    for sibling in proof.siblings:
        depth -= 1
        right = bit_at(key_hash, depth)
        node = inner_hash(sibling, node) if right else inner_hash(node, sibling)
    return node


def _is_between(key: bytes, proof: Absence) -> bool:
    key_hash = hashed(key)
    if proof.left is not None and hashed(proof.left.key) >= key_hash:
        return False
    return proof.right is None or key_hash < hashed(proof.right.key)


def _is_absence(root: bytes, proof: Absence) -> bool:
    neighbours = [side for side in (proof.left, proof.right) if side is not None]
    if not neighbours or any(existence_root(side) != root for side in neighbours):
        return False
    parting = -1
    if proof.left is not None and proof.right is not None:
        # Both lead to the root, so both part from each other on the way.
        parting = _parting(hashed(proof.left.key), hashed(proof.right.key))
    return _is_outermost(proof.left, 1, parting) and _is_outermost(proof.right, 0, parting)


def _parting(left: bytes, right: bytes) -> int:
    """The depth at which two different key hashes part."""
    differing = int.from_bytes(left, "big") ^ int.from_bytes(right, "big")
    return 8 * HASH_BYTES - differing.bit_length()


def _is_outermost(proof: Existence | None, way: int, parting: int) -> bool:
    """True if below the parting nothing stands on that side of the path (1: right, 0: left)."""
    if proof is None:
        return True
    key_hash, depth = hashed(proof.key), len(proof.siblings)
    return all(
        sibling == EMPTY_HASH or bit_at(key_hash, depth - 1 - step) == way
        for step, sibling in enumerate(proof.siblings[: depth - 1 - parting])
    )


# writing ------------------------------------------------------------------------------------------
def encode_existence(proof: Existence) -> bytes:
    """A `CommitmentProof` of presence, plain or as a compressed batch of one: the shorter."""
    lookup: dict[bytes, int] = {}
    plain = _leaf_fields(proof) + b"".join(_field(_PATH, step) for step in steps_of(proof))
    batch = _batch_of_one(_field(EXIST, _compressed(proof, lookup)), lookup)
    return min(_field(EXIST, plain), batch, key=len)


def encode_absence(proof: Absence) -> bytes:
    """A `CommitmentProof` of absence: a compressed batch of one."""
    lookup: dict[bytes, int] = {}
    message = _field(_KEY, proof.key)
    for number, side in ((_LEFT, proof.left), (_RIGHT, proof.right)):
        if side is not None:
            message += _field(number, _compressed(side, lookup))
    return _batch_of_one(_field(NONEXIST, message), lookup)


def _batch_of_one(entry: bytes, lookup: Iterable[bytes]) -> bytes:
    steps = b"".join(_field(_LOOKUP, step) for step in lookup)
    return _field(COMPRESSED, _field(_ENTRY, entry) + steps)


def _compressed(proof: Existence, lookup: dict[bytes, int]) -> bytes:
    """A `CompressedExistenceProof`; its steps are added to the lookup."""
    steps = [_varint(lookup.setdefault(step, len(lookup))) for step in steps_of(proof)]
    return _leaf_fields(proof) + (_field(_PATH, b"".join(steps)) if steps else b"")


def steps_of(proof: Existence) -> list[bytes]:
    """The `InnerOp`s from the leaf to the root."""
    key_hash, depth = hashed(proof.key), len(proof.siblings)
    return [
        (_GOES_RIGHT if bit_at(key_hash, depth - 1 - step) else _GOES_LEFT) + sibling
        for step, sibling in enumerate(proof.siblings)
    ]


def _leaf_fields(proof: Existence) -> bytes:
    return _field(_KEY, proof.key) + _field(_VALUE, proof.value) + _field(_LEAF, _LEAF_OP)


def _field(number: int, content: bytes) -> bytes:
    return bytes((number << 3 | _BYTES,)) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    low = b""
    while value >= _MORE:
        low += bytes((value & 0x7F | _MORE,))
        value >>= 7
    return low + bytes((value,))


# reading ------------------------------------------------------------------------------------------
def _entries(
    proof: bytes, read: Callable[[bytes, Sequence[bytes] | None], T], wanted: int
) -> list[T]:
    """The entries of the wanted kind, in order; raises _MalformedError."""
    if len(proof) > MAX_PROOF_BYTES:
        raise _MalformedError
    kind, content = _only(_fields(proof))
    if kind not in (BATCH, COMPRESSED):
        return [read(content, None)] if kind == wanted else []
    fields = _fields(content)
    _known(fields, _LOOKUP if kind == COMPRESSED else _ENTRY)
    lookup = [step for number, step in fields if number == _LOOKUP]
    entries = [_only(_fields(entry)) for number, entry in fields if number == _ENTRY]
    steps = lookup if kind == COMPRESSED else None
    return [read(entry, steps) for number, entry in entries if number == wanted]


def _nonexist(message: bytes, lookup: Sequence[bytes] | None) -> Absence:
    fields = _fields(message)
    _known(fields, _RIGHT)
    sides = [_optional(fields, _LEFT), _optional(fields, _RIGHT)]
    left, right = (None if side is None else _exist(side, lookup) for side in sides)
    return Absence(key=_filled(fields, _KEY), left=left, right=right)


def _exist(message: bytes, lookup: Sequence[bytes] | None) -> Existence:
    fields = _fields(message)
    key, value = _filled(fields, _KEY), _filled(fields, _VALUE)
    if _optional(fields, _LEAF) != _LEAF_OP:
        raise _MalformedError
    if lookup is None:
        steps = [step for number, step in fields if number == _PATH]
    else:
        steps = _looked_up(_optional(fields, _PATH) or b"", lookup)
    return Existence(key=key, value=value, siblings=_siblings(key, steps))


def _looked_up(path: bytes, lookup: Sequence[bytes]) -> list[bytes]:
    steps: list[bytes] = []
    at = 0
    while at < len(path):
        index, at = _read_varint(path, at)
        if index >= len(lookup) or len(steps) == MAX_TREE_DEPTH:
            raise _MalformedError
        steps.append(lookup[index])
    return steps


def _siblings(key: bytes, steps: Sequence[bytes]) -> tuple[bytes, ...]:
    """Each step's sibling; raises _MalformedError where a step goes another way than the key."""
    if len(steps) > MAX_TREE_DEPTH:
        raise _MalformedError
    key_hash, depth = hashed(key), len(steps)
    for step in steps:
        depth -= 1
        way = _GOES_RIGHT if bit_at(key_hash, depth) else _GOES_LEFT
        if step[:-HASH_BYTES] != way:
            raise _MalformedError
    return tuple(step[-HASH_BYTES:] for step in steps)


def _only(fields: Fields) -> tuple[int, bytes]:
    if len(fields) != 1:
        raise _MalformedError
    return fields[0]


def _known(fields: Fields, greatest: int) -> None:
    if any(number > greatest for number, _ in fields):
        raise _MalformedError


def _optional(fields: Fields, wanted: int) -> bytes | None:
    """The content of a field that occurs at most once."""
    found = [content for number, content in fields if number == wanted]
    if len(found) > 1:
        raise _MalformedError
    return found[0] if found else None


def _filled(fields: Fields, wanted: int) -> bytes:
    """The content of a field that is never empty."""
    content = _optional(fields, wanted)
    if not content:
        raise _MalformedError
    return content


def _fields(message: bytes) -> Fields:
    """A message's fields, all bytes, in the order of their numbers; raises _MalformedError."""
    fields: Fields = []
    at, last = 0, 1
    while at < len(message):
        number, kind = message[at] >> 3, message[at] & 7
        size, start = _read_varint(message, at + 1)
        at = start + size
        if kind != _BYTES or not last <= number <= _GREATEST_FIELD or at > len(message):
            raise _MalformedError
        fields.append((number, message[start:at]))
        last = number
    return fields


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number in its shortest form, and where it ends; raises _MalformedError."""
    value = 0
    for count in range(min(_MAX_VARINT_BYTES, len(data) - at)):
        byte = data[at + count]
        value |= (byte & 0x7F) << 7 * count
        if byte < _MORE:
            if byte == 0 and count > 0:
                break
            return value, at + count + 1
    raise _MalformedError
