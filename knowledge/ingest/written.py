"""What staff type or paste instead of uploading it."""

from knowledge.errors import NotAccepted
from knowledge.parsing.formats import pairs as pairs_format

MAX_TEXT = 1_000_000  # characters


def title(name: str) -> str:
    """Return the name a text is known by, or raise NotAccepted."""
    bare = "".join(letter for letter in name if letter.isprintable()).strip()
    if not 1 <= len(bare) <= 300:
        raise NotAccepted("Give the text a title of at most 300 characters.", "text_title")
    return bare


def text(words: str) -> bytes:
    """Return a pasted text as it is kept, or raise NotAccepted."""
    if not words.strip():
        raise NotAccepted("There is no text in it.", "text_empty")
    if len(words) > MAX_TEXT:
        raise NotAccepted(
            f"The text has more than {MAX_TEXT:,} characters. Divide it.", "text_long"
        )
    return words.strip().encode("utf-8", errors="replace")


def pairs(words: str) -> bytes:
    """Return questions and answers as they are kept, or raise NotAccepted."""
    kept = text(words)
    if not pairs_format.parse(kept.decode("utf-8")):
        raise NotAccepted(
            "No question with an answer was found. Write a line that begins with Q: and below it "
            "one that begins with A:, or paste a table with a question and an answer column.",
            "pairs_form",
        )
    return kept
