"""What `meridian load run` needs of this machine: its world as a target, what can be broken there, and the program around a
run."""
