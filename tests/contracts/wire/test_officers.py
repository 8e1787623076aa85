"""Signed by the founding officers: enough of them, nobody else, over exactly these bytes."""

from dataclasses import replace
from typing import Any

import pytest

from cfi.contracts.wire.codec import CodecError, encode
from cfi.contracts.wire.officers import (
    ANCHOR_DOMAIN,
    GENESIS_DOMAIN,
    AnchorFile,
    NotSignedError,
    OfficerSignature,
    SignedBytes,
    anchor_bytes,
    officer_signature,
    read_anchor,
    read_signed_bytes,
    require_officers,
    signed_bytes,
)
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash, PublicKey, Signature
from cfi.contracts.wire.signatures import public_key_of
from cfi.contracts.wire.text import Identifier

SEEDS = [bytes([number]) * 32 for number in (1, 2, 3)]
OFFICERS = [PublicKey(public_key_of(seed)) for seed in SEEDS]
STRANGER = bytes([9]) * 32
CONTENT = b"the document"
ANCHOR = AnchorFile(
    chain_id=Identifier("test"),
    genesis_hash=Hash(bytes(32)),
    height=Height(7),
    header_hash=Hash(b"\x01" * 32),
    time=Instant(1_000),
    period=Seconds(100),
)


def by(*seeds: bytes, content: bytes = CONTENT, domain: str = GENESIS_DOMAIN) -> SignedBytes:
    signatures = tuple(officer_signature(domain, content, seed) for seed in seeds)
    return SignedBytes(content=content, signatures=signatures)


@pytest.mark.parametrize("seeds", [SEEDS[:2], SEEDS[1:], SEEDS])
def test_two_of_three_are_enough(seeds: list[bytes]) -> None:
    require_officers(GENESIS_DOMAIN, by(*seeds), OFFICERS, 2)


@pytest.mark.parametrize(
    ("sentence", "signed", "said"),
    [
        ("one is too few", by(SEEDS[0]), "1 of the officers signed, 2 have to"),
        ("nobody is too few", by(), "0 of the officers"),
        ("twice the same is one", by(SEEDS[0], SEEDS[0]), "the same officer signed twice"),
        ("a stranger beside two officers", by(*SEEDS[:2], STRANGER), "no founding officer's"),
        ("for another purpose", by(*SEEDS, domain=ANCHOR_DOMAIN), "doesn't verify"),
        ("other bytes", replace(by(*SEEDS), content=b"another"), "doesn't verify"),
    ],
)
def test_what_does_not_count(sentence: str, signed: SignedBytes, said: str) -> None:
    with pytest.raises(NotSignedError, match=said):
        require_officers(GENESIS_DOMAIN, signed, OFFICERS, 2)


def test_a_file_of_signed_bytes_comes_back() -> None:
    data = signed_bytes(GENESIS_DOMAIN, by(*SEEDS))
    assert read_signed_bytes(GENESIS_DOMAIN, data) == by(*SEEDS)


def test_a_seed_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32"):
        officer_signature(GENESIS_DOMAIN, CONTENT, bytes(31))


PAIR = [bytes(32), bytes(64)]


@pytest.mark.parametrize(
    ("sentence", "items"),
    [
        ("no array", {}),
        ("a field too few", [GENESIS_DOMAIN, CONTENT]),
        ("another domain", [ANCHOR_DOMAIN, CONTENT, [PAIR]]),
        ("text for bytes", [GENESIS_DOMAIN, "content", [PAIR]]),
        ("no list of signatures", [GENESIS_DOMAIN, CONTENT, None]),
        ("a signature without its key", [GENESIS_DOMAIN, CONTENT, [PAIR[1:]]]),
        ("a short signature", [GENESIS_DOMAIN, CONTENT, [[bytes(32), bytes(63)]]]),
    ],
)
def test_what_is_no_such_file(sentence: str, items: Any) -> None:
    with pytest.raises(CodecError):
        read_signed_bytes(GENESIS_DOMAIN, encode(items))


def test_a_file_is_deterministic() -> None:
    data = signed_bytes(GENESIS_DOMAIN, by(*SEEDS))
    assert data[:1] == b"\x83"
    with pytest.raises(CodecError):
        read_signed_bytes(GENESIS_DOMAIN, b"\x98\x03" + data[1:])


def test_an_anchor_comes_back() -> None:
    assert read_anchor(anchor_bytes(ANCHOR)) == ANCHOR
    with pytest.raises(CodecError):
        read_anchor(anchor_bytes(ANCHOR) + b"\x00")


@pytest.mark.parametrize(
    ("now", "holds"), [(999, False), (1_000, True), (1_099, True), (1_100, False)]
)
def test_an_anchor_holds_for_its_period(now: int, holds: bool) -> None:
    assert ANCHOR.holds_at(now) is holds


def test_a_signature_of_zeros_is_no_officers() -> None:
    forged = OfficerSignature(key=OFFICERS[0], signature=Signature(bytes(64)))
    with pytest.raises(NotSignedError, match="doesn't verify"):
        require_officers(
            GENESIS_DOMAIN, SignedBytes(content=CONTENT, signatures=(forged,)), OFFICERS, 1
        )
