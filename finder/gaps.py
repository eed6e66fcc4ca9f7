"""Says which data is missing for a verdict, whose, and what a reader can add to get one."""

from collections.abc import Iterable

from finder.i18n import gettext
from finder.independence import TieRules, Ties


def gap_sentence(person: Ties, kind: str, rules: TieRules) -> str:
    """Get the sentence for a kind that is not known of a person, or of an organization already seen."""
    values = {"what": gettext(rules.name_of(kind)), "name": person.name}
    if person.organization_id and kind != "system":
        return gettext(
            "You named %(name)s, not a doctor, so the %(what)s of your doctor can't be told", **values
        )
    if kind == "hospital":
        return gettext("The %(what)s of %(name)s are not known, so this could not be checked", **values)
    return gettext("The %(what)s of %(name)s is not known, so this could not be checked", **values)


def short_gap(person: Ties, kind: str, rules: TieRules) -> str:
    """Get the same of somebody already seen in few words, for a list of what is not known."""
    values = {"what": gettext(rules.name_of(kind)), "name": person.name}
    if person.organization_id and kind != "system":
        return gettext(
            "%(what)s of the doctor you saw at %(name)s: name the doctor, and it can be checked", **values
        )
    return gettext("%(what)s of %(name)s: could not be compared", **values)


def prior_gaps(priors: Iterable[Ties], rules: TieRules) -> tuple[str, ...]:
    """Get the sentences for each doctor or organization already seen of whom too little is known for anybody
    to be called independent: what is missing, and what to name instead.
    """
    found = []
    for prior in priors:
        missing = [kind for kind in rules.needed() if kind not in prior.kinds_known]
        if missing:
            named = gettext(" and ").join(gettext(rules.name_of(kind)) for kind in missing)
            nobody = gettext("So nobody can be called independent yet.")
            found.append(f"{_lacks(prior, named)} {nobody} {_instead(prior)}")
    return tuple(found)


def _lacks(prior: Ties, named: str) -> str:
    if prior.organization_id and prior.kind != "group":
        return gettext(
            "You named %(name)s, but not who saw you there: we can't tell the %(what)s of your doctor.",
            name=prior.name,
            what=named,
        )
    return gettext("No source tells the %(what)s of %(name)s.", name=prior.name, what=named)


def _instead(prior: Ties) -> str:
    if prior.organization_id:
        return gettext("Name the doctor, and we can check.")
    return gettext("If you know it, name the practice group or health system instead of the doctor.")
