"""A small farm for bad input."""

import pytest
from running import farm_process


@pytest.fixture(scope="session")
def victim(tmp_path_factory):
    """The demo's four cameras, which log every request."""
    place = tmp_path_factory.mktemp("victim")
    with farm_process(place, "-n", 4, "--seed", 666, "-v", discovery=True) as farm:
        yield farm
