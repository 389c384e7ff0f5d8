"""What a model thought before it answered is taken out, however its server spells it.

A text that is not sure to be an answer is lost rather than shown: what stands before a closing tag
that was never opened, after an opening one that is never closed, or around tags within tags.
Spellings: the chat templates of DeepSeek, Qwen, Mistral, Kimi, Cohere, Granite and Gemma, and
harmony (https://cookbook.openai.com/articles/openai-harmony).
"""

import json
import re

_S = r"[\s\u200b\u200c\u200d\u2060\ufeff]{0,20}"
_NAME = (
    r"(?:[a-z]\w{0,20}[_:.-])?(?:think(?:ing)?|thoughts?|reason(?:ing)?|reflect(?:ion|ing)?|analysis"
    r"|scratch_?pad|chain[_-]?of[_-]?thoughts?|monologue|internal|cot|solution_plan"
    r"|pensamientos?|pensando|pensar|razonamiento|reflexi[oó]n|racioc[ií]nio|reflex[aã]o)"
    r"(?:[_-](?:process|content|steps?|trace|block|text|start|budget|(?P<over>end)))?"
)
_OPEN_BRACKET = r"\\?(?:[<＜‹⟨◁【]|&lt;|&#60;|\\u003c)"
_CLOSE_BRACKET = r"\\?(?:[>＞›⟩▷】]|&gt;|&#62;|\\u003e)"
_PREFIX = r"(?:(?P<end>\\?/|\\|end[_▁ ](?:of[_▁ ])?)|(?:begin|start)[_▁ ](?:of[_▁ ])?)?"
_TAG = re.compile(
    rf"{_OPEN_BRACKET}{_S}[|｜]?{_S}{_PREFIX}{_S}{_NAME}(?![\w-])"
    rf"(?:[^<>＜＞◁▷\n]{{0,300}}?(?P<alone>/)?{_CLOSE_BRACKET})?"
    rf"|[\[({{]{_S}(?:(?P<square>/|end )|(?:begin|start) )?{_S}"
    rf"(?:think(?:ing)?|reasoning|thoughts?){_S}[\])}}]"
    r"|(?P<spare><unused95>)|<unused94>"
    r"|(?P<gemma><channel\|>)|<\|channel>\s*(?:thought|analysis)"
    r"|^(?P<done>\.\.\.\s?done thinking\.)|^Thinking\.\.\.\s*$"
    r"|(?P<granite>Here(?: is|'s) my response:)|Here(?: is|'s) my thought process:",
    re.IGNORECASE | re.MULTILINE,
)
_CLOSES = ("end", "over", "spare", "square", "gemma", "done", "granite")
_BLOCKS = re.compile(
    r"```[ \t]*(?:think|thinking|thoughts?|reasoning|reflection)\b.*?(?:```|\Z)|<!--.*?(?:-->|\Z)"
    r"|<details[^>]{0,200}>\s*<summary[^>]{0,100}>[^<]{0,100}?"
    r"(?:thought|think|reason|razon|pens)[^<]{0,100}</summary>.*?(?:</details>|\Z)"
    r"|<details[^>]{0,100}reasoning[^>]{0,100}>.*?(?:</details>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_WRAPPERS = re.compile(
    r"</?(?:final_?answer|answer|respuesta|resposta|response|reply|output|final|solution)\s*/?>",
    re.IGNORECASE,
)
_EMPTY = re.compile(r"```\w*\s*```|(?<!`)``(?!`)|(?<!\S)[\"“«*_]{1,2}[ \t]*[\"”»*_]{1,2}(?!\S)")
_ONE_FENCE = re.compile(r"\A\s*```\w*\s*\n(?P<inside>[^`]*)\n?```\s*\Z")


def without_reasoning(text: str) -> str:
    """Return *text* without what was thought aloud; unchanged where nothing was."""
    spoken = _outside(_BLOCKS.sub("", _final_channel(text)))
    bare = _WRAPPERS.sub("", spoken)
    return text if bare == text else _tidy(bare)


def _outside(text: str) -> str:
    """What stands outside all tags. A closing one too many makes all before it reasoning."""
    kept: list[str] = []
    depth = start = 0
    for tag in _TAG.finditer(text):
        if not depth:
            kept.append(text[start : tag.start()])
        start = tag.end()
        if any(tag[name] for name in _CLOSES):
            kept = kept if depth else []
            depth = max(0, depth - 1)
        elif not tag["alone"]:
            depth += 1
    return "".join(kept) + ("" if depth else text[start:])


def _tidy(text: str) -> str:
    """Nothing is left of fences and quotes around what was taken out."""
    text = re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", _EMPTY.sub("", text)).strip()
    if text.count("```") % 2:
        text = text.removesuffix("```")
    fenced = _ONE_FENCE.match(text)
    return re.sub(r"\n{3,}", "\n\n", fenced["inside"] if fenced else text).strip()


# --- harmony

_CHANNEL = re.compile(
    r"(?:to=(?P<before>[\w.-]+)\s*)?<\|channel\|>\s*(?P<channel>\w*)(?P<header>[^<]*)"
    r"(?:<\|constrain\|>[^<]*)?(?:<\|message\|>(?P<body>.*?))?"
    r"(?=<\|(?:end|return|call|start|channel)\|>|to=[\w.-]+\s*<\|channel|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_TO = re.compile(r"to=([\w.-]+)")
# The same where a server took the tokens out and left the words.
_BARE_FINAL = re.compile(r"(?s)\A.*assistant\s*final(?=[\s\W]|[A-ZÁÉÍÓÚÑ])")
_BARE_START = re.compile(
    r"(?s)\A\s*(?:assistant)?(?:analysis(?=[A-ZÁÉÍÓÚÑ¿¡]|\s.*assistant\s*final)|final(?=[A-Z]))"
)
_BARE_CALL = re.compile(r"(?s)\A.*commentary\s*to=([\w.-]+?)\s*(?:code|json)*\s*(?=\{)")


def _final_channel(text: str) -> str:
    if "<|channel|>" in text.lower():
        return _spoken_in_channels(text)
    if _BARE_START.match(text):
        return _spoken_without_tokens(text)
    return text


def _spoken_in_channels(text: str) -> str:
    finals: list[str] = []
    called: list[str] = []
    for part in _CHANNEL.finditer(text):
        to = part["before"] or (_TO.findall(part["header"]) or [""])[-1]
        if part["channel"].lower() == "final":
            finals.append(part["body"] or "")
        elif to:
            called.append(_as_call(to, part["body"] or ""))
    return "\n".join(called or finals)


def _spoken_without_tokens(text: str) -> str:
    if _BARE_FINAL.match(text):
        return _BARE_FINAL.sub("", text)
    call = _BARE_CALL.match(text)
    return _as_call(call[1], text[call.end() :]) if call else ""


def _as_call(name: str, arguments: str) -> str:
    return (
        f'<tool_call>{{"name": {json.dumps(name)}, "arguments": {arguments or "{}"}}}</tool_call>'
    )
