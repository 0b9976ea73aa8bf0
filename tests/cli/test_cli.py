import sys
import types
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from simulator.cli.main import main
from simulator.config.catalog import catalog, model_names

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def call(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def runs(monkeypatch):
    """Stand in for the farm: keeps what it was asked to run and ends with a code of our choice."""
    farm = types.ModuleType("simulator.farm.farm")
    farm.calls, farm.code = [], 0

    def run_farm(scenario, options):
        farm.calls.append((scenario, options))
        return farm.code

    farm.run_farm = run_farm
    monkeypatch.setitem(sys.modules, "simulator.farm.farm", farm)
    return farm


def test_run_without_a_scenario_is_the_demo_on_loopback(runs):
    assert call("run").exit_code == 0
    ((scenario, options),) = runs.calls
    assert len(scenario.resolve()) == 4
    assert (options.host, options.http_port, options.rtsp_port) == ("127.0.0.1", 8000, 8554)
    assert (options.discovery, options.duration_s, options.inventory) == (True, None, None)


def test_every_option_of_run_arrives(runs, tmp_path):
    result = call(
        "run", SCENARIOS / "load-200.yaml", "-n", 400, "--host", "127.0.0.9", "--http-port", 0,
        "--rtsp-port", 0, "--seed", 5, "--duration", "1m30s", "--inventory", tmp_path / "i.json",
        "--no-discovery", "--state", tmp_path / "state", "--set", "world=street",
        "--set", "defaults.model=dome-ptz", "--log-json", "-v",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    ((scenario, options),) = runs.calls
    cameras = scenario.resolve()
    assert (len(cameras), cameras[0].model.name, scenario.seed) == (400, "dome-ptz", 5)
    assert (options.host, options.http_port, options.rtsp_port) == ("127.0.0.9", 0, 0)
    assert (options.duration_s, options.discovery, options.ips) == (90.0, False, None)
    assert (options.inventory, options.state_dir) == (tmp_path / "i.json", tmp_path / "state")
    assert (options.log_json, options.verbose) == (True, True)


@pytest.mark.parametrize(
    ("arguments", "ports"),
    [
        ([], (8000, 8554)),
        (["-n", 554], (8000, 8554)),
        (["-n", 1000], (8000, 9000)),
        (["-n", 1000, "--http-port", 20000], (20000, 8554)),
        (["-n", 1000, "--http-port", 9000], (9000, 10000)),
        (["-n", 1000, "--http-port", 0], (0, 8554)),
        (["-n", 1000, "--rtsp-port", 30000], (8000, 30000)),
        (["--ips", "127.1.0.0/24"], (80, 554)),
        (["--ips", "127.1.0.0/24", "--http-port", 8080], (8080, 554)),
    ],
)
def test_ports_that_were_not_given_keep_clear_of_each_other(runs, arguments, ports):
    assert call("run", *arguments).exit_code == 0
    ((_, options),) = runs.calls
    assert (options.http_port, options.rtsp_port) == ports


@pytest.mark.parametrize("code", [0, 1])
def test_the_exit_code_is_the_farms(runs, code):
    runs.code = code
    assert call("run").exit_code == code


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope.yaml"], "nope.yaml: No such file"),
        (["--set", "defaults.model=bulet"], "did you mean 'bullet'?"),
        (["--set", "world=strt"], "--set world=strt: world: no world 'strt'"),
        (["--cameras", "0"], "0 is not in the range"),
        (["--http-port", "65536"], "not in the range"),
        (["--duration", "soon"], "is not a duration"),
        (["--duration", "0s"], "is not above zero"),
        ([SCENARIOS / "ptz-lab.yaml", "-n", 5], "-n 5: no entry of the scenario has a count"),
        (["--camera", "3"], "No such option"),
        (["--inventory", "/nowhere/i.json"], "'/nowhere' is not a directory"),
        (["--state", "/dev/null/state"], "'/dev/null/state': Not a directory"),
    ],
)
def test_a_mistake_in_the_call_ends_with_2_and_starts_nothing(runs, arguments, message):
    result = call("run", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert runs.calls == []


def test_check_names_what_is_right_and_every_mistake_of_what_is_not(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("version: 1\nseed: x\ncameras: [{nam: a}]\n")
    result = call("check", SCENARIOS / "load-200.yaml", wrong)
    assert result.exit_code == 2
    assert "load-200.yaml: right, 200 cameras\n" in result.output
    assert f"{wrong}:2:7: seed: 'x' is not a whole number\n" in result.output
    assert f"{wrong}:3:12: cameras[0]: unknown key 'nam'; did you mean 'name'?\n" in result.output
    assert call("check", SCENARIOS / "demo.yaml").exit_code == 0


def test_schema_prints_what_is_published():
    assert call("schema").output == (SCENARIOS / "schema.json").read_text()


def test_models_lists_every_model():
    lines = call("models").output.splitlines()
    assert [line.split()[0] for line in lines] == list(model_names())
    assert all(catalog()[line.split()[0]].summary in line for line in lines)


def test_models_prints_one_model_that_can_be_copied():
    text = call("models", "dome-ptz").output
    assert yaml.safe_load(text)["ptz"]["endless"] is True
    assert call("models", "dome").exit_code == 2


def test_version_and_help():
    assert call("--version").output.startswith("camfarm, version ")
    for command in ("run", "check", "schema", "models"):
        assert call(command, "-h").exit_code == 0
        assert command in call("--help").output
