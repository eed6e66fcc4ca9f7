"""Messages in the reader's language."""

from finder.i18n import gettext, language, ngettext, speaking


def test_a_message_is_told_in_the_language_of_the_block_only() -> None:
    with speaking("es"):
        assert (language(), gettext("Search")) == ("es", "Buscar")
    assert (language(), gettext("Search")) == ("en", "Search")


def test_values_are_filled_in_and_a_lone_per_cent_sign_stands_for_itself() -> None:
    assert gettext("78 % of work") == "78 % of work"
    assert gettext("By %(name)s", name="Ann") == "By Ann"


def test_numbers_choose_their_form_and_are_parted_by_thousands() -> None:
    told = [ngettext("%(num)s doctor", "%(num)s doctors", n) for n in (1, 1204)]
    assert told == ["1 doctor", "1,204 doctors"]


def test_what_has_no_translation_stays_english() -> None:
    with speaking("es"):
        assert gettext("No such message") == "No such message"
