"""`make bench`: our workers and webhook beside RQ's, dramatiq's and a bare Flask, in one run."""
