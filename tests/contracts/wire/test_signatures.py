"""RFC 8032 made strict: one verdict for every signature; and ZIP-215, which is wider."""

from operator import attrgetter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.contracts.wire import signatures
from cfi.contracts.wire.signatures import (
    FIELD_PRIME,
    GROUP_ORDER,
    SMALL_ORDER,
    public_key_of,
    self_test,
    sign,
    verify,
)
from cfi.contracts.wire.votes import verify_vote
from cfi.contracts.wire.zip215 import decompress, is_identity, multiply, verify_zip215
from tests.contracts.wire.vectors import VECTORS, Vector

SEED = bytes(range(32))
NOT_BYTES = bytearray(32)


@pytest.mark.parametrize("vector", VECTORS, ids=attrgetter("sentence"))
def test_vector(vector: Vector) -> None:
    subject = (vector.public_key, vector.message, vector.signature)
    assert verify(*subject) is vector.strict
    assert verify_zip215(*subject) is vector.zip215
    assert verify_vote(*subject) is (vector.strict or vector.zip215)


class TestSmallOrder:
    def test_there_are_14_encodings(self) -> None:
        assert len(SMALL_ORDER) == 14

    def test_each_is_of_a_point_that_eight_times_itself_cancels(self) -> None:
        points = [decompress(encoding) for encoding in sorted(SMALL_ORDER)]
        assert all(point is not None and is_identity(multiply(8, point)) for point in points)

    def test_eight_points_have_them(self) -> None:
        points = {decompress(encoding) for encoding in SMALL_ORDER}
        assert len(points) == 8


class TestSigning:
    def test_a_seed_and_a_whole_key_sign_the_same(self) -> None:
        key = SEED + public_key_of(SEED)
        assert sign(SEED, b"act") == sign(key, b"act")

    @given(st.binary(min_size=32, max_size=32), st.binary(max_size=300))
    def test_what_is_signed_is_good_by_both_rules(self, seed: bytes, message: bytes) -> None:
        signature = sign(seed, message)
        assert verify(public_key_of(seed), message, signature)
        assert verify_zip215(public_key_of(seed), message, signature)

    @given(st.binary(max_size=80), st.binary(max_size=80), st.binary(max_size=80))
    def test_bytes_never_raise(self, key: bytes, message: bytes, signature: bytes) -> None:
        assert verify(key, message, signature) is False

    @pytest.mark.parametrize("length", [0, 31, 33, 63, 65])
    def test_keys_of_other_lengths_are_refused(self, length: int) -> None:
        with pytest.raises(ValueError, match="32 or 64 bytes"):
            sign(bytes(length), b"act")
        with pytest.raises(ValueError, match="32 bytes"):
            public_key_of(bytes(length))


class TestWhatIsNotBytes:
    @pytest.mark.parametrize("place", range(3))
    @pytest.mark.parametrize("value", [None, 1, "text", NOT_BYTES, memoryview(b"")])
    def test_is_no_signature_and_never_raises(self, place: int, value: object) -> None:
        subject: list[object] = [public_key_of(SEED), b"act", sign(SEED, b"act")]
        assert verify(*subject)  # type: ignore[arg-type]
        subject[place] = value
        assert verify(*subject) is False  # type: ignore[arg-type]


class TestSelfTest:
    def test_passes_with_the_pinned_library(self) -> None:
        self_test()

    @pytest.mark.parametrize("verdict", [True, False])
    def test_stops_a_node_whose_library_differs(
        self, monkeypatch: pytest.MonkeyPatch, verdict: bool
    ) -> None:
        monkeypatch.setattr(signatures, "verify", lambda *_: verdict)
        with pytest.raises(RuntimeError, match="doesn't follow"):
            self_test()


class TestWithoutTheLibrarysOwnChecks:
    """The rule is ours: it holds even where the library would let everything pass."""

    KEY, GOOD = public_key_of(SEED), sign(SEED, b"act")
    HIGH = (GROUP_ORDER).to_bytes(32, "little")
    LAST = (FIELD_PRIME + 18).to_bytes(32, "little")
    FIRST = (FIELD_PRIME + 2).to_bytes(32, "little")

    @pytest.fixture(autouse=True)
    def _anything_passes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signatures, "crypto_sign_open", lambda *_: b"")

    def test_what_is_well_formed_reaches_the_library(self) -> None:
        below_p = (FIELD_PRIME - 2).to_bytes(32, "little")
        below_l = (GROUP_ORDER - 1).to_bytes(32, "little")
        assert verify(self.KEY, b"act", bytes(64)[:32].replace(b"\0", b"\7") + below_l)
        assert verify(below_p, b"act", below_p + self.GOOD[32:])

    @pytest.mark.parametrize("encoding", [*sorted(SMALL_ORDER), FIRST, LAST])
    def test_a_key_or_point_of_small_order_or_not_canonical_never_does(
        self, encoding: bytes
    ) -> None:
        assert not verify(encoding, b"act", self.GOOD)
        assert not verify(self.KEY, b"act", encoding + self.GOOD[32:])

    @pytest.mark.parametrize("scalar", [HIGH, b"\xff" * 32])
    def test_nor_does_a_scalar_of_the_groups_order_or_more(self, scalar: bytes) -> None:
        assert not verify(self.KEY, b"act", self.GOOD[:32] + scalar)


@pytest.mark.parametrize("message", [b"", b"act"])
def test_zip_215_refuses_keys_and_points_that_are_none(message: bytes) -> None:
    good, none = sign(SEED, message), (2).to_bytes(32, "little")
    assert not verify_zip215(none, message, good)
    assert not verify_zip215(public_key_of(SEED), message, none + good[32:])
