"""The founding officers' signatures under a genesis document and under anchors.  (ours)"""

from collections.abc import Iterable

from cfi.contracts.state.genesis import GenesisDocument, GenesisError, genesis_hash, read_genesis
from cfi.contracts.wire.codec import CodecError
from cfi.contracts.wire.officers import (
    ANCHOR_DOMAIN,
    GENESIS_DOMAIN,
    AnchorFile,
    NotSignedError,
    SignedBytes,
    anchor_bytes,
    officer_signature,
    read_anchor,
    read_signed_bytes,
    require_officers,
    signed_bytes,
)


def sign_genesis(document: bytes, seeds: Iterable[bytes]) -> bytes:
    """The signed genesis file: the document's bytes and the signatures of these officers' seeds."""
    return _signed(GENESIS_DOMAIN, document, seeds)


def sign_anchor(anchor: AnchorFile, seeds: Iterable[bytes]) -> bytes:
    """The signed anchor file."""
    return _signed(ANCHOR_DOMAIN, anchor_bytes(anchor), seeds)


def verify_genesis(data: bytes) -> tuple[bytes, GenesisDocument]:
    """The document in a signed genesis file, as bytes and as value; raises GenesisError unless
    enough of its officers signed it.
    """
    try:
        signed = read_signed_bytes(GENESIS_DOMAIN, data)
        document = read_genesis(signed.content)
        require_officers(GENESIS_DOMAIN, signed, document.officers, document.threshold)
    except (CodecError, NotSignedError) as error:
        raise GenesisError(str(error)) from error
    return signed.content, document


def verify_anchor(data: bytes, genesis: bytes, now: int) -> AnchorFile:
    """The anchor in a signed anchor file, for the chain of these genesis document's bytes; raises
    GenesisError if it is another chain's, not signed by enough of its officers, or out of its time.
    """
    document = read_genesis(genesis)
    try:
        signed = read_signed_bytes(ANCHOR_DOMAIN, data)
        require_officers(ANCHOR_DOMAIN, signed, document.officers, document.threshold)
        anchor = read_anchor(signed.content)
    except (CodecError, NotSignedError) as error:
        raise GenesisError(str(error)) from error
    if (anchor.chain_id, anchor.genesis_hash) != (document.chain_id, genesis_hash(genesis)):
        raise GenesisError("the anchor is another chain's")
    if not anchor.holds_at(now):
        raise GenesisError("the anchor is out of its time: get a newer one")
    return anchor


def _signed(domain: str, content: bytes, seeds: Iterable[bytes]) -> bytes:
    each = tuple(officer_signature(domain, content, seed) for seed in seeds)
    return signed_bytes(domain, SignedBytes(content=content, signatures=each))
