"""The trees by their definitions: recursive, slow, obviously right."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Final

ZERO: Final = bytes(32)


def h(*parts: bytes) -> bytes:
    """SHA-256."""
    return sha256(b"".join(parts)).digest()


def bits(key: bytes) -> str:
    """SHA-256(key) as 256 characters 0 or 1."""
    return "".join(f"{byte:08b}" for byte in h(key))


def outer_root(items: Mapping[bytes, bytes], prefix: str = "") -> bytes:
    """The root of the sparse tree, or of its part below a prefix of key bits."""
    below = {key: value for key, value in items.items() if bits(key).startswith(prefix)}
    if not below:
        return ZERO
    if len(below) == 1:
        [(key, value)] = below.items()
        return h(b"\x00", h(key), h(value))
    return h(b"\x01", outer_root(below, prefix + "0"), outer_root(below, prefix + "1"))


def outer_siblings(items: Mapping[bytes, bytes], key: bytes) -> list[bytes]:
    """What stands beside a present key's way, from the leaf up."""
    way = bits(key)
    depth = 0
    while sum(bits(other).startswith(way[:depth]) for other in items) > 1:
        depth += 1
    other_way = {"0": "1", "1": "0"}
    return [outer_root(items, way[:d] + other_way[way[d]]) for d in reversed(range(depth))]


def outer_neighbours(items: Mapping[bytes, bytes], key: bytes) -> tuple[bytes | None, bytes | None]:
    """The keys before and after an absent key, in the order of their hashes."""
    before = [other for other in items if h(other) < h(key)]
    after = [other for other in items if h(other) > h(key)]
    return max(before, key=h, default=None), min(after, key=h, default=None)


def rows_depth(leaves: Mapping[int, bytes]) -> int:
    """The least d for which all taken slots are below 2^d."""
    taken = [slot for slot, leaf in leaves.items() if leaf != ZERO]
    return max(taken, default=0).bit_length()


def rows_root(leaves: Mapping[int, bytes], first: int = 0, depth: int | None = None) -> bytes:
    """The root over the slots, or over the 2^depth slots from `first`."""
    if depth is None:
        depth = rows_depth(leaves)
    if depth == 0:
        return leaves.get(first, ZERO)
    half = 2 ** (depth - 1)
    left, right = rows_root(leaves, first, depth - 1), rows_root(leaves, first + half, depth - 1)
    return ZERO if left == right == ZERO else h(b"\x01", left, right)


def rows_path(leaves: Mapping[int, bytes], slot: int) -> list[bytes]:
    """What stands beside a slot's way, from the leaf up."""
    return [
        rows_root(leaves, (slot // 2**level ^ 1) * 2**level, level)
        for level in range(rows_depth(leaves))
    ]
