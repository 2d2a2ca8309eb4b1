"""Other people's services, one file each: how to talk to them, checked against what they publish.

Nothing here decides anything.
"""
