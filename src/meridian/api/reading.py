"""A refusal by the compiler, told as the reader of a configuration tells what is wrong: by line and column."""

from meridian.config.loading import Loaded
from meridian.config.schema.root import Config
from meridian.core.errors import InvalidInput
from meridian.envoy.compiler import Refused


def placed(loaded: Loaded[Config], refused: Refused) -> InvalidInput:
    """The error that says where in the text each objection points to."""
    try:
        loaded.refuse(refused.findings)
    except InvalidInput as error:
        error.kind = refused.kind
        return error
    return refused
