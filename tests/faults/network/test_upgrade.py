"""Another version of the rules begins at a height: who knows it goes on, who doesn't stops and says why."""

from pathlib import Path
from typing import Any, Final

import pytest

from cfi.contracts.transition import dispatch
from cfi.contracts.wire.headers import decode_header
from cfi.contracts.wire.messages.governance.schedule_upgrade import ScheduleUpgrade
from cfi.contracts.wire.messages.governance.set_parameter import SetParameter
from cfi.contracts.wire.quantities import Count, Height
from cfi.contracts.wire.receipts import decode_receipt
from cfi.contracts.wire.refusal import Refusal
from cfi.contracts.wire.text import Identifier
from cfi.node.demo.player import Player
from tests.effort import effort
from tests.faults.network.market import Market
from tests.faults.network.planted import NEXT_VERSION, UPGRADED, upgraded_books, with_plant
from tests.faults.network.running import FAULT_SECONDS, Net, four
from tests.faults.running import CAST, application
from tests.network.running import commit_all

TIMES: Final = effort(sample=1, soak=5)
OLD, NEW = 3, (0, 1, 2)
NOTICE: Final = 3
AHEAD: Final = 12
"""Heights from the decision to the upgrade."""
SAYS: Final = "install one that knows it and start again"


def schedule(net: Net) -> int:
    """Two officers shorten the notice, and set the upgrade; returns its height."""
    player = Player(net.nodes[0].home.socket)
    officers = (CAST.officer(1), CAST.officer(2))
    shorter = SetParameter(
        name=Identifier("upgrade_notice_heights"),
        value=Count(NOTICE),
        from_height=Height(net.nodes[0].height + 5),
    )
    player.both(*officers, [shorter])
    net.goes_on(0, blocks=6)
    height = Height(net.nodes[0].height + AHEAD)
    player.both(*officers, [ScheduleUpgrade(from_height=height, app_version=Count(NEXT_VERSION))])
    player.close()
    return height


def answered(net: Net, number: int) -> Any:
    """The receipt of an application."""
    with net.nodes[0].client() as client:
        ((_, _, receipt),) = commit_all(client, [application(number)])
    return decode_receipt(receipt)


def stops(net: Net) -> None:
    """The old program ends by itself and says why."""
    ledger = net.nodes[OLD].ledger
    assert ledger is not None
    assert ledger.wait(FAULT_SECONDS) == 1
    assert SAYS in net.nodes[OLD].log[-2].read_text()
    net.nodes[OLD].kill()


@pytest.mark.parametrize("time", range(TIMES))
def test_an_old_program_stops_at_the_height_and_the_new_ones_go_on(
    tmp_path: Path, market: Market, monkeypatch: pytest.MonkeyPatch, time: int
) -> None:
    with four(tmp_path, market, dict.fromkeys(NEW, with_plant(UPGRADED))) as net:
        net.commit(OLD, 2)
        begins = schedule(net)
        assert answered(net, 2 * time).done
        net.goes_on(0, 1, 2, 3)

        stops(net)
        net.nodes[0].reach(begins + 2)
        said = [decode_header(net.nodes[0].header(each)).app_version for each in (begins - 1, begins)]
        assert said == [1, NEXT_VERSION]
        assert answered(net, 2 * time + 1).code == Refusal.APPLICATION_EXISTS
        net.commit(1, 3)

        net.nodes[OLD].start_ledger()
        net.nodes[OLD].start_engine()
        stops(net)

        net.nodes[OLD].program = with_plant(UPGRADED)
        net.nodes[OLD].start()
        net.goes_on(0, 1, 2, 3)
        net.commit(OLD, 3)
        net.in_step()
        monkeypatch.setattr(dispatch, "RULE_BOOKS", upgraded_books())
        net.agree()
