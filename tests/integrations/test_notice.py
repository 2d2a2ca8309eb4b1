import json
from types import MappingProxyType

from hypothesis import given, settings

from meridian.integrations.notice import Notice, from_json, to_json
from tests.integrations.notices import hostile, notice


@settings(max_examples=40, deadline=None)
@given(hostile)
def test_a_notice_is_the_same_after_storing(each: Notice) -> None:
    assert from_json(json.loads(json.dumps(to_json(each)))) == each


def test_values_may_be_any_mapping() -> None:
    assert to_json(notice(values=MappingProxyType({"a": "b"})))["values"] == {"a": "b"}
