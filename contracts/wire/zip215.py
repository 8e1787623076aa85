"""Ed25519 by ZIP-215: the rule by which CometBFT validators judge votes.  (ZIP 215)

It is wider than the ledger's own rule: encodings of A and R needn't be canonical, small orders are
allowed, and the equation is multiplied by the cofactor. This module is slow: it is asked only
where the strict rule has said no.
"""

from hashlib import sha512
from typing import Final

from cfi.contracts.wire.signatures import (
    FIELD_PRIME,
    GROUP_ORDER,
    KEY_BYTES,
    SIGNATURE_BYTES,
)

Point = tuple[int, int, int, int]
"""Extended coordinates X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z."""

_P: Final = FIELD_PRIME
_D: Final = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT_OF_MINUS_ONE: Final = pow(2, (_P - 1) // 4, _P)
_LOW_255_BITS: Final = (1 << 255) - 1
_IDENTITY: Final[Point] = (0, 1, 1, 0)


def verify_zip215(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is good by ZIP-215; false for wrong lengths."""
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    scalar = int.from_bytes(signature[32:], "little")
    if scalar >= GROUP_ORDER:
        return False
    key, point = decompress(public_key), decompress(signature[:32])
    if key is None or point is None:
        return False
    digest = sha512(signature[:32] + public_key + message).digest()
    challenge = int.from_bytes(digest, "little") % GROUP_ORDER
    difference = add(multiply(scalar, _BASE), negative(add(point, multiply(challenge, key))))
    return is_identity(multiply(8, difference))


def decompress(encoding: bytes) -> Point | None:
    """The point of a 32-byte encoding, canonical or not; None where y is of no point."""
    number = int.from_bytes(encoding, "little")
    y, sign = (number & _LOW_255_BITS) % _P, number >> 255
    u, v = (y * y - 1) % _P, (_D * y * y + 1) % _P
    x = u * pow(v, 3, _P) * pow(u * pow(v, 7, _P), (_P - 5) // 8, _P) % _P
    if (v * x * x - u) % _P != 0:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (v * x * x - u) % _P != 0:
        return None
    if x & 1 != sign:
        x = -x % _P
    return x, y, 1, x * y % _P


def add(left: Point, right: Point) -> Point:
    """The sum of two points.  (RFC 8032, 5.1.4)"""
    x1, y1, z1, t1 = left
    x2, y2, z2, t2 = right
    a, b = (y1 - x1) * (y2 - x2) % _P, (y1 + x1) * (y2 + x2) % _P
    c, d = 2 * t1 * t2 * _D % _P, 2 * z1 * z2 % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def negative(point: Point) -> Point:
    """The point that cancels another."""
    x, y, z, t = point
    return -x % _P, y, z, -t % _P


def multiply(scalar: int, point: Point) -> Point:
    """A point added to itself so many times."""
    total = _IDENTITY
    while scalar:
        if scalar & 1:
            total = add(total, point)
        point, scalar = add(point, point), scalar >> 1
    return total


def is_identity(point: Point) -> bool:
    """Whether a point is the neutral one."""
    x, y, z, _ = point
    return x % _P == 0 and (y - z) % _P == 0


def _base() -> Point:
    point = decompress((4 * pow(5, _P - 2, _P) % _P).to_bytes(KEY_BYTES, "little"))
    assert point is not None
    return point


_BASE: Final = _base()
