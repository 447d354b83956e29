"""What is true of Intercom and its API: values and pure functions, without I/O."""
