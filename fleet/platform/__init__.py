"""The provincial platform (省一体化政务服务平台): a case's progress goes out through an outbox, its ``projectNo`` comes back.

No endpoint of Sichuan's is known, and none is invented: docs/guides/outside.md."""
