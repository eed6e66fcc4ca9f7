"""Writes the files about institutions: hospitals (CMS), systems and linkages (AHRQ), cancer centers (NCI)."""

from collections import Counter
from collections.abc import Iterator

from ingest.demo.identifiers import ccn, group_pac_id, system_id, tin
from ingest.demo.organizations import History
from ingest.demo.table import plain, quoted
from ingest.demo.upper import owners_above
from ingest.demo.world import World

_MEASURES = (
    "MORT Group Measure Count,Count of Facility MORT Measures,Count of MORT Measures Better,Count of "
    "MORT Measures No Different,Count of MORT Measures Worse,MORT Group Footnote,Safety Group Measure"
    " Count,Count of Facility Safety Measures,Count of Safety Measures Better,Count of Safety "
    "Measures No Different,Count of Safety Measures Worse,Safety Group Footnote,READM Group Measure "
    "Count,Count of Facility READM Measures,Count of READM Measures Better,Count of READM Measures No"
    " Different,Count of READM Measures Worse,READM Group Footnote,Pt Exp Group Measure Count,Count "
    "of Facility Pt Exp Measures,Pt Exp Group Footnote,TE Group Measure Count,Count of Facility TE "
    "Measures,TE Group Footnote"
)
MEASURES = _MEASURES.split(",")
_HOSPITAL_COLUMNS = (
    "Facility ID,Facility Name,Address,City/Town,State,ZIP Code,County/Parish,Telephone "
    "Number,Hospital Type,Hospital Ownership,Emergency Services,Meets criteria for birthing friendly "
    "designation,Hospital overall rating,Hospital overall rating footnote"
)
HOSPITAL_COLUMNS = [*_HOSPITAL_COLUMNS.split(","), *MEASURES]
_SYSTEM_COLUMNS = (
    "health_sys_id,health_sys_name,health_sys_city,health_sys_state,in_onekey,in_aha,onekey_id,"
    "aha_sysid,total_mds,prim_care_mds,total_nps,total_pas,grp_cnt,grp_cnt_restricted,hosp_cnt,"
    "acutehosp_cnt,nh_cnt,nh_cnt_restricted,hhco_cnt,hhco_cnt_restricted,sys_multistate,sys_beds,"
    "sys_dsch,sys_res,deg_children,sys_incl_majteachhosp,sys_incl_vmajteachhosp,sys_teachint,"
    "sys_incl_highdpphosp,sys_highucburden,sys_incl_highuchosp,sys_anyins_product,sys_mcare_adv,"
    "sys_mcaid_mngcare,sys_healthins_mktplc,sys_ownership,hos_net_revenue,hos_total_revenue"
)
SYSTEM_COLUMNS = _SYSTEM_COLUMNS.split(",")
_LINKAGE_COLUMNS = (
    "compendium_hospital_id,ccn,hospital_name,hospital_street,hospital_city,hospital_state,"
    "hospital_zip,acutehosp_flag,health_sys_id,health_sys_name,health_sys_city,health_sys_state,"
    "corp_parent_id,corp_parent_name,corp_parent_type,hos_beds,hos_dsch,hos_res,hos_children,"
    "hos_majteach,hos_vmajteach,hos_teachint,hos_highdpp,hos_ucburden,hos_highuc,hos_ownership,"
    "hos_net_revenue,hos_total_revenue"
)
LINKAGE_COLUMNS = _LINKAGE_COLUMNS.split(",")
_CENTER_COLUMNS = "id,name,Street,City,state,Zip_Code,Latitude,Longitude,County,Zip,Country,type,url"
CENTER_COLUMNS = _CENTER_COLUMNS.split(",")
GROUP_COLUMNS = ("tin", "tin_name", "pecos_pac_ids", "health_sys_id", "health_sys_name", "md_do_md_ppas")


def phone_text(phone: str) -> str:
    """The ten digits as hospitals print them."""
    return f"({phone[:3]}) {phone[3:6]}-{phone[6:]}"


def hospital_rows(world: World) -> Iterator[str]:
    """Hospital General Information, header first; nothing is rated."""
    yield quoted(HOSPITAL_COLUMNS)
    for n, hospital in enumerate(world.organizations.hospitals):
        site, place = world.organizations.sites[hospital.site], world.place_of(hospital.site)
        where = [site.street.upper(), place.city.upper(), place.state, place.zip, place.county.upper()]
        kind = ["Acute Care Hospitals", "Voluntary non-profit - Private", "Yes", "", "Not Available", ""]
        measures = ["Not Available"] * len(MEASURES)
        yield plain([ccn(n), hospital.name.upper(), *where, phone_text(site.phone), *kind, *measures])


def _system_names(world: World, system: int) -> list[str]:
    if system < 0:
        return ["", "", "", ""]
    found = world.organizations.systems[system]
    place = world.geography.places[found.place]
    return [system_id(system), found.name, place.city, place.state]


def system_rows(world: World) -> Iterator[str]:
    """The compendium's list of systems, header first: all levels, each with the sums below it."""
    yield quoted(SYSTEM_COLUMNS)
    organizations = world.organizations
    hospitals, groups, doctors = Counter[int](), Counter[int](), Counter[int]()
    for hospital in organizations.hospitals:
        hospitals.update(owners_above(organizations.systems, hospital.system))
    for group in organizations.groups:
        owners = owners_above(organizations.systems, group.system)
        groups.update(owners)
        doctors.update(dict.fromkeys(owners, group.size))
    for n in range(len(organizations.systems)):
        values = dict.fromkeys(SYSTEM_COLUMNS, "")
        values.update(zip(SYSTEM_COLUMNS, _system_names(world, n), strict=False))
        counts = {"total_mds": doctors[n], "grp_cnt": groups[n], "hosp_cnt": hospitals[n]}
        values.update({name: str(count) for name, count in counts.items()})
        values.update({"in_onekey": "1", "in_aha": "1", "acutehosp_cnt": str(hospitals[n])})
        yield quoted(values.values())


def hospital_linkage_rows(world: World) -> Iterator[str]:
    """Hospital to system and parent, header first; blank means no system, a hospital that is not listed
    is unknown.
    """
    yield quoted(LINKAGE_COLUMNS)
    for n, hospital in enumerate(world.organizations.hospitals):
        if not hospital.in_linkage:
            continue
        site, place = world.organizations.sites[hospital.site], world.place_of(hospital.site)
        parent = world.organizations.systems[hospital.system].parent if hospital.system >= 0 else -1
        owner = _system_names(world, parent)[:2] + (["Health System"] if parent >= 0 else [""])
        where = [site.street, place.city, place.state, place.zip, "1"]
        teaching = ["1" if hospital.is_academic else "0"] * 2
        tail = ["", "", "", "0", *teaching, "", "", "", "", "", "", ""]
        chain = [*_system_names(world, hospital.system), *owner]
        yield quoted([f"CHSP9{n:07d}", ccn(n), hospital.name, *where, *chain, *tail])


def group_linkage_rows(world: World) -> Iterator[str]:
    """Tax number to group numbers and system, header first; sole practices and a fixed share of groups
    are not in it.
    """
    yield quoted(GROUP_COLUMNS)
    groups = world.organizations.groups
    two_numbers: dict[int, list[int]] = {}
    for n, group in enumerate(groups):
        if group.history is History.TWO_NUMBERS:
            two_numbers.setdefault(group.tax, []).append(n)
    for n, group in enumerate(groups):
        if group.in_linkage and group.tax == n:
            members = two_numbers.get(n, [n])
            system = _system_names(world, group.system)[:2]
            size = sum(groups[member].size for member in members)
            numbers = ",".join(group_pac_id(member) for member in members)
            yield quoted([tin(n), group.name, numbers, *system, str(size)])


def center_rows(world: World) -> Iterator[str]:
    """Made-up cancer centers in the layout of NCI's list, header first, beside academic hospitals."""
    yield plain(CENTER_COLUMNS)
    academic = [hospital for hospital in world.organizations.hospitals if hospital.is_academic]
    count = max(1, round(len(world.people.npi) / world.rules.numbers["people_per_center"]))
    for n, hospital in enumerate(academic[: min(75, count)]):
        site, place = world.organizations.sites[hospital.site], world.place_of(hospital.site)
        kind = ("Comprehensive Cancer Center", "Clinical Cancer Center")[n % 2]
        name = f"Demo Cancer Center at {hospital.name}"
        state = world.rules.states[place.state][1]
        point = [f"{place.lat:.11e}", f"{place.lon:.11e}"]
        where = [site.street, place.city, state, place.zip, *point, place.county, place.zip, "US"]
        yield plain([str(n + 1), name, *where, kind, "https://demonstration.invalid/"])
