"""The reader's own lists under a sealed search: whom to leave out, import, export; stores nothing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from finder import search
from finder.criteria import MAX_KEPT, MAX_NEVER, SearchCriteria
from finder.errors import FieldError, InputErrors
from finder.i18n import gettext
from finder.own_list import BadLine, NpiList, read_npis
from finder.web import respond
from finder.web.filters import day, phone
from finder.web.forms import Mistake, mistakes_of, trouble_with
from finder.web.headers import own_forms_only
from finder.web.kept import carried, opened
from finder.web.lists import CSV
from finder.web.site import site
from finder.web.specialist_page import SiteRow, site_row
from finder.web.spreadsheet import safe_cell

own_lists = Blueprint("own_lists", __name__)
NAME = "left-out.csv"
LISTS = {"kept": MAX_KEPT, "never": MAX_NEVER}


@dataclass(frozen=True, slots=True)
class Listed:
    """One person of a list; `office` is the first one, None where none is known."""

    npi: str
    name: str
    specialty: str | None
    office: SiteRow | None


@dataclass(frozen=True, slots=True)
class OwnLists:
    """The page: who is left out, how many are kept, and what was wrong with an import (`typed` is then shown
    again, `to` the list that it was for, `good` how many lines of it could be taken).
    """

    token: str
    never: tuple[Listed, ...]
    gone: tuple[str, ...]
    kept: int
    most: Mapping[str, int]
    typed: str = ""
    to: str = "never"
    good: int = 0
    bad: tuple[BadLine, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    def mistake(self, name: str) -> str:
        """Get what is wrong with one control; empty where nothing is."""
        return trouble_with(name, self.mistakes)


@own_lists.get("/results/<token>/own-lists")
def shown(token: str) -> Response:
    """The reader's own lists: whom to leave out, and NPIs to bring in."""
    return _page(token)


@own_lists.post("/own-lists")
@own_forms_only
def changed() -> ResponseReturnValue:
    """A person put on the list of those to leave out or taken off, or a list of NPIs brought in."""
    form, here = request.form, site()
    if "from" not in form:
        raise InputErrors([FieldError("from", gettext("a list belongs to a search; please start one first"))])
    token, args = form["from"], carried(opened(form["from"]), form)
    try:
        if "add" in form or "drop" in form:
            told = _moved(args, form)
        else:
            text, to = _typed(form), form.get("to", "never")
            read = _in_directory(read_npis(text))
            if read.bad and "good" not in form:
                return _page(token, typed=text, to=to, good=len(read.lines), bad=read.bad)
            told = _joined(args, to, tuple(read.lines))
        sealed = here.seals.seal(SearchCriteria.from_args(told).to_args())
    except InputErrors as problem:
        labels = {"npis": gettext("NPI numbers"), "file": gettext("A file")}
        mistakes = mistakes_of(problem.errors, labels)
        return _page(token, typed=form.get("npis", ""), mistakes=mistakes)
    return redirect(url_for("own_lists.shown", token=sealed), 303)


@own_lists.get("/results/<token>/own-lists/<name>")
def never_file(token: str, name: str) -> Response:
    """The people who are left out, as a spreadsheet that can be brought in again: `left-out.csv`."""
    if name != NAME:
        raise NotFound
    never, _gone = _people(SearchCriteria.from_args(opened(token)).never)
    return respond.file(_spreadsheet(never), NAME, CSV)


def _page(token: str, **told: Any) -> Response:
    criteria = SearchCriteria.from_args(opened(token))
    never, gone = _people(criteria.never)
    content = OwnLists(token, never, gone, len(criteria.kept), LISTS, **told)
    return respond.page("own_lists.html", content, 400 if content.bad or content.mistakes else 200)


def _moved(args: Mapping[str, Any], form: MultiDict[str, str]) -> dict[str, Any]:
    """Whoever is left out is on the other list no more."""
    never = [each for each in args.get("never", ()) if each not in form.getlist("drop")]
    kept = [each for each in args.get("kept", ()) if each not in form.getlist("add")]
    return {**args, "never": list(dict.fromkeys((*never, *form.getlist("add")))), "kept": kept}


def _joined(args: Mapping[str, Any], to: str, npis: Sequence[str]) -> dict[str, Any]:
    if to not in LISTS:
        raise InputErrors([FieldError("to", gettext("pick one of the lists"))])
    if not npis:
        raise InputErrors([FieldError("npis", gettext("paste NPI numbers, or choose a file with them"))])
    joined = list(dict.fromkeys((*args.get(to, ()), *npis)))
    if len(joined) > LISTS[to]:
        told = gettext(
            "this list takes %(most)s; there would be %(number)s", most=LISTS[to], number=len(joined)
        )
        raise InputErrors([FieldError("npis", told)])
    return {**args, to: joined}


def _typed(form: MultiDict[str, str]) -> str:
    """What was pasted, and the file that was sent with it."""
    sent = request.files.get("file")
    try:
        text = sent.read().decode("utf-8-sig") if sent else ""
    except UnicodeDecodeError:
        raise InputErrors([FieldError("file", gettext("is no text that we can read"))]) from None
    return "\n".join(filter(None, (form.get("npis", "").strip(), text)))


def _in_directory(read: NpiList) -> NpiList:
    """Those who are in the directory; the others are told with their lines."""
    known = {each.npi for each in _people(tuple(read.lines))[0]}
    told = gettext("nobody in the directory has this NPI")
    absent = [BadLine(number, npi, told) for npi, number in read.lines.items() if npi not in known]
    bad = sorted((*read.bad, *absent), key=lambda each: each.number)
    return NpiList({npi: number for npi, number in read.lines.items() if npi in known}, tuple(bad))


def _people(npis: Sequence[str]) -> tuple[tuple[Listed, ...], tuple[str, ...]]:
    """People by NPI in their order, and the NPIs of whom the directory knows nothing."""
    here = site()
    found = search.people_by_npi(here.engine, here.prefix, npis) if npis else {}
    citing, words = here.citing(), here.context.words
    people = []
    for npi in npis:
        if told := found.get(npi):
            ids = (*told.get("main_specialties", ()), *told.get("specialties", ()))
            office = next((site_row(each, citing) for each in told.get("sites", ())), None)
            specialty = gettext(words.specialties.get(ids[0], ids[0])) if ids else None
            people.append(Listed(npi, told["name"], specialty, office))
    return tuple(people), tuple(npi for npi in npis if npi not in found)


def _spreadsheet(people: Iterable[Listed]) -> bytes:
    written = io.StringIO(newline="")
    rows = csv.writer(written, quoting=csv.QUOTE_ALL)
    heads = ("NPI number", "Name", "Specialty", "Address", "Phone", "Source and date of the address")
    rows.writerow([gettext(each) for each in heads])
    for each in people:
        office = each.office
        cells = [each.npi, each.name, each.specialty or ""]
        if office:
            source = f"{office.cited.source}, {day(office.cited.as_of)}"
            cells += [", ".join(office.lines), phone(office.phone) if office.phone else "", source]
        rows.writerow([safe_cell(cell) for cell in cells])
    return b"\xef\xbb\xbf" + written.getvalue().encode()
