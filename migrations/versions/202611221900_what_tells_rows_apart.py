"""keys of the ledger begin with what tells rows apart; PostgreSQL looks up references once for a statement

Revision ID: 202611221900
Revises: 202611221840
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '202611221900'
down_revision = '202611221840'
branch_labels = None
depends_on = None

GRANT = sa.text("kind = 'grant'")
REFERENCES = {'ledger_entry': {'transfer_id': 'ledger_transfer', 'account_id': 'ledger_account'},
              'lot': {'transfer_id': 'ledger_transfer'}}


def upgrade() -> None:
    op.drop_index('ix_ledger_account_owner', table_name='ledger_account')
    unique('ledger_account', 'uq_ledger_account_area_code_unit_kind_owner_id',
           'uq_ledger_account_owner_id_kind_unit_area_code', ['owner_id', 'kind', 'unit', 'area_code'])
    grants(['source_id', 'recipient_id', 'source_kind', 'purpose', 'unit'])
    sources(['source_id', 'source_kind'])
    op.drop_index('ix_grant_request_source', table_name='grant_request')
    unique('grant_request', 'uq_grant_request_deed', 'uq_grant_request_deed',
           ['source_id', 'source_kind', 'recipient_id', 'purpose', 'unit'])
    counters(['resident_id', 'subject_id', 'period_key', 'scope'])
    if is_sqlite():
        op.execute('DROP TRIGGER IF EXISTS lot_no_update')  # made anew after all migrations: a lot keeps its transfer too
        return
    for table, columns in REFERENCES.items():
        for column in columns:
            op.drop_constraint(op.f(f'fk_{table}_{column}'), table, type_='foreignkey')


def downgrade() -> None:
    if is_sqlite():
        op.execute('DROP TRIGGER IF EXISTS ledger_account_no_update')
        op.execute('DROP TRIGGER IF EXISTS ledger_account_no_delete')
    else:
        for trigger in ('no_update', 'no_delete', 'no_truncate'):
            op.execute(f'DROP TRIGGER IF EXISTS ledger_account_{trigger} ON ledger_account')
        for table, columns in REFERENCES.items():
            op.execute(f'DROP TRIGGER IF EXISTS {table}_references ON {table}')
            for column, target in columns.items():
                op.create_foreign_key(op.f(f'fk_{table}_{column}'), table, target, [column], ['id'])
    counters(['scope', 'subject_id', 'resident_id', 'period_key'])
    unique('grant_request', 'uq_grant_request_deed', 'uq_grant_request_deed',
           ['unit', 'purpose', 'source_kind', 'source_id', 'recipient_id'])
    op.create_index('ix_grant_request_source', 'grant_request', ['source_kind', 'source_id'])
    sources(['source_kind', 'source_id'])
    grants(['unit', 'purpose', 'source_kind', 'source_id', 'recipient_id'])
    unique('ledger_account', 'uq_ledger_account_owner_id_kind_unit_area_code',
           'uq_ledger_account_area_code_unit_kind_owner_id', ['area_code', 'unit', 'kind', 'owner_id'])
    op.create_index('ix_ledger_account_owner', 'ledger_account', ['owner_id'])


def is_sqlite() -> bool:
    return op.get_bind().dialect.name == 'sqlite'


def unique(table: str, before: str, after: str, columns: list[str]) -> None:
    with op.batch_alter_table(table) as batch_op:
        batch_op.drop_constraint(batch_op.f(before), type_='unique')
        batch_op.create_unique_constraint(batch_op.f(after), columns)


def counters(columns: list[str]) -> None:
    with op.batch_alter_table('cap_counter') as batch_op:
        batch_op.drop_constraint(batch_op.f('pk_cap_counter'), type_='primary')
        batch_op.create_primary_key(batch_op.f('pk_cap_counter'), columns)


def grants(columns: list[str]) -> None:
    op.drop_index('uq_ledger_transfer_grant', table_name='ledger_transfer')
    op.create_index('uq_ledger_transfer_grant', 'ledger_transfer', columns, unique=True, sqlite_where=GRANT, postgresql_where=GRANT)


def sources(columns: list[str]) -> None:
    op.drop_index('ix_ledger_transfer_source', table_name='ledger_transfer')
    op.create_index('ix_ledger_transfer_source', 'ledger_transfer', columns)
