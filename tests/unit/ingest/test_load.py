"""Documents are cut into pieces between each other; of a difference only what changed is sent."""

from pathlib import Path

from ingest.load import changes, chunks


def lines(key: str) -> bytes:
    return b'{"index":{"_id":"%s"}}\n{"npi":"%s"}\n' % (key.encode(), key.encode())


def test_pieces_hold_whole_documents(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(lines, "abcde")))
    assert list(chunks(path, len(lines("a")) * 2)) == [
        lines("a") + lines("b"), lines("c") + lines("d"), lines("e")
    ]  # fmt: skip


def test_of_a_difference_deletions_and_changed_documents_are_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(b"".join(map(lines, "abcde")))
    found = b"".join(changes([path], frozenset("bd"), ["x"]))
    assert found == b'{"delete":{"_id":"x"}}\n' + lines("b") + lines("d")
    assert list(changes([path], frozenset(), ())) == []
