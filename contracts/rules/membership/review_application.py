"""The Provider of Regulatory Services reviews an application.  (RB 3.8)"""

from dataclasses import replace

from cfi.contracts.state.applications import pending_application
from cfi.contracts.state.changes import Changes, put
from cfi.contracts.state.rows.membership import APPLICATIONS, ApplicationStage, Review
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.review_application import ReviewApplication
from cfi.contracts.wire.refusal import Refusal, require


def review_application(
    state: StateView, message: ReviewApplication, block: BlockContext
) -> Changes:
    """Record the findings."""
    application = pending_application(state, block, message.applicant)
    require(
        application.stage is ApplicationStage.FILED,
        Refusal.NOT_AT_THIS_STAGE,
        "RB 2.4.1",
        applicant=message.applicant,
    )

    review = Review(
        complete=message.complete,
        eligible=message.eligible,
        at_risk=message.at_risk,
        evidence=message.evidence,
    )
    reviewed = replace(application, stage=ApplicationStage.REVIEWED, review=review)
    return Changes.of(put(APPLICATIONS, block.holder_id, reviewed))
