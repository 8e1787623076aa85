"""Slow sockets, floods, lost ledgers: the others are served."""

import asyncio
import time
from pathlib import Path

import cbor2
import pytest
from typing_extensions import override

from cfi.node.gateway.connections import Deadlines
from cfi.node.gateway.desk import Rates
from cfi.node.gateway.link_client import (
    LedgerFaultError,
    LedgerLink,
    LedgerUnreachableError,
    NotTakenError,
)
from cfi.node.gateway.metrics import Metrics
from cfi.node.gateway.quota import Quota, Rate
from cfi.node.link import FrameReader, Kind, frame
from tests.effort import effort
from tests.node.chain import USER_SEED
from tests.node.gateway.running import OTHER_SEED, open_descriptors, run, running

SLOW_SOCKETS = effort(sample=150, soak=1_000)
SHORT = Deadlines(head=0.3, body=0.3, writing=0.3)


class TestQuota:
    def test_tokens_are_spent_and_earned(self) -> None:
        quota = Quota(Rate(per_second=2, burst=3))
        assert [quota.wait_for("a", 10.0) for _ in range(4)] == [0, 0, 0, 0.5]
        assert quota.wait_for("b", 10.0) == 0
        assert quota.wait_for("a", 10.5) == 0
        assert quota.wait_for("a", 10.5) == 0.5
        assert [quota.wait_for("a", 99.0) for _ in range(4)] == [0, 0, 0, 0.5]

    def test_the_name_asked_longest_ago_is_forgotten(self) -> None:
        quota = Quota(Rate(per_second=1, burst=1), most_remembered=2)
        assert [quota.wait_for(name, 0) for name in "abac"] == [0, 0, 1, 0]
        assert quota.wait_for("a", 0) == 1
        assert quota.wait_for("b", 0) == 0


class TestConnections:
    def test_an_address_over_its_bound_loses_the_one_that_waits_longest(self, tmp_path: Path) -> None:
        async def work() -> None:
            async with running(tmp_path, deadlines=Deadlines(of_address=2)) as gateway:
                pairs = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(3)]
                reader, _ = pairs[0]
                with pytest.raises((ConnectionError, AssertionError)):
                    assert await asyncio.wait_for(reader.read(1), 2)
                for _, writer in pairs:
                    writer.close()

        run(work())


class TestSlowSockets:
    @pytest.mark.parametrize(
        "beginning",
        [
            b"",
            b"GET /v1/st",
            b"POST /v1/transactions HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nhalf",
        ],
        ids=["silent", "half a head", "half a body"],
    )
    def test_they_are_closed_and_others_are_served(self, tmp_path: Path, beginning: bytes) -> None:
        async def work() -> None:
            async with running(tmp_path, deadlines=SHORT) as gateway:
                before = open_descriptors()
                pairs = [
                    await asyncio.open_connection("127.0.0.1", gateway.port)
                    for _ in range(SLOW_SOCKETS)
                ]
                for _, writer in pairs:
                    writer.write(beginning)
                assert (await gateway.get("/v1/status"))[0] == 200
                ends = (reader.read() for reader, _ in pairs)
                closed = await asyncio.wait_for(asyncio.gather(*ends, return_exceptions=True), 10)
                assert len(closed) == SLOW_SOCKETS
                for _, writer in pairs:
                    writer.close()
                await asyncio.sleep(0.2)
                assert open_descriptors() <= before + 5
                assert gateway.server.desk.connections.total <= 1

        run(work())

    def test_who_does_not_read_its_answers_is_cut_off(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(address=Rate(10**6, 10**6))
            async with running(tmp_path, deadlines=SHORT, rates=rates) as gateway:
                _, writer = await asyncio.open_connection("127.0.0.1", gateway.port, limit=1)
                asked = b"GET /v1/public/a0 HTTP/1.1\r\nHost: x\r\n\r\n"
                late = gateway.server.desk.connections
                until = time.monotonic() + 10
                while not late.closed_late and time.monotonic() < until:
                    writer.write(asked * 20)
                    await asyncio.sleep(0.05)
                assert late.closed_late
                writer.close()

        run(work())


class TestFloods:
    def test_a_flooding_address_is_told_to_wait(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(address=Rate(1, 3))
            async with running(tmp_path, rates=rates) as gateway:
                statuses = [(await gateway.get("/v1/status"))[0] for _ in range(6)]
                assert statuses == [200, 200, 200, 429, 429, 429]
                async with gateway.session.get(f"{gateway.base}/v1/status") as answer:
                    assert int(answer.headers["Retry-After"]) >= 1
                assert (await gateway.get("/livez"))[0] == 200

        run(work())

    def test_one_members_flood_leaves_another_served(self, tmp_path: Path) -> None:
        async def work() -> None:
            rates = Rates(key=Rate(0.001, 5), key_at_address=Rate(0.001, 50))
            async with running(tmp_path, rates=rates) as gateway:
                told = [await gateway.get_signed("/v1/accounts", seed=USER_SEED) for _ in range(50)]
                assert [status for status, _ in told] == [200] * 5 + [429] * 45
                assert (await gateway.get_signed("/v1/accounts", seed=OTHER_SEED))[0] == 200

        run(work())

    def test_a_key_at_an_address_is_counted_before_its_signature_is_verified(
        self, tmp_path: Path
    ) -> None:
        async def work() -> None:
            rates = Rates(key_at_address=Rate(0.001, 2))
            async with running(tmp_path, rates=rates) as gateway:
                codes = []
                for _ in range(3):
                    _, told = await gateway.get("/v1/accounts", gateway.headers("/v1/other"))
                    codes.append(told["code"])
                assert codes == ["bad-signature", "bad-signature", "too-many-requests"]

        run(work())


def answering(*answers: tuple[Kind, bytes]) -> type[asyncio.Protocol]:
    """A ledger's socket that gives each frame it gets the next of these answers."""
    left = list(answers)

    class Scripted(asyncio.Protocol):
        @override
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport, self.reader = transport, FrameReader()

        @override
        def data_received(self, data: bytes) -> None:
            for _, tag, _ in self.reader.feed(data):
                if not left:
                    self.transport.close()
                    return
                kind, content = left.pop(0)
                self.transport.write(frame(kind, tag, content))

    return Scripted


class TestTheLedgersEnd:
    def link(self, tmp_path: Path, *answers: tuple[Kind, bytes], asked: str = "ask") -> object:
        async def work() -> object:
            socket = tmp_path / "s"
            server = await asyncio.get_running_loop().create_unix_server(
                answering(*answers), str(socket)
            )
            link = LedgerLink(socket, answer_seconds=0.3)
            try:
                return await (link.submit(b"x") if asked == "submit" else link.ask("status"))
            finally:
                link.close()
                server.close()

        return run(work())

    def test_an_answer_and_a_fault(self, tmp_path: Path) -> None:
        assert self.link(tmp_path, (Kind.RESULT, cbor2.dumps({"height": 5}))) == {"height": 5}
        with pytest.raises(LedgerFaultError) as caught:
            self.link(tmp_path, (Kind.FAULT, cbor2.dumps(["unknown-act", "none"])))
        assert caught.value.name == "unknown-act"

    def test_a_rejection_has_its_reason(self, tmp_path: Path) -> None:
        with pytest.raises(NotTakenError) as caught:
            self.link(
                tmp_path, (Kind.REJECTED, cbor2.dumps(["DUPLICATE", "known"])), asked="submit"
            )
        assert caught.value.name == "DUPLICATE"

    @pytest.mark.parametrize("asked", ["ask", "submit"])
    def test_a_ledger_that_hangs_up_is_unreachable(self, tmp_path: Path, asked: str) -> None:
        with pytest.raises(LedgerUnreachableError):
            self.link(tmp_path, asked=asked)

    def test_nonsense_is_hung_up_on(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerUnreachableError):
            self.link(tmp_path, (Kind.RESULT, b"\xff"))

    def test_silence_is_not_waited_out(self, tmp_path: Path) -> None:
        class Silent(asyncio.Protocol):
            pass

        async def work(asked: str) -> None:
            socket = tmp_path / asked
            server = await asyncio.get_running_loop().create_unix_server(Silent, str(socket))
            link = LedgerLink(socket, answer_seconds=0.1)
            with pytest.raises(LedgerUnreachableError):
                await (link.submit(b"x") if asked == "submit" else link.ask("status"))
            link.close()
            server.close()

        for asked in ("ask", "submit"):
            run(work(asked))

    def test_no_socket(self, tmp_path: Path) -> None:
        with pytest.raises(LedgerUnreachableError):
            run(LedgerLink(tmp_path / "none").ask("status"))


def test_metrics_are_escaped_and_add_up() -> None:
    metrics = Metrics()
    metrics.answered("GET", '/"a"', 200, 0.01)
    metrics.answered("GET", '/"a"', 200, 30.0)
    metrics.refused("stale")
    page = metrics.text({"cfi_up": ("Whether.", 1)}, {"cfi_seen_total": ("Seen.", 3_000_001)})
    assert "# TYPE cfi_seen_total counter\ncfi_seen_total 3000001\n" in page
    assert 'route="/\\"a\\"",status="200"} 2' in page
    assert 'cfi_gateway_request_seconds_bucket{le="0.02"} 1' in page
    assert 'cfi_gateway_request_seconds_bucket{le="+Inf"} 2' in page
    assert "cfi_gateway_request_seconds_count 2" in page
    assert "cfi_up 1" in page
