"""The closed sets of words in `programs.csv`: what a price means, how an opinion comes, who pays."""

from enum import StrEnum


class PriceKind(StrEnum):
    """What an amount means, or why there is none."""

    FLAT = "flat"
    FROM = "from"
    RANGE = "range"
    IN_STATE = "in_state"
    OUT_OF_STATE = "out_of_state"
    BENEFIT = "benefit"
    BILLED_AS_VISIT = "billed_as_visit"
    QUOTE = "quote"
    NOT_PUBLISHED = "not_published"


class Said(StrEnum):
    """A yes or no that the program itself states, or not."""

    YES = "yes"
    NO = "no"
    NOT_PUBLISHED = "not_published"


class Modality(StrEnum):
    """How the opinion reaches the patient."""

    WRITTEN = "written"
    PHONE = "phone"
    VIDEO = "video"
    LIVE = "live"
    PANEL = "panel"
    DOCTOR_TO_DOCTOR = "doctor_to_doctor"


class Clock(StrEnum):
    """From when the turnaround counts."""

    ORDER = "order"
    RECORDS_COMPLETE = "records_complete"
    NOT_PUBLISHED = "not_published"


class Unit(StrEnum):
    """What the turnaround is counted in."""

    DAYS = "days"
    BUSINESS_DAYS = "business_days"


class Ages(StrEnum):
    """Whom it is for in its own words, where it gives no age in years."""

    ADULT = "adult"
    CHILD = "child"


class BenefitRoute(StrEnum):
    """What it says of employers, health plans and insurance; the last two are no way to have it paid."""

    EMPLOYER = "employer"
    HEALTH_PLAN = "health_plan"
    SOME_HEALTH_PLANS = "some_health_plans"
    INSURED_VISIT = "insured_visit"
    MEMBER_HOSPITAL = "member_hospital"
    RARELY_INSURED = "rarely_insured"
    NO_INSURANCE = "no_insurance"


class SourceKind(StrEnum):
    """Who says so."""

    OWN = "own"
    NEWS = "news"
    STUDY = "study"
    ARTICLE = "article"


class Confidence(StrEnum):
    """A: the program's own page; B: a good third party; C: old or partial; none: no price was read."""

    A = "A"
    B = "B"
    C = "C"
    NONE = "none"


class LocalDoctor(StrEnum):
    """Whether the patient's own doctor must take part."""

    YES = "yes"
    NO = "no"
    OUTSIDE_HOME_STATE = "outside_home_state"
    NOT_PUBLISHED = "not_published"


class StatesListed(StrEnum):
    """Whether the states that a program names are all that it takes, or those with which it began."""

    ALL = "all"
    FIRST_PHASE = "first_phase"
