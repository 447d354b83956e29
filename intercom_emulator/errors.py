"""
Intercom's `error.list` answers.

    {"type": "error.list", "request_id": "…", "errors": [{"code": "…", "message": "…"}]}

Codes: https://developers.intercom.com/docs/references/rest-api/errors/error-codes
Statuses: https://developers.intercom.com/docs/references/rest-api/errors/http-responses
"""

from __future__ import annotations

from intercom_emulator.messages import Json, Response


class Refused(Exception):
    """A refusal; the application turns it into an `error.list` response."""

    def __init__(
        self, status: int, code: str, message: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def error_list(code: str, message: str, request_id: str) -> Json:
    """The body of an error."""
    return {
        "type": "error.list",
        "request_id": request_id,
        "errors": [{"code": code, "message": message}],
    }


def error_response(error: Refused, request_id: str) -> Response:
    """The response for `error`."""
    response = Response.of(error_list(error.code, error.message, request_id), error.status)
    response.headers.update(error.headers)
    return response


def bad_request(code: str, message: str) -> Refused:
    """400: the client's fault."""
    return Refused(400, code, message)


def not_found(message: str = "Resource Not Found", code: str = "not_found") -> Refused:
    """404: no such record, or no such route."""
    return Refused(404, code, message)
