"""The control plane's own routes; features bring theirs."""
