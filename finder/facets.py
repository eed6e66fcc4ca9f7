"""The filter registry: one `Facet` per filter feeds parsing, clause, counts, label, help text, documentation.

Distance and prior doctors are no facets: they need a place and people. A missing value is no "no", but only
`ages` keeps people without one: nobody is lost for a field that few sources fill, and the result says so.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from finder import parameters
from finder.clauses import any_of
from finder.documents import EvidenceKind
from finder.evidence_fields import About, having_evidence
from finder.i18n import gettext, mark

Clause = dict[str, Any]
MOST_VALUES = 20  # values listed of a facet; the one that was chosen is always among them
EVERY_VALUE = 5000  # values a shard reports, so that counts stay exact over several shards
YES = "yes"


class RoleAsked(StrEnum):
    """Which kind of specialist is asked for; the values but `any` are those of a document's `roles`."""

    SURGERY = "surgery"
    MEDICAL = "medical"
    RADIATION = "radiation"
    PATHOLOGY = "pathology"
    IMAGING = "imaging"
    ANY = "any"


class AgesAsked(StrEnum):
    """For whom the opinion is; the values are those of a document's `ages`."""

    CHILD = "child"
    ADULT = "adult"


class AcceptingAsked(StrEnum):
    """Whether a source lists the person as taking new patients."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class VerdictAsked(StrEnum):
    """The verdict on a person and all prior doctors; the values are those of `independence.Verdict`."""

    INDEPENDENT = "independent"
    SOME_TIE = "some_tie"
    UNKNOWN = "unknown"
    NOT_INDEPENDENT = "not_independent"


@dataclass(frozen=True, slots=True)
class Scope:
    """What clauses need to know of a search: its concepts and what the prior doctors could share.

    `breaking` and `weakening` are tie keys; `settled` is the value of `tie_kinds_together` of whoever every
    kind that must be known is known of, and `has_prior_gap` says that one is not of some prior doctor.
    """

    concepts: Sequence[str] = ()
    breaking: Sequence[str] = ()
    weakening: Sequence[str] = ()
    settled: str = ""
    has_prior_gap: bool = False
    has_prior: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter: `name` is its parameter, its option and its key in the answer.

    `default` means that it is not asked for. `clause` gives the filter for one value. Values are counted by
    the terms of `counted_field`, or, where there is none, each of `choices` (value -> label) by its clause.
    `describes` is its part of the sentence above the results, `metavar` its value in help texts, None for a
    plain yes.
    """

    name: str
    label: str
    help: str
    parse: Callable[[str], Any]
    clause: Callable[[Any, Scope], Clause]
    describes: Callable[[Any], str]
    default: Any = None
    metavar: str | None = None
    counted_field: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    needs_prior: bool = False

    def is_asked(self, value: Any) -> bool:
        """Whether `value` limits anything."""
        return bool(value != self.default)

    def text(self, value: Any) -> str | None:
        """The value as it stands in `FacetValue.value`; None where the facet is not asked for."""
        if not self.is_asked(value):
            return None
        return YES if value is True else str(value)

    def counted(self, scope: Scope, chosen: Any) -> dict[str, Clause]:
        """Aggregations by name that count this facet's values; the chosen one is counted in any case."""
        named: dict[str, Clause] = {v: self.clause(self._value(v), scope) for v in self.choices}
        found: dict[str, Clause] = {}
        if self.counted_field:
            found["terms"] = {
                "terms": {"field": self.counted_field, "size": MOST_VALUES, "shard_size": EVERY_VALUE}
            }
            if (text := self.text(chosen)) is not None:
                named[text] = self.clause(chosen, scope)
        if named:
            found["named"] = {"filters": {"filters": named}}
        return found

    def _value(self, text: str) -> Any:
        return True if self.default is False else text


def _term(field: str) -> Callable[[Any, Scope], Clause]:
    def clause(value: Any, _scope: Scope) -> Clause:
        return {"term": {field: parameters.plain(value)}}

    return clause


def _ages(value: Any, _scope: Scope) -> Clause:
    return any_of({"term": {"ages": parameters.plain(value)}}, _absent("ages"))


def _accepting(value: Any, _scope: Scope) -> Clause:
    if value == AcceptingAsked.UNKNOWN:
        return _absent("accepting")
    return {"term": {"accepting": parameters.plain(value)}}


def _virtual(_value: Any, _scope: Scope) -> Clause:
    return {"terms": {"attributes": ["telehealth", "virtual"]}}


def _trials(_value: Any, scope: Scope) -> Clause:
    return having_evidence(About(EvidenceKind.TRIAL, scope.concepts[0]).pieces())


def clause_of_verdict(value: Any, scope: Scope) -> Clause:
    """Get the truth table of the README over all prior doctors at once: the worst verdict counts."""
    breaks: Clause = {"terms": {"tie_keys": list(scope.breaking)}}
    weakens: Clause = {"terms": {"tie_keys": list(scope.weakening)}}
    settled: Clause = {"term": {"tie_kinds_together": scope.settled}}
    if value == VerdictAsked.NOT_INDEPENDENT:
        return breaks
    if value == VerdictAsked.UNKNOWN:
        unknown: Clause = {"bool": {"must_not": [breaks]}}
        if not scope.has_prior_gap:
            unknown["bool"]["must_not"].append(settled)
        return unknown
    if scope.has_prior_gap:
        return {"match_none": {}}
    if value == VerdictAsked.SOME_TIE:
        return {"bool": {"filter": [settled, weakens], "must_not": [breaks]}}
    # a clause of no keys costs the engine as much as one of some
    tied = [clause for clause, keys in ((breaks, scope.breaking), (weakens, scope.weakening)) if keys]
    return {"bool": {"filter": [settled], "must_not": tied}}


def _absent(field: str) -> Clause:
    return {"bool": {"must_not": [{"exists": {"field": field}}]}}


_VERDICTS = MappingProxyType(
    {
        "independent": mark("Independent"),
        "some_tie": mark("Some tie"),
        "unknown": mark("Could not be checked"),
        "not_independent": mark("Not independent"),
    }
)
_ROLES = MappingProxyType(
    {
        "surgery": mark("Surgery"),
        "medical": mark("Treatment without surgery"),
        "radiation": mark("Radiation treatment"),
        "pathology": mark("Second reading of tissue"),
        "imaging": mark("Second reading of scans"),
    }
)
_ROLES_ONLY = MappingProxyType(
    {
        "surgery": mark("surgery only"),
        "medical": mark("medical only"),
        "radiation": mark("radiation only"),
        "pathology": mark("pathology only"),
        "imaging": mark("imaging only"),
    }
)
_ACCEPTING = MappingProxyType(
    {
        "yes": mark("listed as taking new patients"),
        "no": mark("listed as taking no new patients"),
        "unknown": mark("not known whether new patients are taken"),
    }
)

FACETS: tuple[Facet, ...] = (
    Facet(
        name="verdict",
        label=mark("Independence"),
        help="Only people with this verdict: independent, some_tie, unknown or not_independent; "
        "needs a doctor already seen.",
        parse=parameters.member(VerdictAsked),
        clause=clause_of_verdict,
        describes=lambda v: gettext("verdict: %(verdict)s", verdict=gettext(_VERDICTS[v]).lower()),
        metavar="VERDICT",
        choices=_VERDICTS,
        needs_prior=True,
    ),
    Facet(
        name="specialty",
        label=mark("Specialty"),
        help="Only people of this specialty, by its id, such as medical_oncology.",
        parse=parameters.own_id,
        clause=_term("specialties"),
        describes=lambda v: gettext("specialty: %(name)s", name=v.replace("_", " ")),
        metavar="ID",
        counted_field="specialties",
    ),
    Facet(
        name="role",
        label=mark("Kind of opinion"),
        help="surgery, medical, radiation, pathology, imaging or any.",
        parse=parameters.member(RoleAsked),
        clause=_term("roles"),
        describes=lambda v: gettext(_ROLES_ONLY[v]),
        default=RoleAsked.ANY,
        metavar="ROLE",
        choices=_ROLES,
    ),
    Facet(
        name="state",
        label=mark("Licensed in"),
        help="Only people with a licence in this state, such as MD.",
        parse=parameters.state,
        clause=_term("licence_states"),
        describes=lambda v: gettext("licensed in %(state)s", state=v),
        metavar="STATE",
        counted_field="licence_states",
    ),
    Facet(
        name="plan",
        label=mark("Insurance plan"),
        help="Only people whom this plan's own file lists.",
        parse=parameters.short,
        clause=_term("network_keys"),
        describes=lambda v: gettext("in the network of plan %(plan)s", plan=v),
        metavar="ID",
        counted_field="network_keys",
    ),
    Facet(
        name="language",
        label=mark("Language"),
        help="Two-letter code of a language they speak, such as es.",
        parse=parameters.language,
        clause=_term("languages"),
        describes=lambda v: gettext("speaking %(language)s", language=v),
        metavar="CODE",
        counted_field="languages",
    ),
    Facet(
        name="ages",
        label=mark("Patient's age"),
        help="child or adult; people of whom it is not known stay.",
        parse=parameters.member(AgesAsked),
        clause=_ages,
        describes=lambda v: gettext({"child": mark("for a child"), "adult": mark("for an adult")}[v]),
        metavar="AGES",
        choices=MappingProxyType({"child": mark("Child"), "adult": mark("Adult")}),
    ),
    Facet(
        name="accepting",
        label=mark("Taking new patients"),
        help="Whether a source lists them as taking new patients: yes, no or unknown.",
        parse=parameters.member(AcceptingAsked),
        clause=_accepting,
        describes=lambda v: gettext(_ACCEPTING[v]),
        metavar="ANSWER",
        choices=MappingProxyType({"yes": mark("Yes"), "no": mark("No"), "unknown": mark("Not known")}),
    ),
    Facet(
        name="trials",
        label=mark("Clinical trials"),
        help="Only investigators of clinical trials on this condition.",
        parse=parameters.truth,
        clause=_trials,
        describes=lambda _v: gettext("investigator of clinical trials on this"),
        default=False,
        choices=MappingProxyType({YES: mark("Investigator of trials on this")}),
    ),
    Facet(
        name="virtual",
        label=mark("From a distance"),
        help="Only people who give opinions by video or in writing.",
        parse=parameters.truth,
        clause=_virtual,
        describes=lambda _v: gettext("by video or in writing"),
        default=False,
        choices=MappingProxyType({YES: mark("By video or in writing")}),
    ),
)
