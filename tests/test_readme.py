"""The README is the manual: its code runs, and the quickstart is what it shows."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_fakecopy import quickstart
from pytest_fakecopy.domain.operations import OPERATIONS
from pytest_fakecopy.options import Options
from pytest_fakecopy.scenarios import CATALOGUE, markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

README = Path(__file__).parent.parent / "README.md"
RULES = re.compile(r"^<!-- rules -->\n(.*?)\n<!-- /rules -->$", re.MULTILINE | re.DOTALL)
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks() -> Iterator[pytest.ParameterSet]:
    """Yield each block of Python code, named after the line that it begins at."""
    text = README.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 2
        yield pytest.param(match[1], id=f"line-{line}")


@pytest.mark.parametrize("code", list(blocks()))
def test_the_code_of_the_readme_passes(pytester: pytest.Pytester, code: str) -> None:
    """Each block is a test module of its own, and all of its tests pass, or fail as they say."""
    for name in imported(code):
        pytest.importorskip(name)
    pytester.makepyfile(test_block=code)

    result = pytester.runpytest_inprocess("-p", "no:randomly", "-W", "error")

    outcomes = result.parseoutcomes()
    # One shows what a failure looks like.
    assert outcomes.keys() <= {"passed", "xfailed"}
    assert sum(outcomes.values()) >= 1


def imported(code: str) -> set[str]:
    """Return the top-level packages that a block imports."""
    nodes = list(ast.walk(ast.parse(code)))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    of = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    return {name.split(".")[0] for name in plain | of}


def functions_of(code: str) -> dict[str, str]:
    """Return the body of each function without docstring and annotations."""
    found = {}
    for node in ast.parse(code).body:
        if isinstance(node, ast.FunctionDef):
            body = node.body
            if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                body = body[1:]
            found[node.name] = "\n".join(ast.unparse(statement) for statement in body)
    return found


def test_the_quickstart_is_what_the_readme_shows() -> None:
    """Each test of the quickstart stands in the README, statement by statement."""
    shown: dict[str, str] = {}
    for block in BLOCK.findall(README.read_text(encoding="utf-8")):
        shown |= functions_of(block)

    shipped = functions_of(Path(quickstart.__file__).read_text(encoding="utf-8"))

    assert shipped == {name: shown.get(name) for name in shipped}


def test_the_quickstart_passes(pytester: pytest.Pytester) -> None:
    """The command of the README runs it by its module name."""
    result = pytester.runpytest_inprocess("--pyargs", "pytest_fakecopy.quickstart")

    result.assert_outcomes(passed=len(functions_of(Path(quickstart.__file__).read_text("utf-8"))))


def test_every_link_within_the_readme_leads_somewhere() -> None:
    """A heading that is renamed takes its entry in the contents with it."""
    text = README.read_text("utf-8")

    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    anchors = {
        re.sub("[^a-z0-9 _-]", "", heading.lower()).replace(" ", "-") for heading in headings
    }
    links = re.findall(r"\]\(#(.*?)\)", text)
    assert len(links) > 15
    assert set(links) - anchors == set()


def test_the_contents_are_those_of_the_readme() -> None:
    """Every section stands in them, in its order."""
    text = README.read_text("utf-8")

    contents = text.partition("<!-- contents -->")[2].partition("<!-- /contents -->")[0]
    listed = re.findall(r"\[(.*?)\]\(#", contents)
    assert listed == re.findall(r"^## (.*)$", text, re.MULTILINE)


def test_every_option_stands_in_the_readme() -> None:
    """The table of options has a row for each."""
    text = README.read_text(encoding="utf-8")

    missing = [name for name in Options.names() if f"| `{name}` |" not in text]

    assert missing == []


def test_the_rules_in_the_readme_are_those_of_the_books() -> None:
    """The table stands between two comments; it is `markdown_table()`, to be put there again."""
    table = RULES.search(README.read_text(encoding="utf-8"))

    assert table is not None
    assert table[1].splitlines() == markdown_table().splitlines()


def test_the_readme_counts_the_scenarios() -> None:
    """The number that it names is that of the catalogue."""
    text = README.read_text(encoding="utf-8")

    assert f"a catalogue of {len(CATALOGUE)} scenarios" in text


def test_what_is_served_stands_in_the_readme() -> None:
    """The list of operations is made from the table that serves them."""
    text = README.read_text(encoding="utf-8")

    listed = text.partition("<!-- served -->\n")[2].partition("<!-- /served -->")[0]

    assert listed == served_list()


def served_list() -> str:
    """Return the operations of each service as the README lists them."""
    lines = [
        f"- {name.upper()}: {', '.join(f'`{operation}`' for operation in sorted(operations))}\n"
        for name, operations in OPERATIONS.items()
    ]
    return "".join(lines)
