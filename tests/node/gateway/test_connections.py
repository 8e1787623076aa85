"""Who gets in where there's no room: addresses share it, and members' addresses keep some."""

import asyncio
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import pytest
from yarl import URL

from cfi.node.gateway.connections import (
    MEMBER_SECONDS,
    Connections,
    Deadlines,
    MemberAddresses,
    group_of,
)
from cfi.node.gateway.server import Listen
from tests.node.gateway.running import Running, open_descriptors, run, running, until
from tests.node.gateway.test_server import certificate

STRANGERS: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5")
ROOM: Final = Deadlines(connections=40, of_strangers=30, of_address=12)
"""A hundredth of what is usual: four addresses could take all, and more."""
TARGET: Final = "/v1/accounts"
NOW: Final = 1_000.0


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:db8::ffff:1", "2001:db8::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("local", "local"),
    ],
)
def test_an_ipv6_network_counts_as_one_address(address: str, group: str) -> None:
    assert group_of(address) == group


@dataclass(eq=False)
class Line:
    """A connection that only stands."""

    address: str
    waits: bool = True
    up: bool = field(default=True)

    def hang_up(self) -> None:
        self.up = False


def connections(now: float = NOW, **limits: int) -> Connections:
    return Connections(Deadlines(**limits), lambda: now)


def standing(those: Connections, addresses: str) -> list[Line]:
    """A connection of each address, taken one after the other."""
    lines = [Line(each) for each in addresses]
    for line in lines:
        those.take(line)
    return lines


def up(lines: list[Line]) -> str:
    """The addresses of those that still stand."""
    return "".join(line.address for line in lines if line.up)


class TestWhereThereIsNoRoom:
    def test_the_one_that_waits_longest_of_the_address_with_most_gives_way(self) -> None:
        those = connections(connections=4, of_strangers=4)
        lines = standing(those, "baaa")
        new = standing(those, "c")
        assert (up(lines), up(new), those.total, those.displaced) == ("baa", "c", 4, 1)
        assert not lines[1].up

    def test_a_request_under_way_gives_way_last(self) -> None:
        those = connections(connections=3, of_strangers=3)
        lines = standing(those, "aaa")
        lines[0].waits = lines[1].waits = False
        standing(those, "b")
        assert [line.up for line in lines] == [True, True, False]
        standing(those, "c")
        assert [line.up for line in lines] == [False, True, False]

    def test_who_waits_anew_is_the_last_of_its_address(self) -> None:
        those = connections(connections=3, of_strangers=3)
        lines = standing(those, "aaa")
        those.rested(lines[0])
        standing(those, "b")
        assert [line.up for line in lines] == [True, False, True]

    def test_an_address_over_its_bound_displaces_its_own(self) -> None:
        those = connections(of_address=2)
        lines = standing(those, "baaa")
        assert [line.up for line in lines] == [True, False, True, True]

    def test_what_is_gone_makes_room_once(self) -> None:
        those = connections(connections=2, of_strangers=2)
        lines = standing(those, "ab")
        for _ in range(2):
            those.release(lines[0])
        those.rested(lines[0])
        assert those.total == 1
        standing(those, "c")
        assert (up(lines[1:]), those.displaced) == ("b", 0)

    def test_addresses_that_all_have_one_change_places(self) -> None:
        those = connections(connections=3, of_strangers=3)
        lines = standing(those, "abcd")
        assert (up(lines), those.total) == ("bcd", 3)


class TestMembersAddresses:
    def test_strangers_share_a_part(self) -> None:
        those = connections(connections=6, of_strangers=3)
        those.members.show("m", "company-a", NOW)
        members = standing(those, "mmm")
        strangers = standing(those, "abcda")
        assert (up(members), up(strangers), those.total) == ("mmm", "cda", 6)

    def test_a_members_address_gets_in_however_many_strangers_there_are(self) -> None:
        those = connections(connections=5, of_strangers=4)
        strangers = standing(those, "abcdefgh")
        those.members.show("m", "company-a", NOW)
        (member,) = standing(those, "m")
        others = standing(those, "ijklnopq")
        assert member.up
        assert (up(strangers), up(others)) == ("", "nopq")

    def test_members_leave_strangers_what_they_leave_each_other(self) -> None:
        those = connections(connections=4, of_strangers=3)
        those.members.show("m", "company-a", NOW)
        members = standing(those, "mmmm")
        (stranger,) = standing(those, "a")
        assert (up(members), stranger.up) == ("mmm", True)

    def test_who_showed_none_for_an_hour_is_a_stranger_again(self) -> None:
        members = MemberAddresses()
        members.show("m", "company-a", NOW)
        assert set(members.known(NOW + MEMBER_SECONDS)) == {"m"}
        members.show("m", "company-a", NOW + MEMBER_SECONDS)
        assert set(members.known(NOW + MEMBER_SECONDS + 1)) == {"m"}
        assert set(members.known(NOW + 2 * MEMBER_SECONDS + 1)) == set()

    def test_an_address_of_two_holders_is_known_for_either(self) -> None:
        members = MemberAddresses()
        members.show("m", "company-a", NOW)
        members.show("m", "company-b", NOW + 10)
        assert set(members.known(NOW + MEMBER_SECONDS + 5)) == {"m"}

    def test_one_holders_keys_make_few_addresses_known(self) -> None:
        members = MemberAddresses(most_of_holder=2)
        for address in "abc":
            members.show(address, "company-a", NOW)
        members.show("c", "company-b", NOW)
        members.show("d", "company-a", NOW + MEMBER_SECONDS + 1)
        assert set(members.known(NOW)) == {"d"}
        members = MemberAddresses(most_of_holder=2)
        for address in "abc":
            members.show(address, "company-a", NOW)
        assert set(members.known(NOW)) == {"a", "b"}


def test_where_fewer_files_may_be_open_the_room_is_smaller_and_shared_alike() -> None:
    usual = Deadlines()
    assert usual.within(5_000) is usual
    less = usual.within(768)
    assert (less.connections, less.of_strangers, less.of_address) == (768, 576, 230)
    least = usual.within(1)
    assert (least.connections, least.of_strangers, least.of_address) == (1, 1, 1)


async def from_address(gateway: Running, address: str) -> asyncio.StreamWriter:
    """A connection from there that says nothing."""
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, local_addr=(address, 0))
    return writer


async def asked_from(gateway: Running, address: str, *, signed: bool = True, tls: ssl.SSLContext | None = None) -> int:
    """The status of a member's request from there."""
    connector = aiohttp.TCPConnector(local_addr=(address, 0))
    scheme = "http" if tls is None else "https"
    async with aiohttp.ClientSession(connector=connector) as session:
        headers = gateway.headers(TARGET) if signed else {}
        url = URL(f"{scheme}://127.0.0.1:{gateway.port}{TARGET}", encoded=True)
        async with session.get(url, headers=headers, ssl=tls or True) as answer:
            return answer.status


async def asked_on(gateway: Running, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    """The status of a member's request on a connection that stands."""
    lines = [f"{name}: {value}\r\n" for name, value in gateway.headers(TARGET).items()]
    writer.write(f"GET {TARGET} HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 5)
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
    await reader.readexactly(int(length.split()[1]))
    return int(head.split()[1])


async def crowded(gateway: Running) -> list[asyncio.StreamWriter]:
    """Four strangers who hold all that they can."""
    writers = [await from_address(gateway, address) for address in STRANGERS for _ in range(ROOM.of_address)]
    await until(lambda: gateway.server.desk.connections.displaced >= len(writers) - ROOM.of_strangers)
    return writers


class TestOverTheSocket:
    def test_four_addresses_that_hold_all_they_can_do_not_keep_a_member_out(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, deadlines=ROOM) as gateway:
                writers = await crowded(gateway)
                those = gateway.server.desk.connections
                assert those.total <= ROOM.of_strangers + 1
                for member in ("127.0.0.6", "127.0.0.7"):
                    assert await asked_from(gateway, member) == 200
                assert "cfi_gateway_displaced" in await (await gateway.session.get(f"{gateway.base}/metrics")).text()
                for writer in writers:
                    writer.close()

        run(work())

    def test_who_showed_a_key_keeps_its_connection_whatever_strangers_come(self, tmp_path: Path) -> None:
        async def work() -> None:
            few = Deadlines(connections=8, of_strangers=4)
            async with running(tmp_path, deadlines=few) as gateway:
                reader, writer = await asyncio.open_connection(
                    "127.0.0.1", gateway.port, local_addr=("127.0.0.6", 0)
                )
                assert await asked_on(gateway, reader, writer) == 200
                strangers = [await from_address(gateway, f"127.0.1.{at}") for at in range(1, 13)]
                await until(lambda: gateway.server.desk.connections.displaced >= 8)
                assert await asked_on(gateway, reader, writer) == 200
                for each in (*strangers, writer):
                    each.close()

        run(work())

    def test_handshakes_that_never_end_are_counted_too(self, tmp_path: Path) -> None:
        cert, key = certificate(tmp_path)

        async def work() -> None:
            listen = Listen(certificate=cert, key=key)
            async with running(tmp_path / "node", deadlines=ROOM, listen=listen) as gateway:
                writers = await crowded(gateway)
                assert gateway.server.desk.connections.total <= ROOM.of_strangers
                tls = ssl.create_default_context(cafile=str(cert))
                tls.check_hostname = False
                assert await asked_from(gateway, "127.0.0.6", tls=tls) == 200
                for writer in writers:
                    writer.close()
                await until(lambda: gateway.server.desk.connections.total <= 1)

        run(work())

    def test_a_handshake_has_a_deadline(self, tmp_path: Path) -> None:
        cert, key = certificate(tmp_path)

        async def work() -> None:
            listen = Listen(certificate=cert, key=key)
            deadlines = Deadlines(head=0.3)
            async with running(tmp_path / "node", deadlines=deadlines, listen=listen) as gateway:
                reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
                assert await asyncio.wait_for(reader.read(), 5) == b""
                writer.close()
                await until(lambda: gateway.server.desk.connections.total == 0)

        run(work())

    @pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
    def test_a_burst_leaves_no_more_than_there_is_room_for(self, tmp_path: Path, tls: bool) -> None:
        cert, key = certificate(tmp_path)

        async def work() -> None:
            listen = Listen(certificate=cert, key=key) if tls else Listen()
            tiny = Deadlines(connections=3, of_strangers=3, of_address=1, head=60)
            async with running(tmp_path / "node", deadlines=tiny, listen=listen) as gateway:
                before = open_descriptors()
                burst = [from_address(gateway, STRANGERS[at % 4]) for at in range(60)]
                writers = await asyncio.gather(*burst)
                those = gateway.server.desk.connections
                await until(lambda: those.displaced == len(writers) - tiny.connections)
                assert those.total == tiny.connections
                # Both ends are in this process.
                await until(lambda: open_descriptors() <= before + len(writers) + tiny.connections)
                for writer in writers:
                    writer.close()

        run(work())
