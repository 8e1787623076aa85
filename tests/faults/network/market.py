"""Where the networks of these tests begin: validators whose ledgers have played until two members
hold allowances, which the tests' acts then move and retire.
"""

import json
import shutil
import time
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Final

import pytest

from cfi.client.wallet.transactions import transaction
from cfi.contracts.state.rows.custody import LOTS
from cfi.contracts.state.table import account_owner
from cfi.contracts.wire.messages.custody.open_account import OpenAccount
from cfi.contracts.wire.messages.custody.retire import Retire
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.contracts.wire.quantities import Tonnes
from cfi.contracts.wire.text import AccountId, LotId, Text
from cfi.node.demo import stage
from cfi.node.demo.player import Played, Player
from cfi.node.demo.story import Story
from cfi.node.home import Home
from tests.faults.running import CAST, SCENARIO
from tests.network.running import NetworkNode, found_homes

MEMBERS: Final = ("member-01", "member-02")
TOLD: Final = replace(
    SCENARIO,
    members=tuple(each for each in SCENARIO.members if each.holder_id in MEMBERS),
)
VALIDATORS: Final = 4
TRADING, RETIREMENT, SECOND = 1, 2, 3
"""A member's accounts, by number."""
MOVED: Final = Tonnes(200)
"""By each act."""
TOO_MUCH: Final = Tonnes(100_000_000_000)
FOUNDED_BEFORE: Final = 600
"""Seconds: CometBFT sleeps until the genesis' time by its own clock, which may be slow."""
_NOTES: Final = "market.json"


@dataclass(frozen=True, slots=True)
class Market:
    """Homes to begin with, and what stands in their ledgers."""

    folder: Path
    height: int
    """The last one; after it nothing is issued."""
    lots: tuple[LotId, ...]
    """A lot of each member's that is never used up."""

    def homes(self, folder: Path) -> list[Home]:
        """Copies of the homes, which reach each other at no address yet."""
        found = sorted(path for path in self.folder.iterdir() if path.is_dir())
        logs = shutil.ignore_patterns("ledger-*.log", "engine-*.log")
        for home in found:
            shutil.copytree(home, folder / home.name, ignore=logs, dirs_exist_ok=True)
        return [Home(folder / home.name) for home in found]

    def retires(self, number: int) -> bool:
        """Whether an act of this number retires, and doesn't only move."""
        return number % 10 in (0, 5)

    def act(self, number: int, valid_until: int) -> bytes:
        """A signed act by its number: a lot's tail is moved or retired; one in ten is refused."""
        member = MEMBERS[number % len(MEMBERS)]
        lot_id = self.lots[number % len(MEMBERS)]
        source = account(member, TRADING)
        message = (
            Retire(
                account_id=source,
                lot_id=lot_id,
                tonnes=MOVED,
                retirement_account=account(member, RETIREMENT),
                beneficiary=Text(f"act {number}"),
            )
            if self.retires(number)
            else TransferLot(
                source=source,
                lot_id=lot_id,
                tonnes=TOO_MUCH if number % 10 == 9 else MOVED,
                target=account(member, SECOND),
            )
        )
        nonce = number.to_bytes(16, "big")
        return transaction(CAST.officer_of(member), TOLD.chain_id, message, valid_until, nonce)


def account(member: str, number: int) -> AccountId:
    """A member's account."""
    return AccountId(f"{member}/{number}")


def play_market(folder: Path, validators: int) -> None:
    """Found a network and play until the members hold allowances; leaves its homes, stopped."""
    with pytest.MonkeyPatch.context() as patched:
        before = SimpleNamespace(time=lambda: time.time() - FOUNDED_BEFORE)
        patched.setattr(stage, "time", before)
        nodes = [NetworkNode(home) for home in found_homes(folder, validators)]
    try:
        for node in nodes:
            node.start()
            node.client().link.close()
        player = Player(*(node.home.socket for node in nodes))
        Story(player, TOLD, CAST, lambda _: None).play_beginning()
        player.all(
            [
                Played(
                    CAST.officer_of(member),
                    OpenAccount(seed=CAST.seed("second", member), retirement=False),
                )
                for member in MEMBERS
            ]
        )
        for node in nodes:
            node.reach(player.height + 1)
        found = [player.rows(account_owner(account(each, TRADING)), LOTS) for each in MEMBERS]
        player.close()
        for node in nodes:
            node.stop()
    finally:
        for node in nodes:
            node.kill()
    lots = [next(lot.lot_id for lot in held if lot.vintage == TOLD.years[0]) for held in found]
    (folder / _NOTES).write_text(json.dumps({"height": player.height, "lots": lots}))


def read_market(folder: Path) -> Market:
    """A market that was played in a folder."""
    told = json.loads((folder / _NOTES).read_text())
    return Market(folder, told["height"], tuple(map(LotId, told["lots"])))
