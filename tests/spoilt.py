"""Bytes that were tampered with: never the same as before, whatever byte stood there."""


def spoilt(data: bytes, at: int = -1) -> bytes:
    """The data with the lowest bit of one byte turned: of the last, as a rule."""
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)
