"""The audit log: every action of staff, append-only, chained by seals and kept for at least 180 days."""

from community.audit.checking import Finding, verify
from community.audit.log import listing, matches, record
from community.audit.purging import TooYoung, purge
from community.audit.sealing import seal_due

__all__ = ["Finding", "TooYoung", "listing", "matches", "purge", "record", "seal_due", "verify"]
