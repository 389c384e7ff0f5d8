"""Tool calls that a model wrote into its answer, in whatever spelling it was taught.

Known are tags (Hermes, Qwen, Llama, Anthropic, GLM, MiniMax), lists after a mark (Mistral, Granite,
Cohere, Phi), JSON bare or fenced, Python calls (Llama, Gemini), and DeepSeek's and Kimi's tokens.
What shows one of their signs and cannot be read is a call all the same: no customer reads it.
"""

import ast
import html
import json
import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from agent.reading.arguments import MOST_CHARACTERS, value_of

HANDOFF = "handoff"
MOST_VALUES = 200  # opening brackets that are looked at
_NAME_KEYS = ("name", "tool", "tool_name", "function_name", "recipient_name", "action", "function")
_ARGUMENT_KEYS = (
    "arguments",
    "parameters",
    "args",
    "params",
    "kwargs",
    "input",
    "tool_input",
    "action_input",
    "tool_args",
)
_INSIDE = ("function", "tool_call", "function_call", "tool_use", "call", "action")
_LISTS = ("tool_calls", "tool_uses", "function_calls", "calls", "actions", "tools")
_SIGN = re.compile(
    r"</?[\w:]{0,20}?(?:tool_?calls?|tool_?use|tool_?code|tool_?response|tool_?results?|tool_?output"
    r"|function_?calls?|functions?|invoke|tools?|parameter|arg_key|arg_value)\b[^<>\n]{0,200}>?"
    r"|\[/?(?:TOOL_CALLS?|TOOL_RESULTS|AVAILABLE_TOOLS|ARGS|CALL_ID)\]|functools\["
    r"|<[|｜/]?[^<>|｜\n]{0,20}(?:tool|python_tag|function|action|invoke|parameter|recipient)"
    r"[^<>|｜\n]{0,40}[|｜]>|<[|｜]DSML[|｜]|<\|(?:START|END)_ACTION\|>"
    r"|```[ \t]{0,9}tool_?(?:code|calls?|use)|\bto=functions\.|\bto=\w+ ?\{"
    r"|^[ \t]{0,20}Action Input:|\"tool_calls\"\s*:"
    r"|^[ \t]{0,20}(?:print\()?(?:functions|default_api)\.\w+",
    re.IGNORECASE | re.MULTILINE,
)
_OPENED = re.compile(
    r"<(?:\w{1,20}:)?(?:invoke|function|tool|tool_call)\s*(?:=\s*|\s[^<>]{0,80}?\bname\s*=\s*)"
    r"[\"']?(?P<name>[\w.-]{1,80})[\"']?[^<>]{0,200}>",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"<(?:tool_?name|name|function_?name)>\s*(?P<name>[\w.-]{1,80})\s*</"
    r"|<tool_call>\s*(?P<bare>[\w.-]{1,80})\s*(?=<arg_key>|</tool_call>|\Z)",
    re.IGNORECASE,
)
_PARAMETER = re.compile(
    r"<(?:\w{1,20}:)?(?:parameter|param|arg|argument)\s*(?:=\s*|\s[^<>]{0,80}?\bname\s*=\s*)"
    r"[\"']?(?P<name>[\w.-]{1,80})[\"']?[^<>]{0,200}>(?P<value>.*?)(?=</|<(?:\w{1,20}:)?param|\Z)"
    r"|<arg_key>\s*(?P<key>[^<]{1,80}?)\s*</arg_key>\s*<arg_value>(?P<given>.*?)(?=</arg_value>|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_CHILD = re.compile(r"<(?P<name>[\w.-]{1,80})>(?P<value>[^<]*)</(?P=name)>")
_REACT = re.compile(
    r"(?im)^[^\w\n]{0,20}Action:\s*`?([\w.-]{1,80})`?\s*\n+[^\w\n]{0,20}Action Input:\s*(.+)",
    re.DOTALL,
)


class Written(NamedTuple):
    """A call as it was written: a name, and arguments that may still be text."""

    name: str
    arguments: Any
    id: str = ""


def written_calls(text: str, names: Collection[str]) -> list[Written] | None:
    """Return the calls that *text* holds; [] when they cannot be read, None when it is words.

    *names* are those of the tools there are; a name without any sign of a call is a word.
    """
    plain = re.sub(r"[|｜]DSML[|｜]", "", html.unescape(text[:MOST_CHARACTERS]))
    for reading in (_in_json, _in_tags, _after_names, _in_python, _named):
        found = list(reading(plain, names))
        if found:
            return found
    is_call = _is_data(plain) or _SIGN.search(plain) or _begins_call(plain, names)
    return [] if is_call else None


def tool_named(name: str, names: Collection[str]) -> str:
    """Return which of *names* is meant by *name*; empty when none is."""
    bare = re.sub(r":\d+\Z|\(\)\Z", "", name.strip()).rpartition(".")[2]
    folded = {re.sub(r"[\W_]", "", one).lower(): one for one in names}
    wanted = re.sub(r"[\W_]", "", bare).lower()
    half = wanted[: len(wanted) // 2]  # some servers send the name with every piece
    return folded.get(wanted) or (folded.get(half, "") if half * 2 == wanted else "")


# --- JSON


def _is_data(text: str) -> bool:
    """True when *text* is nothing but an object or a list of them, or begins as one."""
    bare = re.sub(r"\A\s*```\w*|```\s*\Z", "", text).strip()
    return bool(re.match(r"\[?\s*\{\s*[\"']\w+[\"']\s*:", bare)) and (
        bare[-1] in "}]" or value_of(bare) is bare
    )


def _in_json(text: str, names: Collection[str]) -> Iterator[Written]:
    for _, value in _values(text):
        yield from _shaped(value, names)


def _values(text: str) -> Iterator[tuple[int, Any]]:
    """Every JSON object and list in *text*, with its place."""
    at = 0
    for _ in range(MOST_VALUES):
        found = re.compile(r"[{\[]").search(text, at)
        if found is None:
            return
        value, end = _value_at(text, found.start())
        if isinstance(value, dict | list):
            yield found.start(), value
        at = max(end, found.end())


def _value_at(text: str, start: int) -> tuple[Any, int]:
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        end = text.rfind("}" if text[start] == "{" else "]")
    value = value_of(text[start : end + 1]) if end > start and "'" in text else None
    return (value, end + 1) if isinstance(value, dict | list) else (None, start)


def _shaped(value: Any, names: Collection[str]) -> Iterator[Written]:
    """The calls that a JSON value is, by its keys."""
    if isinstance(value, list):
        for one in value:
            yield from _shaped(one, names)
        return
    if not isinstance(value, dict):
        return
    inside = [value[key] for key in (*_INSIDE, *_LISTS) if isinstance(value.get(key), dict | list)]
    calls = [call for one in inside for call in _shaped(one, names)]
    yield from calls or _by_keys(value, names)


def _by_keys(value: dict[str, Any], names: Collection[str]) -> Iterator[Written]:
    key = next((key for key in _NAME_KEYS if isinstance(value.get(key), str)), "")
    name = str(value.get(key, ""))
    held = next((one for one in _ARGUMENT_KEYS if one in value), None)
    if name and held:
        yield Written(name, value[held])
    elif name and tool_named(name, names):
        rest = {one: given for one, given in value.items() if one not in (key, "type", "id")}
        yield Written(name, rest)
    elif len(value) == 1:
        (only, given), *_ = value.items()
        if only in names:
            yield Written(only, given)


# --- tags


def _in_tags(text: str, names: Collection[str]) -> Iterator[Written]:
    opened = [*_OPENED.finditer(text)] or [*_NAMED.finditer(text)] or _by_tool(text, names)
    ends = [one.start() for one in opened[1:]] + [len(text)][: len(opened)]
    for one, end in zip(opened, ends, strict=True):
        name = next(said for said in one.groups() if said)
        yield Written(name, _body(text[one.end() : end]))


def _by_tool(text: str, names: Collection[str]) -> list[re.Match[str]]:
    """Tags that are called as the tool itself."""
    either = "|".join(map(re.escape, names))
    return list(re.finditer(rf"<({either})(?:\s[^<>]{{0,300}})?/?>", text)) if either else []


def _body(body: str) -> Any:
    """The arguments between an opening tag and whatever closes it."""
    parameters = {
        (one["name"] or one["key"]).strip(): value_of((one["value"] or one["given"] or "").strip())
        for one in _PARAMETER.finditer(body)
    }
    if parameters:
        return parameters
    data = next((value for _, value in _values(body)), None)
    if data is not None:
        return data
    children = {one["name"]: value_of(one["value"].strip()) for one in _CHILD.finditer(body)}
    return children or re.split(r"</", body, maxsplit=1)[0].strip()


# --- a tool's name, then its arguments


def _after_names(text: str, names: Collection[str]) -> Iterator[Written]:
    react = _REACT.search(text)
    if react:
        yield Written(react[1], value_of(react[2].strip()))
        return
    either = "|".join(map(re.escape, names))
    if not either or not (
        _SIGN.search(text) or re.match(rf"\W*(?:functions\.)?(?:{either})\b", text)
    ):
        return
    for one in re.finditer(rf"(?<![\w{{\"'])({either})(?![\w(=])[^{{}}()]{{0,80}}?(?=\{{)", text):
        value, _ = _value_at(text, one.end())
        if isinstance(value, dict):
            yield Written(one[1], value)


# --- Python


def _in_python(text: str, names: Collection[str]) -> Iterator[Written]:
    code = re.sub(r"```\w*|<\|?/?[^<>\n]{0,40}\|?>", "\n", text).strip()
    found = list(_python_calls(code, names))
    lines = code.splitlines() if not found else []
    yield from found or (
        call for line in lines for call in _python_calls(line.strip(" \t`*->;"), names)
    )


def _python_calls(code: str, names: Collection[str]) -> Iterator[Written]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := tool_named(_said(node.func), names)):
            yield Written(name, _literal(node))


def _said(function: ast.expr) -> str:
    """`knowledge`, `default_api.knowledge` or `knowledge.call` by its tool's name."""
    path = ast.unparse(function)
    return path.removesuffix(".call").removesuffix(".run").removesuffix(".invoke")


def _literal(node: ast.Call) -> Any:
    """The arguments of a call; those without a name as they are, where there is only one."""
    try:
        named = {one.arg: ast.literal_eval(one.value) for one in node.keywords if one.arg}
        given = [ast.literal_eval(one) for one in node.args]
    except (ValueError, SyntaxError, TypeError):
        return "("
    return given[0] if len(given) == 1 and not named else named


def _named(text: str, names: Collection[str]) -> Iterator[Written]:
    """A name alone, in brackets, or said to be a tool's; the one that calls a person needs less."""
    either = "|".join(map(re.escape, names))
    kind = r"(?:tool|function|action)(?:[ _](?:call|name|used?))?"
    ways = [
        rf"\A\W{{0,9}}({either})\W{{0,9}}\Z",
        rf"\[\W{{0,9}}(?:(?:{kind}|call|use)\W{{1,9}})?({either})\W{{0,9}}\](?!\()",
        rf"\[\[({either})\W",
        rf"^\W{{0,9}}{kind}\W{{0,3}}:\W{{0,5}}({either})\b",
    ]
    if HANDOFF in names:
        ways.append(
            rf"\(\W{{0,9}}({HANDOFF})\W{{0,9}}\)|^\W{{0,9}}({HANDOFF})\W{{0,9}}:"
            rf"|\b({HANDOFF})\W{{1,3}}tool\b"
        )
    found = (re.search(way, text, re.I | re.M) for way in ways if either)
    yield from (Written(tool_named(one[one.lastindex or 0], names), {}) for one in found if one)


def _begins_call(text: str, names: Collection[str]) -> bool:
    """True when a tool's name stands as it only does in a call, wherever that breaks off."""
    either = "|".join(map(re.escape, names))
    keys = "|".join(_NAME_KEYS)
    signs = rf"(?<![\w.])(?:{either})\(|[\"'](?:{keys})[\"']\s*:\s*[\"'](?:\w+\.)?(?:{either})\b"
    return bool(either) and bool(
        re.search(rf"{signs}|^[^\w\n]{{0,20}}Action:\s*`?(?:{either})\b", text, re.MULTILINE)
    )
