from meridian.loadtest.live.window import KEPT, Window
from meridian.loadtest.record import Key, Second


def test_it_keeps_the_last_seconds_and_nothing_else() -> None:
    window = Window()
    for place in range(KEPT + 50):
        window.put(place, Second(latencies={Key(0, "EU", "", "", "ok"): {3: 1}}, due=place))
    assert window.seconds == KEPT + 50
    assert [place for place, _ in window] == list(range(49, KEPT + 50))
    assert window.second(KEPT).due == KEPT
    assert window.second(KEPT).latencies
    assert window.second(3) == Second()


def test_what_is_known_better_takes_the_place_of_what_was_known() -> None:
    window = Window()
    window.put(0, Second(due=1))
    window.put(0, Second(due=2))
    assert window.second(0).due == 2
