"""One honest history for all tests of the auditor."""

import pytest

from tests.client.audit.histories import History, honest


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    return honest(tmp_path_factory.mktemp("chain"))
