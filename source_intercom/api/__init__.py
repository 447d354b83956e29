"""What is true of Intercom's API: pure functions and values, without the CDK and without I/O."""
