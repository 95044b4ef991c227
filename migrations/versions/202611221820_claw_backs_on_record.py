"""claw-backs on record, so that a resident can appeal against one

Revision ID: 202611221820
Revises: 202611221800
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import losses


revision = '202611221820'
down_revision = '202611221800'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clawed_back',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('area_code', sa.String(), nullable=False),
    sa.Column('idempotency_key', sa.String(), nullable=False),
    sa.Column('resident_id', sa.String(), nullable=False),
    sa.Column('taken_by', sa.String(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('deeds', sa.JSON(), nullable=False),
    sa.Column('transfers', sa.JSON(), nullable=False),
    sa.Column('refused_as', sa.String(), nullable=False),
    sa.Column('taken_points', sa.BigInteger(), nullable=False),
    sa.Column('owed_points', sa.BigInteger(), nullable=False),
    sa.Column('forgiven_points', sa.BigInteger(), nullable=False),
    sa.Column('unpaid_requests', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clawed_back')),
    sa.UniqueConstraint('area_code', 'idempotency_key', name=op.f('uq_clawed_back_area_code_idempotency_key'))
    )
    op.create_index('ix_clawed_back_resident', 'clawed_back', ['resident_id', 'taken_at'], unique=False)


def downgrade() -> None:
    losses.refuse("clawed_back")
    op.drop_index('ix_clawed_back_resident', table_name='clawed_back')
    op.drop_table('clawed_back')
