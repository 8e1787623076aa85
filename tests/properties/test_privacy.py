"""RB 5.3.1, OM 2.6: no single holder's activity is published.

Two ledgers are alike but for one figure of company A's. Whatever it does, and whatever the Exchange
does about it, anybody reads the same of both, but for what the stories list; and no public row that
is written by the way names the company.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cfi.contracts.rules.custody.retire import retire
from cfi.contracts.rules.reports.finalise_report import finalise_report
from cfi.contracts.state.catalogue import TABLES
from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.rows.governance import PARAMETERS
from cfi.contracts.state.table import PublicTable
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.dispatch import DUE, RULE_BOOKS, RuleBook
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.catalogue import MESSAGES
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.reports.finalise_report import FinaliseReport
from cfi.contracts.wire.quantities import Count, Tonnes
from tests.architecture.tree import text
from tests.contracts import ledger as ledgers
from tests.contracts.filings import A
from tests.contracts.ledger import Ledger
from tests.effort import effort
from tests.properties.anything import HOLDERS, Anything
from tests.properties.own_affairs import ENDED, MOST_CFIS, STORIES, Story, World

STEPS: Final = 150
PAGE: Final = Path("docs/privacy.md")
Public = dict[str, dict[bytes, bytes]]
"""Rows by table and key."""
PUBLIC_EFFECTS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "AdjustBaseline": ENDED | {"notices"},
        "AddValidator": frozenset({"validators", "notices"}),
        "AdvanceClock": frozenset({"clock"}),
        "Approve": frozenset({"supply", "pages", "notices", "true_ups"}),
        "CancelUpgrade": frozenset({"upgrades", "notices"}),
        "ChangeValidatorPower": frozenset({"validators", "notices"}),
        "DecideApplication": frozenset({"notices"}),
        "DeliverCure": ENDED,
        "DonateForRetirement": ENDED,
        "EstablishBaseline": ENDED | {"notices"},
        "ExtendStage": frozenset({"true_ups"}),
        "RegisterNode": frozenset({"admission_keys"}),
        "ReinstateHolder": frozenset({"notices"}),
        "RemoveValidator": frozenset({"validators", "notices"}),
        "Retire": ENDED,
        "RotateConsensusKey": frozenset({"validators", "notices"}),
        "ScheduleTrueUp": frozenset({"true_ups"}),
        "ScheduleUpgrade": frozenset({"upgrades", "notices"}),
        "SetParameter": frozenset({"parameters", "notices"}),
        "SuspendHolder": frozenset({"notices"}),
        "TerminateHolder": frozenset({"notices"}),
    }
)
"""The public tables that a kind of message may write; no other kind writes any."""
DUE_EFFECTS: Final = ENDED | {"true_ups", "notices", "programme_figures"}
"""Those that due work may write."""
NAMING: Final = frozenset(
    {
        # A holder comes, stands or goes.  (RB 2.4.1, 2.8, 2.11)
        "DecideApplication",
        "SuspendHolder",
        "ReinstateHolder",
        "TerminateHolder",
        "Approve",
        # Who runs a validator or a node.  (ours 0025, 0042)
        "AddValidator",
        "ChangeValidatorPower",
        "RemoveValidator",
        "RotateConsensusKey",
        "RegisterNode",
    }
)
"""The kinds of messages whose public rows may name a holder."""


def told_of(story: Story, tonnes: Tonnes) -> tuple[Public, Public]:
    """What anybody reads before an act, and once it is done with all that falls due at once."""
    world = World()
    act = story.act(world, tonnes)
    before = world.ledger.public_rows()
    world.filing.does(*act)
    world.ledger.pass_time()
    return before, world.ledger.public_rows()


def written(before: Public, after: Public) -> dict[str, bytes]:
    """The public rows that changed, joined, by table."""
    return {
        name: b"".join(row for key, row in rows.items() if before[name].get(key) != row)
        for name, rows in after.items()
        if before[name] != rows
    }


def compare(story: Story, one: int, other: int) -> None:
    """Compare what is told of two figures, in CFIs."""
    before, after = told_of(story, Tonnes(one * 100))
    others_before, others_after = told_of(story, Tonnes(other * 100))
    assert before == others_before, "the figure is known before"
    told_by = {name for name in after if after[name] != others_after[name]}
    assert told_by == story.told_by, "the figure is told"
    assert A.encode() not in b"".join(written(before, after).values()), "the company is named"


FIGURES: Final = st.lists(st.integers(1, MOST_CFIS), min_size=2, max_size=2, unique=True)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.sentence)
@given(figures=FIGURES)
@settings(max_examples=effort(sample=3, soak=100), deadline=None)
def test_what_everybody_reads_tells_no_figure_of_one_member(
    story: Story, figures: list[int]
) -> None:
    compare(story, *figures)


def kind_decided(ledger: Ledger) -> str | None:
    """The kind of the act that was decided last, if there was one."""
    return None if ledger.receipt is None else MESSAGES[ledger.receipt.message_number].__name__


def watch(seed: int) -> None:
    """Play a story of any acts, and look at the public rows that each writes."""
    anything = Anything(random.Random(seed))
    ledger = anything.ledger
    for _ in range(STEPS):
        before, ledger.receipt = ledger.public_rows(), None
        anything.step()
        changed = written(before, ledger.public_rows())
        kind = kind_decided(ledger)
        expected = DUE_EFFECTS if kind is None else PUBLIC_EFFECTS.get(kind, frozenset())
        assert changed.keys() <= expected, (kind, changed)
        named = [name for name in HOLDERS if name.encode() in b"".join(changed.values())]
        assert not named or kind in NAMING, (kind, named)


@given(seed=st.integers(0, 2**32))
@settings(max_examples=effort(sample=3, soak=500), deadline=None)
def test_acts_write_only_the_public_rows_that_are_theirs(seed: int) -> None:
    watch(seed)


def test_the_page_names_every_public_table() -> None:
    told = set(re.findall(r"[a-z_]+", " ".join(re.findall(r"`([^`]*)`", text(PAGE)))))
    public = {table.name for table in TABLES.values() if isinstance(table, PublicTable)}
    assert public - told == set()


class TestThatTheChecksCanFail:
    """Rules that tell more than they may."""

    final = next(story for story in STORIES if story.sentence == "a report is final")

    def test_a_rule_that_adds_a_members_figure_to_a_public_sum(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def summing(state: StateView, message: FinaliseReport, block: BlockContext) -> Changes:
            changes = finalise_report(state, message, block)
            row = state.parameters.get(b"proposal_seconds")
            assert row is not None
            tonnes = changes.facts["included_tonnes"]
            assert isinstance(tonnes, int)
            more = put_public(PARAMETERS, replace(row, value=Count(row.value + tonnes)))
            return Changes.of(changes, more)

        play_with(monkeypatch, FinaliseReport, summing)
        with pytest.raises(AssertionError, match="the figure is told"):
            compare(self.final, 1, 2)

    def test_a_rule_that_names_the_member(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def naming(state: StateView, message: FinaliseReport, block: BlockContext) -> Changes:
            told = notify(state, block, NoticeKind.BASELINE_CHANGED, message.member)
            return Changes.of(finalise_report(state, message, block), told)

        play_with(monkeypatch, FinaliseReport, naming)
        with pytest.raises(AssertionError, match="the company is named"):
            compare(self.final, 1, 2)

    def test_a_rule_that_writes_a_public_row_of_another(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def noting(state: StateView, message: Retire, block: BlockContext) -> Changes:
            told = notify(state, block, NoticeKind.ALLOWANCES_ALLOCATED)
            return Changes.of(retire(state, message, block), told)

        play_with(monkeypatch, Retire, noting)
        with pytest.raises(AssertionError, match="Retire"):
            watch(0)


def play_with(monkeypatch: pytest.MonkeyPatch, kind: type[Any], rule: Any) -> None:
    """Let another rule decide a kind of message."""
    rules = {**RULE_BOOKS[1].rules, kind: rule}
    monkeypatch.setattr(ledgers, "RULE_BOOKS", {1: RuleBook(rules, DUE)})
