"""UTF-16 without a mark: it looks like no text at all, half of its bytes are noughts."""

MARKS = (b"\xff\xfe", b"\xfe\xff")


def wide(body: bytes) -> str:
    """Which UTF-16 it is, by where its noughts stand: half of each Western letter is one.

    Empty when it is none.
    """
    some = body[:4096]
    even, odd = some[::2].count(0), some[1::2].count(0)
    if max(even, odd) * 10 < len(some) * 3 or min(even, odd) * 10 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def is_text(start: bytes) -> bool:
    """Whether a file that begins so may be text."""
    return b"\x00" not in start or start[:2] in MARKS or bool(wide(start))
