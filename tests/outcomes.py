"""What became of a Later."""


def outcome(later):
    """Return the value of a Later that must be there, or raise its error."""
    found = []
    later.then(lambda value, error: found.append((value, error)))
    assert found, "the answer has not come"
    value, error = found[0]
    if error is not None:
        raise error
    return value
