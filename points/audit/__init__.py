"""The ledger checks itself: whatever it keeps is derived again from what was recorded, and reported where it differs.

It only reads; what is wrong is corrected by new transfers, after somebody has looked.
"""

from points.audit.checking import FIRST, QUERIES, STEPS, Against, Cursor, Part, check, glance, look
from points.audit.findings import Finding, Mend, MendKind
from points.audit.proposals import NOT_BY_POSTING, proposal

__all__ = [
    "FIRST",
    "NOT_BY_POSTING",
    "QUERIES",
    "STEPS",
    "Against",
    "Cursor",
    "Finding",
    "Mend",
    "MendKind",
    "Part",
    "check",
    "glance",
    "look",
    "proposal",
]
