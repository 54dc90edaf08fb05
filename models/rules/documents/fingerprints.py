"""In which words does a document tell its fingerprint, so that two of them can be compared?"""

from models.rules.documents.papers import QUIET, Paragraph


def in_groups(fingerprint: str) -> str:
    """A fingerprint in groups of eight, so that the eye keeps its place and lines break between groups.

    >>> in_groups("00179ab4e8a9e9c9fbb2")
    '00179ab4 e8a9e9c9 fbb2'
    """
    return " ".join(fingerprint[at : at + 8] for at in range(0, len(fingerprint), 8))


def check_line(fingerprint: str) -> Paragraph:
    """The last line of a document: the fingerprint of its facts. Its beginning stands at the foot of every page.

    >>> check_line("00179ab4e8a9e9c9").text
    'Check this document: fingerprint (SHA-256) 00179ab4 e8a9e9c9'
    """
    return Paragraph(f"Check this document: fingerprint (SHA-256) {in_groups(fingerprint)}", QUIET)
