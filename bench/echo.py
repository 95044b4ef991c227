"""The least that a safe-mode webhook can do, with the usual libraries: decrypt, answer with the same words, encrypt.

`python -m bench.echo PORT TOKEN AES_KEY APP_ID`: aiohttp and wechatpy, no database, one process.
"""

from __future__ import annotations

import sys

from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import create_reply


def app(token: str, aes_key: str, app_id: str) -> web.Application:
    crypto = WeChatCrypto(token, aes_key, app_id)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def echo(request: web.Request) -> web.Response:
        query = request.query
        body = (await request.read()).decode()
        message = parse_message(
            crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        )
        written = create_reply(message.content, message).render()
        sealed = crypto.encrypt_message(written, query["nonce"], query["timestamp"])
        return web.Response(text=sealed, content_type="text/xml")

    served = web.Application()
    served.add_routes([web.get("/healthz", healthz), web.post("/wechat/{account}", echo)])
    return served


if __name__ == "__main__":
    port, *secrets = sys.argv[1:]
    web.run_app(app(*secrets), host="127.0.0.1", port=int(port), access_log=None, print=None)
