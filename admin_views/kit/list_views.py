"""How do Flask-Admin's list, bulk actions and export run on pages that cost the same at any depth?"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from flask import abort, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_admin.contrib.sqla import ModelView
from flask_admin.form import BaseForm
from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from admin_views.kit.actions import bulk_actions_of
from admin_views.kit.empty_lists import EmptyLists
from admin_views.kit.export_views import ExportViews
from admin_views.kit.lists.cells import body_of_page
from admin_views.kit.lists.choices import ChoiceLoader, Narrow
from admin_views.kit.lists.columns import Cell, label_from_key
from admin_views.kit.lists.exports import rows_of
from admin_views.kit.lists.filters import Filter, column_filters
from admin_views.kit.lists.holders import holder_filters
from admin_views.kit.lists.large_listings import GrowingListing, LargeListing
from admin_views.kit.lists.listings import Listing
from admin_views.kit.lists.numbers import PAGE
from admin_views.kit.lists.pages import COLUMNS, PAGE_SIZE, ROWS, ListArgs, Page
from admin_views.kit.lists.places import PLACE, asked_at, place_of
from admin_views.kit.lists.questions import fields_of, filters_in_use, has_problems
from admin_views.kit.lists.reviews import IN_REVIEW, asked_review, review_filters
from admin_views.kit.lists.shown_columns import Heading, arguments_of, columns_to_choose, headings_of
from admin_views.kit.lists.views import VIEW, ShownViews, address_of_first, carried_view, shown_views, views_asked
from admin_views.kit.lists.waiting import waiting_filters
from admin_views.kit.looks import note_list
from admin_views.kit.page_sets import ListedPageSets
from admin_views.kit.parts import Button
from admin_views.kit.permissions import Roles, verb
from admin_views.kit.requests import once_a_request, role
from models.core.labels import shown_label, target_of
from models.core.words import SEARCHED


class ListViews(EmptyLists, ExportViews, ListedPageSets, ModelView):
    """The list of a screen, its bulk actions and its exports: Flask-Admin's, with these hooks overridden."""

    noun: ClassVar[str] = "record"
    plural: ClassVar[str] = "records"
    introduction: ClassVar[str] = ""
    is_large: ClassVar[bool] = False
    keeps_views: ClassVar[bool] = True
    column_expressions: ClassVar[dict[str, Callable[[Any], ColumnElement[Any]]]] = {}
    column_beneath: ClassVar[str] = ""
    """A column that stands in grey beneath the first cell of each row, within its link: a reference beneath a name."""
    column_records: ClassVar[Sequence[str]] = ()
    """Columns that hold a record of any kind as `table:key`: shown by its name, all of a page in one statement."""
    names_what_is_deleted: ClassVar[bool] = False
    """Whether these columns name a record that is gone as it was called, for whoever reads the change log."""

    column_searchable_list: ClassVar[Any] = ()
    column_sortable_list: ClassVar[Any] = ()
    column_formatters: ClassVar[Any] = {}
    column_formatters_detail: ClassVar[Any] = None
    column_auto_select_related = False
    action_disallowed_list: ClassVar[list[str]] = ["delete"]
    page_size = PAGE_SIZE
    list_template = "kit/list.html"
    listing: Listing
    session: Any

    @cached_property
    def _every(self) -> Select[Any]:
        return select(self.model)

    # Additions

    def known_total(self, session: Session, args: ListArgs) -> int | None:
        """The total, where the screen knows it without counting."""
        return None

    @once_a_request
    def kept_arguments(self) -> dict[str, str]:
        """Arguments of the address that every link of the list carries on: the review whose list it is, or a parent."""
        review_id = asked_review(type(self))
        return {IN_REVIEW: str(review_id)} if review_id else {}

    def list_buttons(self) -> Iterable[Button]:
        """More buttons above the list; only those this person may use."""
        return ()

    @once_a_request
    def list_args(self) -> ListArgs:
        """What the address of this request asks of the list."""
        return self.listing.args(arguments_of(request.args))

    def further_choices(self) -> list[Select[Any]]:
        """More that is read with the choices of the list's filters: its saved views. Each is stated once for all."""
        return views_asked(self)

    def saved_views(self, page: Page) -> ShownViews:
        """The saved views above the list, and what is said of the one that is shown."""
        return shown_views(self, page)

    @once_a_request
    def view_asked(self) -> dict[str, str]:
        """The view that every link of this list carries on; none elsewhere."""
        return carried_view(self)

    # Flask-Admin's list

    @verb("list", "/")
    def index_view(self) -> ResponseReturnValue:
        """The list page. The boxes of its columns name each on its own; the address says them as one."""
        if len(request.args.getlist(COLUMNS)) > 1:
            return redirect(self.list_url(**self.list_args().arguments()))
        return super().index_view()

    def get_query(self) -> Select[Any]:
        """The rows this person may work with, beyond the row policies beneath: lists, counts, single records, exports
        and actions all pass here. Override with `super().get_query().filter(...)`; only conditions count.
        """
        return self._every

    def get_list(
        self, page: Any, sort_column: Any, sort_desc: bool, search: Any, filters: Any, execute: bool = True,
        page_size: int | None = None,
    ) -> tuple[None, Any]:  # fmt: skip
        """The page that the address asks for; every row for an export. How many there are stands in the page itself."""
        args = self.list_args()
        if page_size != self.export_max_rows:
            shown = self.listing.page(self.session, args)
            if first := address_of_first(self, shown.options):
                abort(redirect(first))
            note_list(self.model, (row.key_ for row in shown.rows), args.arguments())
            return None, shown
        return None, rows_of(self.database.open_session(), self.exported.sorted(args))

    def get_sortable_columns(self) -> dict[str, Any]:
        return dict.fromkeys(self.column_sortable_list or ())

    def get_column_name(self, field: str) -> str:
        return (self.column_labels or {}).get(field) or label_from_key(field)

    def init_search(self) -> bool:
        return bool(self.column_searchable_list)

    def get_filters(self) -> list[Filter] | None:
        """Flask-Admin's, and what of this table waits for the asking person, or is held by somebody."""
        own = super().get_filters() or ()
        in_review = [] if any(known.arg == IN_REVIEW for known in own) else review_filters(self.model)
        return [*own, *in_review, *waiting_filters(self.model), *holder_filters(self.model)] or None

    def scaffold_filters(self, name: Any) -> list[Any]:
        column = getattr(self.model, name)
        loader = self.loader_of(name) if target_of(column) is not None else None
        return column_filters(column, self.get_column_name(name), loader)

    def handle_filter(self, filter: Filter) -> Filter:
        filter.name = filter.name or self.get_column_name(filter.arg)
        if filter.is_met is None:
            filter.of_column(getattr(self.model, filter.arg))
        return filter

    def get_filter_arg(self, index: int, flt: Filter) -> str:
        return flt.arg

    def _get_column_by_idx(self, idx: Any) -> tuple[str, str] | None:
        return None if idx is None else (idx, idx)

    def _get_list_extra_args(self) -> ListArgs:
        return self.list_args()

    def _get_filters(self, filters: Any) -> dict[str, str]:
        return dict(filters or {})

    def _get_list_url(self, view_args: ListArgs) -> str:
        """Two addresses that Flask-Admin hands to its own template; ours asks for none."""
        return ""

    # Its cells, made here rather than in the template: fifty rows must be quick

    def headings(self, args: ListArgs) -> list[Heading]:
        """The headings of the columns that are shown."""
        return headings_of(self, args)

    def columns_to_choose(self, args: ListArgs) -> list[tuple[int, Cell, bool]]:
        """The columns of the list, each with its place and whether it is shown; the first always is."""
        return columns_to_choose(self, args)

    def filter_fields(self, page: Page) -> Markup:
        """The fields of the list's filters."""
        return fields_of(self, page)

    def filters_in_use(self, page: Page) -> list[tuple[str, str, str]]:
        """Each filter that narrows the list: its name, its answer in words, and the address without it."""
        return filters_in_use(self, page)

    def has_problems(self, args: ListArgs) -> bool:
        """Whether a filter has an answer that cannot be read."""
        return has_problems(self, args)

    def records_address(self) -> str:
        """The address below which a row's record is read; empty where its page is not open to whoever asks."""
        return self.link("index_view") if self.allows("details") else ""

    def body(self, page: Page, *, is_ticked: bool, is_short: bool) -> Markup:
        """The rows of the table, with boxes where they may be ticked; short first cells stand on one line.

        The link to a record remembers the place in the list.
        """
        return body_of_page(self, page, is_ticked=is_ticked, is_short=is_short)

    # The way back: a record's pages know the place in the list from which they were opened

    @once_a_request
    def list_place(self) -> dict[str, str]:
        """The place in the list that links of this page carry on, as an argument; none for the list as it stands."""
        if request.blueprint != self.endpoint:
            return {}
        is_list = request.endpoint == f"{self.endpoint}.index_view"
        known = self._questions()
        asked = request.args.to_dict() if is_list else asked_at(request.args.get(PLACE, ""), known)
        place = place_of(asked, known)
        return {PLACE: place} if place else {}

    def list_place_left(self) -> dict[str, str]:
        """What the list is asked at the place from which this page was opened; nothing on the list itself."""
        if request.blueprint != self.endpoint or request.endpoint == f"{self.endpoint}.index_view":
            return {}
        left = asked_at(request.args.get(PLACE, ""), self._questions())
        return left or ({IN_REVIEW: str(g.workspace.review.id)} if self._is_in_review() else {})

    def _is_in_review(self) -> bool:
        """Whether the page is a review's own and the list can be narrowed to it."""
        return g.get("workspace") is not None and self.part is not None and IN_REVIEW in self.listing.filter_of

    def _questions(self) -> tuple[str, ...]:
        """The arguments of the list's address: words, order, looks, place, filters, and what every link carries on."""
        own = ("q", "sort", COLUMNS, ROWS, "after", "before", PAGE, VIEW)
        return (*own, *self.listing.filter_of, *self.kept_arguments())

    def _get_field_value(self, model: Any, name: str) -> Any:
        return model._mapping[name] if isinstance(model, Row) else super()._get_field_value(model, name)

    # Flask-Admin's bulk actions

    def init_actions(self) -> None:
        super().init_actions()
        order = {stated.name: stated.order for stated in bulk_actions_of(type(self))}
        self._actions.sort(key=lambda named: order.get(named[0], -1))

    def is_action_allowed(self, name: str) -> bool:
        return super().is_action_allowed(name) and role() in self.action_roles().get(name, ())

    @classmethod
    def roles_of(cls, view_name: str) -> Roles:
        """As the gate's; the page of bulk actions is for whoever may use one of them."""
        if view_name == "action_view":
            return Roles().union(*cls.action_roles().values())
        return super().roles_of(view_name)

    @classmethod
    def action_roles(cls) -> dict[str, Roles]:
        """Who may use each bulk action."""
        return {action.name: action.roles for action in bulk_actions_of(cls)}

    @verb("action", "/bulk/<action_name>/", ("POST",))
    def action_view(self, action_name: str) -> ResponseReturnValue:
        """What a button under the list does to the ticked records, once it is confirmed."""
        if action_name not in self.action_roles():
            abort(404)
        if not self.is_action_allowed(action_name):
            abort(403)
        return super().action_view()

    def action_form(self, obj: Any = None) -> BaseForm | None:
        """The form of a bulk action that is asked for; Flask-Admin's own list wants one too, ours none."""
        name = (request.view_args or {}).get("action_name", "")
        return self._action_form_class(MultiDict({"action": name})) if name else None

    # What a foreign key offers, in the filters and in the form

    def narrow_of(self, key: str) -> Narrow | None:
        """What narrows the choices of a foreign key: `form_args = {"brag_id": {"narrow": in_list(…)}}`."""
        return ((self.form_args or {}).get(key) or {}).get("narrow")

    def loader_of(self, key: str) -> ChoiceLoader:
        """The choices of a foreign key."""
        target = target_of(getattr(self.model, key))
        if target is None:
            raise TypeError(f"{key} of {self.model.__name__} points to no other record")
        return ChoiceLoader(target, self.narrow_of(key))

    def new_listing(self, columns: Any, formatters: Any, label: Callable[[Any], Any] = shown_label) -> Listing:
        """A list of these columns of the model, shown by these formatters."""
        grows = self.model.__tablename__ in SEARCHED
        kind = LargeListing if self.is_large else GrowingListing if grows else Listing
        return kind(self, columns, self._primary_key, formatters, label)
