"""What was not kept of a source, in the words of the room that says it (English)."""

from knowledge.notices import SENTENCES

TEXTS = {f"notice.{code}": sentence for code, sentence in SENTENCES.items()}
