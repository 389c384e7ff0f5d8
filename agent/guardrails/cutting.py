"""Taking links out of a reply so that what is left reads as if they had never been there."""

import re
from collections.abc import Callable, Sequence

from agent.guardrails.links import Link

MOST = 40  # links that are taken out one by one; a reply with more is no reply
_MARKDOWN = re.compile(r"!?\[((?:[^\[\]\n]|\[[^\]\n]*\])*)\]\(([^\n]*?)\)(?=[^)]|$)")
_OPENED, _CLOSED = re.compile(r"\s*[(\[<«“\"]\s*$"), re.compile(r"^\s*[)\]>»”\"]")
_STANDS_APART = re.compile(r"[\d%)\]–—|-]\s*$")  # nothing of the sentence leads to the link
_BEGINS = re.compile(r"(?:.*(?:[.!?…][\"»”)]?\s|\n)|^)", re.S)
_ENDS = re.compile(r"[.!?…]+[\"»”)]?(?=\s|$)|(?=\n)|$")
_LEAD = re.compile(r"(?:^|(?<=[\n.!?…]))[^\n.!?…]*:[ \t]*\n*$")
_LISTED = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s")
_EMPTY_ITEM = re.compile(r"(?m)^[ \t]*(?:[-*•]+|\d+[.)])[ \t]*(?:\n|\Z)")
Find = Callable[[str], Sequence[Link]]


def without(reply: str, find: Find) -> str:
    """Return *reply* without the links that *find* finds in it; "" when no words are left."""
    for _ in range(MOST):
        found = find(reply)
        if not found:
            return reply.strip() if any(map(str.isalpha, reply)) else ""
        reply = _tidy(_cut(reply, found[0]))
    return ""


def _cut(reply: str, link: Link) -> str:
    for named in _MARKDOWN.finditer(reply):
        if named.start(2) <= link.start < named.end(2):
            shown = "" if named[0].startswith("!") else named[1]
            return reply[: named.start()] + shown + reply[named.end() :]
    before, after = reply[: link.start], reply[link.end :]
    opened, closed = _OPENED.search(before), _CLOSED.search(after)
    if opened and closed:
        return before[: opened.start()] + after[closed.end() :]
    if _STANDS_APART.search(before) and not _LISTED.fullmatch(before.rpartition("\n")[2]):
        return before.rstrip(" \t-–—|") + after
    return _without_sentence(before, after)


def _without_sentence(before: str, after: str) -> str:
    begins, ends = _BEGINS.match(before), _ENDS.search(after)
    kept, rest = before[: begins.end() if begins else 0], after[ends.end() if ends else 0 :]
    lead = _LEAD.search(kept)
    if lead and not _LISTED.match(rest.lstrip("\n")):
        kept = kept[: lead.start()]  # `You can pay here:` above an address
    rest = rest.lstrip(" \t")
    return kept + (rest.removeprefix("\n") if kept.endswith("\n") else rest)


def _tidy(reply: str) -> str:
    reply = re.sub(r"[ \t]+([.,;:!?])", r"\1", _EMPTY_ITEM.sub("", reply))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"(?<=\S)[ \t]{2,}", " ", reply))
