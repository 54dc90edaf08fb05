"""Is everybody whom the demonstration shows late or silent nobody real?"""

from __future__ import annotations

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.partnership.agencies import Agency
from models.partnership.people import Person
from tests.house.source import PROJECT

# Real places and charities that once stood in the demonstration, and codes as the registers give them.
REAL = re.compile(
    r"Warwick|Coventry|Nuneaton|Bedworth|Rugby|Stratford|George Eliot|Myton|Lawrence Sheriff|Ashlawn|Alcester"
    r"|King Edward|Barnardo|Safeline|RoSA|Age UK|Change Grow Live|Cafcass|West Midlands|Leicester"
    r"|\b[ENSW][0-9]{8}\b|\bODS (?!X)|\bURN [1-9]|\bLA [1-9]"
)


def test_demo_names_no_real_organisation_place_or_code() -> None:
    files = sorted((PROJECT / "app" / "demo").iterdir())
    assert [
        f"{file.name}: {found.group()}"
        for file in files
        if file.suffix in {".toml", ".py"}
        for found in REAL.finditer(file.read_text(encoding="utf-8"))
    ] == []


def test_every_local_body_of_the_demo_belongs_to_the_invented_county(session: Session) -> None:
    names = session.scalars(select(Agency.name)).all()
    assert len(names) == 47
    assert sum("Wayfen" in name for name in names) >= 20
    assert all("Wayfenshire" in name for name in names if "County Council" in name)


def test_nobody_of_the_demo_has_an_address_that_could_be_written_to(session: Session) -> None:
    assert all(email.endswith(".example") for email in session.scalars(select(Person.email)))
