"""`cfi light`: verify headers, proofs and one's own account, trusting no server."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, Final, TypeVar

import click

from cfi.client.cli.check_proof import check_proof
from cfi.client.cli.ending import (
    BAD_INPUT,
    FAILED,
    NOT_VERIFIED,
    UNREACHABLE,
    leave,
    system_sentence,
)
from cfi.client.cli.light_verify import verify
from cfi.client.cli.options import A_FILE, GATEWAY
from cfi.client.cli.passphrase import opened_key
from cfi.client.light.bisection import SyncError, UnavailableError
from cfi.client.light.http import GatewayRefusedError
from cfi.client.light.json_node import MalformedError
from cfi.client.light.lightblock import UnsoundError
from cfi.client.light.moments import format_moment, parse_duration
from cfi.client.light.session import Session, machine_now
from cfi.client.light.statement import Statement
from cfi.client.light.statement_report import statement_csv, statement_json, statement_page
from cfi.client.light.store import LightStore, NotBegunError, StoreError, Trusted
from cfi.client.light.sync import (
    BadBeginningError,
    BeginningError,
    DivergedError,
    Synced,
    begin_at_anchor,
    begin_at_genesis,
    read_signed_anchor,
    read_signed_genesis,
)
from cfi.client.light.verifier import TrustOptions
from cfi.client.printing import printer
from cfi.contracts.wire.schema import PublicKey
from cfi.contracts.wire.text import AccountId

_KEY_BYTES: Final = 32
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@click.group("light")
def light() -> None:
    """Verify headers, proofs and your own account yourself."""


light.add_command(verify)
light.add_command(check_proof)


def _common(command: F) -> F:
    """The options of every command that asks a gateway."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
        click.option("--trusting-period", default="336h", show_default=True, metavar="DURATION"),
        click.option(
            "--witness", "witnesses", multiple=True, type=GATEWAY, metavar="URL", help="Asked too."
        ),
        click.option("--gateway", required=True, type=GATEWAY, metavar="URL", envvar="CFI_GATEWAY"),
        click.option(
            "--folder",
            type=click.Path(file_okay=False, path_type=Path),
            default=Path("cfi-light"),
            show_default=True,
            envvar="CFI_LIGHT",
            help="Where what is trusted is kept.",
        ),
    ):
        command = option(command)
    return command


@light.command("sync")
@_common
@click.option("--genesis", type=A_FILE, help="Begin with this signed genesis.")
@click.option("--anchor", type=A_FILE, help="Begin with this signed anchor.")
@click.option(
    "--officer", "officers", multiple=True, metavar="HEX", help="A founding officer's key."
)
@click.option("--threshold", default=2, show_default=True, help="How many officers must sign.")
def sync(
    folder: Path,
    gateway: str,
    witnesses: tuple[str, ...],
    trusting_period: str,
    as_json: bool,
    genesis: Path | None,
    anchor: Path | None,
    officers: tuple[str, ...],
    threshold: int,
) -> None:
    """Verify the chain up to its newest header, from what is trusted already, or, the first time,
    from a signed genesis or from an anchor with the officers' keys.

    Example: cfi light sync --gateway http://127.0.0.1:8470 --genesis genesis.cbor
    """
    if genesis is not None and anchor is not None:
        raise click.UsageError("begin with --genesis or with --anchor, not with both")
    if officers and anchor is None:
        raise click.UsageError("--officer goes with --anchor")
    store, options = LightStore(folder), _options(trusting_period)
    file = genesis or anchor
    begin_with = b"" if file is None else _bytes_in(file)

    async def work() -> Synced:
        async with Session.opened(store, gateway, witnesses, options) as session:
            if genesis is not None:
                return await session.sync(await _from_genesis(session, begin_with))
            if anchor is not None:
                begun = await _from_anchor(session, begin_with, officers, threshold)
                return await session.sync(begun)
            return await session.sync(store.load())

    _show_synced(run_or_leave(work()), as_json)


@light.command("statement")
@_common
@click.option("--account", required=True, metavar="ID", help="Your account, such as company-a/1.")
@click.option("--key", "key_file", required=True, type=A_FILE, help="Your keystore file.")
@click.option("--passphrase-file", type=A_FILE, help="Instead of being asked.")
@click.option("--seed-file", type=A_FILE, help="The account's seed: 32 bytes in hex.")
@click.option("--from-start", is_flag=True, help="Since the account was opened.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
def statement(
    folder: Path,
    gateway: str,
    witnesses: tuple[str, ...],
    trusting_period: str,
    as_json: bool,
    account: str,
    key_file: Path,
    passphrase_file: Path | None,
    seed_file: Path | None,
    from_start: bool,
    as_csv: bool,
) -> None:
    """Show your account, provably complete: opening + movements = closing.

    Exit status: 0 if everything fits, 3 if anything doesn't; each mismatch is named.

    Example: cfi light statement --account company-a/1 --key me.json --seed-file seed
    --gateway http://127.0.0.1:8470
    """
    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two forms of one output")
    key, seed = opened_key(key_file, passphrase_file), _seed(seed_file)
    store, options = LightStore(folder), _options(trusting_period)

    async def work() -> tuple[Statement, Synced]:
        async with Session.opened(store, gateway, witnesses, options, key) as session:
            return await session.statement(AccountId(account), seed=seed, from_start=from_start)

    told, synced = run_or_leave(work())
    witnessed = synced.trusted.witnessed
    if as_json:
        click.echo(json.dumps(statement_json(told, witnessed=witnessed), indent=2))
    elif as_csv:
        click.echo(statement_csv(told), nl=False)
    else:
        printer().print(statement_page(told, witnessed=witnessed))
    for mismatch in told.mismatches if as_csv else ():
        click.echo(f"mismatch: {mismatch}", err=True)
    if not told.verified:
        raise click.exceptions.Exit(NOT_VERIFIED)


@light.command("watch")
@_common
@click.option(
    "--interval", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True,
    help="Seconds between questions.",
)  # fmt: skip
@click.option("--count", type=click.IntRange(min=1), help="Stop after so many new headers.")
def watch(
    folder: Path,
    gateway: str,
    witnesses: tuple[str, ...],
    trusting_period: str,
    as_json: bool,
    interval: float,
    count: int | None,
) -> None:
    """Verify each new header as it comes, and say so, until interrupted.

    Example: cfi light watch --gateway http://127.0.0.1:8470 --count 10
    """
    store, options = LightStore(folder), _options(trusting_period)

    async def work() -> None:
        async with Session.opened(store, gateway, witnesses, options) as session:
            seen, height = 0, 0
            while count is None or seen < count:
                synced = await session.sync(store.load())
                if synced.trusted.block.height > height:
                    height, seen = synced.trusted.block.height, seen + 1
                    _show_synced(synced, as_json)
                await asyncio.sleep(interval)

    run_or_leave(work())


async def _from_genesis(session: Session, file: bytes) -> Trusted:
    read_signed_genesis(file)
    first = await session.gateway.light_block(1)
    return begin_at_genesis(file, first, machine_now(), session.options)


async def _from_anchor(
    session: Session, file: bytes, officers: tuple[str, ...], threshold: int
) -> Trusted:
    keys = [PublicKey(_hex_of(each, "--officer")) for each in officers]
    if not 0 < threshold <= len(keys):
        raise click.UsageError(f"--anchor needs at least {threshold} keys by --officer")
    anchor = read_signed_anchor(file, keys, threshold, machine_now())
    return begin_at_anchor(anchor, await session.gateway.light_block(anchor.height))


def run_or_leave(work: Coroutine[Any, Any, T]) -> T:
    """Run it; every error is a line on standard error and its exit status."""
    try:
        return asyncio.run(work)
    except NotBegunError as error:
        leave(f"{error}; begin with: cfi light sync --genesis FILE, or --anchor FILE", BAD_INPUT)
    except (StoreError, GatewayRefusedError) as error:
        leave(str(error), FAILED)
    except BadBeginningError as error:
        leave(str(error), BAD_INPUT)
    except DivergedError as error:
        files = ", ".join(map(str, error.kept))
        leave(f"not verified: {error}; hand the Exchange the evidence: {files}", NOT_VERIFIED)
    except (SyncError, BeginningError) as error:
        leave(f"not verified: {error}", NOT_VERIFIED)
    except (UnavailableError, MalformedError, UnsoundError) as error:
        leave(str(error), UNREACHABLE)
    except KeyboardInterrupt:
        leave("stopped", FAILED)


def _show_synced(synced: Synced, as_json: bool) -> None:
    trusted, report = synced.trusted, synced.report
    header = trusted.block.header
    told = {
        "chain_id": trusted.chain_id,
        "height": header.height,
        "time": format_moment(header.time),
        "app_hash": header.app_hash.hex(),
        "verified": True,
        "witnessed": trusted.witnessed,
        "headers_verified": synced.headers_verified,
        "agreeing": list(report.agreeing),
        "silent": list(report.silent),
        "faulty": list(report.faulty),
        "replaced": list(synced.replaced),
    }
    if as_json:
        click.echo(json.dumps(told))
        return
    witnessed = f"witnessed by {', '.join(report.agreeing)}" if trusted.witnessed else "unwitnessed"
    click.echo(
        f"height {header.height} of {trusted.chain_id}, {told['time']}: verified here, {witnessed}"
    )
    for reason in synced.replaced:
        click.echo(f"given up for a witness: {reason}", err=True)
    for name in (*report.silent, *report.faulty):
        click.echo(f"witness {name} gave no block that could be verified", err=True)


def _seed(file: Path | None) -> bytes | None:
    if file is None:
        return None
    return _hex_of(_bytes_in(file).decode("ascii", "replace").strip(), "--seed-file")


def _bytes_in(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        leave(system_sentence(error), BAD_INPUT)


def _hex_of(text: str, name: str) -> bytes:
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != _KEY_BYTES:
        raise click.BadParameter(f"{_KEY_BYTES} bytes in hex are wanted", param_hint=name)
    return value


def _options(trusting_period: str) -> TrustOptions:
    try:
        return TrustOptions(trusting_period_nanos=parse_duration(trusting_period))
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--trusting-period") from error
