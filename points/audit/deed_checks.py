"""Lots, reservations, requests, redemptions and shelves, each derived again from what was recorded of it."""

from __future__ import annotations

from typing import Final

from points.audit.walks import Walk

LOTS: Final = Walk(
    name="lots",
    table="lot",
    alias="l",
    keys=("id",),
    start=(-1,),
    size=5_000,
    checks={
        "lot_not_its_uses": """
            SELECT l.id AS ref, COALESCE(SUM(u.amount), 0) AS expected, l.held AS found
            FROM lot l
            LEFT JOIN (lot_use u JOIN ledger_hold h ON h.id = u.hold_id AND h.state = 'pending') ON u.lot_id = l.id
            WHERE {page} GROUP BY l.id, l.held HAVING l.held <> COALESCE(SUM(u.amount), 0)""",
        "lot_not_replayed": """
            SELECT l.id AS ref, l.amount - COALESCE(SUM(u.amount), 0) AS expected, l.remaining AS found
            FROM lot l
            LEFT JOIN (lot_use u LEFT JOIN ledger_transfer r ON r.reverses_id = u.transfer_id)
                 ON u.lot_id = l.id AND u.transfer_id IS NOT NULL AND r.id IS NULL
            WHERE {page} GROUP BY l.id, l.amount, l.remaining
            HAVING l.remaining <> l.amount - COALESCE(SUM(u.amount), 0)""",
    },
)
"""What is left of a lot is what came less what was spent of it, but for what a reversal gave back."""

HOLDS: Final = Walk(
    name="holds",
    table="ledger_hold",
    alias="h",
    keys=("id",),
    start=("",),
    size=5_000,
    checks={
        "hold_not_in_lots": """
            SELECT h.id AS ref, h.amount AS expected, COALESCE(SUM(u.amount), 0) AS found
            FROM ledger_hold h LEFT JOIN lot_use u ON u.hold_id = h.id
            WHERE {page} AND h.state = 'pending' GROUP BY h.id, h.amount
            HAVING h.amount <> COALESCE(SUM(u.amount), 0)""",
        "hold_not_posted": """
            SELECT h.id AS ref, -h.posted_amount AS expected,
                   COALESCE(CAST(MIN(e.amount) AS VARCHAR), 'no transfer') AS found
            FROM ledger_hold h LEFT JOIN ledger_entry e ON e.transfer_id = h.transfer_id
            WHERE {page} AND h.state = 'posted' AND h.posted_amount > 0 GROUP BY h.id, h.posted_amount
            HAVING COALESCE(MIN(e.amount), 0) <> -h.posted_amount""",
    },
)

REQUESTS: Final = Walk(
    name="requests",
    table="grant_request",
    alias="g",
    keys=("id",),
    start=(-1,),
    size=5_000,
    checks={
        "grant_not_paid_as_said": """
            SELECT g.id AS ref, g.recipient_id || ' ' || g.amount_points AS expected,
                   COALESCE(CAST(MAX(e.amount) AS VARCHAR), 'no transfer') AS found, g.area_code,
                   'adjust' AS mend, g.recipient_id AS subject,
                   COALESCE(g.amount_points, 0) - COALESCE(MAX(e.amount), 0) AS amount
            FROM grant_request g
            LEFT JOIN ledger_transfer t ON t.id = g.transfer_id AND t.recipient_id = g.recipient_id
            LEFT JOIN ledger_entry e ON e.transfer_id = t.id
            WHERE {page} AND g.state = 'paid' GROUP BY g.id, g.recipient_id, g.area_code, g.amount_points
            HAVING g.amount_points IS NULL OR COALESCE(MAX(e.amount), 0) <> g.amount_points""",
    },
)

REDEMPTIONS: Final = Walk(
    name="redemptions",
    table="redemption",
    alias="r",
    keys=("id",),
    start=("",),
    size=5_000,
    checks={
        "redemption_against_hold": """
            SELECT r.id AS ref, r.state AS expected, COALESCE(h.state, 'no hold') AS found, r.area_code,
                   CASE WHEN h.state = 'posted' THEN 'reverse' END AS mend, h.transfer_id AS subject
            FROM redemption r LEFT JOIN ledger_hold h ON h.id = r.id
            WHERE {page} AND (h.state IS NULL OR h.amount <> r.price_points
            OR (h.state <> CASE WHEN r.state IN ('waiting', 'held') THEN 'pending'
                           WHEN r.state IN ('verified', 'handed_out') THEN 'posted'
                           WHEN r.state = 'expired' THEN 'expired' ELSE 'void' END
                AND NOT (h.state = 'expired' AND NOT r.state IN ('verified', 'handed_out'))))""",
        "redemption_not_spent": """
            SELECT r.id AS ref, -r.price_points AS expected, r.area_code,
                   COALESCE(CAST(MIN(e.amount) AS VARCHAR), 'no transfer') AS found,
                   'adjust' AS mend, r.resident_id AS subject,
                   -r.price_points - COALESCE(MIN(e.amount), 0) AS amount
            FROM redemption r LEFT JOIN ledger_entry e ON e.transfer_id = r.transfer_id
            WHERE {page} AND r.state IN ('verified', 'handed_out')
            GROUP BY r.id, r.price_points, r.area_code, r.resident_id
            HAVING COALESCE(MIN(e.amount), 0) <> -r.price_points""",
        "redemption_not_its_history": """
            SELECT r.id AS ref, COALESCE(c.to_state, 'a record') AS expected, r.state AS found
            FROM redemption r LEFT JOIN redemption_change c ON c.id = (
                SELECT MAX(x.id) FROM redemption_change x WHERE x.redemption_id = r.id)
            WHERE {page} AND (c.to_state IS NULL OR c.to_state <> r.state)""",
    },
)

REWARDS: Final = Walk(
    name="rewards",
    table="reward",
    alias="w",
    keys=("id",),
    start=("",),
    size=1_000,
    checks={
        "stock_not_its_changes": """
            SELECT w.id AS ref, c.put - COALESCE(r.gone, 0) AS expected, w.stock AS found,
                   'stock' AS mend, w.id AS subject, c.put - COALESCE(r.gone, 0) AS amount
            FROM reward w
            JOIN (SELECT reward_id, SUM(delta) AS put FROM reward_stock_change GROUP BY reward_id) c
                 ON c.reward_id = w.id
            LEFT JOIN (SELECT r.reward_id, COUNT(*) AS gone FROM redemption r
                       WHERE r.state IN ('waiting', 'held', 'verified', 'handed_out')
                       GROUP BY r.reward_id) r ON r.reward_id = w.id
            WHERE {page} AND w.stock <> c.put - COALESCE(r.gone, 0)""",
    },
)

COUNTERS: Final = Walk(
    name="counters",
    table="cap_counter",
    alias="c",
    keys=("resident_id", "subject_id", "period_key", "scope"),
    start=("", "", "", ""),
    size=1_000,
    checks={
        "limit_not_sum_of_redemptions": """
            SELECT c.subject_id || ' ' || c.period_key AS ref, COUNT(r.id) AS expected, c.used AS found
            FROM cap_counter c
            LEFT JOIN redemption r ON r.reward_id = c.subject_id AND r.limit_resident_id = c.resident_id
                 AND r.period_key = c.period_key AND r.state IN ('waiting', 'held', 'verified', 'handed_out')
            WHERE {page} AND c.scope = 'reward'
            GROUP BY c.subject_id, c.resident_id, c.period_key, c.used HAVING COUNT(r.id) <> c.used""",
        "limit_without_grants": """
            SELECT c.scope || ' ' || c.subject_id || ' ' || c.period_key AS ref, 0 AS expected, c.used AS found
            FROM cap_counter c
            WHERE {page} AND c.scope IN ('rule', 'all_rules') AND c.used > 0
            AND NOT EXISTS (SELECT 1 FROM grant_request g WHERE g.recipient_id = c.resident_id AND g.state = 'paid')""",
        "limit_exceeded": """
            SELECT c.scope || ' ' || c.subject_id || ' ' || c.period_key AS ref, c.ceiling AS expected, c.used AS found
            FROM cap_counter c WHERE {page} AND c.used > c.ceiling""",
    },
)
