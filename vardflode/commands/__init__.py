"""The commands, one module each. They print; what they print is found out elsewhere."""
