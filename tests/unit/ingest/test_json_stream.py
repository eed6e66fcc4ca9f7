"""The JSON streamer: any layout, any size, damaged files."""

import gzip
import json
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finder.errors import SourceError
from ingest.files import InputFile
from ingest.json_stream import in_chunks, items, many, mapping, only, text

LIST = frozenset({()})
NESTED = frozenset({(), ("a",), ("a", "*"), ("a", "*", "b")})
JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def a_file(folder: Path, content: bytes | str, name: str = "data.json") -> InputFile:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return InputFile(path=path, name=name)


def values(file: InputFile, into: frozenset[tuple[str, ...]] = LIST, **limits: int) -> list[Any]:
    return [item.value for item in items(file, into, **limits)]


def read_until_broken(
    file: InputFile, into: frozenset[tuple[str, ...]], **limits: int
) -> tuple[list[Any], str]:
    found: list[Any] = []
    try:
        for item in items(file, into, **limits):
            found.append(item.value)
    except SourceError as problem:
        return found, problem.message
    return found, ""


@settings(max_examples=150, deadline=None)
@given(data=st.lists(JSON_VALUES, max_size=8), window=st.integers(1, 64), indent=st.sampled_from([None, 1]))
def test_any_array_comes_back_element_by_element(
    tmp_path_factory: pytest.TempPathFactory, data: list[Any], window: int, indent: int | None
) -> None:
    file = a_file(tmp_path_factory.getbasetemp(), json.dumps(data, indent=indent, ensure_ascii=False))
    assert values(file, window_bytes=window) == data


@settings(max_examples=150, deadline=None)
@given(data=st.lists(JSON_VALUES, min_size=1, max_size=5), cut=st.floats(0, 1), window=st.integers(1, 64))
def test_a_file_cut_anywhere_gives_the_whole_elements_and_then_one_clear_error(
    tmp_path_factory: pytest.TempPathFactory, data: list[Any], cut: float, window: int
) -> None:
    whole = json.dumps(data).encode()
    end = int(cut * (len(whole) - 1))
    found, problem = read_until_broken(
        a_file(tmp_path_factory.getbasetemp(), whole[:end]), LIST, window_bytes=window
    )
    # A number that is cut may still be a number; everything before it must be whole.
    assert found[:-1] == data[: max(0, len(found) - 1)]
    assert end == 0 or "data.json" in problem


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=60))
def test_no_bytes_at_all_raise_anything_but_a_source_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    read_until_broken(a_file(tmp_path_factory.getbasetemp(), content), NESTED, window_bytes=7)


def test_a_path_with_stars_reaches_arrays_inside_arrays_without_loading_them(tmp_path: Path) -> None:
    file = a_file(tmp_path, '{"x": 1, "a": [{"b": [10, 20], "c": 2}, {"b": []}, 3], "y": "end"}')
    assert [(i.path, i.value) for i in items(file, NESTED)] == [
        (("x",), 1),
        (("a", "*", "b", "*"), 10),
        (("a", "*", "b", "*"), 20),
        (("a", "*", "c"), 2),
        (("a", "*"), 3),
        (("y",), "end"),
    ]


def test_one_object_and_one_object_a_line_come_whole(tmp_path: Path) -> None:
    assert values(a_file(tmp_path, '{"a": [1]}'), frozenset()) == [{"a": [1]}]
    assert values(a_file(tmp_path, '{"a": 1}\r\n{"a": 2}\n\n'), frozenset()) == [{"a": 1}, {"a": 2}]


def test_the_position_of_an_element_is_its_character_in_the_file(tmp_path: Path) -> None:
    file = a_file(tmp_path, '["é",  "b"]')
    assert [i.position for i in items(file, LIST, window_bytes=3)] == [1, 7]


def test_a_number_on_the_edge_of_the_window_is_not_cut(tmp_path: Path) -> None:
    file = a_file(tmp_path, "[1234567, -1.25e+3]")
    for window in range(1, 20):
        assert values(file, window_bytes=window) == [1234567, -1250.0]


def test_mark_not_a_number_repeated_keys_and_raw_line_ends_are_accepted(tmp_path: Path) -> None:
    file = a_file(tmp_path, b'\xef\xbb\xbf[{"a": 1, "a": 2}, NaN, "x\ny"]')
    first, second, third = values(file)
    assert first == {"a": 2}
    assert second != second
    assert third == "x\ny"


def test_gzip_and_zip_are_read_in_place(tmp_path: Path) -> None:
    packed = tmp_path / "data.json.gz"
    packed.write_bytes(gzip.compress(b"[1, 2]"))
    archive = tmp_path / "data.zip"
    with zipfile.ZipFile(archive, "w") as out:
        out.writestr("inner.json", "[3]")
    assert values(InputFile.of(packed)) == [1, 2]
    assert values(InputFile.of(archive, "inner.json")) == [3]


def test_another_encoding_is_decoded_as_found(tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    path.write_bytes('["Müller"]'.encode("cp1252"))
    assert values(InputFile.of(path)) == ["Müller"]
    path.write_bytes('["Müller"]'.encode("utf-16"))
    assert values(InputFile.of(path)) == ["Müller"]


@pytest.mark.parametrize("depth", [200, 100_000])
def test_a_file_nested_too_deep_is_one_clear_line(tmp_path: Path, depth: int) -> None:
    file = a_file(tmp_path, "[" + "[" * depth + "]" * depth + "]")
    found, problem = read_until_broken(file, LIST)
    assert found == []
    assert "deep" in problem


def test_a_hundred_levels_are_still_read(tmp_path: Path) -> None:
    assert len(values(a_file(tmp_path, "[" + "[" * 99 + "]" * 99 + "]"))) == 1


def test_one_giant_element_stops_the_file_before_memory_fills(tmp_path: Path) -> None:
    file = a_file(tmp_path, '["small", "' + "x" * 10_000_000 + '"]')
    tracemalloc.start()
    found, problem = read_until_broken(file, LIST, max_chars=100_000, window_bytes=10_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found == ["small"]
    assert "more than 100,000 characters" in problem
    assert peak < 4_000_000


def test_memory_does_not_grow_with_the_number_of_elements(tmp_path: Path) -> None:
    file = a_file(tmp_path, "[" + ",".join(['{"a": "' + "x" * 1_000 + '"}'] * 5_000) + "]")
    tracemalloc.start()
    seen = sum(1 for _ in items(file, LIST, window_bytes=1 << 16))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert seen == 5_000
    assert peak < 4_000_000


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[1, 2", "stops too early"),
        ('[1, {"a": "b', "at character 5 the JSON stops in the middle of a value"),
        ("[1 2]", "at character 4 the JSON has no ] where one belongs"),
        ("[1, }", "is damaged"),
        ('{"a" 1}', "has no : where one belongs"),
        ("{a: 1}", "has no name where one belongs"),
        ("[" + "9" * 5_000 + "]", "number that is too long"),
        ("<html></html>", "is damaged"),
        ("[1]x", "is damaged"),
    ],
)
def test_damage_is_named_with_its_place(tmp_path: Path, content: str, said: str) -> None:
    problem = read_until_broken(a_file(tmp_path, content), LIST)[1]
    assert problem.startswith("data.json: at character ")
    assert said in problem


def test_chunks_before_a_broken_end_are_given_first() -> None:
    def broken() -> Any:
        yield from (1, 2, 3)
        raise SourceError("f", None, None, "broken")

    chunks = []
    with pytest.raises(SourceError):
        for chunk in in_chunks(broken(), 2):
            chunks.append(chunk)
    assert chunks == [[1, 2], [3]]
    assert list(in_chunks(iter([1, 2, 3]), 3)) == [[1, 2, 3]]


def test_values_wrapped_in_arrays_are_unwrapped() -> None:
    assert only([["x"]]) == "x"
    assert only([]) is None
    assert only(["x", "y"]) is None
    assert many("x") == ["x"]
    assert many(["x", None]) == ["x"]
    assert many(None) == []
    assert mapping([{"a": 1}]) == {"a": 1}
    assert mapping("x") == {}


def test_texts_come_trimmed_and_always_fit_a_text_file() -> None:
    assert text([" a \n b "]) == "a b"
    assert text(7) == "7"
    assert text(True) is None
    assert text("  ") is None
    assert text("a\ud800é") == "a?é"
    assert text("a\0b") == "a b"
