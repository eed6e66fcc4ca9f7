"""Writes the CMS files about people: clinicians, their facilities, and their services in a year."""

from collections.abc import Iterator

from ingest.demo.identifiers import ccn, enrolment_id, person_pac_id
from ingest.demo.published import clinician_lines, group_name, listed_group, listed_hospitals
from ingest.demo.table import plain
from ingest.demo.volumes import average_amount, volumes
from ingest.demo.world import (
    Person,
    World,
    credential,
    first_name,
    group_number,
    group_of,
    last_name,
    middle_name,
    mistyped_last_name,
    school_name,
    sites_of,
    specialty_of,
)

CLINICIAN_HEADER = (
    "NPI,Ind_PAC_ID,Ind_enrl_ID,Provider Last Name,Provider First Name,Provider Middle Name,suff,gndr,Cred,"
    "Med_sch,Grd_yr,pri_spec,sec_spec_1,sec_spec_2,sec_spec_3,sec_spec_4,sec_spec_all,Telehlth,Facility Name,"
    "org_pac_id,num_org_mem,adr_ln_1,adr_ln_2,ln_2_sprs,City/Town,State,ZIP Code,Telephone Number,ind_assgn,"
    "grp_assgn,adrs_id\n"
)
FACILITY_HEADER = (
    "NPI,Ind_PAC_ID,Provider Last Name,Provider First Name,Provider Middle Name,suff,facility_type,"
    "Facility Affiliations Certification Number,Facility Type Certification Number\n"
)
SERVICE_HEADER = (
    "Rndrng_NPI,Rndrng_Prvdr_Last_Org_Name,Rndrng_Prvdr_First_Name,Rndrng_Prvdr_MI,Rndrng_Prvdr_Crdntls,"
    "Rndrng_Prvdr_Ent_Cd,Rndrng_Prvdr_St1,Rndrng_Prvdr_St2,Rndrng_Prvdr_City,Rndrng_Prvdr_State_Abrvtn,"
    "Rndrng_Prvdr_State_FIPS,Rndrng_Prvdr_Zip5,Rndrng_Prvdr_RUCA,Rndrng_Prvdr_RUCA_Desc,Rndrng_Prvdr_Cntry,"
    "Rndrng_Prvdr_Type,Rndrng_Prvdr_Mdcr_Prtcptg_Ind,HCPCS_Cd,HCPCS_Desc,HCPCS_Drug_Ind,Place_Of_Srvc,Tot_Benes,"
    "Tot_Srvcs,Tot_Bene_Day_Srvcs,Avg_Sbmtd_Chrg,Avg_Mdcr_Alowd_Amt,Avg_Mdcr_Pymt_Amt,Avg_Mdcr_Stdzd_Amt\n"
)
RUCA_METRO = ("1", "Metropolitan core")
RUCA_SMALL_TOWN = ("7", "Small town core")


def clinician_rows(world: World, people: list[Person]) -> Iterator[str]:
    """One line for each person and site; a sole practice has no facility name and no group number."""
    for person in people:
        if not person.in_clinician_file:
            continue
        group, number = group_of(world, person), group_number(world, person)
        specialty, school = specialty_of(world, person), school_name(world, person)
        name = [mistyped_last_name(world, person), first_name(world, person), middle_name(person)]
        secondary = "INTERNAL MEDICINE" if specialty.general_taxonomy == "207R00000X" else ""
        facility = group_name(world, person) if listed_group(world, person) >= 0 else ""
        head = [
            str(person.npi),
            person_pac_id(person.position),
            enrolment_id(person.position),
            *(part.upper() for part in name),
            "",
            "F" if person.female else "M",
            credential(person).split(",")[0].replace(".", ""),
            school.upper() or "OTHER",
            str(person.graduated),
            specialty.cms_name,
            secondary,
            "",
            "",
            "",
            secondary,
            "Y" if person.telehealth else "",
            facility.upper(),
            number,
            str(group.size) if number else "",
        ]
        for site in sites_of(world, person):
            place = world.geography.places[site.place]
            lines = clinician_lines(person, site)
            key = f"{place.state}{place.zip}{place.city[:2].upper()}{site.street.split()[0]}XXXXXXX"
            where = [*lines, "", place.city.upper(), place.state, place.zip, site.phone]
            yield plain([*head, *where, "Y", "Y" if number else "M", key])


def facility_rows(world: World, people: list[Person]) -> Iterator[str]:
    """One line for each person and hospital."""
    for person in people:
        hospitals = listed_hospitals(person)
        if hospitals:
            name = f"{last_name(world, person)},{first_name(world, person)},{middle_name(person)}".upper()
            head = f"{person.npi},{person_pac_id(person.position)},{name},,Hospital"
            for hospital in hospitals:
                yield f"{head},{ccn(hospital)},\n"


def service_rows(world: World, people: list[Person]) -> Iterator[str]:
    """One line for each person and code with more than ten patients; the description column stays empty
    (AMA text).
    """
    shown = volumes(world, people, shown=True)
    for person, counts in zip(people, shown, strict=True):
        if not person.in_medicare:
            continue
        site, place = world.organizations.sites[person.site], world.place_of(person.site)
        is_metro = world.geography.markets[person.market].is_metro
        head = plain(
            [
                str(person.npi),
                last_name(world, person),
                first_name(world, person),
                middle_name(person),
                credential(person),
                "I",
                site.street,
                f"Suite {site.suite}" if site.suite else "",
                place.city,
                place.state,
                world.rules.states[place.state][0],
                place.zip,
                *(RUCA_METRO if is_metro else RUCA_SMALL_TOWN),
                "US",
                specialty_of(world, person).cms_name.title(),
                "Y",
            ]
        ).rstrip("\n")
        for code, patients, services in counts:
            allowed = average_amount(code)
            drug = "Y" if code[0] == "J" else "N"
            setting = "F" if person.hospitals and "10000" < code < "70000" else "O"
            money = f"{allowed * 3:.2f},{allowed:.2f},{allowed * 0.8:.2f},{allowed * 0.78:.2f}"
            yield f"{head},{code},,{drug},{setting},{patients},{services},{services},{money}\n"
