"""Does a text of a case list tell of a person what the portal must not keep?"""

import re

from models.rules.case_lists.values import looks_like_nhs_number, looks_like_postcode

PERSONAL: dict[str, str] = {
    "nhs_number": "an NHS number",
    "postcode": "a postcode",
    "email": "an e-mail address",
    "phone": "a telephone number",
    "name_with_birth": "a name with a date of birth",
}
"""Kinds of text that must not be imported, in words."""

_WORD = r"[^\W\d_](?:[^\W\d_]|['\u2019.-])*"
_BIRTH = r"\(?(?:(?:dob|born)[: ]*)?\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})\)?"
_is_email = re.compile(r"(?:mailto:)?[^\s@<>]+@[^\s@<>]+\.[^\W\d_]{2,}", re.IGNORECASE).fullmatch
# Written with its gaps or its country's code; without them only a mobile number is told from a long reference.
_is_phone = re.compile(
    r"(?:\+44|0044)[ -]?(?:\(0\))?[\d -]{9,13}|07\d{9}|\(?0[1-37]\d{1,4}\)?(?:[ -]\d{3,8}){1,3}", re.ASCII
).fullmatch
# A word of three letters or more, or two words: initials alone stand in many references.
_is_name_with_birth = re.compile(
    rf"(?:(?=[^\W\d_]{{3}}){_WORD}|{_WORD}[ ,._]+{_WORD})(?:[ ,._]+{_WORD})*[ ,._]+{_BIRTH}", re.IGNORECASE
).fullmatch


def personal_kind(text: str) -> str | None:
    """The kind (a key of `PERSONAL`) of a cleaned text that looks personal, else None.

    >>> personal_kind("943 476 5919"), personal_kind("CV34 4RL"), personal_kind("N1")
    ('nhs_number', 'postcode', None)
    >>> personal_kind("j.smith@example.org"), personal_kind("01926 410410"), personal_kind("Smith, John 01/02/2010")
    ('email', 'phone', 'name_with_birth')
    """
    if looks_like_nhs_number(text):
        return "nhs_number"
    if looks_like_postcode(text):
        return "postcode"
    if "@" in text and _is_email(text):
        return "email"
    if not text[-1:].isdigit() and not text.endswith(")"):
        return None
    if _is_phone(text) and sum(map(str.isdigit, text)) in (10, 11, 12, 13):
        return "phone"
    return "name_with_birth" if _is_name_with_birth(text) else None
