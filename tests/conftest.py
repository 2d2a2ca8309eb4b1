"""Fixtures that every package's tests may use. Test folders are packages (`tests.store.test_journal`), so
that two files may share a name and none hides an installed package such as `envoy`."""

pytest_plugins = ["tests.support.geo", "tests.support.postgres"]
