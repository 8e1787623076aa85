"""The Exchange may let a stage of a true-up go on for longer, never end sooner.  (ours)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.rows.true_up import TRUE_UPS, Stage, TrueUp
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.true_up.extend_stage import ExtendStage
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import Refusal, RefusedError, require

_BEGINNINGS: Final = (
    (Stage.OPEN, "opens_at"),
    (Stage.ELECTIONS, "elections_at"),
    (Stage.SETTLE, "settles_at"),
    (Stage.CURE, "cure_at"),
    (Stage.CLOSING, "closes_at"),
)


def extend_stage(state: StateView, message: ExtendStage, _: BlockContext) -> Changes:
    """Let a stage begin later, but not after the one that follows it."""
    true_up = state.true_ups.get(number_key(message.compliance_year))
    if true_up is None:
        raise RefusedError(
            Refusal.TRUE_UP_NOT_SCHEDULED, "RB 4.7", {"compliance_year": message.compliance_year}
        )
    place = _place_of(message.stage)
    stage, field = _BEGINNINGS[place]
    require(true_up.stage < stage, Refusal.STAGE_HAS_BEGUN, "ours", stage=message.stage)
    before: Instant = getattr(true_up, field)
    require(message.begins_at > before, Refusal.NOT_LATER, "ours", begins_at=message.begins_at)
    require(
        all(message.begins_at <= getattr(true_up, name) for _, name in _BEGINNINGS[place + 1 :]),
        Refusal.STAGES_OUT_OF_ORDER,
        "ours",
        begins_at=message.begins_at,
    )

    later: TrueUp = replace(true_up, **{field: message.begins_at})  # type: ignore[arg-type]
    if _waits_for(true_up, place):
        later = replace(later, due_at=message.begins_at)
    return Changes.of(put_public(TRUE_UPS, later))


def _place_of(number: int) -> int:
    for place, (stage, _) in enumerate(_BEGINNINGS):
        if stage == number:
            return place
    raise RefusedError(Refusal.UNKNOWN_STAGE, "ours", {"stage": number})


def _waits_for(true_up: TrueUp, place: int) -> bool:
    """Whether the stage is what comes next, and waits for its date alone."""
    begun = [stage for stage, _ in _BEGINNINGS[:place]]
    return true_up.due_at is not None and all(stage <= true_up.stage for stage in begun)
