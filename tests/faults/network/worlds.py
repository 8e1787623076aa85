"""What four validators have before them: a programme that just begins and takes applications, or
accounts full of lots, which are moved.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.client.audit.beginning import Beginning, begin_with
from cfi.client.wallet.keystore import SigningKey
from cfi.client.wallet.transactions import transaction
from cfi.contracts.state.genesis import genesis_hash
from cfi.contracts.state.rows.custody import lot_id_of
from cfi.contracts.wire.instruments import Instrument
from cfi.contracts.wire.messages.custody.transfer_lot import TransferLot
from cfi.node.assembly import read_home_genesis
from cfi.node.bench.network.homes import Planned, make_homes
from cfi.node.bench.replay import beginning
from cfi.node.bench.world import (
    CHAIN_ID,
    LOT_TONNES,
    VINTAGE,
    account_id,
    first_serial,
    holder_of,
    seed_of,
)
from cfi.node.consensus.cometbft.engine_home import engine_config, write_engine_home
from cfi.node.home import Home
from cfi.node.settings import Settings, settings_text
from tests.faults.running import application
from tests.network.running import found_homes

VALIDATORS: Final = 4
PLAN: Final = Planned(accounts=20, lots=8_000, validators=VALIDATORS)


@dataclass(frozen=True, slots=True)
class World:
    """Where a network begins, and what is done in it."""

    homes: Callable[[Path, Settings], list[Home]]
    program: Sequence[str]
    """The ledger's module."""
    settle: Callable[[Home, Settings], None]
    """Write a home's settings, and CometBFT's with them."""
    act: Callable[[int, int], bytes]
    """A signed act by its number, valid until a height; one in ten comes to nothing."""
    beginning: Callable[[Home], Beginning]
    """What an auditor begins with."""
    moves_tonnes: bool


def transfer(number: int, valid_until: int) -> bytes:
    """A lot moved into the next account of its holder; every tenth was moved just before."""
    moved = number - number % 10 // 9
    account = moved % PLAN.accounts
    lot = account * PLAN.sizes.lots_of_account + moved // PLAN.accounts
    message = TransferLot(
        source=account_id(account),
        lot_id=lot_id_of(Instrument.XA, VINTAGE, first_serial(lot)),
        tonnes=LOT_TONNES,
        target=account_id((account + 1) % PLAN.accounts),
    )
    key = SigningKey(seed_of(holder_of(account)))
    return transaction(key, CHAIN_ID, message, valid_until, number.to_bytes(16, "big"))


def _settle_signed(home: Home, settings: Settings) -> None:
    home.settings_file.write_text(settings_text(settings))
    write_engine_home(home, settings, read_home_genesis(home)[0])


def _settle_planned(home: Home, settings: Settings) -> None:
    home.settings_file.write_text(settings_text(settings))
    home.engine_config.write_text(engine_config(settings))


def _full_of_lots(home: Home) -> Beginning:
    digest = genesis_hash(home.genesis_file.read_bytes())
    return beginning(PLAN.sizes, PLAN.names, digest)


APPLICATIONS: Final = World(
    homes=lambda folder, settings: found_homes(folder, VALIDATORS, settings),
    program=("cfi.node.ledger_process",),
    settle=_settle_signed,
    act=application,
    beginning=lambda home: begin_with(home.genesis_file.read_bytes()),
    moves_tonnes=False,
)
TRANSFERS: Final = World(
    homes=lambda folder, settings: make_homes(folder, PLAN, usual=settings),
    program=("cfi.node.bench.network.ledger",),
    settle=_settle_planned,
    act=transfer,
    beginning=_full_of_lots,
    moves_tonnes=True,
)
