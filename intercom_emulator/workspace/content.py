"""What can happen to articles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.workspace.state import hang_tag
from intercom_emulator.workspace.tickets import Tickets

_TYPES_OF_CONTENT = {
    "content_snippets": "content_snippet",
    "external_pages": "external_content",
    "file_sources": "file_source_content",
    "internal_articles": "internal_article",
    "articles": "article",
}


class Content(Tickets):
    """The verbs of articles that do more than set fields, and what is seen of all content."""

    def tag_article(self, article_id: str, tag_id: str) -> Json:
        """Put a tag on an article."""
        with self.lock:
            one = self._known("articles", article_id)
            tags = {"tags": dict(one["tags"])}
            hang_tag(tags, shapes.public(self._known("tags", tag_id)))
            return self.update("articles", article_id, touch=False, **tags)

    def untag_article(self, article_id: str, tag_id: str) -> Json:
        """Take a tag off an article."""
        with self.lock:
            tags = self._known("articles", article_id)["tags"]
            left = [one for one in tags["tags"] if one["id"] != tag_id]
            return self.update("articles", article_id, touch=False, tags={**tags, "tags": left})

    def translate_article(self, article_id: str, locale: str, **fields: Any) -> Json:
        """Write an article in another language; only the translation's `updated_at` moves."""
        with self.lock:
            one = self._known("articles", article_id)
            known = one["translated_content"] or {"type": "article_translated_content"}
            content = shapes.article_content(locale, self.clock.now(), **fields)
            translated = {**known, locale: content}
            return self.update("articles", article_id, touch=False, translated_content=translated)

    def draft_article(self, article_id: str, **fields: Any) -> Json:
        """Change an article without publishing the change."""
        draft_updated_at = self.clock.now()
        return self.update(
            "articles",
            article_id,
            touch=False,
            has_unpublished_changes=True,
            draft_updated_at=draft_updated_at,
            _draft=fields,
        )

    def publish_article(self, article_id: str) -> Json:
        """Publish what is unpublished of an article; the article. A version remains of it."""
        with self.lock:
            one = self._known("articles", article_id)
            fields = {**(one["_draft"] or {}), "_draft": None, "draft_updated_at": None}
            fields |= {"has_unpublished_changes": False, "state": "published"}
            changed = self.update("articles", article_id, **fields)
            self.create(
                "article_versions",
                article_id=article_id,
                title=changed["title"],
                description=changed["description"],
                author_id=str(changed["author_id"]),
            )
            return changed

    def content_items(self) -> Iterator[Json]:
        """Everything that can be read, as the search over all content names it."""
        for name, kind in _TYPES_OF_CONTENT.items():
            for one in self.table(name).objects():
                item = {"type": kind, "id": one["id"], "title": one["title"] or ""}
                if kind == "article":
                    item["contents"] = list(_contents(one))
                yield item

    def custom_object_types(self) -> set[str]:
        """The types that objects have, or that attributes of conversations refer to."""
        attributes = self.table("conversation_attributes").objects()
        referred = {one["reference"]["object_type_id"] for one in attributes if "reference" in one}
        return referred | {one["type"] for one in self.table("custom_object_instances").objects()}


def _contents(article: Json) -> Iterator[Json]:
    """An article's languages; the ids are made up."""
    locales = [article["default_locale"]]
    locales += [one for one in article["translated_content"] or {} if one != "type"]
    for number, locale in enumerate(locales):
        translated = (article["translated_content"] or {}).get(locale) or article
        yield {
            "type": "article_content",
            "id": f"{article['id']}{number:02}",
            "title": translated["title"],
            "locale": locale,
        }
