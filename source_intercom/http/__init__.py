"""Requests to Intercom: one client, its clock, its credentials, its connections."""
