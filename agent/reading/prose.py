"""What a model thought in plain words, without any tag of its own, is taken out of its answer.

Models that are told to think step by step write headings ("Reasoning: … Answer: …", ReAct's
"Thought: … Final Answer: …": https://arxiv.org/abs/2210.03629), tags that they make up, or speak
of whom they answer ("The user is asking…"). What is only a thought leaves nothing; no word of an
answer is taken for one unless it stands at the very beginning.
"""

import re
import unicodedata

from agent.reading.arguments import value_of

_MARK = r"[\s#*_>(\[~=`—-]{0,12}"
_AFTER = r"(?:[*_\])`]{0,4}[ \t]*:|[*_\])`]{0,4}[ \t]*$)[*_\])`:]{0,4}"
# Nobody is answered with these words.
_THOUGHT = (
    r"(?:(?:my|internal|inner|hidden|step[ -]by[ -]step)[ ])?(?:thinking|thoughts?|reasoning)"
    r"(?:[ ](?:process|steps?|out loud|aloud|trace))?|chain[ -]of[ -]thoughts?"
    r"|internal (?:monologue|notes?)|scratchpad|racioc[ií]nio"
    r"|(?:proceso de )?razonamiento(?: interno)?|proceso de pensamiento|pensamiento interno"
)
# Somebody may be; a thought only where an answer follows it by that name.
_PERHAPS = (
    r"think|analysis|an[aá]lisis|an[aá]lise|pensamentos?|pensamientos?|reflection|reflexi[oó]n"
)
_FINAL = (
    r"(?:final|resulting)[ ](?:answer|response|reply|output)|(?:respuesta|resposta)[ ]final"
    r"|(?:answer|reply|response)[ ]to[ ](?:the[ ])?(?:user|customer)"
)
_ANSWER = (
    rf"{_FINAL}|answer|response|reply|output|respuesta|resposta|assistant|asistente|assistente|ai"
)
_FLAGS = re.IGNORECASE | re.MULTILINE
_LABELLED = re.compile(rf"\A{_MARK}(?:(?P<sure>{_THOUGHT})|{_PERHAPS}){_AFTER}", _FLAGS)
_LABEL_OF_ANSWER = re.compile(rf"^{_MARK}(?:{_ANSWER}){_AFTER}\s*", _FLAGS)
_LABEL_OF_LAST = re.compile(rf"^{_MARK}(?:{_FINAL}){_AFTER}\s*", _FLAGS)
# Whoever is answered is not spoken of.
_OF_SOMEBODY = re.compile(
    r"\A\W{0,9}(?:(?:okay|ok|alright|hmm+|well|so|now|bueno|a ver|bien)\b[\s,.]{1,5}){0,3}"
    r"(?:the (?:user|customer|client)(?:'s|’s)?"
    r" (?:is (?:asking|greeting|saying|requesting|looking)|asks|asked|says|said|just|wrote|sent"
    r"|wants(?: me)? to know|message|question|query)\b"
    r"|(?:el (?:usuario|cliente)|la usuaria|la clienta|o (?:usu[aá]rio|cliente))"
    r" (?:me )?(?:est[aá] preguntando|(?:pregunt[aó]|pergunt(?:a|ou))(?: que| si| se| sobre"
    r"| por (?:el|la)| pel[oa])|quiere saber|quer saber)\b"
    r"|(?:we|i) need to (?:answer|respond|reply)(?: to)? (?:the (?:user|customer|question)"
    r"|in (?:spanish|english|portuguese))\b)"
    r"|\A\s*<(?:plan(?:ning)?|draft|deliberation|notes?)>",
    re.IGNORECASE,
)
_TAG = re.compile(
    r"\A\s*<(?P<name>[^\W\d_][\w.:-]{2,40})(?:\s[^<>\n]{0,80})?>(?P<inside>.*?)</(?P=name)>\s*",
    re.IGNORECASE | re.DOTALL,
)
_HTML = re.compile(
    r"(?:article|blockquote|body|center|code|del|details|div|font|footer|h[1-6]|head|header|html"
    r"|ins|kbd|main|mark|nav|pre|script|section|small|span|strike|strong|style|sub|summary|sup"
    r"|table|title|tbody|[uo]l)\Z",
    re.IGNORECASE,
)
_HOLDS_ANSWER = re.compile(
    r"\w{0,20}(?:answer|response|reply|message|respuesta|mensaje|resposta|mensagem)\Z",
    re.IGNORECASE,
)

# Who speaks, before the words; and the turns that a model invents after its own.
_SPEAKER = r"(?:assistant|asistente|assistente)[ \t]{0,9}:\s*"
_SPOKEN = re.compile(
    rf"\A\s*{_SPEAKER}"
    rf"|\n[ \t]{{0,9}}(?:human|user|usu[aá]rio)[ \t]{{0,9}}:.*?\n[ \t]{{0,9}}{_SPEAKER}.*\Z",
    re.IGNORECASE | re.DOTALL,
)
_NOTHING = {"null", "none", "undefined", "nan"}


def unwrapped(text: str) -> str:
    """Return the answer that *text* is as an object with one field, `{"answer": "…"}`."""
    held = value_of(text) if text.lstrip().startswith(("{", "```")) else None
    if not isinstance(held, dict) or len(held) != 1:
        return text
    ((name, words),) = held.items()
    is_answer = isinstance(name, str) and bool(_HOLDS_ANSWER.match(name))
    return words if is_answer and isinstance(words, str) else text


def says_nothing(text: str) -> bool:
    """True when *text* has neither a letter, a digit nor a sign such as 👍."""
    signs = any(unicodedata.category(sign)[0] in "LNS" for sign in text)
    return not signs or text.strip("`\"'. ").lower() in _NOTHING


def without_prose(text: str) -> str:
    """Return *text* without a thought before its answer; unchanged where there is none."""
    tag = _TAG.match(text)
    if tag and not _HTML.match(tag["name"]):
        inside = tag["inside"].strip() if _HOLDS_ANSWER.match(tag["name"]) else ""
        return inside + text[tag.end() :]
    label = _LABELLED.match(text)
    text = text if label else _SPOKEN.sub("", text)
    answers = [*_LABEL_OF_LAST.finditer(text)]
    if label and not answers:
        answers = [*_LABEL_OF_ANSWER.finditer(text, label.end())]
    if answers:
        return text[answers[-1].end() :]
    return "" if begins_as_thought(text) else text


def begins_as_thought(text: str) -> bool:
    """True when *text* begins as only a thought does."""
    label = _LABELLED.match(text)
    return bool(label and label["sure"]) or bool(_OF_SOMEBODY.match(text))
