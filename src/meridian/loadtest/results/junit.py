"""A run's verdicts as JUnit XML, which every CI reads.

The dialect is that of the Jenkins plug-in's schema, which GitLab, GitHub's reporters, CircleCI and Azure read as well:
a threshold that does not hold is a failure, one that the run could not judge is skipped; a run that says nothing is an
error, since nobody's code is to blame."""

import re
from xml.etree import ElementTree as xml

from meridian.loadtest.results.summary import Summary

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, section 2.2: what no document may have in it, even escaped."""


def junit(summary: Summary) -> str:
    """One test suite: a case for each threshold, one for each check, and one for whether the run counts at all."""
    name = f"load test {summary['name']}"
    cases = [_validity(summary)]
    cases += [_case(name, each["text"], each["sentence"], each["held"]) for each in summary["thresholds"]]
    for check in summary["checks"]:
        said = f"{check['failed']} of {check['n']} answers failed the check {check['name']}, first {check['example']}"
        cases.append(_case(name, f"check {check['name']}", said, not check["failed"]))
    counts = {
        "tests": str(len(cases)),
        "failures": str(sum(case.find("failure") is not None for case in cases)),
        "errors": str(sum(case.find("error") is not None for case in cases)),
    }
    time = f"{summary['duration']:.3f}"
    root = xml.Element("testsuites", {"name": "meridian load", "time": time, **counts})
    began = summary["began"].split("+")[0].split(".")[0]
    skipped = str(sum(case.find("skipped") is not None for case in cases))
    about = {"name": _plain(name), "timestamp": began, "time": time, "skipped": skipped}
    suite = xml.SubElement(root, "testsuite", {**about, **counts})
    properties = xml.SubElement(suite, "properties")
    for key in ("id", "target", "seed", "scale", "state"):
        xml.SubElement(properties, "property", name=key, value=_plain(str(summary[key])))
    suite.extend(cases)
    xml.SubElement(suite, "system-out").text = _plain(summary["sentence"])
    xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + xml.tostring(root, encoding="unicode") + "\n"


def _validity(summary: Summary) -> xml.Element:
    """Also an error: a run that was ended before its time. Its thresholds are judged by what there is."""
    case = _case(f"load test {summary['name']}", "the run counts", "", True)
    said = {
        "invalid": summary["validity"]["sentence"],
        "aborted": summary["sentence"],
        "stopped": summary["sentence"],
    }.get(summary["state"])
    if said:
        xml.SubElement(case, "error", message=_plain(said), type=summary["state"]).text = _plain(said)
    return case


def _case(suite: str, name: str, said: str, held: bool | None) -> xml.Element:
    """held: None where the run could not tell."""
    case = xml.Element("testcase", classname=_plain(suite), name=_plain(name), time="0")
    if held is None:
        xml.SubElement(case, "skipped", message=_plain(said))
    elif not held:
        xml.SubElement(case, "failure", message=_plain(said), type="threshold").text = _plain(said)
    return case


def _plain(text: str) -> str:
    return _NOT_XML.sub("?", text)
