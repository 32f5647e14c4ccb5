"""Where sealed documents and what is published lie: a folder of this machine, or a bucket of S3-compatible storage."""
