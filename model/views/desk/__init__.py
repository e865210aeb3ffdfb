"""The policy desk: a policy and its reference, run side by side in the browser. The server keeps nothing but its cache."""
