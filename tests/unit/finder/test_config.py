import dataclasses
from pathlib import Path

import pytest

from finder.config import SETTINGS, Config
from finder.errors import InputErrors

KEY = "k" * 43
URL = "https://search.example.org:9243"


def mistakes(**environ: str) -> dict[str, str]:
    with pytest.raises(InputErrors) as caught:
        Config.from_env(environ)
    return {error.field: error.message for error in caught.value.errors}


def test_without_any_setting_everything_has_its_default() -> None:
    config = Config.from_env({})
    assert config.home.name == config.cache.name == "second-opinion-finder"
    assert config.elasticsearch_urls == ()
    assert config == Config(home=config.home, cache=config.cache)


def test_the_table_names_every_field_with_its_true_default() -> None:
    computed = {"home", "cache", "java_homes", "search_path"}
    fields = {f.name: f.default for f in dataclasses.fields(Config) if f.name not in computed}
    for setting in SETTINGS:
        assert setting.help.endswith(".")
        if setting.field in fields:
            default = fields.pop(setting.field)
            is_unset = default in (None, ())
            told = {True: "yes", False: "no"}[default] if isinstance(default, bool) else str(default)
            assert setting.default == told or is_unset
    assert not fields


def test_values_are_read_with_their_types(tmp_path: Path) -> None:
    certificate = tmp_path / "ca.pem"
    certificate.write_text("x")
    config = Config.from_env(
        {
            "FINDER_HOME": str(tmp_path),
            "FINDER_PORT": "8080",
            "FINDER_HEAP_MB": "512",
            "FINDER_INDEX_PREFIX": "clinic_2",
            "ELASTICSEARCH_URL": f"{URL}/, https://other.example.org",
            "ELASTICSEARCH_CA_FILE": str(certificate),
            "ELASTICSEARCH_API_KEY": "abc",
        }
    )
    assert (config.home, config.port, config.heap_mb) == (tmp_path, 8080, 512)
    assert config.index_prefix == "clinic_2"
    assert config.elasticsearch_urls == (URL, "https://other.example.org")
    assert (config.elasticsearch_ca_file, config.elasticsearch_api_key) == (certificate, "abc")


def test_an_empty_value_counts_as_unset() -> None:
    assert Config.from_env({"FINDER_PORT": "", "ELASTICSEARCH_URL": " "}).port == 8000


def test_every_mistake_is_told_at_once() -> None:
    found = mistakes(FINDER_PORT="eighty", FINDER_HEAP_MB="100", ELASTICSEARCH_URL="localhost:9200")
    assert found == {
        "FINDER_PORT": "must be a whole number from 1 to 65535",
        "FINDER_HEAP_MB": "must be a whole number from 256 to 1000000",
        "ELASTICSEARCH_URL": "must be an address like http://localhost:9200",
    }


def test_an_unknown_finder_name_is_refused_with_the_nearest_one() -> None:
    assert mistakes(FINDER_PROT="1") == {"FINDER_PROT": "is not a setting; did you mean FINDER_PORT?"}


def test_names_of_other_programs_are_ignored() -> None:
    assert Config.from_env({"FINDERS": "1", "HOME": "/x"}).port == 8000


@pytest.mark.parametrize("prefix", ["Finder", "finder-x", "_x", "1x", "a*", "a" * 41])
def test_a_prefix_that_could_reach_other_indices_is_refused(prefix: str) -> None:
    assert "FINDER_INDEX_PREFIX" in mistakes(FINDER_INDEX_PREFIX=prefix)


@pytest.mark.parametrize(
    "url",
    ["ftp://x", "http://", "http://x:99999", "http://x/?q=1", "https://a,http://b", ",", "http://u:p@x"],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    found = mistakes(ELASTICSEARCH_URL=url)
    assert list(found) == ["ELASTICSEARCH_URL"]
    assert "u:p" not in found["ELASTICSEARCH_URL"]


def test_a_file_that_is_missing_is_told() -> None:
    found = mistakes(FINDER_ENGINE_ZIP="/no/such.zip")
    assert found == {"FINDER_ENGINE_ZIP": "there is no file /no/such.zip"}


def test_credentials_must_fit_together() -> None:
    both = mistakes(ELASTICSEARCH_URL=URL, ELASTICSEARCH_API_KEY="a", ELASTICSEARCH_USER="u")
    assert set(both) == {"ELASTICSEARCH_API_KEY", "ELASTICSEARCH_PASSWORD"}
    assert set(mistakes(ELASTICSEARCH_API_KEY="a")) == {"ELASTICSEARCH_API_KEY"}


def test_a_certificate_needs_https() -> None:
    found = mistakes(ELASTICSEARCH_URL="http://x", ELASTICSEARCH_CA_FILE=__file__)
    assert found == {"ELASTICSEARCH_CA_FILE": "needs an ELASTICSEARCH_URL with https"}


def test_a_short_key_and_an_old_key_alone_are_refused() -> None:
    assert mistakes(FINDER_SECRET_KEY="short") == {"FINDER_SECRET_KEY": "must have at least 32 characters"}
    assert mistakes(FINDER_SECRET_KEY_OLD=KEY) == {"FINDER_SECRET_KEY_OLD": "needs FINDER_SECRET_KEY"}


def test_no_secret_is_shown() -> None:
    secrets = {setting.name: f"{setting.name.lower()}-{KEY}" for setting in SETTINGS if setting.is_secret}
    key = secrets.pop("ELASTICSEARCH_API_KEY")
    login = {"ELASTICSEARCH_URL": URL, "ELASTICSEARCH_USER": "u"}
    assert KEY not in repr(Config.from_env({**secrets, **login}))
    assert KEY not in repr(Config.from_env({"ELASTICSEARCH_URL": URL, "ELASTICSEARCH_API_KEY": key}))


def test_java_is_looked_for_in_es_java_home_first() -> None:
    config = Config.from_env({"JAVA_HOME": "/second", "ES_JAVA_HOME": "/first", "PATH": "/third"})
    assert config.java_homes == (Path("/first"), Path("/second"))
    assert config.search_path == "/third"
