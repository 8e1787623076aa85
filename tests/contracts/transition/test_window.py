"""No act is decided twice: the window of ids."""

import pytest

from cfi.contracts.transition.window import Window
from cfi.contracts.wire.limits import REPLAY_WINDOW_HEIGHTS
from cfi.contracts.wire.schema import Hash

ONE, TWO, THREE = (Hash(bytes([number]) * 32) for number in (1, 2, 3))


@pytest.fixture
def window() -> Window:
    window = Window()
    window.add(5, (ONE, TWO))
    window.add(6, ())
    window.add(7, (THREE,))
    return window


def test_it_has_the_acts_of_its_heights(window: Window) -> None:
    assert all(act_id in window for act_id in (ONE, TWO, THREE))
    assert window.heights() == [(5, (ONE, TWO)), (7, (THREE,))]


def test_an_act_leaves_after_300_heights(window: Window) -> None:
    assert window.add(5 + REPLAY_WINDOW_HEIGHTS, ()) == []
    assert ONE in window
    assert window.add(6 + REPLAY_WINDOW_HEIGHTS, ()) == [5]
    assert (ONE in window, TWO in window, THREE in window) == (False, False, True)
    assert window.add(8 + REPLAY_WINDOW_HEIGHTS, ()) == [7]
    assert window.heights() == []


def test_a_height_is_taken_back(window: Window) -> None:
    window.take_back(8)
    assert THREE in window
    window.take_back(7)
    assert (THREE in window, ONE in window) == (False, True)
    window.take_back(1)
    assert window.heights() == []
