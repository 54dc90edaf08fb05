"""How is each kind of value typed in, read, and refused in plain words?"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy.orm import Session
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    Form,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import StopValidation, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from admin_views.kit.lists.choices import FEW, LISTED, ChoiceLoader
from admin_views.kit.lists.typed_choices import Pairs, meant_by, sentence_for, without_number
from models.core.clock import LONDON
from models.rules.core.keys import key_in
from models.rules.core.numbers import NotANumber, NumberRefused, read_whole_number
from models.rules.spreadsheets.cells import LONG, SHORT


class LineField(StringField):
    """One line of text, outer space taken off."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = " ".join(valuelist[0].split()) if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > SHORT:
            raise ValidationError(f"{_plain(self)} must be {SHORT} characters or fewer.")


class TextField(TextAreaField):
    """Several lines of text, line ends made the same."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0].replace("\r\n", "\n").replace("\r", "\n").strip() if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > LONG:
            raise ValidationError(f"{_plain(self)} must be {LONG:,} characters or fewer.")


class LinesField(TextField):
    """A list of words, one a line."""

    def _value(self) -> str:
        kept: Any = self.data
        return kept if isinstance(kept, str) else "\n".join(kept or ())

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        lines: Any = [line.strip() for line in (self.data or "").splitlines() if line.strip()]
        self.data = lines


class DayField(DateField):
    """A calendar day; also typed as 31/12/2026 where the browser has no calendar."""

    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, format=["%Y-%m-%d", "%d/%m/%Y"], **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist and valuelist[0].strip():
            try:
                super().process_formdata(valuelist)
            except ValueError:
                raise ValueError(f"{_plain(self)} must be a day such as 31/12/2026.") from None


class MomentField(DateTimeLocalField):
    """A moment typed by London's clock and kept in UTC."""

    def __init__(self, label: str = "", **options: Any) -> None:
        super().__init__(label, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **options)

    def process_data(self, value: Any) -> None:
        self.data = value.astimezone(LONDON) if isinstance(value, datetime) else None

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if not (valuelist and valuelist[0].strip()):
            return
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(f"{_plain(self)} must be a day and a time.") from None
        typed: datetime | None = self.data
        self.data = typed.replace(tzinfo=LONDON).astimezone(UTC) if typed else None


class WholeNumberField(IntegerField):
    """A whole number that the database can keep.

    A plain line of text: a browser's own number field drops the comma of 1,5 while it is typed, and leaves 15.
    """

    widget = TextInput()

    def __init__(self, label: str = "", **options: Any) -> None:
        marks = {"inputmode": "numeric", "autocomplete": "off", **options.pop("render_kw", {})}
        super().__init__(label, render_kw=marks, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        try:
            self.data = read_whole_number(valuelist[0] if valuelist else "")
        except NotANumber:
            raise ValueError(f"{_plain(self)} must be a whole number.") from None
        except NumberRefused as question:
            raise ValueError(f"{_plain(self)}: {question.sentence}") from None


class YesField(BooleanField):
    """A box to tick."""


class ChoiceField(SelectField):
    """One of a fixed set of words, shown by their labels and kept as the enum's member."""

    def __init__(self, label: str = "", *, kind: type[Enum], is_required: bool = True, **options: Any) -> None:
        self.kind = kind
        self.is_required = is_required
        words = [SelectChoice(member.value, getattr(member, "label", str(member.value))) for member in kind]
        empty = SelectChoice("", "Choose…" if is_required else "–")
        super().__init__(label, choices=[empty, *words], coerce=str, **options)

    def process_data(self, value: Any) -> None:
        self.data = "" if value is None else self.kind(value).value

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = valuelist[0] if valuelist else ""

    def pre_validate(self, form: Any) -> None:
        if not self.data and not self.is_required:
            return
        if not self.data:  # the one thing to say; that it is required need not be said again
            raise StopValidation(f"Choose one of the offered words for “{_plain(self)}”.")
        if self.data not in {member.value for member in self.kind}:
            raise ValidationError(f"Choose one of the offered words for {_within(self)}.")

    def value(self) -> Any:
        return self.kind(self.data) if self.data else None


class RecordField(Field):
    """One record of another table: a select while they are few, otherwise a line in which people type its name.

    The page posts the name; an id is read too, as selects, scripts and programs post it, but a choice that is called so
    goes before it. Words that name no one choice are refused with the choices that fit, and what was chosen of these
    comes as `NAME__meant`. Only what the asking person may see can be chosen; anything else is refused as if it did not
    exist. One must be chosen, unless the field is not required.
    """

    def __init__(self, label: str = "", *, loader: ChoiceLoader, is_required: bool = True, **options: Any) -> None:
        if is_required and not options.get("validators"):
            options["validators"] = [Required()]
        super().__init__(label, **options)
        self.loader = loader
        self.is_required = is_required
        self.options: list[tuple[int, str]] = []
        self.candidates: Pairs = ()
        self.is_many = self.is_listed = False
        self.words = ""
        self.current: int | None = None

    def process_data(self, value: Any) -> None:
        self.data = self.current = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.words = " ".join(valuelist[0].split())[:SHORT] if valuelist else ""
        self.data = key_in(self.words)

    def offer(self, session: Session, meant: str = "") -> None:
        """Read the choices, and which one was typed or, as `meant`, chosen of those that fitted what was typed."""
        if meant:
            self.process_formdata([meant])
        self.options = self._choices(session)
        if self.words:
            self._read()
        if self.is_many:
            self.words = dict(self.options).get(self.data or 0, self.words)

    def _choices(self, session: Session) -> list[tuple[int, str]]:
        """What is offered, or, where that is too much for a page, what fits the words; and what is chosen already."""
        offered = self.loader.offered(session, self.current)
        self.is_many, self.is_listed = len(offered) > FEW, len(offered) <= LISTED
        if not self.is_listed:
            offered = self.loader.found(session, without_number(self.words)) if self.words else []
        if self.data is None or self.data in dict(offered):
            return offered
        label = self.loader.label(session, self.data, self.current)
        return [(self.data, label), *offered] if label is not None else offered

    def _read(self) -> None:
        """Find the record that the words mean; an id that names none is left, to be refused."""
        if not self.is_many and self.data in dict(self.options):
            return  # a select's own option
        read = meant_by(self.words, self.options)
        if read.key is not None or read.candidates or self.data is None:
            self.data, self.candidates = read.key, read.candidates

    def pre_validate(self, form: Any) -> None:
        if self.words and self.data is None:  # the one thing to say
            raise StopValidation(sentence_for(self.words, _within(self), self.candidates))
        if self.data is not None and self.data not in dict(self.options):
            raise ValidationError(f"Choose one of the offered records for {_within(self)}.")


class RecordsField(SelectMultipleField):
    """Several records of another table, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: str = "", *, loader: ChoiceLoader, **options: Any) -> None:
        super().__init__(label, choices=[], coerce=int, **options)
        self.loader = loader
        self.offered: set[int] = set()

    def process_data(self, value: Any) -> None:
        self.data = [record.id for record in value or ()]

    def offer(self, session: Session, meant: str = "") -> None:
        offered = self.loader.offered(session, None)
        self.offered = {key for key, _ in offered}
        self.choices = [SelectChoice(key, label) for key, label in offered]

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= self.offered:
            raise ValidationError(f"Choose only offered records for {_within(self)}.")


class BoxesField(SelectMultipleField):
    """Several of a few words, as boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


_OWN_BEGINNINGS = ("the ", "a ", "an ", "who ", "whom ", "what ", "when ", "where ", "how ", "why ")
_JOINING = ("about", "at", "by", "for", "from", "in", "is", "of", "only", "to", "until", "with", "works")
"""First words of labels that cannot be asked for as a thing: “Choose the about.”"""


class Required:
    """Something must be given; says so with the field's own name, or in the sentence given."""

    field_flags: dict[str, Any] = {"required": True}

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence

    def __call__(self, form: Form, field: Any) -> None:
        if field.data is None or field.data == "" or field.data == []:
            raise ValidationError(self.sentence or _asked(field))


def _asked(field: Any) -> str:
    """The sentence that asks for a field, whichever words its label has."""
    label, words = _plain(field), _within(field)
    first = words.partition(" ")[0].strip(",").lower()
    verb = "Choose" if isinstance(field, (ChoiceField, RecordField, RecordsField)) else "Give"
    if label.endswith("?"):
        return f"Answer this: {label}"
    return f"{verb} something for “{label}”." if first in _JOINING else f"{verb} {_article(words)}."


def _within(field: Any) -> str:
    """A field's label within a sentence: "case reference", but "BRAG"."""
    label = _plain(field)
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def _plain(field: Any) -> str:
    """A field's label as text."""
    return str(field.label.text)


def _article(words: str) -> str:
    """Words with "the" before them, unless they begin with their own."""
    return words if words.startswith(_OWN_BEGINNINGS) else f"the {words}"


def all_problems(form: Form) -> list[tuple[str, str]]:
    """Every problem of a form with the id of its field, in the order of the fields."""
    return [(field.id, str(problem)) for field in form for problem in field.errors]
