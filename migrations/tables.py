"""Every module that has tables, imported so that their metadata and triggers are complete: that is their only use."""

from __future__ import annotations

from typing import Final

import bot.chat_photos
import bot.chats
import bot.emergencies
import bot.grid.nonces
import bot.inbox
import bot.memories
import bot.moderation
import bot.notice_consents
import bot.outgoing
import bot.picture_checks
import bot.sessions  # noqa: F401
import community.areas
import community.audit
import community.binding
import community.consents
import community.duty
import community.history
import community.issues.models
import community.leaderboard
import community.members.models
import community.orders.models
import community.photos
import community.residents
import community.teaching.models
import community.tries
import community.volunteers.models
import community.workers  # noqa: F401
import core.crypto
import core.leases
import core.outbox  # noqa: F401
import points.attempt_models
import points.fairness_models
import points.family_models
import points.grant_models
import points.honour_models
import points.lot_models
import points.models
import points.reward_models
import points.rule_models
import points.seal_models  # noqa: F401
from core.db import Base

METADATA: Final = Base.metadata
