"""Does a person keep their name, in whatever script, from the form to the search, the file, the mail and the paper?"""

from __future__ import annotations

import io
from collections.abc import Callable
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import compat32

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.pdf.plans.plan_reports import build
from models.core.access import Role
from models.core.db import PortalSession
from models.partnership.mail_settings import mail_settings
from models.partnership.people import Person
from tests.assurance.figures import note_figure
from tests.pdf.pdf_facts import action, report_of
from tests.pdf.pdf_kit import says, spoken
from tests.postboxes import Postbox, mail_server
from tests.web import Browser
from tests.work import do_requests, done

NAMES = {
    "Welsh": "Siân Llŷr-Gŵyn",
    "Polish": "Zażółć Gęślą-Jaźń",
    "Yoruba": "Oluwaṣeun Adébáyọ̀",
    "Vietnamese": "Nguyễn Thị Hằng",
    "Turkish": "İlknur Çağlayanğil",
    "Romanian": "Ștefan Țurcanu",
    "Icelandic": "Þórður Æðgir",
    "Greek": "Ἀλέξανδρος Παπαδόπουλος",
    "Russian": "Наталья Щёголева",
    "Ukrainian": "Юлія Їжакевич",
    "Arabic": "فاطمة الزهراء",
    "Urdu": "ذوالفقار چوہدری",
    "Persian": "گلشیفته پژمان",
    "Hebrew": "שרה בן־דוד",
    "Bengali": "শর্মিষ্ঠা চট্টোপাধ্যায়",
    "Hindi": "लक्ष्मी श्रीवास्तव",
    "Gujarati": "ભાવિષા પટેલ",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "Tamil": "தமிழ்ச்செல்வி",
    "Chinese": "欧阳静怡",
}
"""Twenty scripts and ways of writing that people in a British county bring with them."""
WITHOUT_A_FONT = {"Chinese"}
"""Printed as a mark that says how many characters are not available; the page beside the paper has them."""

pytestmark = pytest.mark.assures(37)


@pytest.fixture
def office(browser: Callable[..., Browser], session: Session) -> Browser:
    """An administrator's browser in a portal that sends mail."""
    settings = mail_settings(session)
    settings.host, settings.sender_address = "mail.example.org", "portal@example.org"
    session.commit()
    return browser(Role.ADMINISTRATOR, name="Zoe Office")


@pytest.fixture
def people(office: Browser, session: Session) -> dict[str, Person]:
    """A person of each name, typed into the form and invited."""
    for script, name in NAMES.items():
        email = f"{script.lower()}@example.org"
        answer = office.send("/people/new/", name=name, email=email, role="officer", is_active="y", invite="y")
        assert answer.status_code == 302, script
    kept = {person.email: person for person in session.scalars(select(Person))}
    session.commit()
    return {script: kept[f"{script.lower()}@example.org"] for script in NAMES}


def told(where: str, lost: list[str]) -> None:
    """Write the figure down; nobody's name may be lost."""
    note_figure(37, f"names lost {where}", reached=len(lost), wanted="0", tried=f"{len(NAMES)} names", holds=not lost)
    assert lost == []


def test_names_come_back_from_form_page_search_and_files(office: Browser, people: dict[str, Person]) -> None:
    told("in the form", [script for script, person in people.items() if person.name != NAMES[script]])
    pages = {script: office.get(f"/people/{person.id}/").select_one("h1") for script, person in people.items()}
    told(
        "on their page", [script for script, page in pages.items() if not page or NAMES[script] not in page.get_text()]
    )
    told("by the search", [script for script in people if not _finds(office, NAMES[script])])
    with office.client.get("/people/export/csv/?sort=name") as answer:
        rows = answer.data.decode("utf-8-sig")
    told("in the list as CSV", [script for script, name in NAMES.items() if name not in rows])
    with office.client.get("/people/export/xlsx/?sort=name") as answer:
        cells = {str(cell.value) for row in load_workbook(io.BytesIO(answer.data)).active for cell in row}
    told("in the list as a workbook", [script for script, name in NAMES.items() if name not in cells])


def _finds(office: Browser, words: str) -> bool:
    found = office.get("/people/", query_string={"q": words}).select("table tbody tr")
    return len(found) >= 1 and any(words.casefold() in row.get_text().casefold() for row in found)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("ΟΔΥΣΣΕΥΣ ΠΑΠΠΑΣ", "Οδυσσεύς Παππάς"),
        ("ΟΔΥΣΣΕΥΣ ΠΑΠΠΑΣ", "οδυσσευς"),
        ("Νίκος Παππας", "ΠΑΠΠΑΣ"),
        ("Νίκος Παππάς-Βλάχος", "παππάς-βλάχος"),
        ("Σάββας Παππάς", "σάβ"),
    ],
)
def test_greek_name_in_capitals_is_found_by_small_letters_and_the_other_way_round(
    office: Browser, session: Session, name: str, typed: str
) -> None:
    assert office.send("/people/new/", name=name, email="g@example.org", role="officer").status_code == 302
    listed, unlike = (office.get("/people/", query_string={"q": words}) for words in (typed, f"{typed}ω"))
    assert (name in listed.get_text(), name in unlike.get_text()) == (True, False)


def test_names_are_sorted_and_none_is_left_out_between_pages(office: Browser, people: dict[str, Person]) -> None:
    path: str | None = "/people/?sort=name"
    shown: list[str] = []
    while path:
        page = office.get(path)
        shown += [row.get_text(" ") for row in page.select("table tbody tr")]
        after = page.select_one("a[rel=next]")
        path = str(after["href"]) if after else None
    told(
        "between the pages of the sorted list",
        [script for script, name in NAMES.items() if name not in " ".join(shown)],
    )


def test_names_arrive_in_letters(
    people: dict[str, Person], session: Session, session_factory: sessionmaker[PortalSession]
) -> None:
    postbox = Postbox()
    with mail_server(postbox) as server:
        done(do_requests(session, session_factory, mail_server=server))
    letters = [(_addressee(letter), letter.get_body(("plain",)).get_content()) for letter in postbox.letters]
    told("in addresses of letters", [script for script in people if not any(NAMES[script] in to for to, _ in letters)])
    told("in letters", [script for script in people if not any(NAMES[script] in text for _, text in letters)])


def _addressee(letter: EmailMessage) -> str:
    """Whom a letter is for, joined as the standard says; Python's own new reader puts a blank between its pieces."""
    written = next(
        line for line in letter.as_string(policy=compat32).replace("\n ", " ").splitlines() if line[:3] == "To:"
    )
    return str(make_header(decode_header(written)))


def test_names_are_printed_and_read_aloud_and_what_no_font_has_is_marked() -> None:
    printed = build(report_of(tuple(action(number, owner_name=name) for number, name in enumerate(NAMES.values(), 1))))
    told("on paper", [script for script in NAMES.keys() - WITHOUT_A_FONT if not says(printed, NAMES[script])])
    marks = [text for _, text in spoken(printed) if "characters not available" in text]
    assert len(marks) >= len(WITHOUT_A_FONT)
