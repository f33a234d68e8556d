"""Pictures and tables from the report.json of training runs: one file per picture.

Only the standard library, numpy and matplotlib, in the versions of Debian 12 and Ubuntu 24.04.
"""
