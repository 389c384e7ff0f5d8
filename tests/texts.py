"""Texts as the world sends them: any character, halves of characters and NUL among them."""

from hypothesis import strategies as st

_AWKWARD = st.sampled_from(["\0", "\ud83d", "\ude00", "\ud800", "\udfff", "\ufeff", "\u202e", "😀"])
ANY_TEXT = st.text(st.characters() | _AWKWARD | st.characters(categories=["Cs"]), max_size=40)


def is_storable(text: str) -> bool:
    """Whether both databases keep it: no NUL, no half of a character."""
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
