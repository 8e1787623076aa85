"""`cfi demo` around what is played: its options, its exit codes, what stays up; its ports."""

import errno
import io
import socket
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner
from rich.console import Console
from typing_extensions import override

from cfi.genesis.scenarios.loader import scenario
from cfi.node.assembly import assemble
from cfi.node.demo import command
from cfi.node.demo.checks import Check
from cfi.node.demo.network_stage import set_network_stage
from cfi.node.demo.ports import free_port
from cfi.node.demo.stage import Performance, set_stage
from cfi.node.home import Home
from cfi.node.supervisor import Part
from tests.network.running import engine_program
from tests.node.chain import embedded

TOLD = scenario("phase-2")


class TestTheCommand:
    def demo(self, folder: Path, *more: str) -> tuple[int, str, str]:
        """Its exit code and what it says."""
        chosen = ["--only", "phase-2", "--folder", str(folder), *more]
        told = CliRunner().invoke(command.demo, chosen)
        return told.exit_code, told.stdout, told.stderr

    def test_does_not_replace_a_chain(self, tmp_path: Path) -> None:
        set_stage(Home(tmp_path / TOLD.chain_id), TOLD)
        code, _, said = self.demo(tmp_path)
        assert code == 1
        assert said.endswith("has a chain already; choose another --home\n")

    @pytest.mark.parametrize(("passed", "code"), [(True, 0), (False, 3)])
    def test_ends_as_its_checks(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, passed: bool, code: int
    ) -> None:
        home = Home(tmp_path / TOLD.chain_id)
        set_stage(home, TOLD)
        node = assemble(home)
        embedded(node).make_block([])
        node.close()
        monkeypatch.setattr(command, "perform", lambda *_: Performance(home, 3, 1.0))
        monkeypatch.setattr(command, "show", lambda *_: None)
        monkeypatch.setattr(command, "member_checked", lambda *_: [])
        monkeypatch.setattr(command, "audited", lambda _: [Check("replay", passed, "said")])
        monkeypatch.setattr(
            command, "audited_with_a_changed_byte", lambda *_: Check("byte", True, "")
        )
        ended, told, _ = self.demo(tmp_path)
        assert ended == code
        assert ("FAILED" in told) is not passed
        assert f" start --home {home.root}" in told


    def test_a_check_that_breaks_is_told_in_the_table(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home = Home(tmp_path / TOLD.chain_id)
        set_stage(home, TOLD)
        node = assemble(home)
        embedded(node).make_block([])
        node.close()

        def late(_: Home) -> Check:
            raise subprocess.TimeoutExpired(["cfi"], 900)

        def unready(*_: object) -> list[Check]:
            raise OSError("http://127.0.0.1:1 isn't ready: catching-up")

        monkeypatch.setattr(command, "perform", lambda *_: Performance(home, 3, 1.0))
        monkeypatch.setattr(command, "show", lambda *_: None)
        monkeypatch.setattr(command, "audited", late)
        monkeypatch.setattr(command, "member_checked", unready)
        monkeypatch.setattr(
            command, "audited_with_a_changed_byte", lambda *_: Check("byte", True, "said")
        )
        ended, told, _ = self.demo(tmp_path)
        assert (ended, "Checked by others" in told) == (3, True)
        rows = [line for line in told.splitlines() if line.startswith("│ sim-")]
        assert [row for row in rows if "FAILED" in row and "no answer within 900 s" in row]
        assert [row for row in rows if "FAILED" in row and "isn't ready: catching-up" in row]
        assert [row for row in rows if " ok " in row and "said" in row]
        assert f" audit replay {home.root}\n" in told

    def test_plays_on_four_validators_and_compares_their_roots(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        engine_program()
        folder = tmp_path / TOLD.chain_id
        home = Home(folder / "node4")
        set_network_stage(folder, TOLD)
        roots = Check("roots", passed=True, told="equal")
        together = Performance(home, 3, 1.0, folder, (roots,))
        monkeypatch.setattr(command, "perform_together", lambda *_: together)
        monkeypatch.setattr(command, "load_state", lambda _: SimpleNamespace(height=1, app_hash=b""))
        monkeypatch.setattr(command, "show", lambda *_: None)
        fine = Check("", passed=True, told="")
        monkeypatch.setattr(command, "audited", lambda _: [fine])
        monkeypatch.setattr(command, "audited_with_a_changed_byte", lambda *_: fine)
        monkeypatch.setattr(command, "member_checked", lambda *_: [])
        ended, told, _ = self.demo(tmp_path, "--engine", "cometbft")
        assert ended == 0
        assert "roots" in told
        assert f" testnet start {folder}\n" in told
        assert f" audit replay {home.root}\n" in told

    @pytest.mark.parametrize("together", [False, True])
    def test_what_stays_up_is_what_played(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: bool
    ) -> None:
        engine_program()
        set_network_stage(tmp_path, TOLD)
        folder = tmp_path if together else None
        supervised: list[list[Part]] = []
        monkeypatch.setattr(command, "supervise", lambda chosen, _: supervised.append(chosen))
        out = io.StringIO()
        played = Performance(Home(tmp_path / "node4"), 3, 1.0, folder)
        command._stay_up(Console(file=out, width=100), played)
        assert out.getvalue().count("A gateway is up: http://127.0.0.") == (4 if together else 1)
        (parts,) = supervised
        assert len(parts) == (12 if together else 3)


class TestThePorts:
    def test_one_is_free_at_every_address(self) -> None:
        port = free_port("127.0.0.1", "127.0.0.2")
        with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.2", port)):
            assert port > 0

    def test_one_that_another_address_has_not_is_passed_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tried: list[int] = []

        class Probe(socket.socket):
            @override
            def bind(self, address: Any) -> None:
                tried.append(address[1])
                if len(tried) == 2:
                    raise OSError(errno.EADDRINUSE, "taken")
                super().bind(address)

        monkeypatch.setattr(socket, "socket", Probe)
        assert free_port("127.0.0.1", "127.0.0.2") == tried[-1]
        assert tried[0] == tried[1]
        assert tried[2] == tried[3]
        assert len(tried) == 4

    def test_none_is_one_that_outgoing_connections_get(self) -> None:
        told = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
        assert max(free_port("127.0.0.1") for _ in range(100)) < int(told.split()[0])

    def test_the_search_ends(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Taken(socket.socket):
            @override
            def bind(self, address: Any) -> None:
                raise OSError(errno.EADDRINUSE, "taken")

        monkeypatch.setattr(socket, "socket", Taken)
        with pytest.raises(OSError, match="no port is free"):
            free_port("127.0.0.1", "127.0.0.2")

    def test_an_address_of_another_machine_has_none(self) -> None:
        with pytest.raises(OSError, match="assign"):
            free_port("192.0.2.1")
