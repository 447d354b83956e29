"""A handful of everything that hits the corners: nulls, numbers as text, long lists, odd names."""

from __future__ import annotations

from intercom_emulator import shapes
from intercom_emulator.messages import Json
from intercom_emulator.records import Documents
from intercom_emulator.seeds.gone import add_activities, add_gone, add_merges
from intercom_emulator.seeds.library import SIZES, add_library
from intercom_emulator.seeds.office import DAY, FIRST_ADMIN_ID, NOW, add_office, segment_id
from intercom_emulator.seeds.tiny_content import add_content
from intercom_emulator.seeds.tiny_talk import TICKETS_TWINS, add_talk
from intercom_emulator.workspace import COMPANY_IDS, CONTACT_IDS, MERGED_IDS, Seed, ticket_ids

_OPENED_AT = NOW - 90 * DAY
_FAR_FUTURE = 253_402_300_799
_BEFORE_1970 = -86_400
_FIRST_CUSTOMER = 1_313_000_000
_SIZES = SIZES | {
    "audiences": 50,
    "collections": 21,
    "content_import_sources": 1,
    "content_snippets": 51,
    "data_connector_executions": 22,
    "data_connectors": 21,
    "external_pages": 51,
    "help_center_redirects": 51,
    "internal_articles": 51,
    "macros": 51,
    "news_items": 11,
    "newsfeeds": 2,
    "custom_object_instances": 28,
}
"""Where lists have pages: exactly one full page of audiences, one row more of most others."""


def tiny(form_of_ticket_ids: str = "conversation") -> Seed:
    """The corner cases. Three months old; the last change is a minute before NOW."""
    ids = ticket_ids(form_of_ticket_ids, TICKETS_TWINS)
    seed = add_library(add_office(Seed(now=NOW, ticket_ids=ids), _OPENED_AT), _OPENED_AT, _SIZES)
    seed.objects["subscription_types"] += [
        shapes.subscription_type(str(100 + number), _OPENED_AT, name=f"Topic {number}")
        for number in range(9)
    ]
    companies = _companies(seed)
    contacts = _contacts()
    _hang_all(seed, contacts, companies)
    seed.companies = Documents(companies)
    seed.contacts = Documents(contacts)
    add_talk(seed, contacts)
    add_content(seed)
    joe, collector = contacts[0]["id"], contacts[1]["id"]
    many = [(MERGED_IDS.to_id(n), collector, _OPENED_AT + n * 60) for n in range(51)]
    add_merges(seed, [("6762f0d0ffffffffffffffff", joe, NOW - DAY), *many])
    add_gone(seed, len(many), [NOW - number * DAY for number in range(5)])
    add_activities(seed, contacts)
    _add_events(seed, contacts)
    return seed


def _companies(seed: Seed) -> list[Json]:
    def make(ordinal: int, **fields: object) -> Json:
        return shapes.company(COMPANY_IDS.to_id(ordinal), _OPENED_AT + ordinal, **fields)

    pro = {"type": "plan", "id": "269315", "name": "Pro"}
    tags, segments = seed.objects["tags"], seed.objects["segments"]
    companies = [
        make(
            0,
            name="Blue Sun",
            company_id="1",
            plan=pro,
            monthly_spend=155,
            last_request_at=NOW - 3600,
            size=85,
            website="https://bluesun.example.com",
            industry="Manufacturing",
            custom_attributes={
                "seats": 9,
                "health_score": 0.85,
                "is_partner": True,
                "renewal_at": NOW + 200 * DAY,
                "contract_number": "0042",
            },
            tags={"type": "tag.list", "tags": tags[:2]},
            segments={"type": "segment.list", "segments": segments[:1]},
            updated_at=NOW - 3600,
        ),
        make(1, name="Müller & Söhne GmbH", company_id="000123", plan=pro, monthly_spend=12.5),
        make(2, name="株式会社エミュレータ", company_id="acme/β", remote_created_at=_BEFORE_1970),
        make(3, name="Nobody Works Here", company_id="empty-1", user_count=0),
    ]
    companies += [make(n, name=f"Subsidiary {n}", company_id=f"sub-{n}") for n in range(4, 16)]
    companies[4]["tags"] = {"type": "tag.list", "tags": tags}
    companies[4]["segments"] = {"type": "segment.list", "segments": segments}
    return companies


def _make(ordinal: int, **fields: object) -> Json:
    contact_id = CONTACT_IDS.to_id(ordinal)
    return shapes.contact(contact_id, _OPENED_AT + ordinal * 3600, **fields)


def _joe() -> Json:
    """A contact with all that one may have."""
    twitter = {"type": "social_profile", "name": "Twitter", "url": "http://twitter.com/th1sland"}
    return _make(
        0,
        external_id="70",
        name="Joe Bloggs",
        email="joe@bluesun.example.com",
        phone="+353871234567",
        owner_id=str(FIRST_ADMIN_ID),
        avatar={"type": "avatar", "image_url": "https://example.org/128Wash.jpg"},
        social_profiles={"type": "list", "data": [twitter]},
        last_seen_at=NOW - 60,
        updated_at=NOW - 60,
        browser="chrome",
        os="OS X 10.13.6",
        custom_attributes={
            "job_function": "Engineering",
            "lifetime_orders": 3,
            "satisfaction": 4.5,
            "beta_tester": False,
            "trial_ends_at": NOW + 14 * DAY,
            "CX Score rating": 4,
            "größe": "XL",
            "nothing": None,
        },
        _segments=[segment_id(0), segment_id(3)],
    )


def _contacts() -> list[Json]:
    odd = _make(
        3,
        external_id="000072",
        name="Zoë Ünïcødé 🦄",
        email="zoe@example.com",
        signed_up_at=_FAR_FUTURE,
        language_override="pt-BR",
        has_hard_bounced=True,
        custom_attributes={"lifetime_orders": "12", "job_function": 'a\nb\t"c"'},
    )
    return [
        _joe(),
        _make(1, external_id="71", name="Tag Collector", email="tags@example.com"),
        _make(2, role="lead", name=None, signed_up_at=None, _segments=[segment_id(4)]),
        odd,
        _make(
            4,
            external_id="73",
            name="The First",
            created_at=_FIRST_CUSTOMER,
            updated_at=_FIRST_CUSTOMER,
        ),
        *(
            _make(n, role="user", name=f"Twin {n}", external_id=str(n), updated_at=NOW - DAY)
            for n in range(5, 9)
        ),
    ]


def _hang_all(seed: Seed, contacts: list[Json], companies: list[Json]) -> None:
    """Give the contacts lists that are cut (12), just so (11), just not (10), and short ones."""
    joe, collector, lead, odd, _, tenth, eleventh, chooser, _ = contacts
    for contact, many in ((collector, 12), (tenth, 10), (eleventh, 11), (joe, 1)):
        for tag in seed.objects["tags"][:many]:
            hang(contact, "tags", _applied(tag["id"]) if contact is not joe else _bare(tag["id"]))
    for contact, some in (
        (collector, companies[4:]),
        (tenth, companies[4:14]),
        (eleventh, companies[4:15]),
        (joe, companies[:1]),
        (odd, companies[1:2]),
        (lead, companies[2:3]),
    ):
        for company in some:
            company["user_count"] += 1
            hang(contact, "companies", shapes.addressable("company", company["id"], "companies"))
    types = seed.objects["subscription_types"]
    for contact, name, some in (
        (joe, "opted_in_subscription_types", types[:2]),
        (chooser, "opted_in_subscription_types", types[:11]),
        (chooser, "opted_out_subscription_types", types[11:]),
        (tenth, "opted_out_subscription_types", types[:10]),
    ):
        for one in some:
            entry = shapes.addressable("subscription", one["id"], "subscription_types")
            hang(contact, name, entry)
    _write_notes(seed, contacts, companies)


def _write_notes(seed: Seed, contacts: list[Json], companies: list[Json]) -> None:
    writer, ids = seed.objects["admins"][1], iter(range(17_495_962, 18_000_000))
    for contact, many in ((contacts[1], 11), (contacts[5], 10), (contacts[8], 51)):
        for number in range(many):
            note = shapes.note(
                str(next(ids)),
                _OPENED_AT + number * DAY,
                contact=shapes.reference("contact", contact["id"]),
                author=writer,
                body=f"<p>Note {number}</p>",
            )
            seed.objects["notes"].append(note)
            hang(contact, "notes", shapes.addressable("note", note["id"], "notes"))
    for company, many in ((companies[0], 61), (companies[1], 1)):
        for number in range(many):
            note = shapes.note(
                str(next(ids)),
                _OPENED_AT + number * 3600,
                company=shapes.reference("company", company["id"]),
                author=writer,
                body=f"<p>Company note {number}</p>",
            )
            seed.objects["company_notes"].append(note)
            entries = [*company["notes"]["data"], shapes.addressable("note", note["id"], "notes")]
            company["notes"] = shapes.company_notes(company["id"], entries)


def _bare(tag_id: str) -> Json:
    return shapes.addressable("tag", tag_id, "tags")


def _applied(tag_id: str) -> Json:
    return {
        **_bare(tag_id),
        "_applied_at": _OPENED_AT + DAY,
        "_applied_by": str(FIRST_ADMIN_ID),
    }


def hang(contact: Json, name: str, entry: Json) -> None:
    """Add an entry to a nested list of a contact."""
    entries = [*contact[name]["data"], entry]
    contact[name] = shapes.nested_list(contact["id"], name, entries)


def _add_events(seed: Seed, contacts: list[Json]) -> None:
    """Events in the same second, one that only summaries know of, and two pages of them."""
    joe, collector = contacts[:2]
    told = [(joe, "opened_board", NOW - 3600), (joe, "opened_board", NOW - 3600)]
    told += [(joe, "signed_contract", NOW - 100 * DAY)]
    told += [(collector, "collected_tag", NOW - number * 600) for number in range(51)]
    seed.objects["data_events"] = [
        shapes.data_event(
            f"event-{number:06}",
            moment,
            event_name=name,
            intercom_user_id=contact["id"],
            user_id=contact["external_id"],
            id=contact["external_id"],
            email=contact["email"],
            metadata={"number": number, "plan": "Pro"},
        )
        for number, (contact, name, moment) in enumerate(told)
    ]
