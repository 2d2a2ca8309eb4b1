"""The control plane's HTTP surface: one process that answers operators, edges and the app's clients."""
