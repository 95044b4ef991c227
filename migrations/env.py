"""Runs migrations on the connection that it is handed; `python -m bot migrate` is the way to call it."""

from __future__ import annotations

from typing import Literal

from alembic import context

from core.db import UtcDateTime
from migrations import tables


def render(kind: str, item: object, _autogenerate: object) -> str | Literal[False]:
    """Migrations stand alone: our column types are written as what the database stores."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=tables.METADATA,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=render,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
