"""What an act would come to, without its signature and without a trace."""

from cfi.contracts.state.overlay import Overlay
from cfi.contracts.state.view import StateView
from cfi.contracts.transition.act import Act
from cfi.contracts.transition.block import Execution
from cfi.contracts.transition.dispatch import rule_book_at
from cfi.contracts.transition.standing import Standing
from cfi.contracts.wire.quantities import Height
from cfi.contracts.wire.receipts import Receipt
from cfi.node.application import Application


def dry_run(application: Application, act: Act) -> tuple[Receipt, int]:
    """The receipt that an act would get after the last committed height, and its work units, on an
    overlay that is thrown away; raises InadmissibleError.
    """
    view, now = application.committed_view, application.committed_clock
    height = Height(application.committed_height + 1)
    chain = view.chain.get(b"chain")
    assert chain is not None, "genesis writes the chain row"
    overlay = Overlay(view.rows)
    drafted = StateView(overlay)
    execution = Execution(
        overlay,
        drafted,
        chain.chain_id,
        height,
        now,
        chain.exchange,
        application.window,
        rule_book_at(view, height),
        Standing(overlay, drafted, now),
    )
    outcome = execution.execute(act)
    assert outcome.receipt is not None, "an admitted act has a receipt"
    return outcome.receipt, outcome.gas
