"""What staff add is kept once, under a name nobody can guess, and refused with a reason."""

import stat
import subprocess
import sys

import pytest

from knowledge.errors import NotAccepted, UnknownSource
from knowledge.ingest import files
from knowledge.ingest.sources import Sources


def test_the_same_file_twice_is_one_source(sources: Sources, base_id: str) -> None:
    one = sources.add_file(base_id, "a.txt", b"hola", "ana")
    assert sources.add_file(base_id, "b.txt", b"hola", "eva") == one
    assert len(list(sources.files_dir.iterdir())) == len(sources.list(base_id)) == 1


def test_a_stored_file_is_ours_alone_under_a_random_name(sources: Sources, base_id: str) -> None:
    source = sources.get(sources.add_file(base_id, "../../etc/mi archivo.TXT", b"hola", "ana"))
    path = sources.files_dir / source.stored_name
    assert (source.name, source.bytes, len(source.fingerprint)) == ("mi archivo.TXT", 4, 64)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "archivo" not in source.stored_name


@pytest.mark.parametrize(
    ("name", "body", "code"),
    [
        ("virus.exe", b"MZ", "file_type"),
        ("sin-nombre", b"x", "file_type"),
        ("vacio.txt", b"", "file_empty"),
        ("grande.txt", b"x" * (files.MAX_BYTES + 1), "file_size"),
    ],
)
def test_a_file_that_cannot_be_kept_leaves_nothing(
    sources: Sources, base_id: str, name: str, body: bytes, code: str
) -> None:
    with pytest.raises(NotAccepted) as refusal:
        sources.add_file(base_id, name, body, "ana")
    assert refusal.value.code == code
    assert sources.list(base_id) == []
    assert not sources.files_dir.exists() or not list(sources.files_dir.iterdir())


def test_a_page_twice_is_one_source(sources: Sources, base_id: str) -> None:
    one = sources.add_url(base_id, "https://example.com/", "ana")
    assert sources.add_url(base_id, " https://example.com/ ", "ana") == one
    with pytest.raises(NotAccepted):
        sources.add_url(base_id, "javascript:alert(1)", "ana")


def test_a_base_with_sources_is_not_removed(sources: Sources, base_id: str) -> None:
    sources.add_url(base_id, "https://example.com/", "ana")
    with pytest.raises(NotAccepted, match="still has sources"):
        sources.remove_base(base_id)
    with pytest.raises(NotAccepted, match="already a base"):
        sources.create_base("Autos", "ana", "local", "hashed-ngrams-1", 512)


def test_unknown_ids_are_unknown(sources: Sources, base_id: str) -> None:
    for call in (
        sources.get,
        sources.retry,
        sources.mark_removing,
        sources.base,
        sources.remove_base,
    ):
        with pytest.raises(UnknownSource):
            call("nobody")
    with pytest.raises(UnknownSource):
        sources.add_file("nowhere", "a.txt", b"hola", "ana")


def test_what_is_due_is_named_again_only_after_a_while(sources: Sources, base_id: str) -> None:
    one = sources.add_file(base_id, "a.txt", b"hola", "ana")
    two = sources.add_file(base_id, "b.txt", b"adios", "ana")
    sources.mark_removing(two)
    assert sorted(sources.due(1_000)) == sorted([("read", one), ("remove", two)])
    assert sources.due(1_001) == []
    assert len(sources.due(2_000)) == 2


def test_the_module_is_light() -> None:
    heavy = ["chromadb", "pandas", "trafilatura", "httpx", "numpy", "langchain"]
    code = "import sys, knowledge.ingest.sources; "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
