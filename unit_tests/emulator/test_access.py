"""Tokens, permissions, plans, versions, the OAuth exchange, and the rate limit."""

import pytest


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "missing_authorization"),
        ("Bearer nobody", "unauthorized"),
        ("Basic emulator-token", "unauthorized"),
    ],
)
def test_refused_authorization(client, authorization, code):
    """No or a wrong token is 401, without rate limit headers."""
    client.headers.pop("Authorization")
    headers = {"Authorization": authorization} if authorization else {}
    response = client.get("/tags", headers=headers)

    assert (401, code) == client.refusal(response)
    assert "X-RateLimit-Limit" not in response.headers


@pytest.mark.parametrize(
    ("verb", "code"),
    [("revoke", "token_revoked"), ("block", "token_blocked"), ("expire", "token_expired")],
)
def test_tokens_can_lose_their_worth(client, verb, code):
    """A token is refused for the reason it lost its worth, and may be restored."""
    getattr(client.emulator.tokens, verb)("default")
    assert (401, code) == client.refusal(client.get("/tags"))

    client.emulator.tokens.restore("default")
    assert 200 == client.get("/tags").status_code


PERMISSIONS = [
    ("GET", "/contacts", "read_users_companies"),
    ("GET", "/companies/scroll", "Read and list users and companies"),
    ("POST", "/companies/list", "write_users_companies"),
    ("GET", "/conversations", "read_conversations"),
    ("GET", "/conversations/attributes", "Read conversations"),
    ("GET", "/articles", "read_articles_scope"),
    ("GET", "/admins", "Read admins"),
    ("GET", "/tags", "read_tags"),
    ("GET", "/segments", "read_users_companies"),
    ("GET", "/admins/activity_logs?created_at_after=1", "Read admin activity logs"),
]


@pytest.mark.parametrize(("method", "path", "permission"), PERMISSIONS)
@pytest.mark.parametrize(("status", "code"), [(401, "token_unauthorized"), (403, "forbidden")])
def test_each_route_needs_its_permission(start, method, path, permission, status, code):
    """With the permission alone it works; without it, it is 401 or 403 as set."""
    client = start(missing_scope_status=status)
    tokens = client.emulator.tokens
    for name, granted in (("poor", set()), ("apt", {permission})):
        client.headers["Authorization"] = f"Bearer {tokens.add(name, permissions=granted)}"
        response = client.session.request(
            method, client.emulator.url + path, headers=client.headers
        )
        if name == "poor":
            assert (status, code) == client.refusal(response)
        else:
            assert 200 == response.status_code


def test_unknown_permissions_are_refused(client):
    """A typing mistake in a permission doesn't pass as a permission that nobody has."""
    with pytest.raises(ValueError, match="unknown permission"):
        client.emulator.tokens.add("x", permissions={"read_everything"})


def test_tickets_vanish_without_their_permission(client):
    """Conversations that are tickets are silently absent without "Read tickets"."""
    value = client.emulator.tokens.add("agent", permissions={"read_conversations"})
    full = client.updated_after("conversations", 0).json()
    client.headers["Authorization"] = f"Bearer {value}"
    part = client.updated_after("conversations", 0).json()

    assert 6 == full["total_count"] - part["total_count"]
    assert part["total_count"] == client.get("/conversations").json()["total_count"]
    assert 404 == client.get("/conversations/505").status_code


def test_plans_restrict_routes(client):
    """A route outside the plan is 403 api_plan_restricted."""
    client.emulator.settings.plan_restricted.add("GET /articles")

    assert (403, "api_plan_restricted") == client.refusal(client.get("/articles"))


@pytest.mark.parametrize("version", ["2.1", "2.18", "Unstable", "2.6"])
def test_versions_that_are_refused(client, version):
    """A version the workspace doesn't know is 400."""
    response = client.get("/tags", headers={"Intercom-Version": version})

    assert (400, "intercom_version_invalid") == client.refusal(response)


def test_versions_that_are_accepted(client):
    """2.11 to 2.17 and Preview, and the app's version without the header."""
    for version in ("2.11", "2.15", "2.16", "2.17", "Preview"):
        assert 200 == client.get("/tags", headers={"Intercom-Version": version}).status_code
    client.emulator.settings.versions.remove("2.17")
    response = client.get("/contacts/deleted", headers={"Intercom-Version": "2.17"})
    assert (400, "intercom_version_invalid") == client.refusal(response)
    del client.headers["Intercom-Version"]
    assert "2.16" == client.get("/tags").headers["Intercom-Version"]
    assert client.emulator.journal.entries()[-1].intercom_version is None


def test_routes_that_came_with_2_16(client):
    """An earlier version doesn't have them."""
    for path in ("/conversations/deleted", "/conversations/attributes"):
        response = client.get(path, headers={"Intercom-Version": "2.15"})
        assert (400, "intercom_version_invalid") == client.refusal(response)


def test_unknown_routes(client):
    """A route or method that Intercom lacks is 404, and the journal says so."""
    assert (404, "not_found") == client.refusal(client.get("/users"))
    assert (404, "not_found") == client.refusal(client.post("/tags"))
    assert ["/users", "/tags"] == [one.path for one in client.emulator.journal.unknown_routes()]


APP = {"client_id": "emulator-client", "client_secret": "emulator-secret"}


def test_a_code_becomes_a_token(client):
    """The code grant, once, by form or JSON."""
    url = client.emulator.url + "/auth/eagle/token"
    answer = client.session.post(url, data={**APP, "code": "emulator-code"}).json()
    assert {"token_type": "Bearer", "token": "oauth-1-token", "access_token": "oauth-1-token"} == (
        answer
    )
    client.headers["Authorization"] = f"Bearer {answer['token']}"
    assert 200 == client.get("/me").status_code
    assert 400 == client.session.post(url, json={**APP, "code": "emulator-code"}).status_code


def test_the_journal_keeps_no_secret(client):
    """Neither the application's secret nor a code is written down."""
    client.post("/auth/eagle/token", {**APP, "code": "emulator-code"})
    entry = client.emulator.journal.entries("POST /auth/eagle/token")[0]

    assert {"client_id": "emulator-client", "client_secret": "…", "code": "…"} == entry.body


def test_a_wrong_secret(client):
    """An unknown application gets nothing."""
    body = {**APP, "client_secret": "x", "code": "emulator-code"}

    assert 401 == client.post("/auth/eagle/token", body).status_code


@pytest.mark.parametrize("rotate", [True, False])
def test_refresh_tokens(client, rotate):
    """Tokens expire by the emulator's clock; a refresh token gives new ones, rotated if set."""
    oauth = client.emulator.settings.oauth
    oauth.expires_in, oauth.refresh_tokens, oauth.rotate_refresh_tokens = 600, True, rotate
    first = client.post("/auth/eagle/token", {**APP, "code": "emulator-code"}).json()
    client.headers["Authorization"] = f"Bearer {first['access_token']}"
    client.emulator.clock.advance(599)
    assert 200 == client.get("/me").status_code
    client.emulator.clock.advance(1)
    assert (401, "token_expired") == client.refusal(client.get("/me"))

    grant = {**APP, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = client.post("/auth/eagle/token", grant).json()
    client.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert 200 == client.get("/me").status_code
    assert rotate == (second["refresh_token"] != first["refresh_token"])
    assert (400 if rotate else 200) == client.post("/auth/eagle/token", grant).status_code


@pytest.mark.parametrize("status", [400, 401])
def test_refused_refresh(client, status):
    """A refresh can be refused with either status."""
    client.emulator.settings.oauth.refuse_refresh = status
    client.emulator.tokens.add_refresh_token("r")
    grant = {**APP, "grant_type": "refresh_token", "refresh_token": "r"}

    assert status == client.post("/auth/eagle/token", grant).status_code


def test_the_rate_limit_refuses(start):
    """After the last request of a window comes 429, until the next window."""
    client = start(rate_limit=3)
    answers = [client.get("/tags") for _ in range(4)]
    assert [200, 200, 200, 429] == [one.status_code for one in answers]
    assert ["2", "1", "0", "0"] == [one.headers["X-RateLimit-Remaining"] for one in answers]
    assert (429, "rate_limit_exceeded") == client.refusal(answers[-1])

    reset = int(answers[-1].headers["X-RateLimit-Reset"])
    now = client.emulator.clock.now()
    assert 0 == reset % 10
    assert 0 < reset - now <= 10
    client.emulator.clock.set(reset)
    assert "2" == client.get("/tags").headers["X-RateLimit-Remaining"]


def test_the_rate_limit_is_one_for_all_tokens(start):
    """A second token of the workspace uses the same budget."""
    client = start(rate_limit=2)
    client.get("/tags")
    client.headers["Authorization"] = f"Bearer {client.emulator.tokens.add('other')}"

    assert [200, 429] == [client.get("/tags").status_code for _ in range(2)]


def test_rate_limit_headers_may_be_missing_or_garbled(start):
    """Both happen, and the limit can be off."""
    client = start(rate_limit_headers="absent")
    assert "X-RateLimit-Limit" not in client.get("/tags").headers
    client.emulator.settings.rate_limit_headers = "garbled"
    assert "soon" == client.get("/tags").headers["X-RateLimit-Reset"]


@pytest.mark.parametrize("off", [0, None])
def test_the_rate_limit_may_be_off(start, off):
    """None and 0 both mean that nothing is refused and no headers tell of a limit."""
    answer = start(rate_limit=off).get("/tags")

    assert 200 == answer.status_code
    assert "X-RateLimit-Limit" not in answer.headers
