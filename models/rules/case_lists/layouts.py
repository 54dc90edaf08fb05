"""Which headings do the known case lists of children's and adults' services use, and what does each column mean?"""

from dataclasses import dataclass

from models.rules.case_lists.values import heading_key


@dataclass(frozen=True)
class Layout:
    """One known kind of case list, told by the headings in `told_by`; the other fields name its columns.

    level: a column; fixed_level: the level the list itself gives; level_rule: `open_or_closed` from the end date.
    """

    name: str
    told_by: tuple[str, ...]
    reference: str
    fixed_level: str | None = None
    level: str | None = None
    level_rule: str | None = None
    theme: str | None = None
    start: str | None = None
    end: str | None = None
    born: str | None = None
    agency: str | None = None

    def headings(self) -> tuple[str, ...]:
        """Every heading the layout names."""
        named = (self.reference, self.level, self.theme, self.start, self.end, self.born, self.agency)
        return (*self.told_by, *(heading for heading in named if heading))


def _annex_a(
    number: int, title: str, level: str, told_by: str, *, theme: str | None = None, dates: tuple[str, ...] = ()
) -> Layout:
    start, end = (*dates, None, None)[:2]
    return Layout(
        name=f"Annex A list {number}: {title}",
        told_by=("Child Unique ID", told_by),
        reference="Child Unique ID",
        fixed_level=level,
        theme=theme,
        start=start,
        end=end,
        born="Date of Birth",
    )


_SECTION_47_START = "Strategy discussion initiating Section 47 Enquiry Start Date"
_ADOPTION_DECISION = "Date of Decision that Child Should be Placed for Adoption"

LAYOUTS: tuple[Layout, ...] = (
    _annex_a(1, "contacts", "Contact", "Date of Contact", theme="Contact Source", dates=("Date of Contact",)),
    _annex_a(
        2,
        "early help",
        "Early help",
        "Organisation completing assessment",
        theme="Organisation completing assessment",
        dates=("Assessment start date", "Assessment completion date"),
    ),
    _annex_a(3, "referrals", "Referral", "Date of Referral", theme="Referral Source", dates=("Date of Referral",)),
    _annex_a(
        4,
        "assessments",
        "Assessment",
        "Continuous Assessment Start Date",
        dates=("Continuous Assessment Start Date", "Continuous Assessment Date of Authorisation"),
    ),
    _annex_a(
        5,
        "section 47 enquiries",
        "Section 47",
        _SECTION_47_START,
        dates=(_SECTION_47_START, "Date of Initial Child Protection Conference"),
    ),
    _annex_a(
        6,
        "children in need",
        "Child in need",
        "CIN Start Date",
        theme="Primary Need Code",
        dates=("CIN Start Date", "CIN Closure Date"),
    ),
    _annex_a(
        7,
        "child protection plans",
        "Child protection plan",
        "Child Protection Plan Start Date",
        theme="Latest Category of Abuse",
        dates=("Child Protection Plan Start Date", "Child Protection Plan End Date"),
    ),
    _annex_a(
        8,
        "looked after children",
        "Looked after",
        "Date Started to be Looked After",
        theme="Child's Category of Need",
        dates=("Date Started to be Looked After", "Date Ceased to be Looked After"),
    ),
    _annex_a(9, "care leavers", "Care leaver", "Eligibility Category", theme="Eligibility Category"),
    _annex_a(10, "adoption", "Adoption", _ADOPTION_DECISION, dates=(_ADOPTION_DECISION,)),
    Layout(
        name="Annex A list 11: adopters",
        told_by=("Individual adopter identifier",),
        reference="Individual adopter identifier",
        fixed_level="Adopter",
        start="Date enquiry received",
    ),
    Layout(
        name="Children in need census: details",
        told_by=("LAchildID", "CINreferralDate"),
        reference="LAchildID",
        level_rule="open_or_closed",
        theme="PrimaryNeedCode",
        start="CINreferralDate",
        end="CINclosureDate",
    ),
    Layout(
        name="SSDA903 episodes",
        told_by=("CHILD", "DECOM", "LS"),
        reference="CHILD",
        fixed_level="Looked after",
        theme="CIN",
        start="DECOM",
        end="DEC",
        agency="LA",
    ),
    Layout(
        name="police.uk street-level crime",
        told_by=("Crime ID", "Crime type"),
        reference="Crime ID",
        theme="Crime type",
        start="Month",
        agency="Reported by",
    ),
    Layout(
        name="Adult social care client level data",
        told_by=("LA Person Unique Identifier", "Event Start Date"),
        reference="LA Person Unique Identifier",
        level="Event Type",
        theme="Primary Support Reason",
        start="Event Start Date",
        end="Event End Date",
        born="Date of Birth",
        agency="LA Code",
    ),
)

SYNONYMS: dict[str, tuple[str, ...]] = {
    "reference": (
        "Case reference", "Case ref", "Case ID", "Case number", "Case no", "Reference", "Reference number", "Ref",
        "Child Unique ID", "Unique ID", "Unique identifier", "Child ID", "Child reference", "LAchildID", "CHILD",
        "Person ID", "Person reference", "Adult ID", "Adult reference", "Client ID", "Client reference",
        "Service user ID", "LA Person Unique Identifier", "Individual adopter identifier", "Crime ID",
        "Mosaic ID", "Mosaic number", "Liquidlogic ID", "LCS ID", "LAS ID", "CareFirst ID", "Azeus ID", "Person number",
        "Concern ID", "Concern reference", "Enquiry ID", "Enquiry reference", "Episode ID", "Referral ID", "ID",
    ),
    "level": (
        "Level", "Level of intervention", "Level of need", "Case status", "Stage", "Safeguarding stage",
        "Enquiry type", "Type of enquiry", "Case type", "Event Type", "Intervention",
    ),
    "theme": (
        "Theme", "Primary Need Code", "Primary need", "Category of need", "Child's Category of Need",
        "Latest Category of Abuse", "Category of abuse", "Type of risk", "Types of risk", "Type(s) of risk",
        "Type of abuse", "Types of abuse", "Type(s) of abuse", "Risk type", "Abuse type", "SEN primary need",
        "Primary Support Reason", "Crime type", "Assessment factors", "Concern type", "Category",
    ),
    "start": (
        "Start date", "Started on", "Start", "Date started", "Date opened", "Opened", "Open date", "Concern date",
        "Date of concern", "Date concern raised", "Enquiry start date", "Enquiry start", "Date of referral",
        "Referral date", "Episode start date", "Date initial EHC plan issued", "Event Start Date", "Case start date",
        "Date received", "Month", "Date",
    ),
    "end": (
        "End date", "Ended on", "End", "Date ended", "Date closed", "Closed", "Close date", "Closure date",
        "Enquiry end date", "Enquiry end", "Date concluded", "Conclusion date", "Concluded on",
        "Episode end date", "Event End Date", "Case end date",
    ),
    "born": ("Date of Birth", "DOB", "Birth date", "PersonBirthDate", "D.O.B."),
    "agency": ("Agency", "Lead agency", "Reported by", "Local authority", "LA", "LA Code", "Organisation", "Team"),
}  # fmt: skip
"""Headings of lists nobody has described, by what the column means; the first that occurs is taken."""

STATISTICS_HEADINGS = frozenset(
    map(
        heading_key,
        (
            "time_period", "time_identifier", "geographic_level", "country_code", "region_code", "region_name",
            "old_la_code", "new_la_code", "la_name",
        ),
    )
)  # fmt: skip
"""Headings every DfE statistics file opens with (Explore education statistics, data standards)."""

REFERENCE_KEYS = frozenset(map(heading_key, (*SYNONYMS["reference"], *(layout.reference for layout in LAYOUTS))))

KNOWN_KEYS = frozenset(
    heading_key(heading)
    for headings in (
        *SYNONYMS.values(),
        *(layout.headings() for layout in LAYOUTS),
        ("Gender", "Sex", "Ethnicity", "Age", "Age of Child (Years)", "Allocated Team", "Allocated Worker", "UPN"),
        ("Family identifier", "Does the Child have a Disability", "Disability", "RNE", "PLACE", "REC", "URN"),
        ("SEX", "ETHNIC", "MOTHER", "REVIEW", "ReferralSource", "ReasonForClosure", "Event Outcome", "Source"),
        ("Location", "Longitude", "Latitude", "LSOA code", "Outcome", "NHS Number", "Postcode", "First Name"),
    )
    for heading in headings
)
