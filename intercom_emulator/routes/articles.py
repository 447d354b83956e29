"""
Articles of the help centre.

https://developers.intercom.com/docs/references/rest-api/api.intercom.io/articles
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from intercom_emulator import shapes
from intercom_emulator.errors import not_found
from intercom_emulator.messages import Json, Request
from intercom_emulator.pagination import numbered_pages, page_number, page_size
from intercom_emulator.routes.router import ROUTER

if TYPE_CHECKING:
    from intercom_emulator.app import App

READ = ("read_articles_scope",)
DEFAULT_PER_PAGE = 25
MAX_PER_PAGE = 250


@ROUTER.route("GET", "/articles", permissions=READ, parameters=("page", "per_page"))
def list_articles(app: App, request: Request) -> Json:
    """Published and draft articles, the last to change first."""
    per_page = page_size(request.query.get("per_page"), DEFAULT_PER_PAGE, MAX_PER_PAGE)
    number = page_number(request.query.get("page"))
    articles = sorted(
        app.workspace.articles.objects(),
        key=lambda one: (one["updated_at"], int(one["id"])),
        reverse=True,
    )
    pages = numbered_pages(
        request, app.settings, page=number, per_page=per_page, total=len(articles), end="absent"
    )
    shown = articles[(number - 1) * per_page : number * per_page]
    return {
        "type": "list",
        "pages": pages,
        "total_count": len(articles),
        "data": [shapes.public(one) for one in shown],
    }


@ROUTER.route("GET", "/articles/{article_id}", permissions=READ)
def show_article(app: App, request: Request) -> Json:
    """One article, with its statistics, which the list leaves out."""
    one = app.workspace.articles.get(request.path_parameters["article_id"])
    if one is None:
        raise not_found()
    return {**shapes.public(one), "statistics": one["_statistics"]}
