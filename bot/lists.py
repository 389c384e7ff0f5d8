"""Long lists, all alike: a page behind a cursor, as JSON or as one row a line (NDJSON).

    things = List("things", RISING, store.things.page, lambda one: one.id, ThingOut.of)

    @blueprint.get("/things", tags=[THINGS], responses={200: ThingsOut})  # class ThingsOut(Listed)
    @needs("viewer")
    def list_things(query: Page) -> Response:
        return things.answer(query)

A cursor says behind which row the page begins, and nothing more: who forges one sees another part
of the same list, or a 422. `next` is empty at the end. A page may be shorter than its `limit`: it
also ends at so many bytes. NDJSON (https://github.com/ndjson/ndjson-spec) has the address of the
page behind it in the header `Link` (RFC 8288).
"""

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from flask import Response, request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from agent.errors import Invalid
from bot.bodies import Body

Row = TypeVar("Row")
Key = TypeVar("Key")
Json = dict[str, Any]

JSON, NDJSON = "application/json", "application/x-ndjson"
LONGEST_CURSOR = 400  # characters
USUAL_ROWS, MOST_ROWS = 50, 1_000  # of a JSON page
MOST_LINES = 10_000  # of an NDJSON page
MOST_BYTES = 8 * 1024 * 1024  # of either, but for its last row: an answer is whole in memory
AT_ONCE = 200  # rows that the store is asked for in one statement

Number = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Moment = Annotated[float, Field(ge=0, le=2.0**40, allow_inf_nan=False)]  # seconds since 1970
Word = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z]{1,64}$", strict=True)]

# What a list may be ordered by.
BY_NUMBER: TypeAdapter[int] = TypeAdapter(Number)
BY_WORD: TypeAdapter[str] = TypeAdapter(Word)
BY_MOMENT: TypeAdapter[tuple[float, int]] = TypeAdapter(tuple[Moment, Number])
BY_MOMENT_AND_WORD: TypeAdapter[tuple[float, str]] = TypeAdapter(tuple[Moment, Word])


class Page(Body):
    """Which part of a list."""

    cursor: str = Field(
        "", max_length=LONGEST_CURSOR, description="`next` of the page before; empty: the first"
    )
    limit: int | None = Field(
        None,
        ge=1,
        le=MOST_LINES,
        description=f"rows: as JSON {USUAL_ROWS} when it is not sent and at most {MOST_ROWS}, as "
        f"NDJSON at most {MOST_LINES}",
    )


class Listed(BaseModel):
    """A page of a list. `next` is the cursor of the page behind it, empty at the end."""

    model_config = ConfigDict(
        openapi_extra={  # type: ignore[typeddict-unknown-key]  # flask-openapi3 reads it
            "content": {NDJSON: {"schema": {"type": "string", "description": "one row a line"}}}
        }
    )

    next: str = ""


@dataclass(frozen=True)
class List(Generic[Row, Key]):
    """How the rows of one list are fetched, told apart and shown."""

    name: str  # of the field that holds them
    kind: TypeAdapter[Key]
    fetch: Callable[[Key | None, int], Sequence[Row]]  # behind this key (None: all), so many
    key: Callable[[Row], Key]
    shown: Callable[[Row], Json]

    def answer(self, page: Page) -> Response:
        """Answer with a page. Raises Invalid for a cursor that is none of this list."""
        as_lines = request.accept_mimetypes.best_match((JSON, NDJSON)) == NDJSON
        usual, most = (MOST_LINES, MOST_LINES) if as_lines else (USUAL_ROWS, MOST_ROWS)
        after = read_cursor(page.cursor, self.kind)
        lines, following = self._taken(after, min(page.limit or usual, most))
        return _as_lines(lines, following) if as_lines else _as_json(self.name, lines, following)

    def _taken(self, after: Key | None, most: int) -> tuple[list[str], str]:
        """Return at most so many rows as JSON, and the cursor of the next page."""
        lines: list[str] = []
        size = 0
        for row in self._rows(after, most + 1):
            if len(lines) == most or size > MOST_BYTES:
                return lines, write_cursor(after)
            lines.append(json.dumps(self.shown(row)))
            size, after = size + len(lines[-1]), self.key(row)
        return lines, ""

    def _rows(self, after: Key | None, most: int) -> Iterator[Row]:
        while most > 0:
            wanted = min(most, AT_ONCE)
            rows = self.fetch(after, wanted)
            yield from rows
            if len(rows) < wanted:
                return
            most, after = most - wanted, self.key(rows[-1])


def newest_first(
    rows: Iterable[Row], key: Callable[[Row], Any]
) -> Callable[[Any, int], Sequence[Row]]:
    """Fetch out of *rows*, a short list that is there already: the greatest key first."""
    ordered = sorted(rows, key=key, reverse=True)

    def fetch(after: Any, most: int) -> Sequence[Row]:
        return [row for row in ordered if after is None or key(row) < after][:most]

    return fetch


def read_cursor(cursor: str, kind: TypeAdapter[Key]) -> Key | None:
    """Return the key that *cursor* holds; None for the first page. Raises Invalid."""
    if not cursor:
        return None
    try:
        return kind.validate_json(base64.b64decode(cursor, b"-_", validate=True))
    except ValueError:  # pydantic's and binascii's are, too
        raise Invalid("This cursor is none of this list. Send `next` of the page before.") from None


def write_cursor(key: Any) -> str:
    """Return the cursor of the page behind *key*."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def _as_json(name: str, lines: Sequence[str], following: str) -> Response:
    rows = f'{{"{name}": [{", ".join(lines)}], "next": {json.dumps(following)}}}\n'
    return Response(rows, mimetype=JSON)


def _as_lines(lines: Sequence[str], following: str) -> Response:
    answer = Response("".join(f"{line}\n" for line in lines), mimetype=NDJSON)
    if following:
        sent = {**request.args.to_dict(), "cursor": following}
        answer.headers["Link"] = f'<{request.path}?{urlencode(sent)}>; rel="next"'
    return answer
