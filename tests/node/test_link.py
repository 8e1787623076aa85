"""The socket's frames: cut anywhere, they come out whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cfi.node.link import MAX_FRAME_BYTES, FrameError, FrameReader, Kind, frame

FRAMES = st.lists(
    st.tuples(st.sampled_from(Kind), st.integers(0, 2**32 - 1), st.binary(max_size=40)), max_size=6
)


def test_a_frame_is_its_length_its_kind_its_tag_and_its_content() -> None:
    assert frame(Kind.ASK, 7, b"abc") == bytes.fromhex("00000008 02 00000007 616263")


@given(FRAMES, st.integers(1, 30))
def test_frames_cut_anywhere_come_out_whole(
    frames: list[tuple[Kind, int, bytes]], piece: int
) -> None:
    stream = b"".join(frame(*each) for each in frames)
    reader = FrameReader()
    told = [
        each for at in range(0, len(stream), piece) for each in reader.feed(stream[at : at + piece])
    ]
    assert told == frames


@pytest.mark.parametrize("length", [0, 4, MAX_FRAME_BYTES + 1, 2**32 - 1])
def test_an_impossible_length_is_no_frame(length: int) -> None:
    good = frame(Kind.ASK, 1, b"x")
    told = FrameReader().feed(good + length.to_bytes(4, "big") + bytes(5))
    assert next(told) == (Kind.ASK, 1, b"x")
    with pytest.raises(FrameError):
        next(told)
