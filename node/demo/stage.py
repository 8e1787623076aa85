"""A simulated chain on this machine: its home, its ledger process, its story."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cfi.contracts.wire.parties import HolderClass, Level, Role
from cfi.genesis.builder import GenesisPlan, NewHolder, NewUser, build_genesis
from cfi.genesis.officers import sign_genesis
from cfi.genesis.programmes.loader import programme
from cfi.genesis.scenarios.loader import Scenario
from cfi.node.demo.cast import Cast
from cfi.node.demo.checks import Check
from cfi.node.demo.player import Player
from cfi.node.demo.story import Story
from cfi.node.founding import NodeSeeds, Place, fill
from cfi.node.home import Home
from cfi.node.settings import Settings

_START_SECONDS: Final = 120.0
_STOP_SECONDS: Final = 120.0
_LOOK_SECONDS: Final = 0.05
_OFFICERS: Final = (1, 2, 3)


class StageError(Exception):
    """The stage can't be set; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Performance:
    """What was played."""

    home: Home
    """Whose state is shown."""
    acts: int
    seconds: float
    folder: Path | None = None
    """The network's, where several validators played together."""
    checks: tuple[Check, ...] = ()
    """What was compared while they ran."""


def set_stage(home: Home, told: Scenario) -> None:
    """Found the scenario's chain in a new home, with keys that can be made again."""
    set_stages([Place(home, Settings(), cast_seeds(Cast(told.chain_id), "validator"))], told)


def set_stages(places: Sequence[Place], told: Scenario) -> None:
    """Found the scenario's chain in new homes, validators of equal power."""
    cast = Cast(told.chain_id)
    document = build_genesis(_plan(told, cast, places))
    signed = sign_genesis(document, [cast.officer(number).seed for number in _OFFICERS])
    for place in places:
        fill(place, signed)


def cast_seeds(cast: Cast, name: str) -> NodeSeeds:
    """A node's keys, made from its name."""
    return NodeSeeds(
        validator=cast.seed(name),
        node=cast.seed("node", name),
        admission=cast.seed("admission", name),
    )


def perform(home: Home, told: Scenario, tell: Callable[[str], None]) -> Performance:
    """Start the ledger, play the story, stop the ledger; raises StageError, RefusedActError."""
    set_stage(home, told)
    begun = time.monotonic()
    command = [sys.executable, "-m", "cfi.node.ledger_process", str(home.root)]
    with subprocess.Popen(command) as ledger:
        try:
            _await_socket(home, ledger)
            player = Player(home.socket)
            Story(player, told, Cast(told.chain_id), tell).play()
            player.keep_admissions(home.admissions)
            player.close()
        finally:
            ledger.terminate()
            ledger.wait(_STOP_SECONDS)
    return Performance(home, player.acts, time.monotonic() - begun)


def _await_socket(home: Home, ledger: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + _START_SECONDS
    while not home.socket.exists():
        if ledger.poll() is not None or time.monotonic() > until:
            raise StageError(f"the ledger in {home.root} does not start")
        time.sleep(_LOOK_SECONDS)


def _plan(told: Scenario, cast: Cast, places: Sequence[Place]) -> GenesisPlan:
    terms = programme(told.programme)
    users = tuple(
        NewUser(
            user_id=f"officer-{number}",
            seeds=(cast.officer(number).seed,),
            levels=(Level.ADMINISTRATOR,),
            roles=tuple(Role),
            officer=True,
        )
        for number in _OFFICERS
    )
    exchange = NewHolder(
        holder_id="exchange",
        holder_class=HolderClass.EXCHANGE,
        blinding=cast.seed("holder", "exchange"),
        users=users,
        first_year=terms.first_year,
    )
    return GenesisPlan(
        chain_id=told.chain_id,
        time=int(time.time()),
        terms=terms,
        exchange=exchange,
        validators=tuple(place.seeds.founding for place in places),
        officers=tuple(cast.officer(number).public_key for number in _OFFICERS),
        clock_start=told.clock_start,
    )
