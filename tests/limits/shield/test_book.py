from meridian.limits.shield.book import Book
from meridian.limits.shield.track import Attempt, Track
from tests.limits.shield.watching import NOW, SHIELDS, Door, who


def test_an_attack_on_thousands_of_accounts_stays_bounded_and_pushes_out_no_block() -> None:
    door = Door(book=Book(most_tracks=500, most_known=100))
    door.login(who(account="owner", device="phone"), 200)
    for _ in range(5):
        door.login(who(account="victim", address="203.0.113.1"))
    for n in range(5000):
        door.login(who(account=f"a{n}", address=f"2001:db8:{n:x}::/64"))
        assert len(door.book.tracks) <= 500
    assert door.login(who(account="victim", address="203.0.113.2")).refused_by
    assert door.knock(who(account="owner", device="phone")).known


def test_of_devices_the_one_not_used_for_longest_goes() -> None:
    book = Book(most_known=3)
    for number, device in enumerate(["a", "b", "c", "a", "d"]):
        book.know(device, NOW + number)
    assert list(book.known) == ["c", "a", "d"]


def test_what_is_over_goes_by_itself() -> None:
    door = Door()
    for n in range(50):
        door.login(who(account=f"a{n}", address=f"198.51.100.{n}"))
    for _ in range(5):
        door.login(who(account="victim", address="203.0.113.1"))
    door.login(who(account="owner", address="203.0.113.9", device="phone"), 200)
    door.now += 3600
    door.guard.tidy(SHIELDS, 1000)
    assert {(each.kind, each.name) for each in door.book.tracks} == {
        ("account", "victim"),
        ("address", "203.0.113.1"),
    }
    door.now += 8 * 86400
    door.guard.tidy(SHIELDS, 1000)
    assert not door.book.tracks
    assert door.book.known
    door.now += 90 * 86400
    door.guard.tidy(SHIELDS, 1000)
    assert not door.book.known


def test_a_shield_that_is_gone_is_forgotten() -> None:
    door = Door()
    door.login(who())
    door.book.tidy({}, door.now, 100)
    assert not door.book.tracks


def test_keeping_what_is_there_already_is_no_change() -> None:
    book = Book()
    subject = who()[0].everything()[0]
    book.keep(subject, Track((Attempt("x", NOW),)))
    book.changed.clear()
    book.keep(subject, Track((Attempt("x", NOW),)))
    assert not book.changed
