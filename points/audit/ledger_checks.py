"""Entries, transfers and accounts against each other.

That the entries of an account sum to its balance is shown step by step: each has the number after its predecessor's
and the balance that follows from it, and the account has number and balance of the last.
"""

from __future__ import annotations

from typing import Final

from points.audit.walks import Walk

ENTRIES: Final = Walk(
    name="entries",
    table="ledger_entry",
    alias="e",
    keys=("account_id", "account_seq"),
    start=(-1, 0),
    size=20_000,
    checks={
        "entry_without_transfer": """
            SELECT e.transfer_id AS ref, 'a transfer' AS expected, 'none' AS found
            FROM ledger_entry e LEFT JOIN ledger_transfer t ON t.id = e.transfer_id
            WHERE {page} AND t.id IS NULL""",
        "entry_without_account": """
            SELECT e.transfer_id AS ref, 'account ' || e.account_id AS expected, 'none' AS found
            FROM ledger_entry e LEFT JOIN ledger_account a ON a.id = e.account_id
            WHERE {page} AND a.id IS NULL""",
        "sequence_gap": """
            SELECT e.account_id AS ref, e.account_seq - 1 AS expected, 'none' AS found
            FROM ledger_entry e
            LEFT JOIN ledger_entry p ON p.account_id = e.account_id AND p.account_seq = e.account_seq - 1
            WHERE {page} AND e.account_seq <> 1 AND p.account_id IS NULL""",
        "running_balance_broken": """
            SELECT e.account_id AS ref, e.account_seq || ': ' || (COALESCE(p.balance_after, 0) + e.amount) AS expected,
                   e.balance_after AS found
            FROM ledger_entry e
            LEFT JOIN ledger_entry p ON p.account_id = e.account_id AND p.account_seq = e.account_seq - 1
            WHERE {page} AND (p.account_id IS NOT NULL OR e.account_seq = 1)
            AND e.balance_after <> COALESCE(p.balance_after, 0) + e.amount""",
    },
)

TRANSFERS: Final = Walk(
    name="transfers",
    table="ledger_transfer",
    alias="t",
    keys=("id",),
    start=("",),
    size=5_000,
    checks={
        "transfer_unbalanced": """
            SELECT t.id AS ref, '0 in 2 or more entries' AS expected,
                   COALESCE(SUM(e.amount), 0) || ' in ' || COUNT(e.amount) AS found
            FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer_id = t.id
            WHERE {page} GROUP BY t.id HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) < 2""",
        "units_mixed": """
            SELECT t.id AS ref, t.unit AS expected, a.unit AS found
            FROM ledger_transfer t JOIN ledger_entry e ON e.transfer_id = t.id
            JOIN ledger_account a ON a.id = e.account_id
            WHERE {page} AND a.unit <> t.unit""",
        "reversal_not_opposite": """
            SELECT t.id AS ref, 'no more than the opposite of ' || t.reverses_id AS expected, SUM(e.amount) AS found
            FROM ledger_transfer t JOIN ledger_entry e ON e.transfer_id = t.id
            JOIN ledger_account a ON a.id = e.account_id AND a.owner_id = '' AND a.kind <> 'expired'
            LEFT JOIN ledger_entry o ON o.transfer_id = t.reverses_id AND o.account_id = e.account_id
            WHERE {page} AND t.reverses_id IS NOT NULL
            GROUP BY t.id, t.reverses_id, e.account_id, o.amount
            HAVING ABS(SUM(e.amount)) > ABS(COALESCE(o.amount, 0)) OR SUM(e.amount) * COALESCE(o.amount, 0) > 0""",
        "grant_without_request": """
            SELECT t.id AS ref, 'a paid request' AS expected, COALESCE(g.state, 'none') AS found,
                   CASE WHEN r.id IS NULL THEN 'reverse' END AS mend, t.id AS subject
            FROM ledger_transfer t
            LEFT JOIN grant_request g ON g.unit = t.unit AND g.purpose = t.purpose AND g.source_kind = t.source_kind
                 AND g.source_id = t.source_id AND g.transfer_id = t.id
            LEFT JOIN ledger_transfer r ON r.reverses_id = t.id
            WHERE {page} AND t.kind = 'grant' AND (g.state IS NULL OR g.state <> 'paid')""",
        "lots_not_what_came": """
            SELECT t.id AS ref, COALESCE(c.came, 0) || ' in lots' AS expected, SUM(l.amount) AS found
            FROM ledger_transfer t JOIN lot l ON l.transfer_id = t.id
            LEFT JOIN (SELECT e.transfer_id, SUM(e.amount) AS came FROM ledger_entry e
                       JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('resident', 'family')
                       JOIN ledger_transfer t ON t.id = e.transfer_id AND {page}
                       WHERE e.amount > 0 GROUP BY e.transfer_id) c ON c.transfer_id = t.id
            WHERE {page} GROUP BY t.id, c.came HAVING SUM(l.amount) <> COALESCE(c.came, 0)""",
        "lots_not_what_went": """
            SELECT t.id AS ref, COALESCE(c.went, 0) || ' from lots' AS expected, SUM(u.amount) AS found
            FROM ledger_transfer t JOIN lot_use u ON u.transfer_id = t.id
            LEFT JOIN (SELECT e.transfer_id, -SUM(e.amount) AS went FROM ledger_entry e
                       JOIN ledger_account a ON a.id = e.account_id AND a.kind IN ('resident', 'family')
                       JOIN ledger_transfer t ON t.id = e.transfer_id AND {page}
                       WHERE e.amount < 0 GROUP BY e.transfer_id) c ON c.transfer_id = t.id
            WHERE {page} GROUP BY t.id, c.went HAVING SUM(u.amount) <> COALESCE(c.went, 0)""",
        "spent_after_expiry": """
            SELECT t.id AS ref, 'lot ' || l.id || ' until ' || l.expires_at AS expected, t.created_at AS found
            FROM ledger_transfer t JOIN lot_use u ON u.transfer_id = t.id
            JOIN lot l ON l.id = u.lot_id AND l.expires_at <= t.created_at
            LEFT JOIN lot_use h ON h.lot_id = u.lot_id AND h.hold_id IS NOT NULL
                 AND h.hold_id IN (SELECT id FROM ledger_hold WHERE transfer_id = t.id)
            WHERE {page} AND h.id IS NULL AND t.kind NOT IN ('expiry', 'closure', 'reversal')""",
    },
)

ACCOUNTS: Final = Walk(
    name="accounts",
    table="ledger_account",
    alias="a",
    keys=("id",),
    start=(-1,),
    size=5_000,
    checks={
        "balance_not_sum_of_entries": """
            SELECT a.id AS ref, COALESCE((SELECT e.balance_after FROM ledger_entry e WHERE e.account_id = a.id
                   ORDER BY e.account_seq DESC LIMIT 1), 0) AS expected, a.posted AS found
            FROM ledger_account a
            WHERE {page} AND a.posted <> COALESCE((SELECT e.balance_after FROM ledger_entry e
                  WHERE e.account_id = a.id ORDER BY e.account_seq DESC LIMIT 1), 0)""",
        "sequence_gap": """
            SELECT a.id AS ref, a.version AS expected, COALESCE((SELECT MAX(e.account_seq) FROM ledger_entry e
                   WHERE e.account_id = a.id), 0) AS found
            FROM ledger_account a
            WHERE {page} AND a.version <> COALESCE((SELECT MAX(e.account_seq) FROM ledger_entry e
                  WHERE e.account_id = a.id), 0)""",
        "held_not_sum_of_holds": """
            SELECT a.id AS ref, COALESCE(SUM(h.amount), 0) AS expected, a.held AS found
            FROM ledger_account a LEFT JOIN ledger_hold h ON h.account_id = a.id AND h.state = 'pending'
            WHERE {page} GROUP BY a.id, a.held HAVING a.held <> COALESCE(SUM(h.amount), 0)""",
        "below_floor": """
            SELECT a.id AS ref, a.floor AS expected, a.posted - a.held AS found, a.area_code,
                   CASE WHEN a.kind = 'resident' THEN 'adjust' END AS mend, a.owner_id AS subject,
                   a.floor - a.posted + a.held AS amount
            FROM ledger_account a WHERE {page} AND a.posted - a.held < a.floor""",
        "above_ceiling": """
            SELECT a.id AS ref, a.ceiling AS expected, a.posted AS found, a.area_code,
                   CASE WHEN a.kind = 'resident' THEN 'adjust' END AS mend, a.owner_id AS subject,
                   a.ceiling - a.posted AS amount
            FROM ledger_account a WHERE {page} AND a.posted > a.ceiling""",
        "floor_missing": """
            SELECT a.id AS ref, 'a floor' AS expected, 'none' AS found
            FROM ledger_account a WHERE {page} AND a.floor IS NULL AND a.kind NOT IN ('treasury', 'suspense')""",
        "lots_not_the_balance": """
            SELECT a.id AS ref, a.posted || ' in lots' AS expected, COALESCE(SUM(l.remaining), 0) AS found
            FROM ledger_account a LEFT JOIN lot l ON l.account_id = a.id AND l.remaining > 0
            WHERE {page} GROUP BY a.id, a.kind, a.posted
            HAVING COALESCE(SUM(l.remaining), 0)
                   <> CASE WHEN a.kind IN ('resident', 'family') THEN a.posted ELSE 0 END""",
        "lots_not_what_is_held": """
            SELECT a.id AS ref, a.held || ' in lots' AS expected, COALESCE(SUM(l.held), 0) AS found
            FROM ledger_account a LEFT JOIN lot l ON l.account_id = a.id AND l.remaining > 0
            WHERE {page} GROUP BY a.id, a.held HAVING COALESCE(SUM(l.held), 0) <> a.held""",
    },
)

AREAS: Final = Walk(
    name="areas",
    table="ledger_account",
    alias="a",
    keys=("area_code",),
    start=("",),
    size=20_000,
    checks={
        "community_not_balanced": """
            SELECT a.area_code || ' ' || a.unit AS ref, 0 AS expected, SUM(a.posted) AS found
            FROM ledger_account a WHERE {page} GROUP BY a.area_code, a.unit HAVING SUM(a.posted) <> 0""",
        "earned_not_granted": """
            SELECT s.area_code || ' ' || s.unit AS ref, SUM(s.granted) AS expected, SUM(s.earned) AS found
            FROM (SELECT a.area_code, a.unit, a.earned, 0 AS granted FROM ledger_account a WHERE {page}
                  UNION ALL
                  SELECT a.area_code, a.unit, 0, e.amount FROM ledger_transfer a
                  JOIN ledger_entry e ON e.transfer_id = a.id
                  JOIN ledger_account w ON w.id = e.account_id AND w.kind = 'resident'
                  LEFT JOIN ledger_transfer r ON r.reverses_id = a.id
                  LEFT JOIN ledger_transfer b ON b.reverses_id = r.id
                  WHERE {page} AND a.kind = 'grant' AND (r.id IS NULL OR b.id IS NOT NULL)) s
            GROUP BY s.area_code, s.unit HAVING SUM(s.granted) <> SUM(s.earned)""",
    },
)

SNAPSHOTS: Final = Walk(
    name="snapshots",
    table="balance_snapshot",
    alias="s",
    keys=("account_id",),
    start=(-1,),
    size=5_000,
    checks={
        "snapshot_not_the_balance": """
            SELECT s.account_id || ' ' || s.as_of AS ref, s.balance AS found,
                   COALESCE(CAST(e.balance_after AS VARCHAR), 'entry ' || s.last_seq) AS expected
            FROM balance_snapshot s
            LEFT JOIN ledger_entry e ON e.account_id = s.account_id AND e.account_seq = s.last_seq
            WHERE {page} AND (e.balance_after IS NULL OR e.balance_after <> s.balance)""",
        "snapshot_of_later_entries": """
            SELECT s.account_id || ' ' || s.as_of AS ref, 'an earlier entry' AS expected, t.created_at AS found
            FROM balance_snapshot s
            JOIN ledger_entry e ON e.account_id = s.account_id AND e.account_seq = s.last_seq
            JOIN ledger_transfer t ON t.id = e.transfer_id
            WHERE {page} AND t.created_at >= s.as_of""",
    },
)
"""Of the end of a month: the balance after the last entry before it, which follows from the first as shown above."""
