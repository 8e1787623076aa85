"""What the founding officers sign."""

from dataclasses import replace

import pytest

from cfi.contracts.state.genesis import GenesisError, genesis_hash
from cfi.contracts.wire.codec import CodecError, encode
from cfi.contracts.wire.officers import (
    ANCHOR_DOMAIN,
    GENESIS_DOMAIN,
    AnchorFile,
    SignedBytes,
    officer_signature,
    read_signed_bytes,
    signed_bytes,
)
from cfi.contracts.wire.quantities import Height, Instant, Seconds
from cfi.contracts.wire.schema import Hash
from cfi.contracts.wire.text import Identifier
from cfi.genesis.builder import build_genesis
from cfi.genesis.officers import sign_anchor, sign_genesis, verify_anchor, verify_genesis
from tests.genesis.founders import OFFICER_SEEDS, PLAN, TIME, seed

DATA = build_genesis(PLAN)
OTHER = build_genesis(replace(PLAN, time=TIME + 1))
WEEK = 7 * 86_400
ANCHOR = AnchorFile(
    chain_id=Identifier("sim-founders"),
    genesis_hash=genesis_hash(DATA),
    height=Height(100),
    header_hash=Hash(seed(9)),
    time=Instant(TIME),
    period=Seconds(WEEK),
)


@pytest.mark.parametrize(
    "seeds", [OFFICER_SEEDS, OFFICER_SEEDS[:2], OFFICER_SEEDS[1:], OFFICER_SEEDS[2::-2]]
)
def test_two_of_three_officers_suffice(seeds: tuple[bytes, ...]) -> None:
    data, document = verify_genesis(sign_genesis(DATA, seeds))
    assert data == DATA
    assert document.chain_id == "sim-founders"


@pytest.mark.parametrize(
    ("seeds", "sentence"),
    [
        pytest.param((), "0 of the officers", id="nobody"),
        pytest.param(OFFICER_SEEDS[:1], "1 of the officers", id="one"),
        pytest.param(OFFICER_SEEDS[:1] * 2, "signed twice", id="one twice"),
        pytest.param((*OFFICER_SEEDS, seed(99)), "no founding officer", id="a stranger too"),
    ],
)
def test_others_don_t(seeds: tuple[bytes, ...], sentence: str) -> None:
    with pytest.raises(GenesisError, match=sentence):
        verify_genesis(sign_genesis(DATA, seeds))
    with pytest.raises(GenesisError, match=sentence):
        verify_anchor(sign_anchor(ANCHOR, seeds), DATA, TIME)


def signed_with(domain: str, content: bytes, signed: bytes) -> bytes:
    """A file of some content with signatures of another."""
    each = tuple(officer_signature(domain, signed, officer) for officer in OFFICER_SEEDS)
    return signed_bytes(GENESIS_DOMAIN, SignedBytes(content=content, signatures=each))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(signed_with(GENESIS_DOMAIN, OTHER, DATA), id="another document's"),
        pytest.param(signed_with(ANCHOR_DOMAIN, DATA, DATA), id="for another domain"),
    ],
)
def test_signatures_of_something_else_are_none(data: bytes) -> None:
    with pytest.raises(GenesisError, match="doesn't verify"):
        verify_genesis(data)


class TestAnchors:
    def test_a_light_client_may_start_from_one(self) -> None:
        data = sign_anchor(ANCHOR, OFFICER_SEEDS[:2])
        assert verify_anchor(data, DATA, TIME + WEEK - 1) == ANCHOR

    @pytest.mark.parametrize("now", [TIME - 1, TIME + WEEK])
    def test_not_out_of_its_time(self, now: int) -> None:
        with pytest.raises(GenesisError, match="newer one"):
            verify_anchor(sign_anchor(ANCHOR, OFFICER_SEEDS), DATA, now)

    @pytest.mark.parametrize(
        "anchor",
        [
            replace(ANCHOR, genesis_hash=genesis_hash(OTHER)),
            replace(ANCHOR, chain_id=Identifier("sim-other")),
        ],
    )
    def test_not_another_chains(self, anchor: AnchorFile) -> None:
        with pytest.raises(GenesisError, match="another chain's"):
            verify_anchor(sign_anchor(anchor, OFFICER_SEEDS), DATA, TIME)

    def test_a_genesis_is_none(self) -> None:
        with pytest.raises(GenesisError, match="not a file of cfi/anchor/v1"):
            verify_anchor(sign_genesis(DATA, OFFICER_SEEDS), DATA, TIME)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(encode([GENESIS_DOMAIN, DATA]), id="no signatures"),
        pytest.param(encode([ANCHOR_DOMAIN, DATA, []]), id="another domain"),
        pytest.param(encode([GENESIS_DOMAIN, "text", []]), id="no bytes"),
        pytest.param(encode([GENESIS_DOMAIN, DATA, [[b"", b""]]]), id="no key"),
        pytest.param(encode([GENESIS_DOMAIN, DATA, {}]), id="no list"),
        pytest.param(encode({}), id="no array"),
    ],
)
def test_other_bytes_are_no_signed_file(data: bytes) -> None:
    with pytest.raises(CodecError):
        read_signed_bytes(GENESIS_DOMAIN, data)
    with pytest.raises(GenesisError):
        verify_genesis(data)
