"""The gateway as it is run: a process of its own, TLS where asked, an end in good order."""

import asyncio
import resource
import signal
import socket
import ssl
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cfi.node.demo.ports import free_port
from cfi.node.gateway.__main__ import main
from cfi.node.gateway.connections import Deadlines
from cfi.node.gateway.server import Listen, open_files, serve
from tests.node.gateway.running import run, running


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for localhost, signed by its own key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return cert_file, key_file


async def answered(url: str, tls: ssl.SSLContext | bool = True) -> int:
    """The status of an address that may not listen yet."""
    async with aiohttp.ClientSession() as session:
        for _ in range(200):
            try:
                async with session.get(url, ssl=tls) as answer:
                    return answer.status
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)
    raise AssertionError(f"{url} doesn't answer")


def test_over_tls(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)

    async def work() -> None:
        async with running(tmp_path / "node") as gateway:
            stop, port = asyncio.Event(), free_port("127.0.0.1")
            listen = Listen(port=port, certificate=cert, key=key)
            task = asyncio.create_task(serve(gateway.chain.socket, listen, stop))
            trusting = ssl.create_default_context(cafile=str(cert))
            assert await answered(f"https://localhost:{port}/v1/status", trusting) == 200
            stop.set()
            await task

    run(work())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_process_of_its_own_ends_when_told(tmp_path: Path, number: signal.Signals) -> None:
    async def work() -> None:
        async with running(tmp_path) as gateway:
            port = free_port("127.0.0.1")
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "cfi.node.gateway", "--socket", str(gateway.chain.socket)),
                *("--listen", f"127.0.0.1:{port}"),
            )
            try:
                assert await answered(f"http://127.0.0.1:{port}/readyz") == 200
            finally:
                process.send_signal(number)
                status = await process.wait()
            assert status == 0

    run(work())


def test_where_few_files_may_be_open_four_addresses_do_not_use_them_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with running(tmp_path) as gateway:
            port = free_port("127.0.0.1")
            process = await asyncio.create_subprocess_shell(
                f"ulimit -n 320; exec {sys.executable} -m cfi.node.gateway "
                f"--socket {gateway.chain.socket} --listen 127.0.0.1:{port}"
            )
            try:
                assert await answered(f"http://127.0.0.1:{port}/readyz") == 200
                held = [
                    await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.0.{at}", 0))
                    for at in (2, 3, 4, 5)
                    for _ in range(100)
                ]
                # Before any of them is closed at its deadline.
                asked = answered(f"http://127.0.0.1:{port}/readyz")
                assert await asyncio.wait_for(asked, Deadlines().head / 2) == 200
                for _, writer in held:
                    writer.close()
            finally:
                process.send_signal(signal.SIGTERM)
                await process.wait()

    run(work())


@pytest.mark.parametrize(
    ("allowed", "greatest", "wanted", "told", "asked_for"),
    [
        (1_024, 20_000, 4_256, 4_256, (4_256, 20_000)),
        (1_024, 2_048, 4_256, 2_048, (2_048, 2_048)),
        (1_024, resource.RLIM_INFINITY, 4_256, 4_256, (4_256, resource.RLIM_INFINITY)),
        (8_000, 20_000, 4_256, 4_256, None),
        (resource.RLIM_INFINITY, resource.RLIM_INFINITY, 4_256, 4_256, None),
    ],
)
def test_it_asks_for_as_many_open_files_as_it_wants(
    monkeypatch: pytest.MonkeyPatch,
    allowed: int,
    greatest: int,
    wanted: int,
    told: int,
    asked_for: tuple[int, int] | None,
) -> None:
    set_to: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "getrlimit", lambda _: (allowed, greatest))
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: set_to.append(limits))
    assert open_files(wanted) == told
    assert set_to == ([] if asked_for is None else [asked_for])


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--listen", "nowhere"], 2, "HOST:PORT"),
        (["--listen", "127.0.0.1:x"], 2, "HOST:PORT"),
        (["--cert", __file__], 2, "go together"),
        (["--listen", "127.0.0.1:TAKEN"], 1, "can't listen"),
    ],
)
def test_what_it_is_told_wrong(tmp_path: Path, words: list[str], status: int, said: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        told = [word.replace("TAKEN", port) for word in words]
        result = CliRunner().invoke(main, ["--socket", str(tmp_path / "s"), *told])
    assert result.exit_code == status
    assert said in result.stderr
