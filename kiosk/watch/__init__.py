"""Whether every critical part of this process is alive, told to the service manager, who starts a process anew that is not."""
