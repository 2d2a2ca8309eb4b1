"""Sends what a plan asks for, on time, from as many processes as it takes, and writes down what came of it."""
