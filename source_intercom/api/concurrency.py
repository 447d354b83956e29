"""How many requests at once keep one consumer busy, and no more."""


class Concurrency:
    """
    Doubles when the consumer has to wait; shrinks when it had not to for two whole rounds.

    So it settles at about latency times rate of consumption (Little's law): dozens of requests
    where an answer takes 0.3 s, a few where Intercom is faster than we are. More would only wait
    in memory, and cost more CPU for being cold when their turn comes.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._unwaited = 0
        self.value = min(8, most)

    def observe(self, *, has_waited: bool) -> None:
        """Note whether the consumer had to wait for the answer that it takes now."""
        if has_waited:
            self._unwaited = 0
            self.value = min(2 * self.value, self._most)
            return
        self._unwaited += 1
        if self._unwaited > 2 * self.value:
            self._unwaited = 0
            self.value = max(self.value * 7 // 8, min(2, self._most))
