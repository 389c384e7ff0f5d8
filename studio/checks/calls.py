"""A call of one of the studio's functions, rebuilt from what the app itself declares."""

import re
from typing import Any

from gradio import Blocks

from studio.checks.kinds import Own, files_within, kind_of, unfit

SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
KNOWN = {"data", "event_data", "fn_index", "trigger_id", "session_hash"}
EMPTY = {"event_id": (None,), "batched": (None, False), "simple_format": (None, False)}


class Calls:
    """The functions of one app: which there are, and what each is given."""

    def __init__(self, app: Blocks) -> None:
        functions = [one for one in app.fns.values() if one.fn]
        self._kinds = {one._id: [kind_of(part) for part in one.inputs] for one in functions}
        self._ids = {str(one.api_name): one._id for one in reversed(functions)}
        self._parts = {app._id, *app.blocks}

    def rebuilt(self, body: Any, name: str | None, own: Own) -> dict[str, Any]:
        """Return the call that *body* makes, of the function *name* where it has no index.

        Raises Refused (422) for an unknown function, more or fewer values than it takes, a value
        that is not of its input's kind, and anything that no page of ours sends.
        """
        if not isinstance(body, dict) or not _is_known(body):
            raise unfit()
        index = self._index(body.get("fn_index"), name)
        data, kinds = body.get("data"), self._kinds[index]
        if not isinstance(data, list) or len(data) != len(kinds):
            raise unfit()
        return {
            "data": [kind(value, own) for kind, value in zip(kinds, data, strict=True)],
            "event_data": files_within(body.get("event_data"), own),
            "fn_index": index,
            "trigger_id": self._part(body.get("trigger_id")),
            "session_hash": _session(body.get("session_hash")),
        }

    def _index(self, index: Any, name: str | None) -> int:
        found = self._ids.get(name or "") if index is None else index
        if type(found) is not int or found not in self._kinds:
            raise unfit()
        return found

    def _part(self, part: Any) -> int | None:
        if part is not None and (type(part) is not int or part not in self._parts):
            raise unfit()
        return part


def _is_known(body: dict[str, Any]) -> bool:
    others = body.keys() - KNOWN
    return all(key in EMPTY and body[key] in EMPTY[key] for key in others)


def _session(value: Any) -> str | None:
    if value is not None and not (isinstance(value, str) and SESSION.fullmatch(value)):
        raise unfit()
    return value
