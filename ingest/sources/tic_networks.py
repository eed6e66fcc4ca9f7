"""Reads Transparency-in-Coverage in-network files: which NPIs a plan's network holds, and nothing of prices.

A row is one provider group: an element of "provider_groups", in layout 1 inside each negotiated rate, in
layout 2 inside each provider reference. A reference that only points to another file counts as a row too,
with a warning. Billing codes, their texts and rates are passed over and never kept. Field names: CMS,
price-transparency-guide, in-network-rates 1.0 and 2.0.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from finder.errors import SourceError
from finder.text import fold
from ingest.clean import dates, npis
from ingest.files import InputFile
from ingest.json_stream import Item, Path, in_chunks, items, many, mapping, opening, text
from ingest.sources.base import Batch, Head, Issue, Level, Source
from ingest.sources.json_rows import or_empty_warning, text_frame

MEMBERS = ("npi", "network_id", "network_name", "tin_type", "tin", "as_of")
NPIS_A_BATCH = 200_000
CONTENT_CHARS = 2_000
_LARGE = 10**17  # well inside 64 bits
_REFERENCE: Path = ("provider_references", "*")
_RATE: Path = ("in_network", "*", "negotiated_rates", "*")
_GROUP: Path = (*_RATE, "provider_groups", "*")
_INTO = frozenset({(), _REFERENCE[:1], _RATE[:1], _RATE[:2], _RATE[:3], _RATE, _GROUP[:-1]})
# What names the network of a whole file; a plan name is there in files of a single plan only.
_NAMING = ("reporting_entity_name", "plan_name", "last_updated_on")
_NO_NPI = "names a tax number only, no NPI"
_ELSEWHERE = "points to another file for its groups, which is not followed"


@dataclass(frozen=True, slots=True)
class _Group:
    """One provider group; `reason` says why it is refused, `note` what is worth knowing about it.

    NPIs are whole numbers, as the files have them; what is none is -1.
    """

    number: int
    npis: list[int]
    tin_type: str | None
    tin: str | None
    networks: tuple[str, ...]
    reason: str | None = None
    note: str | None = None


def _recognises(head_: Head) -> bool:
    start = opening(head_.start)
    return (
        start.startswith("{")
        and ('"in_network"' in start or '"provider_references"' in start)
        and '"$schema"' not in start
        and '"reporting_structure"' not in start
    )


def _read(file: InputFile) -> Iterator[Batch]:
    naming = _naming(file)
    entity = naming.get("reporting_entity_name") or "unnamed entity"
    updated = dates(pd.Series([naming.get("last_updated_on")], dtype="str")).values.iloc[0]
    as_of = updated if isinstance(updated, str) else None
    groups = _groups(file, naming.get("plan_name") or entity)
    chunks = in_chunks(groups, NPIS_A_BATCH, lambda group: 1 + len(group.npis))
    yield from or_empty_warning(file, (_batch(file, chunk, entity, as_of) for chunk in chunks))


def _naming(file: InputFile) -> Mapping[str, str]:
    """Name and date of the file as a whole, even where they stand behind the arrays.

    Reading stops at the first array when entity and date came before it, as they do in the real file (then a
    plan's name is looked for before the arrays only); else the whole file is read once more. Damage is
    reported by the reading of the groups.
    """
    found: dict[str, str] = {}
    with suppress(SourceError):
        for item in items(file, _INTO):
            name = item.path[0] if item.path else ""
            if len(item.path) > 1 and {_NAMING[0], _NAMING[2]} <= found.keys():
                break
            if len(item.path) == 1 and name in _NAMING and (value := text(item.value)):
                found[name] = value
    return found


def _groups(file: InputFile, network: str) -> Iterator[_Group]:
    number = 0
    for item in items(file, _INTO):
        for values, networks, note in _provider_groups(item, network):
            number += 1
            yield _group(number, values, networks, note)


def _provider_groups(item: Item, network: str) -> Iterator[tuple[Any, tuple[str, ...], str | None]]:
    """The groups of one streamed value, with the networks that they belong to."""
    if item.path == _GROUP:
        yield item.value, (network,), None
    elif item.path == _REFERENCE:
        reference = mapping(item.value)
        names = tuple(dict.fromkeys(filter(None, map(text, many(reference.get("network_name"))))))
        groups = many(reference.get("provider_groups"))
        for group in groups:
            yield group, names or (network,), None
        if not groups:
            yield {}, names, _ELSEWHERE if reference.get("location") else _NO_NPI


def _group(number: int, value: Any, networks: tuple[str, ...], note: str | None) -> _Group:
    if not isinstance(value, dict):
        return _Group(number, [], None, None, networks, reason="is not a provider group")
    tin = mapping(value.get("tin"))
    tin_type = (text(tin.get("type")) or "").lower() or None
    listed = [
        npi if type(npi) is int and -1 < npi < _LARGE else _whole(npi) for npi in many(value.get("npi"))
    ]
    named = [npi for npi in listed if npi]  # 0 stands for an agreement by tax number alone
    note = note or (None if named else _NO_NPI)
    return _Group(number, named, tin_type, text(tin.get("value")), networks, note=note)


def _whole(value: Any) -> int:
    found = text(value) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 18 else -1


def _batch(file: InputFile, groups: list[_Group], entity: str, as_of: str | None) -> Batch:
    """Columns all the way: a national file names hundreds of millions of NPIs, most of them many times."""
    listed = np.fromiter((npi for group in groups for npi in group.npis), dtype=np.int64)
    positions = np.repeat(np.arange(len(groups)), [len(group.npis) for group in groups])
    different, which = np.unique(listed, return_inverse=True)
    cleaned = npis(pd.Series(pa.array(different).cast(pa.string()).to_pandas(), dtype="str"))
    good = cleaned.values.notna().to_numpy()[which]
    valid = np.bincount(positions[good], minlength=len(groups))
    rejected = [_rejected(file, g) for g, count in zip(groups, valid, strict=True) if _is_refused(g, count)]
    issues = [*rejected, *_notes(file, groups)]
    for reason, where in cleaned.losses.items():
        lost = np.flatnonzero(np.isin(which, where) & (valid[positions] > 0))
        if lost.size:
            row = groups[positions[lost[0]]].number
            issues.append(Issue(file.name, row, "npi", f"left out: {reason}", Level.WARNING, count=lost.size))
    frame = _members(groups, positions[good], which[good], cleaned.values, entity)
    frame["as_of"] = pd.Series([as_of] * len(frame), dtype="str")
    return Batch({"network_members": frame}, tuple(issues), len(groups), len(groups) - len(rejected))


def _is_refused(group: _Group, valid: int) -> bool:
    return group.reason is not None or (not valid and len(group.npis) > 0)


def _rejected(file: InputFile, group: _Group) -> Issue:
    content = {"npi": json.dumps(group.npis)[:CONTENT_CHARS], "tin": group.tin or ""} if group.npis else {}
    reason = group.reason or "has no valid NPI: the check digit does not fit"
    return Issue(file.name, group.number, "npi", reason, Level.REJECTED, content=content)


def _notes(file: InputFile, groups: list[_Group]) -> Iterator[Issue]:
    for reason in (_NO_NPI, _ELSEWHERE):
        noted = [group.number for group in groups if group.note == reason]
        if noted:
            yield Issue(file.name, noted[0], "npi", reason, Level.WARNING, count=len(noted))


def _members(
    groups: list[_Group], positions: np.ndarray, which: np.ndarray, texts: pd.Series, entity: str
) -> pd.DataFrame:
    """Each NPI once per network and tax number: `which` are places in `texts`, `positions` in `groups`."""
    codes: dict[tuple[str, str | None, str | None], int] = {}
    keys = []
    for layer in range(max(len(group.networks) for group in groups)):
        of_group = np.array(
            [
                codes.setdefault((g.networks[layer], g.tin_type, g.tin), len(codes))
                if layer < len(g.networks)
                else -1
                for g in groups
            ]
        )
        code = of_group[positions]
        keys.append(code[code >= 0] * np.int64(len(texts)) + which[code >= 0])
    code, place = np.divmod(pd.unique(np.concatenate(keys)), max(1, len(texts)))
    ids = {name: network_id(entity, name) for name in {name for name, _, _ in codes}}
    shared = text_frame([(ids[name], name, kind, tin) for name, kind, tin in codes], MEMBERS[1:5])
    frame = shared.iloc[code].reset_index(drop=True)
    frame.insert(0, "npi", texts.iloc[place].reset_index(drop=True))
    return frame


def network_id(entity: str, name: str) -> str:
    """The id of a network: reporting entity and plan or network name, folded, joined by a colon."""
    parts = (fold(entity).replace(" ", "-"), fold(name).replace(" ", "-"))
    return ":".join(dict.fromkeys(parts))


SOURCE = Source(
    name="tic_networks",
    tables=MappingProxyType({"network_members": MEMBERS}),
    recognises=_recognises,
    read=_read,
)
