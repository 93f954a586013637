"""What the Makefile's verbs run. No part of labkit: a learner's code never imports it."""
