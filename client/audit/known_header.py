"""A header that the auditor has from elsewhere: it confirms what no block of the source can, and
shows a source that ends too early.
"""

from dataclasses import dataclass

from cfi.client.audit.beginning import Beginning
from cfi.client.audit.findings import Findings, same
from cfi.client.audit.header_check import HeaderCheck
from cfi.client.audit.sources import BadSourceError
from cfi.client.light.json_node import MalformedError
from cfi.client.light.lightblock import UnsoundError, parse_light_block
from cfi.contracts.wire.commits import Commit
from cfi.contracts.wire.headers import Header, header_hash
from cfi.contracts.wire.votes import CommitError, verify_commit


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownHeader:
    """A header with the votes for it, which the replay shows to be the validators'."""

    chain_id: str
    header: Header
    commit: Commit

    def meet(self, headers: HeaderCheck) -> None:
        """Compare with the replay where it has come to this height; raises DisagreementError, or
        BadSourceError unless the validators of that height signed it.
        """
        if headers.height == self.header.height:
            self._believe(headers)
            same(
                headers.height, "the block that was signed", self.commit.block_id, headers.block_id
            )

    def confirm(self, headers: HeaderCheck, findings: Findings) -> None:
        """Compare with the end of the replay; raises DisagreementError where the source ends before
        the block that this header follows, or where the header says another end; BadSourceError
        unless the validators that are known at the end signed it.
        """
        header, last = self.header, headers.height
        if header.height <= last:
            findings.block_confirmed = header.height == last
            return
        self._believe(headers)
        same(last + 1, "end of the source", header.height - 1, last)
        same(header.height, "id of the block before", headers.block_id, header.last_block_id)
        same(header.height, "app hash of the height before", headers.app_hash, header.app_hash)
        same(
            header.height,
            "results of the height before",
            headers.results_hash,
            header.last_results_hash,
        )
        findings.block_confirmed = findings.root_confirmed = True

    def _believe(self, headers: HeaderCheck) -> None:
        height, commit = self.header.height, self.commit
        try:
            validators = headers.validators_of(height)
            verify_commit(self.chain_id, validators, commit.block_id, height, commit)
        except CommitError as error:
            raise BadSourceError(f"the header can't be believed: {error}") from error


def read_known_header(text: bytes, beginning: Beginning) -> KnownHeader:
    """Read a light block in CometBFT's JSON; raises BadSourceError for one without votes of its
    own. Who voted is judged when the replay comes to its height.
    """
    try:
        light = parse_light_block(text)
        commit = light.commit
        if commit is None or commit.block_id.header_hash != header_hash(light.header):
            raise BadSourceError("the header has no votes, or those for another block")
    except (MalformedError, UnsoundError) as error:
        raise BadSourceError(f"the header can't be believed: {error}") from error
    return KnownHeader(chain_id=beginning.chain_id, header=light.header, commit=commit)
