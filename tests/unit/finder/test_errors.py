import pickle

import pytest

from finder.errors import EngineDown, FieldError, FinderError, InputErrors, NotFound, NotReady, SourceError


@pytest.mark.parametrize(
    ("error", "status", "exit_code"),
    [
        (InputErrors([FieldError("radius", "must be 1 to 500 miles")]), 400, 2),
        (SourceError("a.csv", 3, "NPI", "is not ten digits"), 400, 2),
        (NotFound("no such specialist"), 404, 1),
        (NotReady("no generation"), 503, 3),
        (EngineDown("not reachable"), 503, 3),
    ],
)
def test_each_error_has_its_status_and_exit_code(error: FinderError, status: int, exit_code: int) -> None:
    assert (error.status, error.exit_code) == (status, exit_code)


def test_input_errors_tell_every_mistake_in_one_text() -> None:
    errors = InputErrors([FieldError("near", "is no ZIP"), FieldError("radius", "is too large")])
    assert errors.message == str(errors) == "near: is no ZIP; radius: is too large"
    assert [error.field for error in errors.errors] == ["near", "radius"]


def test_input_errors_need_a_mistake() -> None:
    with pytest.raises(ValueError, match="at least one"):
        InputErrors([])


def test_a_source_error_names_file_row_and_field() -> None:
    error = SourceError("npidata.csv", 7, "NPI", "is not ten digits")
    assert str(error) == "npidata.csv, row 7, field NPI: is not ten digits"


def test_a_source_error_of_a_whole_file_names_no_row() -> None:
    assert str(SourceError("npidata.zip", None, None, "is no zip file")) == "npidata.zip: is no zip file"


@pytest.mark.parametrize(
    "error", [SourceError("a.csv", 1, None, "is empty"), InputErrors([FieldError("near", "is no ZIP")])]
)
def test_errors_survive_the_way_between_processes(error: FinderError) -> None:
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes, as process pools pass them
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
