"""A source is read once, shown whole, and leaves nothing when it goes."""

from knowledge.ingestion import Ingestion
from knowledge.library import Library
from knowledge.sources import Sources

GARANTIA = b"""# Garantia

## Cobertura

La garantia cubre motor y transmision durante noventa dias o tres mil kilometros.

## Devoluciones

Puede devolver el auto en siete dias si no le convence.
"""


def test_a_file_is_read_and_found(
    desk: Sources, ingestion: Ingestion, library: Library, base_id: str
) -> None:
    source_id = desk.add_file(base_id, "garantia.md", GARANTIA, "ana")
    ingestion.read(source_id)
    source = desk.get(source_id)
    assert (source.state, source.error, source.done, source.total) == ("ready", "", 2, 2)
    best = library.search("¿puedo hacer una devolución?", [base_id])[0]
    assert best.source == "garantia.md"
    assert best.heading == "Garantia > Devoluciones"
    assert "siete dias" in best.text
