"""reversals, awards and gifts wait for a second person as corrections do; who gave an award by hand

Revision ID: 202611221720
Revises: 202611221650
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import losses


revision = '202611221720'
down_revision = '202611221650'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # As SQL, because a batch would rebuild the table on SQLite and lose the checks that are not named again.
    op.execute(
        "ALTER TABLE adjustment_request ADD COLUMN kind VARCHAR NOT NULL DEFAULT 'adjustment' "
        "CONSTRAINT ck_adjustment_request_kind_known CHECK (kind IN ('adjustment', 'reversal', 'award', 'gift'))"
    )
    op.add_column('adjustment_request', sa.Column('facts', sa.JSON(), nullable=True))
    op.add_column('grant_request', sa.Column('asked_by', sa.String(), nullable=True))
    op.add_column('grant_request', sa.Column('approved_by', sa.String(), nullable=True))


def downgrade() -> None:
    losses.refuse("adjustment_request", "kind <> 'adjustment'")
    losses.refuse("grant_request", "asked_by IS NOT NULL")
    # Here too nothing is rebuilt: the check goes with its column.
    for table, column in (("grant_request", "approved_by"), ("grant_request", "asked_by"), ("adjustment_request", "facts"), ("adjustment_request", "kind")):
        op.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
