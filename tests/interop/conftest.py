"""One farm of a hundred cameras for all that others' clients do with it."""

from pathlib import Path

import pytest
from running import farm_process

SCENARIO = Path(__file__).parent / "hundred.yaml"
SEED = 3702
"""Not the usual one: cameras of another farm on this machine shall not have the same names."""


@pytest.fixture(scope="session")
def hundred(tmp_path_factory):
    """A hundred cameras on free ports, with discovery."""
    place = tmp_path_factory.mktemp("hundred")
    with farm_process(place, SCENARIO, "--seed", SEED, discovery=True) as farm:
        yield farm


@pytest.fixture(scope="session")
def one_of_each(hundred):
    """The first camera of each of the four kinds."""
    return {camera["name"].partition("-")[0]: camera for camera in reversed(hundred.cameras)}
