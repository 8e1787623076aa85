"""The Committee on Membership recommends, by an absolute majority.  (RB 2.4.1, 3.7.10, 3.12)"""

from dataclasses import replace
from typing import Final

from cfi.contracts.state.applications import pending_application
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.membership import APPLICATIONS, ApplicationStage, Vote
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.recommend_application import RecommendApplication
from cfi.contracts.wire.refusal import Refusal, require

FEWEST_MEMBERS: Final = 4


def recommend_application(
    state: StateView, message: RecommendApplication, block: BlockContext
) -> Changes:
    """Record the recommendation, the votes and the recusals."""
    application = pending_application(state, block, message.applicant)
    require(
        application.stage is ApplicationStage.REVIEWED,
        Refusal.NOT_AT_THIS_STAGE,
        "RB 2.4.1",
        applicant=message.applicant,
    )
    review = application.review
    assert review is not None, "a reviewed application has its review"
    require(
        not message.grant or (review.complete and review.eligible),
        Refusal.INCOMPLETE_APPLICATION,
        "RB 3.8",
        applicant=message.applicant,
    )
    _require_majority(message)

    vote = Vote(
        members=message.members,
        in_favour=message.in_favour,
        against=message.against,
        recused=message.recused,
        minutes=message.minutes,
    )
    recommended = replace(
        application, stage=ApplicationStage.RECOMMENDED, vote=vote, recommended=message.grant
    )
    return Changes.of(put(APPLICATIONS, block.holder_id, recommended))


def _require_majority(message: RecommendApplication) -> None:
    cast = message.in_favour + message.against + message.recused
    require(
        message.members >= FEWEST_MEMBERS and cast <= message.members,
        Refusal.VOTES_DONT_ADD_UP,
        "RB 3.7.7",
        members=message.members,
        cast=cast,
    )
    require(
        2 * message.in_favour > message.members,
        Refusal.NO_MAJORITY,
        "RB 3.7.10",
        members=message.members,
        in_favour=message.in_favour,
    )
