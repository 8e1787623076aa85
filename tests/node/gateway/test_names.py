"""The names by which a gateway goes, and that a signed request is for one of them.  (RFC 9110, 7.2; RFC 9421, 2.2.3)"""

import asyncio
import json
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
import pytest
from aiohttp import web
from click.testing import CliRunner
from yarl import URL

from cfi.client.light.http import GatewayClient, GatewayRefusedError, authority_of
from cfi.client.light.signed_request import HOST_HEADER
from cfi.client.wallet.keystore import LEAST, SigningKey, write_key
from cfi.node.gateway.desk import Desk
from cfi.node.gateway.link_client import LedgerLink
from cfi.node.gateway.names import Names, read_name
from cfi.node.gateway.server import Listen, Server
from cfi.node.main import main
from tests.node.chain import USER_SEED
from tests.node.gateway.running import NODE, Running, run, running
from tests.node.gateway.test_server import certificate

KEY: Final = SigningKey(USER_SEED)
TARGET: Final = "/v1/accounts"
PUBLIC: Final = "ledger.example"

READ = [
    # sentence                           the text                       the name
    ("a name",                           "ledger.example",              "ledger.example"),
    ("with a port",                      "ledger.example:8470",         "ledger.example:8470"),
    ("in upper case",                    "Ledger.EXAMPLE:8470",         "ledger.example:8470"),
    ("with HTTP's usual port",           "ledger.example:80",           "ledger.example"),
    ("with HTTPS' usual port",           "ledger.example:443",          "ledger.example"),
    ("an IPv4 address",                  "192.0.2.7:8470",              "192.0.2.7:8470"),
    ("an IPv6 address",                  "[2001:DB8::1]:8470",          "[2001:db8::1]:8470"),
    ("an IPv6 address without a port",   "[::1]",                       "[::1]"),
    ("an IPv6 address in a long form",   "[2001:db8:0:0:0:0:0:1]",      None),
    ("an IPv6 address that is none",     "[::1::]",                     None),
    ("an IPv6 address without brackets", "2001:db8::1",                 None),
    ("an IPv6 address with a zone",      "[fe80::1%25eth0]:8470",       None),
    ("nothing",                          "",                            None),
    ("a port alone",                     ":8470",                       None),
    ("an empty port",                    "ledger.example:",             None),
    ("a port with a zero before it",     "ledger.example:08470",        None),
    ("a port that is none",              "ledger.example:65536",        None),
    ("user information",                 "me@ledger.example",           None),
    ("a scheme",                         "https://ledger.example",      None),
    ("a path",                           "ledger.example/v1",           None),
    ("two names",                        "ledger.example, evil.example", None),
    ("a space",                          " ledger.example",             None),
    ("a line's end",                     "ledger.example\n",            None),
    ("a letter that is k in lower case", "\N{KELVIN SIGN}.example",     None),
]  # fmt: skip


@pytest.mark.parametrize(("sentence", "text", "name"), READ, ids=[row[0] for row in READ])
def test_a_name_has_one_form(sentence: str, text: str, name: str | None) -> None:
    assert read_name(text) == name


OWN = [
    # sentence                              the socket                          asked as                 ours
    ("its address and port",                ("192.0.2.7", 8470),                "192.0.2.7:8470",        True),
    ("another port",                        ("192.0.2.7", 8470),                "192.0.2.7:8471",        False),
    ("no port, where it isn't a usual one", ("192.0.2.7", 8470),                "192.0.2.7",             False),
    ("no port, where it is",                ("192.0.2.7", 443),                 "192.0.2.7",             True),
    ("localhost, on loopback",              ("127.0.0.1", 8470),                "localhost:8470",        True),
    ("LOCALHOST, on loopback",              ("127.0.0.1", 8470),                "LocalHost:8470",        True),
    ("localhost, elsewhere",                ("192.0.2.7", 8470),                "localhost:8470",        False),
    ("another address of loopback",         ("127.0.0.1", 8470),                "127.0.0.2:8470",        False),
    ("IPv6",                                ("2001:db8::1", 8470, 0, 0),        "[2001:db8::1]:8470",    True),
    ("IPv6's loopback",                     ("::1", 8470, 0, 0),                "localhost:8470",        True),
    ("IPv6 without brackets",               ("::1", 8470, 0, 0),                "::1:8470",              False),
    ("IPv4 on a socket of IPv6",            ("::ffff:192.0.2.7", 8470, 0, 0),   "192.0.2.7:8470",        True),
    ("an address with a zone",              ("fe80::1%eth0", 8470, 0, 2),       "[fe80::1]:8470",        True),
    ("a name nobody gave it",               ("192.0.2.7", 8470),                PUBLIC,                  False),
    ("a socket without an address",         "",                                 "localhost:8470",        False),
    ("no socket",                           None,                               "localhost:8470",        False),
]  # fmt: skip


class TestWhatAGatewayGoesBy:
    @pytest.mark.parametrize(("sentence", "socket", "asked", "ours"), OWN, ids=[row[0] for row in OWN])
    def test_without_settings_its_address(self, sentence: str, socket: object, asked: str, ours: bool) -> None:
        assert Names().asked([asked], socket) == (asked.lower() if ours else None)

    @pytest.mark.parametrize(
        ("asked", "name"),
        [
            ("Ledger.example", PUBLIC),
            ("ledger.example:443", PUBLIC),
            ("[2001:db8::1]:8470", "[2001:db8::1]:8470"),
            ("ledger.example:8470", None),
            ("127.0.0.1:8470", None),
            ("localhost:8470", None),
        ],
    )
    def test_with_public_names_those_alone(self, asked: str, name: str | None) -> None:
        names = Names(("LEDGER.example", "[2001:db8::1]:8470"))
        assert names.asked([asked], ("127.0.0.1", 8470)) == name

    @pytest.mark.parametrize("hosts", [[], [PUBLIC, PUBLIC], [PUBLIC, "evil.example"], [""]])
    def test_a_request_has_one_host(self, hosts: Sequence[str]) -> None:
        assert Names((PUBLIC,)).asked(hosts, None) is None

    def test_it_tells_its_public_names_and_not_its_address(self) -> None:
        assert "is asked as ledger.example or [::1]," in Names((PUBLIC, "[::1]:80")).sentence
        assert "is asked as the address where it listens," in Names().sentence


@pytest.mark.parametrize(
    ("base", "authority"),
    [
        ("http://127.0.0.1:8470", "127.0.0.1:8470"),
        ("https://Ledger.EXAMPLE", PUBLIC),
        ("https://ledger.example:443", PUBLIC),
        ("http://ledger.example:80", PUBLIC),
        ("https://ledger.example:80", "ledger.example:80"),
        ("https://me:secret@ledger.example:8470/behind/", "ledger.example:8470"),
        ("http://[2001:DB8:0:0::1]:8470", "[2001:db8::1]:8470"),
        ("http://[fe80::1%25eth0]:8470", "[fe80::1]:8470"),
        ("https://bücher.example", "xn--bcher-kva.example"),
        ("nowhere", ""),
    ],
)
def test_a_client_signs_for_the_authority_of_its_url(base: str, authority: str) -> None:
    assert authority_of(base) == authority


class Proxy:
    """Passes requests on to a gateway with the Host header that it got, or with one of its own; its
    status page says what it likes.
    """

    def __init__(self, to: str, host: str | None = None) -> None:
        self._to = to
        self._host = host
        self.answers: list[tuple[int, Any]] = []

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_route("*", "/{any:.*}", self._pass_on)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.authority = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.base = f"http://{self.authority}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        if request.path == "/v1/status":
            return web.json_response({"node": NODE})
        headers = {**request.headers, **({} if self._host is None else {HOST_HEADER: self._host})}
        url = URL(self._to + request.raw_path, encoded=True)
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, url, headers=headers, data=await request.read()) as answer,
        ):
            self.answers.append((answer.status, await answer.json()))
        return web.json_response(self.answers[-1][1], status=answer.status)


async def refused(base: str) -> GatewayRefusedError:
    """What a member's client is told that asks there for its accounts."""
    async with GatewayClient(base, KEY) as member:
        with pytest.raises(GatewayRefusedError) as caught:
            await member.get_signed(TARGET)
    return caught.value


async def other_gateway(gateway: Running, names: Sequence[str] = ()) -> Server:
    """Another gateway of the same ledger."""
    return Server(Desk(LedgerLink(gateway.chain.socket), names=Names(names)), Listen())


class TestARelay:
    @pytest.mark.parametrize(
        ("sentence", "nodes_host", "code"),
        [
            ("as it came", False, "other-authority"),
            ("with the node's own Host", True, "bad-signature"),
        ],
    )
    def test_a_request_to_a_liar_opens_nothing_at_the_node(
        self, tmp_path: Path, sentence: str, nodes_host: bool, code: str
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                async with Proxy(gateway.base, gateway.authority if nodes_host else None) as liar:
                    error = await refused(liar.base)
                status, told = liar.answers[-1]
                assert (status, told["code"]) == (401, code)
                assert error.code == told["code"]
                assert (await gateway.get_signed(TARGET))[0] == 200

        run(work())

    def test_a_request_to_one_gateway_opens_nothing_at_another(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                other = await other_gateway(gateway)
                port = await other.start()
                signed = gateway.headers(TARGET)
                for host, code in (
                    (gateway.authority, "other-authority"),
                    (f"127.0.0.1:{port}", "bad-signature"),
                ):
                    url = f"http://127.0.0.1:{port}{TARGET}"
                    async with gateway.session.get(url, headers={**signed, HOST_HEADER: host}) as answer:
                        told = await answer.json()
                    assert (answer.status, told["code"]) == (401, code)
                assert (await gateway.get(TARGET, signed))[0] == 200
                await other.stop()

        run(work())

    def test_a_request_to_anothers_loopback_opens_nothing_behind_a_public_name(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, names=Names((PUBLIC,))) as gateway:
                status, told = await gateway.get_signed(TARGET, authority=gateway.authority)
                assert (status, told["code"]) == (401, "other-authority")

        run(work())


class TestBehindAProxy:
    def test_a_configured_name_works(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, Proxy(gateway.base) as proxy:
                gateway.server.desk.names = Names((proxy.authority,))
                async with GatewayClient(proxy.base, KEY) as member:
                    told = await member.get_signed(TARGET)
                assert not told.field("accounts").absent

        run(work())

    def test_a_name_nobody_configured_is_one_clear_error(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, names=Names((PUBLIC,))) as gateway, Proxy(gateway.base) as proxy:
                error = await refused(proxy.base)
                assert str(error) == f"other-authority: {Names((PUBLIC,)).sentence}"

        run(work())

    def test_a_host_that_the_proxy_changed_is_one_clear_error(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway, Proxy(gateway.base, gateway.authority) as proxy:
                error = await refused(proxy.base)
                assert error.code == "bad-signature"
                assert "a proxy that changes them or the Host header" in str(error)

        run(work())

    def test_cfi_says_it_in_one_line(self, tmp_path: Path) -> None:
        key = tmp_path / "me.json"
        passphrase = tmp_path / "passphrase"
        passphrase.write_text("a passphrase\n")
        write_key(key, KEY, b"a passphrase", LEAST)

        async def work() -> None:
            async with running(tmp_path / "node", names=Names((PUBLIC,))) as gateway, Proxy(gateway.base) as proxy:
                words = ["query", "receipt", "00" * 32, "--gateway", proxy.base, "--key", str(key)]
                words += ["--passphrase-file", str(passphrase), "--folder", str(tmp_path / "none")]
                told = await asyncio.to_thread(CliRunner().invoke, main, words)
                assert told.exit_code == 1
                assert told.stderr == f"cfi: other-authority: {Names((PUBLIC,)).sentence}\n"

        run(work())


async def raw(gateway: Running, *lines: str) -> tuple[int, Any]:
    """Status and JSON of a request of exactly these lines."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write("".join(f"{line}\r\n" for line in (*lines, "Connection: close", "")).encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body) if body.startswith(b"{") else None


class TestTheHostHeader:
    @pytest.mark.parametrize(
        ("sentence", "version", "hosts", "status"),
        [
            ("as it is signed",      "1.1", ["{}"],               200),
            ("in upper case",        "1.1", ["{upper}"],          200),
            ("in HTTP/1.0",          "1.0", ["{}"],               200),
            ("none in HTTP/1.0",     "1.0", [],                   401),
            # What isn't HTTP/1.1 at all is refused before it is read.
            ("none",                 "1.1", [],                   400),
            ("two alike",            "1.1", ["{}", "{}"],         400),
            ("two",                  "1.1", ["evil.example", "{}"], 400),
            ("junk",                 "1.1", ["\x7f<>"],           400),
            ("an empty one",         "1.1", [""],                 401),
            ("with user information", "1.1", ["me@{}"],           401),
            ("with a path",          "1.1", ["{}/"],              401),
            ("without its port",     "1.1", ["localhost"],        401),
        ],
    )  # fmt: skip
    def test_it_names_the_gateway_once(
        self, tmp_path: Path, sentence: str, version: str, hosts: list[str], status: int
    ) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                name = f"localhost:{gateway.port}"
                signed = gateway.headers(TARGET, authority=name)
                assert signed.pop(HOST_HEADER) == name
                lines = [f"{header}: {value}" for header, value in signed.items()]
                lines += [f"Host: {host.format(name, upper=name.upper())}" for host in hosts]
                answered, told = await raw(gateway, f"GET {TARGET} HTTP/{version}", *lines)
                assert answered == status
                assert status != 401 or told["code"] == "other-authority"

        run(work())

    def test_a_target_with_an_authority_of_its_own_is_no_way_around_it(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path) as gateway:
                signed = gateway.headers(TARGET, authority="evil.example")
                signed[HOST_HEADER] = gateway.authority
                lines = [f"{header}: {value}" for header, value in signed.items()]
                told = await raw(gateway, f"GET http://evil.example{TARGET} HTTP/1.1", *lines)
                assert told[0] in (400, 401)

        run(work())

    def test_over_ipv6(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, listen=Listen(host="::1")) as gateway:
                for host in ("[::1]", "localhost"):
                    signed = gateway.headers(TARGET, authority=f"{host}:{gateway.port}")
                    url = f"http://[::1]:{gateway.port}{TARGET}"
                    async with gateway.session.get(url, headers=signed) as answer:
                        assert (host, answer.status) == (host, 200)
                async with GatewayClient(f"http://[::1]:{gateway.port}", KEY) as member:
                    await member.get_signed(TARGET)

        run(work())

    def test_over_tls_without_a_port(self, tmp_path: Path) -> None:
        cert, key = certificate(tmp_path)

        async def work() -> None:
            listen = Listen(certificate=cert, key=key)
            async with running(tmp_path / "node", listen=listen, names=Names((PUBLIC,))) as gateway:
                trusting = ssl.create_default_context(cafile=str(cert))
                for host in (PUBLIC, f"{PUBLIC}:443"):
                    signed = {**gateway.headers(TARGET, authority=PUBLIC), HOST_HEADER: host}
                    url = f"https://localhost:{gateway.port}{TARGET}"
                    async with gateway.session.get(url, headers=signed, ssl=trusting) as answer:
                        assert (host, answer.status) == (host, 200)

        run(work())


def test_a_client_sends_the_host_that_it_signed(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            running(tmp_path) as gateway,
            GatewayClient(f"http://LOCALHOST:{gateway.port}", KEY) as member,
        ):
            assert not (await member.get_signed(TARGET)).field("accounts").absent

    run(work())
