import base64
import hashlib
import re

from meridian.loadtest.report.page import content_policy, page


def test_the_policy_lets_in_just_the_pages_own_style_and_script() -> None:
    made = page("Title", "x")
    style, script = (
        re.search(r"<style>(.*?)</style>", made, re.DOTALL),
        re.search(r"<script>(.*?)</script>", made, re.DOTALL),
    )
    assert style
    assert script
    for name, content in (("style-src", style[1]), ("script-src", script[1])):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{name} 'sha256-{digest}'" in content_policy()
    assert content_policy().startswith("default-src 'none'; ")
    assert "unsafe" not in content_policy()


def test_a_page_names_nothing_outside_itself() -> None:
    made = page("Title", "x")
    assert not re.findall(r"(?:https?:)?//[a-z]", made)
    assert not re.search(r"@import|url\((?!#)", made)
    assert made.startswith('<!doctype html>\n<html lang="en">')
