"""Reports of residents (随手拍): from the first message to the rating.

What other packages may use stands here; the tables are written by this package only.
"""

from community.issues.actors import SYSTEM, Actor, IssueNotFound, TransitionRefused
from community.issues.deliveries import action_settled, delivery_failed, delivery_refused
from community.issues.follow_ups import (
    add_first_photo,
    add_photo,
    add_text,
    confirm_fixed,
    latest_open,
    rate,
    reopen,
    urge,
    withdraw,
)
from community.issues.lists import Page, Query, counts, listing, mine, mine_page, of_resident
from community.issues.moving import move
from community.issues.payloads import action_payload, event_payload
from community.issues.reporting import Filed, NewIssue, report
from community.issues.update_store import GridUpdate, Outcome, expire_parked
from community.issues.updates import Applied, apply_parked, apply_update, delivered
from community.issues.views import view
from community.issues.workflow import TRANSITIONS, Action, Party, allowed

__all__ = [
    "SYSTEM",
    "TRANSITIONS",
    "Action",
    "Actor",
    "Applied",
    "Filed",
    "GridUpdate",
    "IssueNotFound",
    "NewIssue",
    "Outcome",
    "Page",
    "Party",
    "Query",
    "TransitionRefused",
    "action_payload",
    "action_settled",
    "add_first_photo",
    "add_photo",
    "add_text",
    "allowed",
    "apply_parked",
    "apply_update",
    "confirm_fixed",
    "counts",
    "delivered",
    "delivery_failed",
    "delivery_refused",
    "event_payload",
    "expire_parked",
    "latest_open",
    "listing",
    "mine",
    "mine_page",
    "move",
    "of_resident",
    "rate",
    "reopen",
    "report",
    "urge",
    "view",
    "withdraw",
]
