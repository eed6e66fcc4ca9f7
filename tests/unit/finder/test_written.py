"""Templates write by our own way what Jinja would have written."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Undefined
from markupsafe import Markup, escape

from finder.independence import Verdict
from finder.web.written import add_writing, written


@given(st.text())
def test_a_text_is_escaped_as_jinja_does_it(text: str) -> None:
    assert written(text) == str(escape(text))


@pytest.mark.parametrize(
    "value", [Markup("<b>safe</b>"), 5, 0, True, None, 1.5, Undefined(), Verdict.SOME_TIE]
)
def test_everything_else_is_written_as_jinja_does_it(value: Any) -> None:
    assert written(value) == str(escape(value))


def test_a_template_writes_by_it() -> None:
    app = Flask(__name__)
    add_writing(app)
    template = app.jinja_env.from_string(
        "{% autoescape true %}{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
        "{{ bold(name) }}{{ name }}{{ name|safe }}{{ bold(name) ~ name }}{% endautoescape %}"
    )
    assert template.render(name="<i>") == "<b>&lt;i&gt;</b>&lt;i&gt;<i><b>&lt;i&gt;</b>&lt;i&gt;"
