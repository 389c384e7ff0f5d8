"""The built-in model: answers by quoting the passages it is given, with no key and no network.

It is deterministic and knows nothing but the messages it receives and the tools it is given, like
any other model: the agent's name from the system prompt, the numbered passages, the customer's
words, the values in a tool's schema. It knows no business.
"""

from agent.offline.glossary import in_other_words
from agent.offline.model import OfflineModel

__all__ = ["OfflineModel", "in_other_words"]
