"""One file for each kind of scenario, with a list SCENARIOS."""
