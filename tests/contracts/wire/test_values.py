"""A value that a maker made is one that its class made."""

from dataclasses import FrozenInstanceError, dataclass

import pytest

from cfi.contracts.wire.values import maker_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    one: int
    other: str = "none"


@dataclass(frozen=True, slots=True)
class Checked:
    one: int

    def __post_init__(self) -> None:
        assert self.one > 0


make_pair = maker_of(Pair)


def test_nobody_can_tell_it_from_one_that_the_class_made() -> None:
    made = make_pair(one=1, other="two")
    assert type(made) is Pair
    assert made == Pair(one=1, other="two") and hash(made) == hash(Pair(one=1, other="two"))
    assert repr(made) == repr(Pair(one=1, other="two"))


def test_fields_go_by_place_too_and_have_their_defaults() -> None:
    assert maker_of(Pair)(1) == Pair(one=1)  # type: ignore[call-arg]


def test_it_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make_pair(one=1).one = 2  # type: ignore[misc]


def test_every_field_without_a_default_is_asked_for() -> None:
    with pytest.raises(TypeError, match="one"):
        make_pair()  # type: ignore[call-arg]


def test_a_class_that_checks_itself_has_no_maker() -> None:
    with pytest.raises(AssertionError, match="runs nothing of the class"):
        maker_of(Checked)
