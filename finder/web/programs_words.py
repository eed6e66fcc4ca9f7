"""What the pages of online programs say, as marked messages: how, who pays, for whom, in which order."""

from collections.abc import Mapping

from finder.facets import AgesAsked
from finder.i18n import mark
from finder.licensing import Available
from finder.offers import SortAsked
from finder.program_kinds import Ages, BenefitRoute, Clock, Confidence, LocalDoctor, Modality, Said, Unit

NOT_PUBLISHED = mark("not published")
# Own wording, 2026-11-28; whole sentences or whole entries, so that each can be said in another language.
MODALITIES: Mapping[Modality, str] = {
    Modality.WRITTEN: mark("in writing"),
    Modality.PHONE: mark("by phone"),
    Modality.VIDEO: mark("by video"),
    Modality.LIVE: mark("in a live talk"),
    Modality.PANEL: mark("by a panel of doctors"),
    Modality.DOCTOR_TO_DOCTOR: mark("to your own doctor"),
}
LOCAL_DOCTORS: Mapping[LocalDoctor, str] = {
    LocalDoctor.YES: mark("yes, your own doctor must take part"),
    LocalDoctor.NO: mark("no"),
    LocalDoctor.OUTSIDE_HOME_STATE: mark("yes, if you live outside %(home)s"),
    LocalDoctor.NOT_PUBLISHED: NOT_PUBLISHED,
}
CONFIDENCES: Mapping[Confidence, str] = {
    Confidence.A: mark("from the program’s own page"),
    Confidence.B: mark("from a good second-hand source"),
    Confidence.C: mark("old or partial"),
    Confidence.NONE: mark("no price was found"),
}
# By the clock, for a span of days and for one number; %(days)s holds the unit.
CLOCKS: Mapping[Clock, str] = {
    Clock.ORDER: mark("%(days)s after you order"),
    Clock.RECORDS_COMPLETE: mark("%(days)s after all records are there"),
    Clock.NOT_PUBLISHED: mark("%(days)s; when the clock starts is not published"),
}
SPANS: Mapping[Unit, tuple[str, str, str]] = {
    Unit.DAYS: (mark("%(least)s to %(most)s days"), mark("%(most)s days"), mark("up to %(most)s days")),
    Unit.BUSINESS_DAYS: (
        mark("%(least)s to %(most)s work days"),
        mark("%(most)s work days"),
        mark("up to %(most)s work days"),
    ),
}
ROUTES: Mapping[BenefitRoute, str] = {
    BenefitRoute.EMPLOYER: mark("Some employers pay for it."),
    BenefitRoute.HEALTH_PLAN: mark("Some health plans pay for it."),
    BenefitRoute.SOME_HEALTH_PLANS: mark("Some health plans cover it."),
    BenefitRoute.INSURED_VISIT: mark("It is billed to your insurance like a visit."),
    BenefitRoute.MEMBER_HOSPITAL: mark("You get it through a hospital of its network, at no added charge."),
    BenefitRoute.RARELY_INSURED: mark("Insurance does not often pay for it."),
    BenefitRoute.NO_INSURANCE: mark("It takes no insurance."),
}
RECORDS: Mapping[Said, str] = {
    Said.YES: mark("the program gets them for you"),
    Said.NO: mark("you send them"),
    Said.NOT_PUBLISHED: NOT_PUBLISHED,
}
# Labels of what a program says, and what to call it where it does not.
STATES, DOCTOR = (
    (mark("States"), mark("states")),
    (mark("Needs your doctor"), mark("if your doctor is needed")),
)
AGE, FIELDS = (mark("Age"), mark("age")), (mark("For"), mark("for which conditions"))
COLLECTS = (mark("Who gets them"), mark("who gets them"))
PATHOLOGY = (mark("Looks at slides again"), mark("if slides are looked at again"))
RADIOLOGY = (mark("Looks at scans again"), mark("if scans are looked at again"))
FOR_AGES: Mapping[AgesAsked, str] = {
    AgesAsked.ADULT: mark("for an adult"),
    AgesAsked.CHILD: mark("for a child"),
}
DOCTORS: Mapping[bool, str] = {True: mark("with your own doctor"), False: mark("without your own doctor")}
SAID: Mapping[Said, str] = {Said.YES: mark("yes"), Said.NO: mark("no"), Said.NOT_PUBLISHED: NOT_PUBLISHED}
AGES_SAID: Mapping[Ages, str] = {Ages.ADULT: mark("adults"), Ages.CHILD: mark("children")}
AVAILABLE: Mapping[Available, str] = {
    Available.YES: mark("Open to your state"),
    Available.YES_WITH_YOUR_DOCTOR: mark("Open to your state, with your own doctor"),
    Available.NO: mark("Not open to you"),
    Available.UNKNOWN: mark("Not known if it is open to your state"),
}
LAW_NOT_KNOWN = mark(
    "We found no source that says if doctors from other states may give an opinion to people in %(state)s."
)
# What the list says of its own order, by what was asked for and whether a state was.
ORDERS: Mapping[tuple[SortAsked, bool], str] = {
    (SortAsked.PRICE, False): mark("Those with a price come first, the lowest on top."),
    (SortAsked.PRICE, True): mark("Those open to your state come first, then the lowest price."),
    (SortAsked.TURNAROUND, False): mark("Those with a known time come first, the fastest on top."),
    (SortAsked.TURNAROUND, True): mark("Those open to your state come first, then the fastest."),
}
