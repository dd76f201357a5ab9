"""Pages made again from their recipes: what `OpenPage.recipe` said, read back another day.

A recipe is whatever the settings hold, so nothing in it is taken for granted: one that cannot be right makes no page.
A new kind of page says its `kind` in its recipe, and stands in `KINDS` with the function that makes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from .open_page import OpenPage

if TYPE_CHECKING:
    from .session import Session

Recipe = Mapping[str, Any]


def page_of(recipe: Recipe, session: Session) -> OpenPage | None:
    """The page, which nobody has had read yet; None where the recipe makes no sense."""
    make = KINDS.get(text(recipe, "kind"))
    return make(recipe, session) if make is not None else None


def text(recipe: Recipe, name: str) -> str:
    """A text of the recipe, empty where there is none."""
    found = recipe.get(name)
    return found if isinstance(found, str) else ""


def _file(recipe: Recipe, session: Session) -> OpenPage | None:
    path = text(recipe, "path")
    return session.made_file(path) if path else None


def _comparison(recipe: Recipe, session: Session) -> OpenPage | None:
    paths = recipe.get("paths")
    if not isinstance(paths, list) or len(paths) != 2 or not all(isinstance(path, str) and path for path in paths):
        return None
    return session.made_comparison(*paths)


def _fit(recipe: Recipe, session: Session) -> OpenPage | None:
    path = text(recipe, "path")
    return session.made_fit(path) if path else None


def _run(recipe: Recipe, session: Session) -> OpenPage | None:
    path = text(recipe, "path")
    return session.made_run(path) if path else None


def _conversion(recipe: Recipe, session: Session) -> OpenPage | None:
    path = text(recipe, "path")
    return session.made_conversion(path) if path else None


def _series(recipe: Recipe, session: Session) -> OpenPage | None:
    paths = recipe.get("paths")
    if not isinstance(paths, list) or not paths or not all(isinstance(path, str) and path for path in paths):
        return None
    page = session.made_series(paths)
    page.named = text(recipe, "training")
    return page


def _error(recipe: Recipe, session: Session) -> OpenPage | None:
    return session.made_error(text(recipe, "text"))


def _own(recipe: Recipe, session: Session) -> OpenPage | None:
    from .own_pages import OwnPage

    return OwnPage(text(recipe, "kind"), session)


KINDS: dict[Any, Callable[[Recipe, Session], OpenPage | None]] = {
    "file": _file,
    "comparison": _comparison,
    "fit": _fit,
    "run": _run,
    "series": _series,
    "convert": _conversion,
    "error": _error,
    "settings": _own,
    "log": _own,
}
"""By the kind of a page, what makes it: `session.made_...`, which connects a page and does not add it."""
