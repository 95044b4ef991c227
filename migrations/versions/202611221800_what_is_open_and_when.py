"""indexes of what is open and of when transfers were made; one check of a transfer instead of three

Revision ID: 202611221800
Revises: 202611221720
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '202611221800'
down_revision = '202611221720'
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index_open_redemptions("state IN ('waiting', 'held')", 'expires_at', 'id')
    op.create_index('ix_ledger_transfer_created', 'ledger_transfer', ['created_at'])
    _drop_check_of_entries()


def downgrade() -> None:
    _drop_check_of_entries()
    op.drop_index('ix_ledger_transfer_created', table_name='ledger_transfer')
    _index_open_redemptions("state = 'held'", 'expires_at')


def _index_open_redemptions(which: str, *columns: str) -> None:
    op.drop_index('ix_redemption_open', table_name='redemption')
    op.create_index('ix_redemption_open', 'redemption', list(columns), sqlite_where=sa.text(which), postgresql_where=sa.text(which))


def _drop_check_of_entries() -> None:
    """It is put back after all migrations, with the condition that the code of then gives it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER IF EXISTS ledger_entry_balanced ON ledger_entry")
