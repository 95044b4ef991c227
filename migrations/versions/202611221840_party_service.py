"""what registered party members did for their community

Revision ID: 202611221840
Revises: 202611221820
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations import losses


revision = '202611221840'
down_revision = '202611221820'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('party_service',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('registration_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('minutes', sa.Integer(), nullable=True),
    sa.Column('certified_by', sa.String(), nullable=False),
    sa.Column('certified_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('minutes BETWEEN 1 AND 1440', name=op.f('ck_party_service_minutes_of_a_day')),
    sa.ForeignKeyConstraint(['registration_id'], ['registration.id'], name=op.f('fk_party_service_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_party_service')),
    sa.UniqueConstraint('registration_id', 'served_on', 'kind', name=op.f('uq_party_service_registration_id_served_on_kind'))
    )


def downgrade() -> None:
    losses.refuse("party_service")
    op.drop_table('party_service')
