"""The demo on four validators: each act at the next one, and what others check while they run."""

from pathlib import Path

import pytest

from cfi.genesis.scenarios.loader import scenario
from cfi.node.consensus.cometbft import binary
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import audited, audited_with_a_changed_byte
from cfi.node.demo.enrolment import enrol
from cfi.node.demo.member_check import member_checked
from cfi.node.demo.network_stage import (
    VALIDATORS,
    network_running,
    perform_together,
    set_network_stage,
)
from cfi.node.demo.stage import StageError
from cfi.node.demo.story import Story
from cfi.node.doctor import examine
from cfi.node.home import HomeError
from cfi.node.network.places import network_homes
from tests.effort import SOAK
from tests.network.running import engine_program

TOLD = scenario("phase-2")


@pytest.fixture(autouse=True)
def _built() -> None:
    engine_program()


def first_chapter(story: Story) -> None:
    """The members enrol; what follows takes the same ways and more time: the long form plays it."""
    enrol(story._player, story._told, story._cast, story._now)


def test_a_story_is_played_at_each_validator_and_checked_at_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not SOAK:
        monkeypatch.setattr(Story, "play", first_chapter)
    played = perform_together(tmp_path, TOLD, lambda _: None)
    homes = network_homes(tmp_path)
    assert len(homes) == VALIDATORS
    (roots,) = played.checks
    assert roots.passed, roots
    assert roots.what == "4 validators' roots"
    assert all(finding.sound for home in homes for finding in examine(home))
    assert [(each.what, each.passed) for each in audited(played.home)] == [
        ("auditor's replay", True),
        ("admission receipts", True),
    ]
    assert audited_with_a_changed_byte(played.home, tmp_path).passed
    member = TOLD.members[0].holder_id
    found = member_checked(played.home, Cast(TOLD.chain_id), member, network_running(tmp_path))
    assert [check.passed for check in found] == [True] * 3, found
    assert found[0].told.endswith(", witnessed")


def test_a_network_that_does_not_come_up_is_said(tmp_path: Path) -> None:
    set_network_stage(tmp_path, TOLD)
    network_homes(tmp_path)[2].node_key.unlink()
    said = r"the network in .* fails: .*; see "
    with pytest.raises(StageError, match=said), network_running(tmp_path):
        pass
    assert "the node key" in (tmp_path / "log").read_text()


def test_without_cometbft_nothing_is_founded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(binary, "BUILT", tmp_path / "nowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(HomeError, match="run `make engine`"):
        set_network_stage(tmp_path / "net", TOLD)
    assert not (tmp_path / "net").exists()
