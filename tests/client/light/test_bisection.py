"""Following a chain over gaps, step by step and backwards; and asking witnesses."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import pytest

from cfi.client.light.bisection import (
    Fetch,
    SyncError,
    UnavailableError,
    ask_witnesses,
    sequential,
    sync,
)
from cfi.client.light.lightblock import LightBlock
from cfi.client.light.verifier import TrustOptions
from cfi.contracts.wire.quantities import Height
from tests.chains import chain, resigned, seconds

NOW = seconds(1_000)
OPTIONS = TrustOptions()
SAME = chain([{1: 1, 2: 1, 3: 1}] * 20)
MOVING = chain([{step: 1, step + 1: 1, step + 2: 1} for step in range(20)])
Follow = Callable[[LightBlock, Height, Fetch], Sequence[LightBlock]]


def source(blocks: Sequence[LightBlock], asked: list[int] | None = None) -> Fetch:
    """A source that has these blocks, and notes what it was asked for."""
    by_height = {block.height: block for block in blocks}

    def fetch(height: Height) -> LightBlock:
        if asked is not None:
            asked.append(height)
        if height not in by_height:
            raise UnavailableError(f"no block {height}")
        return by_height[height]

    return fetch


def forged(blocks: Sequence[LightBlock], height: int, by: dict[int, int]) -> list[LightBlock]:
    """A chain with one block changed, and signed by others."""
    return [
        resigned(block, by, app_hash=bytes(32)) if block.height == height else block
        for block in blocks
    ]


def follow(blocks: Sequence[LightBlock], target: int, start: int = 1) -> list[int]:
    trace = sync(blocks[start - 1], Height(target), source(blocks), NOW, OPTIONS)
    return [block.height for block in trace]


class TestSync:
    def test_a_steady_set_takes_one_step(self) -> None:
        assert follow(SAME, 20) == [1, 20]

    def test_a_moving_set_takes_pivots_at_nine_sixteenths(self) -> None:
        asked: list[int] = []
        trace = sync(MOVING[0], Height(20), source(MOVING, asked), NOW, OPTIONS)
        assert asked[:4] == [20, 11, 6, 3]
        assert trace[-1] == MOVING[19]

    def test_each_block_of_the_trace_is_known_by_the_one_before(self) -> None:
        heights = follow(MOVING, 20)
        assert heights == sorted(set(heights))
        assert all(0 < later - earlier <= 3 for earlier, later in pairwise(heights))

    def test_the_trusted_height_needs_no_step(self) -> None:
        assert follow(SAME, 5, start=5) == [5]

    def test_earlier_blocks_are_found_by_their_hashes(self) -> None:
        assert follow(SAME, 3, start=6) == [6, 5, 4, 3]

    def test_every_block_can_be_verified_in_turn(self) -> None:
        trace = sequential(MOVING[0], Height(20), source(MOVING), NOW, OPTIONS)
        assert list(trace) == MOVING


class TestRefusals:
    def test_a_forged_target(self) -> None:
        blocks = forged(MOVING, 20, {19: 1})
        with pytest.raises(SyncError, match="height 20") as raised:
            sync(MOVING[0], Height(20), source(blocks), NOW, OPTIONS)
        assert raised.value.height == 20

    def test_a_forged_block_in_turn(self) -> None:
        blocks = forged(SAME, 4, {8: 1})
        with pytest.raises(SyncError, match="height 4"):
            sequential(SAME[0], Height(6), source(blocks), NOW, OPTIONS)

    def test_a_forged_earlier_block(self) -> None:
        blocks = forged(SAME, 4, {1: 1, 2: 1, 3: 1})
        with pytest.raises(SyncError, match="height 4"):
            sync(SAME[5], Height(3), source(blocks), NOW, OPTIONS)

    def test_a_source_that_gives_another_height(self) -> None:
        with pytest.raises(SyncError, match="gave height 2 instead"):
            sync(SAME[0], Height(9), lambda _: SAME[1], NOW, OPTIONS)

    def test_a_source_that_has_nothing(self) -> None:
        with pytest.raises(UnavailableError):
            sync(MOVING[0], Height(20), source([MOVING[19]]), NOW, OPTIONS)

    @pytest.mark.parametrize("target", [3, 9])
    def test_trust_that_has_expired(self, target: int) -> None:
        late = seconds(400 * 86_400)
        with pytest.raises(SyncError, match="older than the trusting period"):
            sync(SAME[5], Height(target), source(SAME), late, OPTIONS)


class TestWitnesses:
    TRACE = sync(SAME[0], Height(20), source(SAME), NOW, OPTIONS)
    BY_ALL = forged(SAME, 20, {1: 1, 2: 1, 3: 1})

    def test_with_none_nothing_is_witnessed(self) -> None:
        assert not ask_witnesses(self.TRACE, {}, NOW, OPTIONS).witnessed

    def test_one_that_agrees_is_enough(self) -> None:
        report = ask_witnesses(self.TRACE, {"a": source(SAME), "b": source([])}, NOW, OPTIONS)
        assert (report.agreeing, report.silent, report.witnessed) == (("a",), ("b",), True)

    def test_another_block_signed_well_enough_is_evidence(self) -> None:
        witnesses = {"a": source(SAME), "b": source(self.BY_ALL)}
        report = ask_witnesses(self.TRACE, witnesses, NOW, OPTIONS)
        [divergence] = report.divergences
        assert not report.witnessed
        assert (divergence.witness, divergence.common) == ("b", SAME[0])
        assert (divergence.trusted, divergence.conflicting) == (SAME[19], self.BY_ALL[19])

    def test_another_block_that_nobody_signed_is_a_faulty_witness(self) -> None:
        witness = source(forged(SAME, 20, {8: 1}))
        report = ask_witnesses(self.TRACE, {"b": witness}, NOW, OPTIONS)
        assert (report.faulty, report.divergences) == (("b",), ())

    def test_a_witness_of_another_chain_is_faulty(self) -> None:
        report = ask_witnesses(self.TRACE, {"b": source(MOVING)}, NOW, OPTIONS)
        assert report.faulty == ("b",)

    def test_a_witness_that_comes_to_agree_is_asked_another_time(self) -> None:
        answers = [self.BY_ALL[19], SAME[0], SAME[19]]
        report = ask_witnesses(self.TRACE, {"b": lambda _: answers.pop(0)}, NOW, OPTIONS)
        assert report.silent == ("b",)
