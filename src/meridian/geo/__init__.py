"""Where in the world a client is: the countries, and the database that says which address is in which."""
