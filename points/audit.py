"""The ledger checks itself: every balance, reservation and paid grant is derived again from the entries.

It only reads and reports; what is wrong is corrected by new transfers, after somebody has looked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

FINDINGS_PER_CHECK: Final = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction: `check` is its code, `ref` the row, `expected` and `found` what differs."""

    check: str
    ref: str
    expected: str
    found: str


CHECKS: Final[dict[str, str]] = {
    "transfer_unbalanced": """
        SELECT t.id AS ref, '0 in 2 or more entries' AS expected,
               COALESCE(SUM(e.amount), 0) || ' in ' || COUNT(e.amount) AS found
        FROM ledger_transfer t LEFT JOIN ledger_entry e ON e.transfer_id = t.id
        GROUP BY t.id HAVING COALESCE(SUM(e.amount), 0) <> 0 OR COUNT(e.amount) < 2""",
    "entry_without_transfer": """
        SELECT e.transfer_id AS ref, 'a transfer' AS expected, 'none' AS found
        FROM ledger_entry e LEFT JOIN ledger_transfer t ON t.id = e.transfer_id WHERE t.id IS NULL""",
    "balance_not_sum_of_entries": """
        SELECT a.id AS ref, COALESCE(s.total, 0) AS expected, a.posted AS found
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, SUM(amount) AS total FROM ledger_entry GROUP BY account_id) s
        ON s.account_id = a.id WHERE a.posted <> COALESCE(s.total, 0)""",
    "running_balance_broken": """
        SELECT account_id AS ref, account_seq || ': ' || (previous + amount) AS expected, balance_after AS found
        FROM (SELECT account_id, account_seq, amount, balance_after,
                     COALESCE(LAG(balance_after) OVER (PARTITION BY account_id ORDER BY account_seq), 0) AS previous
              FROM ledger_entry) e WHERE balance_after <> previous + amount""",
    "sequence_gap": """
        SELECT a.id AS ref, a.version AS expected, COALESCE(s.lines, 0) || ' entries up to ' || COALESCE(s.last, 0)
               AS found
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, COUNT(*) AS lines, MAX(account_seq) AS last
                   FROM ledger_entry GROUP BY account_id) s ON s.account_id = a.id
        WHERE a.version <> COALESCE(s.lines, 0) OR a.version <> COALESCE(s.last, 0)""",
    "held_not_sum_of_holds": """
        SELECT a.id AS ref, COALESCE(h.total, 0) AS expected, a.held AS found
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, SUM(amount) AS total FROM ledger_hold
                   WHERE state = 'pending' GROUP BY account_id) h
        ON h.account_id = a.id WHERE a.held <> COALESCE(h.total, 0)""",
    "below_floor": """
        SELECT id AS ref, floor AS expected, posted - held AS found
        FROM ledger_account WHERE posted - held < floor""",
    "floor_missing": """
        SELECT id AS ref, 'a floor' AS expected, 'none' AS found
        FROM ledger_account WHERE floor IS NULL AND kind NOT IN ('treasury', 'suspense')""",
    "lots_not_the_balance": """
        SELECT a.id AS ref, a.posted || ' in lots' AS expected, COALESCE(l.total, 0) AS found
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, SUM(remaining) AS total FROM lot GROUP BY account_id) l ON l.account_id = a.id
        WHERE COALESCE(l.total, 0) <> CASE WHEN a.kind IN ('resident', 'family') THEN a.posted ELSE 0 END""",
    "lots_not_what_is_held": """
        SELECT a.id AS ref, a.held || ' in lots' AS expected, COALESCE(l.total, 0) AS found
        FROM ledger_account a
        LEFT JOIN (SELECT account_id, SUM(held) AS total FROM lot GROUP BY account_id) l ON l.account_id = a.id
        WHERE COALESCE(l.total, 0) <> a.held""",
    "lot_not_its_uses": """
        SELECT l.id AS ref, l.held AS expected, COALESCE(h.total, 0) AS found
        FROM lot l
        LEFT JOIN (SELECT u.lot_id, SUM(u.amount) AS total FROM lot_use u
                   JOIN ledger_hold h ON h.id = u.hold_id AND h.state = 'pending' GROUP BY u.lot_id) h
        ON h.lot_id = l.id WHERE l.held <> COALESCE(h.total, 0)""",
    "hold_not_in_lots": """
        SELECT h.id AS ref, h.amount AS expected, COALESCE(SUM(u.amount), 0) AS found
        FROM ledger_hold h LEFT JOIN lot_use u ON u.hold_id = h.id
        WHERE h.state = 'pending' GROUP BY h.id, h.amount HAVING h.amount <> COALESCE(SUM(u.amount), 0)""",
    "earned_not_granted": """
        SELECT area_code || ' ' || unit AS ref, SUM(granted) AS expected, SUM(earned) AS found
        FROM (SELECT area_code, unit, earned, 0 AS granted FROM ledger_account
              UNION ALL
              SELECT a.area_code, a.unit, 0, e.amount FROM ledger_entry e
              JOIN ledger_account a ON a.id = e.account_id AND a.kind = 'resident'
              JOIN ledger_transfer t ON t.id = e.transfer_id AND t.kind = 'grant'
              LEFT JOIN ledger_transfer r ON r.reverses_id = t.id WHERE r.id IS NULL) s
        GROUP BY area_code, unit HAVING SUM(granted) <> SUM(earned)""",
    "community_not_balanced": """
        SELECT area_code || ' ' || unit AS ref, 0 AS expected, SUM(posted) AS found
        FROM ledger_account GROUP BY area_code, unit HAVING SUM(posted) <> 0""",
    "reversal_not_opposite": """
        SELECT t.id AS ref, 'no more than the opposite of ' || t.reverses_id AS expected, SUM(e.amount) AS found
        FROM ledger_transfer t JOIN ledger_entry e ON e.transfer_id = t.id
        JOIN ledger_account a ON a.id = e.account_id AND a.owner_id = '' AND a.kind <> 'expired'
        LEFT JOIN ledger_entry o ON o.transfer_id = t.reverses_id AND o.account_id = e.account_id
        WHERE t.reverses_id IS NOT NULL
        GROUP BY t.id, t.reverses_id, e.account_id, o.amount
        HAVING ABS(SUM(e.amount)) > ABS(COALESCE(o.amount, 0)) OR SUM(e.amount) * COALESCE(o.amount, 0) > 0""",
    "grant_not_paid_as_said": """
        SELECT g.id AS ref, g.recipient_id || ' ' || g.amount_points AS expected,
               COALESCE(CAST(MAX(e.amount) AS VARCHAR), 'no transfer') AS found
        FROM grant_request g
        LEFT JOIN ledger_transfer t ON t.id = g.transfer_id AND t.recipient_id = g.recipient_id
        LEFT JOIN ledger_entry e ON e.transfer_id = t.id
        WHERE g.state = 'paid' GROUP BY g.id, g.recipient_id, g.amount_points
        HAVING g.amount_points IS NULL OR COALESCE(MAX(e.amount), 0) <> g.amount_points""",
    "grant_without_request": """
        SELECT t.id AS ref, 'a paid request' AS expected, COALESCE(g.state, 'none') AS found
        FROM ledger_transfer t LEFT JOIN grant_request g ON g.transfer_id = t.id
        WHERE t.kind = 'grant' AND (g.state IS NULL OR g.state <> 'paid')""",
    "redemption_against_hold": """
        SELECT r.id AS ref, r.state AS expected, COALESCE(h.state, 'no hold') AS found
        FROM redemption r LEFT JOIN ledger_hold h ON h.id = r.id
        WHERE h.state IS NULL OR h.amount <> r.price_points OR (h.state <> CASE r.state
              WHEN 'held' THEN 'pending' WHEN 'verified' THEN 'posted' ELSE r.state END
              AND NOT (r.state IN ('held', 'void') AND h.state = 'expired'))""",
    "redemption_not_spent": """
        SELECT r.id AS ref, -r.price_points AS expected,
               COALESCE(CAST(MIN(e.amount) AS VARCHAR), 'no transfer') AS found
        FROM redemption r LEFT JOIN ledger_entry e ON e.transfer_id = r.transfer_id
        WHERE r.state = 'verified' GROUP BY r.id, r.price_points
        HAVING COALESCE(MIN(e.amount), 0) <> -r.price_points""",
    "limit_not_sum_of_redemptions": """
        SELECT c.subject_id || ' ' || c.period_key AS ref, COUNT(r.id) AS expected, c.used AS found
        FROM cap_counter c
        LEFT JOIN redemption r ON r.reward_id = c.subject_id AND r.limit_resident_id = c.resident_id
             AND r.period_key = c.period_key AND r.state IN ('held', 'verified')
        WHERE c.scope = 'reward' GROUP BY c.subject_id, c.resident_id, c.period_key, c.used
        HAVING COUNT(r.id) <> c.used""",
    "limit_exceeded": """
        SELECT scope || ' ' || subject_id || ' ' || period_key AS ref, ceiling AS expected, used AS found
        FROM cap_counter WHERE used > ceiling""",
}
"""Each query gives the rows that contradict each other; none is right. They run on both databases."""


async def check(db: AsyncSession) -> list[Finding]:
    """All contradictions, at most FINDINGS_PER_CHECK of each kind; an empty list means that the ledger holds."""
    findings: list[Finding] = []
    for name, query in CHECKS.items():
        rows = await db.execute(text(f"{query} LIMIT {FINDINGS_PER_CHECK}"))
        findings += [_finding(name, row) for row in rows]
    return findings


def _finding(name: str, row: Any) -> Finding:
    return Finding(check=name, ref=str(row.ref), expected=str(row.expected), found=str(row.found))
