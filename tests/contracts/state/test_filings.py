"""RB 7.2.3: a long report is looked through once."""

from typing import cast

import pytest
from typing_extensions import override

from cfi.contracts.state.filings import check_report
from cfi.contracts.wire.emissions import ReportLine, WarmingSet
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.refusal import Refusal, RefusedError
from cfi.contracts.wire.text import Identifier, Text
from tests.contracts.filings import A, FilingLedger
from tests.contracts.ledger import Ledger

LINES = 500


class Compared(str):
    """A name that counts how often it is compared."""

    __slots__ = ()
    times = 0

    @override
    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def line(source: str) -> ReportLine:
    return ReportLine(
        source=cast(Identifier, Compared(source)),
        gas=Identifier("CO2"),
        method=Text("measured"),
        tonnes=Tonnes(1),
        new_unit=False,
    )


def test_a_line_isn_t_compared_with_every_line_before_it(ledger: Ledger) -> None:
    FilingLedger(ledger)
    lines = [line(f"plant-{number}") for number in range(LINES)]
    with pytest.raises(RefusedError) as refused:
        check_report(
            ledger.state,
            A,
            [*lines, line("plant-0")],
            WarmingSet.IPCC_1995,
            renewable_excluded=True,
        )
    assert refused.value.refusal is Refusal.LINE_TWICE
    assert Compared.times < LINES
