"""The scenario of a run that was given none."""

from collections.abc import Sequence
from importlib import resources

from simulator.config.entry import CameraEntry
from simulator.config.loader import MountsOf, parse_scenario
from simulator.config.model import Scenario


def demo_scenario(
    cameras: int | None = None,
    overrides: Sequence[str] = (),
    *,
    mounts_of: MountsOf | None = None,
) -> Scenario:
    """Return the demo: a few cameras of different models on one street.

    Args:
        cameras: how many, 1 or more; as many as the demo file has if None. More than it has repeat
            its models in turn, as cam-005 and so on, at the world's mounts in turn.
        overrides: ``key=value`` each, see ``override``.
        mounts_of: see ``load_scenario``.

    Raises:
        ScenarioError: if an override is mistaken.
    """
    text = resources.files(__package__).joinpath("demo.yaml").read_text(encoding="utf-8")
    scenario = parse_scenario(text, "demo.yaml", overrides, mounts_of=mounts_of)
    if cameras is None:
        return scenario
    entries = tuple(_repeated(scenario.cameras, index) for index in range(cameras))
    return scenario.model_copy(update={"cameras": entries})


def _repeated(entries: tuple[CameraEntry, ...], index: int) -> CameraEntry:
    entry = entries[index % len(entries)]
    if index < len(entries):
        return entry
    return entry.model_copy(update={"name": f"cam-{index + 1:03}", "mount": None})
