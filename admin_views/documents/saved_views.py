"""Which ways to look at a list has somebody kept, and how are they renamed, shared, mailed and taken away?"""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import abort, redirect, request, send_file
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import Form
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from admin_views.documents.list_workbooks import list_of
from admin_views.kit.base import (
    EVERYONE,
    NOBODY,
    Button,
    Category,
    Fact,
    Screen,
    actor,
    by_value,
    expose,
    kept_by,
    person_id,
    role,
    screen,
)
from admin_views.kit.fields import BoxesField, LineField, Required, YesField
from admin_views.kit.formats import show_date
from admin_views.kit.forms import sent_form
from admin_views.kit.lists.pages import COLUMNS, ROWS
from admin_views.kit.lists.places import asked_at
from admin_views.kit.lists.views import VIEW, kept_arguments_of, known_of, problem_of, roles_to_share_with
from admin_views.kit.lists.workbooks import XLSX
from admin_views.kit.registry import load_screens
from models.core.access import Role
from models.documents.saved_views import (
    LONGEST_NAME,
    SHARERS,
    NewView,
    SavedView,
    book_of,
    open_first,
    save_view,
    share_view,
)

_OTHERS_LIST = "That list is not open to you."


class KeepForm(Form):
    """A name for the list as it is now, and what else is to be done with it."""

    name = LineField("Name", validators=[Required()], render_kw={"maxlength": LONGEST_NAME})
    is_default = YesField("Open it first, each time")
    is_weekly = YesField("Mail it to me every Monday, as a workbook")
    shared_with = BoxesField("Share it with", choices=[SelectChoice(each.value, each.label) for each in Role])


def title_of(name: str) -> str:
    """What a list is called, also where it is not open to whoever asks."""
    return next((known.name for known in load_screens() if known.endpoint_of() == name), "A list that is gone")


def show_roles(roles: list[str] | None) -> str:
    """With whom a view is shared.

    >>> show_roles(["sponsor", "manager"]), show_roles([])
    ('Lead sponsor, Manager', 'Nobody')
    """
    return ", ".join(Role(each).label for each in roles or ()) or "Nobody"


@screen
class SavedViewScreen(Screen):
    """Somebody's own views of lists, and those shared with them; kept and replaced from the list itself."""

    model = SavedView
    name, noun, plural = "Saved views", "saved view", "saved views"
    list_purpose = (
        "Lists as you have narrowed and sorted them, each under a name: “Save this view” above any list keeps it. A "
        "view can open first, be shared, and wait for you every Monday as a workbook."
    )
    url, category, menu_order = "/saved-views", Category.RECORDS, 60
    roles = kept_by(EVERYONE, export=NOBODY, create=NOBODY)
    column_list = ("name", "list_name", "owner_id", "is_default", "is_weekly", "shared_with")
    column_formatters = {"list_name": by_value(title_of), "shared_with": by_value(show_roles)}
    column_searchable_list = ("name",)
    column_filters = ("is_weekly",)
    column_sortable_list = ("name", "list_name")
    column_default_sort = "name"
    column_labels = {
        "list_name": "List",
        "owner_id": "Whose",
        "is_default": "Opens first",
        "is_weekly": "Mailed every Monday",
    }
    column_descriptions = {
        "is_default": (
            "The list shows this view when it is opened from the menu; “All” stands beside it. Shared, it opens first "
            "also for people of these roles who open none of their own first."
        ),
        "is_weekly": "A letter says where the workbook waits, behind your sign-in. Making and taking it is on record.",
    }
    form_columns = ("name", "is_default", "is_weekly", "shared_with")
    form_extra_fields = {
        "shared_with": BoxesField("Share it with", choices=[SelectChoice(each.value, each.label) for each in Role])
    }
    has_history = False
    keeps_views = False

    def can_edit_record(self, record: SavedView) -> bool:
        return record.owner_id == person_id()

    def can_delete_record(self, record: SavedView) -> bool:
        return record.owner_id == person_id()

    def form_columns_for(self, record: SavedView) -> tuple[str, ...]:
        known = list_of(record.list_name) if record.list_name else None
        left_out = {"is_weekly"} if known is None or not (known.allows("export") or record.is_weekly) else set()
        left_out |= set() if role() in SHARERS else {"shared_with"}
        return tuple(key for key in self.form_columns if key not in left_out)

    def on_form_ready(self, form: Any, record: SavedView) -> None:
        if "shared_with" in form and (known := list_of(record.list_name)):
            form["shared_with"].choices = _choices(known)

    def on_model_change(self, form: Any, model: SavedView, is_created: bool) -> None:
        share_view(actor(), model, model.shared_with or ())
        if model.is_default:
            open_first(self.session, model)

    def facts(self, session: Session, record: SavedView) -> list[Fact]:
        known = list_of(record.list_name)
        if known is None:
            return [Fact("What it shows", _OTHERS_LIST)]
        book = book_of(session, record.id)
        problem = problem_of(known.listing, record.name, record.arguments)
        ready = [Fact("Workbook", f"{book.row_count:,} rows, made on {show_date(book.made_at)}")] if book else []
        return [*([Fact("What is gone", problem)] if problem else []), *ready]

    def buttons(self, record: SavedView) -> list[Button]:
        known = list_of(record.list_name)
        if known is None:
            return []
        asked = {**known_of(known.listing, record.arguments), VIEW: str(record.id)}
        book = book_of(self.session, record.id)
        taken = [Button("Download the workbook", self.link("workbook", record_id=record.id))] if book else []
        return [Button("Open this view", known.link("index_view", **asked), "main"), *taken]

    @expose("/keep/", roles=EVERYONE, methods=("GET", "POST"))
    def keep(self) -> ResponseReturnValue:
        """A form that keeps a list, as it is asked now, under a name."""
        known = list_of(request.args.get("list", "")) or abort(404)
        arguments, form = _asked(known), KeepForm(sent_form())
        _limit(form, known)
        back = known.link("index_view", **arguments)
        kept = {"title": "Save this view", "button": "Save this view", "back_words": known.name}
        return self.ask(form, back, lambda: self._kept(form, known, arguments), **kept)

    def _kept(self, form: KeepForm, known: Any, arguments: dict[str, str]) -> tuple[str, str]:
        said = {key: value for key, value in form.data.items() if value}
        view = save_view(self.session, actor(), NewView(known.endpoint, arguments=arguments, **said))
        return f"“{view.name}” is saved.", known.link("index_view", **{**arguments, VIEW: str(view.id)})

    @expose("/<int:record_id>/replace/", roles=EVERYONE, methods=("POST",))
    def replace(self, record_id: int) -> ResponseReturnValue:
        """Keep the list as it is asked now under the name of a view there is."""
        record = self.get_record(record_id)
        known = list_of(record.list_name) or abort(404)
        if not self.may_edit(record):
            abort(403)
        arguments = _asked(known)
        back = known.link("index_view", **{**arguments, VIEW: str(record.id)})
        return self.press(back, lambda: _replaced(record, arguments))

    @expose("/<int:record_id>/workbook/", roles=EVERYONE)
    def workbook(self, record_id: int) -> ResponseReturnValue:
        """The workbook that was made of one's own view this week or last; the download is on record."""
        record = self.get_record(record_id)
        book = book_of(self.session, record.id)
        if book is None:
            return redirect(self.details_url(record_id))
        name = f"{record.list_name.replace('_', '-')}-{book.week_on:%Y-%m-%d}.xlsx"
        return send_file(BytesIO(book.content), XLSX, as_attachment=True, download_name=name)


def _asked(known: Any) -> dict[str, str]:
    """What the address says that the list is asked, as far as the list knows it."""
    listing = known.listing
    asked = asked_at(request.args.get("asked", ""), ("q", "sort", COLUMNS, ROWS, *listing.filter_of))
    return kept_arguments_of(listing, asked, known.kept_arguments())


def _choices(known: Any) -> list[SelectChoice]:
    return [SelectChoice(each.value, each.label) for each in roles_to_share_with(known)]


def _limit(form: KeepForm, known: Any) -> None:
    """Leave out what this person may not do with a view of that list."""
    if not known.allows("export"):
        del form.is_weekly
    if role() in SHARERS:
        form.shared_with.choices = _choices(known)
    else:
        del form.shared_with


def _replaced(record: SavedView, arguments: dict[str, str]) -> str:
    record.arguments = arguments
    return f"“{record.name}” is saved as the list is now."
