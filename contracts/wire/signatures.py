"""The ledger's signature rule: strict Ed25519.  (RFC 8032, 5.1; FIPS 186-5, 7.8)

One signature has one verdict on every machine: exact lengths, canonical encodings of the key A and
of the point R, neither of them of small order, S below the group order L, and the equation without
the cofactor. Replicas must agree on it: the library is pinned, and a node starts with `self_test`.
"""

from typing import Final

from nacl.bindings import crypto_sign, crypto_sign_open, crypto_sign_seed_keypair
from nacl.exceptions import BadSignatureError

KEY_BYTES: Final = 32
SEED_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
FIELD_PRIME: Final = 2**255 - 19
GROUP_ORDER: Final = 2**252 + 27742317777372353535851937790883648493

_SIGN_BIT: Final = 1 << 255
_LAST_OF_P: Final = 0x7F
_LAST_OF_L: Final = 0x10
_ORDER_EIGHT: Final = (
    0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7,
    0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826,
)
SMALL_ORDER: Final = frozenset(
    (y | sign).to_bytes(KEY_BYTES, "little")
    for y in (0, 1, FIELD_PRIME - 1, FIELD_PRIME, FIELD_PRIME + 1, *_ORDER_EIGHT)
    for sign in (0, _SIGN_BIT)
)
"""The 14 encodings of the eight points whose order divides 8."""

# Public key, message, signature: RFC 8032, 7.1, tests 1 to 3.
_KNOWN: Final = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)
# Good only with the cofactor; a key of small order: both must be refused.
_REFUSED: Final = (
    (
        "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d",
        "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed5125ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
    ),
    (
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
    ),
)


def verify(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature is good by the strict rule; never raises.  (RFC 8032, 5.1.7)"""
    if type(public_key) is not bytes or type(signature) is not bytes or type(message) is not bytes:
        return False
    if len(public_key) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        return False
    point = signature[:32]
    if public_key in SMALL_ORDER or point in SMALL_ORDER:
        return False
    # The last byte settles nearly every encoding before it is read as a number.
    if public_key[31] & _LAST_OF_P == _LAST_OF_P and not _is_canonical(public_key):
        return False
    if point[31] & _LAST_OF_P == _LAST_OF_P and not _is_canonical(point):
        return False
    if signature[63] >= _LAST_OF_L and int.from_bytes(signature[32:], "little") >= GROUP_ORDER:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except BadSignatureError:
        return False
    return True


def sign(key: bytes, message: bytes) -> bytes:
    """The 64-byte signature by a 32-byte seed or a 64-byte key (seed, then public key).

    Raises ValueError for a key of another length.  (RFC 8032, 5.1.6)
    """
    if len(key) == SEED_BYTES:
        _, key = crypto_sign_seed_keypair(key)
    elif len(key) != SEED_BYTES + KEY_BYTES:
        raise ValueError("a signing key has 32 or 64 bytes")
    return crypto_sign(message, key)[:SIGNATURE_BYTES]


def public_key_of(seed: bytes) -> bytes:
    """The public key of a 32-byte seed; raises ValueError for another length."""
    if len(seed) != SEED_BYTES:
        raise ValueError("a seed has 32 bytes")
    public_key, _ = crypto_sign_seed_keypair(seed)
    return public_key


def self_test() -> None:
    """Check the library against known signatures; raises RuntimeError if a verdict differs."""
    for vectors, verdict in ((_KNOWN, True), (_REFUSED, False)):
        for vector in vectors:
            public_key, message, signature = (bytes.fromhex(part) for part in vector)
            if verify(public_key, message, signature) is not verdict:
                raise RuntimeError("the Ed25519 library doesn't follow the ledger's rule")


def _is_canonical(encoding: bytes) -> bool:
    return int.from_bytes(encoding, "little") & ~_SIGN_BIT < FIELD_PRIME
