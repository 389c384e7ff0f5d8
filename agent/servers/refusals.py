"""What of a question a server refuses, told by the name of the part beside words of refusal.

No server says it as another does, so no sentence is known by heart: the nearest name of something
that was sent, before the word of refusal or else behind it, is what was refused.
"""

import re
from collections.abc import Mapping
from typing import Any

import openai

from agent.servers.wording import Complaint, complaints

NEAR = 80  # characters between a name and the word that refuses it
# Statuses that never mean a part of the question: keys, money, conflicts, limits.
_OTHERS = {401, 402, 403, 408, 409, 429}
_MOST_STATUS = 501  # above are gateways, which know nothing of the question
_SERVED = {"model", "messages"}  # without these there is no question
_REFUSES = re.compile(
    r"\bno[tn][- ](?:\w+ ){0,2}?"
    r"(?:support|permit|allow|enabl|recogni[sz]|accept|implement|availab|valid)"
    r"|n['’]t (?:\w+ )?(?:support|permit|allow|enabl|recogni[sz]|accept|implement|availab)"
    r"|unsupported|unrecogni[sz]ed|unexpected|unknown|extra_forbidden|extra inputs?"
    r"|additional propert|requires? (?:(?:the )?\W?--|a model)|not one of|no endpoints|no longer"
    r"|deprecated|only the default|must be verified|cannot|can ?not be|\bno support\b|disabled"
    r"|unavailable|forbidden|invalid (?:parameter|argument|field)s?:? (?=\W?\w+\W{0,2}\Z)"
    r"|\bn(?:o|ão) (?:(?:est[áa]|es|é) )?(?:s[ou]port|admit|permit|acept|aceit)|不支持",
    re.I,
)
# A value may be wrong where the part is not: only numbers and roles are refused by these.
_VALUES = re.compile(
    r"invalid|must be|should be|out of range|too (?:large|big|high)|at most|less than|exceeds|非法",
    re.I,
)
_FILTERED = re.compile(
    r"content[_ ](?:filter|policy|management)|responsible_?ai|invalid_prompt", re.I
)
_LIMIT = r"(?<![\w-])max_(?:completion_|output_|new_)?tokens(?![\w-])"
_SYSTEM = (
    r"(?:system|developer)[\s_]+(?:role|message|prompt|instruction)s?"
    r"|['\"`](?:system|developer)['\"`]|(?:role:?|got) (?:system|developer)\b"
)
_NAMES = {
    "max_completion_tokens": _LIMIT,
    "max_tokens": _LIMIT,
    "tools": r"(?<![\w.-])(?:tools?[\s_-](?:us(?:e|ing)|call(?:s|ing)?|choice)|tools|functions?"
    r"[\s_-]call(?:s|ing)?|functions)(?![\w-]|\[|\.\w)",
    "stream_options": r"stream_options|include_usage",
    "stream": r"(?<![\w-])(?:stream|streaming)(?![\w-])",
    "system": _SYSTEM,
}
_NUMBERS = {"temperature", "top_p", "max_completion_tokens", "max_tokens", "system"}
_ONLY_TWO = re.compile(
    r"only ['\"]?user['\"]?(?:,| and|/).{0,40}\broles? (?:is|are) (?:supported|allowed)"
    r"|should be ['\"]?(?:user|assistant)['\"]? or ['\"]?(?:user|assistant)"
    r"|got ['\"]?(?:system|developer)\b|valid roles?: user, (?:model|assistant)",
    re.I,
)
# Calls and results of tools in the history, where they have no role of their own or one at a time.
_TOOL_ROLE = re.compile(
    r"(?:invalid|unknown|unsupported|unexpected|got)(?: (?:value|role))?:? \W?tool\b(?![\s_])"
    r"|\btool\W{0,2} (?:role )?is not (?:one of|supported|valid|allowed)|single tool.calls?\b",
    re.I,
)
_TOOLS_IN_PIECES = re.compile(
    r"(?:tools?|functions?)\b.{0,60}\bstream|\bstream.{0,60}\b(?:tools?|functions?)\b", re.I
)
_THINKING = re.compile(r"enable_thinking\W{1,3}must be (?:set to )?false", re.I)
_IN_A_ROW = re.compile(
    r"roles?\b.{0,80}\balternat(?:e|es|ing)\b|\balternat(?:e|es|ing)\b.{0,80}\b(?:roles?|assistant|model)\b"
    r"|(?:roles?|(?:user|assistant)\W? messages) in a row"
    r"|(?:consecutive|successive)\b.{0,40}\b(?:roles?|messages)|expected last role"
    r"|role \S{1,14} after role"
    r"|(?:first|last) (?:message|turn|role)\b.{0,60}\b(?:user|assistant)"
    r"|(?:start|begin|end)s? with an? \S?user",
    re.I | re.S,
)


def refused(error: openai.APIError, asked: Mapping[str, Any]) -> str | None:
    """The part of *asked* that *error* refuses: a parameter, `system`, or `roles`; else None."""
    status = getattr(error, "status_code", 400)
    if status in _OTHERS or status > _MOST_STATUS or _FILTERED.search(f"{error.code} {error.type}"):
        return None
    found = (_in(one, asked) for one in complaints(error))
    return next((name for name in found if name), None)


def _in(said: Complaint, asked: Mapping[str, Any]) -> str | None:
    if _ONLY_TWO.search(said.text):
        return "system"
    if _THINKING.search(said.text):
        return "enable_thinking"
    if _TOOL_ROLE.search(said.text) and any(one["role"] == "tool" for one in asked["messages"]):
        return "tool_roles"
    root = re.split(r"[.\[]", said.place)[0]
    named = _names(asked)
    if root and root != "messages":
        about = next((name for name in named if re.fullmatch(named[name], root)), None)
        whole = about != "tools" or root == said.place
        return about if about and whole and _says_no(said.text, about) else None
    nearest = _nearest(said.text, named)
    if nearest == "tools" and "stream" in named and _TOOLS_IN_PIECES.search(said.text):
        return "stream"
    return nearest or ("roles" if _IN_A_ROW.search(said.text) else None)


def _names(asked: Mapping[str, Any]) -> dict[str, str]:
    """A pattern for the name of each part that could be left out or written otherwise."""
    given = [name for name, value in asked.items() if value is not False]
    sent = [name for name in [*given, "system"] if name not in _SERVED]
    return {name: _NAMES.get(name, rf"(?<![\w-]){re.escape(name)}(?![\w-])") for name in sent}


def _says_no(text: str, name: str) -> bool:
    return bool(_REFUSES.search(text) or (name in _NUMBERS and _VALUES.search(text)))


def _nearest(text: str, named: Mapping[str, str]) -> str | None:
    for refusal in _REFUSES.finditer(text):
        found = _beside(text, refusal, named)
        if found:
            return found
    numbers = {name: named[name] for name in named if name in _NUMBERS}
    return next((n for word in _VALUES.finditer(text) if (n := _beside(text, word, numbers))), None)


def _beside(text: str, word: re.Match[str], named: Mapping[str, str]) -> str | None:
    """The name that stands nearest before *word*, else the first behind it."""
    before = text[max(0, word.start() - NEAR) : word.start()]
    last = {name: found[-1] for name in named if (found := _ends(named[name], before))}
    if last:
        return max(last, key=lambda name: last[name])
    after = text[word.end() : word.end() + NEAR]
    first = {name: found[0] for name in named if (found := _ends(named[name], after))}
    return min(first, key=lambda name: first[name]) if first else None


def _ends(pattern: str, text: str) -> list[int]:
    return [match.end() for match in re.finditer(pattern, text, re.I)]
