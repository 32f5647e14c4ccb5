"""What leaves a desk for somebody else's system: a durable outbox, one thread that carries it, and two ways out (files, HTTP)."""
