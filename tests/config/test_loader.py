import itertools
import json
import textwrap
from pathlib import Path

import pytest

from simulator.config.document import MAX_BYTES
from simulator.config.loader import ScenarioError, load_scenario, parse_scenario, scenario_schema

ONE = "version: 1\ncameras: [{name: a}]\n"


def mistakes(text, overrides=(), **keys):
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(textwrap.dedent(text), "s.yaml", overrides, **keys)
    return str(caught.value).splitlines()


def test_every_mistake_of_a_file_is_told_at_once_with_its_place():
    found = mistakes(
        """\
        version: 1
        seed: seven
        seed: 8
        wrld: street
        defaults: {model: bulet, username: !!str admin, password: 1234}
        cameras:
          - {name: gate, mount: {position: [4, -12], pan: 20, tlt: -15}}
          - name: load
            count: 0
            rendering: liv
            streams:
              main: {size: 1920x108o, fps: 15.5, bitrate: 2X}
              sub: {codec: jpg}
              third: 5
          - count: 3
          - hello
          - {name: "a b", discovery: maybe, clock: {skew: soon, drift: 20}}
        """
    )
    assert found == [
        "s.yaml:2:7: seed: 'seven' is not a whole number",
        "s.yaml:3:1: the key 'seed' was given before, in line 2",
        "s.yaml:4:1: unknown key 'wrld'; did you mean 'world'?",
        "s.yaml:5:19: defaults.model: no camera model 'bulet'; did you mean 'bullet'? "
        "(there are bullet, dome-ptz, legacy-s)",
        "s.yaml:5:36: tags (!) are not used in scenarios; leave it out",
        "s.yaml:5:59: defaults.password: 1234 is not text; write it in quotes",
        "s.yaml:7:36: cameras[0].mount.position: value 3 is missing",
        "s.yaml:7:55: cameras[0].mount: unknown key 'tlt'; did you mean 'tilt'?",
        "s.yaml:9:12: cameras[1].count: input should be greater than or equal to 1, not 0",
        "s.yaml:10:16: cameras[1].rendering: 'liv' is not 'auto', 'live' or 'loop'; "
        "did you mean 'live'?",
        "s.yaml:12:20: cameras[1].streams.main.size: '1920x108o' is not a size such as 1280x720",
        "s.yaml:12:36: cameras[1].streams.main.fps: 15.5 is not a whole number",
        "s.yaml:12:51: cameras[1].streams.main.bitrate: '2X' is not a bit rate "
        "such as 2M, 512k or 64000",
        "s.yaml:13:20: cameras[1].streams.sub.codec: 'jpg' is not 'h264' or 'jpeg'; "
        "did you mean 'jpeg'?",
        "s.yaml:14:7: cameras[1].streams: unknown key 'third'",
        "s.yaml:15:5: cameras[2]: the key 'name' is missing",
        "s.yaml:16:5: cameras[3]: 'hello' is not a mapping of keys and values",
        "s.yaml:17:12: cameras[4].name: 'a b' is not a name: letters, digits, '.', '_' and '-', "
        "63 at the most",
        "s.yaml:17:30: cameras[4].discovery: 'maybe' is not true or false",
        "s.yaml:17:51: cameras[4].clock.skew: 'soon' is not a duration such as 250ms, 5s or 1m30s",
        "s.yaml:17:64: cameras[4].clock.drift: 20 is not a drift such as 20ppm or -5ppm",
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "s.yaml: the file is empty"),
        ("# nothing\n", "s.yaml: the file is empty"),
        ("hello", "s.yaml:1:1: 'hello' is not a mapping of keys and values"),
        ("a: b: c", "s.yaml:1:5: mapping values are not allowed in this context"),
        ("a: [1, 2", "s.yaml:2:1: did not find expected ',' or ']'"),
        ("a: \x01", "s.yaml:1:1: the character 1 is not allowed"),
        (ONE + "---\na: 1", "s.yaml:3:1: a second document begins here; one file is one scenario"),
        (
            ONE + "<<: {seed: 3}",
            "s.yaml:3:1: merge keys (<<) are not used in scenarios; see `defaults`",
        ),
        (ONE + "start: 2026-13-45", "s.yaml:3:8: '2026-13-45' cannot be read; write it in quotes"),
        (ONE + "start: noon", "s.yaml:3:8: start: not a UTC time such as 2026-06-01T08:00:00Z"),
        (ONE + "world: *w", "s.yaml:3:8: *w has no &w before it"),
        (ONE + "? [a]\n: b", "s.yaml:3:3: a key must be a word"),
        ("version: 1\ncameras: []", "s.yaml:2:10: cameras: needs at least one entry"),
        ("version: 2\ncameras: [{name: a}]", "s.yaml:1:10: version: 2 is not 1"),
        ("cameras: [{name: a}]", "s.yaml:1:1: the key 'version' is missing"),
        ("[" * 100_000, "s.yaml:1:21: nested deeper than 20 levels"),
        ("x" * (MAX_BYTES + 1), f"s.yaml: longer than {MAX_BYTES} characters"),
    ],
)
def test_a_file_that_is_no_scenario_says_where(text, line):
    assert line in mistakes(text)


def test_a_small_file_of_aliases_cannot_become_a_large_tree():
    letters = "abcdefghi"
    lines = ["a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    for before, letter in itertools.pairwise(letters):
        lines.append(f"{letter}: &{letter} [{', '.join([f'*{before}'] * 9)}]")
    assert mistakes("\n".join(lines)) == ["s.yaml:6:32: more than 500000 values, aliases followed"]


def test_an_alias_cannot_nest_too_deep_nor_contain_itself():
    deep = "\n".join(f"k{n}: &k{n} [{'*k' + str(n - 1) if n else 1}]" for n in range(30))
    assert mistakes(deep)[-1].endswith("nested deeper than 20 levels")
    assert "s.yaml:1:8: *a has no &a before it" in mistakes("a: &a [*a]")


def test_an_alias_saves_writing_a_value_twice():
    scenario = parse_scenario(
        "version: 1\ncameras: [{name: a, tags: &t [x, y]}, {name: b, tags: *t}]"
    )
    assert [entry.tags for entry in scenario.cameras] == [("x", "y")] * 2


def test_a_key_without_a_value_is_as_if_it_were_not_there():
    assert parse_scenario(ONE + "seed:\ndefaults:\n") == parse_scenario(ONE)


def test_mistakes_between_values_are_located():
    found = mistakes(
        """\
        version: 1
        cameras:
          - {name: a, count: 2}
          - {name: a-001, streams: {sub: {codec: jpeg, size: 2560x1440}}}
        """
    )
    assert found == [
        "s.yaml:4:12: cameras[1].name: the name 'a-001' is taken by camera entry 1",
        "s.yaml:4:28: cameras[1].streams: jpeg over RTP ends at 2040 pixels a side (RFC 2435), "
        "not 2560x1440; use h264",
    ]


def one_world(name):
    if name != "street":
        raise LookupError(f"no world {name!r}")
    return ["corner", "roof"]


def test_names_of_worlds_and_mounts_are_checked():
    text = """\
        version: 1
        world: street
        defaults: {mount: rof}
        cameras: [{name: a, mount: corner}, {name: b, mount: 3}]
        """
    assert mistakes(text, mounts_of=one_world) == [
        "s.yaml:4:54: cameras[1].mount: 3 is not a mapping of keys and values"
    ]
    assert mistakes(text.replace("3}", "yard}"), mounts_of=one_world) == [
        "s.yaml:3:19: defaults.mount: the world 'street' has no mount 'rof'; did you mean 'roof'? "
        "(there are corner, roof)",
        "s.yaml:4:54: cameras[1].mount: the world 'street' has no mount 'yard' "
        "(there are corner, roof)",
    ]
    assert mistakes(ONE + "world: strt", mounts_of=one_world) == [
        "s.yaml:3:8: world: no world 'strt'"
    ]


def test_overrides_replace_values_of_any_depth():
    scenario = parse_scenario(
        "version: 1\ncameras: [{name: a}, {name: gate, streams: {main: {fps: 5}}}]",
        overrides=[
            "seed=9",
            "defaults.model=dome-ptz",
            "cameras.gate.streams.main.size=640x360",
            "cameras.0.tags=[x, y]",
        ],
    )
    first, gate = scenario.resolve()
    assert (scenario.seed, gate.model.name, first.tags) == (9, "dome-ptz", ("x", "y"))
    assert (gate.streams["main"].size, gate.streams["main"].fps) == ((640, 360), 5)


def test_an_override_of_an_alias_changes_one_place_only():
    text = "version: 1\ncameras: [{name: a, overlay: &o {name: true}}, {name: b, overlay: *o}]"
    first, second = parse_scenario(text, overrides=["cameras.b.overlay.name=false"]).resolve()
    assert (first.overlay.name, second.overlay.name) == (True, False)


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("seed", "write it as key=value, for example seed=7"),
        ("=1", "write it as key=value, for example seed=7"),
        ("a..b=1", "write it as key=value, for example seed=7"),
        ("sed=1", "unknown key 'sed'; did you mean 'seed'?"),
        ("seed=x", "seed: 'x' is not a whole number"),
        ("version.x=1", "there is no 'x' in 1"),
        ("cameras.b.count=2", "no entry 'b': there are 1, by number from 0 or by name"),
        ("cameras.7.count=2", "no entry '7': there are 1, by number from 0 or by name"),
        ("defaults=[", "did not find expected node content"),
        ("defaults.modl=bullet", "defaults: unknown key 'modl'; did you mean 'model'?"),
    ],
)
def test_a_mistaken_override_is_located_at_the_option(assignment, message):
    found = mistakes(ONE, [assignment])
    assert any(line.startswith(f"--set {assignment}: {message}") for line in found), found


def test_a_file_that_cannot_be_read_is_a_mistake_too(tmp_path):
    with pytest.raises(ScenarioError, match=r"nope\.yaml: No such file"):
        load_scenario(tmp_path / "nope.yaml")
    (tmp_path / "s.yaml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="not UTF-8"):
        load_scenario(tmp_path / "s.yaml")


def test_the_published_schema_is_the_models_own():
    published = Path(__file__).parents[2] / "scenarios" / "schema.json"
    assert json.loads(published.read_text()) == scenario_schema(), "run: make schema"
