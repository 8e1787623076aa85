"""A writer of ICS23 `CommitmentProof`s that writes whatever it is told, lies included."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from cfi.contracts.wire.proofs import Existence
from tests.reference.trees import bits


def varint(value: int) -> bytes:
    """A number, the low seven bits first."""
    return bytes([value % 128 + 128]) + varint(value // 128) if value > 127 else bytes([value])


def text(number: int, content: bytes) -> bytes:
    """A field of bytes."""
    return varint(number * 8 + 2) + varint(len(content)) + content


def number(field_number: int, value: int) -> bytes:
    """A field that is a number, left out if zero."""
    return varint(field_number * 8) + varint(value) if value else b""


def leaf_op(
    *, hash_op: int = 1, key_op: int = 1, value_op: int = 1, length: int = 0, prefix: bytes = b"\0"
) -> bytes:
    """A `LeafOp`."""
    ops = number(1, hash_op) + number(2, key_op) + number(3, value_op) + number(4, length)
    return ops + text(5, prefix)


def inner_op(prefix: bytes, suffix: bytes = b"", *, hash_op: int = 1) -> bytes:
    """An `InnerOp`."""
    return number(1, hash_op) + text(2, prefix) + (text(3, suffix) if suffix else b"")


LEAF_OP: Final = leaf_op()


def step(way: str, sibling: bytes) -> bytes:
    """A lawful `InnerOp`: the child goes the way 0 or 1."""
    return inner_op(b"\x01", sibling) if way == "0" else inner_op(b"\x01" + sibling)


@dataclass(frozen=True)
class Exist:
    """An `ExistenceProof`, its steps written already."""

    key: bytes
    value: bytes
    steps: Sequence[bytes]
    leaf: bytes = field(default=LEAF_OP)

    def _head(self) -> bytes:
        return text(1, self.key) + text(2, self.value) + text(3, self.leaf)

    def plain(self) -> bytes:
        """The message."""
        return self._head() + b"".join(text(4, one) for one in self.steps)

    def compressed(self, lookup: list[bytes]) -> bytes:
        """The message with its steps in a lookup."""
        lookup.extend(one for one in dict.fromkeys(self.steps) if one not in lookup)
        path = b"".join(varint(lookup.index(one)) for one in self.steps)
        return self._head() + (text(4, path) if path else b"")


@dataclass(frozen=True)
class Nonexist:
    """A `NonExistenceProof`."""

    key: bytes
    left: Exist | None
    right: Exist | None

    def plain(self) -> bytes:
        """The message."""
        sides = ((2, self.left), (3, self.right))
        return text(1, self.key) + b"".join(text(n, side.plain()) for n, side in sides if side)

    def compressed(self, lookup: list[bytes]) -> bytes:
        """The message with its steps in a lookup."""
        sides = ((2, self.left), (3, self.right))
        return text(1, self.key) + b"".join(
            text(n, side.compressed(lookup)) for n, side in sides if side
        )


def honest(proof: Existence) -> Exist:
    """A proof from the tree, ready to be told otherwise."""
    ways = reversed(bits(proof.key)[: len(proof.siblings)])
    steps = [step(way, sibling) for way, sibling in zip(ways, proof.siblings, strict=True)]
    return Exist(proof.key, proof.value, steps)


def _number_of(entry: Exist | Nonexist) -> int:
    return 1 if isinstance(entry, Exist) else 2


def plain(entry: Exist | Nonexist) -> bytes:
    """A `CommitmentProof` of one."""
    return text(_number_of(entry), entry.plain())


def batch(*entries: Exist | Nonexist) -> bytes:
    """A `CommitmentProof` of several."""
    return text(3, b"".join(text(1, text(_number_of(one), one.plain())) for one in entries))


def compressed(*entries: Exist | Nonexist) -> bytes:
    """A `CommitmentProof` of several that share their steps."""
    lookup: list[bytes] = []
    messages = [text(1, text(_number_of(one), one.compressed(lookup))) for one in entries]
    return text(4, b"".join(messages) + b"".join(text(2, one) for one in lookup))
