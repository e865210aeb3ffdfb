"""What happens to the orders of the actors: functions on arrays, with the parameters of each process beside it."""
