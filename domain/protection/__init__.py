"""What belongs to a person (规程 9(2), 个人信息保护法): the rules as data. Where each is kept stands in ``docs/regulation.md``."""
