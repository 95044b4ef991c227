"""What a test finds is what its template holds, whatever the one before it did to the same database."""

from __future__ import annotations

import pytest

from tests.databases import Shelf

ROWS = "SELECT count(*) FROM lease"
WRITE = "INSERT INTO lease (name, token, holder, until) VALUES ('a', 1, 'b', now())"


@pytest.fixture
def databases(backend: str, database_url: str, request: pytest.FixtureRequest) -> Shelf:
    assert database_url, "it is a matter of the PostgreSQL leg"
    if backend == "sqlite":
        pytest.skip("on SQLite each test has a file of its own")
    found: Shelf = request.getfixturevalue("shelf")
    return found


def test_rows_are_put_back(databases: Shelf, template: str) -> None:
    with databases.lent(template) as first:
        databases.server.execute(WRITE, ROWS, database=first)
    with databases.lent(template) as second:
        assert second == first
        assert databases.server.execute(ROWS, database=second) == 0


@pytest.mark.parametrize(
    "change", ["ALTER TABLE consent DISABLE TRIGGER USER", "CREATE INDEX more ON lease (holder)", "DROP TABLE lease"]
)
def test_what_has_another_shape_is_not_lent_again(databases: Shelf, template: str, change: str) -> None:
    with databases.lent(template) as first:
        databases.server.execute(change, "SELECT 1", database=first)
    with databases.lent(template) as second:
        assert second != first
        assert databases.server.execute(ROWS, database=second) == 0
