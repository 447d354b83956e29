import json

import pytest

from intercom_load.columns import Column
from intercom_load.fitting import fit_file


def fitted(tmp_path, kind, text):
    """A line of one value, fitted into a column of a kind; and what did not fit."""
    path = tmp_path / "rows"
    path.write_text(f'{{"a":{text},"b":{{"c":[{text}]}}}}\n')
    misfits = fit_file(path, [Column("a", kind)])
    return path.read_text(), dict(misfits)


@pytest.mark.parametrize(
    "number", ["12345678901234567.891", "18446744073709551616", "0.1", "1e3", "-7"]
)
def test_numbers_of_a_batch_that_is_fitted_keep_their_digits(tmp_path, number):
    """Whether their column holds them or not, they are whole in their object."""
    line, misfits = fitted(tmp_path, "number", number)

    assert line == f'{{"a":{number},"b":{{"c":[{number}]}}}}\n'
    assert misfits == {}


@pytest.mark.parametrize("number", ["12345678901234567.891", "18446744073709551616", "1.5"])
def test_a_number_that_does_not_fit_is_null_in_its_column_alone(tmp_path, number):
    """And is told by the column's name."""
    line, misfits = fitted(tmp_path, "integer", number)

    assert line == f'{{"a":null,"b":{{"c":[{number}]}}}}\n'
    assert misfits == {"a": 1}


@pytest.mark.parametrize("text", ["9" * 5, '"' + "x" * 9 + '"', "[" * 600 + "]" * 600])
def test_any_row_is_a_row_again(tmp_path, text):
    """However deep it is."""
    line, _ = fitted(tmp_path, "json", text)

    assert json.loads(line)["a"] == json.loads(text)
