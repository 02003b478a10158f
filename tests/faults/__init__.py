"""Every case of the inventory of faults and hostile input, by its number, through the real command.

docs/reliability.md has all 103 with the tests that hold them; most of what is there by now has its test elsewhere, and
here is the rest. Where the inventory expects something that is wrong for us, the test says why.
"""
