"""The documentation says what is so: scenarios load, tables are complete, links lead somewhere."""

import re
from pathlib import Path

import pytest

from simulator.cli.run import run
from simulator.cli.worlds import mounts_of
from simulator.config.loader import parse_scenario, scenario_schema

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")


def blocks(language):
    return list(_blocks(language))


def _blocks(language):
    for page in PAGES:
        for match in BLOCK.finditer(page.read_text()):
            if match[1] == language:
                yield pytest.param(match[2], id=f"{page.name}-{match.start()}")


@pytest.mark.parametrize("text", [b for b in blocks("yaml") if "version:" in b.values[0]])
def test_a_scenario_in_the_documentation_is_right(text):
    parse_scenario(text, mounts_of=mounts_of)


@pytest.mark.parametrize("text", blocks("python"))
def test_python_in_the_documentation_compiles(text):
    compile(text, "example", "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_to_files_lead_to_files(page):
    links = [link for link in LINK.findall(page.read_text()) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_key_of_a_scenario_is_in_the_reference():
    schema = scenario_schema()
    keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
    reference = (ROOT / "docs" / "reference" / "scenario.md").read_text()
    assert {key for key in keys if not re.search(rf"[`{{ ]{key}[`:]", reference)} == set()


def test_every_mount_of_the_street_is_in_the_reference():
    reference = (ROOT / "docs" / "reference" / "scenario.md").read_text()
    assert [name for name in mounts_of("street") if f"`{name}`" not in reference] == []


def test_every_option_of_run_is_in_the_reference():
    reference = (ROOT / "docs" / "reference" / "command.md").read_text()
    options = {option for param in run.params for option in param.opts if option.startswith("-")}
    assert {option for option in options - {"--verbose"} if f"`{option}" not in reference} == set()
