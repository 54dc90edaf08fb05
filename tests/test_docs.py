"""Do the pages for maintainers say what the code says, so that none of them goes stale unseen?"""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from app.commands.access_page import PAGE as ACCESS
from app.commands.access_page import access_page
from app.commands.data_model import PAGE, chapters, data_model
from models.schema import all_policies
from tests.house.source import PROJECT, tracked_files
from tests.web import usual_portal

PAGES = sorted(name for name in tracked_files() if name.endswith(".md"))


def text_of(page: str) -> str:
    return (PROJECT / page).read_text(encoding="utf-8")


def test_data_model_is_what_the_models_say_now() -> None:
    assert PAGE.read_text(encoding="utf-8") == data_model(), "docs/data-model.md is out of date: make docs"


def test_command_writes_the_data_model_to_a_file_or_prints_it(tmp_path: Path) -> None:
    runner, page = usual_portal().test_cli_runner(), tmp_path / "data-model.md"
    written = runner.invoke(args=["database", "describe", "--out", str(page)])
    printed = runner.invoke(args=["database", "describe"])
    assert (written.exit_code, written.output) == (0, "")
    assert page.read_text(encoding="utf-8") == printed.stdout == data_model()


def test_page_of_who_may_do_what_is_what_the_screens_say_now() -> None:
    assert ACCESS.read_text(encoding="utf-8") == access_page(usual_portal()), "docs/access.md is out of date: make docs"


def test_command_writes_the_page_of_who_may_do_what_to_a_file_or_prints_it(tmp_path: Path) -> None:
    runner, page = usual_portal().test_cli_runner(), tmp_path / "access.md"
    written = runner.invoke(args=["access", "--out", str(page)])
    printed = runner.invoke(args=["access"])
    assert (written.exit_code, written.output) == (0, "")
    assert page.read_text(encoding="utf-8") == printed.stdout == access_page(usual_portal())


def test_data_model_has_every_table_once() -> None:
    named = re.findall(r"^\| \*\*`(\w+)`\*\*", text_of("docs/data-model.md"), re.MULTILINE)
    assert sorted(named) == sorted(all_policies())


def test_architecture_lists_the_chapters_of_today_in_their_own_words() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]+) \|", text_of("docs/architecture.md"), re.MULTILINE)
    folders = [*chapters(), "kit"]
    sentences = [(name, import_module(_package(name)).__doc__ or "") for name in folders]
    assert rows == sentences, "\n".join(f"| `{name}` | {sentence} |" for name, sentence in sentences)


def _package(chapter: str) -> str:
    return "admin_views.kit" if chapter == "kit" else f"models.{chapter}"


def test_readme_map_names_every_chapter() -> None:
    house = text_of("README.md").partition("\n## The house\n")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", house))
    assert set(chapters()) <= named, sorted(set(chapters()) - named)


@pytest.mark.parametrize("page", PAGES)
def test_links_between_pages_lead_to_files_that_exist(page: str) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(page))
    inside = [link for link in links if "://" not in link]
    missing = [link for link in inside if not (PROJECT / page).parent.joinpath(link).exists()]
    assert not missing, missing


@pytest.mark.parametrize("page", ["docs/architecture.md", "CONTRIBUTING.md", "docs/glossary.md"])
def test_files_that_pages_for_maintainers_name_are_there(page: str) -> None:
    rooms = "app|models|admin_views|jobs|tests|docs"
    named = set(re.findall(rf"`((?:{rooms})/[\w/]+\.(?:py|md|toml|html))`", text_of(page)))
    recipe = {name for name in named if "bulletins" in name}  # made by whoever follows it
    assert not {name for name in named - recipe if not (PROJECT / name).exists()}


def test_glossary_is_in_the_order_of_the_alphabet() -> None:
    for table in text_of("docs/glossary.md").split("\n## ")[1:]:
        words = [word.lower() for word in re.findall(r"^\| \*\*([^*]+)\*\*", table, re.MULTILINE)]
        assert words == sorted(words)
        assert len(words) > 15
