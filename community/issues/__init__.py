"""Reports of residents (随手拍): from the first message to the rating.

What other packages may use stands here; the tables are written by this package only.
"""

from community.issues.actors import SYSTEM, Actor, IssueNotFound, TransitionRefused
from community.issues.deliveries import action_settled, delivery_failed, delivery_refused
from community.issues.moving import move
from community.issues.reporting import Filed, NewIssue, report
from community.issues.workflow import TRANSITIONS, Action, Party, allowed

__all__ = [
    "SYSTEM",
    "TRANSITIONS",
    "Action",
    "Actor",
    "Filed",
    "IssueNotFound",
    "NewIssue",
    "Party",
    "TransitionRefused",
    "action_settled",
    "allowed",
    "delivery_failed",
    "delivery_refused",
    "move",
    "report",
]
