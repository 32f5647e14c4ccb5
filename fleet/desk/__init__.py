"""The home desk (业务属地专窗): a process of its own, the only one of the fleet that holds a key, its party's."""
