"""Messages in the reader's language."""

from finder.i18n import english, gettext, language, ngettext, speaking, unquoted
from finder.web.language import english_marked


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


def test_english_names_are_marked_in_sentences_of_another_language_only() -> None:
    assert english("Mercy Hospital") == "Mercy Hospital"
    with speaking("es"):
        told = f"Trabaja en {english('Mercy Hospital')}."
    assert english_marked(f"<p>{told}</p>") == '<p>Trabaja en <span lang="en">Mercy Hospital</span>.</p>'
    assert unquoted(told) == "Trabaja en Mercy Hospital."


def test_no_mark_becomes_a_tag_inside_an_attribute_or_stays_alone() -> None:
    with speaking("es"):
        name = english("Mercy")
    assert (
        english_marked(f'<a title="{name}">{name}</a>') == '<a title="Mercy"><span lang="en">Mercy</span></a>'
    )
    assert english_marked(f"<p>{name[0]}{name}</p>") == '<p><span lang="en">Mercy</span></p>'
