"""The service put together: pages by name, who asks, and how refusals are told. Starlette is known only here.

It trusts its socket: Superset has checked login, role and CSRF, and says who asks in one header.
"""

import base64
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from importlib import import_module
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from mofang_pipeline.access import Viewer, may
from mofang_pipeline.cli.output import plain
from mofang_pipeline.home import REPOSITORY, Home
from mofang_pipeline.portal.asked import Asked, Download, Forbidden, Malformed, Way, Ways
from mofang_pipeline.portal.pages import scope
from mofang_pipeline.portal.reading import NothingPublished, PublishedLake, TooLong
from mofang_pipeline.portal.remembering import Answers, question, state
from mofang_pipeline.refusals import Refused

VIEWER_HEADER = "x-mofang-viewer"
PAGES = REPOSITORY / "superset" / "portal" / "pages.json"
STATUSES: tuple[tuple[type[Refused], int], ...] = (
    (Forbidden, 403),
    (Malformed, 400),
    (NothingPublished, 503),
    (TooLong, 504),
    (Refused, 422),
)
Endpoint = Callable[[Request], Awaitable[Response]]
log = logging.getLogger("uvicorn.error")


def application(home: Home, lake: PublishedLake | None = None) -> Starlette:
    """Every page of pages.json under /<page>; its module is mofang_pipeline/portal/pages/<page>.py."""
    lake = lake or PublishedLake(home)
    answers = Answers(partial(state, home, lake))
    mounts = [
        Mount(f"/{name}", routes=[_route(home, lake, way, answers) for way in ways])
        for name, ways in page_ways().items()
    ]
    return Starlette(routes=[Route("/health", _health), *mounts])


def page_ways() -> dict[str, Ways]:
    """Page name -> its addresses, each with the action that it is: its own, else the page's."""
    pages = json.loads(PAGES.read_text(encoding="utf-8"))
    ways: dict[str, Ways] = {"scope": scope.WAYS}
    for page in pages:
        module = import_module(f"mofang_pipeline.portal.pages.{page['name'].replace('-', '_')}")
        ways[page["name"]] = [replace(way, action=way.action or page["may"]) for way in module.WAYS]
    return ways


async def _health(request: Request) -> Response:
    return PlainTextResponse("OK")


def _route(home: Home, lake: PublishedLake, way: Way, answers: Answers) -> Route:
    return Route(way.path, _endpoint(home, lake, way, answers), methods=[way.method])


def _endpoint(home: Home, lake: PublishedLake, way: Way, answers: Answers) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        try:
            viewer = viewer_from(request.headers.get(VIEWER_HEADER, ""))
            body = json.loads(await request.body() or b"{}") if way.method == "POST" else {}
            if way.action is not None and not may(viewer, way.action):
                raise Forbidden(
                    f"your role, {viewer.role}, may not do this", f"您的角色（{viewer.role}）无权进行此操作"
                )
            asked = Asked(viewer, home, lake, {**request.query_params, **request.path_params}, _object(body))
            if way.remembered:
                return await run_in_threadpool(_remembered, answers, way, request.url.path, asked)
            return _response(await run_in_threadpool(way.function, asked))
        except Refused as refused:
            return _refusal(refused)
        except json.JSONDecodeError:
            return _refusal(Malformed("the request is not JSON", "请求不是 JSON"))
        except Exception:
            log.exception("%s %s", way.method, request.url.path)
            return _told(
                500,
                "something went wrong here; the data team finds the reason in logs/portal.log",
                "系统内部出错，请联系数据团队查看 logs/portal.log",
            )

    return endpoint


def viewer_from(header: str) -> Viewer:
    try:
        return Viewer(**json.loads(base64.b64decode(header)))
    except (ValueError, TypeError):
        raise Forbidden("nobody is named as the viewer", "未指明访问者") from None


def viewer_header(viewer: Mapping[str, str]) -> str:
    return base64.b64encode(json.dumps(dict(viewer)).encode()).decode()


def _object(body: Any) -> Mapping[str, Any]:
    if not isinstance(body, dict):
        raise Malformed("the request is not a JSON object", "请求不是 JSON 对象")
    return body


def _response(answer: Any) -> Response:
    if isinstance(answer, Download):
        saved = {"Content-Disposition": f'attachment; filename="{answer.file_name}"'}
        return Response(answer.content, media_type=answer.media_type, headers=saved)
    return JSONResponse(plain(answer))


def _remembered(answers: Answers, way: Way, address: str, asked: Asked) -> Response:
    """Asked in nobody's name, so that the answer is anybody's of the same scope."""
    key = question(address, asked.viewer, asked.query)
    found = answers.get(key, lambda: bytes(_response(way.function(replace(asked, viewer=key.viewer))).body))
    return Response(found, media_type=JSONResponse.media_type)


def _refusal(refused: Refused) -> Response:
    status = next(status for kind, status in STATUSES if isinstance(refused, kind))
    return _told(status, refused.en, refused.zh)


def _told(status: int, en: str, zh: str) -> Response:
    return JSONResponse({"error": {"en": en, "zh": zh}}, status_code=status)
