"""The peer: slowapi deciding the same limit for the same users, in the smallest app that it works in.

slowapi counts in fixed windows and calls Redis from the event loop; both are as it is used.
"""

import os

from fastapi import FastAPI, Request, Response
from slowapi import Limiter, _rate_limit_exceeded_handler
from slowapi.errors import RateLimitExceeded

limiter = Limiter(
    key_func=lambda request: request.headers["x-meridian-user"], storage_uri=os.environ["BENCH_STORE"]
)
app = FastAPI(openapi_url=None)
app.state.limiter = limiter
app.add_exception_handler(RateLimitExceeded, _rate_limit_exceeded_handler)  # type: ignore[arg-type]


@app.post("/check")
@limiter.limit("1000/hour")
async def check(request: Request) -> Response:
    return Response()
