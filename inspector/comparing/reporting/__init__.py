"""A comparison as a report to attach to an issue: HTML in one file, Markdown, or JSON.

    report(story, "html")  ->  text

Why this way: who reads a report has neither the files nor this program. So it names both sides, says the causes
first and lists every line, and needs nothing from elsewhere: no script, no picture, no font.
"""

from __future__ import annotations

from ...errors import InspectorError
from ...language import tr
from .as_html import html
from .as_json import as_json
from .as_markdown import markdown
from .story import Story

FORMS = {"html": html, "md": markdown, "markdown": markdown, "json": as_json}


def report(story: Story, form: str) -> str:
    """The story as `html`, `md` (or `markdown`) or `json`. Raises InspectorError for any other form."""
    if form.lower() not in FORMS:
        raise InspectorError(
            tr("There is no report in the form {form!r}.", form=form), hint=tr("End its name in .html, .md or .json.")
        )
    return FORMS[form.lower()](story)


__all__ = ["Story", "report"]
