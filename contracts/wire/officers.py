"""What the founding officers sign: the genesis document and the anchors of light clients.  (ours)

An officer signs the deterministic CBOR array of a domain and the SHA-256 of the bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import cbor2

from cfi.contracts.wire import codec, signatures
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash, PublicKey, Signature, schema_of
from cfi.contracts.wire.text import Identifier

GENESIS_DOMAIN: Final = "cfi/genesis/v1"
ANCHOR_DOMAIN: Final = "cfi/anchor/v1"
MAX_GENESIS_BYTES: Final = 64 * 1024 * 1024
_FIELDS: Final = 3


class NotSignedError(ValueError):
    """Too few officers signed, somebody else did, or a signature is wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerSignature:
    """One officer's signature."""

    key: PublicKey
    signature: Signature


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedBytes:
    """Bytes with the officers' signatures: a signed genesis or a signed anchor."""

    content: bytes
    signatures: tuple[OfficerSignature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnchorFile:
    """A header that a light client may start from, while its period lasts."""

    chain_id: Identifier
    genesis_hash: Hash
    height: Height
    header_hash: Hash
    time: Instant
    period: Seconds
    """For how long after `time` it may be started from."""

    def holds_at(self, now: int) -> bool:
        """True until its period is over; never before its time."""
        return self.time <= now < self.time + self.period


def officers_statement(domain: str, content: bytes) -> bytes:
    """What an officer signs."""
    return codec.encode([domain, sha256(content).digest()])


def officer_signature(domain: str, content: bytes, seed: bytes) -> OfficerSignature:
    """The signature of the officer with this 32-byte seed; raises ValueError for another length."""
    return OfficerSignature(
        key=PublicKey(signatures.public_key_of(seed)),
        signature=Signature(signatures.sign(seed, officers_statement(domain, content))),
    )


def require_officers(
    domain: str, signed: SignedBytes, officers: Sequence[PublicKey], threshold: int
) -> None:
    """Raise NotSignedError unless at least `threshold` officers signed, and nobody else."""
    statement = officers_statement(domain, signed.content)
    seen: dict[PublicKey, None] = {}
    for each in signed.signatures:
        if each.key not in officers:
            raise NotSignedError("signed by a key that is no founding officer's")
        if each.key in seen:
            raise NotSignedError("the same officer signed twice")
        if not signatures.verify(each.key, statement, each.signature):
            raise NotSignedError("an officer's signature doesn't verify")
        seen[each.key] = None
    if len(seen) < threshold:
        raise NotSignedError(f"{len(seen)} of the officers signed, {threshold} have to")


def signed_bytes(domain: str, signed: SignedBytes) -> bytes:
    """The file of signed bytes: the array of domain, content, and pairs of key and signature."""
    pairs = [[each.key, each.signature] for each in signed.signatures]
    return codec.encode([domain, signed.content, pairs])


def read_signed_bytes(domain: str, data: bytes) -> SignedBytes:
    """Read such a file; raises CodecError."""
    items = codec.array(codec.parse(data, MAX_GENESIS_BYTES))
    if cbor2.dumps(items) != data or len(items) != _FIELDS or items[0] != domain:
        raise codec.CodecError(f"not a file of {domain}")
    _, content, pairs = items
    if type(content) is not bytes:
        raise codec.CodecError(f"not a file of {domain}")
    schema = schema_of(OfficerSignature)
    return SignedBytes(
        content=content, signatures=tuple(schema.from_items(pair) for pair in codec.array(pairs))
    )


def anchor_bytes(anchor: AnchorFile) -> bytes:
    """The bytes that the officers sign for an anchor."""
    return schema_of(AnchorFile).encode(anchor)


def read_anchor(data: bytes) -> AnchorFile:
    """Read an anchor's bytes; raises CodecError."""
    return schema_of(AnchorFile).decode(data)
