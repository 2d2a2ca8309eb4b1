"""What CI reads. The rules checked here are those of the schema of Jenkins' xUnit plug-in: which elements, in which
order, with which attributes."""

from xml.etree import ElementTree as xml

from meridian.loadtest.results.junit import junit
from meridian.loadtest.results.summarise import summarise
from meridian.loadtest.results.summary import Summary
from tests.loadtest.results.runs import part, scenario, steady

ATTRIBUTES = {
    "testsuites": {"name", "time", "tests", "failures", "errors", "disabled"},
    "testsuite": {
        "name",
        "tests",
        "failures",
        "errors",
        "skipped",
        "time",
        "timestamp",
        "hostname",
        "id",
        "package",
    },
    "properties": set(),
    "property": {"name", "value"},
    "testcase": {"name", "classname", "time", "assertions", "status"},
    "failure": {"type", "message"},
    "error": {"type", "message"},
    "skipped": {"type", "message"},
    "system-out": set(),
}
CHILDREN = {
    "testsuites": ["testsuite"],
    "testsuite": ["properties", "testcase", "system-out", "system-err"],
    "properties": ["property"],
    "testcase": ["skipped", "error", "failure", "system-out", "system-err"],
}


def obeys(element: xml.Element) -> None:
    assert set(element.attrib) <= ATTRIBUTES[element.tag]
    order = CHILDREN.get(element.tag, [])
    places = [order.index(child.tag) for child in element]
    assert places == sorted(places)
    for child in element:
        obeys(child)


def summary(*thresholds: str, **changes: object) -> Summary:
    return summarise(part(steady(seconds=60), scenario(*thresholds, checks=["home"]), **changes))


def read(told: Summary) -> xml.Element:
    root = xml.fromstring(junit(told))
    obeys(root)
    suite = root.find("testsuite")
    assert suite is not None
    cases = suite.findall("testcase")
    assert suite.get("tests") == root.get("tests") == str(len(cases))
    assert suite.get("failures") == str(len(suite.findall("testcase/failure")))
    assert suite.get("errors") == str(len(suite.findall("testcase/error")))
    return suite


def test_thresholds_and_checks_are_cases() -> None:
    suite = read(summary("p95 < 200ms", "p99 < 1ms"))
    names = [case.get("name") for case in suite.findall("testcase")]
    assert names == ["the run counts", "p95 < 200ms", "p99 < 1ms", "check home"]
    (failure,) = suite.findall("testcase/failure")
    assert failure.get("message") == "p99 is 20 ms; wanted < 1 ms"


def test_a_run_that_does_not_count_is_an_error_and_no_failure() -> None:
    late = summary("p95 < 200ms")
    late["state"] = "invalid"
    suite = read(late)
    assert (suite.get("errors"), suite.get("failures")) == ("1", "0")
    aborted = read(summary("p95 < 200ms", end="aborted", reason="errors > 50%"))
    (error,) = aborted.findall("testcase/error")
    assert error.get("type") == "aborted"
    assert "errors > 50%" in (error.text or "")


def test_no_text_breaks_the_document() -> None:
    told = summary("p95 < 200ms")
    told["thresholds"][0]["text"] = "a\x00b\x1b]]>&<\ud800\uffff"
    told["sentence"] = "\x0c"
    names = [case.get("name") for case in read(told).findall("testcase")]
    assert names[1] == "a?b?]]>&<??"


def test_what_the_run_could_not_judge_is_skipped() -> None:
    suite = read(summary("p95 < 1s", "knee >= 10/s"))
    assert (suite.get("failures"), suite.get("skipped")) == ("0", "1")
    (case,) = [case for case in suite.findall("testcase") if case.find("skipped") is not None]
    assert case.get("name") == "knee >= 10/s"
