from source_intercom.api.records import normaliser

TIMESTAMP = {"type": ["null", "string"], "format": "date-time"}
SCHEMA = {
    "properties": {
        "id": {"type": ["null", "string"]},
        "created_at": TIMESTAMP,
        "spend": {"type": ["null", "number"]},
        "count": {"type": ["null", "integer"]},
        "ids": {"type": ["null", "array"], "items": {"type": ["null", "string"]}},
        "nested": {
            "type": ["null", "object"],
            "properties": {
                "data": {
                    "type": ["null", "array"],
                    "items": {"type": "object", "properties": {"applied_at": TIMESTAMP}},
                }
            },
        },
        "avatar": {"type": ["null", "object", "string"], "properties": {"at": TIMESTAMP}},
        "custom_attributes": {"type": ["null", "object"]},
    }
}


def normalised(record):
    normaliser(SCHEMA)(record)
    return record


def test_t40_ids_become_strings_wherever_they_stand():
    """T40: ids come as numbers or text and leave as text."""
    assert normalised({"id": 7, "ids": [1, "2", None]}) == {"id": "7", "ids": ["1", "2", None]}


def test_epochs_become_text_at_any_depth():
    """Nested timestamps are converted like those at the top."""
    record = normalised({"created_at": 0, "nested": {"data": [{"applied_at": 60}]}})

    assert record["created_at"] == "1970-01-01T00:00:00Z"
    assert record["nested"]["data"][0]["applied_at"] == "1970-01-01T00:01:00Z"


def test_numbers_in_text_become_numbers():
    """A number that came as text fits its column; text that is no number becomes null."""
    assert normalised({"spend": "1.5", "count": "3"}) == {"spend": 1.5, "count": 3}
    assert normalised({"spend": "much", "count": 3.0}) == {"spend": None, "count": 3}


def test_fields_of_two_shapes_keep_theirs():
    """An avatar may be an address or an object; either passes."""
    assert normalised({"avatar": "https://x"}) == {"avatar": "https://x"}
    assert normalised({"avatar": {"at": 0}}) == {"avatar": {"at": "1970-01-01T00:00:00Z"}}


def test_t42_unknown_fields_and_custom_attributes_pass_untouched():
    """T42: what the schema doesn't know is neither changed nor dropped."""
    record = {"new": [1], "custom_attributes": {"since": 1700000000}}

    assert normalised(dict(record)) == record
