"""The platforms' side of the service, for a terminal and for tests: residents who chat, and the APIs behind them."""

from bot.simulate.command import main

__all__ = ["main"]
