"""The hashes of the trees: one byte tells a leaf from an inner node.  (ICS23, SmtSpec)"""

from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
MAX_TREE_DEPTH: Final = 256
EMPTY_HASH: Final = bytes(HASH_BYTES)
"""An empty subtree, and the root of an empty tree."""
LEAF_PREFIX: Final = b"\x00"
INNER_PREFIX: Final = b"\x01"


def hashed(data: bytes) -> bytes:
    """SHA-256, 32 bytes."""
    return sha256(data).digest()


def leaf_hash(key_hash: bytes, value: bytes) -> bytes:
    """A leaf's hash: SHA-256(00 | SHA-256(key) | SHA-256(value))."""
    return sha256(LEAF_PREFIX + key_hash + sha256(value).digest()).digest()


def inner_hash(left: bytes, right: bytes) -> bytes:
    """An inner node's hash: SHA-256(01 | left | right)."""
    return sha256(INNER_PREFIX + left + right).digest()


def bit_at(key_hash: bytes, depth: int) -> int:
    """Which way a key goes at a depth: 0 is left, 1 right; depth 0 reads the highest bit."""
    return key_hash[depth >> 3] >> (7 - (depth & 7)) & 1
