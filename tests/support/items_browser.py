"""A browser at the pages of items: it sends what its page holds, with some fields changed."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

from flask.testing import FlaskClient


@dataclass
class Browser:
    """Sends what its page holds, with some fields changed."""

    client: FlaskClient

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == status, (path, answer.status_code)
        return answer.text

    def post(self, path: str, status: int = 303, *, page: str | None = None, **fields: object) -> str:
        """``page``: where the form stands, whose session's mark it carries."""
        token = re.search(r'name="form" value="([^"]+)"', self.get(page or "/corrections"))
        assert token
        answer = self.client.post(path, data={**fields, "form": token[1]})
        assert answer.status_code == status, (path, answer.status_code, answer.text[:2000])
        return str(answer.headers["Location"]) if status == 303 else answer.text

    def save(self, path: str, changes: dict[str, list[str]], status: int = 303, mark: str | None = None) -> str:
        page = self.get(path)
        found = re.search(r'name="mark" value="([^"]+)"', page[page.index("data-watched") :])
        assert found
        return self.post(
            path, status, page=path, mark=mark or found[1], **{**as_shown(page), **{f"v.{k}": v for k, v in changes.items()}}
        )


def as_shown(page: str) -> dict[str, list[str]]:
    """What a browser would send back of the form as it stands."""
    form = page[page.index("data-watched") :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for tag in re.findall(r'<(?:input|select|textarea)[^>]*name="v\.[^>]*>', form):
        name = re.search(r'name="(v\.[^"]+)"', tag)
        assert name
        value = re.search(r'value="([^"]*)"', tag)
        if 'type="checkbox"' in tag:
            if " checked" in tag:
                found.setdefault(name[1], []).append(value[1] if value else "on")
        elif tag.startswith("<select"):
            options = form[form.index(tag) : form.index("</select>", form.index(tag))]
            chosen = re.search(r'value="([^"]*)" selected', options)
            found[name[1]] = [chosen[1] if chosen else ""]
        elif tag.startswith("<textarea"):
            start = form.index(tag) + len(tag)
            found[name[1]] = [form[start : form.index("</textarea>", start)].removeprefix("\n")]
        else:
            found[name[1]] = [value[1] if value else ""]
    return {name: [html.unescape(text) for text in texts] for name, texts in found.items()}
