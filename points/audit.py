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
        FROM ledger_account WHERE floor IS NULL AND kind <> 'treasury'""",
    "community_not_balanced": """
        SELECT area_code || ' ' || unit AS ref, 0 AS expected, SUM(posted) AS found
        FROM ledger_account GROUP BY area_code, unit HAVING SUM(posted) <> 0""",
    "reversal_not_opposite": """
        SELECT t.id AS ref, 'the opposite of ' || t.reverses_id AS expected, 'something else' AS found
        FROM ledger_transfer t JOIN ledger_entry e ON e.transfer_id IN (t.id, t.reverses_id)
        WHERE t.reverses_id IS NOT NULL
        GROUP BY t.id, t.reverses_id, e.account_id HAVING SUM(e.amount) <> 0""",
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
        WHERE h.state IS NULL OR h.amount <> r.price_points OR h.state <> CASE r.state
              WHEN 'held' THEN 'pending' WHEN 'verified' THEN 'posted' ELSE r.state END""",
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
