"""The coverage page says what is registered, and what is registered is tested."""

import importlib.util
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"


def coverage():
    spec = importlib.util.spec_from_file_location("coverage_page", DOCS / "coverage.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date():
    assert (DOCS / "coverage.md").read_text() == coverage().page(), "run: make docs-coverage"


def test_every_operation_that_is_there_is_called_by_a_test():
    program = coverage()
    tests = program.tested()
    assert [
        f"{entry.service.name}.{name}"
        for (_, name), entry in program.registered().items()
        if (entry.service.name, name) not in tests
    ] == []
