"""Understanding of residents' messages: pure, synchronous, offline."""

from nlp.escape import escape_word
from nlp.pipeline import Gazetteer, understand
from nlp.understanding import INTENTS, Scored, Slot, Understanding

__all__ = ["INTENTS", "Gazetteer", "Scored", "Slot", "Understanding", "escape_word", "understand"]
