"""The tiny workspace's articles, and its calls."""

from __future__ import annotations

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, NOW
from intercom_emulator.workspace import CONTACT_IDS, Seed

_OPENED_AT = NOW - 90 * DAY
_VERSIONS = 26


def add_content(seed: Seed) -> None:
    """Articles with everything and with nothing; versions that fill a page and one more."""
    seed.objects["articles"] = _articles(seed)
    seed.objects["article_versions"] = [
        shapes.article_version(
            str(301 + number),
            _OPENED_AT + number * 600,
            article_id="39",
            title=f"Getting started, take {number}",
            state="published" if number == _VERSIONS - 1 else "draft",
            from_version_id=str(300 + number) if number else None,
            created_by_id=None if number == 1 else str(FIRST_ADMIN_ID),
        )
        for number in range(_VERSIONS)
    ]
    seed.objects["article_versions"].append(
        shapes.article_version("400", _OPENED_AT, article_id="39", _locale="de", title="Anfang")
    )
    seed.objects["calls"] = [_call(number) for number in range(26)]
    seed.objects["team_metrics"] = [
        shapes.team_metric(
            f"{team['id']}-{admin_id}",
            NOW,
            admin_id=str(admin_id),
            open=number,
            idle=number // 2,
            _team_id=team["id"],
        )
        for team in seed.objects["teams"][:2]
        for number, admin_id in enumerate(team["admin_ids"])
    ]


def _articles(seed: Seed) -> list[Json]:
    return [
        shapes.article(
            "39",
            _OPENED_AT,
            title="Getting started",
            body="<p>Welcome</p>",
            body_markdown="Welcome",
            url="https://help.example.com/en/articles/39",
            parent_ids=[18, 19],
            translated_content=_translations(),
            updated_at=NOW - DAY,
            tags=shapes.tag_list(seed.objects["tags"][:2], NOW - DAY, str(FIRST_ADMIN_ID)),
            _statistics=shapes.article_statistics(views=900),
        ),
        shapes.article(
            "40",
            _OPENED_AT + 1,
            title="A draft",
            state="draft",
            description=None,
            has_unpublished_changes=True,
            draft_updated_at=NOW - 3600,
            _draft={"title": "A better draft", "body": "<p>New</p>"},
        ),
        shapes.article(
            "41", _OPENED_AT + 2, title="Same second", updated_at=_OPENED_AT + 9, parent_ids=[20]
        ),
        shapes.article("42", _OPENED_AT + 3, title="Same second too", updated_at=_OPENED_AT + 9),
    ]


def _translations() -> Json:
    german = shapes.article_content(
        "de",
        _OPENED_AT,
        title="Erste Schritte",
        body="<p>Hallo</p>",
        updated_at=NOW,
        url="https://help.example.com/de/articles/39",
    )
    # The code of a language may be that of a field: Indonesian is `id`.
    indonesian = shapes.article_content("id", _OPENED_AT, title="Memulai", state="draft")
    return {"type": "article_translated_content", "de": german, "id": indonesian}


def _call(number: int) -> Json:
    """Calls tell times in either form; some hang on nothing."""
    moment = _OPENED_AT + number * DAY
    said = [{"speaker": "admin", "text": "Hello?"}, {"speaker": "user", "text": "Hi!"}]
    is_known = number % 3 < 2  # noqa: PLR2004
    fields: Json = {}
    if number % 2:
        names = ("initiated_at", "answered_at", "ended_at", "created_at", "updated_at")
        fields = dict.fromkeys(names, shapes.iso(moment))
        fields["created_at"] = moment
    return shapes.call(
        str(8001 + number),
        moment,
        **fields,
        conversation_id=str(501 + number % 9) if is_known else None,
        admin_id=str(FIRST_ADMIN_ID) if is_known else None,
        contact_id=CONTACT_IDS.to_id(0) if is_known else None,
        _transcript=said if number % 2 == 0 else None,
    )
