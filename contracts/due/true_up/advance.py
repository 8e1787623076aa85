"""A true-up goes from stage to stage by itself, at its dates.  (RB 4.7)

A stage with work for every holder ends only when that work is done.
"""

from dataclasses import replace

from cfi.contracts.state.changes import Changes, put, put_public
from cfi.contracts.state.rows.true_up import (
    TRUE_UP_WORK,
    TRUE_UPS,
    Stage,
    TrueUp,
    TrueUpWork,
    Work,
)
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.quantities import Instant
from cfi.contracts.wire.refusal import InvariantBroken


def advance_true_up(_: StateView, true_up: TrueUp, block: BlockContext) -> Changes:
    """Begin the next stage, with its work or with the date at which it ends."""
    match true_up.stage:
        case Stage.SCHEDULED:
            return _begin_work(true_up, Stage.OPEN, Work.OBLIGATIONS, block)
        case Stage.OPEN:
            return _begin(true_up, Stage.ELECTIONS, true_up.settles_at)
        case Stage.ELECTIONS:
            return _begin_work(true_up, Stage.SETTLE, Work.CLAIMS, block)
        case Stage.SETTLE:
            return _begin(true_up, Stage.CURE, true_up.closes_at)
        case Stage.CURE:
            return _begin_work(true_up, Stage.CLOSING, Work.CLOSE, block)
        case _:
            raise InvariantBroken("a true-up that closes has no next stage")


def _begin(true_up: TrueUp, stage: Stage, ends_at: Instant) -> Changes:
    return Changes.of(put_public(TRUE_UPS, replace(true_up, stage=stage, due_at=ends_at)))


def _begin_work(true_up: TrueUp, stage: Stage, work: Work, block: BlockContext) -> Changes:
    row = TrueUpWork(
        year=true_up.year,
        exchange=block.holder_id,
        work=work,
        after=None,
        since=block.now,
        progress=None,
    )
    return Changes.of(
        put_public(TRUE_UPS, replace(true_up, stage=stage, due_at=None)),
        put(TRUE_UP_WORK, block.holder_id, row),
    )
