"""Says which data is missing for a verdict, whose, and what a reader can add to get one."""

from collections.abc import Iterable

from finder.independence import TieRules, Ties


def gap_sentence(person: Ties, kind: str, rules: TieRules) -> str:
    """Get the sentence for a kind that is not known of a person, or of an organization already seen."""
    named = rules.name_of(kind)
    if person.organization_id and kind != "system":
        return f"You named {person.name}, not a doctor, so the {named} of your doctor can't be told"
    verb = "are" if kind == "hospital" else "is"
    return f"The {named} of {person.name} {verb} not known, so this could not be checked"


def short_gap(person: Ties, kind: str, rules: TieRules) -> str:
    """Get the same of somebody already seen in few words, for a list of what is not known."""
    named = rules.name_of(kind)
    if person.organization_id and kind != "system":
        return f"{named} of the doctor you saw at {person.name}: name the doctor, and it can be checked"
    return f"{named} of {person.name}: could not be compared"


def prior_gaps(priors: Iterable[Ties], rules: TieRules) -> tuple[str, ...]:
    """Get the sentences for each doctor or organization already seen of whom too little is known for anybody
    to be called independent: what is missing, and what to name instead.
    """
    found = []
    for prior in priors:
        missing = [kind for kind in rules.needed() if kind not in prior.kinds_known]
        if missing:
            named = " and ".join(rules.name_of(kind) for kind in missing)
            found.append(f"{_lacks(prior, named)} So nobody can be called independent yet. {_instead(prior)}")
    return tuple(found)


def _lacks(prior: Ties, named: str) -> str:
    if prior.organization_id and prior.kind != "group":
        return f"You named {prior.name}, but not who saw you there: we can't tell the {named} of your doctor."
    return f"No source tells the {named} of {prior.name}."


def _instead(prior: Ties) -> str:
    if prior.organization_id:
        return "Name the doctor, and we can check."
    return "If you know it, name the practice group or health system instead of the doctor."
