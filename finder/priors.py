"""Looks up what a search names: its place, and the prior doctors by NPI, name or organization."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from finder.answers import Ask, Candidate
from finder.clauses import any_of
from finder.context import SearchContext
from finder.criteria import NAME_FORM, NameAsked, SearchCriteria, name_asked
from finder.documents import OrganizationKind
from finder.engine import translated
from finder.errors import FieldError, InputErrors
from finder.gazetteer import City
from finder.geo import Point
from finder.i18n import gettext
from finder.independence import (
    TIE_FIELDS,
    Ties,
    breaking_keys,
    has_gap,
    ties_of,
    ties_of_organization,
    weakening_keys,
)
from finder.query import Question
from finder.reads import Client, Served, documents, searches, served
from finder.reasons import Words
from finder.results import total_of
from finder.text import fold, person_name
from finder.vocabulary import Understood

MOST_READ = 200  # people or organizations of one name that are compared with the place
MOST_ASKED = 10  # candidates in one question
_PERSON_FIELDS = (*TIE_FIELDS, "specialties", "sites")
_ORGANIZATION_FIELDS = ("kind", "name", "name_folded", "aliases", "owner_ids", "facts")

Found = Sequence[tuple[str, Mapping[str, Any]]]  # ids and sources


@dataclass(frozen=True, slots=True)
class LookedUp:
    """The place with its state, who was seen before, and what must be asked first."""

    place: Point | None
    state: str | None
    priors: tuple[Ties, ...]
    ask: tuple[Ask, ...]


@dataclass(slots=True)
class _Gathered:
    """What was found, asked and wrong so far."""

    priors: dict[str, Ties] = field(default_factory=dict)
    ask: list[Ask] = field(default_factory=list)
    errors: list[FieldError] = field(default_factory=list)

    def lacks(self, parameter: str, message: str) -> None:
        """Add a mistake: what a parameter names is not in the directory."""
        self.errors.append(FieldError(parameter, message))


def looked_up(
    engine: Client, generation: Served, criteria: SearchCriteria, context: SearchContext
) -> LookedUp:
    """Get the place and the prior doctors of a search in one request, two where someone is named by name.

    One match of a name is taken, several are asked back, nothing is guessed. Raises InputErrors for every
    ZIP code, city, NPI, name and organization that is not in the directory.
    """
    by_id = tuple(text for text in criteria.seen_org if _is_organization_id(text))
    is_zip = bool(criteria.near and criteria.near.isdigit())
    place_key = (generation.places, criteria.near)
    place: dict[str, Any] | None = context.remembered.get(place_key)
    near = (criteria.near,) if criteria.near and is_zip and place is None else ()
    known: dict[str, Ties | None] = {
        npi: context.remembered.get((generation.specialists, npi)) for npi in criteria.prior_npis
    }
    unread = [npi for npi, ties in known.items() if ties is None]
    wanted = {generation.specialists: unread, generation.places: near, generation.organizations: by_id}
    found = documents(engine, wanted)
    gathered = _Gathered()
    if near:
        place = context.remembered.put(place_key, found[generation.places].get(near[0]))
    if is_zip and place is None:
        gathered.lacks("near", gettext("ZIP code %(zip)s is not known", zip=criteria.near))
    city = _city(criteria.near, context, gathered) if criteria.near and not is_zip else None
    for npi, source in found[generation.specialists].items():
        # the next page and the next filter ask for them again
        known[npi] = context.remembered.put((generation.specialists, npi), ties_of(npi, source))
    for npi, ties in known.items():
        if ties is None:
            asked = "referrer" if npi == criteria.referrer else "seen"
            gathered.lacks(asked, gettext("NPI %(npi)s is not in the directory", npi=npi))
        else:
            gathered.priors[npi] = ties
    _by_name(engine, generation, criteria, context.words, gathered)
    for text in by_id:
        organization = found[generation.organizations].get(text)
        if organization is None:
            gathered.lacks("seen_org", gettext("there is no organization %(name)s", name=text))
        else:
            gathered.priors[text] = ties_of_organization(text, organization)
    if gathered.errors:
        raise InputErrors(gathered.errors)
    point, state = (city.point, city.state) if city else _where(place)
    return LookedUp(point, state, tuple(gathered.priors.values()), tuple(gathered.ask))


def _where(place: Mapping[str, Any] | None) -> tuple[Point | None, str | None]:
    if place is None:
        return None, None
    return (float(place["point"]["lat"]), float(place["point"]["lon"])), place.get("state")


def _city(text: str, context: SearchContext, gathered: _Gathered) -> City | None:
    """The one city of a name; of several the reader is asked which."""
    cities = context.gazetteer().named(text)
    if not cities:
        gathered.errors.append(
            FieldError("near", f"there is no city {text}; add the state, or give a ZIP code")
        )
    elif len(cities) > 1:
        asked = tuple(Candidate("place", c.label, None, c.name, None, None, c.state) for c in cities)
        gathered.ask.append(Ask(text, "near", asked))
    return cities[0] if len(cities) == 1 else None


def question_of(
    criteria: SearchCriteria,
    understood: Understood,
    known: LookedUp,
    context: SearchContext,
    now: date,
) -> Question:
    """Get a search with everything looked up; its words must have been understood.

    Raises InputErrors for an unknown profile.
    """
    rules, around = context.words.rules, context.around(understood.concept_id or "")
    return Question(
        criteria=criteria,
        ladder=context.ladder_for(criteria, understood),
        ages=context.ages_for(criteria, understood),
        concepts=around.below,
        broader=around.broader,
        beside=around.beside,
        above=around.above,
        profile=context.profile_for(criteria, understood),
        now=now,
        place=known.place,
        prior_npis=tuple(prior.npi for prior in known.priors if prior.npi),
        excluded_keys=breaking_keys(known.priors, rules),
        weaker_keys=weakening_keys(known.priors, rules, now),
        settled_kinds=rules.settled(),
        has_prior_gap=has_gap(known.priors, rules),
    )


@translated()
def specialists_named(engine: Client, prefix: str, text: str, words: Words) -> tuple[Candidate, ...]:
    """Get everyone of a name at a place, "NAME, CITY ST"; all of the state where the city has nobody.

    Raises InputErrors on `seen_name` for a text of another form, a name that is too common to tell, and
    nobody of the name in the state; NotReady, EngineDown.
    """
    generation = served(engine, prefix)
    try:
        asked = name_asked(text)
    except ValueError:
        raise InputErrors([FieldError("seen_name", gettext(NAME_FORM))]) from None
    answer = searches(engine, [(generation.specialists, _people_body(asked))])[0]
    people, _ = _people(asked, answer)
    if not people:
        raise InputErrors([FieldError("seen_name", _nobody(text, answer))])
    return tuple(_person(npi, source, asked, words) for npi, source in people)


def _by_name(
    engine: Client, generation: Served, criteria: SearchCriteria, words: Words, gathered: _Gathered
) -> None:
    """Doctors and organizations given by name, all in one request."""
    names = [(text, name_asked(text)) for text in criteria.seen_name]
    organizations = [text for text in criteria.seen_org if not _is_organization_id(text)]
    answers = searches(
        engine,
        [(generation.specialists, _people_body(asked)) for _, asked in names]
        + [(generation.organizations, _organizations_body(text)) for text in organizations],
    )
    for (text, asked), answer in zip(names, answers[: len(names)], strict=True):
        people, is_there = _people(asked, answer)
        if not people:
            gathered.errors.append(FieldError("seen_name", _nobody(text, answer)))
        elif len(people) == 1 and is_there:
            npi, source = people[0]
            gathered.priors[npi] = ties_of(npi, source)
        else:
            candidates = tuple(_person(npi, s, asked, words) for npi, s in people[:MOST_ASKED])
            gathered.ask.append(Ask(text, "seen_name", candidates))
    for text, answer in zip(organizations, answers[len(names) :], strict=True):
        found = _organizations(text, answer)
        if not found:
            gathered.errors.append(FieldError("seen_org", _no_organization(text, answer)))
        elif len(found) == 1:
            key, source = found[0]
            gathered.priors[key] = ties_of_organization(key, source)
        else:
            candidates = tuple(_organization(key, source) for key, source in found[:MOST_ASKED])
            gathered.ask.append(Ask(text, "seen_org", candidates))


def _people_body(asked: NameAsked) -> dict[str, Any]:
    """Everyone with all words of the name, those licensed in the state first; initials as first letters."""
    name = person_name(asked.name)
    clauses: list[dict[str, Any]] = [
        {"prefix": {"name_folded": word}} if len(word) == 1 else {"term": {"name_folded": word}}
        for word in f"{name.first} {name.last}".split()
    ]
    licensed = {"constant_score": {"filter": {"term": {"licence_states": asked.state}}}}
    return {
        "size": MOST_READ,
        "track_total_hits": True,
        "_source": list(_PERSON_FIELDS),
        "query": {"bool": {"filter": clauses, "should": [licensed]}},
        "sort": ["_score", {"npi": {"order": "asc"}}],
    }


def _people(asked: NameAsked, answer: Mapping[str, Any]) -> tuple[Found, bool]:
    """Those with a site in the city, else in the state, and whether the place was as asked.

    Nobody is named where there are more of a name than were read: the right one may be among the others.
    """
    if total_of(answer) > MOST_READ:
        return [], False
    found = [(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]
    in_state = [(npi, source) for npi, source in found if _sites_in(source, asked.state)]
    in_city = [
        (npi, source)
        for npi, source in in_state
        if any(fold(site.get("city", "")) == asked.city for site in _sites_in(source, asked.state))
    ]
    if asked.city and in_city:
        return in_city, True
    return in_state, not asked.city


def _sites_in(source: Mapping[str, Any], state: str) -> list[Mapping[str, Any]]:
    return [site for site in source.get("sites", ()) if site.get("state") == state]


def _person(npi: str, source: Mapping[str, Any], asked: NameAsked, words: Words) -> Candidate:
    sites = sorted(_sites_in(source, asked.state), key=lambda site: fold(site.get("city", "")) != asked.city)
    titles = [gettext(words.specialties.get(each, each)) for each in source.get("specialties", ())]
    return Candidate(
        kind="specialist",
        id=npi,
        npi=npi,
        name=source["name"],
        specialty=titles[0] if titles else None,
        city=sites[0].get("city") if sites else None,
        state=asked.state,
    )


def _nobody(text: str, answer: Mapping[str, Any]) -> str:
    if total_of(answer) > MOST_READ:
        number = total_of(answer)
        return gettext("%(name)s: %(number)s people share this name; give the NPI", name=text, number=number)
    return gettext(
        "%(name)s: nobody of this name is listed there; check the spelling, or give the NPI; write a hospital"
        " or group without its city",
        name=text,
    )


def _is_organization_id(text: str) -> bool:
    kind, colon, number = text.partition(":")
    return bool(colon and number) and kind in {k.value for k in OrganizationKind}


def _organizations_body(text: str) -> dict[str, Any]:
    wanted = [
        {"match": {name: {"query": fold(text), "operator": "and"}}} for name in ("name_folded", "aliases")
    ]
    return {
        "size": MOST_READ,
        "track_total_hits": True,
        "_source": list(_ORGANIZATION_FIELDS),
        "query": any_of(*wanted),
        "sort": [{"name": {"order": "asc"}}, {"kind": {"order": "asc"}}],
    }


def _organizations(text: str, answer: Mapping[str, Any]) -> Found:
    """Those with exactly this name, else those with all its words; nobody where there are too many."""
    found = [(hit["_id"], hit["_source"]) for hit in answer["hits"]["hits"]]
    exact = [
        (key, source)
        for key, source in found
        if fold(text) in (source.get("name_folded"), *source.get("aliases", ()))
    ]
    if exact:
        return exact
    return [] if total_of(answer) > MOST_READ else found


def _organization(key: str, source: Mapping[str, Any]) -> Candidate:
    facts = source.get("facts", {})
    return Candidate(
        kind=source["kind"],
        id=key,
        npi=None,
        name=source["name"],
        specialty=None,
        city=facts.get("city", {}).get("value"),
        state=facts.get("state", {}).get("value"),
    )


def _no_organization(text: str, answer: Mapping[str, Any]) -> str:
    if total_of(answer) > MOST_READ:
        return gettext(
            "%(name)s: %(number)s organizations have these words; give the full name or the id",
            name=text,
            number=total_of(answer),
        )
    missing = gettext(
        "%(name)s: no hospital, group or health system of this name is in the directory", name=text
    )
    return gettext("%(missing)s; for a doctor, %(form)s", missing=missing, form=gettext(NAME_FORM))
