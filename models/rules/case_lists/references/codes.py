"""What is to be said of a case reference?"""

from models.rules.case_lists.references.personal import personal_kind
from models.rules.case_lists.references.shapes import is_damaged_reference
from models.rules.case_lists.values import is_ten_digits

MAX_REFERENCE = 200


def reference_codes(text: str, *, has_local_ten_digits: bool = False) -> tuple[str, ...]:
    """The codes of a cleaned reference, none where it can be kept; ten digits may be known to be local numbers.

    >>> [reference_codes(text) for text in ("QK-1", "", "Mar-25", "943 476 5919")]
    [(), ('missing_reference',), ('damaged_reference',), ('nhs_number_in_reference',)]
    >>> reference_codes("9434765919"), reference_codes("9434765919", has_local_ten_digits=True)
    (('nhs_number_in_reference',), ())
    """
    if not text:
        return ("missing_reference",)
    if len(text) > MAX_REFERENCE:
        return ("reference_too_long",)
    if is_damaged_reference(text):
        return ("damaged_reference",)
    if has_local_ten_digits and is_ten_digits(text):
        return ()
    kind = personal_kind(text)
    return (f"{kind}_in_reference",) if kind else ()
