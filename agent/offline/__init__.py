"""The built-in model: answers by quoting the passages it is given, with no key and no network.

It is deterministic and knows nothing but the messages it receives, like any other model: the
agent's name from the system prompt, the numbered passages, the customer's words, the tools.
"""

from agent.offline.glossary import in_other_words
from agent.offline.model import OfflineModel

__all__ = ["OfflineModel", "in_other_words"]
