"""Graceful degradation: levels 0 (normal) to 3 (essential only), and what each turns off at the edges."""
