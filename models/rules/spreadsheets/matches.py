"""Which heading means which column, which sheet holds what, and which known word was probably meant?"""

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher, get_close_matches

from models.rules.case_lists.values import heading_key
from models.rules.spreadsheets.cells import fold

_ALIKE = 0.82
_NEAR = 0.6


def guess_columns(headings: Sequence[str], columns: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """For each column (key -> its names) the heading that probably means it; columns without one are left out.

    A heading is given once. Capitals, blanks and punctuation do not count; after that small slips are forgiven.

    >>> guess_columns(["Agencyname", "Catgory", "Notes"], {"name": ["Agency name"], "category_id": ["Category"]})
    {'name': 'Agencyname', 'category_id': 'Catgory'}
    """
    left = {heading_key(heading): heading for heading in reversed(headings)}
    named = {key: [heading_key(name) for name in names] for key, names in columns.items()}
    guesses: dict[str, str] = {}
    for key, names in named.items():
        exact = next((name for name in names if name in left), None)
        if exact is not None:
            guesses[key] = left.pop(exact)
    for key, names in named.items():
        close = [] if key in guesses else [match for name in names for match in _close(name, left)]
        if close:
            guesses[key] = left.pop(max(close, key=lambda match: match[0])[1])
    return {key: guesses[key] for key in columns if key in guesses}


def _close(name: str, left: Mapping[str, str]) -> list[tuple[float, str]]:
    ratios = ((SequenceMatcher(None, name, heading).ratio(), heading) for heading in left)
    return [(ratio, heading) for ratio, heading in ratios if ratio >= _ALIKE]


def guess_sheet(name: str, titles: Mapping[str, Sequence[str]]) -> str | None:
    """The key whose titles fit the name of a sheet, small slips forgiven; None where none does.

    >>> guess_sheet("PEOPLE ", {"people": ["People"]}), guess_sheet("Hub", {"hubs": ["Hubs"]}), guess_sheet("One", {})
    ('people', 'hubs', None)
    """
    guess = guess_columns([name], titles)
    return next(iter(guess), None)


def near_words(word: str, known: Sequence[str]) -> list[str]:
    """Up to five of the known words that are spelled most like a word, the nearest first.

    >>> near_words("Nothfield Polise", ["Northfield Police", "Northfield Council", "Probation"])
    ['Northfield Police', 'Northfield Council']
    """
    spelled = {fold(text): text for text in known}
    close = get_close_matches(fold(word), list(spelled), n=5, cutoff=_NEAR)
    within = [key for key in spelled if fold(word) and (fold(word) in key or key in fold(word)) and key not in close]
    return [spelled[key] for key in [*close, *within][:5]]
