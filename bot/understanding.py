"""Reads messages for the rest of the house: one place that knows where the words of each kind of message are."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy.ext.asyncio import AsyncSession

from community import areas
from core import clock
from core.messages import Inbound
from core.settings import Account, Config
from nlp import Gazetteer, understand
from nlp.models import Models
from nlp.understanding import Understanding

REMEMBERED = 2048
SHORTEST_NAME = 3
_ENDINGS = ("网格", "社区", "街道")


class Reader:
    """Understanding with the community's place names; the same text within a minute is read once."""

    def __init__(self, config: Config) -> None:
        self._accounts = {account.name: account for account in config.accounts}
        self._gazetteer = Gazetteer()
        self._models: Models | None = None
        self._cached = lru_cache(maxsize=REMEMBERED)(self._understand)

    async def learn_places(self, db: AsyncSession) -> None:
        """Take the names of areas for places that residents may name."""
        names = {place for name in await areas.names(db) for place in _spoken(name)}
        if names != self._gazetteer.names:
            self._gazetteer = Gazetteer(frozenset(names))
            self._cached.cache_clear()

    @property
    def places(self) -> frozenset[str]:
        """The names that were learnt last."""
        return self._gazetteer.names

    def use(self, models: Models | None) -> None:
        """Read with these models from now on; None are those that come with the project."""
        self._models = models
        self._cached.cache_clear()

    def with_models(self, text: str, models: Models) -> Understanding:
        """How other models read the same words."""
        return understand(text, now=clock.now(), gazetteer=self._gazetteer, models=models)

    def account(self, name: str) -> Account:
        return self._accounts[name]

    def read(self, said: Inbound) -> Understanding:
        return self.of_text(said.text)

    def of_text(self, text: str) -> Understanding:
        return self._cached(text, int(clock.now().timestamp()) // 60)

    def _understand(self, text: str, _minute: int) -> Understanding:
        return understand(text, now=clock.now(), gazetteer=self._gazetteer, models=self._models)


def _spoken(name: str) -> list[str]:
    """An area's name, and as people say it: without the ending of its level."""
    short = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    return [spoken for spoken in {name, short} if len(spoken) >= SHORTEST_NAME]
