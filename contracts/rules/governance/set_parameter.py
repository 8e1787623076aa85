"""A number changes from a height to come, by two people.  (RB 3.14)"""

from cfi.contracts.state.changes import Changes, put_public
from cfi.contracts.state.notices import NoticeKind, notify
from cfi.contracts.state.parameters import PARAMETER_RANGES, value_of
from cfi.contracts.state.rows.governance import PARAMETERS, Parameter
from cfi.contracts.state.table import text_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.block import BlockContext
from cfi.contracts.wire.messages.governance.set_parameter import SetParameter
from cfi.contracts.wire.refusal import Refusal, RefusedError, require


def set_parameter(state: StateView, message: SetParameter, block: BlockContext) -> Changes:
    """Set what the parameter will be, in the place of any change that waits; tell everybody."""
    if message.name not in PARAMETER_RANGES or state.parameters.get(text_key(message.name)) is None:
        raise RefusedError(Refusal.UNKNOWN_PARAMETER, "RB 3.14", {"name": message.name})
    require(
        message.from_height > block.height,
        Refusal.HEIGHT_NOT_AHEAD,
        "RB 3.14",
        from_height=message.from_height,
    )
    least, greatest = PARAMETER_RANGES[message.name]
    require(
        least <= message.value <= greatest,
        Refusal.PARAMETER_OUT_OF_RANGE,
        "RB 3.14",
        value=message.value,
        least=least,
        greatest=greatest,
    )

    parameter = Parameter(
        name=message.name,
        value=value_of(state, message.name, block.height),
        next_value=message.value,
        next_from=message.from_height,
    )
    return Changes.of(
        put_public(PARAMETERS, parameter),
        notify(state, block, NoticeKind.PARAMETER_CHANGED, message.name),
    )
