"""One file a command; `meridian.cli.main` lists them and loads one only when it is asked for."""
