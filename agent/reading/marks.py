"""Control tokens of chat templates, and the citation marks of other systems, are taken out.

Our own marks ([1], [1, 2], 【1】) are read in `agent.citations` and stay.
"""

import re

# A turn that the model invented for somebody else, up to its own next one.
_INVENTED_TURN = re.compile(
    r"(?:<\|im_start\|>\s*|<\|start_header_id\|>\s*|<\|start\|>\s*|<start_of_turn>\s*|<\|(?=\w+\|>))"
    r"(?:user|system|tool|human|developer|ipython)\b.*?"
    r"(?=(?:<\|im_start\|>|<\|start_header_id\|>|<\|start\|>|<start_of_turn>)\s*(?:assistant|model)"
    r"|<\|assistant\|>|\Z)"
    r"|\[INST\].*?(?:\[/INST\]|\Z)|<<SYS>>.*?(?:<</SYS>>|\Z)"
    r"|<[|｜]User[|｜]>.*?(?=<[|｜]Assistant[|｜]>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_CONTROL = re.compile(
    r"(?:<\|im_start\|>|<\|start_header_id\|>|<\|start\|>|<start_of_turn>)\s*(?:assistant|model)?\b"
    r"|<[|｜][^|｜<>\n]{1,60}[|｜]>|<\|[\w▁-]{1,40}>|<[\w▁-]{1,40}\|>"
    r"|</?(?:s|bos|eos|pad|unk|sep|cls|mask|start_of_turn|end_of_turn|eot|eom|endoftext|end_of_text"
    r"|start_of_image|end_of_image|unused\d+|reserved_\d+|assistant|eod)>"
    r"|\[/?(?:INST|SYS|BOS|EOS|UNK|PAD|SEP|CLS|MASK|SYSTEM_PROMPT|END|START|gMASK|sop)\]"
    r"|<</?SYS>>|<0x[0-9A-F]{2}>",
    re.IGNORECASE,
)
_WORD = (
    r"(?:cite|citations?|sources?|src|ref|reference|doc|documento?|web|page|file|memory|passage"
    r"|fragmento?|fuente|fonte)"
)
_BEFORE = r"(?<![ \t])[ \t]*"  # the spaces that go with a mark; looked at once
_TURN = r"turn\d+(?:search|view|news|file|fetch|image|product|academia)\d+"
_FOREIGN = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        # [^1]: the footnote itself, then [^1] and [^1^]
        r"^\[\^[\w.-]{1,60}\^?\]:.*$\n?",
        _BEFORE + r"\[\^[\w.-]{1,60}\^?\]",
        # 【4†source】, 【4:0†a.pdf】, 【4:0】, 【source 1】, ﹝1﹞
        _BEFORE + r"[【\[〔﹝][^】\]〕﹞\n]{0,80}†[^】\]〕﹞\n]{0,200}[】\]〕﹞]",
        _BEFORE + r"【\s*\d{1,3}\s*[:.]\s*\d{1,3}[^】\n]{0,60}】",
        _BEFORE + r"【\s*" + _WORD + r"[^】\n]{0,80}】|" + _BEFORE + r"【[^】\n]{1,80}\.\w{2,5}】",
        _BEFORE + r"[﹝〔][^﹞〕\n]{0,80}[﹞〕]",
        # [citation:3], [cite: 1, 2], [doc1], (cite 1), [cite_start], [[1]](link)
        _BEFORE
        + r"\["
        + _WORD
        + r"(?:[ _:#-]{1,3}\d{1,3}(?:[.,;:\s-]{1,3}\d{1,3}){0,20}|\d{1,3})\](?!\()",
        _BEFORE + r"\[" + _WORD + r":?[^\]\n]{1,80}\.\w{2,5}\](?!\()|" + _BEFORE + r"\[n ?= ?\d+\]",
        _BEFORE + r"\((?:cite|citation|ref):?\s*\d{1,3}(?:\s*,\s*\d{1,3})*\)",
        _BEFORE + r"\[cite_(?:start|end)\]|\[/?cite\]",
        _BEFORE + r"\[\[\d{1,3}\]\](?:\([^()\s]{0,300}\))?",
        # \ue200cite\ue202turn0search1\ue201, and what is left of it without those characters
        _BEFORE + r"[\ue000-\uf8ff](?:file)?(?:cite|navlist)[^\n]{0,200}?\ue201",
        _BEFORE + r"[\ue000-\uf8ff](?:file)?cite(?:[\ue000-\uf8ff]\w{1,40})+",
        _BEFORE + r"\b(?:file)?cite(?:" + _TURN + r")+\b|" + _BEFORE + r"\b" + _TURN + r"\b",
        r"[\ue200-\ue2ff]",
        # :contentReference[oaicite:0]{index=0}
        _BEFORE
        + r":?contentReference\[oaicite:\d+\](?:\{[^}\n]{0,40}\})?|"
        + _BEFORE
        + r"\[?oaicite:\d+\]?",
        # <cite index="1">words</cite>, <co: 0>words</co: 0>, <sup>1</sup>, {{cite:1}}
        _BEFORE + r"<(cite|citation|source|ref)\b[^<>]{0,200}>[\s\d,\[\]]{1,20}</\1>",
        _BEFORE
        + r"</?passages?\b[^<>]{0,200}>|<(?:about|customer)\s[^<>]{0,300}>|</(?:about|customer)>",
        r"</?(?:cite|citation|source|ref)\b[^<>]{0,200}>|</?co(?::\s*[\d,\s]+)?>",
        _BEFORE + r"<sup>\s*\[?\d{1,3}\]?\s*</sup>|" + _BEFORE + r"\{\{?cite[^}\n]{0,80}\}?\}",
    )
]


def without_control(text: str) -> str:
    """Return *text* without control tokens, and without turns of others that were invented."""
    return _CONTROL.sub("", _INVENTED_TURN.sub("", text))


def without_foreign_marks(text: str) -> str:
    """Return *text* without citation marks that are not ours."""
    for pattern in _FOREIGN:
        text = pattern.sub("", text)
    return text
