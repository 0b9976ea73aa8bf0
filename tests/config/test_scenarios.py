from pathlib import Path

import pytest

from simulator.cli.worlds import mounts_of
from simulator.config.loader import load_scenario

SCENARIOS = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.name)
def test_a_scenario_of_the_repository_is_right_and_short_and_tells_editors_its_schema(path):
    lines = path.read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=schema.json"
    assert len(lines) <= 40
    assert load_scenario(path, mounts_of=mounts_of).resolve()


def test_there_are_scenarios():
    assert {"demo.yaml", "load-200.yaml", "ptz-lab.yaml"} <= {path.name for path in SCENARIOS}
