"""What the documents promise about speed, measured: `make bench` prints one table. Ratios come from one run on one machine."""
