"""Who is meant: addresses, accounts and the names that they are stored under."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from meridian.limits.admission.asked import account_of
from meridian.limits.admission.lifted import lifted
from meridian.limits.admission.secret import FILE, Names, names_of
from meridian.limits.shield.judge import Subject
from meridian.limits.state import Lift

NAMES = Names.derived("secret")


def test_an_account_is_the_same_however_it_is_written_and_on_every_edge_with_the_same_secret() -> None:
    assert account_of(" Me@Example.org\t") == "me@example.org"
    assert account_of("\u200b\x00MASSE\u2029") == account_of("maße\xa0") == "masse"
    assert account_of("\ufeff \x7f") == ""
    assert NAMES.name("account", "me") == Names.derived("secret").name("account", "me")
    assert NAMES.name("account", "me") != Names.derived("other").name("account", "me")
    assert NAMES.name("account", "me") != NAMES.name("user", "me")
    assert NAMES.device("me", "phone") != NAMES.device("me", "other")
    assert NAMES.device("me", "phone").startswith(NAMES.name("account", "me"))


def test_an_edge_without_the_shared_secret_keeps_one_of_its_own(tmp_path: Path) -> None:
    first = names_of(tmp_path, {}).name("account", "me")
    assert names_of(tmp_path, {}).name("account", "me") == first
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0
    assert names_of(tmp_path, {"MERIDIAN_EDGE_KEY": "secret"}).name("account", "me") == NAMES.name(
        "account", "me"
    )


def test_a_lift_is_for_the_account_its_devices_or_the_address_as_people_or_the_log_name_them() -> None:
    me = NAMES.name("account", "me@example.org")
    for subject in ("Me@example.org ", me):
        at = lifted([Lift("account", subject, 7.0), Lift("account", subject, 5.0)], NAMES, 64)
        assert at(Subject("login", "account", me)) == 7.0
        assert at(Subject("login", "device", f"{me}.whatever")) == 7.0
        assert at(Subject("login", "account", "somebody else")) == 0.0
        assert at(Subject("login", "address", me)) == 0.0
    at = lifted([Lift("address", "2001:db8::5", 7.0)], NAMES, 64)
    assert at(Subject("login", "address", "2001:db8::/64")) == 7.0
    assert lifted([], NAMES, 64)(Subject("login", "account", me)) == 0.0


@given(st.text(max_size=20))
def test_what_is_compared_is_compared_the_same_again(written: str) -> None:
    once = account_of(written)
    assert account_of(once) == once
    assert account_of(f" \x00{written}\u200b\n") == once
