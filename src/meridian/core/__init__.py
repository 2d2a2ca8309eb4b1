"""The ground floor: time, identifiers, errors, decisions and the controller protocol. Imports nothing of Meridian."""
