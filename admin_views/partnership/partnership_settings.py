"""What is the partnership called, how does it look, whom do people ask, and what do its documents say of themselves?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage
from wtforms import ColorField, FileField

from admin_views.documents.job_requests import waiting_url
from admin_views.kit.base import ADMINISTRATORS, Button, Category, Fact, Screen, TextField, expose, screen
from admin_views.kit.fields import LineField, Required, WholeNumberField, YesField
from admin_views.kit.forms import sent_form
from admin_views.partnership.mail_settings import MailForm, keep_mail, mail_facts, server_in_use
from jobs.core.scanner import scanner_answers
from jobs.pdf.paper.letterhead import LARGEST_FILE, logo_of, logo_png
from models.core.addresses import list_address
from models.core.change_log import ChangeRecord
from models.core.errors import RuleBroken
from models.documents.job_requests import request_job
from models.partnership.mail_settings import MailSettings, mail_settings
from models.partnership.partnership_settings import (
    USUAL_ACCENT,
    Partnership,
    chosen_accent,
    keep_logo,
    the_partnership,
)

THRESHOLDS = ("fewest_sources", "mixed_percent", "weak_weight", "moderate_weight", "strong_weight")
_PLAIN = (
    *("name", "short_name", "help_contact", "help_email", "help_phone"),
    *("privacy_notice", "privacy_url", "document_footer", "ordinary_marking", "sensitive_marking", "agency_room_mb"),
    *THRESHOLDS,
)
_LIMITS = ("document_limit_mb", "upload_limit_mb")
_MAIL = ("host", "port", "encryption", "user_name", "password", "sender_address", "sender_name", "log_witnesses")
LOCKED_BY = {
    "name": "PARTNERSHIP_NAME",
    **dict.fromkeys(("logo", "remove_logo"), "PARTNERSHIP_LOGO"),
    **dict.fromkeys(("sender_address", "sender_name"), "MAIL_FROM"),
    **dict.fromkeys(("host", "port", "encryption", "user_name", "password"), "SMTP_URL"),
}
"""Which setting of the operator takes a field off the form."""
_UNSET = {"two_factor_roles": "Administrator, officer and sponsor; nobody in the demonstration"}
_TOLD = ("public_url", "two_factor_roles", "session_idle_minutes", "session_hours", *_LIMITS)


class ThresholdsForm(MailForm):
    """What marks of the triangulation are given by."""

    fewest_sources = WholeNumberField(
        "How many sources must speak",
        validators=[Required()],
        description="Below this a key line is silent. From 2 to 5; usually 2.",
    )
    mixed_percent = WholeNumberField(
        "From what share is a source mixed, in percent",
        validators=[Required()],
        description="Where at least this share of what a source says, by weight, speaks against the rest, it is mixed. "
        "From 1 to 50; usually 40. Reviews keep these numbers once their evidence is settled; a change holds for "
        "reviews that are still before that.",
    )
    weak_weight = WholeNumberField("Weight of a weak item", validators=[Required()], description="Usually 1.")
    moderate_weight = WholeNumberField("Weight of a moderate item", validators=[Required()], description="Usually 2.")
    strong_weight = WholeNumberField("Weight of a strong item", validators=[Required()], description="Usually 3.")


class PartnershipForm(ThresholdsForm):
    """Everything that administrators may set for the whole portal."""

    name = LineField("Name", validators=[Required()], description="On every page, letter and document.")
    short_name = LineField(
        "Short name", description="For phones, authenticator apps, calendars and as the sender of mails."
    )
    logo = FileField(
        "Logo",
        description="A PNG or JPEG picture of at most 5 MB and 16 million pixels, drawn anew on white; nothing else of "
        "the file is kept. It stands at the head of pages and on the first page of documents.",
        render_kw={"accept": "image/png,image/jpeg"},
    )
    remove_logo = YesField("Take the logo away")
    accent = LineField(
        "Accent colour",
        description="# and six digits. For links, buttons, the head of pages and the headings of documents; pages by "
        "night take a lighter shade of it. Text in it must be easy to read. Empty: the portal’s own blue.",
        render_kw={"autocomplete": "off", "spellcheck": "false", "placeholder": USUAL_ACCENT},
    )
    accent_picker = ColorField("Pick the accent colour", render_kw={"data-colour-for": "accent"})
    help_contact = LineField("Whom people ask", description="A person, a team or a desk, such as Business Unit.")
    help_email = LineField("E-mail address for help", render_kw={"type": "email", "autocomplete": "off"})
    help_phone = LineField("Telephone for help", render_kw={"type": "tel", "autocomplete": "off"})
    privacy_notice = TextField(
        "Privacy notice", description="Plain text, read by everybody under a link at the foot of every page."
    )
    privacy_url = LineField(
        "Address of the privacy notice",
        description="Where it stands on a website of yours, beside the text or in its place.",
        render_kw={"type": "url", "autocomplete": "off"},
    )
    document_footer = LineField(
        "Line at the foot of documents", description="Such as an address. On every page of every PDF made from now on."
    )
    ordinary_marking = LineField("Classification of documents", description="Empty: OFFICIAL.")
    sensitive_marking = LineField(
        "Classification of documents in which cases can be told", description="Empty: OFFICIAL-SENSITIVE."
    )
    agency_room_mb = WholeNumberField(
        "Room for the files of each agency, in MB",
        validators=[Required()],
        description="All evidence of one agency together. How much each has used stands on the agency’s own page.",
    )


@dataclass(frozen=True)
class Section:
    """A part of the page: fields to fill in, and in the place of those that the operator has set, who set what."""

    title: str
    fields: list[Any]
    locked: list[Fact]
    key: str = ""


_SECTIONS = {
    "Name": ("name", "short_name"),
    "Look": ("logo", "remove_logo", "accent", "accent_picker"),
    "Help": ("help_contact", "help_email", "help_phone"),
    "Privacy": ("privacy_notice", "privacy_url"),
    "Documents": ("ordinary_marking", "sensitive_marking", "document_footer"),
    "Files": ("agency_room_mb",),
    "Triangulation": THRESHOLDS,
    "Mail": _MAIL,
}


@screen
class PartnershipScreen(Screen):
    """The partnership's own settings: one record on one page, for administrators."""

    model = Partnership
    name, noun, plural = "Partnership", "partnership", "partnerships"
    list_purpose = "Name, look, help, privacy, documents and mail server of the partnership, on one page."
    url, category, menu_order = "/partnership-settings", Category.SETTINGS, 1
    roles = {"list": ADMINISTRATORS}
    column_list = ("name",)
    column_labels = {"logo_sha256": "Logo (fingerprint)", "privacy_url": "Address of the privacy notice"}

    @expose("/", roles=ADMINISTRATORS, methods=("GET", "POST"))
    def index_view(self) -> ResponseReturnValue:
        """Everything on one page; saved at once, for every page, document and mail from then on."""
        partnership, mail = the_partnership(self.session), mail_settings(self.session)
        form = _form_of(partnership, mail)
        return self.ask(
            form,
            self.list_url(),
            lambda: self._saved(form, partnership, mail),
            template="partnership_settings/page.html",
            over=(partnership, mail),
            title="Partnership",
            sections=_sections_of(form),
            **self._beside(mail),
        )

    def _saved(self, form: PartnershipForm, partnership: Partnership, mail: MailSettings) -> str | tuple[str, str]:
        _keep(partnership, form)
        keep_mail(self.session, mail, form)
        self.session.flush()
        if request.form.get("then") != "test":
            return "The settings are saved and hold from now on."
        if server_in_use(self.session) is None:
            raise RuleBroken("Give a mail server first, then test it.", field="host")
        return "The settings are saved.", waiting_url(request_job(self.session, "send_test_mail"), self.list_url())

    def _beside(self, mail: MailSettings) -> dict[str, Any]:
        """What stands beside the form: the way to the changes, the mail as it is, the operator's other settings."""
        tables = {"Changes of these settings": Partnership, "Changes of the mail server": MailSettings}
        changes = {words: list_address(ChangeRecord, table_name=table.__tablename__) for words, table in tables.items()}
        settings = current_app.extensions["settings"]
        return {
            "buttons": [Button(words, href) for words, href in changes.items()],
            "mail_facts": mail_facts(self.session, mail),
            "told": [
                *(Fact(name.upper(), str(getattr(settings, name) or _UNSET.get(name, "Not set"))) for name in _TOLD),
                Fact("CLAMAV_ADDRESS", scanner_words(settings.clamav_address)),
            ],
        }


def scanner_words(address: str) -> str:
    """Whether files are looked at for viruses, asked now."""
    if not address:
        return "No scanner: files that people send can be opened at once, by whoever may see them."
    return f"{address}, which {'answers' if scanner_answers(address) else 'does not answer: new files wait'}."


def _form_of(partnership: Partnership, mail: MailSettings) -> PartnershipForm:
    """The form with what is saved, without the fields that the operator has set or that make no sense now."""
    kept = {name: getattr(partnership, name) for name in (*_PLAIN, "accent")}
    kept |= {name: getattr(mail, name) for name in _MAIL if name != "password"}
    form = PartnershipForm(sent_form(), data=kept | {"accent_picker": partnership.accent or USUAL_ACCENT})
    for name in (*_locked(), *(() if partnership.logo else ("remove_logo",))):
        if name in form:
            del form[name]
    return form


def _sections_of(form: PartnershipForm) -> list[Section]:
    locked = _locked()
    return [
        Section(
            title,
            [form[name] for name in names if name in form],
            [
                Fact(setting, _value_of(setting))
                for setting in dict.fromkeys(locked[name] for name in names if name in locked)
            ],
        )
        for title, names in _SECTIONS.items()
    ]


def _locked() -> dict[str, str]:
    """The fields that the operator has set, each with the setting that does."""
    settings = current_app.extensions["settings"]
    return {name: setting for name, setting in LOCKED_BY.items() if getattr(settings, setting.lower())}


def _value_of(setting: str) -> str:
    """What the operator has set, as far as pages may tell: the mail server's address holds its password."""
    settings = current_app.extensions["settings"]
    server = settings.mail_server
    if setting == "SMTP_URL":
        return f"{server.host}, port {server.port}"
    return settings.partnership_logo.name if setting == "PARTNERSHIP_LOGO" else str(getattr(settings, setting.lower()))


def _keep(partnership: Partnership, form: PartnershipForm) -> None:
    """Write what was asked for into the record. Raises RuleBroken with the field that has to be mended."""
    for name in _PLAIN:
        if name in form:
            given = form[name].data
            setattr(partnership, name, "" if given is None else given)
    partnership.accent = chosen_accent(form["accent"].data, form["accent_picker"].data or "", partnership.accent)
    if "remove_logo" in form and form["remove_logo"].data:
        keep_logo(partnership, None)
    sent = request.files.get("logo")
    if "logo" in form and sent is not None and sent.filename:
        keep_logo(partnership, _drawn_anew(sent))


def _drawn_anew(sent: FileStorage) -> bytes:
    """An uploaded picture as the portal keeps it: its pixels on white, in a file of the portal's own."""
    try:
        return logo_png(logo_of(sent.stream.read(LARGEST_FILE + 1)))
    except ValueError as refusal:
        raise RuleBroken(f"The logo {refusal}.", field="logo") from None
