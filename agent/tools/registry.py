"""What runs the tools of a spec, by the kind of their record."""

import functools
import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from langchain_core.tools import BaseTool

from agent.lookup import Lookup
from agent.tables.table import Table, table_of
from agent.toolkit.records import TableTool, Tool
from agent.tools import calculator, handoff, knowledge, table
from knowledge.base import TableRow

log = logging.getLogger(__name__)

Tables = tuple[tuple[str, Table | None], ...]  # by the name of the tool
KINDS: Mapping[str, Callable[[Any], BaseTool]] = {
    "calculator": calculator.build,
    "handoff": lambda _: handoff.build(),
    "knowledge": lambda _: knowledge.build(),
}
KEPT = 256  # tools
KEPT_TABLES = 32


def tools_of(records: Sequence[Tool], known: Tables = ()) -> list[BaseTool]:
    """Return what runs *records*, each the same for every agent that has it.

    *known* are the agent's tables, so that models need not guess their words.
    """
    tables = dict(known)
    return [_tool(one, tables.get(one.name)) for one in records]


def tables_for(records: Sequence[Tool], retriever: Lookup, base_ids: Sequence[str]) -> Tables:
    """Return the tables that tools of *records* look into.

    A table that cannot be read is no reason not to answer: the tool will say so when it is asked.
    """
    asking = [one for one in records if isinstance(one, TableTool)]
    if not asking:
        return ()
    try:
        rows = retriever.rows(base_ids)
        return tuple((one.name, _loaded.of(one, rows)) for one in asking)
    except Exception:
        log.warning("a table could not be read", exc_info=True)
        return ()


class _Loaded:
    """Tables that were read before. Rows are read together, so the first and the last row tell
    whether they are the same."""

    def __init__(self) -> None:
        self._kept: dict[
            tuple[TableTool, int, int, int], tuple[Sequence[TableRow], Table | None]
        ] = {}
        self._lock = threading.Lock()

    def of(self, record: TableTool, rows: Sequence[TableRow]) -> Table | None:
        """Return the table of *record* among *rows*, read once."""
        if not rows:
            return None
        key = (record, id(rows[0]), id(rows[-1]), len(rows))
        with self._lock:  # one thread reads, the others wait for it
            if key not in self._kept:
                while len(self._kept) >= KEPT_TABLES:
                    self._kept.pop(next(iter(self._kept)))
                self._kept[key] = (rows, table_of(record, rows))
            return self._kept[key][1]


_loaded = _Loaded()


@functools.lru_cache(maxsize=KEPT)
def _tool(record: Tool, known: Table | None) -> BaseTool:
    return table.build(record, known) if record.kind == "table" else KINDS[record.kind](record)
