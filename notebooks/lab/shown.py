"""How things look under a cell: small pieces of HTML, everything in them escaped."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape


def block(title: object, *parts: str) -> str:
    """Return a heading and what belongs under it."""
    return f"<div><strong>{escape(str(title))}</strong>{''.join(parts)}</div>"


def paragraph(text: object) -> str:
    """Return words with their line breaks."""
    return f'<p style="white-space:pre-wrap;max-width:50em">{escape(str(text))}</p>'


def small(text: object) -> str:
    """Return what stands in the margin."""
    return f'<p style="opacity:.7;font-size:90%">{escape(str(text))}</p>'


def table(rows: Iterable[Sequence[object]], head: Sequence[object] = ()) -> str:
    """Return rows of cells; nothing when there are none."""
    lines = [_row(row, "td") for row in rows]
    if not lines:
        return ""
    top = f"<thead>{_row(head, 'th')}</thead>" if head else ""
    return f"<table>{top}<tbody>{''.join(lines)}</tbody></table>"


def pairs(values: Mapping[str, object]) -> str:
    """Return names and values that are not empty, a row each."""
    return table((name, value) for name, value in values.items() if value not in ("", None, [], ()))


def tools(records: Iterable[Mapping[str, str]]) -> str:
    """Return the names of a spec's tools."""
    return ", ".join(one.get("name", one["kind"]) for one in records)


def folded(title: object, *parts: str) -> str:
    """Return what unfolds with a click."""
    return f"<details><summary>{escape(str(title))}</summary>{''.join(parts)}</details>"


def _row(cells: Sequence[object], kind: str) -> str:
    style = "text-align:left;vertical-align:top;white-space:pre-wrap"
    return (
        "<tr>"
        + "".join(f'<{kind} style="{style}">{escape(str(cell))}</{kind}>' for cell in cells)
        + "</tr>"
    )
