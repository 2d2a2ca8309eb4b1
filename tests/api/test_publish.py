"""The published documents are the program's own; a stale one breaks the build."""

import json
from pathlib import Path

import pytest

from meridian.api import publish
from meridian.core.errors import InvalidInput

DOCS = Path(__file__).parents[2] / "docs"
STALE = "stale: run `python -m meridian.api.publish docs`"


@pytest.fixture(scope="module")
def document():
    return publish.document()


def test_the_published_openapi_document_is_the_programs():
    assert (DOCS / "openapi.json").read_text() == publish.openapi(), STALE


def test_the_pages_table_of_routes_is_the_programs():
    page = (DOCS / "api.md").read_text()
    assert publish.with_table(page) == page, STALE


def test_a_page_without_a_place_for_the_table_is_refused():
    with pytest.raises(InvalidInput, match="no place"):
        publish.with_table("# The API")


def test_every_operation_says_what_it_does_and_how_it_fails(document):
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description"), (method, path)
            failures = {s: r for s, r in operation["responses"].items() if s >= "400"}
            for status, response in failures.items():
                schema = response["content"]["application/problem+json"]["schema"]
                assert schema == {"$ref": "#/components/schemas/Problem"}, (method, path, status)


def test_every_sort_of_problem_that_is_described_has_its_page(document):
    page = (DOCS / "problems.md").read_text()
    text = json.dumps(document)
    kinds = {part.split('"')[0] for part in text.split("/docs/problems#")[1:]}
    assert kinds
    for kind in kinds | {
        "internal",
        "invalid-configuration",
        "refused-configuration",
        "conflict",
        "not-found",
    }:
        assert f"## {kind}\n" in page
