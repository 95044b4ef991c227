"""Reads messages for the rest of the house: one place that knows where the words of each kind of message are."""

from __future__ import annotations

from functools import lru_cache

from core import clock
from core.messages import Inbound
from core.settings import Account, Config
from nlp import Gazetteer, understand
from nlp.understanding import Understanding

REMEMBERED = 2048


class Reader:
    """Understanding with the community's place names; the same text within a minute is read once."""

    def __init__(self, config: Config, gazetteer: Gazetteer | None = None) -> None:
        self._accounts = {account.name: account for account in config.accounts}
        self._gazetteer = gazetteer
        self._cached = lru_cache(maxsize=REMEMBERED)(self._understand)

    def account(self, name: str) -> Account:
        return self._accounts[name]

    def read(self, said: Inbound) -> Understanding:
        return self.of_text(said.text)

    def of_text(self, text: str) -> Understanding:
        return self._cached(text, int(clock.now().timestamp()) // 60)

    def _understand(self, text: str, _minute: int) -> Understanding:
        return understand(text, now=clock.now(), gazetteer=self._gazetteer)
