"""What a played chain came to: a table a year, a bar for each member's position."""

from dataclasses import dataclass

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cfi.contracts.state.rows.custody import Supply
from cfi.contracts.state.rows.true_up import Closing, ComplianceStatus, Obligation
from cfi.contracts.state.store import State
from cfi.contracts.state.table import number_key
from cfi.contracts.state.view import StateView
from cfi.contracts.wire.quantities import TONNES_PER_CFI
from cfi.genesis.scenarios.loader import Scenario
from cfi.node.home import Home
from cfi.node.storage.database import Database
from cfi.node.storage.ledger_store import LedgerStore

_BAR_CELLS = 12
_KEPT = ("bought", "sold", "banked", "special_reserve", "super_reduction")
"""Columns of a closing, shown in a year in which anybody has any."""


@dataclass(frozen=True, slots=True)
class MemberYear:
    """One member's year on the ledger."""

    holder_id: str
    allocated: int
    obligation: Obligation
    closing: Closing | None


def load_state(home: Home) -> State:
    """The committed state of a stopped node, its root compared."""
    database = Database(home.ledger)
    try:
        loaded = LedgerStore(database).load()
    finally:
        database.close()
    assert loaded is not None, "the story was played"
    return loaded[0]


def member_years(state: State, told: Scenario, year: int) -> list[MemberYear]:
    """Every member's year."""
    view = StateView(state)
    key = number_key(year)
    found = []
    for member in told.members:
        obligation = view.obligations.of(member.holder_id).get(key)
        allocation = view.allocations.of(member.holder_id).get(key)
        assert obligation is not None and allocation is not None, "the year was trued up"
        closing = view.closings.of(member.holder_id).get(key)
        issued = allocation.issued_tonnes
        found.append(MemberYear(member.holder_id, issued, obligation, closing))
    return found


def show(console: Console, state: State, told: Scenario) -> None:
    """Print the years and what became of the allowances."""
    for year in told.years:
        console.print(_year_table(told, year, member_years(state, told, year)))
    console.print(_supply_table(state))


def _year_table(told: Scenario, year: int, rows: list[MemberYear]) -> Table:
    table = Table("member", title=f"{told.chain_id}: {year} (tonnes CO2e)", title_justify="left")
    kept = [name for name in _KEPT if any(_of(row.closing, name) not in ("", "0") for row in rows)]
    for name in ("target", "emissions", "owed", "surrendered", *kept):
        table.add_column(name.replace("_", " "), justify="right")
    table.add_column("emissions of target")
    table.add_column("outcome")
    for row in rows:
        owed, closing = row.obligation, row.closing
        table.add_row(
            row.holder_id,
            f"{owed.target_tonnes:,}",
            f"{owed.emissions_tonnes:,}",
            f"{owed.owed_tonnes:,}",
            f"{owed.surrendered_tonnes:,}",
            *(_of(closing, name) for name in kept),
            _bar(owed.emissions_tonnes, owed.target_tonnes),
            _outcome(owed),
        )
    return table


def _of(closing: Closing | None, name: str) -> str:
    return "" if closing is None else f"{getattr(closing, f'{name}_tonnes'):,}"


def _bar(emissions: int, target: int) -> Text:
    """Emissions as a share of the target: the mark stands where the target is."""
    mark = _BAR_CELLS * 3 // 4
    filled = min(_BAR_CELLS, emissions * mark // max(target, 1))
    cells = ["█" if cell < filled else "·" for cell in range(_BAR_CELLS)]
    cells[mark - 1] = "┃" if filled < mark else cells[mark - 1]
    share = emissions * 1000 // max(target, 1)
    style = "green" if emissions <= target else "yellow"
    return Text(f"{''.join(cells)} {share // 10}.{share % 10}%", style=style)


def _outcome(obligation: Obligation) -> Text:
    met = obligation.status is ComplianceStatus.IN_COMPLIANCE
    return Text("in compliance" if met else "OUT OF COMPLIANCE", style="green" if met else "red")


def _supply_table(state: State) -> Table:
    table = Table("vintage", title="Allowances (CFIs of 100 t)", title_justify="left")
    for name in ("issued", "retired", "cancelled", "still held"):
        table.add_column(name, justify="right")
    for row in StateView(state).supply.all():
        table.add_row(f"{row.instrument.name} {row.vintage}", *_cfis(row))
    return table


def _cfis(row: Supply) -> list[str]:
    held = row.issued - row.retired - row.cancelled - row.sold_outside
    amounts = (row.issued, row.retired, row.cancelled, held)
    return [f"{amount // TONNES_PER_CFI:,}" for amount in amounts]
