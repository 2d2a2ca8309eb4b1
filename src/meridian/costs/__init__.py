"""What the traffic costs, by region and by user, from configured prices and measured use."""
