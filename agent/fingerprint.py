"""What tells a spec, and an answer that can be had again, from every other: SHA-256 of the values.

The bar of a spec is not counted, for it changes no answer, and neither is what is left at its
default, so that a setting that is new in a later release
of this program does not make everything that was tested look untested.
"""

import hashlib
import json
from collections.abc import Mapping

from agent.cases import Case
from agent.spec import Spec


def of_spec(spec: Spec) -> str:
    """Return the fingerprint of a spec."""
    return _hashed(spec.model_dump(mode="json", exclude_defaults=True, exclude={"bar"}))


def of_answers(
    case: Case,
    spec: Spec,
    model: str,
    knowledge: Mapping[str, int],
    repeat: int,
    snapshot: str = "",
) -> str:
    """Return the fingerprint of all that makes the answers of one row of an experiment.

    *model*: the full name that the spec's choice means. *knowledge*: the revision of each base.
    *snapshot*: what pins it, empty when nothing does.
    """
    bases = {base: knowledge.get(base, 0) for base in spec.knowledge.bases}
    pinned = [snapshot] if snapshot else []
    return _hashed([case.asked, of_spec(spec), model, bases, repeat, *pinned])


def _hashed(values: object) -> str:
    text = json.dumps(values, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
