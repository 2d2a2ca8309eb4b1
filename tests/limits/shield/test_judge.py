"""Read as transcripts: who tries, and whether they get through."""

from meridian.limits.shield.judge import KNOWN_FOR
from meridian.limits.shield.track import PENDING_WAIT
from tests.limits.shield.watching import SHIELDS, Door, who


def test_five_failures_block_the_account_from_every_address_and_the_address_for_every_account() -> None:
    door = Door()
    for _ in range(5):
        assert not door.login(who()).refused_by
    assert door.login(who(address="203.0.113.5")).wait == 3600
    assert door.login(who(account="a2")).wait == 3600
    assert not door.login(who(account="a2", address="203.0.113.5")).refused_by
    door.now += 3600
    assert not door.login(who()).refused_by


def test_200_addresses_against_one_account_get_five_guesses() -> None:
    door = Door()
    admitted = [not door.login(who(address=f"198.51.100.{n}")).refused_by for n in range(200)]
    assert sum(admitted) == 5


def test_one_address_against_200_accounts_gets_five_guesses() -> None:
    door = Door()
    admitted = [not door.login(who(account=f"a{n}")).refused_by for n in range(200)]
    assert sum(admitted) == 5


def test_500_guesses_at_once_are_five() -> None:
    door = Door()
    verdicts = [
        door.knock(who(address=f"198.51.{n // 250}.{n % 250}"), "same-request-id") for n in range(500)
    ]
    assert sum(not each.refused_by for each in verdicts) == 5
    assert verdicts[-1].wait == PENDING_WAIT


def test_the_owner_comes_in_from_a_known_device_while_account_and_address_are_blocked() -> None:
    door = Door()
    assert not door.login(who(device="phone"), 200).refused_by
    for n in range(20):
        door.login(who(address=f"198.51.100.{n}"))
        door.login(who(account="another"))
    assert door.login(who()).refused_by
    verdict = door.login(who(device="phone"), 200)
    assert (verdict.refused_by, verdict.known) == ("", True)
    assert door.login(who(device="other")).refused_by, "an unknown device is a stranger"
    assert door.login(who(account="another", device="phone")).refused_by, "known to one account only"


def test_a_stolen_device_is_bounded_too() -> None:
    door = Door()
    door.login(who(device="phone"), 200)
    admitted = [not door.login(who(device="phone")).refused_by for _ in range(50)]
    assert sum(admitted) == 5
    assert not door.login(who()).refused_by, "and its failures are nobody else's"


def test_the_owners_success_does_not_give_strangers_new_guesses() -> None:
    door = Door()
    door.login(who(device="phone"), 200)
    for n in range(4):
        door.login(who(address=f"198.51.100.{n}"))
    door.login(who(device="phone"), 200)
    door.login(who(address="198.51.100.9"))
    assert door.login(who(address="198.51.100.10")).refused_by


def test_a_success_wipes_what_its_account_did_but_not_what_its_address_did() -> None:
    door = Door()
    for _ in range(4):
        door.login(who())
    assert not door.login(who(), 200).refused_by
    others = "203.0.113.7"
    assert [bool(door.login(who(address=others)).refused_by) for _ in range(4)] == [False] * 4
    door.login(who(account="a2"))  # the fifth failure of the first address
    assert door.login(who(account="a3")).refused_by


def test_an_account_of_ones_own_does_not_help_to_guess_others() -> None:
    door = Door()
    admitted = 0
    for n in range(50):
        admitted += not door.login(who(account=f"victim{n}")).refused_by
        door.login(who(account="own"), 200)
    assert admitted == 5


def test_any_other_answer_gives_the_attempt_back() -> None:
    door = Door()
    for _ in range(100):
        assert not door.login(who(), 503).refused_by


def test_a_refused_request_that_claims_an_outcome_gives_nothing_back() -> None:
    door = Door()
    for n in range(5):
        door.knock(who(), f"r{n}")
    for _ in range(50):
        assert door.knock(who(), "refused").refused_by
        door.guard.outcome(who(), "refused", 503)
    assert door.knock(who()).refused_by


def test_an_outcome_whose_attempt_is_not_known_any_more_counts_when_it_failed() -> None:
    door = Door()
    for n in range(5):
        door.guard.outcome(who(), f"before-restart-{n}", 401)
    assert door.login(who()).refused_by


def test_a_guess_that_a_success_has_wiped_away_does_not_come_back_when_it_fails() -> None:
    door = Door()
    for n in range(4):
        door.knock(who(address=f"198.51.100.{n + 10}"), f"r{n}")
    door.login(who(), 200)
    for n in range(4):
        door.guard.outcome(who(address=f"198.51.100.{n + 10}"), f"r{n}", 401)
    account = who()[0].everything()[0]
    assert door.book.track(account).attempts == ()
    assert [not door.login(who(address="203.0.113.8")).refused_by for _ in range(5)] == [True] * 5


def test_without_an_account_the_address_counts() -> None:
    door = Door()
    admitted = [not door.login(who(account="")).refused_by for _ in range(20)]
    assert sum(admitted) == 5


def test_a_device_that_is_not_used_becomes_a_stranger() -> None:
    door = Door()
    door.login(who(device="phone"), 200)
    door.now += KNOWN_FOR
    assert not door.login(who(device="phone")).known


def test_blocks_are_told_when_they_begin_grow_and_end() -> None:
    door = Door()
    for _ in range(5):
        door.login(who())
    assert {(each.event, each.subject.kind, each.until - door.now) for each in door.changes} == {
        ("block", "account", 3600.0),
        ("block", "address", 3600.0),
    }
    door.changes.clear()
    door.now += 3600
    door.guard.tidy(SHIELDS, 100)
    assert {(each.event, each.subject.kind) for each in door.changes} == {
        ("unblock", "account"),
        ("unblock", "address"),
    }
    door.changes.clear()
    for _ in range(5):
        door.login(who())
    assert {(each.until - door.now, each.blocks) for each in door.changes} == {(7200.0, 2)}


def test_an_operator_ends_a_block_at_once_and_only_that_one() -> None:
    door = Door()
    for _ in range(5):
        door.login(who())
    door.now += 10
    door.changes.clear()
    door.guard.lift(SHIELDS, lambda subject: door.now if subject.kind == "account" else 0.0)
    assert [(each.event, each.subject.kind) for each in door.changes] == [("unblock", "account")]
    assert not door.login(who(address="203.0.113.7")).refused_by
    assert door.login(who(account="a2")).refused_by
