"""What a step back would lose is refused: only a backup brings back a database of before with what was in it."""

from __future__ import annotations

from alembic import op
from alembic.util import CommandError
from sqlalchemy import text


def refuse(table: str, which: str = "TRUE") -> None:
    """Go no step further back while the table holds such rows. Raises CommandError; this step changes nothing then."""
    query = text(f'SELECT COUNT(*) FROM "{table}" WHERE {which}')  # noqa: S608  a migration's own words
    if count := op.get_bind().execute(query).scalar_one():
        raise CommandError(
            f"{count} rows of {table} say what an earlier revision cannot hold. "
            "Put back the backup that was made before the upgrade."
        )
