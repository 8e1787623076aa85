"""The Executive Committee decides an application.  (RB 2.4.1)"""

from dataclasses import replace

from cfi.contracts.figures.dates import day_of
from cfi.contracts.figures.errors import FigureError
from cfi.contracts.figures.schedule import first_year_enrolled
from cfi.contracts.state.admission import admitted
from cfi.contracts.state.applications import pending_application
from cfi.contracts.state.changes import Changes, drop, put
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.programme import terms_of
from cfi.contracts.state.rows.membership import APPLICATIONS, Application, ApplicationStage
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.membership.decide_application import DecideApplication
from cfi.contracts.wire.parties import HolderClass
from cfi.contracts.wire.quantities import Year
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def decide_application(
    state: StateView, message: DecideApplication, block: BlockContext
) -> Changes:
    """Grant it: the holder is opened and everybody told; or deny it, with the reason."""
    application = pending_application(state, block, message.applicant)
    require(
        application.stage is ApplicationStage.RECOMMENDED,
        Refusal.NOT_AT_THIS_STAGE,
        "RB 2.4.1",
        applicant=message.applicant,
    )
    if not message.grant:
        require(message.reason, Refusal.NO_REASON_GIVEN, "RB 2.5", applicant=message.applicant)
        denied = replace(application, stage=ApplicationStage.DENIED, reason=message.reason)
        return Changes.of(put(APPLICATIONS, block.holder_id, denied))
    key = application.administrator.key
    require(state.keys.place(key) is None, Refusal.KEY_IN_USE, "RB 5.3.3", key=key)

    return Changes.of(
        admitted(application, _first_year(state, application, block), block.now),
        drop(APPLICATIONS, block.holder_id, application),
        notify(state, block, NoticeKind.HOLDER_ADMITTED, message.applicant),
    )


def _first_year(state: StateView, application: Application, block: BlockContext) -> Year:
    """The first year that binds the holder, whenever it applied."""
    asked = application.first_year
    if application.holder_class is not HolderClass.MEMBER:
        return asked
    try:
        return first_year_enrolled(terms_of(state), asked, day_of(block.now).year)
    except FigureError:
        raise RefusedError(Refusal.NO_SCHEDULE, "RB 4.6", {"first_year": asked}) from None
