"""One farm of a hundred cameras for all that others' clients do with it."""

import pytest
from running import farm_process

SEED = 3702
"""Not the usual one: cameras of another farm on this machine shall not have the same names."""


@pytest.fixture(scope="session")
def hundred(tmp_path_factory):
    """A hundred cameras on free ports, with discovery."""
    place = tmp_path_factory.mktemp("hundred")
    with farm_process(place, "-n", 100, "--seed", SEED, discovery=True) as farm:
        yield farm
